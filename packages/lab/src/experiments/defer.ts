/**
 * What it costs to give back on every way out: try/finally, a scope, `using` as TypeScript writes it for older
 * targets and as the engine has it, DisposableStack. And the pitfall of loops: what one scope around a loop holds
 * until its end.
 */
import { type Defer, Pool, scope } from 'rockpool';
import type { Case, Experiment, LoopWorkload } from '../experiment.ts';

interface Scratch {
  uses: number;
}

type ScratchPool = Pool<Scratch>;

/** Iterations of the loop in one operation of the `loop` comparison. */
const ITERATIONS = 1000;

/** The experiment. */
export const defer: Experiment = {
  name: 'defer',
  summary: 'the cost of giving back: try/finally, scope, using, DisposableStack; and scopes in loops',
  secondsPerCase: 2.5,
  notes: [
    'Each operation takes an object from a pool, uses it, and gives it back on every way out.',
    'A lease is a fresh object by design: one that is kept too long throws instead of meeting the next owner.',
  ],
  comparisons: [
    {
      id: 'once',
      title: 'One thing to give back',
      operation: 'block',
      baseline: 'try-finally',
      cases: [
        timed('try-finally', 'try/finally', tryFinally),
        timed('scope', 'scope, one deferred call', scoped),
        timed('scope-lease', 'scope, defer.use(lease)', scopedLease),
        timed('using', 'using, down-levelled', usingDownLevelled),
        {
          ...timed('using-native', 'using, native', (pool) => compileNativeUsing()(pool)),
          unavailable: () => (hasNativeUsing() ? undefined : `not in Node ${process.version}`),
        },
        {
          ...timed('disposable-stack', 'DisposableStack', disposableStack),
          unavailable: () => ('DisposableStack' in globalThis ? undefined : `not in Node ${process.version}`),
        },
      ],
    },
    {
      id: 'loop',
      title: `A loop of ${ITERATIONS} iterations`,
      operation: 'loop',
      baseline: 'scope-outside',
      notes: ['What is deferred is held until its scope ends: in a loop, open a scope for each iteration.'],
      cases: [
        {
          id: 'scope-outside',
          title: 'Scope around the loop',
          prepare: () => loopWorkload(scopeOutside),
        },
        { id: 'scope-inside', title: 'Scope per iteration', prepare: () => loopWorkload(scopeInside) },
      ],
    },
  ],
};

function timed(id: string, title: string, make: (pool: ScratchPool) => LoopWorkload['run']): Case {
  return { id, title, prepare: () => ({ kind: 'loop', run: make(makePool()) }) };
}

function makePool(): ScratchPool {
  return new Pool<Scratch>({ name: 'scratch', create: () => ({ uses: 0 }) });
}

function tryFinally(pool: ScratchPool): LoopWorkload['run'] {
  return (count) => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const item = pool.get();
      try {
        sum = (sum + ++item.uses) | 0;
      } finally {
        pool.put(item);
      }
    }
    return sum;
  };
}

function scoped(pool: ScratchPool): LoopWorkload['run'] {
  const put = (item: Scratch) => pool.put(item);
  const block = (defer: Defer) => {
    const item = pool.get();
    defer(put, item);
    return ++item.uses;
  };
  return (count) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum = (sum + scope(block)) | 0;
    return sum;
  };
}

function scopedLease(pool: ScratchPool): LoopWorkload['run'] {
  const block = (defer: Defer) => ++defer.use(pool.lease()).value.uses;
  return (count) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum = (sum + scope(block)) | 0;
    return sum;
  };
}

function usingDownLevelled(pool: ScratchPool): LoopWorkload['run'] {
  return (count) => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      using lease = pool.lease(); // the compiler's target is ES2022, which has no `using`
      sum = (sum + ++lease.value.uses) | 0;
    }
    return sum;
  };
}

function disposableStack(pool: ScratchPool): LoopWorkload['run'] {
  return (count) => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const stack = new DisposableStack();
      try {
        sum = (sum + ++stack.use(pool.lease()).value.uses) | 0;
      } finally {
        stack.dispose();
      }
    }
    return sum;
  };
}

type NativeUsing = (pool: ScratchPool) => LoopWorkload['run'];

/**
 * `using` as the engine has it. Compiled at run time, as the compiler would rewrite it and Node 20 cannot parse it.
 *
 * @throws {SyntaxError} this engine has none
 */
function compileNativeUsing(): NativeUsing {
  return new Function(
    'pool',
    `return (count) => {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        using lease = pool.lease();
        sum = (sum + ++lease.value.uses) | 0;
      }
      return sum;
    };`,
  ) as NativeUsing;
}

function hasNativeUsing(): boolean {
  try {
    compileNativeUsing();
    return true;
  } catch {
    return false;
  }
}

type LoopBody = (pool: ScratchPool, seen: (held: number) => void) => number;

/** `seen` is told how many items are out after each iteration's work. */
function loopWorkload(body: LoopBody): LoopWorkload {
  const pool = makePool();
  const quiet = () => {};
  return {
    kind: 'loop',
    run(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) sum = (sum + body(pool, quiet)) | 0;
      return sum;
    },
    facts() {
      const observed = makePool();
      let peak = 0;
      body(observed, () => {
        peak = Math.max(peak, observed.stats().outstanding);
      });
      return { 'most items held at once': peak };
    },
  };
}

function scopeOutside(pool: ScratchPool, seen: (held: number) => void): number {
  return scope((defer) => {
    let sum = 0;
    for (let i = 0; i < ITERATIONS; i++) {
      const item = pool.get();
      defer((it: Scratch) => pool.put(it), item);
      sum = (sum + ++item.uses) | 0;
      seen(i);
    }
    return sum;
  });
}

function scopeInside(pool: ScratchPool, seen: (held: number) => void): number {
  let sum = 0;
  for (let i = 0; i < ITERATIONS; i++) {
    sum += scope((defer) => {
      const item = pool.get();
      defer((it: Scratch) => pool.put(it), item);
      seen(i);
      return ++item.uses;
    });
  }
  return sum;
}

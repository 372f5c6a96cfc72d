// @ts-check
/** What it costs to close something at the end of a scope, whatever happens. */
import { compile, Unavailable } from '../contenders/adapter.mjs';
import { Item } from '../item.mjs';
import { compileUsing, usingLoops } from '../using/compile.mjs';

/** Counts what is open; every contender opens it, uses it and closes it once a scope. */
class Resource {
  constructor() {
    this.uses = 0;
    this.open = 0;
  }

  close() {
    this.open = (this.open - 1) | 0;
  }

  [Symbol.dispose]() {
    this.open = (this.open - 1) | 0;
  }
}

const resource = new Resource();

function acquire() {
  resource.open = (resource.open + 1) | 0;
  return resource;
}

/** @param {Resource} opened */
function close(opened) {
  opened.open = (opened.open - 1) | 0;
}

/** @param {string} turn The source of one scope; `sum` collects what was read. */
const loop = (turn) => `
  return function scopes(iterations) {
    let sum = 0;
    for (let i = 0; i < iterations; i++) {
      ${turn}
    }
    return sum;
  };`;

const USE = 'item.uses = (item.uses + 1) | 0;';

async function rockpoolScope() {
  return { scope: (await import('rockpool')).scope, acquire, close };
}

async function leases() {
  const { Pool } = await import('rockpool');
  return new Pool({ create: () => new Item() });
}

/**
 * @param {string} id
 * @param {string} label
 * @param {() => Promise<(iterations: number) => number>} build
 * @returns {import('../types.d.ts').JsContender}
 */
const scopeContender = (id, label, build) => ({
  kind: 'js',
  id,
  label,
  prepare: async () => ({ run: await build() }),
});

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'scope',
  title: 'Closing at the end of a scope',
  about:
    'Opens one resource, uses it, and closes it when the scope ends. `try/finally` is the floor; `using` is what TypeScript and the language offer, down-levelled by this repository’s tsc for ES2022 or native. The lease rows do the same with an item of a pool.',
  unit: 'scope',
  setup: compileUsing,
  contenders: [
    scopeContender('try-finally', 'try/finally', async () =>
      compile(
        loop(`const item = acquire(); try { ${USE} sum = (sum + item.uses) | 0; } finally { item.close(); }`),
        { acquire },
      ),
    ),
    scopeContender('scope', 'Rockpool scope, one deferred call', async () =>
      compile(
        loop(
          `sum = (sum + scope((defer) => { const item = acquire(); defer(close, item); ${USE} return item.uses; })) | 0;`,
        ),
        await rockpoolScope(),
      ),
    ),
    scopeContender('scope-three', 'Rockpool scope, three deferred calls', async () =>
      compile(
        loop(
          `sum = (sum + scope((defer) => {
             const item = acquire(); defer(close, item);
             defer(close, acquire()); defer(close, acquire());
             ${USE} return item.uses;
           })) | 0;`,
        ),
        await rockpoolScope(),
      ),
    ),
    scopeContender('using-downlevel', 'using, down-levelled by tsc', async () =>
      (await usingLoops('ES2022')).usingLoop(acquire),
    ),
    scopeContender('using-native', 'using, native', async () =>
      (await usingLoops('ESNext')).usingLoop(acquire),
    ),
    scopeContender('using-three-downlevel', 'three using, down-levelled by tsc', async () =>
      (await usingLoops('ES2022')).usingThreeLoop(acquire),
    ),
    scopeContender('using-three-native', 'three using, native', async () =>
      (await usingLoops('ESNext')).usingThreeLoop(acquire),
    ),
    scopeContender('disposable-stack', 'DisposableStack', async () => {
      if (!('DisposableStack' in globalThis))
        throw new Unavailable('needs DisposableStack: Node 24 or later');
      const turn = `const stack = new DisposableStack();
        try { const item = stack.use(acquire()); ${USE} sum = (sum + item.uses) | 0; } finally { stack.dispose(); }`;
      return compile(loop(turn), { acquire });
    }),
    scopeContender('get-put', 'pool.get and put in try/finally', async () =>
      compile(
        loop(
          `const item = pool.get(); try { ${USE} sum = (sum + item.uses) | 0; } finally { pool.put(item); }`,
        ),
        { pool: await leases() },
      ),
    ),
    scopeContender('use', 'pool.use(fn)', async () =>
      compile(loop(`sum = (sum + pool.use((item) => { ${USE} return item.uses; })) | 0;`), {
        pool: await leases(),
      }),
    ),
    scopeContender('lease-release', 'pool.lease and release in try/finally', async () =>
      compile(
        loop(
          `const lease = pool.lease(); try { const item = lease.value; ${USE} sum = (sum + item.uses) | 0; } finally { lease.release(); }`,
        ),
        { pool: await leases() },
      ),
    ),
    scopeContender('lease-using-downlevel', 'pool.lease with using, down-levelled', async () =>
      (await usingLoops('ES2022')).leaseLoop(await leases()),
    ),
    scopeContender('lease-using-native', 'pool.lease with using, native', async () =>
      (await usingLoops('ESNext')).leaseLoop(await leases()),
    ),
    { kind: 'go', id: 'go-defer', label: 'Go defer', benchmark: 'Defer' },
  ],
  baselines: ['try-finally', 'using-downlevel', 'using-native'],
  targets: [
    { contender: 'scope', baseline: 'using-native', atMost: 0.4 },
    { contender: 'scope', baseline: 'using-downlevel', atMost: 0.4 },
  ],
};

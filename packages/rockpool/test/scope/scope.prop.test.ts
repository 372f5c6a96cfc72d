/**
 * Random programs of nested scopes with deferred calls, throws and recoveries behave as the reference
 * interpreter in `scope-model.ts` says, in both kinds of scope.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AsyncDefer, type Defer, SuppressedError, scope } from '../../src/index.ts';
import { type Failure, type Form, interpret, type Outcome, type Step, type Trace } from './scope-model.ts';

const ERRORS = ['red', 'green', 'blue'];

const FORMS: readonly Form[] = ['no arguments', 'one argument', 'three arguments', 'method', 'use'];

const error = fc.constantFrom(...ERRORS);
const form = fc.constantFrom(...FORMS);
const end = fc.constantFrom('return' as const, 'rethrow' as const);

/** The steps of a scope, with scopes nested up to `depth` deep. */
function scopeSteps(depth: number): fc.Arbitrary<Step[]> {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ is: fc.constant('defer' as const), form, body: plainSteps(depth) }) },
    {
      weight: 2,
      arbitrary: fc.record({ is: fc.constant('recover' as const), end, body: plainSteps(depth) }),
    },
    ...plainStep(depth),
  );
  return fc.array<Step>(step, { maxLength: 8, size: 'max' });
}

/** The steps of deferred calls and handlers, which have no `defer` of their own. */
function plainSteps(depth: number): fc.Arbitrary<Step[]> {
  return fc.array<Step>(fc.oneof(...plainStep(depth)), { maxLength: 2, size: 'max' });
}

function plainStep(depth: number): { weight: number; arbitrary: fc.Arbitrary<Step> }[] {
  const simple: { weight: number; arbitrary: fc.Arbitrary<Step> }[] = [
    { weight: 1, arbitrary: fc.constant<Step>({ is: 'log' }) },
    { weight: 1, arbitrary: fc.record({ is: fc.constant('throw' as const), error }) },
  ];
  if (depth === 0) return simple;
  const body = scopeSteps(depth - 1);
  const caught = fc.boolean();
  return [
    ...simple,
    { weight: 1, arbitrary: fc.record({ is: fc.constant('scope' as const), body, caught }) },
  ];
}

const programs = scopeSteps(2);

/** The same error object for the same name, so that identity is what the model compares. */
const errorNamed = new Map(ERRORS.map((name) => [name, new Error(name)]));

function failureOf(thrown: unknown): Failure {
  if (thrown instanceof SuppressedError) {
    return { error: failureOf(thrown.error), suppressed: failureOf(thrown.suppressed) };
  }
  if (thrown === errorNamed.get((thrown as Error).message)) return (thrown as Error).message;
  throw new Error(`unexpected error: ${thrown}`);
}

/** Defers `call` in one of the forms; it is told the arguments that it got. */
function deferAs(form: Form, defer: Defer, call: (...args: number[]) => unknown): void {
  if (form === 'no arguments') defer(call);
  else if (form === 'one argument') defer(call, 1);
  else if (form === 'three arguments') defer(call, 1, 2, 3);
  else if (form === 'method') defer.method({ call }, 'call', 1, 2);
  else defer.use({ [Symbol.dispose]: () => void call() });
}

const ARGUMENTS: Record<Form, number[]> = {
  'no arguments': [],
  'one argument': [1],
  'three arguments': [1, 2, 3],
  method: [1, 2],
  use: [],
};

/** Runs a program on `scope`. */
function execute(program: readonly Step[]): { trace: Trace; outcome: Outcome } {
  const trace: Trace = [];
  let serial = 0;

  function outcomeOf(run: () => number): Outcome {
    try {
      return { ok: true, value: run() };
    } catch (error) {
      return { ok: false, error: failureOf(error) };
    }
  }

  function run(steps: readonly Step[], defer: Defer | undefined): number {
    for (const step of steps) {
      if (step.is === 'log') trace.push(`step ${++serial}`);
      else if (step.is === 'throw') throw errorNamed.get(step.error);
      else if (step.is === 'scope') {
        let outcome: Outcome;
        if (step.caught) outcome = outcomeOf(() => scope((inner) => run(step.body, inner)));
        else outcome = { ok: true, value: scope((inner) => run(step.body, inner)) };
        trace.push(`scope: ${JSON.stringify(outcome)}`);
      } else if (step.is === 'defer' && defer !== undefined) {
        const id = ++serial;
        deferAs(step.form, defer, (...args) => {
          trace.push(`call ${id}`);
          expect(args).toEqual(ARGUMENTS[step.form]);
          return run(step.body, undefined);
        });
      } else if (step.is === 'recover' && defer !== undefined) {
        const id = ++serial;
        defer.recover((error) => {
          trace.push(`recovery ${id} of ${JSON.stringify(failureOf(error))}`);
          const value = run(step.body, undefined);
          if (step.end === 'rethrow') throw error;
          return value;
        });
      }
    }
    return ++serial;
  }

  return { outcome: outcomeOf(() => scope((defer) => run(program, defer))), trace };
}

/** Runs a program on `scope.async`, every call of it a promise. */
async function executeAsync(program: readonly Step[]): Promise<{ trace: Trace; outcome: Outcome }> {
  const trace: Trace = [];
  let serial = 0;

  async function outcomeOf(run: () => Promise<number>): Promise<Outcome> {
    try {
      return { ok: true, value: await run() };
    } catch (error) {
      return { ok: false, error: failureOf(error) };
    }
  }

  async function run(steps: readonly Step[], defer: AsyncDefer | undefined): Promise<number> {
    await null;
    for (const step of steps) {
      if (step.is === 'log') trace.push(`step ${++serial}`);
      else if (step.is === 'throw') throw errorNamed.get(step.error);
      else if (step.is === 'scope') {
        let outcome: Outcome;
        if (step.caught) outcome = await outcomeOf(() => scope.async((inner) => run(step.body, inner)));
        else outcome = { ok: true, value: await scope.async((inner) => run(step.body, inner)) };
        trace.push(`scope: ${JSON.stringify(outcome)}`);
      } else if (step.is === 'defer' && defer !== undefined) {
        const id = ++serial;
        const call = async (...args: number[]) => {
          trace.push(`call ${id}`);
          expect(args).toEqual(ARGUMENTS[step.form]);
          return run(step.body, undefined);
        };
        if (step.form === 'use') defer.use({ [Symbol.asyncDispose]: async () => void (await call()) });
        else deferAs(step.form, defer, call);
      } else if (step.is === 'recover' && defer !== undefined) {
        const id = ++serial;
        defer.recover(async (error) => {
          trace.push(`recovery ${id} of ${JSON.stringify(failureOf(error))}`);
          const value = await run(step.body, undefined);
          if (step.end === 'rethrow') throw error;
          return value;
        });
      }
    }
    return ++serial;
  }

  return { outcome: await outcomeOf(() => scope.async((defer) => run(program, defer))), trace };
}

/** Calls of the trace that ran more than once. */
function repeated(trace: Trace): Trace {
  const calls = trace.filter((line) => /^(call|recovery) /.test(line)).map((line) => line.split(' of ')[0]);
  return calls.filter((line, i) => calls.indexOf(line) !== i) as Trace;
}

describe('random programs of nested scopes', () => {
  it('run each deferred call once and in order, and end as the reference interpreter says', () => {
    fc.assert(
      fc.property(programs, (program) => {
        const expected = interpret(program);
        const actual = execute(program);
        expect(actual).toEqual(expected);
        expect(repeated(actual.trace)).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });

  it('do the same asynchronously', async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (program) => {
        const expected = interpret(program);
        const actual = await executeAsync(program);
        expect(actual).toEqual(expected);
        expect(repeated(actual.trace)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('are not trivial: they suppress, recover, rethrow and nest', () => {
    const seen = { suppressed: 0, suppressedTwice: 0, recovered: 0, scopeInCall: 0, failed: 0 };
    const count = (what: keyof typeof seen, found: boolean) => {
      if (found) seen[what]++;
    };
    for (const program of fc.sample(programs, { numRuns: 1000, seed: 1 })) {
      const { trace, outcome } = interpret(program);
      const text = [...trace, JSON.stringify(outcome)].join('\n');
      count('suppressed', text.includes('"suppressed":'));
      count('suppressedTwice', text.includes('"suppressed":{"error":'));
      count('recovered', text.includes('recovery'));
      count('scopeInCall', /call \d+\nscope/.test(text));
      count('failed', !outcome.ok);
    }
    for (const [what, programs] of Object.entries(seen)) expect(programs, what).toBeGreaterThan(20);
  });
});

describe('deferred calls of one scope', () => {
  it('run once each in the reverse order of their registration, however many and whichever throw', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ form, throws: fc.boolean() })), (calls) => {
        const ran: number[] = [];
        const run = () =>
          scope((defer) => {
            calls.forEach(({ form, throws }, i) => {
              deferAs(form, defer, () => {
                ran.push(i);
                if (throws) throw new Error(String(i));
              });
            });
          });
        if (calls.some(({ throws }) => throws)) expect(run).toThrow();
        else run();
        expect(ran).toEqual(calls.map((_, i) => i).reverse());
      }),
    );
  });
});

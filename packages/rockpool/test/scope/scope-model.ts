/**
 * A small language of nested scopes, and a reference interpreter for it that knows nothing of `scope`.
 *
 * A program is data. `interpret` says what it must do: a trace of everything that ran, in order, and an
 * outcome. The tests run the same program on the library and compare.
 *
 * The interpreter is a recursive definition where the library is a loop over a linked list:
 *
 *     finish([],            outcome) = outcome
 *     finish([…rest, last], outcome) = finish(rest, after(last, outcome))
 */

/** Thrown values; few, so that rethrows of the very error in flight are common. */
export type Thrown = string;

/** What a piece of code does. */
export type Step =
  | { readonly is: 'log' }
  | { readonly is: 'throw'; readonly error: Thrown }
  | { readonly is: 'defer'; readonly form: Form; readonly body: readonly Step[] }
  | { readonly is: 'recover'; readonly body: readonly Step[]; readonly end: 'return' | 'rethrow' }
  | { readonly is: 'scope'; readonly body: readonly Step[]; readonly caught: boolean };

/** How a call is deferred. */
export type Form = 'no arguments' | 'one argument' | 'three arguments' | 'method' | 'use';

/** How a piece of code ended. Errors are values or pairs of them; results are numbers. */
export type Outcome =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly error: Failure };

/** An error, or one that was thrown while another was in flight. */
export type Failure = Thrown | { readonly error: Failure; readonly suppressed: Failure };

/** Everything that ran, in order: "step 3", "call 5 registered as 2". */
export type Trace = string[];

interface Deferred {
  readonly id: number;
  readonly step: Extract<Step, { is: 'defer' | 'recover' }>;
}

/** What a deferred call throws is `error`; what was in flight is kept, unless it is the same. */
function overlay(error: Failure, inFlight: Outcome): Outcome {
  if (inFlight.ok || inFlight.error === error) return { ok: false, error };
  return { ok: false, error: { error, suppressed: inFlight.error } };
}

/** Runs a program as the outermost scope. */
export function interpret(body: readonly Step[]): { trace: Trace; outcome: Outcome } {
  const trace: Trace = [];
  let serial = 0;

  function runScope(steps: readonly Step[]): Outcome {
    const deferred: Deferred[] = [];
    return finish(deferred, runBody(steps, deferred));
  }

  /** `deferred` is undefined in code that has no `defer` of its own: deferred calls and handlers. */
  function runBody(steps: readonly Step[], deferred: Deferred[] | undefined): Outcome {
    const [step, ...rest] = steps;
    if (step === undefined) return { ok: true, value: ++serial };
    switch (step.is) {
      case 'log':
        trace.push(`step ${++serial}`);
        return runBody(rest, deferred);
      case 'throw':
        return { ok: false, error: step.error };
      case 'scope': {
        const outcome = runScope(step.body);
        if (!outcome.ok && !step.caught) return outcome;
        trace.push(`scope: ${JSON.stringify(outcome)}`);
        return runBody(rest, deferred);
      }
      default:
        if (deferred !== undefined) deferred.push({ id: ++serial, step });
        return runBody(rest, deferred);
    }
  }

  function finish(deferred: readonly Deferred[], outcome: Outcome): Outcome {
    const last = deferred.at(-1);
    return last === undefined ? outcome : finish(deferred.slice(0, -1), after(last, outcome));
  }

  function after({ id, step }: Deferred, outcome: Outcome): Outcome {
    if (step.is === 'defer') {
      trace.push(`call ${id}`);
      const own = runBody(step.body, undefined);
      return own.ok ? outcome : overlay(own.error, outcome);
    }
    if (outcome.ok) return outcome;
    trace.push(`recovery ${id} of ${JSON.stringify(outcome.error)}`);
    const own = runBody(step.body, undefined);
    return own.ok && step.end === 'rethrow' ? outcome : own;
  }

  return { outcome: runScope(body), trace };
}

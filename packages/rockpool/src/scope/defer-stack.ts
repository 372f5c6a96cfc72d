/**
 * The deferred calls of one scope, and their unwinding.
 *
 * A stack of single entries, linked, newest first: most scopes defer once or twice, and an entry is one
 * allocation where an array is two. Unwinding carries an outcome, a result or an error in flight, which
 * every entry may change:
 *
 *     call     throws e                →  error = e, or SuppressedError(e, error) if one was in flight
 *     recover  an error is in flight   →  result = handler(error), and the error is gone
 *              handler throws e        →  error = e (the old one was recovered)
 *
 * A call that throws the very error in flight changes nothing: that is a rethrow.
 */
import { ScopeEndedError } from './scope-errors.ts';
import { SuppressedError } from './suppressed-error.ts';

/** Any function. */
export type Callable = (...args: never[]) => unknown;

/** How an entry is run. */
export type Kind = typeof CALL_0 | typeof CALL_1 | typeof CALL_N | typeof RECOVER;
/** `fn()` */
export const CALL_0 = 0 as const;
/** `fn(argument)`: spares the array of arguments. */
export const CALL_1 = 1 as const;
/** `fn(...argument)` */
export const CALL_N = 2 as const;
/** `fn(error)`, if an error is in flight. */
export const RECOVER = 3 as const;

/** The count of a stack whose scope has ended. */
export const ENDED = -1 as const;

/** One deferred call. */
class DeferredCall {
  kind: Kind;
  fn: Callable | undefined;
  receiver: unknown;
  argument: unknown;
  readonly next: DeferredCall | undefined;

  constructor(
    kind: Kind,
    fn: Callable | undefined,
    receiver: unknown,
    argument: unknown,
    next: DeferredCall | undefined,
  ) {
    this.kind = kind;
    this.fn = fn;
    this.receiver = receiver;
    this.argument = argument;
    this.next = next;
  }
}

/** Runs a call of any kind but RECOVER. A missing function fails here, as in Go, not when it is deferred. */
function run(call: DeferredCall): unknown {
  const { kind, fn, receiver, argument } = call;
  if (typeof fn !== 'function') throw new TypeError(`Cannot run a deferred call as it is ${String(fn)}`);
  if (kind === CALL_1) return fn.call(receiver as never, argument as never);
  if (kind === CALL_0) return fn.call(receiver as never);
  return fn.apply(receiver as never, argument as never[]);
}

/** A scope's outcome while its deferred calls run. */
class Outcome {
  failed: boolean;
  error: unknown;
  result: unknown;

  constructor(failed: boolean, error: unknown, result: unknown) {
    this.failed = failed;
    this.error = error;
    this.result = result;
  }

  /** A deferred call threw. */
  fail(error: unknown): void {
    if (!this.failed) this.error = error;
    else if (error !== this.error) {
      this.error = new SuppressedError(
        error,
        this.error,
        'A deferred call threw while an error was in flight',
      );
    }
    this.failed = true;
  }

  /** A handler is about to take the error over. */
  recover(): unknown {
    const error = this.error;
    this.failed = false;
    this.error = undefined;
    return error;
  }

  /** The outcome as the scope's own. */
  settle(): unknown {
    if (this.failed) throw this.error;
    return this.result;
  }
}

/**
 * The deferred calls of one scope. The stack is its own oldest entry, so that a scope with one deferred call
 * allocates no other.
 *
 * Owner: the scope. It fills the oldest entry and runs it without a call to here when that is all there is:
 * `push` and `unwind` in its place cost 15 ns of 18 (docs/adr/0003). Hence the open fields.
 */
export class DeferStack implements DeferredCall {
  kind: Kind = CALL_0;
  fn: Callable | undefined = undefined;
  receiver: unknown = undefined;
  argument: unknown = undefined;
  readonly next: undefined = undefined;
  /** Deferred calls so far; ENDED once the scope's function has returned. */
  count = 0;
  /** The newest call after the oldest. Writer: this class. */
  newest: DeferredCall | undefined = undefined;

  /**
   * @throws {ScopeEndedError} `ERR_ROCKPOOL_SCOPE_ENDED`
   */
  push(kind: Kind, fn: Callable, receiver: unknown, argument: unknown): void {
    if (this.count === ENDED) throw new ScopeEndedError();
    if (++this.count > 1) {
      this.newest = new DeferredCall(kind, fn, receiver, argument, this.newest ?? this);
      return;
    }
    this.kind = kind;
    this.fn = fn;
    this.receiver = receiver;
    this.argument = argument;
  }

  /** Ends the scope, whose function returned `result`: runs the deferred calls and gives the outcome. */
  unwind(result: unknown): unknown {
    return runAll(this.#end(), new Outcome(false, undefined, result));
  }

  /** Ends the scope, whose function threw `error`. */
  unwindFailed(error: unknown): unknown {
    return runAll(this.#end(), new Outcome(true, error, undefined));
  }

  /** As `unwind`, and waits for each call's promise before the next call. */
  unwindAsync(result: unknown): Promise<unknown> {
    return runAllAsync(this.#end(), new Outcome(false, undefined, result));
  }

  /** As `unwindFailed`, and waits for each call's promise before the next call. */
  unwindFailedAsync(error: unknown): Promise<unknown> {
    return runAllAsync(this.#end(), new Outcome(true, error, undefined));
  }

  #end(): DeferredCall | undefined {
    const newest = this.newest ?? (this.count === 0 ? undefined : this);
    this.count = ENDED;
    this.newest = undefined;
    return newest;
  }
}

function runAll(newest: DeferredCall | undefined, outcome: Outcome): unknown {
  for (let entry = newest; entry !== undefined; entry = entry.next) {
    try {
      if (entry.kind !== RECOVER) run(entry);
      else if (outcome.failed)
        outcome.result = entry.fn?.call(undefined as never, outcome.recover() as never);
    } catch (error) {
      outcome.fail(error);
    }
  }
  return outcome.settle();
}

async function runAllAsync(newest: DeferredCall | undefined, outcome: Outcome): Promise<unknown> {
  for (let entry = newest; entry !== undefined; entry = entry.next) {
    try {
      if (entry.kind !== RECOVER) await run(entry);
      else if (outcome.failed)
        outcome.result = await entry.fn?.call(undefined as never, outcome.recover() as never);
    } catch (error) {
      outcome.fail(error);
    }
  }
  return outcome.settle();
}

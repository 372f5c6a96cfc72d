/**
 * One call of a function that a user gave: it may answer at once, later or never, throw or reject. Its end is told
 * exactly once; what it gives after its time is over is told apart.
 */

import { Deadline, type Deadlines } from './deadlines.ts';
import { HookTimeoutError } from './resource-errors.ts';

/** Why a call failed; an object, as anything may be thrown, `undefined` too. */
export interface Failure {
  readonly cause: unknown;
}

/** Who is told how a call ended. */
export interface HookCall<R> {
  /** Stands in errors: "create". */
  readonly hook: string;
  /** Calls the function. */
  call(): R | PromiseLike<R>;
  /** Told once, perhaps before `runHook` returns. `failure` is undefined if it gave `value`. */
  done(failure: Failure | undefined, value: R | undefined): void;
  /** Told what it gave after its time was over. */
  late?(value: R): void;
}

/**
 * Runs `call` with a limit of `timeoutMs`.
 *
 * @returns the run while it is under way; undefined if it has ended
 */
export function runHook<R>(
  deadlines: Deadlines,
  timeoutMs: number,
  call: HookCall<R>,
): HookRun<R> | undefined {
  let result: R | PromiseLike<R>;
  try {
    result = call.call();
  } catch (cause) {
    call.done({ cause }, undefined);
    return undefined;
  }
  if (!isThenable(result)) {
    call.done(undefined, result);
    return undefined;
  }
  const run = new HookRun(deadlines, timeoutMs, call);
  run.follow(result);
  return run;
}

/** A call that is under way. */
export class HookRun<R> extends Deadline {
  readonly #deadlines: Deadlines;
  readonly #call: HookCall<R>;
  #timeoutMs: number;
  #over = false;

  /** Use {@link runHook}. */
  constructor(deadlines: Deadlines, timeoutMs: number, call: HookCall<R>) {
    super();
    this.#deadlines = deadlines;
    this.#timeoutMs = timeoutMs;
    this.#call = call;
    deadlines.add(this, timeoutMs, performance.now());
  }

  /** @internal */
  follow(result: PromiseLike<R>): void {
    // Promise.resolve calls a foreign `then` in a later microtask, and bears one that throws.
    Promise.resolve(result).then(
      (value) => {
        if (this.#end()) this.#call.done(undefined, value);
        else this.#call.late?.(value);
      },
      (cause: unknown) => {
        if (this.#end()) this.#call.done({ cause }, undefined);
      },
    );
  }

  /** Leaves it no more than `timeoutMs` from now on. */
  hurry(timeoutMs: number): void {
    if (this.#over || timeoutMs >= this.#timeoutMs) return;
    this.#timeoutMs = timeoutMs;
    this.#deadlines.remove(this);
    this.#deadlines.add(this, timeoutMs, performance.now());
  }

  override expire(): void {
    this.#over = true;
    this.#call.done({ cause: new HookTimeoutError(this.#call.hook, this.#timeoutMs) }, undefined);
  }

  #end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#deadlines.remove(this);
    return true;
  }
}

function isThenable<R>(result: R | PromiseLike<R>): result is PromiseLike<R> {
  return (
    typeof result === 'object' && result !== null && typeof (result as PromiseLike<R>).then === 'function'
  );
}

/// <reference lib="esnext.disposable" preserve="true" />
/**
 * `scope`: Go's defer for JavaScript.
 *
 * A function gets a `defer`; what it defers runs last-in first-out when it ends, however it ends. Each scope
 * has a `defer` of its own, never recycled: one that is kept too long throws instead of deferring into a
 * stranger's scope. A recycled one was measured and was not faster (docs/adr/0003).
 *
 * Source: Go's defer and recover; ECMAScript's Explicit Resource Management for the errors.
 */
import { ArgumentTypeError } from '../internal/errors.ts';
import type * as kinds from './defer-stack.ts';
import { CALL_0, CALL_N, type Callable, DeferStack, type Kind, RECOVER } from './defer-stack.ts';
import { ScopeAsyncError } from './scope-errors.ts';

// Written again rather than imported, which the types hold to be the same: V8 does not fold an imported constant,
// and cannot keep the stack out of memory then (33 against 13 ns for a scope on Node 20.20; docs/adr/0003).
const CALL_1: typeof kinds.CALL_1 = 1;
const ENDED: typeof kinds.ENDED = -1;

/** Names of the methods of `R`. With `as`, for a plain mapped type maps an array's elements. */
type MethodName<R> = keyof { [K in keyof R as R[K] extends Callable ? K : never]: K };

/** Arguments of the method `K` of `R`. */
type MethodArgs<R, K extends keyof R> = R[K] extends (...args: infer A) => unknown ? A : never;

/**
 * Registers calls that run when the scope ends; see {@link scope}. Valid until then.
 *
 * Every form that would defer something throws {@link ScopeEndedError} once the scope has ended.
 */
export interface Defer {
  /**
   * Runs `fn(...args)` at the end. The arguments are taken now; a closure reads its variables when it runs.
   * `fn` is called without a receiver: use `defer.method` for methods.
   */
  <A extends readonly unknown[]>(fn: (...args: A) => unknown, ...args: A): void;
  /** Runs `receiver[name](...args)` at the end; receiver, method and arguments are taken now. */
  method<R extends object, K extends MethodName<R>>(receiver: R, name: K, ...args: MethodArgs<R, K>): void;
  /**
   * Disposes of `resource` at the end and gives it back now. `null` and `undefined` are let through.
   *
   * @throws {ArgumentTypeError} `ERR_ROCKPOOL_ARGUMENT_TYPE` if it cannot be disposed of
   */
  use<D extends Disposable | null | undefined>(resource: D): D;
  /**
   * If an error is in flight when this is reached, ends it: `handler(error)` becomes the scope's result, and
   * what was deferred earlier still runs. The handler rethrows what it does not know.
   */
  recover(handler: (error: unknown) => unknown): void;
}

/** As {@link Defer}, in an asynchronous scope: promises are awaited, one call after the other. */
export interface AsyncDefer {
  /** As in {@link Defer}; a promise that `fn` returns is awaited before the next deferred call. */
  <A extends readonly unknown[]>(fn: (...args: A) => unknown, ...args: A): void;
  /** As in {@link Defer}. */
  method<R extends object, K extends MethodName<R>>(receiver: R, name: K, ...args: MethodArgs<R, K>): void;
  /** As in {@link Defer}; `Symbol.asyncDispose` comes before `Symbol.dispose`. */
  use<D extends AsyncDisposable | Disposable | null | undefined>(resource: D): D;
  /** As in {@link Defer}; the handler's promise is awaited. */
  recover(handler: (error: unknown) => unknown): void;
}

/**
 * What `defer` really is: a function with three own properties, which all scopes share. Own properties, as a
 * prototype of its own would cost ten times as much; three, as the fourth would make V8 grow the function's
 * property array (docs/adr/0003). The methods reach the stack through the function itself, by
 * handing it an `Extended` call.
 */
interface DeferFunction {
  (fn: Callable | Extended, argument?: unknown): void;
  method(receiver: object, name: PropertyKey, ...args: unknown[]): void;
  use(resource: unknown): unknown;
  recover(handler: (error: unknown) => unknown): void;
}

/** A deferred call that `defer(fn, ...args)` cannot express. */
class Extended {
  readonly kind: Kind;
  readonly fn: Callable;
  readonly receiver: unknown;

  constructor(kind: Kind, fn: Callable, receiver: unknown) {
    this.kind = kind;
    this.fn = fn;
    this.receiver = receiver;
  }
}

/**
 * Defers everything but the first call with one argument. `defer` looks at its `arguments`: with a rest
 * parameter, which makes an array at each call, a scope costs 36 instead of 16 ns (docs/adr/0003).
 *
 * @param argument the only argument, or the array of all
 * @param length of `arguments`, the function included
 */
function deferMore(stack: DeferStack, fn: Callable | Extended, argument: unknown, length: number): void {
  if (fn instanceof Extended) stack.push(fn.kind, fn.fn, fn.receiver, argument);
  // A missing function is a CALL_0, whatever its arguments: the scope runs a lone CALL_1 unchecked.
  else if (length === 2 && typeof fn === 'function') stack.push(CALL_1, fn, undefined, argument);
  else stack.push(length > 2 ? CALL_N : CALL_0, fn, undefined, argument);
}

function deferMethod(this: DeferFunction, receiver: object, name: PropertyKey, ...args: unknown[]): void {
  this(new Extended(CALL_N, (receiver as Record<PropertyKey, Callable>)[name] as Callable, receiver), args);
}

function deferRecovery(this: DeferFunction, handler: (error: unknown) => unknown): void {
  if (typeof handler !== 'function') {
    throw new ArgumentTypeError('defer a recovery', 'handler', 'a function', handler);
  }
  this(new Extended(RECOVER, handler, undefined));
}

function deferDisposal(this: DeferFunction, resource: unknown): unknown {
  return deferDisposer(this, resource, (resource as Disposable | undefined)?.[Symbol.dispose]);
}

function deferAsyncDisposal(this: DeferFunction, resource: unknown): unknown {
  const disposable = resource as (Partial<AsyncDisposable> & Partial<Disposable>) | undefined;
  return deferDisposer(this, resource, disposable?.[Symbol.asyncDispose] ?? disposable?.[Symbol.dispose]);
}

function deferDisposer(
  defer: DeferFunction,
  resource: unknown,
  dispose: (() => unknown) | undefined,
): unknown {
  if (resource === null || resource === undefined) return resource;
  if (typeof dispose !== 'function') {
    throw new ArgumentTypeError('defer the disposal', 'resource', 'disposable', resource);
  }
  defer(new Extended(CALL_0, dispose, resource));
  return resource;
}

/** The type of {@link scope}. */
export interface Scope {
  /** See {@link scope}. */
  <R>(fn: (defer: Defer) => R): R;
  /**
   * As {@link scope}, for asynchronous work: waits for `fn`, then runs the deferred calls one after the other,
   * waiting for each.
   *
   * @param fn gets the `defer`; may return a promise
   * @returns a promise of what `fn` or a `defer.recover` handler returned
   * @throws rejects with what `fn` or a deferred call threw or rejected with
   * @example
   * ```ts
   * import assert from 'node:assert';
   * import { open, rm } from 'node:fs/promises';
   * import { tmpdir } from 'node:os';
   * import { join } from 'node:path';
   * import { scope } from 'rockpool';
   *
   * const path = join(tmpdir(), `rockpool-${process.pid}.txt`);
   * const bytes = await scope.async(async (defer) => {
   *   defer(rm, path);
   *   const file = defer.use(await open(path, 'w+'));
   *   return (await file.write('closed, then removed')).bytesWritten;
   * });
   * assert.equal(bytes, 20);
   * ```
   */
  async<R>(fn: (defer: AsyncDefer) => R | PromiseLike<R>): Promise<R>;
}

function runScope<R>(fn: (defer: Defer) => R): R {
  const stack = new DeferStack();
  // Written out in both kinds of scope: made by a helper function, the closure costs 15 ns more (docs/adr/0003).
  const defer = function (fn: Callable, argument: unknown): void {
    // biome-ignore-start lint/complexity/noArguments: see `deferMore`
    if (stack.count === 0 && arguments.length === 2 && typeof fn === 'function') {
      stack.count = 1;
      stack.kind = CALL_1;
      stack.fn = fn;
      stack.argument = argument;
    } else {
      deferMore(
        stack,
        fn,
        arguments.length > 2 ? Array.prototype.slice.call(arguments, 1) : argument,
        arguments.length,
      );
    }
    // biome-ignore-end lint/complexity/noArguments: see `deferMore`
  } as DeferFunction;
  defer.method = deferMethod;
  defer.use = deferDisposal;
  defer.recover = deferRecovery;
  let result: R;
  try {
    result = fn(defer as unknown as Defer);
  } catch (error) {
    return stack.unwindFailed(error) as R;
  }
  if (result instanceof Promise) {
    result.catch(() => {}); // told below; its own rejection must not end the process
    return stack.unwindFailed(new ScopeAsyncError()) as R;
  }
  if (stack.count === 1 && stack.kind === CALL_1) {
    stack.count = ENDED;
    const call = stack.fn as (argument: unknown) => unknown;
    call(stack.argument);
    return result;
  }
  return stack.unwind(result) as R;
}

async function runScopeAsync<R>(fn: (defer: AsyncDefer) => R | PromiseLike<R>): Promise<R> {
  const stack = new DeferStack();
  // Written out in both kinds of scope: made by a helper function, the closure costs 15 ns more (docs/adr/0003).
  const defer = function (fn: Callable, argument: unknown): void {
    // biome-ignore-start lint/complexity/noArguments: see `deferMore`
    if (stack.count === 0 && arguments.length === 2 && typeof fn === 'function') {
      stack.count = 1;
      stack.kind = CALL_1;
      stack.fn = fn;
      stack.argument = argument;
    } else {
      deferMore(
        stack,
        fn,
        arguments.length > 2 ? Array.prototype.slice.call(arguments, 1) : argument,
        arguments.length,
      );
    }
    // biome-ignore-end lint/complexity/noArguments: see `deferMore`
  } as DeferFunction;
  defer.method = deferMethod;
  defer.use = deferAsyncDisposal;
  defer.recover = deferRecovery;
  let result: R;
  try {
    result = await fn(defer as unknown as AsyncDefer);
  } catch (error) {
    return (await stack.unwindFailedAsync(error)) as R;
  }
  return (await stack.unwindAsync(result)) as R;
}

/**
 * Runs `fn` with a `defer`, whose calls run last-in first-out when `fn` has returned or thrown.
 *
 * All deferred calls run, even if some throw. An error that meets another in flight wraps it as a
 * `SuppressedError`. In a loop, open a scope for each iteration: what an outer scope defers is held until
 * the outer scope ends.
 *
 * Cost: about 17 ns with one deferred call, a fifth of down-levelled `using`; with three about 150 ns, a little less
 * than three of those (`npm run bench scope`).
 *
 * @param fn gets the `defer`; must not return a promise
 * @returns what `fn` returned, or what a `defer.recover` handler returned
 * @throws what `fn` or a deferred call threw
 * @throws {ScopeAsyncError} `ERR_ROCKPOOL_SCOPE_ASYNC` if `fn` returned a promise
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { scope } from 'rockpool';
 *
 * const log: string[] = [];
 * const result = scope((defer) => {
 *   let late = 'first';
 *   defer((now: string) => log.push(now, late), late); // the argument is taken now, the closure reads late
 *   defer(() => log.push('last in, first out'));
 *   late = 'second';
 *   return 42;
 * });
 * assert.equal(result, 42);
 * assert.deepEqual(log, ['last in, first out', 'first', 'second']);
 * ```
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { scope } from 'rockpool';
 *
 * const answer = scope((defer) => {
 *   defer.recover((error) => `recovered: ${(error as Error).message}`);
 *   throw new Error('no such row');
 * });
 * assert.equal(answer, 'recovered: no such row');
 * ```
 */
export const scope: Scope = Object.assign(runScope, { async: runScopeAsync });

/// <reference types="node" preserve="true" />
/**
 * tarn's pool over what a `ResourcePool` does: the same options, methods and events, for code that was written for tarn 3,
 * knex above all. `rockpool/compat/tarn`.
 *
 * What differs, on purpose:
 * - a create that fails is tried again by one at a time, and not by as many as wait;
 * - no timer keeps the process alive;
 * - a time-out says who holds the resources; the create error, if there was one, is its message as it was;
 * - acquire after `destroy()` rejects at once, instead of when its time is over.
 */
import { EventEmitter } from 'node:events';
import {
  expectBoolean,
  expectFunction,
  expectInteger,
  type OptionSite,
  OptionTypeError,
  readOptions,
} from '../internal/options.ts';
import { type CancellableAcquire, PoolEngine } from '../resource/pool-engine.ts';
import { type CreateError, ResourceTimeoutError } from '../resource/resource-errors.ts';
import type { ResourceLease } from '../resource/resource-lease.ts';
import { readResourcePoolOptions } from '../resource/resource-pool-options.ts';
import { Borrowed } from './borrowed.ts';

/** What tarn's create is called with: it calls back, or returns a promise, or the resource. */
export type Callback<T> = (error: Error | null | undefined, resource?: T) => void;

/** tarn's options. */
export interface PoolOptions<T> {
  readonly create: (callback: Callback<T>) => unknown;
  readonly destroy: (resource: T) => unknown;
  /** Fewest resources that eviction leaves. */
  readonly min: number;
  readonly max: number;
  readonly validate?: (resource: T) => boolean | PromiseLike<boolean>;
  /** Default 30,000. */
  readonly acquireTimeoutMillis?: number;
  /** Default 30,000. */
  readonly createTimeoutMillis?: number;
  /** Default 5,000. */
  readonly destroyTimeoutMillis?: number;
  /** Default 30,000. */
  readonly idleTimeoutMillis?: number;
  /** Default 200. */
  readonly createRetryIntervalMillis?: number;
  /** Default 1,000. */
  readonly reapIntervalMillis?: number;
  /** Whether a create that fails rejects the first acquire that waits. Default false. */
  readonly propagateCreateError?: boolean;
  readonly log?: (message: string, level: 'warn') => unknown;
  /** Not of tarn: the class of time-out errors, where somebody looks at it. knex wants tarn's own. */
  readonly TimeoutError?: new (
    message: string,
  ) => Error;
}

/**
 * An acquire that was not served in time. Its message is that of the create that failed, or tells who holds the
 * resources; its `cause` is the pool's own error.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { Pool, TimeoutError } from 'rockpool/compat/tarn';
 *
 * const options = { create: async () => ({}), destroy: () => {}, min: 0, max: 1, acquireTimeoutMillis: 5 };
 * const pool = new Pool(options);
 * const alive = setTimeout(() => {}, 60_000); // a pool does not keep a process alive
 * await pool.acquire().promise;
 * await assert.rejects(pool.acquire().promise, TimeoutError);
 * clearTimeout(alive);
 * ```
 */
export class TimeoutError extends Error {}

/** An acquire under way. */
export interface PendingOperation<T> {
  readonly promise: Promise<T>;
  /** Ends it: the promise rejects, unless it has been served. */
  abort(): void;
  readonly isRejected: boolean;
  readonly timeoutMillis: number;
}

const SITE: OptionSite = { action: 'create tarn pool' };
const NAMES: readonly (keyof PoolOptions<unknown>)[] = [
  'create',
  'destroy',
  'min',
  'max',
  'validate',
  'acquireTimeoutMillis',
  'createTimeoutMillis',
  'destroyTimeoutMillis',
  'idleTimeoutMillis',
  'createRetryIntervalMillis',
  'reapIntervalMillis',
  'propagateCreateError',
  'log',
  'TimeoutError',
];

/**
 * A pool as tarn has it.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { Pool } from 'rockpool/compat/tarn';
 *
 * const pool = new Pool({ create: async () => ({ rows: [1, 2] }), destroy: () => {}, min: 0, max: 2 });
 * const client = await pool.acquire().promise;
 * assert.equal(pool.numUsed(), 1);
 * assert.equal(pool.release(client), true);
 * assert.equal(pool.release(client), false); // nobody has it
 * await pool.destroy();
 * ```
 */
export class Pool<T> {
  readonly #pool: PoolEngine<T>;
  readonly #borrowed = new Borrowed<T>();
  readonly #emitter = new EventEmitter();
  readonly #acquireTimeoutMs: number;
  readonly #reapMs: number;
  readonly #log: (message: string, level: 'warn') => unknown;
  readonly #TimeoutError: new (
    message: string,
  ) => Error;
  #reaper: NodeJS.Timeout | undefined = undefined;
  #eventId = 1;

  /** @throws {OptionTypeError} @throws {OptionRangeError} @throws {UnknownOptionError} */
  constructor(options: PoolOptions<T>) {
    const o = readOptions(SITE, options, NAMES);
    const max = expectInteger(SITE, 'max', required('max', o.max), 1, 2 ** 20, 1);
    const min = expectInteger(SITE, 'min', required('min', o.min), 0, max, 0);
    const ms = (option: keyof PoolOptions<T>, fallback: number) =>
      expectInteger(SITE, option, o[option] as number | undefined, 1, 2 ** 31 - 1, fallback);
    const create = expectFunction(SITE, 'create', o.create);
    const destroy = expectFunction(SITE, 'destroy', o.destroy);
    const retryMs = ms('createRetryIntervalMillis', 200);
    const propagate = expectBoolean(SITE, 'propagateCreateError', o.propagateCreateError, false);
    const { validate } = o;
    this.#acquireTimeoutMs = ms('acquireTimeoutMillis', 30_000);
    this.#reapMs = ms('reapIntervalMillis', 1000);
    this.#log = typeof o.log === 'function' ? o.log : () => {};
    this.#TimeoutError = o.TimeoutError ?? TimeoutError;
    const createTimeoutMs = ms('createTimeoutMillis', 30_000);
    this.#pool = new PoolEngine<T>(
      readResourcePoolOptions({
        name: 'tarn',
        create: (signal) => this.#create(create, signal, createTimeoutMs),
        destroy: (resource) => this.#destroy(destroy, resource),
        ...(typeof validate === 'function'
          ? {
              validate: async (resource: T) => Boolean(await validate(resource)),
              validateOnCreate: true,
              aliveBypassMs: 0,
              validateTimeoutMs: this.#acquireTimeoutMs,
            }
          : {}),
        min,
        max,
        maxWaiting: 2 ** 24,
        acquireTimeoutMs: this.#acquireTimeoutMs,
        createTimeoutMs,
        destroyTimeoutMs: ms('destroyTimeoutMillis', 5_000),
        idleTimeoutMs: ms('idleTimeoutMillis', 30_000),
        retry: { initialMs: retryMs, maxMs: retryMs, factor: 1, jitter: 0 },
        onError: () => {},
      }),
      { countsDestroying: false },
    );
    this.#pool.listeners.add('createFailed', (error) => {
      if (propagate) this.#pool.rejectFirst(this.#explain(error));
    });
    this.#pool.listeners.add('hookFailed', ({ hook, cause }) => {
      const what = hook === 'validate' ? 'validator' : 'destroyer';
      this.#log(`Tarn: resource ${what} threw an exception ${stackOf(cause)}`, 'warn');
    });
  }

  /** Resources that somebody has, or is about to get. */
  numUsed(): number {
    const { checking, leased } = this.#pool.counts();
    return leased + checking;
  }

  /** Resources that are idle. */
  numFree(): number {
    return this.#pool.counts().idle;
  }

  /** Acquires that wait for a resource. */
  numPendingAcquires(): number {
    const { checking, waiting } = this.#pool.counts();
    return Math.max(0, waiting - checking);
  }

  /** Resources that are being validated. */
  numPendingValidations(): number {
    return this.#pool.counts().checking;
  }

  /** Resources that are being made. */
  numPendingCreates(): number {
    return this.#pool.counts().creating;
  }

  /** Whether there is nothing: no resource, and nobody who waits. */
  isEmpty(): boolean {
    const { checking, creating, idle, leased, waiting } = this.#pool.counts();
    return checking + creating + idle + leased + waiting === 0;
  }

  /** Takes a resource; the last returned first. */
  acquire(): PendingOperation<T> {
    const eventId = this.#eventId++;
    this.#tell('acquireRequest', eventId);
    return new Acquire<T>(this.#pool.acquireCancellable(this.acquire), this.#acquireTimeoutMs, {
      served: (lease) => {
        const resource = this.#borrowed.add(lease);
        this.#startReaping();
        this.#tell('acquireSuccess', eventId, resource);
        return resource;
      },
      failed: (error) => {
        const explained = this.#explain(error);
        this.#tell('acquireFail', eventId, explained);
        return explained;
      },
    });
  }

  /** @returns false if nobody has it */
  release(resource: T): boolean {
    this.#tell('release', resource);
    const lease = this.#borrowed.take(resource);
    lease?.release();
    return lease !== undefined;
  }

  /** Lets go of what is idle for too long, as is done by itself every `reapIntervalMillis`. */
  check(): void {
    this.#pool.sweep();
    if (this.isEmpty()) this.#stopReaping();
  }

  /** Ends the pool: waits for those who have a resource, rejects those who wait, destroys all. */
  async destroy(): Promise<PromiseInspection> {
    const eventId = this.#eventId++;
    this.#tell('poolDestroyRequest', eventId);
    this.#stopReaping();
    await this.#pool.close(Number.POSITIVE_INFINITY);
    this.#tell('poolDestroySuccess', eventId);
    this.#emitter.removeAllListeners();
    return FULFILLED;
  }

  /** Listens to one of tarn's events. */
  on(event: string, listener: (...args: never[]) => void): void {
    this.#emitter.on(event, listener as (...args: unknown[]) => void);
  }

  /** Ends what `on` began. */
  removeListener(event: string | symbol, listener: (...args: never[]) => void): void {
    this.#emitter.removeListener(event, listener as (...args: unknown[]) => void);
  }

  /** Ends all listening, to one event or to all. */
  removeAllListeners(event?: string | symbol): void {
    if (event === undefined) this.#emitter.removeAllListeners();
    else this.#emitter.removeAllListeners(event);
  }

  async #create(create: PoolOptions<T>['create'], signal: AbortSignal, timeoutMs: number): Promise<T> {
    const eventId = this.#eventId++;
    this.#tell('createRequest', eventId);
    let over = false;
    const fail = (error: unknown) => {
      if (over) return;
      over = true;
      this.#tell('createFail', eventId, error);
    };
    // The pool aborts the signal when the time is over.
    signal.addEventListener(
      'abort',
      () => fail(new this.#TimeoutError(`create took longer than ${timeoutMs} ms`)),
      {
        once: true,
      },
    );
    try {
      const resource = await calledBack(create);
      if (!over) {
        over = true;
        this.#tell('createSuccess', eventId, resource);
      }
      return resource;
    } catch (error) {
      fail(error);
      throw error;
    }
  }

  async #destroy(destroy: PoolOptions<T>['destroy'], resource: T): Promise<void> {
    const eventId = this.#eventId++;
    this.#tell('destroyRequest', eventId, resource);
    try {
      await destroy(resource);
    } catch (error) {
      this.#tell('destroyFail', eventId, resource, error);
      throw error;
    }
    this.#tell('destroySuccess', eventId, resource);
  }

  /** An error of the pool as users of tarn know it. */
  #explain(error: unknown): unknown {
    if (error instanceof ResourceTimeoutError) {
      const { cause } = error;
      const created = (cause as CreateError | undefined)?.cause;
      const message = created instanceof Error ? created.message : error.message;
      const timeout = new this.#TimeoutError(message);
      timeout.cause = error;
      return timeout;
    }
    const { code, cause } = error as CreateError;
    return code === 'ERR_ROCKPOOL_CREATE_FAILED' ? cause : error;
  }

  #startReaping(): void {
    if (this.#reaper !== undefined) return;
    this.#tell('startReaping');
    this.#reaper = setInterval(() => this.check(), this.#reapMs);
    this.#reaper.unref();
  }

  #stopReaping(): void {
    if (this.#reaper === undefined) return;
    this.#tell('stopReaping');
    clearInterval(this.#reaper);
    this.#reaper = undefined;
  }

  /** A listener that throws is logged, and the others are told all the same. */
  #tell(event: string, ...args: unknown[]): void {
    for (const listener of this.#emitter.listeners(event)) {
      try {
        listener(...args);
      } catch (error) {
        this.#log(`Tarn: event handler "${event}" threw an exception ${stackOf(error)}`, 'warn');
      }
    }
  }
}

/** How `destroy()` ended: well, always. */
export interface PromiseInspection {
  value(): unknown;
  reason(): unknown;
  isRejected(): boolean;
  isFulfilled(): boolean;
}

const FULFILLED: PromiseInspection = {
  value: () => undefined,
  reason: () => undefined,
  isRejected: () => false,
  isFulfilled: () => true,
};

interface Outcome<T> {
  served(lease: ResourceLease<T>): T;
  failed(error: unknown): unknown;
}

class Acquire<T> implements PendingOperation<T> {
  readonly promise: Promise<T>;
  readonly timeoutMillis: number;
  readonly #cancel: (reason: unknown) => void;
  isRejected = false;

  constructor({ promise, cancel }: CancellableAcquire<T>, timeoutMillis: number, outcome: Outcome<T>) {
    this.timeoutMillis = timeoutMillis;
    this.#cancel = cancel;
    this.promise = promise.then(outcome.served, (error: unknown) => {
      this.isRejected = true;
      throw outcome.failed(error);
    });
  }

  abort(): void {
    this.#cancel(new Error('aborted'));
  }
}

/** A resource that is given to a callback, or by a promise, or at once; nothing at once means that the callback will. */
function calledBack<T>(create: PoolOptions<T>['create']): Promise<T> {
  return new Promise((resolve, reject) => {
    const callback: Callback<T> = (error, resource) => {
      if (error) reject(error);
      else resolve(resource as T);
    };
    Promise.resolve(create(callback)).then((given) => {
      if (given) resolve(given as T);
    }, reject);
  });
}

function required(option: string, value: number | undefined): number {
  if (value === undefined) throw new OptionTypeError(SITE, option, 'a number', value);
  return value;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

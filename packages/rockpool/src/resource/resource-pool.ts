/// <reference lib="esnext.disposable" preserve="true" />
/**
 * `ResourcePool<T>`: what users see of a pool of resources. What it does is in `pool-engine.ts`.
 */
import { ArgumentTypeError } from '../internal/errors.ts';
import { PoolEngine } from './pool-engine.ts';
import type { Holder } from './resource-errors.ts';
import { EVENTS, type ResourcePoolEvent, type ResourcePoolEvents } from './resource-events.ts';
import type { ResourceLease } from './resource-lease.ts';
import {
  type AcquireOptions,
  type PoolSize,
  type ResourcePoolOptions,
  readResourcePoolOptions,
} from './resource-pool-options.ts';
import type { ResourcePoolHistograms, ResourcePoolStats } from './resource-stats.ts';

/**
 * A pool of resources that take time to make: connections, sessions, workers.
 *
 * Ownership: a lease's holder owns its resource until it is released. Thread: one isolate. Cost: an acquire that finds
 * an idle resource takes one microtask and allocates a lease and a promise. Nothing keeps the process alive.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ResourcePool } from 'rockpool';
 *
 * let connections = 0;
 * await using pool = new ResourcePool({
 *   name: 'db',
 *   create: async () => ({ id: ++connections, open: true }),
 *   destroy: (connection) => {
 *     connection.open = false;
 *   },
 *   validate: (connection) => connection.open,
 *   max: 10,
 * });
 *
 * const id = await pool.use((connection) => connection.id);
 * const again = await pool.use((connection) => connection.id);
 * assert.deepEqual([id, again], [1, 1]);
 * assert.equal(pool.stats().idle, 1);
 * ```
 */
export class ResourcePool<T> implements AsyncDisposable {
  readonly #engine: PoolEngine<T>;

  /**
   * @throws {OptionTypeError} `ERR_ROCKPOOL_OPTION_TYPE`
   * @throws {OptionRangeError} `ERR_ROCKPOOL_OPTION_RANGE`
   * @throws {UnknownOptionError} `ERR_ROCKPOOL_OPTION_UNKNOWN`
   */
  constructor(options: ResourcePoolOptions<T>) {
    this.#engine = new PoolEngine(readResourcePoolOptions(options));
  }

  /** Name in errors, statistics and reports. */
  get name(): string {
    return this.#engine.name;
  }

  /**
   * Takes a resource: an idle one, or a new one while there are fewer than `max`, or the next that somebody gives back.
   *
   * Ownership: passes to the lease's holder. Cost: one microtask if one is idle and worked lately.
   *
   * @returns the lease to release
   * @throws {ResourceTimeoutError} `ERR_ROCKPOOL_ACQUIRE_TIMEOUT` none became free in time; tells who holds them
   * @throws {QueueFullError} `ERR_ROCKPOOL_QUEUE_FULL` `maxWaiting` wait already
   * @throws {PoolClosedError} `ERR_ROCKPOOL_POOL_CLOSED` the pool is closed or draining, or was closed meanwhile
   * @throws {CreateError} `ERR_ROCKPOOL_CREATE_FAILED` the first one failed, of a pool that fails fast
   * @throws the signal's reason
   * @example
   * ```ts
   * import assert from 'node:assert';
   * import { ResourcePool } from 'rockpool';
   *
   * const pool = new ResourcePool({ create: async () => ({ rows: [1, 2] }), max: 1 });
   * await using lease = await pool.acquire({ timeoutMs: 1000, signal: AbortSignal.timeout(2000), priority: 1 });
   * assert.deepEqual(lease.value.rows, [1, 2]);
   * ```
   */
  acquire(options?: AcquireOptions): Promise<ResourceLease<T>> {
    return this.#engine.acquire(options, this.acquire);
  }

  /**
   * Takes a resource if one is idle, sound, and nobody waits.
   *
   * @returns undefined otherwise; nothing is made or validated for it
   */
  tryAcquire(): ResourceLease<T> | undefined {
    return this.#engine.tryAcquire(this.tryAcquire);
  }

  /**
   * Runs `fn` with a resource and gives it back when `fn` has ended, or the promise that it returned.
   *
   * A failure does not cost the resource: it goes back, and is validated before its next use if there is a `validate`.
   * Whoever knows that it is broken calls `lease.discard()`.
   *
   * @returns what `fn` returned
   * @throws what `fn` throws, and what {@link acquire} does
   * @example
   * ```ts
   * import assert from 'node:assert';
   * import { ResourcePool } from 'rockpool';
   *
   * const pool = new ResourcePool({ create: async () => new Map([['answer', 42]]), max: 1 });
   * assert.equal(await pool.use((cache) => cache.get('answer')), 42);
   * ```
   */
  async use<R>(
    fn: (resource: T, lease: ResourceLease<T>) => R | PromiseLike<R>,
    options?: AcquireOptions,
  ): Promise<R> {
    if (typeof fn !== 'function') {
      throw new ArgumentTypeError(`use ${this.#engine.label}`, 'fn', 'a function', fn);
    }
    const lease = await this.#engine.acquire(options, this.use);
    let result: R;
    try {
      result = await fn(lease.value, lease);
    } catch (error) {
      lease._releaseInDoubt();
      throw error;
    }
    lease[Symbol.dispose]();
    return result;
  }

  /**
   * Begins what `init` says, if that has not begun, and waits until `min` resources are there.
   *
   * @throws {CreateError} `ERR_ROCKPOOL_CREATE_FAILED` one of them failed, of a pool that fails fast
   * @throws {PoolClosedError} `ERR_ROCKPOOL_POOL_CLOSED`
   * @example
   * ```ts
   * import assert from 'node:assert';
   * import { ResourcePool } from 'rockpool';
   *
   * const pool = new ResourcePool({ create: async () => ({}), min: 3, max: 5, init: 'eager', failFast: true });
   * await pool.ready();
   * assert.equal(pool.stats().idle, 3);
   * ```
   */
  ready(): Promise<void> {
    return this.#engine.ready();
  }

  /**
   * Changes the bounds while the pool works. Above a lower `max`, idle resources go at once, others when they come back.
   *
   * @throws {OptionRangeError} `ERR_ROCKPOOL_OPTION_RANGE`; nothing was changed
   * @example
   * ```ts
   * import assert from 'node:assert';
   * import { ResourcePool } from 'rockpool';
   *
   * const pool = new ResourcePool({ create: async () => ({}), max: 1 });
   * const lease = await pool.acquire();
   * const second = pool.acquire(); // waits
   * pool.resize({ max: 2 });
   * (await second).release();
   * lease.release();
   * ```
   */
  resize(size: PoolSize): void {
    this.#engine.resize(size);
  }

  /**
   * Replaces all resources: idle ones are destroyed now, others when they come back. For a new password, a fail-over.
   */
  clear(): void {
    this.#engine.clear();
  }

  /**
   * Looks through the idle resources now, as is done by itself every so often: lets go of those that are idle for too
   * long or too old, validates those whose `keepaliveMs` is over, and reports what is held for too long.
   */
  sweep(): void {
    this.#engine.sweep();
  }

  /**
   * Serves those who wait, and nobody else from now on; settles when all resources have come back. They stay open:
   * `close()` ends them. Idempotent.
   */
  drain(): Promise<void> {
    return this.#engine.drain();
  }

  /**
   * Ends the pool: those who wait are refused, creations aborted, idle resources destroyed at once and others when they
   * come back. Settles when all are gone. Idempotent; {@link drain} before it lets those who wait have their turn.
   *
   * @param options `graceMs`: resources that are held for longer are destroyed under their holders, whose leases
   *   then throw when they are used. Default: never
   */
  close({ graceMs = Number.POSITIVE_INFINITY }: { readonly graceMs?: number } = {}): Promise<void> {
    if (typeof graceMs === 'number' && graceMs >= 0) return this.#engine.close(graceMs);
    const action = `close ${this.#engine.label}`;
    return Promise.reject(new ArgumentTypeError(action, 'graceMs', 'milliseconds, 0 or more', graceMs));
  }

  /** As {@link close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Listens to an event.
   *
   * @returns a function that ends it
   * @example
   * ```ts
   * import assert from 'node:assert';
   * import { ResourcePool } from 'rockpool';
   *
   * const pool = new ResourcePool({ create: async () => ({}), max: 1, maxUses: 1 });
   * const reasons: string[] = [];
   * pool.on('destroy', (_, reason) => reasons.push(reason));
   * await pool.use(() => {});
   * assert.deepEqual(reasons, ['uses']);
   * ```
   */
  on<E extends ResourcePoolEvent>(event: E, listener: ResourcePoolEvents<T>[E]): () => void {
    const { label, listeners } = this.#engine;
    if (!EVENTS.includes(event)) {
      throw new ArgumentTypeError(`listen to ${label}`, 'event', `one of ${EVENTS.join(', ')}`, event);
    }
    if (typeof listener !== 'function') {
      throw new ArgumentTypeError(`listen to ${label}`, 'listener', 'a function', listener);
    }
    listeners.add(event, listener);
    return () => listeners.remove(event, listener);
  }

  /** The counters now. */
  stats(): ResourcePoolStats {
    return this.#engine.stats();
  }

  /**
   * The times of `stats()` as counts by upper bounds, for histograms of Prometheus.
   *
   * @param boundsMs ascending; milliseconds
   * @throws {ArgumentTypeError} they are not ascending numbers
   * @example
   * ```ts
   * import assert from 'node:assert';
   * import { ResourcePool } from 'rockpool';
   *
   * const pool = new ResourcePool({ create: async () => ({}), max: 1 });
   * await pool.use(() => {});
   * const { create } = pool.histograms([1, 10, 60_000]);
   * assert.deepEqual([create.count, create.counts[2]], [1, 1]);
   * ```
   */
  histograms(boundsMs: readonly number[]): ResourcePoolHistograms {
    return this.#engine.histograms(boundsMs);
  }

  /** Who has resources now, the longest first. */
  holders(): Holder[] {
    return this.#engine.holders();
  }

  /** Throws if an invariant does not hold. For tests: walks all resources. @internal */
  assertValid(): void {
    this.#engine.assertValid();
  }
}

/// <reference types="node" preserve="true" />
/**
 * generic-pool's pool over what a `ResourcePool` does: `createPool` with the documented options, methods and events of
 * generic-pool 3. `rockpool/compat/generic-pool`.
 *
 * What differs, on purpose:
 * - a create that rejects is tried again after a pause that grows from 10 ms to 5 s, and not at once for ever;
 * - `use` gives the resource back after a function that returns no promise, too;
 * - `testOnReturn` tests on return, and a `validate` that throws costs its resource, not its place;
 * - `idleTimeoutMillis: 0` is 0: whatever is idle may be evicted.
 */
import { EventEmitter } from 'node:events';
import {
  expectBoolean,
  expectFunction,
  expectInteger,
  expectMilliseconds,
  type OptionSite,
  OptionTypeError,
  readOptions,
} from '../internal/options.ts';
import { PoolEngine } from '../resource/pool-engine.ts';
import { ResourceTimeoutError } from '../resource/resource-errors.ts';
import { readResourcePoolOptions } from '../resource/resource-pool-options.ts';
import { Borrowed } from './borrowed.ts';

/** Makes, ends and tests resources. */
export interface Factory<T> {
  create(): T | PromiseLike<T>;
  destroy(resource: T): unknown;
  validate?(resource: T): boolean | PromiseLike<boolean>;
}

/** generic-pool's options. */
export interface Options {
  /** Default 1. */
  readonly max?: number;
  /** Kept from the start on. More than `max` is `max`. Default 0. */
  readonly min?: number;
  /** Default: any number. */
  readonly maxWaitingClients?: number;
  readonly testOnBorrow?: boolean;
  readonly testOnReturn?: boolean;
  /** Default: no limit. */
  readonly acquireTimeoutMillis?: number;
  /** Default: no limit. */
  readonly destroyTimeoutMillis?: number;
  /** Default true: the longest idle is taken first. */
  readonly fifo?: boolean;
  /** Priorities are 0, the first, to this less 1. Default 1. */
  readonly priorityRange?: number;
  /** Default true. */
  readonly autostart?: boolean;
  /** Default 0: nothing is evicted. */
  readonly evictionRunIntervalMillis?: number;
  /** Default 3. */
  readonly numTestsPerEvictionRun?: number;
  /** Default -1: none. */
  readonly softIdleTimeoutMillis?: number;
  /** Default 30,000. */
  readonly idleTimeoutMillis?: number;
  /** Whose promises are returned. */
  readonly Promise?: PromiseConstructorLike;
}

const SITE: OptionSite = { action: 'create generic pool' };
const NAMES: readonly (keyof Options)[] = [
  'max',
  'min',
  'maxWaitingClients',
  'testOnBorrow',
  'testOnReturn',
  'acquireTimeoutMillis',
  'destroyTimeoutMillis',
  'fifo',
  'priorityRange',
  'autostart',
  'evictionRunIntervalMillis',
  'numTestsPerEvictionRun',
  'softIdleTimeoutMillis',
  'idleTimeoutMillis',
  'Promise',
];
const MOST = 2 ** 20;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * Creates a pool as generic-pool has it.
 *
 * @throws {OptionTypeError} @throws {OptionRangeError} @throws {UnknownOptionError}
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { createPool } from 'rockpool/compat/generic-pool';
 *
 * const pool = createPool({ create: async () => ({ rows: [1] }), destroy: async () => {} }, { max: 2, min: 1 });
 * const client = await pool.acquire();
 * assert.equal(pool.borrowed, 1);
 * await pool.release(client);
 * assert.deepEqual(await pool.use((c) => c.rows), [1]);
 * await pool.drain();
 * await pool.clear();
 * ```
 */
export function createPool<T>(factory: Factory<T>, options: Options = {}): Pool<T> {
  return new Pool(factory, options);
}

/**
 * A pool as generic-pool has it.
 *
 * Events: `factoryCreateError` and `factoryDestroyError`, with what the factory threw.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { createPool, Pool } from 'rockpool/compat/generic-pool';
 *
 * const pool = createPool({ create: () => Promise.reject(new Error('down')), destroy: async () => {} });
 * assert(pool instanceof Pool);
 * const told = new Promise((resolve) => pool.on('factoryCreateError', resolve));
 * pool.acquire().catch(() => {});
 * assert.match(String(await told), /down/);
 * ```
 */
export class Pool<T> extends EventEmitter {
  readonly #pool: PoolEngine<T>;
  readonly #borrowed = new Borrowed<T>();
  readonly #Promise: PromiseConstructorLike;
  readonly #max: number;
  readonly #min: number;
  readonly #maxWaiting: number;
  readonly #priorities: number;
  readonly #eviction: { everyMs: number; most: number; softMs: number; hardMs: number };
  #evictor: NodeJS.Timeout | undefined = undefined;
  #started = false;
  #draining = false;

  /** Use {@link createPool}. */
  constructor(factory: Factory<T>, options: Options) {
    super();
    if (typeof factory !== 'object' || factory === null) {
      throw new OptionTypeError(SITE, 'factory', 'an object', factory);
    }
    expectFunction(SITE, 'factory.create', factory.create);
    expectFunction(SITE, 'factory.destroy', factory.destroy);
    if (factory.validate !== undefined) expectFunction(SITE, 'factory.validate', factory.validate);
    const o = readOptions(SITE, options ?? {}, NAMES);
    this.#max = expectInteger(SITE, 'max', o.max, 1, MOST, 1);
    this.#min = Math.min(this.#max, expectInteger(SITE, 'min', o.min, 0, MOST, 0));
    this.#maxWaiting = expectInteger(SITE, 'maxWaitingClients', o.maxWaitingClients, 0, 2 ** 24, 2 ** 24);
    this.#priorities = expectInteger(SITE, 'priorityRange', o.priorityRange, 1, MOST, 1);
    this.#Promise = o.Promise ?? Promise;
    const softMs = o.softIdleTimeoutMillis;
    this.#eviction = {
      everyMs: expectMilliseconds(SITE, 'evictionRunIntervalMillis', o.evictionRunIntervalMillis, 0, 0),
      most: expectInteger(SITE, 'numTestsPerEvictionRun', o.numTestsPerEvictionRun, 1, MOST, 3),
      softMs: expectMilliseconds(SITE, 'softIdleTimeoutMillis', softMs === -1 ? NEVER : softMs, 0, NEVER),
      hardMs: expectMilliseconds(SITE, 'idleTimeoutMillis', o.idleTimeoutMillis, 0, 30_000),
    };
    const onBorrow = expectBoolean(SITE, 'testOnBorrow', o.testOnBorrow, false);
    const onReturn = expectBoolean(SITE, 'testOnReturn', o.testOnReturn, false);
    if ((onBorrow || onReturn) && factory.validate === undefined) {
      throw new OptionTypeError(SITE, 'factory.validate', 'a function where resources are tested', undefined);
    }
    this.#pool = new PoolEngine<T>(
      readResourcePoolOptions({
        name: 'generic-pool',
        create: () => factory.create(),
        destroy: (resource) => factory.destroy(resource),
        ...(onBorrow || onReturn
          ? {
              validate: async (resource: T) => (await factory.validate?.(resource)) !== false,
              validateOnBorrow: onBorrow,
              validateOnCreate: onBorrow,
              validateOnReturn: onReturn,
              validateTimeoutMs: NEVER,
              aliveBypassMs: 0,
            }
          : {}),
        min: this.#min,
        max: this.#max,
        init: 'first-use',
        order: expectBoolean(SITE, 'fifo', o.fifo, true) ? 'fifo' : 'lifo',
        maxWaiting: 2 ** 24,
        acquireTimeoutMs: expectMilliseconds(SITE, 'acquireTimeoutMillis', o.acquireTimeoutMillis, 1, NEVER),
        createTimeoutMs: NEVER,
        destroyTimeoutMs: expectMilliseconds(SITE, 'destroyTimeoutMillis', o.destroyTimeoutMillis, 1, NEVER),
        idleTimeoutMs: NEVER,
        onError: () => {},
      }),
      { countsDestroying: false },
    );
    this.#pool.listeners.add('createFailed', ({ cause }) => this.emit('factoryCreateError', cause));
    this.#pool.listeners.add('hookFailed', ({ hook, cause }) => {
      if (hook === 'destroy') this.emit('factoryDestroyError', cause);
    });
    if (expectBoolean(SITE, 'autostart', o.autostart, true)) this.start();
  }

  /** How many more could be made. */
  get spareResourceCapacity(): number {
    const { creating, size } = this.#pool.counts();
    return this.#max - size - creating;
  }

  /** Resources that there are, or that are being made. */
  get size(): number {
    const { creating, size } = this.#pool.counts();
    return size + creating;
  }

  /** Resources that are idle. */
  get available(): number {
    return this.#pool.counts().idle;
  }

  /** Resources that somebody has. */
  get borrowed(): number {
    return this.#pool.counts().leased;
  }

  /** How many wait. */
  get pending(): number {
    return this.#pool.counts().waiting;
  }

  /** The option, as it was given. */
  get max(): number {
    return this.#max;
  }

  /** The option; no more than `max`. */
  get min(): number {
    return this.#min;
  }

  /** Begins to make `min` resources and to evict. Done by itself unless `autostart` is false. */
  start(): void {
    if (this.#started || this.#draining) return;
    this.#started = true;
    this.#pool.ready().catch(() => {}); // it is drained before
    const { everyMs } = this.#eviction;
    if (everyMs > 0 && everyMs !== NEVER) {
      this.#evictor = setInterval(() => this.#evict(), everyMs);
      this.#evictor.unref();
    }
  }

  /** Waits until `min` are there. */
  ready(): Promise<void> {
    return this.#promise(this.#pool.ready());
  }

  /** Takes a resource. `priority` 0 is served first, one that is out of range last. */
  acquire(priority?: number): Promise<T> {
    if (this.#draining) {
      return this.#promise(Promise.reject(new Error('pool is draining and cannot accept work')));
    }
    this.start();
    const { creating, idle, size, waiting } = this.#pool.counts();
    if (size + creating >= this.#max && idle < 1 && waiting >= this.#maxWaiting) {
      return this.#promise(Promise.reject(new Error('max waitingClients count exceeded')));
    }
    const given = Number(priority) | 0;
    const rank = given < 0 || given >= this.#priorities ? this.#priorities - 1 : given;
    return this.#promise(
      this.#pool.acquire({ priority: -rank }, this.acquire).then(
        (lease) => this.#borrowed.add(lease),
        (error: unknown) => {
          throw error instanceof ResourceTimeoutError ? timedOut(error) : error;
        },
      ),
    );
  }

  /** Rejects if nobody has it. */
  release(resource: T): Promise<void> {
    return this.#promise(this.#takeBack(resource, (lease) => lease.release()));
  }

  /** Gives a resource up; rejects if nobody has it. */
  destroy(resource: T): Promise<void> {
    return this.#promise(this.#takeBack(resource, (lease) => lease.discard()));
  }

  /** Whether somebody has it. */
  isBorrowedResource(resource: T): boolean {
    return this.#borrowed.has(resource);
  }

  /** Runs `fn` with a resource, which goes back, or is destroyed if `fn` fails. */
  use<R>(fn: (resource: T) => R | PromiseLike<R>, priority?: number): Promise<R> {
    const run = async (): Promise<R> => {
      const resource = await this.acquire(priority);
      let result: R;
      try {
        result = await fn(resource);
      } catch (error) {
        await this.destroy(resource);
        throw error;
      }
      await this.release(resource);
      return result;
    };
    return this.#promise(run());
  }

  /** Serves those who wait, and nobody else; settles when all have given back. */
  drain(): Promise<void> {
    this.#draining = true;
    return this.#promise(
      this.#pool.drain().then(() => {
        clearInterval(this.#evictor);
      }),
    );
  }

  /** Destroys what is idle, once what is being made is there. */
  clear(): Promise<void> {
    const run = async () => {
      await this.#pool.settled();
      this.#pool.evict(MOST, () => true);
      await this.#pool.settled();
    };
    return this.#promise(run());
  }

  #evict(): void {
    const { most, softMs, hardMs } = this.#eviction;
    this.#pool.evict(most, (idleMs, idle) => idleMs > hardMs || (idleMs > softMs && idle > this.#min));
  }

  async #takeBack(resource: T, giveBack: (lease: { release(): void; discard(): void }) => void) {
    const lease = this.#borrowed.take(resource);
    if (lease === undefined) throw new Error('Resource not currently part of this pool');
    giveBack(lease);
  }

  /** As a promise of the user's library, if there is one. */
  #promise<R>(promise: Promise<R>): Promise<R> {
    if (this.#Promise === Promise) return promise;
    return new this.#Promise<R>((resolve, reject) => promise.then(resolve, reject)) as Promise<R>;
  }
}

function timedOut(error: ResourceTimeoutError): Error {
  const told = new Error('ResourceRequest timed out', { cause: error });
  told.name = 'TimeoutError';
  return told;
}

/// <reference lib="esnext.disposable" preserve="true" />
/**
 * `Pool<T>`: keeps used objects for their next use, with the semantics of Go's sync.Pool.
 *
 *     get:  private slot ─► live items (LIFO) ─► victims ─► create
 *     put:  reset ─► private slot ─► live items ─► drop
 *
 * Here is the policy: what is kept, when it is dropped, who is told. The structure of the idle items is in
 * `idle-stack.ts`. Two paths lead through it:
 *
 * - the direct path, for `off` and `basic` without `sizeOf` and chaos. A hit stores and clears the item's
 *   place, and counts down once: no Map, no closure, no allocation.
 * - the general path, for everything else. It never fills the private slot and the shelf, so that `get` falls
 *   through to it by itself, and its bound for puts is 0, so that `put` does too.
 *
 * Counters: `gets = folded + recent + pops`: gets from the slot by an increment, those from the shelf by the word in
 * which it has its count anyway. Whether a sample of leaks is due is asked on slow paths only: a hit of the slot that
 * asks costs a quarter more, and whoever loses an item finds the slot empty at the next get. `outstanding =
 * circulating − live − slot`: a hit moves an item between two places that circulate, so that it has nothing to count,
 * and `put` compares the live items with a bound that is set where `circulating` is. What each of these saves is in
 * docs/adr/0005.
 *
 * Source: Go's sync/pool.go (slot, local, victims, epochs); encoding/json (strikes).
 */
import { DrainQueue } from '../internal/drain-queue.ts';
import { ArgumentTypeError } from '../internal/errors.ts';
import { type Ageable, onMajorGc } from '../internal/gc-epochs.ts';
import { HookError } from '../internal/hook-error.ts';
import { onInterval } from '../internal/interval-epochs.ts';
import { expectInteger } from '../internal/options.ts';
import { PoolClosedError } from '../internal/pool-closed-error.ts';
import { Roll } from '../internal/roll.ts';
import { report } from '../internal/warn.ts';
import { Lease } from '../scope/lease.ts';
import { SuppressedError } from '../scope/suppressed-error.ts';
import { Chaos } from './chaos.ts';
import { CheckoutSampler } from './checkout-sampler.ts';
import type { Callable, Guard } from './guard.ts';
import { type Dropped, FIRST, IdleStack } from './idle-stack.ts';
import { ParanoidGuard } from './paranoid-guard.ts';
import { DoublePutError, ForeignPutError } from './pool-errors.ts';
import {
  type DropReason,
  type PoolAging,
  type PoolBounds,
  type PoolOptions,
  type PoolSettings,
  type PoolStats,
  readPoolBounds,
  readPoolOptions,
  SITE,
} from './pool-options.ts';
import { StrictGuard } from './strict-guard.ts';
import { Strikes } from './strikes.ts';

/** Which get is sampled: the one at which it is due, the one after it, or the first of the next epoch. */
type Turn = typeof THIS | typeof NEXT | typeof AFTER_EPOCH;
const THIS = 0;
const NEXT = 1;
const AFTER_EPOCH = 2;

/** So many periods after its last one a sample waits for no epoch any more. */
const PATIENT_PERIODS = 2;

/** Where samples are closer, no get is of the slot. */
const LEAST_SLOT_PERIOD = 64;

/** The pools of this thread. */
export const pools: Roll<Pool<object>> = new Roll();

/**
 * A pool of reusable objects.
 *
 * Good for: things that are costly to make or to collect and are used briefly and often: buffers and typed
 * arrays of a kilobyte and more, scratch that holds such arrays, whatever runs real work when it is made. Not
 * for: plain objects, with or without a Map inside, which cost as much to pool as to make (`rockpool lab
 * objects`); connections, which want validation and waiting (a resource pool); a cache of values, as any idle
 * item may go at any time.
 *
 * Ownership: an item belongs to its user from `get` to `put`. Thread: one isolate; each worker has its own
 * pool. Nothing is created before the first `get`, and an idle item survives one major garbage collection
 * and is dropped at the second. A pool neither keeps the process alive nor needs to be closed.
 *
 * Cost: a hit, get and put together, about 3 ns with `basic` (`npm run bench pool-pair`).
 *
 * Source: Go's sync.Pool.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { Pool } from 'rockpool';
 *
 * const pool = new Pool({
 *   name: 'requests',
 *   create: () => ({ path: '', headers: new Map<string, string>() }),
 *   reset: (request) => {
 *     request.path = '';
 *     request.headers.clear();
 *   },
 * });
 *
 * const request = pool.get();
 * try {
 *   request.headers.set('host', 'example.org');
 * } finally {
 *   pool.put(request);
 * }
 * assert.equal(pool.get(), request);
 * assert.equal(request.headers.size, 0);
 * assert.equal(pool.stats().hits, 1);
 * ```
 */
export class Pool<T extends object> implements Disposable {
  /** Stands in errors: "pool 'requests'". */
  readonly label: string;

  // Read at every get and put; kept together. Writer: this pool only.
  /** The item put last, if it was not taken since. Direct path only. */
  #slot: T | undefined = undefined;
  /** `put` fills the slot while fewer items than these are live: `#circulating` if `#simplePut`, else 0. */
  #putBound = 0;
  /** `put` pushes while fewer items than these are live: the shelf's room if `#simplePut`, else 0. */
  #pushBound = 0;
  /**
   * Gets since the last sample, but for the pops that the shelf counts by itself. With a first value, as all numbers
   * here: V8 then knows that it is a small integer.
   */
  #recentGets = 0;
  /**
   * The live items of the direct path; of all other pools it stays empty. Stored here, once: a private field that
   * the constructor stores was undefined before, and V8 then knows neither its value nor its map. With that, and
   * with no question for `#direct` in `#getSlow`, a pair of a burst costs 11.2 ns instead of 13.4 (Node 20.20,
   * `npm run bench pool-burst`).
   */
  readonly #shelf: IdleStack<T> = new IdleStack(0, false);
  /** Items that are out, in the slot or live, but no victims. Whoever sets it sets the bounds of puts after it. */
  #circulating = 0;
  /** Whether `put` has nothing to do but to keep the item: `direct ∧ ¬sampling ∧ no reset`. */
  #simplePut = false;
  /** Whether puts are shown to the sampler. */
  #sampling = false;
  /** Whether gets and puts may take the direct path. Goes from true to false, at close. */
  #direct: boolean;
  readonly #reset: ((item: T) => void) | undefined;
  /** The idle items, but for the slot's: the shelf, or of a pool that is not direct a stack of its own. */
  readonly #idle: IdleStack<T>;

  readonly #settings: PoolSettings<T>;
  /** Most items in `#idle`; on the direct path one less than `maxIdle`, for the slot. */
  #stackLimit: number;
  /** Whether more puts than gets are an error; not at `off`. */
  readonly #counting: boolean;
  readonly #guard: Guard<T> | undefined;
  readonly #strikes: Strikes<T> | undefined;
  readonly #chaos: Chaos | undefined;
  readonly #sampler: CheckoutSampler<T>;
  /** Aged items on their way to `destroy`, off the main path. */
  readonly #condemned: DrainQueue<T>;
  readonly #endAging: () => void;
  readonly #leaveRoll: () => void;

  /** Gets up to the last sample; `gets = #foldedGets + #recentGets + #shelf.pops`. */
  #foldedGets = 0;
  /** Gets between two samples. */
  #period = 0;
  /**
   * From so many recent gets on the slot stays empty, so that the next get is one that asks, and each pop asks: the period,
   * or more where a sample waits for an epoch; 0 where every get asks.
   */
  #patience = 0;
  /** Which get the next sample is of. */
  #turn: Turn = THIS;
  /** The epoch in which the sample came due; −1: it is not, or was not asked for. */
  #dueEpoch = -1;
  #misses = 0;
  #created = 0;
  /** Foreign items taken in, at `off` only. */
  #adopted = 0;
  #discards = 0;
  #lost = 0;
  #epochs = 0;
  #closed = false;
  readonly #dropped: Record<DropReason, number> = {
    aged: 0,
    full: 0,
    'reset-failed': 0,
    corrupt: 0,
    oversized: 0,
    discarded: 0,
    cleared: 0,
    closed: 0,
    chaos: 0,
  };

  /**
   * @param options see {@link PoolOptions}
   * @throws {OptionTypeError} `ERR_ROCKPOOL_OPTION_TYPE`
   * @throws {OptionRangeError} `ERR_ROCKPOOL_OPTION_RANGE`
   * @throws {UnknownOptionError} `ERR_ROCKPOOL_OPTION_UNKNOWN`
   */
  constructor(options: PoolOptions<T>) {
    const settings = readPoolOptions(options);
    const { checks, name, sizeOf, maxIdle, strikes, chaos, leakDetector } = settings;
    const onLost = () => this.#notedLoss();
    this.label = `pool '${name}'`;
    this.#settings = settings;
    this.#reset = settings.reset;
    this.#counting = checks !== 'off';
    this.#strikes = strikes === undefined ? undefined : new Strikes(SITE, strikes);
    this.#chaos = chaos === undefined ? undefined : new Chaos(SITE, chaos);
    this.#guard = makeGuard(settings, onLost);
    const special = this.#guard !== undefined || sizeOf !== undefined || chaos !== undefined;
    this.#direct = !special && maxIdle >= 2;
    this.#stackLimit = this.#direct ? maxIdle - 1 : maxIdle;
    this.#idle = this.#direct ? this.#shelf : new IdleStack(this.#stackLimit, sizeOf !== undefined);
    if (this.#direct) this.#shelf.resize(this.#stackLimit);
    this.#sampler = new CheckoutSampler(name, leakDetector, onLost, checks === 'basic');
    this.#startPeriod();
    this.#setSampling(false);
    this.#condemned = new DrainQueue((item) => this.#destroy(item, 'aged'));
    this.#endAging = startAging(this, settings.aging);
    this.#leaveRoll = pools.enter(this as unknown as Pool<object>);
  }

  /**
   * Takes an idle item, or creates one. The caller owns it until `put` or `discard`.
   *
   * @throws what `create` throws; the counts are then as if `get` had not been called
   * @throws {PoolClosedError} `ERR_ROCKPOOL_POOL_CLOSED`
   */
  get(): T {
    const item = this.#slot;
    if (item === undefined) return this.#getSlow();
    this.#slot = undefined;
    this.#recentGets++;
    return item;
  }

  /**
   * Takes an idle item if there is one; never creates.
   *
   * @throws {PoolClosedError} `ERR_ROCKPOOL_POOL_CLOSED`
   */
  tryGet(): T | undefined {
    if (this.#slot !== undefined) return this.get();
    this.#assertOpen('get from');
    const item = this.#takeIdle();
    return item === undefined ? undefined : this.#handOut(item, this.tryGet);
  }

  /**
   * Gives an item back: resets it and keeps it for the next `get`. The caller must not use it from then on.
   *
   * @param item what `get` gave
   * @returns whether the item was kept; if not, it was dropped, and destroyed if there is a `destroy`
   * @throws {DoublePutError} `ERR_ROCKPOOL_DOUBLE_PUT`, as far as the checking level sees it
   * @throws {ForeignPutError} `ERR_ROCKPOOL_FOREIGN_PUT`, as far as the checking level sees it
   * @throws {ArgumentTypeError} `ERR_ROCKPOOL_ARGUMENT_TYPE` if it is null or undefined (at `off` they are
   *   ignored, as nil is in Go)
   */
  put(item: T): boolean {
    // The item stands first in each comparison: V8 then checks once that it is an object, and not each of the others
    // (docs/adr/0005).
    const shelf = this.#shelf;
    const slot = this.#slot;
    const live = shelf.liveCount;
    if (slot === undefined) {
      if (live >= this.#putBound || item === undefined || item === null) return this.#putSlow(item);
      if (live > 0 && shelf.isYoungest(item)) return this.#putSlow(item);
      this.#slot = item;
      return true;
    }
    if (live >= this.#pushBound || item === undefined || item === null) return this.#putSlow(item);
    if (item === slot || shelf.isYoungest(item)) return this.#putSlow(item);
    shelf.pushUnsized(item);
    return true;
  }

  /**
   * Gives an item up instead of putting it back: it is broken, or must not be reused. It is destroyed.
   *
   * @throws {DoublePutError | ForeignPutError | ArgumentTypeError} as `put`
   */
  discard(item: T): void {
    const own = this.#takeBack(item, this.discard);
    if (own === undefined) return;
    this.#discards++;
    this.#drop(own, 'discarded');
  }

  /**
   * Calls `fn` with an item and puts the item back after `fn`, or after the promise that `fn` returned is
   * settled.
   *
   * @returns what `fn` returned
   * @throws what `fn` threw; the item is put back all the same
   * @example
   * ```ts
   * import assert from 'node:assert';
   * import { Pool } from 'rockpool';
   *
   * const pool = new Pool({ create: () => ({ parts: [] as string[] }), reset: (t) => (t.parts.length = 0) });
   * const text = pool.use(({ parts }) => {
   *   parts.push('a', 'b');
   *   return parts.join('-');
   * });
   * assert.equal(text, 'a-b');
   * assert.equal(pool.stats().idle, 1);
   * ```
   */
  use<R>(fn: (item: T) => R): R {
    const item = this.get();
    let result: R;
    try {
      result = fn(item);
    } catch (error) {
      this.#putAfter(item, error);
      throw error;
    }
    if (isThenable(result)) {
      return Promise.resolve(result).finally(() => {
        this.put(item);
      }) as R;
    }
    this.put(item);
    return result;
  }

  /**
   * Takes an item as a lease, which puts it back at `release`, at the end of a `using` block, or through
   * `defer.use`. A lease cannot be used after its release.
   *
   * @throws as `get`
   */
  lease(): Lease<T> {
    return new Lease(this, this.get());
  }

  /**
   * Creates items until `count` are idle.
   *
   * @param count 0 to `maxIdle`
   * @returns how many were created; fewer than asked for if `maxIdleBytes` was reached
   * @throws {OptionRangeError} `ERR_ROCKPOOL_OPTION_RANGE`
   * @throws {PoolClosedError} `ERR_ROCKPOOL_POOL_CLOSED`
   * @throws what `create` or `sizeOf` throws; the items made until then stay
   */
  prewarm(count: number): number {
    this.#assertOpen('prewarm');
    const site = { action: `prewarm ${this.label}` };
    const wanted = expectInteger(site, 'count', count ?? Number.NaN, 0, this.#settings.maxIdle, 0);
    const before = this.#created;
    while (this.#idleCount() < wanted) {
      if (!this.#keepNew(this.#create())) break;
    }
    return this.#created - before;
  }

  /**
   * Lets one ageing epoch pass: idle items become victims, and what was a victim before is dropped, down to
   * `minIdle`. Called at each major garbage collection or by a timer, unless `aging` is `manual`.
   *
   * Cost: independent of the number of idle items; a `destroy` runs afterwards, in portions.
   *
   * @returns how many items were dropped
   */
  age(): number {
    if (this.#closed) return 0;
    this.#epochs++;
    this.#sampler.suspect();
    const outstanding = this.#outstanding();
    const { minIdle, destroy } = this.#settings;
    // Where the stack may end up full the slot's item waits for the next epoch: to drop the oldest in its place
    // would be to walk the others.
    if (this.#idle.liveCount < this.#stackLimit && minIdle <= this.#stackLimit) this.#stashSlot();
    const { items, count: aged } = this.#idle.age(minIdle);
    this.#dropped.aged += aged;
    if (destroy !== undefined || this.#guard !== undefined) this.#condemned.add(items, FIRST);
    this.#setOutstanding(outstanding);
    return aged;
  }

  /**
   * Drops idle items, the oldest first, until `minIdle` are left.
   *
   * @returns how many were dropped
   */
  trim(): number {
    return this.#shrink(this.#settings.minIdle, 'cleared');
  }

  /**
   * Drops all idle items, whatever `minIdle` says. Items that are out are not concerned.
   *
   * @returns how many were dropped
   */
  clear(): number {
    return this.#shrink(0, 'cleared');
  }

  /**
   * Changes the bounds of what is kept, while the pool works. What lies idle above them is dropped, the oldest first.
   *
   * @returns how many items were dropped
   * @throws {OptionTypeError} @throws {OptionRangeError} @throws {UnknownOptionError}; nothing was changed
   * @throws {PoolClosedError} `ERR_ROCKPOOL_POOL_CLOSED`
   * @example
   * ```ts
   * import assert from 'node:assert';
   * import { Pool } from 'rockpool';
   *
   * const pool = new Pool({ create: () => new Float64Array(1024), maxIdle: 64 });
   * pool.prewarm(64);
   * assert.equal(pool.resize({ maxIdle: 16 }), 48);
   * assert.equal(pool.stats().maxIdle, 16);
   * ```
   */
  resize(bounds: PoolBounds): number {
    this.#assertOpen('resize');
    const { maxIdle, minIdle, maxIdleBytes } = readPoolBounds(this.label, bounds, this.#settings);
    const settings = this.#settings;
    settings.maxIdle = maxIdle;
    settings.minIdle = minIdle;
    settings.maxIdleBytes = maxIdleBytes;
    const outstanding = this.#outstanding();
    this.#stackLimit = this.#direct ? maxIdle - 1 : maxIdle;
    this.#idle.resize(this.#stackLimit);
    this.#setOutstanding(outstanding);
    let dropped = this.#idleCount() > maxIdle ? this.#shrink(maxIdle, 'full') : 0;
    while (this.#idle.bytes > maxIdleBytes) dropped += this.#shrink(this.#idleCount() - 1, 'full');
    return dropped;
  }

  /** The counters now. Cost: one small object. */
  stats(): PoolStats {
    const outstanding = this.#outstanding();
    const gets = this.#foldedGets + this.#recentGets + this.#shelf.pops;
    return {
      name: this.#settings.name,
      gets,
      hits: gets - this.#misses,
      misses: this.#misses,
      created: this.#created,
      puts: gets + this.#adopted - outstanding - this.#discards - this.#lost,
      discards: this.#discards,
      dropped: { ...this.#dropped },
      idle: this.#idleCount(),
      victims: this.#idle.victimCount,
      idleBytes: this.#idle.bytes,
      maxIdle: this.#settings.maxIdle,
      minIdle: this.#settings.minIdle,
      maxIdleBytes: this.#settings.maxIdleBytes,
      outstanding,
      lost: this.#lost,
      epochs: this.#epochs,
      closed: this.#closed,
    };
  }

  /**
   * Drops all idle items and ends the ageing. From then on gets throw, and items that come back are
   * destroyed. Idempotent. A pool that is forgotten without `close` is collected all the same; its idle items
   * are then not destroyed.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#direct = false;
    this.#setSampling(this.#sampling);
    this.#endAging();
    this.#leaveRoll();
    this.#shrink(0, 'closed');
    this.#condemned.flush();
  }

  /** As `close`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Puts `item` back while `error` is in flight; a put that fails must not hide it. */
  #putAfter(item: T, error: unknown): void {
    try {
      this.put(item);
    } catch (second) {
      throw new SuppressedError(second, error, `Putting an item back into ${this.label} threw as well`);
    }
  }

  #getSlow(): T {
    const shelf = this.#shelf;
    if (shelf.liveCount === 0) return this.#getGeneral();
    const item = shelf.popLive();
    if (shelf.popsDue) this.#countPops(item);
    return item;
  }

  #getGeneral(): T {
    this.#assertOpen('get from');
    const idle = this.#takeIdle();
    const item = idle ?? this.#create();
    if (idle === undefined) this.#misses++;
    return this.#handOut(item, this.get);
  }

  #create(): T {
    const item = this.#settings.create(this.#strikes?.hintBytes ?? 0);
    if ((typeof item !== 'object' && typeof item !== 'function') || item === null) {
      throw new ArgumentTypeError(`create an item of ${this.label}`, 'create()', 'an object', item);
    }
    this.#created++;
    this.#guard?.admit(item);
    return item;
  }

  /** An idle item that nobody touched, from anywhere but the slot. */
  #takeIdle(): T | undefined {
    while (this.#idle.count > 0) {
      const index = (this.#chaos ?? this.#guard)?.pick(this.#idle.count) ?? -1;
      const outstanding = this.#outstanding();
      const item = index < 0 ? (this.#idle.pop() as T) : this.#idle.takeAt(index);
      this.#setOutstanding(outstanding);
      const error = this.#guard?.recheck(item);
      if (error === undefined) return item;
      report(this.#settings.onError, error, 'ROCKPOOL_CORRUPT');
      this.#drop(item, 'corrupt');
    }
    return undefined;
  }

  #handOut(item: T, below: Callable): T {
    this.#setCirculating(this.#circulating + 1);
    if (++this.#recentGets + this.#shelf.pops >= this.#period) this.#due(item, below);
    return this.#guard === undefined ? item : this.#guard.checkOut(item, below);
  }

  /** The direct path of `put` where there is a reset or a sample, else the general path. */
  #putSlow(item: T): boolean {
    // What `#outstanding` and `#assertNotIdle` ask is spelt out, and `#keep` left to the full pool: 6.4 ns for a
    // pair with a reset, where the calls made 12.4, being more than V8 inlines (Node 20.20, `npm run bench
    // pool-reset`).
    const slot = this.#slot;
    const shelf = this.#shelf;
    const bound = slot === undefined ? this.#circulating : this.#circulating - 1;
    if (!this.#direct || shelf.liveCount >= bound || item === undefined || item === null) {
      return this.#putGeneral(item);
    }
    if (item === slot || shelf.isYoungest(item)) return this.#putGeneral(item);
    if (this.#sampling) this.#returned(item);
    this.#circulating--;
    const reset = this.#reset;
    try {
      if (reset !== undefined) reset(item);
    } catch (error) {
      return this.#hookFailed(item, 'reset', error);
    }
    // The reset may have put other items, or closed the pool.
    if (this.#closed) return this.#drop(item, 'closed');
    if (this.#slot === undefined) {
      if (this.#recentGets >= this.#patience) return this.#shelve(item);
      this.#slot = item;
    } else if (!shelf.tryPush(item)) {
      this.#setCirculating(this.#circulating); // `#keep` may call `destroy`, which must find the bounds right
      return this.#keep(item, 0);
    }
    this.#circulating++;
    return true;
  }

  /** A sample is due: keeps an item that was reset out of the slot, so that the next get asks. */
  #shelve(item: T): boolean {
    const shelf = this.#shelf;
    if (shelf.count >= this.#stackLimit) {
      this.#setCirculating(this.#circulating);
      return this.#keep(item, 0);
    }
    shelf.pushUnsized(item);
    this.#recentGets += shelf.pops;
    shelf.countPops(this.#patience - this.#recentGets);
    this.#circulating++;
    return true;
  }

  #putGeneral(item: T): boolean {
    const own = this.#takeBack(item, this.put);
    if (own === undefined) return false;
    if (this.#closed) return this.#drop(own, 'closed');
    const reset = this.#reset;
    let charge = 0;
    let struckOut = false;
    let wrong: Error | undefined;
    try {
      const used = this.#strikes?.usedOf(own) ?? 0;
      if (reset !== undefined) reset(own);
      charge = this.#chargeOf(own);
      struckOut = this.#strikes?.strike(own, charge, used) ?? false;
      wrong = this.#guard?.inspect(own, reset !== undefined);
    } catch (error) {
      return this.#hookFailed(own, 'reset', error);
    }
    if (wrong !== undefined) {
      report(this.#settings.onError, wrong, 'ROCKPOOL_CORRUPT');
      return this.#drop(own, 'corrupt');
    }
    if (this.#closed) return this.#drop(own, 'closed');
    if (struckOut) return this.#drop(own, 'oversized');
    if (this.#chaos?.drops()) return this.#drop(own, 'chaos');
    return this.#keep(own, charge);
  }

  /**
   * The item behind what a user hands back, no longer counted as outstanding; undefined for null at `off`.
   * Throws on misuse, before anything has changed.
   */
  #takeBack(handed: T, below: Callable): T | undefined {
    if (handed === undefined || handed === null) {
      if (!this.#counting) return undefined;
      throw new ArgumentTypeError(`put into ${this.label}`, 'item', 'an object', handed);
    }
    let item = handed;
    if (this.#guard !== undefined) {
      item = this.#guard.checkIn(handed, below);
    } else if (this.#counting) {
      this.#assertNotIdle(item);
      if (this.#outstanding() === 0) {
        throw new ForeignPutError(
          this.#settings.name,
          'no item is out: it was put twice, or is not the pool’s',
        );
      }
    } else if (this.#outstanding() === 0) {
      this.#adopted++;
      this.#setCirculating(this.#circulating + 1);
    }
    if (this.#sampling) this.#returned(item);
    this.#setCirculating(this.#circulating - 1);
    return item;
  }

  /** Keeps an item that nobody has used yet, or drops it. */
  #keepNew(item: T): boolean {
    if (this.#closed) return this.#drop(item, 'closed');
    let charge: number;
    try {
      charge = this.#chargeOf(item);
    } catch (error) {
      this.#drop(item, 'reset-failed');
      throw error;
    }
    return this.#keep(item, charge);
  }

  /** Keeps an idle item, if need be in a victim's place; else drops it. */
  #keep(item: T, charge: number): boolean {
    const hasRoom = this.#idle.count < this.#stackLimit;
    if (this.#direct && this.#slot === undefined && (this.#patience > 0 || !hasRoom)) {
      this.#slot = item;
      this.#setCirculating(this.#circulating + 1);
      return true;
    }
    const idle = this.#idle;
    const maxBytes = this.#settings.maxIdleBytes;
    // Only victims make room: where the live items leave none, none has to go.
    if (idle.liveBytes + charge > maxBytes) return this.#drop(item, 'full');
    while (idle.count >= this.#stackLimit || idle.bytes + charge > maxBytes) {
      const victim = idle.popVictim();
      if (victim === undefined) return this.#drop(item, 'full');
      this.#drop(victim, 'full');
    }
    idle.push(item, charge);
    this.#setCirculating(this.#circulating + 1);
    return true;
  }

  #chargeOf(item: T): number {
    const sizeOf = this.#settings.sizeOf;
    if (sizeOf === undefined) return 0;
    const bytes = sizeOf(item);
    if (Number.isFinite(bytes) && bytes >= 0) return bytes;
    throw new ArgumentTypeError(`charge an item of ${this.label}`, 'sizeOf()', 'a number of bytes', bytes);
  }

  #assertNotIdle(item: T): void {
    if (item === this.#slot || item === this.#idle.peek()) throw new DoublePutError(this.#settings.name);
  }

  #assertOpen(action: string): void {
    if (this.#closed) throw new PoolClosedError(this.#settings.name, action);
  }

  #idleCount(): number {
    return this.#idle.count + (this.#slot === undefined ? 0 : 1);
  }

  /** Moves the slot's item onto the stack, as its youngest; the stack may hold `maxIdle` for a moment. */
  #stashSlot(): void {
    const item = this.#slot;
    if (item === undefined) return;
    this.#slot = undefined;
    this.#idle.push(item, 0);
  }

  /** Drops idle items, the oldest first, until `keep` are left; gives their number. */
  #shrink(keep: number, reason: DropReason): number {
    const outstanding = this.#outstanding();
    this.#stashSlot();
    const surplus = this.#idle.shrink(keep);
    if (this.#idle.count > this.#stackLimit) this.#slot = this.#idle.pop();
    this.#setOutstanding(outstanding);
    return this.#dropAll(surplus, reason);
  }

  /** Items that are out with users. */
  #outstanding(): number {
    return this.#circulating - this.#idle.liveCount - (this.#slot === undefined ? 0 : 1);
  }

  #setOutstanding(count: number): void {
    this.#setCirculating(count + this.#idle.liveCount + (this.#slot === undefined ? 0 : 1));
  }

  /** Sets the bounds of puts too: the main path takes none while nothing is out. */
  #setCirculating(count: number): void {
    this.#circulating = count;
    this.#shelf.allow(count - 1);
    this.#putBound = this.#simplePut ? count : 0;
    this.#pushBound = this.#simplePut ? this.#shelf.room : 0;
  }

  #dropAll({ items, count }: Dropped<T>, reason: DropReason): number {
    for (let i = 0; i < count; i++) this.#drop(items[FIRST + i] as T, reason);
    return count;
  }

  /** Lets go of an item. Always false: it was not kept. */
  #drop(item: T, reason: DropReason): false {
    this.#dropped[reason]++;
    this.#destroy(item, reason);
    return false;
  }

  #destroy(item: T, reason: DropReason): void {
    this.#guard?.release(item);
    const { destroy, name, onError } = this.#settings;
    if (destroy === undefined) return;
    try {
      destroy(item, reason);
    } catch (error) {
      report(onError, new HookError('Item', name, 'destroy', error), 'ERR_ROCKPOOL_DESTROY_FAILED');
    }
  }

  #hookFailed(item: T, hook: 'reset', error: unknown): false {
    const { name, onError } = this.#settings;
    report(onError, new HookError('Item', name, hook, error), 'ERR_ROCKPOOL_RESET_FAILED');
    return this.#drop(item, 'reset-failed');
  }

  /** Every few pops: adds them to the recent gets, and asks whether a sample is due. */
  #countPops(item: T): void {
    this.#recentGets += this.#shelf.pops;
    this.#shelf.countPops(this.#patience - this.#recentGets);
    if (this.#recentGets >= this.#period) this.#due(item, this.get);
  }

  /**
   * A sample is due, at a get that was no hit of the slot; `item` goes out. Which get is sampled goes by turns, as these
   * gets are not like others: where each tenth item is lost, the one after it comes from here, and none that is lost.
   */
  #due(item: T, below: Callable): void {
    const first = this.#dueEpoch === -1;
    if (first) this.#dueEpoch = this.#epochs;
    if (this.#turn === THIS || this.#patience === 0) {
      this.#sample(item, below);
    } else if (this.#turn === NEXT) {
      if (first)
        this.#setSampling(true); // the next put then leaves the slot empty
      else this.#sample(item, below);
    } else if (this.#epochs > this.#dueEpoch || this.#recentGets >= this.#patience) {
      this.#sample(item, below);
    }
  }

  /** Has the item that goes out now watched, and folds the counters. */
  #sample(item: T, below: Callable): void {
    this.#turn = this.#turn === THIS ? NEXT : this.#turn === NEXT ? AFTER_EPOCH : THIS;
    this.#foldedGets += this.#recentGets + this.#shelf.pops;
    this.#startPeriod();
    this.#sampler.sample(item, below);
    this.#setSampling(this.#sampler.active);
  }

  #startPeriod(): void {
    this.#period = this.#sampler.period;
    const periods = this.#turn === AFTER_EPOCH ? PATIENT_PERIODS : 1;
    this.#patience = this.#period < LEAST_SLOT_PERIOD ? 0 : this.#period * periods;
    this.#recentGets = 0;
    this.#dueEpoch = -1;
    this.#shelf.countPops(this.#period);
  }

  #setSampling(active: boolean): void {
    this.#sampling = active;
    this.#simplePut = this.#direct && !active && this.#reset === undefined && this.#patience > 0;
    this.#setCirculating(this.#circulating);
  }

  #returned(item: T): void {
    this.#sampler.returned(item);
    this.#setSampling(this.#sampler.active);
  }

  #notedLoss(): void {
    // At `basic` a foreign item may have come back in the place of the lost one: then none is missing.
    if (this.#outstanding() > 0) {
      this.#circulating--;
      this.#lost++;
    }
    this.#setSampling(this.#sampler.active);
  }
}

function makeGuard<T extends object>(settings: PoolSettings<T>, onLost: () => void): Guard<T> | undefined {
  const { checks, name, leakDetector, create } = settings;
  if (checks === 'strict') return new StrictGuard(name, leakDetector, onLost);
  if (checks === 'paranoid') return new ParanoidGuard(name, leakDetector, onLost, () => create(0));
  return undefined;
}

function startAging(pool: Ageable, aging: PoolAging): () => void {
  if (aging === 'manual') return () => {};
  return aging === 'gc' ? onMajorGc(pool) : onInterval(pool, aging.intervalMs);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}

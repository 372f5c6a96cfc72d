/**
 * The policy of resource pools: who gets what, what is made and kept, and what goes, for things that are dear to make,
 * asynchronous, and few.
 *
 *     acquire ─► idle and sound? ─► lease            nobody waits: one microtask, and no timer
 *        │ else
 *        ▼
 *     queue ◄── offer ◄── validated ◄── idle
 *        │        ▲ ▲
 *        ▼        │ └──── made ◄── maker (back-off)          pump: as many as wait and are not provided for,
 *     lease ──► release ──► validated, reset                       and `min`, within `max`
 *
 * Nobody who waits is tied to a resource: whatever becomes free is offered to whoever is first then. So an abort or a
 * time-out only leaves the queue, and what was on its way for it goes to the next, or becomes idle.
 *
 * Invariants, checked by `assertValid()`:
 * - `live = idle + leased + checking + destroying`, `live + creating ≤ max` (but for a while after `max` was lowered);
 * - each resource is in one place, and has at most one lease;
 * - nobody waits while a sound resource is idle, unless the start is waited for.
 *
 * What is done how often: `member.ts` has the states, `maker.ts` creates, `hook-run.ts` calls what may hang,
 * `deadlines.ts` has one timer for all. Sources: HikariCP (bypass of validation, lifetimes with jitter, leak threshold),
 * commons-pool (validation when, soft and hard eviction), generic-pool (offers instead of ties).
 */
import { ArgumentTypeError } from '../internal/errors.ts';
import { runLater } from '../internal/later.ts';
import { PoolClosedError } from '../internal/pool-closed-error.ts';
import { Random } from '../internal/random.ts';
import { Roll } from '../internal/roll.ts';
import { report } from '../internal/warn.ts';
import type { LeakTrack } from '../leak/leak-track.ts';
import { Alarm } from './alarm.ts';
import { Care } from './care.ts';
import { CoarseClock } from './coarse-clock.ts';
import { Deadlines } from './deadlines.ts';
import { HoldWatch, holdersOf } from './hold-watch.ts';
import { IdleList } from './idle-list.ts';
import { LongWaits } from './long-waits.ts';
import { Maker, type MakerOwner } from './maker.ts';
import { Member } from './member.ts';
import {
  type CreateError,
  type Holder,
  QueueFullError,
  ResourceTimeoutError,
  type Shortage,
} from './resource-errors.ts';
import { Listeners } from './resource-events.ts';
import { type LeaseHome, ResourceLease } from './resource-lease.ts';
import {
  type AcquireOptions,
  checkAcquireOptions,
  type DestroyReason,
  type PoolSize,
  type ResourcePoolSettings,
  readNewSize,
} from './resource-pool-options.ts';
import {
  PoolTallies,
  type ResourceCounts,
  type ResourcePoolHistograms,
  type ResourcePoolStats,
} from './resource-stats.ts';
import { Rest } from './rest.ts';
import { WaitQueue } from './wait-queue.ts';
import { Waiter, type WaiterOwner } from './waiter.ts';

/** What only the pools in the place of others ask for. */
export interface EngineOptions {
  /** Whether what is being destroyed counts towards `max`. Default true. */
  readonly countsDestroying?: boolean;
}

/** The function that the user called: where the record of an acquire begins. */
type Caller = (...args: never[]) => unknown;

/** `starting`: what is made is kept until all of `min` were tried. `draining`: those who wait are served, others not. */
type Phase = 'new' | 'starting' | 'open' | 'draining' | 'closed';

const NEVER = Number.POSITIVE_INFINITY;

/** No resource was alive so long ago that it were older than a bypass without an end. */
const IN_DOUBT = -Number.MAX_VALUE;

/** Sweeps come twice within the shortest of the times that they watch over, but no more often than this. */
const SHORTEST_SWEEP_MS = 5;
const LONGEST_SWEEP_MS = 1000;

/** The pools of this thread, those in the place of others among them. */
export const resourcePools: Roll<PoolEngine<unknown>> = new Roll();

let made = 0;

/** What a {@link ResourcePool} does, and the pools in the place of others. */
export class PoolEngine<T> implements LeaseHome<T>, WaiterOwner<T>, MakerOwner<T> {
  /** As it stands in errors: "resource pool 'db'". */
  readonly label: string;
  readonly #settings: ResourcePoolSettings<T>;
  #min: number;
  #max: number;
  #phase: Phase = 'new';

  /** All that exist, in whichever state. */
  readonly #members = new Set<Member<T>>();
  readonly #idle = new IdleList<T>();
  #leased = 0;
  #checking = 0;
  #destroying = 0;

  readonly #waiters = new WaitQueue<T>();
  readonly #clock = new CoarseClock();
  readonly #deadlines = new Deadlines();
  readonly #maker: Maker<T>;
  readonly #longWaits: LongWaits<T>;
  readonly #watch: HoldWatch<T>;
  readonly #care: Care<T>;
  readonly listeners: Listeners<T>;
  readonly #random: Random;
  readonly #tallies = new PoolTallies();

  /** {@link ResourcePoolOptions.order} */
  readonly #lifo: boolean;
  readonly #countsDestroying: boolean;
  /** Below it, an idle resource needs no validation. */
  readonly #bypassMs: number;
  readonly #maxUses: number;
  /** Whether anything above `min` is kept when nobody waits for it. */
  readonly #idleAllowed: boolean;
  /** Whether what comes back is to be offered at once, but for what its member says. */
  readonly #plainReturn: boolean;
  /** Whether an acquire may be served. */
  #accepting = false;
  /** Whether `min` is kept up. */
  #keepsMin = false;
  /** Whether that begins when the first creation has ended: made beside it, the others would hold it up. */
  #buildsBehind = false;
  /** Creations of the start that have not ended; what is made is not handed out before. */
  #gate = 0;
  /** Resources that must have been made for the start to have succeeded. */
  #startNeeds: number;
  #pumping = false;
  #pumpAgain = false;
  readonly #sweep: Alarm;
  readonly #sweepMs: number;
  /** Whether leases are looked at in sweeps, too. */
  readonly #watchesHolders: boolean;
  #sweeping = false;
  /** Who waits for `ready()`. */
  #starters: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  #draining: Rest | undefined = undefined;
  #closing: Rest | undefined = undefined;
  #settling: Rest | undefined = undefined;
  #closeCause: unknown = undefined;
  /** A shortage is the same for all who are told of it in one turn. */
  #shortage: Shortage | undefined = undefined;
  readonly #leaveRoll: () => void;

  constructor(settings: ResourcePoolSettings<T>, { countsDestroying = true }: EngineOptions = {}) {
    const seed = Date.now() ^ Math.imul(++made, 0x9e3779b9);
    this.#settings = settings;
    this.#countsDestroying = countsDestroying;
    this.label = `resource pool '${settings.name}'`;
    this.#min = settings.min;
    this.#max = settings.max;
    this.#lifo = settings.lifo;
    this.#bypassMs = settings.aliveBypassMs;
    this.#maxUses = settings.maxUses;
    this.#idleAllowed = settings.idleTimeoutMs > 0;
    this.#plainReturn = settings.reset === undefined && !settings.validateOnReturn && this.#idleAllowed;
    this.#startNeeds = settings.init === 'lazy' ? 1 : Math.max(1, settings.min);
    this.#random = new Random(seed);
    this.listeners = new Listeners(settings.onError);
    this.#maker = new Maker(
      this,
      settings.validateOnCreate ? { ...settings, create: (signal) => this.#createSound(signal) } : settings,
      this.#deadlines,
      seed,
    );
    this.#longWaits = new LongWaits(this.#waiters, this.#deadlines, (waiter) => this.#aborted(waiter));
    this.#watch = new HoldWatch(settings, this.label, this.listeners, () => {
      this.#tallies.lost++;
    });
    this.#care = new Care(settings, this.#deadlines, this.listeners, this.#tallies);
    this.#sweep = new Alarm((now) => this.#sweepAt(now));
    this.#sweepMs = sweepInterval(settings);
    this.#watchesHolders = settings.leakThresholdMs !== NEVER;
    this.#leaveRoll = resourcePools.enter(this as PoolEngine<unknown>);
    if (settings.init === 'lazy') this.#open();
    else if (settings.init === 'eager') this.#start(false);
  }

  get name(): string {
    return this.#settings.name;
  }

  /** @param below the function that the user called */
  acquire(options: AcquireOptions | undefined, below: Caller): Promise<ResourceLease<T>> {
    if (options !== undefined) {
      try {
        checkAcquireOptions(this.label, options);
      } catch (error) {
        return Promise.reject(error);
      }
    }
    const lease = this.tryAcquire(below, options?.signal);
    return lease === undefined ? this.#acquireLater(options, below) : Promise.resolve(lease);
  }

  /** An idle resource that is sound, if nobody waits. The signal is asked only when there is one: see `long-waits.ts`. */
  tryAcquire(below: Caller, signal?: AbortSignal): ResourceLease<T> | undefined {
    const member = this.#nextIdle();
    if (member === undefined || !this.#accepting || this.#waiters.size !== 0) return undefined;
    const exact = this.#clock.tick();
    const now = this.#clock.now;
    if (!(now - member.aliveAt < this.#bypassMs && now < member.expiresAt)) return undefined;
    if (signal?.aborted) return undefined;
    this.#idle.remove(member);
    this.#tallies.hits++;
    const track = now >= this.#watch.nextAt ? this.#watch.record(now, below) : undefined;
    return this.#lend(member, exact, track);
  }

  async ready(): Promise<void> {
    if (this.#phase === 'closed' || this.#phase === 'draining') throw this.#refusal('start');
    if (this.#phase === 'new') this.#start(false);
    if (this.#isReady()) return;
    await new Promise<void>((resolve, reject) => this.#starters.push({ resolve, reject }));
  }

  resize(size: PoolSize): void {
    const { min, max } = readNewSize(size, this.#min, this.#max);
    this.#min = min;
    this.#max = max;
    for (
      let member = this.#idle.oldest;
      member !== undefined && this.#isCrowded();
      member = this.#idle.oldest
    ) {
      this.#idle.remove(member);
      this.#destroy(member, 'resize');
    }
    this.#pump();
  }

  clear(): void {
    for (const member of this.#members) {
      if (member.state === 'idle') {
        this.#idle.remove(member);
        this.#destroy(member, 'clear');
      } else member.expiresAt = Number.NEGATIVE_INFINITY;
    }
    this.#maker.retryNow();
    this.#pump();
  }

  sweep(): void {
    this.#sweepAt(this.#clock.read());
  }

  drain(): Promise<void> {
    if (this.#draining === undefined) {
      this.#draining = new Rest();
      if (this.#phase !== 'closed') {
        if (this.#phase === 'new') this.#open();
        this.#phase = 'draining';
        this.#accepting = false;
        this.#keepsMin = false;
        this.#rejectStarters(this.#refusal('start'));
      }
      this.#restIfSo();
    }
    return this.#draining.promise;
  }

  close(graceMs: number): Promise<void> {
    this.#close(undefined);
    if (graceMs === 0) this.#takeAll();
    else this.#deadlines.add(new Alarm(() => this.#takeAll()), graceMs, performance.now());
    return (this.#closing as Rest).promise;
  }

  stats(): ResourcePoolStats {
    this.#longWaits.settle();
    return {
      name: this.name,
      min: this.#min,
      max: this.#max,
      ...this.counts(),
      draining: this.#phase === 'draining',
      closed: this.#phase === 'closed',
      ...this.#tallies.stats(),
    };
  }

  /** Times by upper bounds; see {@link ResourcePool.histograms}. */
  histograms(boundsMs: readonly number[]): ResourcePoolHistograms {
    const ascend = (bound: number, i: number): boolean =>
      typeof bound === 'number' && bound >= 0 && (i === 0 || bound > (boundsMs[i - 1] as number));
    if (!Array.isArray(boundsMs) || !boundsMs.every(ascend)) {
      throw new ArgumentTypeError(
        `read histograms of ${this.label}`,
        'boundsMs',
        'ascending milliseconds',
        boundsMs,
      );
    }
    this.#longWaits.settle();
    return this.#tallies.histograms(boundsMs);
  }

  /** The part of `stats()` that costs nothing: how many there are in which state, and how many wait. */
  counts(): ResourceCounts {
    return {
      size: this.#members.size - this.#destroying,
      idle: this.#idle.count,
      leased: this.#leased,
      checking: this.#checking,
      creating: this.#maker.creating,
      destroying: this.#destroying,
      waiting: this.#waiters.size,
    };
  }

  /** Who has resources now, the longest first. */
  holders(): Holder[] {
    return holdersOf(this.#members, this.#clock.read());
  }

  /** Throws if an invariant does not hold. For tests: walks all members. */
  assertValid(): void {
    const count = { idle: 0, leased: 0, checking: 0, destroying: 0, gone: 0 };
    for (const { state } of this.#members) count[state]++;
    let listed = 0;
    for (let m = this.#idle.oldest; m !== undefined; m = m.younger) {
      if (m.state !== 'idle' || (m.younger !== undefined && m.younger.idleSince < m.idleSince)) {
        throw new Error('the idle list holds what is not idle, or is out of order');
      }
      listed++;
    }
    const kept = { idle: this.#idle.count, leased: this.#leased, checking: this.#checking };
    const found = { idle: count.idle, leased: count.leased, checking: count.checking };
    if (JSON.stringify(kept) !== JSON.stringify(found) || listed !== kept.idle || count.gone > 0) {
      throw new Error(`counted ${JSON.stringify(kept)}, found ${JSON.stringify(found)}, listed ${listed}`);
    }
    if (count.destroying !== this.#destroying) throw new Error('resources that are destroyed are miscounted');
    if (this.#waiters.size > 0 && this.#gate === 0 && this.#checking < this.#waiters.size && kept.idle > 0) {
      throw new Error(`${this.#waiters.size} wait while ${kept.idle} are idle`);
    }
  }

  // What the pools in the place of others need beyond that.

  /** As `acquire`, with a way to take it back. */
  acquireCancellable(below: Caller): CancellableAcquire<T> {
    const lease = this.tryAcquire(below);
    if (lease !== undefined) return { promise: Promise.resolve(lease), cancel: () => {} };
    const place: Place<T> = { waiter: undefined };
    const promise = this.#acquireLater(undefined, below, place);
    return {
      promise,
      cancel: (reason) => {
        if (place.waiter?.waiting) this.#cancel(place.waiter, reason);
      },
    };
  }

  /** Ends the wait of whoever is first. */
  rejectFirst(reason: unknown): void {
    const waiter = this.#waiters.first;
    if (waiter !== undefined) this.#cancel(waiter, reason);
  }

  /** Settles when nothing is being made or destroyed. */
  settled(): Promise<void> {
    this.#settling ??= new Rest();
    const { promise } = this.#settling;
    this.#restIfSo();
    return promise;
  }

  /** Lets go of idle resources, the longest idle first, as `unwanted` says; looks at `most`. */
  evict(most: number, unwanted: (idleMs: number, idle: number) => boolean): void {
    const now = this.#clock.read();
    let member = this.#idle.oldest;
    for (let i = 0; i < most && member?.state === 'idle'; i++) {
      const next: Member<T> | undefined = member.younger;
      if (unwanted(now - member.idleSince, this.#idle.count)) {
        this.#idle.remove(member);
        this.#destroy(member, 'idle');
      }
      member = next;
    }
    this.#pump();
  }

  // What leases, waiters and the maker tell.

  /** @internal */
  _release(member: Member<T>, sound: boolean): void {
    if (member.state !== 'leased') return; // it was taken back by force
    const clock = this.#clock;
    const now = member.timed ? clock.read() : clock.now;
    if (member.timed) this.#tallies.useTimes.record(now - member.leasedAt);
    if (member.track !== undefined || member.overdue) this.#watch.end(member, now);
    this.#leased--;
    if (this.listeners.busy) this.listeners.tell('release', member.resource);
    if (sound) member.aliveAt = now;
    else if (this.#settings.validate !== undefined) member.aliveAt = IN_DOUBT;
    if (
      this.#plainReturn &&
      member.uses < this.#maxUses &&
      now < member.expiresAt &&
      this.#accepting &&
      this.#members.size <= this.#max
    ) {
      if (this.#waiters.size === 0) this.#rest(member, now);
      else this.#offer(member, now, now - member.aliveAt < this.#bypassMs);
    } else {
      member.state = 'checking';
      this.#checking++;
      this.#takeBack(member);
    }
  }

  /** @internal */
  _discard(member: Member<T>): void {
    if (member.state !== 'leased') return;
    this.#watch.end(member, this.#clock.read());
    this.#leased--;
    this.#destroy(member, 'discard');
    this.#pump();
  }

  /** @internal */
  timedOut(waiter: Waiter<T>): void {
    this.#leaveQueue(waiter);
    this.#tallies.timeouts++;
    if (this.#shortage === undefined) {
      this.#shortage = {
        holders: this.holders(),
        waiting: this.#waiters.size,
        creating: this.#maker.creating,
        max: this.#max,
      };
      runLater(() => {
        this.#shortage = undefined;
      });
    }
    const error = new ResourceTimeoutError(
      this.name,
      waiter.timeoutMs,
      this.#shortage,
      this.#maker.lastError,
    );
    waiter.reject(error);
    this.listeners.tell('timeout', error);
    this.#restIfSo();
  }

  /** @internal */
  made(resource: T, tookMs: number): void {
    const tallies = this.#tallies;
    tallies.created++;
    tallies.createTimes.record(tookMs);
    const { maxLifetimeMs, lifetimeJitter } = this.#settings;
    const now = this.#clock.read();
    const lifetimeMs = maxLifetimeMs * (1 - lifetimeJitter * this.#random.fraction());
    const member = new Member<T>(resource, now, now + lifetimeMs);
    this.#members.add(member);
    this.#checking++;
    this.#startNeeds--;
    if (this.#gate > 0) this.#gate--;
    this.listeners.tell('create', resource);
    if (this.#phase === 'closed') this.#destroyChecked(member, 'late');
    else this.#pass(member, now, true);
    this.#wentOn();
  }

  /** @internal */
  failed(error: CreateError): void {
    this.#tallies.createFailures++;
    this.listeners.tell('createFailed', error);
    if (this.#phase !== 'closed') {
      const { failFast, onError } = this.#settings;
      if (failFast && this.#startNeeds > 0) {
        this.#close(error);
        return;
      }
      if (this.#gate > 0) this.#gate--;
      if (onError !== undefined) report(onError, error, error.code);
      else if (this.#waiters.size === 0 && error.failures === 1) report(undefined, error, error.code);
    }
    this.#wentOn();
  }

  /** @internal */
  resumed(): void {
    this.#pump();
  }

  /** @internal */
  late(resource: T): void {
    this.#destroyUnborn(resource, 'late');
  }

  // Coming and going.

  #acquireLater(
    options: AcquireOptions | undefined,
    below: Caller,
    place?: Place<T>,
  ): Promise<ResourceLease<T>> {
    const signal = options?.signal;
    // Where nobody can be served now, an aborted signal is found in the next turn, with all others of this one.
    const saturated = this.#idle.count === 0 && this.#occupied() >= this.#max;
    if (!saturated && signal?.aborted) return Promise.reject(signal.reason);
    if (this.#phase === 'draining' || this.#phase === 'closed') {
      return Promise.reject(this.#refusal('acquire from'));
    }
    if (this.#phase === 'new') this.#start(true);
    const { maxWaiting, acquireTimeoutMs } = this.#settings;
    if (this.#waiters.size >= maxWaiting && this.#excess() > maxWaiting) {
      this.#longWaits.settle();
      if (this.#excess() > maxWaiting) {
        if (signal?.aborted) return Promise.reject(signal.reason);
        this.#tallies.refused++;
        return Promise.reject(new QueueFullError(this.name, maxWaiting));
      }
    }
    const exact = this.#clock.tick();
    const now = this.#clock.now;
    const track = now >= this.#watch.nextAt ? this.#watch.record(now, below) : undefined;
    const timeoutMs = options?.timeoutMs ?? acquireTimeoutMs;
    const due = Math.ceil(now + timeoutMs);
    const since = exact ? now : -1;
    const waiter = new Waiter<T>(this, options?.priority ?? 0, timeoutMs, due, since, signal, track);
    const promise = new Promise<ResourceLease<T>>((resolve, reject) => {
      waiter.resolve = resolve;
      waiter.reject = reject;
    });
    this.#waiters.push(waiter);
    if (place !== undefined) place.waiter = waiter;
    this.#tallies.waited++;
    this.#longWaits.begin();
    if (!saturated) this.#pump();
    if (timeoutMs === 0 && waiter.waiting) this.timedOut(waiter);
    return promise;
  }

  /** Places of `max` that are taken by resources, without those that are being made. */
  #occupied(): number {
    return this.#members.size - (this.#countsDestroying ? 0 : this.#destroying);
  }

  /** How many would wait for a resource that nobody is making, were there one more. */
  #excess(): number {
    const room = Math.max(0, this.#max - this.#occupied());
    // A creation has its place already, so `room` includes those under way.
    return this.#waiters.size + 1 - this.#checking - room - this.#idle.count;
  }

  /** The idle resource whose turn it is. */
  #nextIdle(): Member<T> | undefined {
    return this.#lifo ? this.#idle.youngest : this.#idle.oldest;
  }

  /** Makes a lease of a resource that is in no list. */
  #lend(member: Member<T>, exact: boolean, track: LeakTrack | undefined): ResourceLease<T> {
    member.state = 'leased';
    member.uses++;
    member.leasedAt = this.#clock.now;
    member.timed = exact;
    this.#leased++;
    const lease = new ResourceLease<T>(this, member);
    if (track !== undefined) {
      member.track = track;
      this.#watch.follow(lease, track);
    }
    if (this.#watchesHolders && !this.#sweeping) this.#armSweep();
    if (this.listeners.busy) this.listeners.tell('acquire', member.resource);
    return lease;
  }

  /** Gives a resource that is in no list to whoever is first, if it is sound; if nobody waits, it is idle. */
  #offer(member: Member<T>, now: number, sound: boolean): void {
    if (sound && this.#gate === 0 && this.#handOver(member)) return;
    this.#rest(member, now);
    if (!sound && this.#waiters.size > 0) this.#pump();
  }

  /** Whether somebody waited. */
  #handOver(member: Member<T>): boolean {
    for (let waiter = this.#waiters.shift(); waiter !== undefined; waiter = this.#waiters.shift()) {
      // Once it was seen, a listener takes it out of the queue when its signal is aborted.
      if (waiter.seen) this.#longWaits.end(waiter);
      else if (waiter.signal?.aborted) {
        this.#reject(waiter, waiter.signal.reason);
        continue;
      }
      const exact = waiter.since >= 0;
      if (exact) this.#tallies.waitTimes.record(this.#clock.read() - waiter.since);
      waiter.resolve(this.#lend(member, exact, waiter.track));
      return true;
    }
    return false;
  }

  #rest(member: Member<T>, now: number): void {
    member.state = 'idle';
    member.idleSince = now;
    this.#idle.push(member);
    if (!this.#sweeping) this.#armSweep();
  }

  #leaveQueue(waiter: Waiter<T>): void {
    this.#waiters.remove(waiter);
    if (waiter.seen) this.#longWaits.end(waiter);
  }

  #aborted(waiter: Waiter<T>): void {
    this.#cancel(waiter, (waiter.signal as AbortSignal).reason);
  }

  #cancel(waiter: Waiter<T>, reason: unknown): void {
    this.#leaveQueue(waiter);
    this.#reject(waiter, reason);
  }

  #reject(waiter: Waiter<T>, reason: unknown): void {
    this.#tallies.aborted++;
    waiter.reject(reason);
    this.#restIfSo();
  }

  /** Makes a resource and validates it. One that is refused counts as a creation that failed, or all would spin. */
  async #createSound(signal: AbortSignal): Promise<T> {
    const resource = await this.#settings.create(signal);
    if (resource === undefined || resource === null) return resource;
    const sound = await new Promise<boolean>((resolve) => this.#care.validate(resource, resolve));
    if (sound) return resource;
    this.#destroyUnborn(resource, 'invalid');
    throw new Error('validate refused it');
  }

  // Looking after what is in nobody's hands: state `checking`.

  /** A resource has come back: it is validated and reset, or has to go. */
  #takeBack(member: Member<T>): void {
    const reason = this.#mustGo(member);
    if (reason !== undefined) this.#unfit(member, reason);
    else if (this.#settings.validateOnReturn) this.#validate(member, () => this.#reset(member, true));
    else this.#reset(member, false);
  }

  #reset(member: Member<T>, validated: boolean): void {
    this.#care.reset(member.resource, (clean) => {
      if (clean) this.#checked(member, validated);
      else this.#unfit(member, 'reset');
    });
  }

  /** Validates a resource of state `checking`; goes on with `then` if it is sound, destroys it otherwise. */
  #validate(member: Member<T>, then: () => void): void {
    this.#care.validate(member.resource, (sound) => {
      if (!sound) {
        this.#unfit(member, 'invalid');
        return;
      }
      member.aliveAt = this.#clock.read();
      then();
    });
  }

  #unfit(member: Member<T>, reason: DestroyReason): void {
    this.#destroyChecked(member, reason);
    this.#pump();
  }

  /** A resource is as it should be: it is on offer, unless it has to go after all. */
  #checked(member: Member<T>, validated: boolean): void {
    const now = this.#clock.read();
    this.#pass(member, now, validated || now - member.aliveAt < this.#bypassMs);
    this.#pump();
  }

  /** From state `checking` into somebody's hands, or idle, or away. */
  #pass(member: Member<T>, now: number, sound: boolean): void {
    const reason = this.#mustGo(member);
    if (reason !== undefined) {
      this.#destroyChecked(member, reason);
      return;
    }
    const unwanted = !this.#idleAllowed && this.#waiters.size === 0;
    if (unwanted && this.#members.size - this.#destroying > this.#min) {
      this.#destroyChecked(member, 'idle');
      return;
    }
    this.#checking--;
    this.#offer(member, now, sound);
  }

  /** Why a resource that nobody has is not to be kept. */
  #mustGo(member: Member<T>): DestroyReason | undefined {
    if (this.#phase === 'closed') return 'close';
    if (this.#isCrowded()) return 'resize';
    if (member.expiresAt === Number.NEGATIVE_INFINITY) return 'clear';
    if (this.#clock.now >= member.expiresAt) return 'lifetime';
    if (member.uses >= this.#maxUses) return 'uses';
    return undefined;
  }

  /** Whether `max` was lowered below what is there. */
  #isCrowded(): boolean {
    return this.#members.size - this.#destroying > this.#max;
  }

  #destroyChecked(member: Member<T>, reason: DestroyReason): void {
    this.#checking--;
    this.#destroy(member, reason);
  }

  /** Ends a resource that is in no list and in no count. */
  #destroy(member: Member<T>, reason: DestroyReason): void {
    member.state = 'destroying';
    this.#destroying++;
    this.#tallies.destroyed[reason]++;
    this.listeners.tell('destroy', member.resource, reason);
    this.#care.destroy(member.resource, reason, () => {
      member.state = 'gone';
      this.#destroying--;
      this.#members.delete(member);
      this.#pump();
    });
  }

  /** Ends a resource that never came into the pool. */
  #destroyUnborn(resource: T, reason: 'late' | 'invalid'): void {
    this.#tallies.destroyed[reason]++;
    this.listeners.tell('destroy', resource, reason);
    this.#care.destroy(resource, reason, () => {});
  }

  // Providing: whenever anything has changed, the pump looks who waits and what there is.

  #pump(): void {
    if (this.#pumping) {
      this.#pumpAgain = true;
      return;
    }
    this.#pumping = true;
    try {
      do {
        this.#pumpAgain = false;
        this.#serve();
        this.#grow();
      } while (this.#pumpAgain);
    } finally {
      this.#pumping = false;
    }
    this.#restIfSo();
  }

  /** Hands idle resources to those who wait, those that need it by way of a validation. */
  #serve(): void {
    while (this.#waiters.size > 0 && this.#gate === 0) {
      const member = this.#nextIdle();
      if (member === undefined) return;
      const now = this.#clock.now;
      const expired = now >= member.expiresAt;
      const sound = now - member.aliveAt < this.#bypassMs;
      // What is being checked is on its way to somebody who waits.
      if (!expired && !sound && this.#checking >= this.#waiters.size) return;
      this.#idle.remove(member);
      if (expired) this.#destroy(member, 'lifetime');
      else if (sound) this.#offer(member, now, true);
      else {
        member.state = 'checking';
        this.#checking++;
        this.#validate(member, () => this.#checked(member, true));
      }
    }
  }

  /** Begins as many creations as are wanted and allowed. */
  #grow(): void {
    const maker = this.#maker;
    for (;;) {
      const coming = this.#checking + maker.creating + this.#idle.count;
      const kept = this.#members.size - this.#destroying + maker.creating;
      const wanted = this.#waiters.size > coming || (this.#keepsMin && kept < this.#min);
      if (!wanted || this.#occupied() + maker.creating >= this.#max || !maker.willing) return;
      maker.make();
    }
  }

  /** A creation has ended, one way or the other. */
  #wentOn(): void {
    if (this.#phase === 'starting' && this.#gate === 0) this.#open();
    if (this.#buildsBehind) {
      this.#buildsBehind = false;
      // Whoever was served goes first.
      runLater(() => {
        this.#keepsMin = this.#phase === 'open';
        this.#pump();
      });
    }
    this.#pump();
    if (this.#starters.length > 0 && this.#isReady()) {
      for (const { resolve } of this.#starters.splice(0)) resolve();
    }
  }

  // Beginning and end.

  #start(byAcquire: boolean): void {
    const { init, firstUse } = this.#settings;
    if (init === 'first-use' && firstUse === 'behind') {
      this.#open();
      this.#buildsBehind = byAcquire;
      this.#keepsMin = !byAcquire;
      this.#pump();
      return;
    }
    this.#phase = 'starting';
    this.#keepsMin = true;
    this.#gate = this.#min;
    if (this.#gate === 0) this.#open();
    this.#pump();
  }

  #open(): void {
    this.#phase = 'open';
    this.#accepting = true;
  }

  #isReady(): boolean {
    if (this.#phase !== 'open') return false;
    return this.#settings.init === 'lazy' || this.#members.size - this.#destroying >= this.#min;
  }

  #close(cause: CreateError | undefined): void {
    if (this.#closing !== undefined) return;
    this.#closing = new Rest();
    this.#phase = 'closed';
    this.#leaveRoll();
    this.#accepting = false;
    this.#keepsMin = false;
    this.#gate = 0;
    this.#closeCause = cause;
    this.#deadlines.remove(this.#sweep);
    this.#sweeping = false;
    const refusal = cause ?? this.#refusal('acquire from');
    for (let waiter = this.#waiters.first; waiter !== undefined; waiter = this.#waiters.first) {
      this.#leaveQueue(waiter);
      waiter.reject(waiter.signal?.aborted ? waiter.signal.reason : refusal);
    }
    this.#rejectStarters(cause ?? this.#refusal('start'));
    this.#maker.abort(refusal, this.#settings.destroyTimeoutMs);
    for (let member = this.#idle.oldest; member !== undefined; member = this.#idle.oldest) {
      this.#idle.remove(member);
      this.#destroy(member, 'close');
    }
    this.#restIfSo();
  }

  /** Ends the resources that are held still. */
  #takeAll(): void {
    for (const member of this.#members) {
      if (member.state !== 'leased') continue;
      this.#leased--;
      this.#destroy(member, 'close');
    }
    this.#restIfSo();
  }

  #rejectStarters(error: unknown): void {
    for (const { reject } of this.#starters.splice(0)) reject(error);
  }

  #refusal(action: string): PoolClosedError {
    return new PoolClosedError(
      this.name,
      action,
      this.#phase === 'draining' ? 'draining' : 'closed',
      this.#closeCause,
    );
  }

  /** Settles `drain()`, `close()` and `settled()` when it is time to. */
  #restIfSo(): void {
    if (this.#draining === undefined && this.#closing === undefined && this.#settling === undefined) return;
    const { checking, creating, destroying, leased, waiting } = this.counts();
    if (creating + destroying === 0) {
      this.#settling?.settle();
      this.#settling = undefined;
    }
    if (waiting + leased + checking === 0 && this.#draining?.settle()) this.listeners.tell('drain');
    if (this.#members.size + creating === 0 && this.#closing?.settle()) {
      this.#deadlines.stop();
      this.listeners.tell('close');
    }
  }

  // Sweeping.

  #armSweep(): void {
    if (this.#sweepMs === NEVER || this.#phase === 'closed') return;
    this.#sweeping = true;
    this.#deadlines.add(this.#sweep, this.#sweepMs, performance.now());
  }

  #sweepAt(now: number): void {
    const { idleTimeoutMs, softIdleTimeoutMs, keepaliveMs } = this.#settings;
    this.#clock.read();
    let above = this.#members.size - this.#destroying - this.#min;
    // A hook that uses the pool may have taken the next one: then the rest is for the next sweep.
    for (let member = this.#idle.oldest; member !== undefined && member.state === 'idle'; ) {
      const next: Member<T> | undefined = member.younger;
      const idleMs = now - member.idleSince;
      const idleTooLong =
        above > 0 &&
        (idleMs >= idleTimeoutMs || (idleMs >= softIdleTimeoutMs && this.#idle.count > this.#min));
      if (now >= member.expiresAt || idleTooLong) {
        above--;
        this.#idle.remove(member);
        this.#destroy(member, now >= member.expiresAt ? 'lifetime' : 'idle');
      } else if (now - Math.max(member.aliveAt, member.createdAt) >= keepaliveMs) this.#keepAlive(member);
      member = next;
    }
    if (this.#watchesHolders) {
      this.#tallies.overdue += this.#watch.reportOverdue(this.#members, now);
    }
    this.#deadlines.remove(this.#sweep);
    this.#sweeping = false;
    if (this.#idle.count + this.#checking > 0 || (this.#watchesHolders && this.#leased > 0)) this.#armSweep();
    this.#pump();
  }

  /** Validates an idle resource and puts it back where it was, unless somebody waits for it by then. */
  #keepAlive(member: Member<T>): void {
    const { idleSince } = member;
    this.#idle.remove(member);
    member.state = 'checking';
    this.#checking++;
    this.#validate(member, () => {
      if (this.#waiters.size > 0 || this.#mustGo(member) !== undefined) {
        this.#checked(member, true);
        return;
      }
      this.#checking--;
      member.state = 'idle';
      member.idleSince = idleSince;
      this.#idle.reinsert(member);
      this.#restIfSo();
    });
  }
}

/** Where an acquire notes who waits for it. */
interface Place<T> {
  waiter: Waiter<T> | undefined;
}

/** An acquire that can be taken back. */
export interface CancellableAcquire<T> {
  readonly promise: Promise<ResourceLease<T>>;
  /** Rejects it, unless it has been served. */
  cancel(reason: unknown): void;
}

function sweepInterval<T>(settings: ResourcePoolSettings<T>): number {
  const { idleTimeoutMs, softIdleTimeoutMs, keepaliveMs, maxLifetimeMs, leakThresholdMs } = settings;
  const shortest = Math.min(idleTimeoutMs, softIdleTimeoutMs, keepaliveMs, maxLifetimeMs, leakThresholdMs);
  if (shortest === NEVER) return NEVER;
  return Math.min(LONGEST_SWEEP_MS, Math.max(SHORTEST_SWEEP_MS, shortest / 2));
}

/**
 * An allocator under a tuner: what its size classes want, and how its bounds are set.
 *
 *     look()     counters since the last look, into a window a class
 *     bids       what each class would have had use of
 *     grant(…)   entries a class as the budget has it ─► changes, each with its figures
 *
 * A bound is raised at the first look that shows its want, by an eighth more than what was wanted. It is lowered when the
 * whole window wanted less than half of it, to twice what was wanted: so what goes up and down within a window stays.
 */
import type { ByteBufAllocator } from '../buffer/byte-buf-allocator.ts';
import { type Bid, missCostNs } from './budget-plan.ts';
import { ClassDemand } from './class-demand.ts';
import type { Proposal, Reason } from './decision.ts';
import type { Target } from './target.ts';
import type { TunerSettings } from './tuner-options.ts';

/** Above what was wanted: the next swing may be a little wider. */
const SLACK = 1.125;
/** Entries of a class are lowered when less than this part was wanted. */
const UNUSED_PART = 0.5;
/** Idle bytes of a class that are let be. */
const IDLE_BYTES = 65_536;
/** Most entries of a class; the allocator's own bound. */
const MAX_ENTRIES = 65_536;
/** Trims come too often when more than this part of the allocations misses what was trimmed. */
const REGRET_RATE = 0.001;

type Stats = ReturnType<ByteBufAllocator['stats']>;

/** What is needed to share the budget out. */
export type CostedBid = Bid & { readonly costNs: number };

/** One allocator. */
export class AllocatorTarget implements Target {
  readonly name: string;
  readonly #allocator: WeakRef<ByteBufAllocator>;
  readonly #window: number;
  readonly #classes = new Map<number, ClassDemand>();
  readonly #before = new Map<number, { hits: number; misses: number; turnedAway: number; trimmed: number }>();
  #stats: Stats;
  #looks = 0;
  #intervalChangedAt = Number.NEGATIVE_INFINITY;

  constructor(allocator: ByteBufAllocator, name: string, window: number) {
    this.name = name;
    this.#allocator = new WeakRef(allocator);
    this.#window = window;
    this.#stats = allocator.stats();
    for (const it of this.#stats.sizeClasses) this.#before.set(it.blockBytes, it);
    allocator._takeSwings();
  }

  get alive(): boolean {
    return this.#allocator.deref()?.closed === false;
  }

  /** Bytes that the cache may hold. */
  get maxCachedBytes(): number {
    return this.#stats.maxCachedBytes;
  }

  look(): void {
    const allocator = this.#allocator.deref();
    if (allocator === undefined) return;
    this.#looks++;
    this.#stats = allocator.stats();
    const swings = allocator._takeSwings();
    for (const now of this.#stats.sizeClasses) {
      const { blockBytes } = now;
      const before = this.#before.get(blockBytes) ?? { hits: 0, misses: 0, turnedAway: 0, trimmed: 0 };
      const { peak, trough, depth } = swings.get(blockBytes) ?? { peak: 0, trough: undefined, depth: 0 };
      const demand = this.#classes.get(blockBytes) ?? new ClassDemand(blockBytes, this.#window);
      this.#classes.set(blockBytes, demand);
      const hits = now.hits - before.hits;
      demand.add({
        hits,
        misses: now.misses - before.misses,
        turnedAway: now.turnedAway - before.turnedAway,
        trimmed: now.trimmed - before.trimmed,
        depth: hits === 0 ? 0 : depth,
        peak,
        trough,
      });
      this.#before.set(blockBytes, now);
    }
  }

  /** Hits and allocations of the last look. */
  get lastLook(): { readonly hits: number; readonly allocations: number } {
    let [hits, allocations] = [0, 0];
    for (const { last } of this.#classes.values()) {
      hits += last?.hits ?? 0;
      allocations += (last?.hits ?? 0) + (last?.misses ?? 0);
    }
    return { hits, allocations };
  }

  /** What each class wants, at most as the user allows. */
  bids(settings: TunerSettings): readonly CostedBid[] {
    const { sharedChunkBytes } = this.#stats.arena;
    const largest = settings.bounds.maxBufferBytes[1];
    return [...this.#classes.values()].map((demand) => {
      const { blockBytes, allocations } = demand;
      const wanted = blockBytes > largest ? 0 : Math.min(MAX_ENTRIES, withSlack(demand.wanted));
      return { blockBytes, wanted, allocations, costNs: missCostNs(blockBytes, sharedChunkBytes) };
    });
  }

  /** The changes that bring the cache to what was granted to its classes. */
  grant(
    bids: readonly Bid[],
    granted: readonly number[],
    budgetBytes: number,
    settings: TunerSettings,
  ): Proposal[] {
    const proposals: Proposal[] = [];
    const planned = new Map(this.#stats.sizeClasses.map((it) => [it.blockBytes, it.maxEntries]));
    bids.forEach(({ blockBytes, wanted }, i) => {
      const proposal = this.#entries(blockBytes, wanted, granted[i] as number, settings);
      if (proposal === undefined) return;
      proposals.push(proposal);
      planned.set(blockBytes, proposal.to);
    });
    const largest = Math.max(0, ...[...planned].filter(([, entries]) => entries > 0).map(([bytes]) => bytes));
    const bound = this.#stats.maxCachedBufferBytes;
    if (proposals.length > 0 && largest > bound) {
      proposals.push(this.#proposal('maxBufferBytes', bound, largest, 'misses', this.#rates()));
    }
    const wantedBytes = bids.reduce((sum, { blockBytes }, i) => sum + blockBytes * (granted[i] as number), 0);
    const bytes = this.#cachedBytes(wantedBytes, budgetBytes, settings);
    if (bytes !== undefined) proposals.push(bytes);
    return proposals;
  }

  propose(settings: TunerSettings): readonly Proposal[] {
    const { trimInterval, trims } = this.#stats;
    if (this.#looks - this.#intervalChangedAt <= settings.coolDownLooks) return [];
    let [regret, allocations] = [0, 0];
    for (const demand of this.#classes.values()) {
      regret += demand.regret;
      allocations += demand.allocations;
    }
    const [, most] = settings.bounds.trimInterval;
    if (regret <= allocations * REGRET_RATE || trimInterval >= most) return [];
    const to = Math.min(most, trimInterval * 2);
    const figures = { ...this.#rates(), regretted: regret, trims };
    return [this.#proposal('trimInterval', trimInterval, to, 'regret', figures)];
  }

  apply({ knob, blockBytes, to }: Proposal): void {
    const allocator = this.#allocator.deref();
    if (allocator === undefined) return;
    switch (knob) {
      case 'entries':
        allocator.resizeCache({ entries: [[blockBytes as number, to]] });
        this.#demandOf(blockBytes as number).raisedAt = this.#looks;
        break;
      case 'maxBufferBytes': {
        // Sets all classes anew: what they have stays.
        const entries = allocator
          .stats()
          .sizeClasses.filter((it) => it.blockBytes <= to)
          .map((it) => [it.blockBytes, it.maxEntries] as const);
        allocator.resizeCache({ maxBufferBytes: to, entries });
        break;
      }
      case 'maxCachedBytes':
        allocator.resizeCache({ maxCachedBytes: to });
        break;
      case 'trimInterval':
        allocator.resizeCache({ trimInterval: to });
        this.#intervalChangedAt = this.#looks;
        break;
      default:
        throw new Error(`An allocator has no ${knob}`);
    }
    this.#stats = allocator.stats();
  }

  trim(extent: 'all' | 'unused'): number {
    const allocator = this.#allocator.deref();
    if (allocator === undefined) return 0;
    const freed = allocator.trim(extent);
    // What the tuner takes away is neither a trough nor to be regretted.
    allocator._takeSwings();
    for (const { blockBytes, trimmed } of allocator.stats().sizeClasses) {
      const before = this.#before.get(blockBytes);
      if (before !== undefined) this.#before.set(blockBytes, { ...before, trimmed });
    }
    return freed;
  }

  #demandOf(blockBytes: number): ClassDemand {
    const demand = this.#classes.get(blockBytes) ?? new ClassDemand(blockBytes, this.#window);
    this.#classes.set(blockBytes, demand);
    return demand;
  }

  #entries(
    blockBytes: number,
    wanted: number,
    granted: number,
    settings: TunerSettings,
  ): Proposal | undefined {
    const now = this.#stats.sizeClasses.find((it) => it.blockBytes === blockBytes);
    const demand = this.#classes.get(blockBytes);
    if (now === undefined || demand === undefined) return undefined;
    const from = now.maxEntries;
    const figures = {
      ...this.#rates(),
      allocations: demand.allocations,
      misses: demand.misses,
      wanted,
      granted,
    };
    const make = (to: number, reason: Reason): Proposal | undefined =>
      to === from ? undefined : this.#proposal('entries', from, to, reason, figures, blockBytes);
    const missing = demand.last?.misses ?? 0;
    if (granted > from && missing > 0 && figures.hitRate < settings.hitRate) return make(granted, 'misses');
    if (granted < wanted && granted < from) return make(granted, 'outbid');
    const cool = this.#looks - demand.raisedAt > settings.coolDownLooks;
    const idle = demand.seen >= this.#window && wanted < from * UNUSED_PART;
    // Only where it is worth the words: a bound that nobody reaches costs nothing.
    const idleBytes = (now.capacity - wanted * 2) * blockBytes;
    const least = Math.floor(IDLE_BYTES / blockBytes);
    if (cool && idle && idleBytes >= IDLE_BYTES) return make(Math.max(least, wanted * 2), 'unused');
    return undefined;
  }

  /** The byte bound: raised to what was granted, lowered when less than half of it is. */
  #cachedBytes(grantedBytes: number, budgetBytes: number, settings: TunerSettings): Proposal | undefined {
    const from = this.maxCachedBytes;
    const [least, most] = settings.bounds.maxCachedBytes;
    const within = (bytes: number): number => Math.min(most, budgetBytes, Math.max(least, Math.ceil(bytes)));
    const figures = { ...this.#rates(), granted: grantedBytes, cached: this.#stats.cachedBytes };
    // Room for a class that nobody has seen yet.
    const to = within(grantedBytes * SLACK + IDLE_BYTES);
    const bound = Math.min(most, budgetBytes);
    if (from > bound) return this.#proposal('maxCachedBytes', from, bound, 'outbid', figures);
    if (to > from * SLACK && figures.hitRate < settings.hitRate) {
      return this.#proposal('maxCachedBytes', from, to, 'misses', figures);
    }
    const settled = [...this.#classes.values()].every(
      (demand) => demand.seen >= this.#window && this.#looks - demand.raisedAt > settings.coolDownLooks,
    );
    if (settled && to < from * UNUSED_PART && this.#stats.cachedBytes > to) {
      return this.#proposal('maxCachedBytes', from, within(to * 2), 'unused', figures);
    }
    return undefined;
  }

  #rates(): { readonly hitRate: number } {
    const { hits, allocations } = this.lastLook;
    return { hitRate: allocations === 0 ? 1 : hits / allocations };
  }

  #proposal(
    knob: Proposal['knob'],
    from: number,
    to: number,
    reason: Reason,
    figures: Record<string, number>,
    blockBytes?: number,
  ): Proposal {
    return { target: this.name, knob, blockBytes, from, to, reason, figures };
  }
}

function withSlack(wanted: number): number {
  return wanted === 0 ? 0 : Math.ceil(wanted * SLACK);
}

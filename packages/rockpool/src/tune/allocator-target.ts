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
import { type Bid, bytesOfPlan, missCostNs, type Plan, type Share } from './budget-plan.ts';
import { ClassDemand } from './class-demand.ts';
import type { Proposal, Reason } from './decision.ts';
import type { Target } from './target.ts';
import type { TunerSettings } from './tuner-options.ts';

/** Above what was wanted: the next swing may be a little wider. */
const SLACK = 1.125;
/** Entries of a class are lowered when less than this part was wanted. */
const UNUSED_PART = 0.5;
/** Changes by less than this part of a bound are not worth a decision, nor are those of a few bytes. */
const HYSTERESIS = 0.2;
const LEAST_CHANGE_BYTES = 8192;
/** A class is idle when so many looks saw no allocation of it. */
const IDLE_LOOKS = 2;
/** Idle bytes of a class that are let be. */
const IDLE_BYTES = 65_536;
/** Most entries of a class; the allocator's own bound. */
const MAX_ENTRIES = 65_536;
/** Trims come too often when more than this part of the allocations misses what was trimmed. */
const REGRET_RATE = 0.001;

type Stats = ReturnType<ByteBufAllocator['stats']>;

/** One allocator. */
export class AllocatorTarget implements Target {
  readonly name: string;
  readonly #allocator: WeakRef<ByteBufAllocator>;
  readonly #window: number;
  readonly #classes = new Map<number, ClassDemand>();
  readonly #before = new Map<number, { hits: number; misses: number; turnedAway: number; trimmed: number }>();
  #stats: Stats;
  #looks = 0;
  /** Buffers of the last look that were turned away although their class had entries left: the byte bound was reached. */
  #starved = 0;
  /** … and those that were turned away as their class had none left. */
  #capped = 0;
  #intervalChangedAt = 0;
  /** The interval that the tuner found: it goes no lower. */
  readonly #foundInterval: number;

  constructor(allocator: ByteBufAllocator, name: string, window: number) {
    this.name = name;
    this.#allocator = new WeakRef(allocator);
    this.#window = window;
    this.#stats = allocator.stats();
    this.#foundInterval = this.#stats.trimInterval;
    for (const it of this.#stats.sizeClasses) this.#before.set(it.blockBytes, it);
    allocator._takeSwings();
  }

  get alive(): boolean {
    return this.#allocator.deref()?.closed === false;
  }

  look(): void {
    const allocator = this.#allocator.deref();
    if (allocator === undefined) return;
    this.#looks++;
    this.#stats = allocator.stats();
    const swings = allocator._takeSwings();
    this.#starved = 0;
    this.#capped = 0;
    for (const now of this.#stats.sizeClasses) {
      const { blockBytes } = now;
      const before = this.#before.get(blockBytes) ?? { hits: 0, misses: 0, turnedAway: 0, trimmed: 0 };
      const { peak, trough, depth } = swings.get(blockBytes) ?? { peak: 0, trough: undefined, depth: 0 };
      const demand = this.#demandOf(blockBytes);
      const hits = now.hits - before.hits;
      const turnedAway = now.turnedAway - before.turnedAway;
      if (now.capacity < now.maxEntries) this.#starved += turnedAway;
      else this.#capped += turnedAway;
      demand.add(
        {
          hits,
          misses: now.misses - before.misses,
          turnedAway,
          trimmed: now.trimmed - before.trimmed,
          depth: hits === 0 ? 0 : depth,
          peak,
          trough,
        },
        now.capacity,
      );
      this.#before.set(blockBytes, now);
    }
  }

  /** Buffers of the last look that were turned away: by the byte bound, by the bound of their class. */
  get refusals(): { readonly starved: number; readonly capped: number } {
    return { starved: this.#starved, capped: this.#capped };
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
  bids(settings: TunerSettings): readonly Bid[] {
    const largest = settings.bounds.maxBufferBytes[1];
    return [...this.#classes.values()].map((demand) => {
      const { blockBytes, allocations, intensity } = demand;
      const wanted = blockBytes > largest ? 0 : Math.min(MAX_ENTRIES, withSlack(demand.wanted));
      return { blockBytes, wanted, allocations, intensity, costNs: missCostNs(blockBytes) };
    });
  }

  /** The changes that bring the cache to what was granted to its classes. */
  grant(plan: Plan, share: Share, settings: TunerSettings): readonly Proposal[] {
    const { bids, entries } = plan;
    const proposals: Proposal[] = [];
    const planned = new Map(this.#stats.sizeClasses.map((it) => [it.blockBytes, it.maxEntries]));
    bids.forEach(({ blockBytes, wanted }, i) => {
      const proposal = this.#entries(blockBytes, wanted, entries[i] as number, settings);
      if (proposal === undefined) return;
      proposals.push(proposal);
      planned.set(blockBytes, proposal.to);
    });
    const largest = Math.max(0, ...[...planned].filter(([, entries]) => entries > 0).map(([bytes]) => bytes));
    const bound = this.#stats.maxCachedBufferBytes;
    if (proposals.length > 0 && largest > bound) {
      proposals.push(this.#proposal('maxBufferBytes', bound, largest, 'misses', this.#rates()));
    }
    const bytes = this.#cachedBytes(bytesOfPlan(plan), share, settings);
    if (bytes !== undefined) proposals.push(bytes);
    return proposals;
  }

  propose(settings: TunerSettings): readonly Proposal[] {
    if (this.#starved > 0) return this.#reclaim();
    const interval = this.#interval(settings);
    return interval === undefined ? [] : [interval];
  }

  /** Where the byte bound refuses, classes that nobody asks for give back what they hold; they keep their bounds. */
  #reclaim(): readonly Proposal[] {
    return this.#stats.sizeClasses
      .filter(({ blockBytes, cached }) => cached * blockBytes >= LEAST_CHANGE_BYTES)
      .filter(({ blockBytes }) => this.#classes.get(blockBytes)?.idleLooks(IDLE_LOOKS))
      .map(({ blockBytes, cached }) => {
        const figures = { ...this.#rates(), starved: this.#starved, cached };
        return this.#proposal('trim', cached, 0, 'outbid', figures, blockBytes);
      });
  }

  /** Trims come less often where what they took was wanted again, and more often where they leave idle what nobody wants. */
  #interval({ bounds, coolDownLooks }: TunerSettings): Proposal | undefined {
    const { trimInterval: from, trims, cachedBytes, sizeClasses } = this.#stats;
    const since = this.#looks - this.#intervalChangedAt;
    if (since <= coolDownLooks) return undefined;
    let [regretted, allocations, idleBytes] = [0, 0, 0];
    for (const demand of this.#classes.values()) {
      // What led to the last change is no reason for another.
      regretted += demand.regretOver(since);
      allocations += demand.allocations;
    }
    for (const { blockBytes, cached } of sizeClasses) {
      idleBytes += Math.max(0, cached - (this.#classes.get(blockBytes)?.wanted ?? 0)) * blockBytes;
    }
    const figures = { ...this.#rates(), regretted, idleBytes, trims };
    const [least, most] = bounds.trimInterval;
    if (regretted > allocations * REGRET_RATE) {
      return from >= most
        ? undefined
        : this.#proposal('trimInterval', from, Math.min(most, from * 2), 'regret', figures);
    }
    const calm = since > this.#window && regretted === 0;
    const idles = idleBytes > Math.max(IDLE_BYTES, cachedBytes * UNUSED_PART);
    const to = Math.max(least, this.#foundInterval, from >> 1);
    return calm && idles && to < from
      ? this.#proposal('trimInterval', from, to, 'unused', figures)
      : undefined;
  }

  apply({ knob, blockBytes, to }: Proposal): void {
    const allocator = this.#allocator.deref();
    if (allocator === undefined) return;
    switch (knob) {
      case 'entries':
        allocator.resizeCache({ entries: [[blockBytes as number, to]] });
        this.#demandOf(blockBytes as number).changedAt = this.#looks;
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
      case 'trim': {
        const bytes = blockBytes as number;
        const now = this.#stats.sizeClasses.find((it) => it.blockBytes === bytes)?.maxEntries ?? 0;
        allocator.resizeCache({ entries: [[bytes, 0]] });
        allocator.resizeCache({ entries: [[bytes, now]] });
        break;
      }
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
    const change = Math.abs(granted - from);
    const isSmall = change < from * HYSTERESIS || (from > 0 && change * blockBytes < LEAST_CHANGE_BYTES);
    if (isSmall) return undefined;
    if (granted > from && missing > 0 && figures.hitRate < settings.hitRate) return make(granted, 'misses');
    if (granted < wanted && granted < from) return make(granted, 'outbid');
    const cool = this.#looks - demand.changedAt > settings.coolDownLooks;
    const idle = demand.seen >= this.#window && wanted < from * UNUSED_PART;
    // Only where it is worth the words: a bound that nobody reaches costs nothing.
    const idleBytes = (now.capacity - wanted * 2) * blockBytes;
    const least = Math.floor(IDLE_BYTES / blockBytes);
    if (cool && idle && idleBytes >= IDLE_BYTES) return make(Math.max(least, wanted * 2), 'unused');
    return undefined;
  }

  /** The byte bound: raised to what was granted, lowered when less than half of it is. */
  #cachedBytes(grantedBytes: number, share: Share, settings: TunerSettings): Proposal | undefined {
    const from = this.#stats.maxCachedBytes;
    const [least, most] = settings.bounds.maxCachedBytes;
    const bound = Math.min(most, share.bytes);
    const within = (bytes: number): number => Math.min(bound, Math.max(least, Math.ceil(bytes)));
    const figures = { ...this.#rates(), granted: grantedBytes, cached: this.#stats.cachedBytes };
    // Room for a class that nobody has seen yet.
    const to = within(grantedBytes * SLACK + IDLE_BYTES);
    if (from > Math.min(most, share.mostBytes))
      return this.#proposal('maxCachedBytes', from, bound, 'outbid', figures);
    if (to > from * SLACK && figures.hitRate < settings.hitRate) {
      return this.#proposal('maxCachedBytes', from, to, 'misses', figures);
    }
    const settled = [...this.#classes.values()].every(
      (demand) => demand.seen >= this.#window && this.#looks - demand.changedAt > settings.coolDownLooks,
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

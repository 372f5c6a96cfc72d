/// <reference lib="esnext.disposable" preserve="true" />
/**
 * `Tuner`: sets the bounds of caches and pools while the program runs.
 *
 *     every interval:  memory ─► short? ─► halve the budget, trim
 *                      targets ─► look ─► bids ─► share the budget out ─► changes ─► apply, tell, remember
 *
 * What it goes by are counters of rare paths (misses, buffers that found no room, trims), so that nothing is slower for
 * being tuned. It raises at once and lowers slowly: a miss costs at every allocation, and a bound that is too high only
 * memory that the budget bounds anyway.
 *
 * | parameter | default | why |
 * |---|---|---|
 * | `intervalMs` | 250 | beats every fixed setting on shifting traces; 500 and 1000 do not on all. A look costs some 50 µs |
 * | `window` | 40 looks | ten seconds: what comes as often is still there when it comes again |
 * | `coolDownMs` | 5 intervals | shorter than the window; a bound that was just raised is not judged by what was before |
 * | `goals.hitRate` | 0.99 | the last per cent costs more bytes than all others |
 * | slack of entries | ⅛ | the next swing may be a little wider; more would be bytes for nothing |
 * | lowered below | ½ of the bound | between that and the bound nothing moves: hysteresis |
 * | pressure | 0.75 and 0.9 | V8 begins to collect in earnest at about 0.9 of its limit |
 */
import { ByteBufAllocator } from '../buffer/byte-buf-allocator.ts';
import type { Ageable } from '../internal/gc-epochs.ts';
import { onInterval } from '../internal/interval-epochs.ts';
import { Roll } from '../internal/roll.ts';
import { report } from '../internal/warn.ts';
import { AllocatorTarget } from './allocator-target.ts';
import { bytesOfPlan, type Plan, type Share, shareOut, splitBudget } from './budget-plan.ts';
import type { Decision, Proposal, Reason } from './decision.ts';
import { PoolTarget } from './pool-target.ts';
import { PressureValve } from './pressure-valve.ts';
import type { Target } from './target.ts';
import { readTunerOptions, type TunerOptions, type TunerSettings } from './tuner-options.ts';

/**
 * Entries are planned for so many times the budget, as not all classes are full at a time; the budget itself is held by
 * the cache. How many times is found out: see `#adjustOverbooking`.
 */
const OVERBOOKING = [1, 4] as const;
const OVERBOOKING_STEP = 1.08;

/** Decisions remembered; the oldest go first. */
const MAX_DECISIONS = 256;

/** The tuners of this thread. */
export const tuners: Roll<Tuner> = new Roll();

/** Tuners that were not stopped: nobody needs to hold on to one. */
const running = new Set<Tuner>();

/** A tuner's counters. */
export interface TunerStats {
  /** Looks at the targets. */
  readonly looks: number;
  /** Decisions ever, and of those the ones that were done. */
  readonly decisions: number;
  readonly applied: number;
  /** Decisions for each reason that there was. */
  readonly byReason: Readonly<Partial<Record<Reason, number>>>;
  /** Targets that are alive. */
  readonly targets: number;
  /** Bytes for all caches now: the goal's, or less while memory is short. */
  readonly budgetBytes: number;
  readonly dryRun: boolean;
  readonly running: boolean;
}

/**
 * Sets cache capacities, the largest cached buffer, trim intervals and idle bounds by what is used.
 *
 * Thread: one isolate. Ownership: knows its targets weakly; ends by itself when all are closed or collected. It does not
 * keep the process alive. Cost: a look of some 50 µs an allocator each interval; nothing on any fast path.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ByteBufAllocator, Tuner } from 'rockpool';
 *
 * const allocator = new ByteBufAllocator({ name: 'orders', cache: { maxBufferBytes: 8192 } });
 * using tuner = new Tuner({ targets: [allocator], goals: { budgetBytes: 16 * 1024 * 1024 }, intervalMs: 60_000 });
 *
 * const work = () => {
 *   for (let i = 0; i < 1000; i++) allocator.buffer(65_536).release(); // too large for the cache
 * };
 * work();
 * tuner.tick(); // what the timer does
 * const before = allocator.stats();
 * work();
 * assert(allocator.stats().hits - before.hits >= 999);
 * ```
 */
export class Tuner implements Disposable, Ageable {
  readonly #settings: TunerSettings;
  #allocators: AllocatorTarget[] = [];
  #pools: PoolTarget[] = [];
  readonly #valve: PressureValve | undefined;
  readonly #decisions: Decision[] = [];
  /** How each bound was found, by its key, in the order in which they were first changed. */
  readonly #found = new Map<string, { readonly target: Target; readonly proposal: Proposal }>();
  /** Bounds that the user took back: left alone. */
  readonly #pinned = new Set<string>();
  #budgetBytes: number;
  #looks = 0;
  #overbooked = 1.25;
  #made = 0;
  #applied = 0;
  readonly #byReason: Partial<Record<Reason, number>> = {};
  readonly #endInterval: () => void;
  readonly #leaveRoll: () => void;

  /**
   * @throws {OptionTypeError} `ERR_ROCKPOOL_OPTION_TYPE`
   * @throws {OptionRangeError} `ERR_ROCKPOOL_OPTION_RANGE`
   * @throws {UnknownOptionError} `ERR_ROCKPOOL_OPTION_UNKNOWN`
   */
  constructor(options: TunerOptions) {
    const { targets, ...settings } = readTunerOptions(options);
    const { pressure, budgetBytes, coolDownLooks, window } = settings;
    this.#settings = settings;
    this.#budgetBytes = budgetBytes;
    this.#valve =
      pressure === undefined ? undefined : new PressureValve(pressure, budgetBytes, coolDownLooks);
    const nameOf = uniqueNames();
    for (const target of targets) {
      if (target instanceof ByteBufAllocator) {
        this.#allocators.push(new AllocatorTarget(target, nameOf(target.name), window));
      } else {
        this.#pools.push(new PoolTarget(target, nameOf(target.stats().name), window));
      }
    }
    this.#endInterval = onInterval(this, settings.intervalMs);
    this.#leaveRoll = tuners.enter(this);
    running.add(this);
  }

  /** The last 256 decisions, the oldest first. */
  get decisions(): readonly Decision[] {
    return [...this.#decisions];
  }

  /** Looks and decides now, as the timer does. */
  tick(): readonly Decision[] {
    const first = this.#made;
    this.#letGo();
    const targets = [...this.#allocators, ...this.#pools];
    this.#looks++;
    this.#relieve(targets);
    for (const target of targets) target.look();
    for (const target of targets) this.#decide(target, target.propose(this.#settings));
    this.#shareBudget();
    return this.#decisions.filter(({ id }) => id > first);
  }

  /** @internal */
  age(): void {
    this.tick();
    if (this.#allocators.length + this.#pools.length === 0) this.stop();
  }

  /**
   * Takes one decision back, and leaves that bound alone from then on.
   *
   * @returns whether it could be: its target is alive, it was done, and it is no trim
   * @example
   * ```ts
   * import assert from 'node:assert';
   * import { ByteBufAllocator, Tuner } from 'rockpool';
   *
   * const allocator = new ByteBufAllocator({ cache: { maxBufferBytes: 1024 } });
   * using tuner = new Tuner({ targets: [allocator], intervalMs: 60_000 });
   * for (let i = 0; i < 1000; i++) allocator.buffer(4096).release();
   * const [decision] = tuner.tick();
   * assert(tuner.undo(decision!));
   * assert.equal(allocator.stats().sizeClasses[0]?.maxEntries, 0);
   * ```
   */
  undo(decision: Decision): boolean {
    const key = keyOf(decision);
    const found = this.#found.get(key);
    if (!decision.applied || found === undefined || !found.target.alive) return false;
    const { from, to } = decision;
    this.#pinned.add(key);
    this.#do(found.target, { ...decision, from: to, to: from, reason: 'undo' });
    return true;
  }

  /** Takes everything back: all bounds are as they were found. Go on with {@link stop}, or it begins anew. */
  restore(): void {
    for (const { target, proposal } of [...this.#found.values()].reverse()) {
      if (target.alive)
        this.#do(target, { ...proposal, from: proposal.to, to: proposal.from, reason: 'undo' });
    }
    this.#found.clear();
  }

  /** The counters now. */
  stats(): TunerStats {
    return {
      looks: this.#looks,
      decisions: this.#made,
      applied: this.#applied,
      byReason: { ...this.#byReason },
      targets: [...this.#allocators, ...this.#pools].filter(({ alive }) => alive).length,
      budgetBytes: this.#budgetBytes,
      dryRun: this.#settings.dryRun,
      running: running.has(this),
    };
  }

  /** Ends it; bounds stay as they are. Idempotent. */
  stop(): void {
    running.delete(this);
    this.#leaveRoll();
    this.#endInterval();
  }

  /** As {@link stop}. */
  [Symbol.dispose](): void {
    this.stop();
  }

  #letGo(): void {
    this.#allocators = this.#allocators.filter(({ alive }) => alive);
    this.#pools = this.#pools.filter(({ alive }) => alive);
  }

  /** Memory first: what is given back now is no evidence of what is wanted. */
  #relieve(targets: readonly Target[]): void {
    if (this.#valve === undefined) return;
    try {
      const { extent, budgetBytes, figures } = this.#valve.look();
      const from = this.#budgetBytes;
      this.#budgetBytes = budgetBytes;
      if (budgetBytes !== from) {
        const reason = budgetBytes < from ? 'pressure' : 'relief';
        this.#note(
          { target: 'all', knob: 'budget', blockBytes: undefined, from, to: budgetBytes, reason, figures },
          !this.#settings.dryRun,
        );
      }
      if (extent !== 'none') for (const target of targets) this.#trim(target, extent, figures);
    } catch (error) {
      report(this.#settings.onError, error, 'ROCKPOOL_TUNER');
    }
  }

  #trim(target: Target, extent: 'unused' | 'all', figures: Readonly<Record<string, number>>): void {
    const proposal = {
      target: target.name,
      knob: 'trim',
      blockBytes: undefined,
      reason: 'pressure',
    } as const;
    if (this.#settings.dryRun) {
      this.#note({ ...proposal, from: 0, to: 0, figures }, false);
      return;
    }
    try {
      const freed = target.trim(extent);
      if (freed > 0) this.#note({ ...proposal, from: freed, to: 0, figures }, true);
    } catch (error) {
      report(this.#settings.onError, error, 'ROCKPOOL_TUNER');
    }
  }

  /** All caches out of one budget. */
  #shareBudget(): void {
    const settings = this.#settings;
    const bids = this.#allocators.map((target) => target.bids(settings));
    this.#adjustOverbooking();
    const granted = shareOut(bids.flat(), this.#budgetBytes * this.#overbooked);
    let at = 0;
    const plans = bids.map((own) => {
      const entries = granted.slice(at, at + own.length);
      at += own.length;
      return { bids: own, entries };
    });
    const shares = splitBudget(plans.map(bytesOfPlan), this.#budgetBytes);
    this.#allocators.forEach((target, i) => {
      this.#decide(target, target.grant(plans[i] as Plan, shares[i] as Share, settings));
    });
  }

  /** More entries are planned where bounds of classes refuse, fewer where the byte bound does. */
  #adjustOverbooking(): void {
    let [starved, capped] = [0, 0];
    for (const { refusals } of this.#allocators) {
      starved += refusals.starved;
      capped += refusals.capped;
    }
    const [least, most] = OVERBOOKING;
    if (capped > starved) this.#overbooked = Math.min(most, this.#overbooked * OVERBOOKING_STEP);
    else if (starved > capped) this.#overbooked = Math.max(least, this.#overbooked / OVERBOOKING_STEP);
  }

  #decide(target: Target, proposals: readonly Proposal[]): void {
    for (const proposal of proposals) {
      if (!this.#pinned.has(keyOf(proposal))) this.#do(target, proposal);
    }
  }

  #do(target: Target, proposal: Proposal): void {
    const apply = !this.#settings.dryRun;
    if (apply) {
      try {
        target.apply(proposal);
      } catch (error) {
        report(this.#settings.onError, error, 'ROCKPOOL_TUNER');
        return;
      }
      const key = keyOf(proposal);
      // What was trimmed is gone: there is no bound to bring back.
      if (proposal.knob !== 'trim' && !this.#found.has(key)) this.#found.set(key, { target, proposal });
    }
    this.#note(proposal, apply);
  }

  #note(proposal: Proposal, applied: boolean): void {
    const decision: Decision = { id: ++this.#made, atMs: Date.now(), ...proposal, applied };
    if (applied) this.#applied++;
    this.#byReason[proposal.reason] = (this.#byReason[proposal.reason] ?? 0) + 1;
    this.#decisions.push(decision);
    if (this.#decisions.length > MAX_DECISIONS) this.#decisions.shift();
    try {
      this.#settings.onDecision?.(decision);
    } catch (error) {
      report(this.#settings.onError, error, 'ROCKPOOL_TUNER');
    }
  }
}

/** Names as they are, but for those that are there already: `frames`, `frames (2)`. */
function uniqueNames(): (name: string) => string {
  const seen = new Map<string, number>();
  return (name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  };
}

function keyOf({ target, knob, blockBytes }: Pick<Proposal, 'target' | 'knob' | 'blockBytes'>): string {
  return `${target}\n${knob}\n${blockBytes ?? ''}`;
}

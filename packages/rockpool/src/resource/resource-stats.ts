/** What a resource pool counts, and what it tells of it. */
import type { DestroyReason } from './resource-pool-options.ts';
import { type TimeBuckets, TimeHistogram, type TimeSummary } from './time-histogram.ts';

/** How many resources a pool has in which state, and how many wait. */
export interface ResourceCounts {
  /** Resources that are there, without those that are being destroyed. */
  readonly size: number;
  readonly idle: number;
  readonly leased: number;
  /** Resources that are being validated or reset. */
  readonly checking: number;
  readonly creating: number;
  readonly destroying: number;
  /** Acquires that wait. */
  readonly waiting: number;
}

/**
 * A pool's counters at one moment. They obey `size = idle + leased + checking` and
 * `size + creating + destroying ≤ max`, but for a while after `max` was lowered.
 */
export interface ResourcePoolStats extends ResourceCounts {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Acquires that were served at once. */
  readonly hits: number;
  /** Acquires that had to wait, if only for a validation. */
  readonly waited: number;
  /** Of those, the ones that waited in vain. */
  readonly timeouts: number;
  /** Of those, the ones whose signal was aborted. */
  readonly aborted: number;
  /** Acquires that were refused, as `maxWaiting` waited. */
  readonly refused: number;
  readonly created: number;
  readonly createFailures: number;
  /** Resources that went, for each reason. */
  readonly destroyed: Readonly<Record<DestroyReason, number>>;
  readonly validations: number;
  /** Validations that said no, threw, or took too long. */
  readonly invalid: number;
  /** Calls of `validate`, `reset` and `destroy` that threw or took too long. */
  readonly hookFailures: number;
  /** Leases that were reported as held for longer than `leakThresholdMs`. */
  readonly overdue: number;
  /** Leases that were collected without having been given back, as far as they were watched. Their resources count as leased. */
  readonly lost: number;
  /** How long acquires waited that had to. Of a busy pool, a sample. */
  readonly waitMs: TimeSummary;
  /** How long resources were held. Of a busy pool, a sample. */
  readonly useMs: TimeSummary;
  /** How long creations took that succeeded. */
  readonly createMs: TimeSummary;
  readonly draining: boolean;
  readonly closed: boolean;
}

/** What {@link ResourcePool.histograms} gives. Of a busy pool, waits and uses are a sample. */
export interface ResourcePoolHistograms {
  /** How long acquires waited that had to. */
  readonly wait: TimeBuckets;
  /** How long resources were held. */
  readonly use: TimeBuckets;
  /** How long creations took that succeeded. */
  readonly create: TimeBuckets;
}

/** What the tallies know of the statistics. */
type Tallied = Omit<ResourcePoolStats, keyof ResourceCounts | 'name' | 'min' | 'max' | 'draining' | 'closed'>;

/** What only ever grows. Writer: the pool. */
export class PoolTallies {
  hits = 0;
  waited = 0;
  timeouts = 0;
  aborted = 0;
  refused = 0;
  created = 0;
  createFailures = 0;
  validations = 0;
  invalid = 0;
  hookFailures = 0;
  overdue = 0;
  lost = 0;
  readonly destroyed: Record<DestroyReason, number> = {
    idle: 0,
    lifetime: 0,
    uses: 0,
    invalid: 0,
    reset: 0,
    discard: 0,
    resize: 0,
    clear: 0,
    close: 0,
    late: 0,
  };
  readonly waitTimes: TimeHistogram = new TimeHistogram();
  readonly useTimes: TimeHistogram = new TimeHistogram();
  readonly createTimes: TimeHistogram = new TimeHistogram();

  histograms(boundsMs: readonly number[]): ResourcePoolHistograms {
    return {
      wait: this.waitTimes.cumulative(boundsMs),
      use: this.useTimes.cumulative(boundsMs),
      create: this.createTimes.cumulative(boundsMs),
    };
  }

  stats(): Tallied {
    const { destroyed, waitTimes, useTimes, createTimes, ...counts } = this;
    return {
      ...counts,
      destroyed: { ...destroyed },
      waitMs: waitTimes.summary(),
      useMs: useTimes.summary(),
      createMs: createTimes.summary(),
    };
  }
}

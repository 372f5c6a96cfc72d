/**
 * How long something took, in buckets that grow by an eighth: 1 µs to 36 minutes in 232 counters, each figure exact to
 * within 12.5 %. Recording is a few integer operations.
 *
 * Source: HdrHistogram's buckets (Gil Tene), with three bits of precision.
 *
 *     bucket of v µs:  v < 8: v itself;  else with e = ⌊log2 v⌋:  8 · (e − 2) + the 3 bits below the highest
 */

const SUB_BITS = 3;
const SUB = 1 << SUB_BITS;
/** Of 2^31 − 1 µs, the longest time that is told from longer ones. */
const LONGEST_US = 2 ** 31 - 1;
const BUCKETS = SUB * (30 - SUB_BITS + 2);

/** A summary of times, in milliseconds. All 0 while `count` is 0. */
export interface TimeSummary {
  /** Times that were recorded. Under heavy load a sample of all. */
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Times by upper bounds. */
export interface TimeBuckets {
  /** Of each bound, the times that are no longer. */
  readonly counts: readonly number[];
  /** All times. */
  readonly count: number;
  /** Their sum, in milliseconds. */
  readonly sumMs: number;
}

/** Counts times. */
export class TimeHistogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #count = 0;
  #sumMs = 0;
  #maxMs = 0;

  /** @param ms from 0; longer than 36 minutes counts as that long in the percentiles */
  record(ms: number): void {
    const us = Math.min(LONGEST_US, ms * 1000) | 0;
    const bucket = bucketOf(us);
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#count++;
    this.#sumMs += ms;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  /** The times so far; percentiles are the upper end of their bucket, and never above `max`. */
  summary(): TimeSummary {
    const mean = this.#count === 0 ? 0 : this.#sumMs / this.#count;
    return {
      count: this.#count,
      mean,
      p50: this.#percentile(0.5),
      p95: this.#percentile(0.95),
      p99: this.#percentile(0.99),
      max: this.#maxMs,
    };
  }

  /**
   * Counts by upper bounds in ascending order, as Prometheus's histograms have them: of each bound, the times that are
   * no longer, as exactly as the buckets are. Only counts that lie wholly below a bound are in it.
   *
   * @param boundsMs ascending; milliseconds
   */
  cumulative(boundsMs: readonly number[]): TimeBuckets {
    const counts = this.#counts;
    let bucket = 0;
    let below = 0;
    const cumulated = boundsMs.map((bound) => {
      for (; bucket < BUCKETS && endOf(bucket) <= bound * 1000; bucket++) below += counts[bucket] as number;
      return below;
    });
    return { counts: cumulated, count: this.#count, sumMs: this.#sumMs };
  }

  #percentile(fraction: number): number {
    const rank = Math.ceil(fraction * this.#count);
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket] as number;
      if (seen >= rank && seen > 0) return Math.min(this.#maxMs, endOf(bucket) / 1000);
    }
    return 0;
  }
}

function bucketOf(us: number): number {
  if (us < SUB) return us;
  const exponent = 31 - Math.clz32(us);
  return (exponent - SUB_BITS + 1) * SUB + ((us >>> (exponent - SUB_BITS)) & (SUB - 1));
}

/** The first microsecond above a bucket. */
function endOf(bucket: number): number {
  if (bucket < SUB) return bucket + 1;
  const exponent = Math.floor(bucket / SUB) + SUB_BITS - 1;
  return ((bucket & (SUB - 1)) + SUB + 1) * 2 ** (exponent - SUB_BITS);
}

/**
 * Latencies in microseconds: a histogram of three significant digits up to a minute.
 *
 * Each value below 65 ms has a counter of its own, as `hdr-histogram-js` takes some 30 ns for a value and there are a
 * million of them a second; they are brought into the histogram when figures are asked for.
 */
import { build, type Histogram } from 'hdr-histogram-js';

const HIGHEST_US = 60_000_000;
/** Values below have counters. */
const EXACT_US = 65_536;

/** What is reported. In milliseconds. */
export interface LatencyFigures {
  readonly count: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

/** Collects latencies. */
export class Latencies {
  readonly #exact: Uint32Array = new Uint32Array(EXACT_US);
  readonly #histogram: Histogram = build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
    autoResize: false,
  });

  /** @param us below 0: counted as 0; above a minute: as a minute */
  record(us: number): void {
    const value = Math.max(0, us);
    if (value < EXACT_US) this.#exact[value] = (this.#exact[value] as number) + 1;
    else this.#histogram.recordValue(Math.min(value, HIGHEST_US));
  }

  figures(): LatencyFigures {
    const histogram = this.#histogram;
    for (let us = 0; us < EXACT_US; us++) {
      const count = this.#exact[us] as number;
      if (count > 0) histogram.recordValueWithCount(us, count);
    }
    this.#exact.fill(0);
    const at = (percentile: number): number => histogram.getValueAtPercentile(percentile) / 1000;
    return {
      count: histogram.totalCount,
      meanMs: histogram.totalCount === 0 ? 0 : histogram.mean / 1000,
      p50Ms: at(50),
      p90Ms: at(90),
      p99Ms: at(99),
      p999Ms: at(99.9),
      maxMs: histogram.maxValue / 1000,
    };
  }
}

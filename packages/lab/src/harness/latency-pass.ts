/**
 * The distribution of single operations, in a pass of its own.
 *
 * Two looks at the clock around each operation cost 70–170 ns (Node 20.20), as much as many an operation here: so throughput
 * is measured without them, and these figures are for the tail, where collections show. The cost of the clock is
 * measured, reported (`clockNs`) and not subtracted.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { build } from 'hdr-histogram-js';

/** Durations of single operations, nanoseconds, the clock's own cost included. */
export interface LatencyFigures {
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly p999Ns: number;
  readonly maxNs: number;
  /** Operations that were timed. */
  readonly samples: number;
  /** Median of timing nothing. */
  readonly clockNs: number;
}

/** Longer than any pause; a longer one is recorded as this. */
const MAX_NS = 60_000_000_000;
/** Between two turns of the event loop. */
const SLICE_MS = 5;

/** A histogram of nanoseconds, with three significant digits. */
export class LatencyRecorder {
  readonly #histogram: ReturnType<typeof build> = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: MAX_NS,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  });

  record(ns: number): void {
    this.#histogram.recordValue(Math.min(MAX_NS, Math.max(0, Math.round(ns))));
  }

  figures(clockNs: number): LatencyFigures {
    const histogram = this.#histogram;
    return {
      p50Ns: histogram.getValueAtPercentile(50),
      p99Ns: histogram.getValueAtPercentile(99),
      p999Ns: histogram.getValueAtPercentile(99.9),
      maxNs: histogram.maxValue,
      samples: histogram.totalCount,
      clockNs,
    };
  }
}

/**
 * Times single operations for `forMs`.
 *
 * @param run one operation for each `run(1)`
 * @returns the figures, and the sum of what `run` gave
 */
export async function measureLatency(
  run: (count: number) => number,
  forMs: number,
): Promise<{ figures: LatencyFigures; sink: number }> {
  const clockNs = clockCost();
  const recorder = new LatencyRecorder();
  let sink = 0;
  const end = performance.now() + forMs;
  do {
    const sliceEnd = performance.now() + SLICE_MS;
    let after: number;
    do {
      const before = performance.now();
      sink += run(1);
      after = performance.now();
      recorder.record((after - before) * 1e6);
    } while (after < sliceEnd);
    await turn();
  } while (performance.now() < end);
  return { figures: recorder.figures(clockNs), sink };
}

/** Median of timing nothing, in nanoseconds. */
function clockCost(): number {
  const recorder = new LatencyRecorder();
  for (let i = 0; i < 20_000; i++) {
    const before = performance.now();
    recorder.record((performance.now() - before) * 1e6);
  }
  return recorder.figures(0).p50Ns;
}

/**
 * P99 by windows of 100 ms, by arrival.
 *
 * On a shared machine a process stands still for some milliseconds now and then, whatever it does, and a few such
 * moments decide the P99 of a whole run. The median of the windows' P99s says what it is in between, and the share of
 * windows within a limit how often that holds. Both stand beside the P99 of the run, not in its place.
 */

const WINDOW_US = 100_000;
/** Latencies are counted in steps of 16 µs, up to 32 ms. */
const STEP_SHIFT = 4;
const STEPS = 2_048;

/** P99 of windows, in ms. */
export interface WindowFigures {
  readonly windows: number;
  readonly medianP99Ms: number;
  /** Nine of ten windows are no worse. */
  readonly p90P99Ms: number;
}

/** Collects latencies in the order of their arrival. */
export class LatencyWindows {
  readonly #counts: Uint32Array = new Uint32Array(STEPS);
  readonly #p99sMs: number[] = [];
  #count = 0;
  #endUs = 0;

  /** @param nowUs when the delivery arrived; never goes back */
  record(latencyUs: number, nowUs: number): void {
    if (nowUs >= this.#endUs) this.#next(nowUs);
    const step = Math.min(STEPS - 1, Math.max(0, latencyUs) >> STEP_SHIFT);
    this.#counts[step] = (this.#counts[step] as number) + 1;
    this.#count++;
  }

  figures(): WindowFigures {
    this.#next(0);
    const sorted = [...this.#p99sMs].sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    return { windows: sorted.length, medianP99Ms: at(0.5), p90P99Ms: at(0.9) };
  }

  /** Closes the window, if anything is in it, and begins one at `nowUs`. */
  #next(nowUs: number): void {
    this.#endUs = nowUs + WINDOW_US;
    if (this.#count === 0) return;
    let above = Math.floor(this.#count / 100);
    let step = STEPS - 1;
    while (step > 0 && above - (this.#counts[step] as number) >= 0) {
      above -= this.#counts[step] as number;
      step--;
    }
    this.#p99sMs.push(((step + 1) << STEP_SHIFT) / 1000);
    this.#counts.fill(0);
    this.#count = 0;
  }
}

/**
 * When message k is due, counted from the start, and how many are due by then. The rate rises in a straight line over
 * the ramp and stays:
 *
 *     due(t) = rate · t² / (2 · ramp)     during the ramp
 *              rate · (t − ramp / 2)      behind it
 *
 * Both ways are closed formulas, so that messages that wait need not be kept with their times.
 */

/** A schedule of messages; times in microseconds from its start. */
export class Schedule {
  /** Messages a microsecond. */
  readonly #rate: number;
  readonly #rampUs: number;
  /** Messages that are due at the end of the ramp. */
  readonly #inRamp: number;

  /** @param rate messages a second, above 0 @param rampUs 0 for none */
  constructor(rate: number, rampUs: number) {
    this.#rate = rate / 1e6;
    this.#rampUs = rampUs;
    this.#inRamp = (this.#rate * rampUs) / 2;
  }

  /** How many messages are due at `us`. */
  dueAt(us: number): number {
    if (us <= 0) return 0;
    const due =
      us < this.#rampUs ? (this.#rate * us * us) / (2 * this.#rampUs) : this.#rate * us - this.#inRamp;
    return Math.floor(due);
  }

  /** When message `k` is due; the first one is 0. */
  timeOf(k: number): number {
    return k < this.#inRamp
      ? Math.sqrt((2 * k * this.#rampUs) / this.#rate)
      : (k + this.#inRamp) / this.#rate;
  }
}

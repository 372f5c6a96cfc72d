/**
 * How far apart flushes are, so that they take no more than a share of the time.
 *
 * What a flush took is not what it costs: when the system takes the core away in the middle of one, it took 5 ms instead
 * of 0.3, and to wait 12 ms then would make a small stall a large one. Such moments hardly come twice in a row, so the
 * cheaper one of the last two flushes counts.
 */

/** Says when the next flush may begin. */
export class FlushPace {
  readonly #share: number;
  readonly #maxMs: number;
  #beforeMs = 0;

  /**
   * @param share of the time that flushes may take, above 0 and up to 1
   * @param maxMs between the beginnings of two flushes
   */
  constructor(share: number, maxMs: number) {
    this.#share = share;
    this.#maxMs = maxMs;
  }

  /** @param tookMs what the last flush took @returns ms from its beginning to that of the next one, at least */
  intervalMs(tookMs: number): number {
    const costMs = Math.min(tookMs, this.#beforeMs);
    this.#beforeMs = tookMs;
    return Math.min(this.#maxMs, costMs / this.#share);
  }
}

/** Histograms in powers of two: cheap to count, small to write. */

/** Counts values by their power of two: entry i has those from 2^(i−1−shift) to below 2^(i−shift). */
export class Powers {
  readonly counts: number[] = [];
  readonly #shift: number;

  /** @param shift how many entries lie below 1: 7 makes the first one end at 1/128 */
  constructor(shift: number) {
    this.#shift = shift;
  }

  add(value: number): void {
    const exponent = value <= 0 ? 0 : Math.floor(Math.log2(value)) + 1 + this.#shift;
    const index = Math.min(40, Math.max(0, exponent));
    while (this.counts.length <= index) this.counts.push(0);
    this.counts[index] = (this.counts[index] ?? 0) + 1;
  }
}

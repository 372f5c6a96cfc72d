/**
 * A small seeded generator for sampling and chaos: xorshift32 (Marsaglia, 2003), period 2^32 − 1.
 * Not for secrets. Seeded, so that a failing run can be run again.
 */
export class Random {
  #state: number;

  /** @param seed any 32-bit integer; 0 is replaced, for it would stay 0 */
  constructor(seed: number) {
    this.#state = seed | 0 || 0x9e3779b9 | 0;
  }

  /** The next 32 random bits, as a signed integer other than 0. */
  bits(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x;
  }

  /** An integer from 0 up to, not including, `bound` (1 to 2^31). */
  below(bound: number): number {
    return (this.bits() >>> 0) % bound;
  }

  /** A number from 0 up to, not including, 1. */
  fraction(): number {
    return (this.bits() >>> 0) / 4294967296;
  }
}

/**
 * How long to wait before the next try: exponentially longer, with a random part, so that many clients of one server
 * do not come back at the same moment (AWS's "Exponential Backoff and Jitter", 2015).
 */
import { Random } from '../internal/random.ts';

/** See {@link ResourcePoolOptions.retry}. */
export interface BackOffSettings {
  readonly initialMs: number;
  readonly maxMs: number;
  readonly factor: number;
  readonly jitter: number;
}

/** The waits of one owner. */
export class BackOff {
  readonly #settings: BackOffSettings;
  readonly #random: Random;

  constructor(settings: BackOffSettings, seed: number) {
    this.#settings = settings;
    this.#random = new Random(seed);
  }

  /** Milliseconds after so many failures in a row, 1 or more: `initial · factor^(failures − 1)`, at most `max`, less a random part of up to `jitter`. */
  after(failures: number): number {
    const { initialMs, maxMs, factor, jitter } = this.#settings;
    const full = Math.min(maxMs, initialMs * factor ** (failures - 1));
    return full * (1 - jitter * this.#random.fraction());
  }
}

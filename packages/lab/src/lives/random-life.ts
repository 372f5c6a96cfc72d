/**
 * A random life of buffers: sizes are drawn from a range, log-uniform, and the bytes that are held stay around a
 * target.
 *
 * Each step takes a buffer while less than the target is held, else it drops one at random. So old and young are
 * dropped alike, and after a few times the live set's number of steps every buffer has had its chance to go.
 *
 * Invariant: `heldBytes = Σ sizes of the buffers held ≤ target + largest size`, once the target was above it.
 */
import { seededRandom } from '../frames/seeded-random.ts';

/** Sizes of buffers in bytes, both ends included. */
export interface SizeRange {
  readonly from: number;
  readonly to: number;
}

/** Where buffers come from, and where they go. */
export interface Holder<T> {
  readonly take: (bytes: number) => T;
  readonly drop: (item: T) => void;
}

/** The life. The same seed and the same calls give the same sizes in the same order. */
export class RandomLife<T> {
  /** Bytes that were asked for and are held. */
  heldBytes = 0;
  /** Steps done. */
  steps = 0;
  readonly #holder: Holder<T>;
  readonly #random: () => number;
  /** Side by side: what is held, and its bytes. */
  readonly #items: T[] = [];
  readonly #sizes: number[] = [];

  constructor(holder: Holder<T>, seed: number) {
    this.#holder = holder;
    this.#random = seededRandom(seed);
  }

  /** How many are held. */
  get held(): number {
    return this.#items.length;
  }

  /**
   * Takes a buffer, or drops one.
   *
   * @param targetBytes what to hold
   * @returns the bytes taken; 0 where one was dropped, or nothing was held and nothing wanted
   */
  step(targetBytes: number, { from, to }: SizeRange): number {
    this.steps++;
    if (this.heldBytes < targetBytes) {
      const bytes = Math.round(from * (to / from) ** this.#random());
      this.#items.push(this.#holder.take(bytes));
      this.#sizes.push(bytes);
      this.heldBytes += bytes;
      return bytes;
    }
    if (this.#items.length > 0) this.#drop(Math.floor(this.#random() * this.#items.length));
    return 0;
  }

  /** Drops all. */
  end(): void {
    while (this.#items.length > 0) this.#drop(this.#items.length - 1);
  }

  /** The last one takes the place of the one dropped. */
  #drop(at: number): void {
    const item = this.#items[at] as T;
    this.heldBytes -= this.#sizes[at] as number;
    this.#items[at] = this.#items.at(-1) as T;
    this.#sizes[at] = this.#sizes.at(-1) as number;
    this.#items.pop();
    this.#sizes.pop();
    this.#holder.drop(item);
  }
}

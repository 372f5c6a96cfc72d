/**
 * The strike policy: a large item that is hardly used, several times in a row, is dropped instead of pooled.
 *
 * Source: the buffer cache of Go's encoding/json: items of up to 4 KiB are always kept, a use of a quarter
 * clears the strikes, the fifth under-use in a row drops the item and remembers the size that was needed.
 * Without it a single huge message leaves a huge buffer behind for ever (golang/go #23199, #27735).
 */
import { ArgumentTypeError } from '../internal/errors.ts';
import {
  expectFraction,
  expectFunction,
  expectInteger,
  type OptionSite,
  readOptions,
} from '../internal/options.ts';
import type { StrikeOptions } from './pool-options.ts';

const MAX_BYTES = Number.MAX_SAFE_INTEGER;

/** Counts the under-uses of each large item. Owner: one pool. */
export class Strikes<T extends object> {
  readonly #usedOf: (item: T) => number;
  readonly #freeBytes: number;
  readonly #minUse: number;
  readonly #limit: number;
  /** Strikes of items that have any; weak, as items come and go. */
  readonly #counts = new WeakMap<T, number>();
  /** The largest need among the under-uses since the last drop. */
  #need = 0;
  #hintBytes = 0;

  constructor(site: OptionSite, options: StrikeOptions<T>) {
    const read = readOptions(site, options, ['usedOf', 'freeBytes', 'minUse', 'limit'], 'strikes');
    this.#usedOf = expectFunction(site, 'strikes.usedOf', read.usedOf);
    this.#freeBytes = expectInteger(site, 'strikes.freeBytes', read.freeBytes, 0, MAX_BYTES, 4096);
    this.#minUse = expectFraction(site, 'strikes.minUse', read.minUse, 0.25);
    this.#limit = expectInteger(site, 'strikes.limit', read.limit, 1, 2 ** 20, 5);
  }

  /** The size that users of dropped items really needed, 0 while nothing was dropped; for `create`. */
  get hintBytes(): number {
    return this.#hintBytes;
  }

  /**
   * Bytes that the last user of `item` needed; read it before the reset.
   *
   * @throws {ArgumentTypeError} if that is no number of bytes
   */
  usedOf(item: T): number {
    const bytes = this.#usedOf(item);
    if (Number.isFinite(bytes) && bytes >= 0) return bytes;
    throw new ArgumentTypeError('judge the use of an item', 'strikes.usedOf()', 'a number of bytes', bytes);
  }

  /** Judges a use of `item`: true if that was its last strike. */
  strike(item: T, sizeBytes: number, usedBytes: number): boolean {
    if (sizeBytes <= this.#freeBytes || usedBytes >= sizeBytes * this.#minUse) {
      this.#counts.delete(item);
      return false;
    }
    const count = (this.#counts.get(item) ?? 0) + 1;
    this.#need = Math.max(this.#need, usedBytes);
    if (count < this.#limit) {
      this.#counts.set(item, count);
      return false;
    }
    this.#counts.delete(item);
    this.#hintBytes = this.#need;
    this.#need = 0;
    return true;
  }
}

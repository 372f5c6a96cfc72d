/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The right to use one item until it is released: an item and its way home, single-use.
 *
 * A lease is never recycled. One that is kept too long throws when it is used, instead of meeting the item
 * under its next owner; that is worth the 5–10 ns of a fresh object (`rockpool lab defer` measures it).
 */
import { DoubleReleaseError, UseAfterReleaseError } from './scope-errors.ts';

/** Where a lease brings its item back to. */
export interface LeaseOwner<T> {
  /** Stands in errors: "pool 'rows'". */
  readonly label: string;
  put(item: T): unknown;
  discard(item: T): unknown;
}

/**
 * An item that is taken until `release`, `discard` or the end of a `using` block.
 *
 * Ownership: the holder owns `value` until then, and must not keep it longer. Thread: one isolate.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { Pool, scope } from 'rockpool';
 *
 * const pool = new Pool({ create: () => ({ rows: [] as number[] }), reset: (t) => (t.rows.length = 0) });
 * const sum = scope((defer) => {
 *   const { value } = defer.use(pool.lease());
 *   value.rows.push(1, 2, 3);
 *   return value.rows.reduce((a, b) => a + b);
 * });
 * assert.equal(sum, 6);
 * assert.equal(pool.stats().outstanding, 0);
 * ```
 */
export class Lease<T> implements Disposable {
  /** Goes from set to undefined, once, at the release. */
  #owner: LeaseOwner<T> | undefined;
  #value: T | undefined;
  readonly #label: string;

  /** Made by pools. */
  constructor(owner: LeaseOwner<T>, value: T) {
    this.#owner = owner;
    this.#value = value;
    this.#label = owner.label;
  }

  /**
   * The item.
   *
   * @throws {UseAfterReleaseError} `ERR_ROCKPOOL_USE_AFTER_RELEASE`
   */
  get value(): T {
    if (this.#owner === undefined) throw new UseAfterReleaseError(this.#label);
    return this.#value as T;
  }

  /** Whether the item has gone back. */
  get released(): boolean {
    return this.#owner === undefined;
  }

  /**
   * Puts the item back.
   *
   * @throws {DoubleReleaseError} `ERR_ROCKPOOL_DOUBLE_RELEASE` the second time
   */
  release(): void {
    this.#end().put(this.#take());
  }

  /**
   * Gives the item up instead of putting it back: it is broken, or must not be reused.
   *
   * @throws {DoubleReleaseError} `ERR_ROCKPOOL_DOUBLE_RELEASE` if it was released before
   */
  discard(): void {
    this.#end().discard(this.#take());
  }

  /** Puts the item back unless that was done before: `using` and `defer.use` call this. Idempotent. */
  [Symbol.dispose](): void {
    if (this.#owner !== undefined) this.release();
  }

  #end(): LeaseOwner<T> {
    const owner = this.#owner;
    if (owner === undefined) throw new DoubleReleaseError(this.#label);
    this.#owner = undefined;
    return owner;
  }

  #take(): T {
    const value = this.#value as T;
    this.#value = undefined;
    return value;
  }
}

/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The right to use one resource until it is given back: single-use, so that one that is kept too long throws when it is
 * used instead of meeting the resource under its next owner.
 */
import { DoubleReleaseError, UseAfterReleaseError } from '../scope/scope-errors.ts';
import type { Member } from './member.ts';

/** Where a lease brings its resource back to. */
export interface LeaseHome<T> {
  /** Stands in errors: "resource pool 'db'". */
  readonly label: string;
  /** @internal */
  _release(member: Member<T>, sound: boolean): void;
  /** @internal */
  _discard(member: Member<T>): void;
}

/**
 * A resource that is taken until `release`, `discard` or the end of an `await using` or `using` block.
 *
 * Ownership: the holder owns `value` until then, and must not keep it longer. Keep the lease as long as you use its
 * value: one that is collected without having been given back is reported as a leak.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ResourcePool, scope } from 'rockpool';
 *
 * const pool = new ResourcePool({ create: async () => ({ query: (sql: string) => sql.length }), max: 2 });
 * const length = await scope.async(async (defer) => {
 *   const { value: client } = defer.use(await pool.acquire());
 *   return client.query('select 1');
 * });
 * assert.equal(length, 8);
 * assert.equal(pool.stats().leased, 0);
 * ```
 */
export class ResourceLease<T> implements Disposable, AsyncDisposable {
  readonly #home: LeaseHome<T>;
  /** Goes from set to undefined, once, when the resource is given back. */
  #member: Member<T> | undefined;

  /** Made by pools. */
  constructor(home: LeaseHome<T>, member: Member<T>) {
    this.#home = home;
    this.#member = member;
  }

  /**
   * The resource.
   *
   * @throws {UseAfterReleaseError} `ERR_ROCKPOOL_USE_AFTER_RELEASE` when it was given back, or the pool was closed and
   *   took it back by force
   */
  get value(): T {
    const member = this.#member;
    if (member === undefined || member.state !== 'leased') throw new UseAfterReleaseError(this.#home.label);
    return member.resource;
  }

  /** Whether the resource has gone back. */
  get released(): boolean {
    return this.#member === undefined;
  }

  /**
   * Gives the resource back. What there is to be done then, reset and validation, goes on behind it.
   *
   * @throws {DoubleReleaseError} `ERR_ROCKPOOL_DOUBLE_RELEASE` the second time
   */
  release(): void {
    const member = this.#member;
    if (member === undefined) throw new DoubleReleaseError(this.#home.label);
    this.#member = undefined;
    this.#home._release(member, true);
  }

  /**
   * Gives the resource up instead of back: it is broken, or must not be used again. The pool destroys it.
   *
   * @throws {DoubleReleaseError} `ERR_ROCKPOOL_DOUBLE_RELEASE` if it was given back before
   */
  discard(): void {
    const member = this.#member;
    if (member === undefined) throw new DoubleReleaseError(this.#home.label);
    this.#member = undefined;
    this.#home._discard(member);
  }

  /** Gives it back unless that was done before. Idempotent. */
  [Symbol.dispose](): void {
    if (this.#member !== undefined) this.release();
  }

  /** As `Symbol.dispose`; waits for nothing. */
  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
  }

  /** Gives it back after something failed: where there is a way to validate it, it is before anyone gets it. @internal */
  _releaseInDoubt(): void {
    const member = this.#member;
    if (member === undefined) return;
    this.#member = undefined;
    this.#home._release(member, false);
  }
}

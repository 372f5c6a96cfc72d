/**
 * `SuppressedError`: the platform's where it exists (Node 24 and later), else a class of the same shape.
 *
 * Says that `error` was thrown while `suppressed` was already in flight, as deferred calls and `using` do.
 * Specified in ECMAScript's Explicit Resource Management.
 */
class SuppressedErrorFallback extends Error {
  declare readonly error: unknown;
  declare readonly suppressed: unknown;

  constructor(error: unknown, suppressed: unknown, message?: string) {
    super(message);
    // As in the specification: own, writable and not enumerable.
    const hidden = { configurable: true, writable: true, enumerable: false };
    Object.defineProperty(this, 'error', { ...hidden, value: error });
    Object.defineProperty(this, 'suppressed', { ...hidden, value: suppressed });
  }

  static {
    Object.defineProperty(SuppressedErrorFallback, 'name', { value: 'SuppressedError' });
    Object.defineProperty(SuppressedErrorFallback.prototype, 'name', {
      value: 'SuppressedError',
      configurable: true,
      writable: true,
    });
  }
}

/** The class of {@link SuppressedError}. */
export interface SuppressedErrorClass {
  new (error: unknown, suppressed: unknown, message?: string): SuppressedError;
  readonly prototype: SuppressedError;
}

/** What `new SuppressedError(error, suppressed, message?)` makes. */
export interface SuppressedError extends Error {
  /** What was thrown last. */
  readonly error: unknown;
  /** What was in flight when it was thrown. */
  readonly suppressed: unknown;
}

/**
 * The platform's `SuppressedError`, or its equivalent on Node 20 and 22.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { scope, SuppressedError } from 'rockpool';
 *
 * try {
 *   scope((defer) => {
 *     defer(() => {
 *       throw new Error('close failed');
 *     });
 *     throw new Error('write failed');
 *   });
 * } catch (thrown) {
 *   assert(thrown instanceof SuppressedError);
 *   assert.equal((thrown.error as Error).message, 'close failed');
 *   assert.equal((thrown.suppressed as Error).message, 'write failed');
 * }
 * ```
 */
export const SuppressedError: SuppressedErrorClass =
  (globalThis as { SuppressedError?: SuppressedErrorClass }).SuppressedError ?? SuppressedErrorFallback;

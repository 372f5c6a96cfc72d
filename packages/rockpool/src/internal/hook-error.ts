/** A function that a user gave to a pool failed where no caller can catch it. */
import { brand, type ErrorCode, thrownText } from './errors.ts';

type Hook = 'reset' | 'destroy' | 'validate';

const CODES: Readonly<Record<Hook, ErrorCode>> = {
  reset: 'ERR_ROCKPOOL_RESET_FAILED',
  destroy: 'ERR_ROCKPOOL_DESTROY_FAILED',
  validate: 'ERR_ROCKPOOL_VALIDATE_FAILED',
};

/**
 * `reset`, `destroy` or `validate` threw, rejected, or took too long. What it was called for is no longer in the
 * pool; the error reaches `onError` with the thrown one as its `cause`.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { HookError, Pool } from 'rockpool';
 *
 * const errors: unknown[] = [];
 * const pool = new Pool({
 *   create: () => ({}),
 *   reset: () => {
 *     throw new Error('half done');
 *   },
 *   onError: (error) => errors.push(error),
 * });
 * assert.equal(pool.put(pool.get()), false);
 * assert(errors[0] instanceof HookError);
 * assert.equal(errors[0].hook, 'reset');
 * ```
 */
export class HookError extends Error {
  /** `ERR_ROCKPOOL_RESET_FAILED`, `…_DESTROY_FAILED` or `…_VALIDATE_FAILED`. */
  readonly code: ErrorCode;
  readonly pool: string;
  readonly hook: Hook;

  /** @param what "Item" or "Resource" */
  constructor(what: string, pool: string, hook: Hook, cause: unknown) {
    super(`${what} of pool '${pool}' was dropped as its ${hook} failed: ${thrownText(cause)}`, { cause });
    this.name = 'HookError';
    this.code = CODES[hook];
    this.pool = pool;
    this.hook = hook;
    brand(this);
  }
}

/** The one error of all pools that are closed. */
import { brand } from './errors.ts';

/**
 * Something was asked of a pool that is closed, or that is being drained.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { Pool, PoolClosedError } from 'rockpool';
 *
 * const pool = new Pool({ create: () => ({}) });
 * pool.close();
 * assert.throws(() => pool.get(), PoolClosedError);
 * ```
 */
export class PoolClosedError extends Error {
  readonly code = 'ERR_ROCKPOOL_POOL_CLOSED' as const;
  readonly pool: string;

  constructor(pool: string, action: string, state = 'closed', cause?: unknown) {
    super(`Cannot ${action} pool '${pool}' as it is ${state}`, cause === undefined ? undefined : { cause });
    this.name = 'PoolClosedError';
    this.pool = pool;
    brand(this);
  }
}

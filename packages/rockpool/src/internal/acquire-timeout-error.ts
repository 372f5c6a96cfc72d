/** The one error of all waits for something pooled. */
import { brand } from './errors.ts';

/**
 * Nothing became free in time.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { AcquireTimeoutError, SharedPool } from 'rockpool';
 *
 * const pool = SharedPool.create({ bytes: 4096, classes: [{ bytes: 64, maxBlocks: 1 }] });
 * const block = pool.acquire(64);
 * const alive = setTimeout(() => {}, 60_000); // waiting for a block does not keep a process alive
 * await assert.rejects(pool.acquireAsync(64, { timeoutMs: 1 }), AcquireTimeoutError);
 * clearTimeout(alive);
 * block.release();
 * ```
 */
export class AcquireTimeoutError extends Error {
  readonly code = 'ERR_ROCKPOOL_ACQUIRE_TIMEOUT' as const;
  readonly timeoutMs: number;

  constructor(what: string, timeoutMs: number) {
    super(`Cannot acquire ${what} as none became free within ${timeoutMs} ms`);
    this.name = 'AcquireTimeoutError';
    this.timeoutMs = timeoutMs;
    brand(this);
  }
}

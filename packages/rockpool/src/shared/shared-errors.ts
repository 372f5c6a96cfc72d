/**
 * What shared memory throws. Each error leaves words, counts and rings as they were before the call.
 */
import { brand, show } from '../internal/errors.ts';
import { describeWord } from './ownership-word.ts';

/**
 * Memory that is no shared pool or map, or one of another version of this library.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { SharedLayoutError, SharedPool } from 'rockpool';
 *
 * const handle = { control: new SharedArrayBuffer(64), data: new SharedArrayBuffer(64) };
 * assert.throws(() => SharedPool.attach(handle), (error: unknown) => {
 *   assert(error instanceof SharedLayoutError);
 *   assert.match(error.message, /magic number/);
 *   return true;
 * });
 * ```
 */
export class SharedLayoutError extends Error {
  readonly code = 'ERR_ROCKPOOL_SHARED_LAYOUT' as const;
  readonly expected: number;
  readonly found: number;

  constructor(what: string, expected: number, found: number) {
    super(`Cannot attach as the ${what} must be ${expected}: found ${found}`);
    this.name = 'SharedLayoutError';
    this.expected = expected;
    this.found = found;
    brand(this);
  }
}

/**
 * No block of a size is free, and the pool may not grow, or its class may not.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { SharedExhaustedError, SharedPool } from 'rockpool';
 *
 * const pool = SharedPool.create({ bytes: 4096, classes: [{ bytes: 64, maxBlocks: 1 }] });
 * const block = pool.acquire(64);
 * assert.throws(() => pool.acquire(10), SharedExhaustedError);
 * block.release();
 * pool.acquire(10).release();
 * ```
 */
export class SharedExhaustedError extends RangeError {
  readonly code = 'ERR_ROCKPOOL_SHARED_EXHAUSTED' as const;
  /** Bytes asked for. */
  readonly requestedBytes: number;
  /** Bytes of the blocks that would do. */
  readonly classBytes: number;
  /** Bytes of the data memory in use by classes. */
  readonly slabBytes: number;
  /** What it may grow to, in bytes. */
  readonly maxBytes: number;

  constructor(requestedBytes: number, classBytes: number, slabBytes: number, maxBytes: number) {
    super(
      `Cannot acquire ${requestedBytes} bytes as no block of ${classBytes} is free` +
        ` and ${slabBytes} of 'maxBytes' ${maxBytes} are in use by size classes`,
    );
    this.name = 'SharedExhaustedError';
    this.requestedBytes = requestedBytes;
    this.classBytes = classBytes;
    this.slabBytes = slabBytes;
    this.maxBytes = maxBytes;
    brand(this);
  }
}

/**
 * All places for workers are taken.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { SharedPool, TooManyWorkersError } from 'rockpool';
 *
 * const pool = SharedPool.create({ bytes: 1 << 20, maxWorkers: 1 });
 * assert.throws(() => SharedPool.attach(pool.handle), TooManyWorkersError);
 * ```
 */
export class TooManyWorkersError extends RangeError {
  readonly code = 'ERR_ROCKPOOL_TOO_MANY_WORKERS' as const;
  readonly maxWorkers: number;

  constructor(maxWorkers: number) {
    super(`Cannot attach as 'maxWorkers' is ${maxWorkers} and all of them are attached, or died unreclaimed`);
    this.name = 'TooManyWorkersError';
    this.maxWorkers = maxWorkers;
    brand(this);
  }
}

/**
 * A pool, channel or map was used behind its `detach()`.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { DetachedError, SharedPool } from 'rockpool';
 *
 * const pool = SharedPool.create({ bytes: 1 << 20 });
 * pool.detach();
 * assert.throws(() => pool.acquire(64), DetachedError);
 * ```
 */
export class DetachedError extends Error {
  readonly code = 'ERR_ROCKPOOL_DETACHED' as const;

  constructor(action: string) {
    super(`Cannot ${action} as this thread has detached`);
    this.name = 'DetachedError';
    brand(this);
  }
}

/**
 * A handle that is no longer, or never was, worth a block: received before, recalled, of another pool, or from a
 * worker that died.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { SharedPool, StaleHandleError } from 'rockpool';
 *
 * const pool = SharedPool.create({ bytes: 1 << 20 });
 * const handle = pool.acquire(64).move();
 * pool.receive(handle).release();
 * assert.throws(() => pool.receive(handle), StaleHandleError);
 * ```
 */
export class StaleHandleError extends Error {
  readonly code = 'ERR_ROCKPOOL_STALE_HANDLE' as const;
  readonly handle: unknown;

  /** @param word what the block's word is; undefined: there is no such block */
  constructor(handle: unknown, word: number | undefined) {
    const found = word === undefined ? 'there is no such block' : `its block is ${describeWord(word)}`;
    super(`Cannot receive ${show(handle)} as ${found}`);
    this.name = 'StaleHandleError';
    this.handle = handle;
    brand(this);
  }
}

/**
 * A block was to be moved that others hold as well, or a pool left while blocks of it are held.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { BlockHeldError, SharedPool } from 'rockpool';
 *
 * const pool = SharedPool.create({ bytes: 1 << 20 });
 * const block = pool.acquire(64).retain();
 * assert.throws(() => block.move(), BlockHeldError);
 * block.release(2);
 * ```
 */
export class BlockHeldError extends Error {
  readonly code = 'ERR_ROCKPOOL_BLOCK_HELD' as const;
  /** References, or blocks, that are held. */
  readonly held: number;

  constructor(action: string, what: string, held: number) {
    super(`Cannot ${action} as ${what}: ${held}`);
    this.name = 'BlockHeldError';
    this.held = held;
    brand(this);
  }
}

/**
 * A worker outside of the first 22 places was to hold a block together with others. Moves work for all.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ShareLimitError, SharedPool } from 'rockpool';
 *
 * const pools = [SharedPool.create({ bytes: 1 << 20, maxWorkers: 24 })];
 * for (let n = 1; n < 24; n++) pools.push(SharedPool.attach(pools[0]!.handle));
 * const block = pools[23]!.acquire(64);
 * assert.throws(() => block.share(), ShareLimitError);
 * pools[0]!.receive(block.move()).release();
 * ```
 */
export class ShareLimitError extends RangeError {
  readonly code = 'ERR_ROCKPOOL_SHARE_LIMIT' as const;
  readonly slot: number;
  readonly limit: number;

  constructor(action: string, slot: number, limit: number) {
    super(
      `Cannot ${action} as a block has bits for the places 0 to ${limit - 1} and this worker has place ${slot}: ` +
        `move it, or attach those who share first`,
    );
    this.name = 'ShareLimitError';
    this.slot = slot;
    this.limit = limit;
    brand(this);
  }
}

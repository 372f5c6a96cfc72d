/**
 * What channels throw. Each error leaves the channel, and what was to be sent, as they were before the call.
 */
import { brand } from '../internal/errors.ts';

/**
 * A channel takes nothing more. What was to be sent still belongs to the caller.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ChannelClosedError, SharedChannel, SharedPool } from 'rockpool';
 *
 * const pool = SharedPool.create({ bytes: 1 << 20 });
 * const channel = SharedChannel.create(pool, { capacity: 16 });
 * channel.close();
 * const block = pool.acquire(64);
 * assert.throws(() => channel.send(block), ChannelClosedError);
 * block.release();
 * ```
 */
export class ChannelClosedError extends Error {
  readonly code = 'ERR_ROCKPOOL_CHANNEL_CLOSED' as const;

  constructor(action: string) {
    super(`Cannot ${action} as the channel is closed`);
    this.name = 'ChannelClosedError';
    brand(this);
  }
}

/**
 * There was no room in a channel in time. What was to be sent still belongs to the caller.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ChannelTimeoutError, SharedChannel, SharedPool } from 'rockpool';
 *
 * const pool = SharedPool.create({ bytes: 1 << 20 });
 * const channel = SharedChannel.create(pool, { capacity: 2 });
 * for (let n = 0; n < 2; n++) channel.send(pool.acquire(64));
 * const block = pool.acquire(64);
 * assert.throws(() => channel.send(block, 1), ChannelTimeoutError);
 * block.release();
 * channel.close();
 * ```
 */
export class ChannelTimeoutError extends Error {
  readonly code = 'ERR_ROCKPOOL_CHANNEL_TIMEOUT' as const;
  readonly timeoutMs: number;

  constructor(capacity: number, timeoutMs: number) {
    super(
      `Cannot send as none of the ${capacity} slots of this worker's ring became free within ${timeoutMs} ms`,
    );
    this.name = 'ChannelTimeoutError';
    this.timeoutMs = timeoutMs;
    brand(this);
  }
}

/**
 * A channel has a receiver already: another worker that lives.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ChannelReceiverError, SharedChannel, SharedPool } from 'rockpool';
 *
 * const pool = SharedPool.create({ bytes: 1 << 20 });
 * const other = SharedPool.attach(pool.handle); // as another worker would
 * const channel = SharedChannel.create(pool);
 * channel.tryReceive();
 * const same = SharedChannel.attach(other, channel.handle);
 * assert.throws(() => same.tryReceive(), ChannelReceiverError);
 * ```
 */
export class ChannelReceiverError extends Error {
  readonly code = 'ERR_ROCKPOOL_CHANNEL_RECEIVER' as const;
  /** The receiver's worker id. */
  readonly workerId: number;

  constructor(workerId: number) {
    super(`Cannot receive as worker ${workerId} does: a channel has one receiver`);
    this.name = 'ChannelReceiverError';
    this.workerId = workerId;
    brand(this);
  }
}

/**
 * The pool has no room for another channel.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ChannelMemoryError, SharedChannel, SharedPool } from 'rockpool';
 *
 * const pool = SharedPool.create({ bytes: 1 << 20, channelBytes: 4096 });
 * assert.throws(() => SharedChannel.create(pool, { capacity: 1024 }), ChannelMemoryError);
 * ```
 */
export class ChannelMemoryError extends RangeError {
  readonly code = 'ERR_ROCKPOOL_CHANNEL_MEMORY' as const;
  readonly neededBytes: number;
  readonly leftBytes: number;
  readonly maxChannels: number;

  constructor(neededBytes: number, leftBytes: number, maxChannels: number) {
    super(
      `Cannot create channel as it needs ${neededBytes} bytes and ${leftBytes} are left of 'channelBytes', ` +
        `or there are 'maxChannels' ${maxChannels} already`,
    );
    this.name = 'ChannelMemoryError';
    this.neededBytes = neededBytes;
    this.leftBytes = leftBytes;
    this.maxChannels = maxChannels;
    brand(this);
  }
}

/** What a {@link BufferedSocketWriter} refuses writes with. */
import { brand } from '../internal/errors.ts';

/**
 * A writer has as many bytes pending as it may have: the other side reads too slowly. What was to be written is
 * released, what was written before is not lost.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { Writable } from 'node:stream';
 * import { BufferedSocketWriter, WriterFullError } from 'rockpool';
 *
 * const stuck = new Writable({ write() {} }); // never takes anything
 * const writer = new BufferedSocketWriter(stuck, { maxPendingBytes: 1024, highWaterBytes: 512 });
 * writer.write(new Uint8Array(1000));
 * assert.throws(() => writer.write(new Uint8Array(100)), (error: unknown) => {
 *   assert(error instanceof WriterFullError);
 *   assert.deepEqual([error.bytes, error.pendingBytes, error.maxPendingBytes], [100, 1000, 1024]);
 *   return true;
 * });
 * writer.destroy();
 * ```
 */
export class WriterFullError extends Error {
  readonly code = 'ERR_ROCKPOOL_WRITER_FULL' as const;
  /** Bytes that were to be written. */
  readonly bytes: number;
  /** Bytes that wait for the kernel. */
  readonly pendingBytes: number;
  /** Bytes that may wait. */
  readonly maxPendingBytes: number;

  constructor(bytes: number, pendingBytes: number, maxPendingBytes: number) {
    super(
      `Cannot write ${bytes} bytes as 'maxPendingBytes' is ${maxPendingBytes} and ${pendingBytes} are pending`,
    );
    this.name = 'WriterFullError';
    this.bytes = bytes;
    this.pendingBytes = pendingBytes;
    this.maxPendingBytes = maxPendingBytes;
    brand(this);
  }
}

/**
 * A write after the end, or to a stream that is destroyed. What was to be written is released.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { PassThrough } from 'node:stream';
 * import { BufferedSocketWriter, WriterClosedError } from 'rockpool';
 *
 * const writer = new BufferedSocketWriter(new PassThrough());
 * writer.destroy();
 * assert.throws(() => writer.write(new Uint8Array(1)), WriterClosedError);
 * ```
 */
export class WriterClosedError extends Error {
  readonly code = 'ERR_ROCKPOOL_WRITER_CLOSED' as const;

  /** @param cause what ended the stream, where that is known */
  constructor(action: string, cause?: unknown) {
    super(`Cannot ${action} as the writer is closed`, cause === undefined ? undefined : { cause });
    this.name = 'WriterClosedError';
    brand(this);
  }
}

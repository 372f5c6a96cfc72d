/**
 * What decoders and the prepender throw. `docs/guide/codec.md` has the table of what happens next after each.
 *
 * `offset` counts bytes from the beginning of the stream, so that an error can be found in a recording of it.
 */
import { brand } from '../internal/errors.ts';

/**
 * A frame is longer than the decoder allows. The decoder drops it, as its bytes come, and goes on behind it.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { FrameTooLongError, LengthFieldFrameDecoder } from 'rockpool';
 *
 * const decoder = new LengthFieldFrameDecoder({ maxFrameLength: 8, lengthFieldOffset: 0, lengthFieldLength: 1 });
 * assert.throws(() => decoder.feed(Buffer.from([200, 1, 2]), (frame) => frame.release()), (error: unknown) => {
 *   assert(error instanceof FrameTooLongError);
 *   assert.deepEqual([error.length, error.maximum, error.offset], [201, 8, 0]);
 *   return true;
 * });
 * assert.equal(decoder.closed, false);
 * ```
 */
export class FrameTooLongError extends RangeError {
  readonly code = 'ERR_ROCKPOOL_FRAME_TOO_LONG' as const;
  /** Bytes of the frame; where its end had not been seen yet, those seen. */
  readonly length: number;
  /** Bytes that it may have. */
  readonly maximum: number;
  /** Where the frame begins, in bytes from the beginning of the stream. */
  readonly offset: number;

  /** @param option the name of the limit: "maxFrameLength" */
  constructor(length: number, option: string, maximum: number, offset: number, atLeast = false) {
    const what = atLeast ? `at least ${length}` : `${length}`;
    super(
      `Cannot decode frame at byte ${offset} as '${option}' is ${maximum}: received a frame of ${what} bytes`,
    );
    this.name = 'FrameTooLongError';
    this.length = length;
    this.maximum = maximum;
    this.offset = offset;
    brand(this);
  }
}

/**
 * A frame says of itself what cannot be: a length that is negative, or shorter than what it must contain.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { CorruptedFrameError, LengthFieldFrameDecoder } from 'rockpool';
 *
 * const decoder = new LengthFieldFrameDecoder({
 *   maxFrameLength: 1024,
 *   lengthFieldOffset: 0,
 *   lengthFieldLength: 2,
 *   lengthAdjustment: -2, // the length counts its own field
 * });
 * assert.throws(() => decoder.feed(Buffer.from([0, 1, 9]), (frame) => frame.release()), (error: unknown) => {
 *   assert(error instanceof CorruptedFrameError);
 *   assert.deepEqual([error.length, error.minimum, error.offset], [1, 2, 0]);
 *   return true;
 * });
 * assert.equal(decoder.closed, true); // nobody knows where the next frame begins
 * ```
 */
export class CorruptedFrameError extends RangeError {
  readonly code = 'ERR_ROCKPOOL_FRAME_CORRUPTED' as const;
  /** Bytes that the frame would have. */
  readonly length: number;
  /** Bytes that it must have. */
  readonly minimum: number;
  /** Where the frame begins, in bytes from the beginning of the stream. */
  readonly offset: number;

  /** @param reason what makes it impossible: "its header has 4 bytes" */
  constructor(reason: string, length: number, minimum: number, offset: number) {
    super(`Cannot decode frame at byte ${offset} as ${reason}: received a frame of ${length} bytes`);
    this.name = 'CorruptedFrameError';
    this.length = length;
    this.minimum = minimum;
    this.offset = offset;
    brand(this);
  }
}

/**
 * The stream ended inside of a frame. The decoder is closed, and the bytes are released.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { LengthFieldFrameDecoder, TruncatedFrameError } from 'rockpool';
 *
 * const decoder = new LengthFieldFrameDecoder({ maxFrameLength: 64, lengthFieldOffset: 0, lengthFieldLength: 1 });
 * decoder.feed(Buffer.from([5, 1, 2]), (frame) => frame.release());
 * assert.throws(() => decoder.end(), (error: unknown) => {
 *   assert(error instanceof TruncatedFrameError);
 *   assert.deepEqual([error.length, error.offset], [3, 0]);
 *   return true;
 * });
 * ```
 */
export class TruncatedFrameError extends Error {
  readonly code = 'ERR_ROCKPOOL_FRAME_TRUNCATED' as const;
  /** Bytes that are left over. */
  readonly length: number;
  /** Where they begin, in bytes from the beginning of the stream. */
  readonly offset: number;

  constructor(length: number, offset: number) {
    super(`Cannot end stream as ${length} bytes from byte ${offset} are no whole frame`);
    this.name = 'TruncatedFrameError';
    this.length = length;
    this.offset = offset;
    brand(this);
  }
}

/**
 * A decoder was fed after it was closed. `cause` is the error that closed it, where it was one.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { DecoderClosedError, FixedLengthFrameDecoder } from 'rockpool';
 *
 * const decoder = new FixedLengthFrameDecoder({ length: 4 });
 * decoder.close();
 * assert.throws(() => decoder.feed(new Uint8Array(4), (frame) => frame.release()), DecoderClosedError);
 * ```
 */
export class DecoderClosedError extends Error {
  readonly code = 'ERR_ROCKPOOL_DECODER_CLOSED' as const;

  constructor(decoder: string, cause?: unknown) {
    super(
      `Cannot feed ${decoder} as it is closed${cause === undefined ? '' : ' by an error'}`,
      cause === undefined ? undefined : { cause },
    );
    this.name = 'DecoderClosedError';
    brand(this);
  }
}

/**
 * The `decode` of one's own decoder emitted messages and read nothing, and would do so for ever. The decoder is
 * closed; the messages belong to the callback as always.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { type ByteBuf, ByteToMessageDecoder, DecoderStalledError } from 'rockpool';
 *
 * class Peek extends ByteToMessageDecoder<number> {
 *   protected override decode(input: ByteBuf, emit: (message: number) => void): void {
 *     emit(input.getUInt8(input.readerIndex)); // readUInt8 was meant
 *   }
 * }
 * assert.throws(() => new Peek().feed(new Uint8Array([1]), () => {}), DecoderStalledError);
 * ```
 */
export class DecoderStalledError extends Error {
  readonly code = 'ERR_ROCKPOOL_DECODER_STALLED' as const;
  /** Messages that were emitted. */
  readonly emitted: number;
  /** Where the bytes begin that were not read, from the beginning of the stream. */
  readonly offset: number;

  constructor(decoder: string, emitted: number, offset: number) {
    super(`Cannot decode at byte ${offset} as ${decoder} emitted ${emitted} messages and read no byte`);
    this.name = 'DecoderStalledError';
    this.emitted = emitted;
    this.offset = offset;
    brand(this);
  }
}

/**
 * A length does not fit the length field that a frame is to begin with. Nothing was written.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { FrameLengthError, LengthFieldPrepender } from 'rockpool';
 *
 * const prepender = new LengthFieldPrepender({ lengthFieldLength: 1 });
 * assert.throws(() => prepender.header(256), (error: unknown) => {
 *   assert(error instanceof FrameLengthError);
 *   assert.deepEqual([error.length, error.maximum], [256, 255]);
 *   return true;
 * });
 * ```
 */
export class FrameLengthError extends RangeError {
  readonly code = 'ERR_ROCKPOOL_FRAME_LENGTH' as const;
  /** What the field would say. */
  readonly length: number;
  /** What it can say. */
  readonly maximum: number;

  /** @param width bytes of the field */
  constructor(length: number, maximum: number, width: number) {
    super(
      `Cannot prepend length as a field of ${width} bytes must be from 0 to ${maximum}: received ${length}`,
    );
    this.name = 'FrameLengthError';
    this.length = length;
    this.maximum = maximum;
    brand(this);
  }
}

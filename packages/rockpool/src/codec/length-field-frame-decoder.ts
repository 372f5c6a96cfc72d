/**
 * Frames that say in a header how long they are.
 *
 *     │◄ lengthFieldOffset ►│◄ lengthFieldLength ►│◄──────── length field + lengthAdjustment ────────►│
 *     │       header        │    length field     │ the rest of the header, the content               │
 *     │◄ initialBytesToStrip ►│◄───────────── what is emitted ─────────────────────────────────────►│
 *
 *     frame length = lengthFieldOffset + lengthFieldLength + length field + lengthAdjustment
 *
 * The loop reads the field in the memory of the buffer and cuts a slice for each frame that is there as a whole;
 * the checks that the public methods of a buffer make were made once for all.
 *
 * Source: Netty's LengthFieldBasedFrameDecoder (parameters, discarding). Unlike there a length that cannot be
 * closes the decoder: behind it nobody knows where a frame begins.
 */
import type { ByteBuf } from '../buffer/byte-buf.ts';
import { CompositeByteBuf } from '../buffer/composite-byte-buf.ts';
import { expectBoolean, expectInteger, expectOneOf, OptionRangeError } from '../internal/options.ts';
import { ByteToMessageDecoder } from './byte-to-message-decoder.ts';
import { CorruptedFrameError, FrameTooLongError } from './codec-errors.ts';
import type { Emit } from './decoder.ts';
import { type DecoderOptions, pickDecoderOptions, requireInteger, siteOf } from './decoder-options.ts';
import { type ByteOrder, expectWidth, getLength, type LengthFieldBytes } from './length-field.ts';

/** Options of {@link LengthFieldFrameDecoder}. Unknown names are refused. */
export interface LengthFieldFrameDecoderOptions extends DecoderOptions {
  /** What a frame may have in all, in bytes; also what a peer can make the decoder reserve. 1 to 2^31 − 1. */
  readonly maxFrameLength: number;
  /** Bytes before the length field. */
  readonly lengthFieldOffset: number;
  /** Bytes of the length field: 1, 2, 3, 4 or 8. */
  readonly lengthFieldLength: LengthFieldBytes;
  /** What to add to the length field to get the bytes behind it. −2^31 to 2^31 − 1, default 0. */
  readonly lengthAdjustment?: number;
  /** Bytes that are not emitted, from the beginning of the frame. Default 0. */
  readonly initialBytesToStrip?: number;
  /**
   * Whether a frame that is too long is an error as soon as its length is read, which is the default, or when all
   * of it has been discarded.
   */
  readonly failFast?: boolean;
  /** Default `'big'`: the most significant byte comes first. */
  readonly byteOrder?: ByteOrder;
}

const OWN = [
  'maxFrameLength',
  'lengthFieldOffset',
  'lengthFieldLength',
  'lengthAdjustment',
  'initialBytesToStrip',
  'failFast',
  'byteOrder',
] as const;

const SITE = siteOf('LengthFieldFrameDecoder');
const MAX_LENGTH: number = 2 ** 31 - 1;

/**
 * Cuts frames that have their length in a header.
 *
 * | length field counts | options |
 * |---|---|
 * | what is behind it | `lengthFieldOffset`, `lengthFieldLength` |
 * | itself, too | and `lengthAdjustment: -lengthFieldLength` |
 * | the whole frame | and `lengthAdjustment: -(lengthFieldOffset + lengthFieldLength)` |
 * | the content, a second header apart | and `lengthAdjustment: bytes of that header` |
 *
 * Ownership: a frame is a retained slice of the input; the callback releases it. Cost: a slice a frame, and the
 * length read in place; a frame that comes in several reads is copied once (`npm run bench -- codec-decode`).
 *
 * Errors: a frame that is too long is discarded, over reads if need be, and the decoder goes on behind it
 * ({@link FrameTooLongError}); so it does behind a frame that is shorter than `initialBytesToStrip`, while any
 * other impossible length closes it ({@link CorruptedFrameError}).
 *
 * Source: Netty's LengthFieldBasedFrameDecoder.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { LengthFieldFrameDecoder } from 'rockpool';
 *
 * // 4 bytes of header, then the length of the whole frame in 4 bytes, then the content.
 * const decoder = new LengthFieldFrameDecoder({
 *   maxFrameLength: 1024 * 1024,
 *   lengthFieldOffset: 4,
 *   lengthFieldLength: 4,
 *   lengthAdjustment: -8,
 *   initialBytesToStrip: 8,
 * });
 * const texts: string[] = [];
 * const read = (hex: string): void =>
 *   decoder.feed(Buffer.from(hex, 'hex'), (frame) => {
 *     texts.push(frame.toString());
 *     frame.release();
 *   });
 * read('cafe0001' + '0000000d' + '68656c6c6f' + 'cafe0001' + '00');
 * read('00000a' + '686f');
 * assert.deepEqual(texts, ['hello', 'ho']);
 * decoder.end();
 * ```
 */
export class LengthFieldFrameDecoder extends ByteToMessageDecoder<ByteBuf> {
  readonly #maxFrameLength: number;
  readonly #offset: number;
  readonly #width: LengthFieldBytes;
  readonly #little: boolean;
  /** Where the length field ends; also the shortest frame. */
  readonly #headerEnd: number;
  /** What the length field is added to. */
  readonly #added: number;
  readonly #strip: number;
  readonly #failFast: boolean;
  /** Bytes that the frame at the reader index needs to go on: those of its header, or all. */
  #wanted: number;
  /** Bytes yet to come of a frame that is too long. */
  #toDiscard = 0;
  /** The error to throw when all of it has come. */
  #late: FrameTooLongError | undefined = undefined;

  /**
   * @throws {OptionTypeError} `ERR_ROCKPOOL_OPTION_TYPE`
   * @throws {OptionRangeError} `ERR_ROCKPOOL_OPTION_RANGE`
   * @throws {UnknownOptionError} `ERR_ROCKPOOL_OPTION_UNKNOWN`
   */
  constructor(options: LengthFieldFrameDecoderOptions) {
    super(pickDecoderOptions(SITE, options, OWN));
    const { maxFrameLength, lengthFieldOffset, lengthFieldLength, byteOrder } = options;
    const { lengthAdjustment, initialBytesToStrip, failFast } = options;
    this.#maxFrameLength = requireInteger(SITE, 'maxFrameLength', maxFrameLength, 1, MAX_LENGTH);
    this.#offset = requireInteger(SITE, 'lengthFieldOffset', lengthFieldOffset, 0, MAX_LENGTH);
    this.#width = expectWidth(SITE, lengthFieldLength);
    this.#headerEnd = lengthFieldOffset + lengthFieldLength;
    if (this.#headerEnd > maxFrameLength) {
      const expected = `at least lengthFieldOffset + lengthFieldLength, ${this.#headerEnd}`;
      throw new OptionRangeError(SITE, 'maxFrameLength', expected, maxFrameLength);
    }
    this.#added =
      this.#headerEnd +
      expectInteger(SITE, 'lengthAdjustment', lengthAdjustment, -MAX_LENGTH - 1, MAX_LENGTH, 0);
    this.#strip = expectInteger(SITE, 'initialBytesToStrip', initialBytesToStrip, 0, maxFrameLength, 0);
    this.#failFast = expectBoolean(SITE, 'failFast', failFast, true);
    this.#little = expectOneOf(SITE, 'byteOrder', byteOrder, ['big', 'little'], 'big') === 'little';
    this.#wanted = this.#headerEnd;
  }

  protected override decode(input: ByteBuf, emit: Emit<ByteBuf>): void {
    if (this.#toDiscard > 0) this.#discard(input);
    const headerEnd = this.#headerEnd;
    const strip = this.#strip;
    const least = Math.max(strip, headerEnd);
    const inPieces = input instanceof CompositeByteBuf;
    const view = input._view;
    const field = input._base + this.#offset;
    const end = input._writer;
    let at = input._reader;
    while (end - at >= headerEnd) {
      const length =
        this.#added +
        (inPieces
          ? getLength(input, at + this.#offset, this.#width, this.#little)
          : this.#read(view, field + at));
      if (length > this.#maxFrameLength || length < least) {
        this.#refuse(input, length);
        at = input._reader;
        continue;
      }
      if (end - at < length) {
        this.#wanted = length;
        return;
      }
      input._reader = at + length;
      const frame = input._retainedRange(at + strip, length - strip);
      at += length;
      emit(frame);
      if (this._closed) return;
    }
    this.#wanted = headerEnd;
  }

  protected override missingBytes(kept: ByteBuf): number {
    return this.#wanted - (kept._writer - kept._reader);
  }

  protected override expectEnd(left: number): void {
    if (this.#late !== undefined) this.fail(this.#late);
    super.expectEnd(left);
  }

  #read(view: DataView, at: number): number {
    switch (this.#width) {
      case 1:
        return view.getUint8(at);
      case 2:
        return view.getUint16(at, this.#little);
      case 3:
        return this.#little
          ? view.getUint16(at, true) + view.getUint8(at + 2) * 0x10000
          : view.getUint8(at) * 0x10000 + view.getUint16(at + 1);
      case 4:
        return view.getUint32(at, this.#little);
      default:
        return this.#little
          ? view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true)
          : view.getInt32(at) * 2 ** 32 + view.getUint32(at + 4);
    }
  }

  /** A length that is too long, too short or impossible: throws, or discards what is there of the frame. */
  #refuse(input: ByteBuf, length: number): void {
    const { offset } = this;
    if (length < this.#headerEnd) {
      const reason = `'lengthFieldOffset' and 'lengthFieldLength' make it ${this.#headerEnd} at least`;
      this.fail(new CorruptedFrameError(reason, length, this.#headerEnd, offset));
    }
    this.#toDiscard = length;
    if (length <= this.#maxFrameLength) {
      this.#discard(input);
      throw new CorruptedFrameError(`'initialBytesToStrip' is ${this.#strip}`, length, this.#strip, offset);
    }
    const error = new FrameTooLongError(length, 'maxFrameLength', this.#maxFrameLength, offset);
    if (!this.#failFast) this.#late = error;
    this.#discard(input);
    if (this.#failFast) throw error;
  }

  #discard(input: ByteBuf): void {
    const bytes = Math.min(this.#toDiscard, input._writer - input._reader);
    input._reader += bytes;
    this.#toDiscard -= bytes;
    const late = this.#late;
    if (this.#toDiscard > 0 || late === undefined) return;
    this.#late = undefined;
    throw late;
  }
}

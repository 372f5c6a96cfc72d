/**
 * Puts a length field in front of messages: the counterpart of `LengthFieldFrameDecoder`.
 *
 *     length field = bytes of the message + lengthAdjustment (+ bytes of the field, where it counts itself)
 *
 * Source: Netty's LengthFieldPrepender.
 */
import type { Allocator } from '../buffer/allocator.ts';
import { ByteBuf } from '../buffer/byte-buf.ts';
import { ArgumentTypeError } from '../internal/errors.ts';
import { expectBoolean, expectInteger, expectOneOf, readOptions } from '../internal/options.ts';
import { FrameLengthError } from './codec-errors.ts';
import { expectAllocator, siteOf } from './decoder-options.ts';
import { type ByteOrder, expectWidth, type LengthFieldBytes, setLength } from './length-field.ts';

/** Options of {@link LengthFieldPrepender}. Unknown names are refused. */
export interface LengthFieldPrependerOptions {
  /** Bytes of the length field: 1, 2, 3, 4 or 8. */
  readonly lengthFieldLength: LengthFieldBytes;
  /** What is added to the length of the message. −2^31 to 2^31 − 1, default 0. */
  readonly lengthAdjustment?: number;
  /** Whether the length counts its own field. Default false. */
  readonly lengthIncludesLengthField?: boolean;
  /** Default `'big'`: the most significant byte comes first. */
  readonly byteOrder?: ByteOrder;
  /** Where headers come from. Default `ByteBufAllocator.default`. */
  readonly allocator?: Allocator;
}

const SITE = siteOf('LengthFieldPrepender');
const OPTIONS = [
  'lengthFieldLength',
  'lengthAdjustment',
  'lengthIncludesLengthField',
  'byteOrder',
  'allocator',
] as const;

/**
 * Puts the length in front of messages, in three ways: written with the message into one buffer (`writeFrame`, the
 * cheapest), as a header of its own for `writev` (`header`), or joined to a message that is there already, without
 * a copy (`prepend`).
 *
 * Source: Netty's LengthFieldPrepender.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ByteBufAllocator, LengthFieldPrepender } from 'rockpool';
 *
 * const prepender = new LengthFieldPrepender({ lengthFieldLength: 2, lengthIncludesLengthField: true });
 * const out = ByteBufAllocator.default.buffer(64);
 * prepender.writeFrame(out, (target) => target.writeString('hello'));
 * assert.equal(out.hexDump(), '000768656c6c6f');
 * out.release();
 * ```
 */
export class LengthFieldPrepender {
  readonly #width: LengthFieldBytes;
  readonly #little: boolean;
  readonly #added: number;
  readonly #maximum: number;
  readonly #allocator: Allocator;

  /**
   * @throws {OptionTypeError} `ERR_ROCKPOOL_OPTION_TYPE`
   * @throws {OptionRangeError} `ERR_ROCKPOOL_OPTION_RANGE`
   * @throws {UnknownOptionError} `ERR_ROCKPOOL_OPTION_UNKNOWN`
   */
  constructor(options: LengthFieldPrependerOptions) {
    const { lengthFieldLength, lengthAdjustment, lengthIncludesLengthField, byteOrder, allocator } =
      readOptions(SITE, options, OPTIONS);
    const width = expectWidth(SITE, lengthFieldLength);
    const includes = expectBoolean(SITE, 'lengthIncludesLengthField', lengthIncludesLengthField, false);
    this.#width = width;
    this.#added =
      expectInteger(SITE, 'lengthAdjustment', lengthAdjustment, -(2 ** 31), 2 ** 31 - 1, 0) +
      (includes ? width : 0);
    this.#little = expectOneOf(SITE, 'byteOrder', byteOrder, ['big', 'little'], 'big') === 'little';
    this.#maximum = width === 8 ? Number.MAX_SAFE_INTEGER : 2 ** (8 * width) - 1;
    this.#allocator = expectAllocator(SITE, allocator);
  }

  /**
   * Writes a frame behind what is in `target`: the field, then what `write` writes. Where that throws, or the
   * length does not fit, `target` is as before.
   *
   * @param target lent; grows if needed
   * @param write writes the message at the writer index of `target`
   * @throws {FrameLengthError} `ERR_ROCKPOOL_FRAME_LENGTH`
   * @throws {CapacityError} `ERR_ROCKPOOL_CAPACITY`: past `maxCapacity`
   */
  writeFrame(target: ByteBuf, write: (target: ByteBuf) => unknown): void {
    if (!(target instanceof ByteBuf))
      throw new ArgumentTypeError('write frame', 'target', 'a ByteBuf', target);
    if (typeof write !== 'function') throw new ArgumentTypeError('write frame', 'write', 'a function', write);
    const at = target.writerIndex;
    try {
      target.writeZero(this.#width);
      const begin = target.writerIndex;
      write(target);
      this.#set(target, at, target.writerIndex - begin);
    } catch (error) {
      target.writerIndex = at;
      throw error;
    }
  }

  /**
   * The field alone, which the caller releases.
   *
   * @param messageBytes bytes of the message, from 0
   * @throws {FrameLengthError} `ERR_ROCKPOOL_FRAME_LENGTH`
   */
  header(messageBytes: number): ByteBuf {
    this.#expectFits(messageBytes);
    const header = this.#allocator.buffer(this.#width).setIndex(0, this.#width);
    this.#set(header, 0, messageBytes);
    return header;
  }

  /**
   * The field and a message in one, without a copy; the caller releases it.
   *
   * @param message its readable bytes are meant; it passes to this, also when this throws
   * @throws {FrameLengthError} `ERR_ROCKPOOL_FRAME_LENGTH`
   */
  prepend(message: ByteBuf): ByteBuf {
    if (!(message instanceof ByteBuf)) {
      throw new ArgumentTypeError('prepend length', 'message', 'a ByteBuf', message);
    }
    const bytes = message.readableBytes;
    let header: ByteBuf | undefined;
    try {
      header = this.header(bytes);
      const frame = this.#allocator.composite(2);
      return frame.addComponent(header, true).addComponent(message, true);
    } catch (error) {
      header?.release();
      message.release();
      throw error;
    }
  }

  #set(target: ByteBuf, at: number, messageBytes: number): void {
    setLength(target, at, this.#width, this.#little, this.#expectFits(messageBytes));
  }

  /** What the field says. */
  #expectFits(messageBytes: number): number {
    const length = messageBytes + this.#added;
    if (!Number.isInteger(length) || length < 0 || length > this.#maximum) {
      throw new FrameLengthError(length, this.#maximum, this.#width);
    }
    return length;
  }
}

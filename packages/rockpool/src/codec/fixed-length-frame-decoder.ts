/**
 * Frames that all have the same length.
 *
 * Source: Netty's FixedLengthFrameDecoder.
 */
import type { ByteBuf } from '../buffer/byte-buf.ts';
import { ByteToMessageDecoder } from './byte-to-message-decoder.ts';
import type { Emit } from './decoder.ts';
import { type DecoderOptions, pickDecoderOptions, requireInteger, siteOf } from './decoder-options.ts';

/** Options of {@link FixedLengthFrameDecoder}. Unknown names are refused. */
export interface FixedLengthFrameDecoderOptions extends DecoderOptions {
  /** Bytes of every frame. 1 to 2^31 − 1. */
  readonly length: number;
}

const SITE = siteOf('FixedLengthFrameDecoder');
const MAX_LENGTH: number = 2 ** 31 - 1;

/**
 * Cuts frames of equal length. The frames are retained slices of the input, which the callback releases.
 *
 * Source: Netty's FixedLengthFrameDecoder.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { FixedLengthFrameDecoder } from 'rockpool';
 *
 * const decoder = new FixedLengthFrameDecoder({ length: 3 });
 * const texts: string[] = [];
 * for (const read of ['A', 'BC', 'DEFG', 'HI']) {
 *   decoder.feed(Buffer.from(read), (frame) => {
 *     texts.push(frame.toString());
 *     frame.release();
 *   });
 * }
 * assert.deepEqual(texts, ['ABC', 'DEF', 'GHI']);
 * decoder.end();
 * ```
 */
export class FixedLengthFrameDecoder extends ByteToMessageDecoder<ByteBuf> {
  readonly #length: number;

  /**
   * @throws {OptionTypeError} `ERR_ROCKPOOL_OPTION_TYPE`
   * @throws {OptionRangeError} `ERR_ROCKPOOL_OPTION_RANGE`
   * @throws {UnknownOptionError} `ERR_ROCKPOOL_OPTION_UNKNOWN`
   */
  constructor(options: FixedLengthFrameDecoderOptions) {
    super(pickDecoderOptions(SITE, options, ['length']));
    this.#length = requireInteger(SITE, 'length', options.length, 1, MAX_LENGTH);
  }

  protected override decode(input: ByteBuf, emit: Emit<ByteBuf>): void {
    const length = this.#length;
    const end = input._writer;
    for (let at = input._reader; end - at >= length; at += length) {
      input._reader = at + length;
      emit(input._retainedRange(at, length));
      if (this._closed) return;
    }
  }

  protected override missingBytes(kept: ByteBuf): number {
    return this.#length - (kept._writer - kept._reader);
  }
}

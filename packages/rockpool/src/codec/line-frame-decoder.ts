/**
 * Frames that are lines: they end with `\n` or `\r\n`.
 *
 * Source: Netty's LineBasedFrameDecoder.
 */
import { ByteBuf } from '../buffer/byte-buf.ts';
import { siteOf } from './decoder-options.ts';
import { DelimitedDecoder, type DelimitedDecoderOptions, type DelimiterSearch } from './delimited-decoder.ts';

/** Options of {@link LineFrameDecoder}. Unknown names are refused. */
export interface LineFrameDecoderOptions extends DelimitedDecoderOptions {}

const SITE = siteOf('LineFrameDecoder');
const LF = 0x0a;
const CR = 0x0d;

/**
 * Cuts lines, which end with `\n` or `\r\n`, mixed as they come.
 *
 * Ownership: a line is a retained slice of the input; the callback releases it. Cost: a slice and a native search
 * a line.
 *
 * Errors: a line that is too long is discarded, and the decoder goes on behind it ({@link FrameTooLongError}).
 *
 * Source: Netty's LineBasedFrameDecoder.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { type ByteBuf, LineFrameDecoder } from 'rockpool';
 *
 * const decoder = new LineFrameDecoder({ maxLength: 1024, emitLast: true });
 * const lines: string[] = [];
 * const onLine = (line: ByteBuf): void => {
 *   lines.push(line.toString());
 *   line.release();
 * };
 * decoder.feed(Buffer.from('one\r\ntw'), onLine);
 * decoder.feed(Buffer.from('o\n\nlast'), onLine);
 * decoder.end(onLine);
 * assert.deepEqual(lines, ['one', 'two', '', 'last']);
 * ```
 */
export class LineFrameDecoder extends DelimitedDecoder {
  /**
   * @throws {OptionTypeError} `ERR_ROCKPOOL_OPTION_TYPE`
   * @throws {OptionRangeError} `ERR_ROCKPOOL_OPTION_RANGE`
   * @throws {UnknownOptionError} `ERR_ROCKPOOL_OPTION_UNKNOWN`
   */
  constructor(options: LineFrameDecoderOptions) {
    super(SITE, options, [], () => new LineSearch());
  }
}

class LineSearch implements DelimiterSearch {
  length = 1;
  open = 0;

  find(bytes: Uint8Array, from: number): number {
    const at = bytes.indexOf(LF, from);
    if (at === -1) {
      const { length } = bytes;
      this.open = length > from && bytes[length - 1] === CR ? length - 1 : length;
      return -1;
    }
    if (at > from && bytes[at - 1] === CR) {
      this.length = 2;
      return at - 1;
    }
    this.length = 1;
    return at;
  }

  bytesToEnd(input: ByteBuf | Uint8Array): number {
    const before = input instanceof ByteBuf ? input.bytesBefore(LF) : input.indexOf(LF);
    return before === -1 ? -1 : before + 1;
  }
}

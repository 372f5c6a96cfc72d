/**
 * Frames that end with one of several delimiters.
 *
 * The shortest frame wins; of delimiters that begin at the same byte, the longest. Where one delimiter contains
 * another, as `\r\n` begins with `\r`, a find at the end of what has come may not be the last word: it is certain
 * when no longer one can be complete any more. So the frames do not depend on how the stream is cut.
 *
 * Source: Netty's DelimiterBasedFrameDecoder (shortest frame).
 */
import { ByteBuf } from '../buffer/byte-buf.ts';
import { OptionRangeError, OptionTypeError } from '../internal/options.ts';
import { siteOf } from './decoder-options.ts';
import { DelimitedDecoder, type DelimitedDecoderOptions, type DelimiterSearch } from './delimited-decoder.ts';

/** Options of {@link DelimiterFrameDecoder}. Unknown names are refused. */
export interface DelimiterFrameDecoderOptions extends DelimitedDecoderOptions {
  /** What ends a frame: bytes, or text for its UTF-8. One to 16, none of them empty. */
  readonly delimiters: readonly (Uint8Array | string)[];
}

const SITE = siteOf('DelimiterFrameDecoder');
const MAX_DELIMITERS = 16;

/**
 * Cuts frames that end with one of several delimiters. The shortest frame wins; of delimiters that begin at the
 * same byte, the longest.
 *
 * Ownership: a frame is a retained slice of the input; the callback releases it. Cost: a slice a frame, and a
 * native search for each delimiter.
 *
 * A delimiter that another one contains, as `\r` where there is also `\r\n`, ends a frame only when the next byte
 * is there, or the end.
 *
 * Errors: a frame that is too long is discarded, and the decoder goes on behind it ({@link FrameTooLongError}).
 *
 * Source: Netty's DelimiterBasedFrameDecoder.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { DelimiterFrameDecoder } from 'rockpool';
 *
 * const decoder = new DelimiterFrameDecoder({ maxLength: 64, delimiters: [';', '\0\0'] });
 * const texts: string[] = [];
 * decoder.feed(Buffer.from('one;two\0\0;'), (frame) => {
 *   texts.push(frame.toString());
 *   frame.release();
 * });
 * assert.deepEqual(texts, ['one', 'two', '']);
 * decoder.end();
 * ```
 */
export class DelimiterFrameDecoder extends DelimitedDecoder {
  /**
   * @throws {OptionTypeError} `ERR_ROCKPOOL_OPTION_TYPE`
   * @throws {OptionRangeError} `ERR_ROCKPOOL_OPTION_RANGE`
   * @throws {UnknownOptionError} `ERR_ROCKPOOL_OPTION_UNKNOWN`
   */
  constructor(options: DelimiterFrameDecoderOptions) {
    super(SITE, options, ['delimiters'], () => new PatternSearch(readDelimiters(options.delimiters)));
  }
}

class PatternSearch implements DelimiterSearch {
  length = 0;
  open = 0;
  /** The longest first. */
  readonly #patterns: readonly Uint8Array[];
  readonly #longest: number;
  /** Whether one contains another without ending with it. */
  readonly #ambiguous: boolean;
  /** The array that was searched last, and where each pattern comes next in it; its length: nowhere. */
  #bytes: Uint8Array | undefined = undefined;
  readonly #next: number[];

  constructor(patterns: readonly Uint8Array[]) {
    this.#patterns = [...patterns].sort((a, b) => b.length - a.length);
    this.#longest = Math.max(...patterns.map(({ length }) => length));
    this.#ambiguous = patterns.some((outer) => patterns.some((inner) => containsBeforeEnd(outer, inner)));
    this.#next = patterns.map(() => -1);
  }

  find(bytes: Uint8Array, from: number, last: boolean): number {
    const end = bytes.length;
    const next = this.#next;
    if (this.#bytes !== bytes) {
      this.#bytes = bytes;
      next.fill(-1);
    }
    let found = end;
    for (let i = 0; i < next.length; i++) {
      const pattern = this.#patterns[i] as Uint8Array;
      let at = next[i] as number;
      if (at < from) {
        at = indexOf(bytes, pattern, from);
        next[i] = at;
      }
      if (at < found) {
        found = at;
        this.length = pattern.length;
      }
    }
    if (found < end && (last || !this.#ambiguous)) return found;
    const open = this.#firstOpen(bytes, from);
    if (found < open) return found;
    this.open = open;
    this.#bytes = undefined;
    return -1;
  }

  bytesToEnd(input: ByteBuf | Uint8Array): number {
    let least = -1;
    for (const pattern of this.#patterns) {
      const byte = pattern[pattern.length - 1] as number;
      const before = input instanceof ByteBuf ? input.bytesBefore(byte) : input.indexOf(byte);
      if (before !== -1 && (least === -1 || before < least)) least = before + 1;
    }
    return least;
  }

  /** The first index from which to the end there is the beginning of a pattern, and not all of it. */
  #firstOpen(bytes: Uint8Array, from: number): number {
    const end = bytes.length;
    for (let at = Math.max(from, end - this.#longest + 1); at < end; at++) {
      for (const pattern of this.#patterns) {
        if (pattern.length > end - at && startsAt(bytes, at, pattern, end - at)) return at;
      }
    }
    return end;
  }
}

/** Where `pattern` is first found from `from` on; the end where it is not. */
function indexOf(bytes: Uint8Array, pattern: Uint8Array, from: number): number {
  const first = pattern[0] as number;
  const { length } = pattern;
  const end = bytes.length;
  for (
    let at = bytes.indexOf(first, from);
    at !== -1 && at + length <= end;
    at = bytes.indexOf(first, at + 1)
  ) {
    if (length === 1 || startsAt(bytes, at, pattern, length)) return at;
  }
  return end;
}

/** Whether the first `count` bytes of `pattern` are in `bytes` at `at`. */
function startsAt(bytes: Uint8Array, at: number, pattern: Uint8Array, count: number): boolean {
  for (let i = 0; i < count; i++) {
    if (bytes[at + i] !== pattern[i]) return false;
  }
  return true;
}

/** Whether `inner` is complete in `outer` before that is. */
function containsBeforeEnd(outer: Uint8Array, inner: Uint8Array): boolean {
  const at = indexOf(outer, inner, 0);
  return at + inner.length < outer.length;
}

function readDelimiters(delimiters: readonly (Uint8Array | string)[]): readonly Uint8Array[] {
  const expected = `an array of 1 to ${MAX_DELIMITERS} delimiters, none of them empty`;
  if (!Array.isArray(delimiters)) throw new OptionTypeError(SITE, 'delimiters', expected, delimiters);
  if (delimiters.length < 1 || delimiters.length > MAX_DELIMITERS) {
    throw new OptionRangeError(SITE, 'delimiters', expected, delimiters);
  }
  return delimiters.map((delimiter: unknown) => {
    const isText = typeof delimiter === 'string';
    if (!isText && !(delimiter instanceof Uint8Array)) {
      throw new OptionTypeError(SITE, 'delimiters', 'an array of Uint8Arrays or strings', delimiter);
    }
    const bytes = isText ? new TextEncoder().encode(delimiter) : Uint8Array.from(delimiter);
    if (bytes.length === 0) throw new OptionRangeError(SITE, 'delimiters', expected, delimiter);
    return bytes;
  });
}

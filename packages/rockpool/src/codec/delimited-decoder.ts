/**
 * The loop of decoders whose frames end with a delimiter.
 *
 *     │··· frame ···│delim│··· frame ···│delim│··· beginning of a frame ···│de
 *     └ reader                                └ after decode               └ `open`: may be a delimiter yet
 *
 * What was searched is not searched again: `scanned` bytes behind the reader index hold no beginning of a
 * delimiter. A frame is too long when no delimiter can begin within its limit any more; it is discarded up to
 * `open`, so that a delimiter that comes in two reads is seen all the same. So the frames do not depend on how
 * the stream is cut.
 *
 * Source: Netty's LineBasedFrameDecoder and DelimiterBasedFrameDecoder (discarding, the remembered offset).
 */
import type { ByteBuf } from '../buffer/byte-buf.ts';
import type { OptionSite } from '../internal/options.ts';
import { expectBoolean } from '../internal/options.ts';
import { ByteToMessageDecoder } from './byte-to-message-decoder.ts';
import { FrameTooLongError } from './codec-errors.ts';
import type { Emit } from './decoder.ts';
import { type DecoderOptions, pickDecoderOptions, requireInteger } from './decoder-options.ts';

/** Options of decoders whose frames end with a delimiter. Unknown names are refused. */
export interface DelimitedDecoderOptions extends DecoderOptions {
  /** What a frame may have, in bytes without its delimiter. 0 to 2^31 − 1. */
  readonly maxLength: number;
  /** Whether the delimiter is cut off. Default true. */
  readonly strip?: boolean;
  /**
   * Whether a frame that is too long is an error as soon as that is certain, or, which is the default, when its
   * delimiter has come.
   */
  readonly failFast?: boolean;
  /** Whether `end(emit)` emits what comes behind the last delimiter; else it is an error. Default false. */
  readonly emitLast?: boolean;
}

const OWN = ['maxLength', 'strip', 'failFast', 'emitLast'] as const;
const MAX_LENGTH: number = 2 ** 31 - 1;

/** Where delimiters are; what a search found is in the fields. */
export interface DelimiterSearch {
  /** Bytes of the delimiter that was found. */
  length: number;
  /** Where none was found: the first index at which one may begin yet, once more bytes are there. */
  open: number;
  /**
   * The first delimiter in `bytes` from `from` on.
   *
   * @param last no more bytes will come
   * @returns where it begins; −1: none, or none that is certain
   */
  find(bytes: Uint8Array, from: number, last: boolean): number;
  /** How many of `bytes` it takes until a delimiter may be complete; −1: more than there are. */
  bytesToEnd(input: ByteBuf | Uint8Array): number;
}

/** Bytes that are joined at least: searching byte after byte would cost more than copying them. */
const LEAST_JOINED = 64;

/** Cuts frames that end with a delimiter; {@link LineFrameDecoder} and {@link DelimiterFrameDecoder} are to be used. */
export abstract class DelimitedDecoder extends ByteToMessageDecoder<ByteBuf> {
  readonly #search: DelimiterSearch;
  readonly #maxLength: number;
  readonly #strip: boolean;
  readonly #failFast: boolean;
  readonly #emitLast: boolean;
  /** Bytes behind the reader index that are searched. */
  #scanned = 0;
  /** Whether the frame at the reader index is too long. */
  #discarding = false;
  /** Bytes that were discarded of it. */
  #discarded = 0;

  /** @param own names of further options */
  constructor(
    site: OptionSite,
    options: DelimitedDecoderOptions,
    own: readonly string[],
    search: () => DelimiterSearch,
  ) {
    super(pickDecoderOptions(site, options, [...OWN, ...(own as typeof OWN)]));
    this.#maxLength = requireInteger(site, 'maxLength', options.maxLength, 0, MAX_LENGTH);
    this.#strip = expectBoolean(site, 'strip', options.strip, true);
    this.#failFast = expectBoolean(site, 'failFast', options.failFast, false);
    this.#emitLast = expectBoolean(site, 'emitLast', options.emitLast, false);
    this.#search = search();
  }

  protected override decode(input: ByteBuf, emit: Emit<ByteBuf>): void {
    this.#decode(input, emit, false);
  }

  protected override decodeLast(input: ByteBuf, emit: Emit<ByteBuf>): void {
    this.#decode(input, emit, true);
    const left = input._writer - input._reader;
    if (!this.#emitLast || left === 0 || this.#discarding || this._closed) return;
    const at = input._reader;
    input._reader = input._writer;
    this.#scanned = 0;
    if (left > this.#maxLength) throw this.#tooLong(left, this.offset - left);
    emit(input._retainedRange(at, left));
  }

  protected override missingBytes(_kept: ByteBuf, input: ByteBuf | Uint8Array): number {
    const bytes = this.#search.bytesToEnd(input);
    return bytes === -1 ? super.missingBytes(_kept, input) : Math.max(bytes, LEAST_JOINED);
  }

  protected override expectEnd(left: number): void {
    const length = this.#discarded + left;
    if (this.#discarding && this.#failFast) return; // was told
    if (length > this.#maxLength) this.fail(this.#tooLong(length, this.offset - this.#discarded));
    super.expectEnd(left);
  }

  #decode(input: ByteBuf, emit: Emit<ByteBuf>, last: boolean): void {
    const search = this.#search;
    const end = input._writer;
    let frame = input._reader;
    const origin = frame + this.#scanned;
    const bytes = input._window(origin, end - origin);
    for (;;) {
      const found = search.find(bytes, Math.max(frame - origin, 0), last);
      if (found === -1) {
        this.#suspend(input, frame, origin + search.open);
        return;
      }
      const stop = origin + found + search.length;
      const length = origin + found - frame;
      input._reader = stop;
      this.#scanned = 0;
      if (this.#discarding || length > this.#maxLength) {
        this.#leave(length, stop - frame);
      } else {
        emit(input._retainedRange(frame, this.#strip ? length : stop - frame));
        if (this._closed) return;
      }
      frame = stop;
    }
  }

  /** No delimiter before `open`: waits for more, or begins to discard, or goes on with it. */
  #suspend(input: ByteBuf, frame: number, open: number): void {
    const length = open - frame;
    this.#scanned = length;
    if (!this.#discarding && length <= this.#maxLength) return;
    const begins = !this.#discarding;
    this.#discarding = true;
    this.#discarded += length;
    this.#scanned = 0;
    input._reader = open;
    if (begins && this.#failFast) throw this.#tooLong(length, this.offset - length, true);
  }

  /** The end of a frame that is too long; the reader index is behind its delimiter. */
  #leave(length: number, withDelimiter: number): void {
    const discarded = this.#discarded;
    const told = this.#discarding && this.#failFast;
    this.#discarding = false;
    this.#discarded = 0;
    if (!told) throw this.#tooLong(discarded + length, this.offset - withDelimiter - discarded);
  }

  #tooLong(length: number, offset: number, atLeast = false): FrameTooLongError {
    return new FrameTooLongError(length, 'maxLength', this.#maxLength, offset, atLeast);
  }
}

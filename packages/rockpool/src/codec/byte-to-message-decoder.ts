/// <reference lib="esnext.disposable" preserve="true" />
/**
 * `ByteToMessageDecoder`: the loop around every decoder, and what it holds between two reads.
 *
 *     feed(input) ─► nothing kept ────────────────────────► decode the input where it lies ─┐
 *                    a beginning kept ─► join what it lacks ─► decode that ─► and the rest ─┤
 *                                                                                           ▼
 *                                                   bytes left over ─► keep them for the next feed
 *
 *     bufferedBytes = front + rest + Σ queue      in unread bytes
 *     offset        = taken − front − rest        where the front is read, from the beginning of the stream
 *
 * `front` is what is decoded: what was kept, or the input. `rest` is the input, while something before it is
 * decoded. Between two feeds there is no `rest`, and `front` is what was kept. `queue` has what was fed from inside
 * of a callback, and what an error left over; it is decoded before anything that is fed later.
 *
 * Source: Netty's ByteToMessageDecoder. What is different: a message is emitted at once, not when the input is
 * done; only what a frame lacks is joined (`cumulation.ts`); an error loses nothing that it is not about.
 */
import type { Allocator } from '../buffer/allocator.ts';
import { ByteBuf } from '../buffer/byte-buf.ts';
import { ArgumentTypeError } from '../internal/errors.ts';
import { SuppressedError } from '../scope/suppressed-error.ts';
import { DecoderClosedError, DecoderStalledError, TruncatedFrameError } from './codec-errors.ts';
import { type Cumulation, createCumulation } from './cumulation.ts';
import type { Decoder, Emit } from './decoder.ts';
import { type DecoderOptions, readDecoderOptions, siteOf } from './decoder-options.ts';

const NO_BYTES: Uint8Array = new Uint8Array(0);

/**
 * Up to here what is kept is copied in front of bytes that are lent, and decoded with them; a longer one is
 * completed where it is, so that it is not copied again. Bytes.
 */
const GATHER_BYTES = 1024;

/** An input that waits, and who gets its messages. */
interface Queued<M> {
  readonly input: ByteBuf;
  readonly emit: Emit<M>;
}

/**
 * Turns a stream of bytes into messages: the base of all decoders, and of one's own.
 *
 * `decode` reads one message, or several, from `input` and emits them; where there is no whole message it leaves
 * the reader index where the message begins, and is called again when more bytes are there. It neither keeps nor
 * releases `input`: a part that shall live longer is a `readRetainedSlice`.
 *
 * Ownership: see {@link Decoder}. Cost: nothing is allocated, but for slices and for what lies in several reads.
 *
 * Source: Netty's ByteToMessageDecoder.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { type ByteBuf, ByteToMessageDecoder } from 'rockpool';
 *
 * class Temperatures extends ByteToMessageDecoder<number> {
 *   protected override decode(input: ByteBuf, emit: (message: number) => void): void {
 *     if (input.readableBytes >= 2) emit(input.readInt16BE() / 10);
 *   }
 * }
 *
 * const decoder = new Temperatures();
 * const seen: number[] = [];
 * decoder.feed(Buffer.from([0x00, 0xd7, 0xff]), (degrees) => seen.push(degrees));
 * assert.equal(decoder.bufferedBytes, 1);
 * decoder.feed(Buffer.from([0xfb]), (degrees) => seen.push(degrees));
 * assert.deepEqual(seen, [21.5, -0.5]);
 * decoder.end();
 * ```
 */
export abstract class ByteToMessageDecoder<M> implements Decoder<M>, Disposable {
  readonly #allocator: Allocator;
  readonly #cumulation: Cumulation;
  /** What is decoded now, or was kept. */
  #front: ByteBuf | undefined = undefined;
  /** The input, while what was kept is before it. */
  #rest: ByteBuf | undefined = undefined;
  readonly #queue: Queued<M>[] = [];
  /** Whether the front may hold whole messages: an error came before them. */
  #ripe = false;
  /** Whether the front is memory of the decoder's own. */
  #kept = false;
  /** Whether `feed` or `end` is at work. */
  #busy = false;
  /** Whether `feed` may begin at once: open, idle, and nothing left from an error. */
  #ready = true;
  #ended = false;
  #endEmit: Emit<M> | undefined = undefined;
  #failure: unknown = undefined;
  /** Bytes of all inputs that were begun. */
  #taken = 0;
  /** Who gets what is emitted. */
  #sink: Emit<M> | undefined = undefined;
  /** Messages of the `decode` that runs. */
  #emitted = 0;
  /** Whether it is closed. @internal */
  _closed = false;

  readonly #emit: Emit<M> = (message) => {
    this.#emitted++;
    (this.#sink as Emit<M>)(message);
  };

  /**
   * @throws {OptionTypeError} `ERR_ROCKPOOL_OPTION_TYPE`
   * @throws {OptionRangeError} `ERR_ROCKPOOL_OPTION_RANGE`
   * @throws {UnknownOptionError} `ERR_ROCKPOOL_OPTION_UNKNOWN`
   */
  constructor(options: DecoderOptions = {}) {
    const settings = readDecoderOptions(siteOf(new.target.name || 'decoder'), options);
    this.#allocator = settings.allocator;
    this.#cumulation = createCumulation(settings);
  }

  /**
   * Takes bytes in and calls `emit` for each message that is complete by them.
   *
   * @param input a ByteBuf, which passes to the decoder, also when this throws; or bytes that are lent for the call
   * @param emit takes each message over. What it throws, this throws, and the bytes behind that message stay for
   * the next feed
   * @throws {DecoderClosedError} `ERR_ROCKPOOL_DECODER_CLOSED`
   * @throws {DecoderStalledError} `ERR_ROCKPOOL_DECODER_STALLED`: `decode` emits and does not read
   * @throws {ByteBudgetError} `ERR_ROCKPOOL_BYTE_BUDGET`: a ByteBuf stays for the next feed, of a Uint8Array
   * nothing was taken
   */
  feed(input: ByteBuf | Uint8Array, emit: Emit<M>): void {
    if (!this.#ready || typeof emit !== 'function' || !isInput(input)) {
      this.#feedOther(input, emit);
      return;
    }
    this.#ready = false;
    this.#busy = true;
    try {
      this.#take(input, emit);
      this.#drain();
      if (this.#ended) this.#finish(this.#endEmit);
    } finally {
      this.#leave();
    }
  }

  /**
   * Says that no more bytes will come, decodes what is left behind errors, and closes the decoder; see
   * {@link Decoder.end}.
   *
   * @param emit takes the messages that are complete only because this is the end
   * @throws {TruncatedFrameError} `ERR_ROCKPOOL_FRAME_TRUNCATED`: bytes are left over; they are released
   * @throws what is thrown on the way, after everything is done; several errors as a `SuppressedError`
   */
  end(emit?: Emit<M>): void {
    if (emit !== undefined) this.#expectCallback('end', emit);
    if (this._closed) return;
    this.#endEmit = emit;
    this.#ended = true;
    if (this.#busy) return;
    this.#ready = false;
    this.#busy = true;
    try {
      this.#finish(emit);
    } finally {
      this.#leave();
    }
  }

  /** Releases everything that the decoder holds; it decodes no more. Idempotent. */
  close(): void {
    this._closed = true;
    this.#ready = false;
    if (!this.#busy) this.#releaseAll();
  }

  /** The same as {@link close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Bytes that were fed and not decoded yet. */
  get bufferedBytes(): number {
    if (this._closed) return 0;
    let bytes = unread(this.#front) + unread(this.#rest);
    for (const { input } of this.#queue) bytes += unread(input);
    return bytes;
  }

  /** Whether it was closed: by `close`, `end`, or an error after which it cannot go on. */
  get closed(): boolean {
    return this._closed;
  }

  // For decoders.

  /**
   * Reads messages from `input` and emits them. Called as long as it reads something and bytes are left.
   *
   * @param input lent; its reader index says what is read
   * @param emit hands a message over. What it throws must be let through
   */
  protected abstract decode(input: ByteBuf, emit: Emit<M>): void;

  /**
   * Reads what is a message only because no more bytes come. Called by `end`, where it got a callback, as long as
   * it reads something and bytes are left. Without an override: {@link decode}.
   */
  protected decodeLast(input: ByteBuf, emit: Emit<M>): void {
    this.decode(input, emit);
  }

  /**
   * How many bytes the message in `kept` lacks, as far as is known: so many of `input` are joined to it before the
   * next `decode`, and the rest is decoded where it lies. Without an override all are joined, which costs a copy
   * of them. Too many is as right as too few.
   *
   * @param kept the beginning of a message
   * @param input what came now, of which nothing is read here; may be empty
   * @returns 1 or more; less counts as 1
   */
  protected missingBytes(_kept: ByteBuf, input: ByteBuf | Uint8Array): number {
    return lengthOf(input);
  }

  /**
   * Called by `end` when everything is decoded. Without an override, bytes that are left over are an error.
   *
   * @param left those bytes
   * @throws {TruncatedFrameError} `ERR_ROCKPOOL_FRAME_TRUNCATED`
   */
  protected expectEnd(left: number): void {
    if (left > 0) this.fail(new TruncatedFrameError(left, this.offset));
  }

  /** Where the reader index is, in bytes from the beginning of the stream; for errors. */
  protected get offset(): number {
    return this.#taken - unread(this.#front) - unread(this.#rest);
  }

  /** Closes the decoder and throws `error`, which becomes the cause of what later feeds throw. */
  protected fail(error: Error): never {
    this.#failure = error;
    this.close();
    throw error;
  }

  // The way of an input.

  #feedOther(input: ByteBuf | Uint8Array, emit: Emit<M>): void {
    if (!isInput(input)) {
      throw new ArgumentTypeError(
        `feed ${this.constructor.name}`,
        'input',
        'a ByteBuf or a Uint8Array',
        input,
      );
    }
    let own: ByteBuf;
    try {
      this.#expectCallback('feed', emit);
      if (this._closed || this.#ended) throw new DecoderClosedError(this.constructor.name, this.#failure);
      own = input instanceof ByteBuf ? ownHandle(input) : this.#copy(input);
    } catch (error) {
      if (input instanceof ByteBuf) input.release();
      throw error;
    }
    this.#queue.push({ input: own, emit });
    if (this.#busy) return;
    this.#busy = true;
    try {
      this.#drain();
      if (this.#ended) this.#finish(this.#endEmit);
    } finally {
      this.#leave();
    }
  }

  /** Decodes what is queued. */
  #drain(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (this._closed) next.input.release();
      else this.#take(next.input, next.emit);
    }
  }

  /** Decodes one input. */
  #take(input: ByteBuf | Uint8Array, emit: Emit<M>): void {
    const length = lengthOf(input);
    this.#rest = input instanceof ByteBuf ? input : this.#takeBytes(input);
    this.#taken += length;
    this.#sink = emit;
    try {
      this.#run();
    } finally {
      this.#settle(emit);
    }
  }

  /** Copies what is lent, behind what is kept where that is one's own; returns what is not joined. */
  #takeBytes(input: Uint8Array): ByteBuf | undefined {
    const kept = this.#front;
    if (kept === undefined || this.#ripe || !this.#cumulation.copies) return this.#copy(input);
    const missing = Math.max(1, this.missingBytes(kept, input));
    if (missing < input.length && unread(kept) <= GATHER_BYTES) return this.#gather(kept, input);
    const count = Math.min(missing, input.length);
    if (count === 0) return undefined;
    const rest = count < input.length ? this.#copy(input.subarray(count)) : undefined;
    try {
      this.#front = this.#cumulation.joinBytes(kept, input, count, unread(kept) + missing);
    } catch (error) {
      rest?.release();
      throw error;
    }
    this.#kept = true;
    this.#ripe = true;
    return rest;
  }

  /** What is kept and what is lent, in one buffer: nothing is kept any more. */
  #gather(kept: ByteBuf, input: Uint8Array): ByteBuf {
    const before = unread(kept);
    const all = this.#allocator.buffer(before + input.length);
    kept._copyInto(kept._reader, all, 0, before);
    all._copyIn(before, input, 0, input.length);
    all._writer = before + input.length;
    this.#front = undefined;
    kept.release();
    return all;
  }

  /** Decodes what is kept, with as much of the rest as it lacks, then the rest where it lies. */
  #run(): void {
    while (!this._closed) {
      const rest = this.#rest;
      if (this.#front === undefined) {
        if (rest === undefined) return;
        this.#rest = undefined;
        this.#front = rest;
        this.#kept = false;
      } else if (!this.#ripe) {
        if (rest === undefined) return;
        this.#join(this.#front, rest);
      }
      this.#decodeFront(this.#front, false);
    }
  }

  #join(kept: ByteBuf, rest: ByteBuf): void {
    const there = rest._writer - rest._reader;
    if (there > 0) {
      const missing = Math.max(1, this.missingBytes(kept, rest));
      const count = Math.min(missing, there);
      this.#front = this.#cumulation.join(kept, rest, count, unread(kept) + missing);
      this.#kept = true;
      if (count < there) return;
    }
    this.#rest = undefined;
    rest.release();
  }

  /** Has `decode` read what it can of `front`. */
  #decodeFront(front: ByteBuf, last: boolean): void {
    this.#ripe = true;
    while (front._reader < front._writer) {
      const before = front._reader;
      this.#emitted = 0;
      if (last) this.decodeLast(front, this.#emit);
      else this.decode(front, this.#emit);
      if (this._closed) return;
      if (front._reader <= before) {
        if (this.#emitted > 0) {
          this.fail(new DecoderStalledError(this.constructor.name, this.#emitted, this.offset));
        }
        break;
      }
    }
    this.#ripe = false;
    if (front._reader < front._writer) return;
    this.#front = undefined;
    front.release();
  }

  /** Brings what is left over into a state to wait in: a handle and, unless an error came, memory of its own. */
  #settle(emit: Emit<M>): void {
    if (this._closed) return;
    const rest = this.#rest;
    if (rest !== undefined) {
      this.#rest = undefined;
      if (rest._reader < rest._writer) this.#queue.unshift({ input: ownHandle(rest), emit });
      else rest.release();
    }
    const front = this.#front;
    if (front === undefined) return;
    if (front._reader === front._writer) {
      this.#front = undefined;
      this.#ripe = false;
      front.release();
    } else if (this.#kept) {
      this.#front = this.#cumulation.tidy(front);
    } else {
      this.#keep(front);
    }
  }

  #keep(input: ByteBuf): void {
    if (!this.#ripe) {
      try {
        this.#front = this.#cumulation.keep(input, unread(input) + this.missingBytes(input, NO_BYTES));
        this.#kept = true;
        return;
      } catch {
        // No memory for a copy: the input's will do until there is.
      }
    }
    this.#front = ownHandle(input);
  }

  /** Decodes everything, going on behind errors, and closes; throws the error, or all of them. */
  #finish(emit: Emit<M> | undefined): void {
    let failed = false;
    let failure: unknown;
    while (!this._closed) {
      const before = this.bufferedBytes;
      try {
        this.#drain();
        this.#decodeLast(emit);
      } catch (error) {
        failure = failed ? new SuppressedError(error, failure, 'errors at the end of the stream') : error;
        failed = true;
        if (this.bufferedBytes === before) this.close();
      }
    }
    if (failed) throw failure;
  }

  #decodeLast(emit: Emit<M> | undefined): void {
    if (emit !== undefined && this.#front !== undefined && !this._closed) {
      this.#sink = emit;
      this.#decodeFront(this.#front, true);
    }
    if (this._closed) return;
    this.expectEnd(unread(this.#front));
    this.close();
  }

  #leave(): void {
    this.#busy = false;
    this.#ended = false;
    if (this._closed) this.#releaseAll();
    else this.#ready = !this.#ripe && this.#queue.length === 0;
  }

  #releaseAll(): void {
    const held = this.#queue.splice(0).map(({ input }) => input);
    if (this.#front !== undefined) held.push(this.#front);
    if (this.#rest !== undefined) held.push(this.#rest);
    this.#front = undefined;
    this.#rest = undefined;
    for (const buf of held) buf.release();
  }

  #copy(bytes: Uint8Array): ByteBuf {
    const copy = this.#allocator.buffer(bytes.length);
    copy._copyIn(0, bytes, 0, bytes.length);
    copy._writer = bytes.length;
    return copy;
  }

  #expectCallback(action: string, emit: unknown): void {
    if (typeof emit !== 'function') {
      throw new ArgumentTypeError(`${action} ${this.constructor.name}`, 'emit', 'a function', emit);
    }
  }
}

function isInput(input: unknown): input is ByteBuf | Uint8Array {
  return input instanceof ByteBuf || input instanceof Uint8Array;
}

function lengthOf(input: ByteBuf | Uint8Array): number {
  return input instanceof ByteBuf ? input.readableBytes : input.length;
}

function unread(buf: ByteBuf | undefined): number {
  return buf === undefined ? 0 : buf._writer - buf._reader;
}

/** The unread bytes of `buf`, which is released, under a handle that nobody else has. */
function ownHandle(buf: ByteBuf): ByteBuf {
  if (buf.refCnt === 1 && buf.unwrap() === undefined) return buf;
  const own = buf.retainedSlice();
  buf.release();
  return own;
}

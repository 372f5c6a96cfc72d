/**
 * What every decoder is: bytes go in as they come, messages come out as they are complete.
 *
 * The contract is about ownership and order; how the bytes between two messages are kept is the decoder's affair
 * (`byte-to-message-decoder.ts`). Whatever feeds decoders (a socket, a file, a test) needs no more than this.
 */
import type { ByteBuf } from '../buffer/byte-buf.ts';

/** Takes a message over; a frame, which is a `ByteBuf`, it releases or passes on. */
export type Emit<M> = (message: M) => void;

/**
 * Turns bytes into messages. One stream each: a decoder remembers the beginning of a message until its end has
 * come.
 *
 * Ownership: a `ByteBuf` that is fed passes to the decoder, also when `feed` throws. A `Uint8Array` is lent for
 * the call: what is needed longer is copied into memory of the allocator. Each message belongs to the callback,
 * also when that throws.
 */
export interface Decoder<M> {
  /**
   * Takes bytes in and calls `emit` for each message that is complete by them, in order, before it returns. A
   * feed from inside of a callback is queued, and decoded before the outer one returns.
   *
   * When it throws, what is behind the error stays for the next feed, unless the decoder is closed by it; an
   * empty input will do.
   *
   * @param input a ByteBuf, whose readable bytes are meant; or bytes that are lent
   * @param emit takes each message over
   * @throws {DecoderClosedError} `ERR_ROCKPOOL_DECODER_CLOSED`
   * @throws what `emit` throws, and the errors of the protocol
   */
  feed(input: ByteBuf | Uint8Array, emit: Emit<M>): void;

  /**
   * Says that no more bytes will come: decodes what is left, behind errors too, and closes the decoder, whatever it
   * throws. Does nothing where it is closed. From inside of a callback: as soon as everything fed is decoded, unless
   * something is thrown before.
   *
   * @param emit takes the messages that are complete only because this is the end, for protocols that have such
   * @throws {TruncatedFrameError} `ERR_ROCKPOOL_FRAME_TRUNCATED`: bytes are left over; they are released
   */
  end(emit?: Emit<M>): void;

  /** Releases everything that the decoder holds; it decodes no more. Idempotent; allowed inside of a callback. */
  close(): void;

  /** Bytes that were fed and not decoded yet. */
  readonly bufferedBytes: number;

  /** Whether it was closed: by `close`, `end`, or an error after which it cannot go on. */
  readonly closed: boolean;
}

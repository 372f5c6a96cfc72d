/**
 * Writes and reads frames, for the variants of the `messages` experiment: into fresh Buffers, and into pooled
 * `ByteBuf`s.
 *
 * For Buffers, numbers are stored byte by byte: V8 keeps those in registers, where `writeUInt32BE` and
 * `writeDoubleBE` box what exceeds 31 bits (50 against 123 ns a header, Node 20.20, on a busy machine). A `ByteBuf` is
 * used as its users would: with its typed accessors. Both end in Node's `buffer.write` for the body.
 */
import type { Allocator, ByteBuf } from 'rockpool';
import {
  FRAME_CAPACITY_BYTES,
  HEADER_BYTES,
  ID_OFFSET,
  LENGTH_OFFSET,
  MAGIC,
  MAGIC_OFFSET,
  SENDER_OFFSET,
  TIME_OFFSET,
} from './frame-layout.ts';
import { MAX_BODY_BYTES } from './message-bodies.ts';

/** What a frame says. `id` and `sender` are unsigned 32-bit integers, `timeMs` a non-negative safe integer. */
export interface Message {
  readonly id: number;
  readonly sender: number;
  readonly timeMs: number;
  readonly body: string;
}

/**
 * Encodes into a buffer of exactly the right size.
 *
 * @param allocate gives a buffer of that many bytes
 * @throws {RangeError} the body is longer than `MAX_BODY_BYTES`
 */
export function encodeFresh(allocate: (bytes: number) => Buffer, message: Message): Buffer {
  const bodyBytes = Buffer.byteLength(message.body);
  if (bodyBytes > MAX_BODY_BYTES) throw tooLong(bodyBytes);
  const buffer = allocate(HEADER_BYTES + bodyBytes);
  buffer.write(message.body, HEADER_BYTES);
  writeHeader(buffer, HEADER_BYTES + bodyBytes, message);
  return buffer;
}

/**
 * Encodes into a buffer of an allocator that is big enough for any body; the caller releases it.
 *
 * @throws {RangeError} the body is longer than `MAX_BODY_BYTES`
 */
export function encodePooled(allocator: Allocator, { id, sender, timeMs, body }: Message): ByteBuf {
  // No string of more units fits, and fewer cannot overflow the buffer: nothing is ever cut off silently.
  if (body.length > MAX_BODY_BYTES) throw tooLong(Buffer.byteLength(body));
  const frame = allocator.buffer(FRAME_CAPACITY_BYTES);
  const bodyBytes = frame.setString(HEADER_BYTES, body);
  if (bodyBytes > MAX_BODY_BYTES) {
    frame.release();
    throw tooLong(bodyBytes);
  }
  const length = HEADER_BYTES + bodyBytes;
  frame
    .writeUInt32BE(MAGIC)
    .writeUInt32BE(length)
    .writeUInt32BE(id)
    .writeUInt32BE(sender)
    .writeUInt32BE(Math.floor(timeMs / 2 ** 32))
    .writeUInt32BE(timeMs >>> 0);
  frame.writerIndex = length;
  return frame;
}

/**
 * Reads one whole frame.
 *
 * @throws {RangeError} the magic or the length is wrong
 */
export function decodeFrame(bytes: Buffer): Message {
  const magic = bytes.readUInt32BE(MAGIC_OFFSET);
  const length = bytes.readUInt32BE(LENGTH_OFFSET);
  if (magic !== MAGIC) throw new RangeError(`Cannot decode frame as its magic is 0x${magic.toString(16)}`);
  if (length !== bytes.length) {
    throw new RangeError(`Cannot decode frame as its length is ${length}: received ${bytes.length} bytes`);
  }
  return {
    id: bytes.readUInt32BE(ID_OFFSET),
    sender: bytes.readUInt32BE(SENDER_OFFSET),
    timeMs: Number(bytes.readBigUInt64BE(TIME_OFFSET)),
    body: bytes.toString('utf8', HEADER_BYTES),
  };
}

function writeHeader(buffer: Buffer, length: number, { id, sender, timeMs }: Message): void {
  putUint32(buffer, MAGIC_OFFSET, MAGIC);
  putUint32(buffer, LENGTH_OFFSET, length);
  putUint32(buffer, ID_OFFSET, id);
  putUint32(buffer, SENDER_OFFSET, sender);
  putUint32(buffer, TIME_OFFSET, (timeMs / 2 ** 32) | 0);
  putUint32(buffer, TIME_OFFSET + 4, timeMs | 0);
}

function putUint32(buffer: Buffer, offset: number, value: number): void {
  buffer[offset] = value >>> 24;
  buffer[offset + 1] = value >>> 16;
  buffer[offset + 2] = value >>> 8;
  buffer[offset + 3] = value;
}

function tooLong(bytes: number): RangeError {
  return new RangeError(
    `Cannot encode frame as its body must be at most ${MAX_BODY_BYTES} bytes: received ${bytes}`,
  );
}

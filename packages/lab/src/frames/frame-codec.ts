/**
 * Writes and reads frames. The same header and body code serves every variant of the `messages` experiment; only
 * where the bytes come from differs.
 *
 * Numbers are stored byte by byte: V8 keeps those in registers, where `writeUInt32BE` and `writeDoubleBE` box
 * what exceeds 31 bits (50 against 123 ns a header, Node 20.20, on a busy machine). The body goes through the documented
 * `buffer.write`. `TextEncoder.encodeInto` is faster into a view that exists already, which only a pooled frame
 * could keep; it is not used, so that all variants do the same work.
 */
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

/** A reusable frame: the buffer is made once, `length` says how much of it the current message uses. */
export class Frame {
  readonly buffer: Buffer = Buffer.alloc(FRAME_CAPACITY_BYTES);
  /** Bytes in use. Writer: `encodeInto`. */
  length = 0;
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
 * Encodes into a frame that is big enough for any body.
 *
 * @throws {RangeError} the body is longer than `MAX_BODY_BYTES`
 */
export function encodeInto(frame: Frame, message: Message): void {
  const { body } = message;
  // No string of more units fits, and fewer cannot overflow the buffer: nothing is ever cut off silently.
  if (body.length > MAX_BODY_BYTES) throw tooLong(Buffer.byteLength(body));
  const bodyBytes = frame.buffer.write(body, HEADER_BYTES);
  if (bodyBytes > MAX_BODY_BYTES) throw tooLong(bodyBytes);
  frame.length = HEADER_BYTES + bodyBytes;
  writeHeader(frame.buffer, frame.length, message);
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

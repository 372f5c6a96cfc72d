/**
 * Writes frames into buffers. Headers are written with the typed accessors of `ByteBuf`, at the buffer's
 * `writerIndex`; a body is either text or bytes out of another frame, which are copied without a detour.
 */
import type { Allocator, ByteBuf } from 'rockpool';
import {
  HEADER_BYTES,
  ID_OFFSET,
  LENGTH_OFFSET,
  MAGIC,
  SENDER_OFFSET,
  TARGET_OFFSET,
  TIME_OFFSET,
  VERSION,
} from './frame-layout.ts';
import { FrameType } from './frame-type.ts';

/** The fields of a header that vary. `timeUs` is a non-negative safe integer, the others are below 2^32. */
export interface FrameHead {
  readonly type: FrameType;
  readonly id: number;
  readonly sender?: number;
  readonly target?: number;
  readonly flags?: number;
  readonly timeUs?: number;
}

/** `MAGIC` is written with what follows it in one go; V8 folds a constant of the same file only. */
const MAGIC_WORD = MAGIC;
const VERSION_BITS = VERSION << 24;

/**
 * Writes a frame with a text at `out.writerIndex`; grows if needed.
 *
 * @returns bytes of the frame
 */
export function writeFrame(out: ByteBuf, head: FrameHead, body = ''): number {
  const start = out.writerIndex;
  writeHeader(out, HEADER_BYTES, head.type, head.flags ?? 0, head.id, head.sender ?? 0, head.target ?? 0);
  const timeUs = head.timeUs ?? 0;
  out.writeUInt32BE(Math.floor(timeUs / 2 ** 32)).writeUInt32BE(timeUs % 2 ** 32);
  const length = HEADER_BYTES + (body === '' ? 0 : out.writeString(body));
  out.setUInt32BE(start + LENGTH_OFFSET, length);
  return length;
}

/** Writes an ack at `out.writerIndex`: the message `id` of the user `sender` went to so many receivers. */
export function writeAck(out: ByteBuf, id: number, sender: number, receivers: number): void {
  writeHeader(out, HEADER_BYTES, FrameType.ack, 0, id, sender, receivers);
  out.writeUInt32BE(0).writeUInt32BE(0);
}

/** Writes all of a header but the time. */
function writeHeader(
  out: ByteBuf,
  length: number,
  type: number,
  flags: number,
  id: number,
  sender: number,
  target: number,
): void {
  out
    .writeUInt32BE(MAGIC_WORD)
    .writeUInt32BE(length)
    .writeInt32BE(VERSION_BITS | (type << 16) | flags)
    .writeUInt32BE(id)
    .writeUInt32BE(sender)
    .writeUInt32BE(target);
}

/**
 * A frame of a text in a buffer of its own, which the caller releases. It is made as large as the text may get, and is
 * for what is rare; messages go through {@link encodeMessage}.
 */
export function encodeFrame(allocator: Allocator, head: FrameHead, body = ''): ByteBuf {
  const out = allocator.buffer(HEADER_BYTES + 3 * body.length);
  writeFrame(out, head, body);
  return out;
}

/**
 * The frame that goes to the receivers of a message: time and body as in the frame of its sender, another header.
 * Encoded once, whatever the number of receivers. The caller releases it.
 *
 * @param message the sender's frame, whole; borrowed, and its indices stay
 */
export function encodeMessage(
  allocator: Allocator,
  message: ByteBuf,
  type: FrameType,
  sender: number,
  target: number,
): ByteBuf {
  const length = message.readableBytes;
  const from = message.readerIndex;
  const out = allocator.buffer(length, length);
  writeHeader(out, length, type, 0, message.getUInt32BE(from + ID_OFFSET), sender, target);
  // Time and body lie next to each other: one copy.
  out.writeBytes(message, from + TIME_OFFSET, length - TIME_OFFSET);
  return out;
}

/** Changes the sender and the target of a frame that came over the bus, in place. */
export function readdress(frame: ByteBuf, sender: number, target: number): void {
  const start = frame.readerIndex;
  frame.setUInt32BE(start + SENDER_OFFSET, sender).setUInt32BE(start + TARGET_OFFSET, target);
}

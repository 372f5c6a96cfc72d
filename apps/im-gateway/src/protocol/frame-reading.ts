/** Reads the header of a whole frame, and says what is wrong with it. Moves no index, makes nothing. */
import { isUtf8 } from 'node:buffer';
import type { ByteBuf } from 'rockpool';
import { ErrorCode } from './error-code.ts';
import {
  HEADER_BYTES,
  ID_OFFSET,
  MAGIC,
  MAGIC_OFFSET,
  SENDER_OFFSET,
  TARGET_OFFSET,
  TIME_OFFSET,
  VERSION,
  VERSION_OFFSET,
  WANTS_ACK,
} from './frame-layout.ts';

const FLAG_MASK = 0xffff;

/** What follows the length, as one word: version, type, flags. */
export function wordOf(frame: ByteBuf): number {
  return frame.getUInt32BE(frame.readerIndex + VERSION_OFFSET);
}

/** The type in a word of {@link wordOf}. */
export function typeIn(word: number): number {
  return (word >>> 16) & 0xff;
}

/** Whether the sender wants an ack, by a word of {@link wordOf}. */
export function wantsAck(word: number): boolean {
  return (word & WANTS_ACK) !== 0;
}

/**
 * A code for what is wrong with the header of a whole frame of at least `HEADER_BYTES`; 0: nothing.
 *
 * @param word of {@link wordOf}
 */
export function inspectHeader(frame: ByteBuf, word: number): ErrorCode | 0 {
  if (frame.getUInt32BE(frame.readerIndex + MAGIC_OFFSET) !== MAGIC) return ErrorCode.badMagic;
  if (word >>> 24 !== VERSION) return ErrorCode.badVersion;
  if ((word & FLAG_MASK & ~WANTS_ACK) !== 0) return ErrorCode.badFlags;
  return 0;
}

export function idOf(frame: ByteBuf): number {
  return frame.getUInt32BE(frame.readerIndex + ID_OFFSET);
}

export function senderOf(frame: ByteBuf): number {
  return frame.getUInt32BE(frame.readerIndex + SENDER_OFFSET);
}

export function targetOf(frame: ByteBuf): number {
  return frame.getUInt32BE(frame.readerIndex + TARGET_OFFSET);
}

/** Microseconds since 1970. */
export function timeUsOf(frame: ByteBuf): number {
  const start = frame.readerIndex + TIME_OFFSET;
  return frame.getUInt32BE(start) * 2 ** 32 + frame.getUInt32BE(start + 4);
}

/** The body as text. What is not UTF-8 becomes U+FFFD: ask {@link isText} before. */
export function bodyOf(frame: ByteBuf): string {
  return frame.toString('utf8', frame.readerIndex + HEADER_BYTES, frame.readableBytes - HEADER_BYTES);
}

/**
 * Whether the body is UTF-8. ASCII is known by its words, four bytes at a time, without a view: 15 ns for 76 bytes,
 * where a view for `isUtf8` alone costs 40. Only the rest is asked of Node.
 */
export function isText(frame: ByteBuf): boolean {
  const end = frame.writerIndex;
  let at = frame.readerIndex + HEADER_BYTES;
  for (; at + 4 <= end; at += 4) {
    if ((frame.getInt32BE(at) & 0x80808080) !== 0) return isUtf8(frame.toBuffer(at, end - at));
  }
  for (; at < end; at++) {
    if (frame.getUInt8(at) > 0x7f) return isUtf8(frame.toBuffer(at, end - at));
  }
  return true;
}

/// <reference types="node" preserve="true" />
/**
 * Strings into and out of a byte array, in place: Node's Buffer does the encoding, on the chunk's own bytes, so
 * that neither a view nor a temporary is made.
 */
import { ArgumentTypeError } from '../internal/errors.ts';
import { ArgumentRangeError } from './buffer-errors.ts';

/** The encodings of strings; as Node has them. */
export type TextEncoding = 'utf8' | 'ascii' | 'latin1' | 'hex' | 'base64' | 'base64url' | 'utf16le';

const ENCODINGS: readonly TextEncoding[] = [
  'utf8',
  'ascii',
  'latin1',
  'hex',
  'base64',
  'base64url',
  'utf16le',
];

/** @throws {ArgumentTypeError} @throws {ArgumentRangeError} */
export function expectText(action: string, text: string, encoding: TextEncoding): void {
  if (typeof text !== 'string') throw new ArgumentTypeError(action, 'text', 'a string', text);
  expectEncoding(action, encoding);
  if (encoding === 'hex' && !/^(?:[0-9a-f]{2})*$/i.test(text)) {
    throw new ArgumentRangeError(action, 'text', 'pairs of hexadecimal digits', text);
  }
}

/** @throws {ArgumentRangeError} */
export function expectEncoding(action: string, encoding: TextEncoding): void {
  if (!ENCODINGS.includes(encoding)) {
    throw new ArgumentRangeError(action, 'encoding', `one of ${ENCODINGS.join(', ')}`, encoding);
  }
}

/** Bytes that hold `text` for certain, without looking at it. */
export function maxBytesOf(text: string, encoding: TextEncoding): number {
  switch (encoding) {
    case 'utf8':
      return text.length * 3;
    case 'utf16le':
      return text.length * 2;
    default:
      return text.length;
  }
}

/** Bytes that `text` takes. */
export function bytesOf(text: string, encoding: TextEncoding): number {
  if (encoding === 'base64' || encoding === 'base64url') return Buffer.from(text, encoding).length;
  return encoding === 'ascii' ? text.length : Buffer.byteLength(text, encoding);
}

/** Writes `text`, which fits, and tells how many bytes it took. */
export function encodeText(
  bytes: Uint8Array,
  at: number,
  text: string,
  encoding: TextEncoding,
  room: number,
): number {
  return (bytes as Buffer).write(text, at, room, encoding === 'ascii' ? 'latin1' : encoding);
}

/** The text of the bytes from `start` to `end`. */
export function decodeText(bytes: Uint8Array, start: number, end: number, encoding: TextEncoding): string {
  return (bytes as Buffer).toString(encoding, start, end);
}

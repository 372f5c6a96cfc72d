/// <reference types="node" preserve="true" />
/**
 * Search in a buffer's bytes, and comparison.
 */
import { ArgumentTypeError } from '../internal/errors.ts';
import { ArgumentRangeError } from './buffer-errors.ts';
import { ByteAccess } from './byte-access.ts';
import { bytesOf, encodeText } from './text.ts';

/**
 * So many bytes are searched by a loop before the native search, which wants a view first: 49–65 against 87–97 ns
 * for 32, but 140 against 90–120 for 64 (Node 20.20 and 26.10, 2-core AMD EPYC).
 */
const LOOP_BYTES = 32;

/** What is visited of each byte; false ends the visit. */
export type ByteVisitor = (byte: number, index: number) => unknown;

/** Search; {@link ByteBuf} is the class to use. */
export abstract class ByteSearch extends ByteAccess {
  /**
   * Where `value` is first found.
   *
   * @param value a byte, bytes, or a string (its UTF-8)
   * @param start absolute, default `readerIndex`
   * @param end absolute, default `writerIndex`; the find lies before it as a whole
   * @returns an absolute index, or −1
   * @throws {IndexRangeError} unless 0 ≤ start ≤ end ≤ capacity
   */
  indexOf(value: number | string | Uint8Array, start?: number, end?: number): number {
    this._expectAlive('search');
    const from = start ?? this._reader;
    const to = end ?? Math.max(this._writer, from);
    this._expectBetween('search', from, to);
    if (typeof value === 'number') {
      if (value >>> 0 !== value || value > 255) {
        throw new ArgumentRangeError('search', 'value', 'an integer from 0 to 255', value);
      }
      return this._findByte(value, from, to);
    }
    const pattern = typeof value === 'string' ? utf8(value) : value;
    if (!(pattern instanceof Uint8Array)) {
      throw new ArgumentTypeError('search', 'value', 'a number, a string or a Uint8Array', value);
    }
    return this._findPattern(pattern, from, to);
  }

  /** Bytes from `readerIndex` to where `value` is first found, or −1. */
  bytesBefore(value: number | string | Uint8Array): number {
    const found = this.indexOf(value);
    return found === -1 ? -1 : found - this._reader;
  }

  /**
   * Visits bytes in order until `visit` returns false.
   *
   * @param start absolute, default `readerIndex`
   * @param end absolute, default `writerIndex`
   * @returns the index at which it stopped, or −1
   */
  forEachByte(visit: ByteVisitor, start?: number, end?: number): number {
    this._expectAlive('visit bytes');
    expectVisitor(visit);
    const from = start ?? this._reader;
    const to = end ?? Math.max(this._writer, from);
    this._expectBetween('visit bytes', from, to);
    for (let i = from; i < to; i++) {
      if (visit(this.getUInt8(i), i) === false) return i;
    }
    return -1;
  }

  /** As {@link forEachByte}, from the last byte to the first. */
  forEachByteDesc(visit: ByteVisitor, start?: number, end?: number): number {
    this._expectAlive('visit bytes');
    expectVisitor(visit);
    const from = start ?? this._reader;
    const to = end ?? Math.max(this._writer, from);
    this._expectBetween('visit bytes', from, to);
    for (let i = to - 1; i >= from; i--) {
      if (visit(this.getUInt8(i), i) === false) return i;
    }
    return -1;
  }

  /** Whether the readable bytes are those of `other`. */
  equals(other: ByteSearch | Uint8Array): boolean {
    return this.readableBytes === readableOf(other) && this.compare(other) === 0;
  }

  /** Orders the readable bytes, as unsigned numbers, then by length. */
  compare(other: ByteSearch | Uint8Array): -1 | 0 | 1 {
    const mine = this.readableBytes;
    const theirs = readableOf(other);
    if (other instanceof ByteSearch) {
      const [bytes, at] = other._piece(other._reader, theirs);
      return this._compareTo(mine, bytes, at, theirs);
    }
    return this._compareTo(mine, other, 0, theirs);
  }

  /** @internal */
  _compareTo(mine: number, other: Uint8Array, at: number, theirs: number): -1 | 0 | 1 {
    const [bytes, start] = this._piece(this._reader, mine);
    return Math.sign((bytes as Buffer).compare(other, at, at + theirs, start, start + mine)) as -1 | 0 | 1;
  }

  /** An array with the bytes of a range in one piece, and where they are in it. @internal */
  _piece(index: number, _length: number): [Uint8Array, number] {
    return [this._bytes, this._base + index];
  }

  /** @internal */
  _findByte(value: number, from: number, to: number): number {
    const base = this._base;
    const bytes = this._bytes;
    const near = Math.min(to, from + LOOP_BYTES);
    for (let i = from; i < near; i++) {
      if (bytes[base + i] === value) return i;
    }
    if (near === to) return -1;
    const found = this._window(near, to - near).indexOf(value);
    return found === -1 ? -1 : near + found;
  }

  /** @internal */
  _findPattern(pattern: Uint8Array, from: number, to: number): number {
    if (pattern.length === 0) return from;
    const window = this._window(from, to - from) as Buffer;
    const found = window.indexOf(pattern);
    return found === -1 ? -1 : from + found;
  }

  /** A view of a range that is checked: a Buffer in Node. @internal */
  _window(index: number, length: number): Uint8Array {
    return windowOf(this._bytes, this._base + index, length);
  }
}

/** A view of bytes: a Buffer in Node. */
export function windowOf(bytes: Uint8Array, at: number, length: number): Uint8Array {
  const start = bytes.byteOffset + at;
  return typeof Buffer === 'undefined'
    ? new Uint8Array(bytes.buffer, start, length)
    : Buffer.from(bytes.buffer as ArrayBuffer, start, length);
}

/** Bytes of a range that may lie in several pieces, in one array of their own. */
export function flatten(buf: ByteAccess, index: number, length: number): Uint8Array {
  const flat = typeof Buffer === 'undefined' ? new Uint8Array(length) : Buffer.allocUnsafe(length);
  buf._copyOut(index, flat, 0, length);
  return flat;
}

function utf8(text: string): Uint8Array {
  const bytes = Buffer.allocUnsafe(bytesOf(text, 'utf8'));
  encodeText(bytes, 0, text, 'utf8', bytes.length);
  return bytes;
}

function readableOf(other: ByteSearch | Uint8Array): number {
  if (other instanceof ByteSearch) return other.readableBytes;
  if (other instanceof Uint8Array) return other.length;
  throw new ArgumentTypeError('compare', 'other', 'a ByteBuf or a Uint8Array', other);
}

function expectVisitor(visit: ByteVisitor): void {
  if (typeof visit !== 'function') throw new ArgumentTypeError('visit bytes', 'visit', 'a function', visit);
}

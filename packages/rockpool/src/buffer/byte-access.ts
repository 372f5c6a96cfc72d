/**
 * Ranges of bytes and strings in a buffer: in, out, filled.
 *
 * All of it stands on three primitives, `_copyOut`, `_copyIn` and `_fillRange`, and on `_decode` and `_encode`
 * for text. They are for buffers that lie in one piece; a composite overrides them.
 */
import { ArgumentTypeError } from '../internal/errors.ts';
import { ArgumentRangeError, IndexRangeError } from './buffer-errors.ts';
import type { ByteBuf } from './byte-buf.ts';
import { MAX_CAPACITY } from './byte-buf-state.ts';
import { copyBytes, copyWords, type WORD_BYTES as WORDS } from './copy-bytes.ts';
import {
  bytesOf,
  decodeText,
  encodeText,
  expectEncoding,
  expectText,
  maxBytesOf,
  type TextEncoding,
} from './text.ts';
import { TypedAccess } from './typed-access.ts';

/**
 * ASCII up to this length is written by a loop, in characters: 10 against 40–90 ns for 4 and 31–44 against 51–150
 * for 8; at 16 the native call is as fast on Node 26 (Node 20.20 and 26.10, 2-core AMD EPYC).
 */
const SHORT_TEXT = 12;
/** As in `copy-bytes.ts`: V8 folds a constant of the same file only. */
const WORD_BYTES: typeof WORDS = 96;

/** Ranges of bytes; {@link ByteBuf} is the class to use. */
export abstract class ByteAccess extends TypedAccess {
  /**
   * Copies bytes out, from `index`; moves no index of this buffer.
   *
   * @param target a Uint8Array, or a buffer: without `targetStart` the bytes go to its `writerIndex`, which moves
   * @param targetStart where in `target`; default 0
   * @param length default what `target` has room for from there
   * @throws {IndexRangeError} outside of either
   */
  getBytes(index: number, target: Uint8Array | ByteAccess, targetStart?: number, length?: number): this {
    this._expectAlive('read');
    this._copyTo('read', index, target, targetStart, length);
    return this;
  }

  /**
   * Copies bytes in, to `index`; moves no index of this buffer and does not grow.
   *
   * @param source a Uint8Array, or a buffer: without `sourceStart` its readable bytes, and its `readerIndex` moves
   * @param sourceStart where in `source`; default 0
   * @param length default what there is from there
   * @throws {IndexRangeError} outside of either
   */
  setBytes(index: number, source: Uint8Array | ByteAccess, sourceStart?: number, length?: number): this {
    this._expectWritable('write');
    const count = this._expectSource('write', source, sourceStart, length);
    this._expectRange('write', index, count);
    this._copyFrom(index, source, sourceStart, count);
    return this;
  }

  /** A copy of the next `length` bytes, in a block of its own, which the caller releases. */
  readBytes(length: number): ByteBuf;
  /**
   * Copies bytes out, from `readerIndex`, which moves.
   *
   * @param target as in {@link getBytes}
   * @param length default what `target` has room for; no more than is readable
   * @throws {IndexRangeError} past `writerIndex`, or outside of `target`
   */
  readBytes(target: Uint8Array | ByteAccess, targetStart?: number, length?: number): this;
  readBytes(target: number | Uint8Array | ByteAccess, targetStart?: number, length?: number): this | ByteBuf {
    this._expectAlive('read');
    if (typeof target === 'number') {
      const index = this._takeReadable('read', target);
      const copy = this._copy(index, target);
      this._reader = index + target;
      return copy;
    }
    const room = this._expectTarget('read', target, targetStart);
    const index = this._takeReadable('read', length ?? room);
    this._copyTo('read', index, target, targetStart, length ?? room);
    this._reader = index + (length ?? room);
    return this;
  }

  /**
   * Copies bytes in, at `writerIndex`, which moves; grows if needed.
   *
   * @param source as in {@link setBytes}
   * @throws {CapacityError} past `maxCapacity`
   */
  writeBytes(source: Uint8Array | ByteAccess, sourceStart?: number, length?: number): this {
    this._expectWritable('write');
    const count = this._expectSource('write', source, sourceStart, length);
    if (count > this._capacity - this._writer && this._losesOnGrowth(source)) {
      return this._writeCopyOf(source, sourceStart, count);
    }
    const index = this._makeWritable('write', count);
    this._copyFrom(index, source, sourceStart, count);
    this._writer = index + count;
    return this;
  }

  /** Writes zeros at `index`; moves no index. @throws {IndexRangeError} */
  setZero(index: number, length: number): this {
    this._expectWritable('write');
    this._expectRange('write', index, length);
    this._fillRange(index, length, 0);
    return this;
  }

  /** Writes zeros at `writerIndex`, which moves; grows if needed. @throws {CapacityError} */
  writeZero(length: number): this {
    this._expectWritable('write');
    this._expectCount('write', 'length', length, MAX_CAPACITY);
    const index = this._makeWritable('write', length);
    this._fillRange(index, length, 0);
    this._writer = index + length;
    return this;
  }

  /**
   * Sets every byte from `start` to `end` to `value`; moves no index.
   *
   * @param value 0 to 255
   * @param start default 0
   * @param end default `capacity`
   */
  fill(value: number, start = 0, end: number = this.capacity): this {
    this._expectWritable('fill');
    if (value >>> 0 !== value || value > 255) {
      throw new ArgumentRangeError('fill', 'value', 'an integer from 0 to 255', value);
    }
    this._expectBetween('fill', start, end);
    this._fillRange(start, end - start, value);
    return this;
  }

  /** The text of `bytes` bytes from `index`; moves no index. @throws {IndexRangeError} */
  getString(index: number, bytes: number, encoding: TextEncoding = 'utf8'): string {
    this._expectAlive('read');
    expectEncoding('read', encoding);
    this._expectRange('read', index, bytes);
    return this._decode(index, bytes, encoding);
  }

  /** The text of the next `bytes` bytes; `readerIndex` moves. @throws {IndexRangeError} */
  readString(bytes: number, encoding: TextEncoding = 'utf8'): string {
    const index = this._takeReadable('read', bytes);
    expectEncoding('read', encoding);
    const text = this._decode(index, bytes, encoding);
    this._reader = index + bytes;
    return text;
  }

  /**
   * Writes `text` at `index`; moves no index and does not grow.
   *
   * @returns the bytes it took
   * @throws {IndexRangeError} it does not fit; nothing was written
   */
  setString(index: number, text: string, encoding: TextEncoding = 'utf8'): number {
    if (
      typeof text === 'string' &&
      encoding === 'utf8' &&
      index >>> 0 === index &&
      text.length * 3 <= this._writable - index &&
      this._owner._life === this._life
    ) {
      return encodeText(this._bytes, this._base + index, text, 'utf8', text.length * 3);
    }
    this._expectWritable('write');
    expectText('write', text, encoding);
    this._expectIndex('write', index, this._capacity, 'capacity');
    const room = this._capacity - index;
    if (maxBytesOf(text, encoding) > room) this._expectRange('write', index, bytesOf(text, encoding));
    return this._encode(index, text, encoding, room);
  }

  /**
   * Writes `text` at `writerIndex`, which moves; grows if needed. A short ASCII text is written without a native call.
   *
   * @returns the bytes it took
   * @throws {CapacityError} past `maxCapacity`; nothing was written
   */
  writeString(text: string, encoding: TextEncoding = 'utf8'): number {
    const index = this._writer;
    if (typeof text === 'string' && encoding === 'utf8' && this._owner._life === this._life) {
      const { length } = text;
      if (length * 3 <= this._writable - index) {
        const bytes = this._bytes;
        const at = this._base + index;
        const written =
          length <= SHORT_TEXT && writeAscii(bytes, at, text)
            ? length
            : encodeText(bytes, at, text, 'utf8', length * 3);
        this._writer = index + written;
        return written;
      }
    }
    return this._writeText(text, encoding);
  }

  /** @internal */
  _writeText(text: string, encoding: TextEncoding): number {
    this._expectWritable('write');
    expectText('write', text, encoding);
    const most = maxBytesOf(text, encoding);
    const needed = most <= this._capacity - this._writer ? most : bytesOf(text, encoding);
    const index = this._makeWritable('write', needed);
    const written = this._encode(index, text, encoding, this._capacity - index);
    this._writer = index + written;
    return written;
  }

  /** Whether growth may give back memory that `source` shows. @internal */
  _losesOnGrowth(source: Uint8Array | ByteAccess): boolean {
    return source instanceof Uint8Array && source.buffer === this._bytes.buffer;
  }

  /** As `writeBytes`, with the bytes taken out of `source` before this grows. @internal */
  _writeCopyOf(source: Uint8Array | ByteAccess, start: number | undefined, count: number): this {
    const bytes = new Uint8Array(count);
    let from = start ?? 0;
    if (source instanceof ByteAccess) {
      from = start ?? source._reader;
      source._copyOut(from, bytes, 0, count);
    } else {
      bytes.set(source.subarray(from, from + count));
    }
    const index = this._makeWritable('write', count);
    this._copyIn(index, bytes, 0, count);
    this._writer = index + count;
    // Growth may have been the end of it, and its handle be idle now.
    if (source instanceof ByteAccess && start === undefined && source._capacity >= 0) {
      source._reader = from + count;
    }
    return this;
  }

  /** How many bytes of `source` are meant. Checks them, so that nothing fails once the copy began. @internal */
  _expectSource(
    action: string,
    source: Uint8Array | ByteAccess,
    start: number | undefined,
    length: number | undefined,
  ): number {
    let from: number;
    let limit: number;
    if (source instanceof ByteAccess) {
      source._expectAlive(action);
      from = start ?? source._reader;
      limit = start === undefined ? source._writer : source._capacity;
    } else if (source instanceof Uint8Array) {
      from = start ?? 0;
      limit = source.length;
    } else {
      throw new ArgumentTypeError(action, 'source', 'a ByteBuf or a Uint8Array', source);
    }
    this._expectIndex(`${action} from the source`, from, limit, 'its end');
    if (length === undefined) return limit - from;
    this._expectCount(action, 'length', length, MAX_CAPACITY);
    if (length > limit - from) {
      throw new IndexRangeError(`${action} ${length} bytes of the source`, from, length, limit, 'its end');
    }
    return length;
  }

  /** How many bytes `target` has room for. @internal */
  _expectTarget(action: string, target: Uint8Array | ByteAccess, start: number | undefined): number {
    let from: number;
    let limit: number;
    if (target instanceof ByteAccess) {
      target._expectWritable(action);
      from = start ?? target._writer;
      limit = target._capacity;
    } else if (target instanceof Uint8Array) {
      from = start ?? 0;
      limit = target.length;
    } else {
      throw new ArgumentTypeError(action, 'target', 'a ByteBuf or a Uint8Array', target);
    }
    this._expectIndex(`${action} into the target`, from, limit, 'its end');
    return limit - from;
  }

  /** @internal */
  _copyFrom(index: number, source: Uint8Array | ByteAccess, start: number | undefined, length: number): void {
    if (source instanceof ByteAccess) {
      const from = start ?? source._reader;
      source._copyInto(from, this, index, length);
      if (start === undefined) source._reader = from + length;
    } else {
      this._copyIn(index, source, start ?? 0, length);
    }
  }

  /** @internal */
  _copyTo(
    action: string,
    index: number,
    target: Uint8Array | ByteAccess,
    start: number | undefined,
    length: number | undefined,
  ): void {
    const room = this._expectTarget(action, target, start);
    const count = length ?? room;
    this._expectRange(action, index, count);
    if (count > room) {
      throw new IndexRangeError(
        `${action} ${count} bytes into the target`,
        start ?? 0,
        count,
        room,
        'its room',
      );
    }
    if (target instanceof ByteAccess) {
      const at = start ?? target._writer;
      this._copyInto(index, target, at, count);
      if (start === undefined) target._writer = at + count;
    } else {
      this._copyOut(index, target, start ?? 0, count);
    }
  }

  /** Checks a start and an end, both absolute. @internal */
  _expectBetween(action: string, start: number, end: number): void {
    this._expectIndex(action, end, this._capacity, 'capacity');
    this._expectIndex(action, start, end, 'the end');
  }

  // The primitives. Ranges are checked.

  /** @internal */
  _copyOut(index: number, target: Uint8Array, at: number, length: number): void {
    copyBytes(this._bytes, this._base + index, target, at, length);
  }

  /** @internal */
  _copyIn(index: number, source: Uint8Array, at: number, length: number): void {
    copyBytes(source, at, this._bytes, this._base + index, length);
  }

  /** @internal */
  _copyInto(index: number, target: ByteAccess, at: number, length: number): void {
    const view = this._view;
    // A composite has an owner of another life. Within one memory ranges may overlap.
    if (length <= WORD_BYTES && target._owner._life === target._life && view.buffer !== target._view.buffer) {
      copyWords(view, this._base + index, target._view, target._base + at, length);
    } else {
      target._copyIn(at, this._bytes, this._base + index, length);
    }
  }

  /** @internal */
  _fillRange(index: number, length: number, value: number): void {
    const start = this._base + index;
    this._bytes.fill(value, start, start + length);
  }

  /** @internal */
  _decode(index: number, length: number, encoding: TextEncoding): string {
    const start = this._base + index;
    return decodeText(this._bytes, start, start + length, encoding);
  }

  /** @internal */
  _encode(index: number, text: string, encoding: TextEncoding, room: number): number {
    return encodeText(this._bytes, this._base + index, text, encoding, room);
  }

  /** A copy of a range that is checked. @internal */
  abstract _copy(index: number, length: number): ByteBuf;
}

/** Writes `text` if it is ASCII; else some of it. */
function writeAscii(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return false;
    bytes[at + i] = unit;
  }
  return true;
}

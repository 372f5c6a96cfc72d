/**
 * The fields of a byte buffer, and what is checked before any of them is used.
 *
 * Every buffer, pooled or not, slice or whole, is an object of one shape: a window of `_capacity` bytes at
 * `_base` into the bytes of a chunk. So a method of it stays monomorphic whatever it meets. Composites have a
 * shape more; see below.
 *
 *     chunk   │·····│▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒│······│
 *                   └ _base                               └ _base + _blockBytes
 *     window        0 ≤ _reader ≤ _writer ≤ _capacity ≤ _maxCapacity
 *
 * One comparison each tells whether an access is inside, whether the buffer is alive and whether it may be
 * written:
 *
 * - `_capacity` and `_writable` are what reads and writes must stay below. A release sets both to −1, and
 *   read-only buffers have −1 in `_writable` all their lives, so that the check of the range fails.
 * - `_owner` is the handle whose count this one shares (itself, where it has its own), and `_life` is the
 *   number of the owner's life, which moves on whenever handles were derived in it. A slice that shares its parent's count is dead when the two differ, even when the parent is
 *   alive again by then. The comparison costs less than can be measured (0.0–0.2 ns of 1.0–1.5, Node 20 to 26).
 * - a composite has an owner whose life no buffer shares, so that every fast path of it fails and arrives at the
 *   `_…Other` methods, which it overrides.
 *
 * When a check fails, `_…Other` finds out which one and throws the error that says so.
 */

import { ceilPowerOfTwo } from '../internal/power-of-two.ts';
import {
  ArgumentRangeError,
  CapacityError,
  IndexRangeError,
  ReadOnlyBufferError,
  ReleasedBufferError,
} from './buffer-errors.ts';
import type { ByteBuf } from './byte-buf.ts';
import type { Chunk } from './chunk.ts';
import type { Extra, Home } from './home.ts';
import type { Tenant } from './tenant.ts';

/** The largest capacity, in bytes: indices stay small integers. */
export const MAX_CAPACITY: number = 2 ** 31 - 1;

/** A trait: handles were derived in this life, so that the block must not move under them. */
export const SHARED = 1;
/** A trait: an index was marked. */
const MARKED = 2;
/** A trait: `_extra` is set. */
export const EXTRA = 4;

export const NO_BYTES: Uint8Array = typeof Buffer === 'undefined' ? new Uint8Array(0) : Buffer.alloc(0);
export const NO_VIEW: DataView = new DataView(new ArrayBuffer(0));

/** The fields; {@link ByteBuf} is the class to use. */
export abstract class ByteBufState implements Tenant {
  /** All bytes of the chunk: a Buffer in Node. @internal */
  _bytes: Uint8Array;
  /** The same bytes. @internal */
  _view: DataView;
  /** Where index 0 is, in `_bytes`. @internal */
  _base: number;
  /** What reads must stay below; −1: dead. @internal */
  _capacity: number;
  /** What writes must stay below: `_capacity`; −1: dead or read-only. @internal */
  _writable: number;
  /** @internal */
  _reader: number;
  /** @internal */
  _writer: number;
  /** Of a counted handle: its lives so far. Of another: its owner's, when it was derived. @internal */
  _life: number;
  /** The handle whose count holds for this one. @internal */
  _owner: ByteBufState;
  /** References that users hold; meaningful where `_owner` is this. @internal */
  _refs: number;
  /** Of a root: its retained slices, each of which holds one reference more. @internal */
  _slices: number;
  /** @internal */
  _maxCapacity: number;
  /** @internal */
  _markedReader: number;
  /** @internal */
  _markedWriter: number;
  /** The handle that owns the block: retained slices hold a reference on it. @internal */
  _root: ByteBuf;
  /** @internal */
  _home: Home;
  /** Bytes of the block; 0 where this handle owns none. @internal */
  _blockBytes: number;
  /**
   * Where the canary of the block begins, from `_base`: at the largest capacity in this life, as slices may still see
   * what a smaller one cut off. Meaningful where the home watches. @internal
   */
  _canary: number;
  /** The arena's chunk, where the block is from one. @internal */
  _chunk: object | undefined;
  /** What this life left to tidy up, as bits: `SHARED`, `MARKED`, `EXTRA`. Mostly 0. @internal */
  _traits: number;
  /** Set by `_setExtra`. @internal */
  _extra: Extra | undefined;
  /** The next idle handle, where this one is idle too. @internal */
  _next: ByteBuf | undefined;
  /** The last `toBuffer()`; kept over lives, as the block is. @internal */
  _seen: Uint8Array | undefined;
  /** Where that view begins, from index 0. @internal */
  _seenAt: number;
  /** Whether users got views of this block in this life: it must not move under them. @internal */
  _shown: boolean;

  /** @internal */
  constructor(home: Home, bytes: Uint8Array, view: DataView, base: number, blockBytes: number) {
    this._bytes = bytes;
    this._view = view;
    this._base = base;
    this._capacity = -1;
    this._writable = -1;
    this._reader = 0;
    this._writer = 0;
    this._life = 0;
    this._owner = this;
    this._refs = 0;
    this._slices = 0;
    this._maxCapacity = 0;
    this._markedReader = 0;
    this._markedWriter = 0;
    this._root = this as unknown as ByteBuf;
    this._home = home;
    this._blockBytes = blockBytes;
    this._canary = 0;
    this._chunk = undefined;
    this._traits = 0;
    this._extra = undefined;
    this._next = undefined;
    this._seen = undefined;
    this._seenAt = 0;
    this._shown = false;
  }

  /** What users have of the block: nothing while the handle is idle. @internal */
  get _liveBytes(): number {
    return Math.max(0, this._capacity);
  }

  /** Whether nobody but this handle knows where the block is. @internal */
  get _movable(): boolean {
    return this._refs > 0 && !this._shown && (this._traits & SHARED) === 0;
  }

  /** The block lies elsewhere now, with its bytes. @internal */
  _relocate(chunk: Chunk, offset: number): void {
    this._chunk = chunk;
    this._bytes = chunk.memory.bytes;
    this._view = chunk.memory.view;
    this._base = offset;
    this._seen = undefined;
  }

  /** @internal */
  _isAt(chunk: Chunk, offset: number): boolean {
    return this._chunk === chunk && this._base === offset;
  }

  /** First bytes that reads start from; 0 to `writerIndex`. */
  get readerIndex(): number {
    if (this._capacity < 0 || this._owner._life !== this._life) this._expectAlive('read readerIndex');
    return this._reader;
  }

  /** @throws {IndexRangeError} outside 0 … `writerIndex` */
  set readerIndex(index: number) {
    if (
      index >>> 0 !== index ||
      index > this._writer ||
      this._capacity < 0 ||
      this._owner._life !== this._life
    ) {
      this._expectAlive('set readerIndex');
      this._expectIndex('set readerIndex', index, this._writer, 'writerIndex');
    }
    this._reader = index;
  }

  /** Where writes start; `readerIndex` to `capacity`. */
  get writerIndex(): number {
    if (this._capacity < 0 || this._owner._life !== this._life) this._expectAlive('read writerIndex');
    return this._writer;
  }

  /** @throws {IndexRangeError} outside `readerIndex` … `capacity` */
  set writerIndex(index: number) {
    if (
      index >>> 0 !== index ||
      index < this._reader ||
      index > this._capacity ||
      this._owner._life !== this._life
    ) {
      this._expectAlive('set writerIndex');
      this._expectIndex('set writerIndex', index, this._capacity, 'capacity');
      if (index < this._reader) {
        throw new IndexRangeError('set writerIndex', index, 0, this._reader, 'readerIndex');
      }
    }
    this._writer = index;
  }

  /** Bytes that there are, read or not. Setting it grows or shrinks; see {@link ByteBuf}. */
  get capacity(): number {
    if (this._capacity < 0 || this._owner._life !== this._life) this._expectAlive('read capacity');
    return this._capacity;
  }

  /**
   * Moves bytes where the block is too small; indices behind the new end move to it.
   *
   * @throws {ArgumentRangeError} not an integer from 0
   * @throws {CapacityError} above `maxCapacity`, or of a slice, duplicate, read-only or wrapped buffer
   * @throws {ByteBudgetError} the allocator has no more; nothing changed
   */
  set capacity(bytes: number) {
    this._expectWritable('set capacity');
    this._expectCount('set capacity', 'capacity', bytes, MAX_CAPACITY);
    this._setCapacity(bytes, 'set capacity');
  }

  /** What the capacity may grow to, in bytes. */
  get maxCapacity(): number {
    return this._maxCapacity;
  }

  /** Bytes between `readerIndex` and `writerIndex`. */
  get readableBytes(): number {
    if (this._capacity < 0 || this._owner._life !== this._life) this._expectAlive('read readableBytes');
    return this._writer - this._reader;
  }

  /** Bytes between `writerIndex` and `capacity`. */
  get writableBytes(): number {
    if (this._capacity < 0 || this._owner._life !== this._life) this._expectAlive('read writableBytes');
    return this._capacity - this._writer;
  }

  /** Bytes between `writerIndex` and `maxCapacity`. */
  get maxWritableBytes(): number {
    if (this._capacity < 0 || this._owner._life !== this._life) this._expectAlive('read maxWritableBytes');
    return this._maxCapacity - this._writer;
  }

  /** Whether `bytes` can be read. */
  isReadable(bytes = 1): boolean {
    return this.readableBytes >= bytes;
  }

  /** Whether `bytes` can be written without growth. */
  isWritable(bytes = 1): boolean {
    return this.writableBytes >= bytes && !this.isReadOnly;
  }

  /** Whether writes are refused. */
  get isReadOnly(): boolean {
    return this._writable < this._capacity;
  }

  /**
   * Sets both indices.
   *
   * @throws {IndexRangeError} unless 0 ≤ reader ≤ writer ≤ capacity
   */
  setIndex(reader: number, writer: number): this {
    this._expectAlive('set indices');
    this._expectIndex('set writerIndex', writer, this._capacity, 'capacity');
    this._expectIndex('set readerIndex', reader, writer, 'writerIndex');
    this._reader = reader;
    this._writer = writer;
    return this;
  }

  /** Sets both indices to 0; the bytes stay. */
  clear(): this {
    if (this._capacity < 0 || this._owner._life !== this._life) this._expectAlive('clear');
    this._reader = 0;
    this._writer = 0;
    return this;
  }

  /**
   * Moves `readerIndex` on.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  skipBytes(bytes: number): this {
    this._reader = this._takeReadable('skip', bytes) + bytes;
    return this;
  }

  /** Remembers `readerIndex` for {@link resetReaderIndex}. */
  markReaderIndex(): this {
    this._markedReader = this.readerIndex;
    this._traits |= MARKED;
    return this;
  }

  /**
   * Goes back to the marked `readerIndex`; 0 without a mark.
   *
   * @throws {IndexRangeError} `writerIndex` is before it
   */
  resetReaderIndex(): this {
    this.readerIndex = this._markedReader;
    return this;
  }

  /** Remembers `writerIndex` for {@link resetWriterIndex}. */
  markWriterIndex(): this {
    this._markedWriter = this.writerIndex;
    this._traits |= MARKED;
    return this;
  }

  /**
   * Goes back to the marked `writerIndex`; 0 without a mark.
   *
   * @throws {IndexRangeError} `readerIndex` is behind it
   */
  resetWriterIndex(): this {
    this.writerIndex = this._markedWriter;
    return this;
  }

  // What the layers above ask. Each throws, or returns with nothing changed.

  /** @internal */
  _expectAlive(action: string): void {
    if (this._capacity < 0 || this._owner._life !== this._life) this._throwDead(action);
  }

  /** @internal */
  _throwDead(action: string): never {
    const released = this._owner._extra?.released;
    throw new ReleasedBufferError(action, released === undefined ? '' : `\nReleased at:\n${released.text}`);
  }

  /** @internal */
  _expectWritable(action: string): void {
    this._expectAlive(action);
    if (this.isReadOnly) throw new ReadOnlyBufferError(action);
  }

  /** @internal */
  _expectIndex(action: string, index: number, limit: number, limitName: string): void {
    if (index >>> 0 !== index || index > limit) throw new IndexRangeError(action, index, 0, limit, limitName);
  }

  /** A range of bytes inside of the capacity. @internal */
  _expectRange(action: string, index: number, length: number): void {
    const capacity = this._capacity;
    if (length >>> 0 !== length || index >>> 0 !== index || index > capacity - length) {
      this._expectCount(action, 'length', length, MAX_CAPACITY);
      throw new IndexRangeError(`${action} ${length} bytes`, index, length, capacity, 'capacity');
    }
  }

  /** @internal */
  _expectCount(action: string, argument: string, value: number, max: number): void {
    if (value >>> 0 !== value || value > max) {
      throw new ArgumentRangeError(action, argument, `an integer from 0 to ${max}`, value);
    }
  }

  /** Checks that `bytes` can be read, and tells from where. @internal */
  _takeReadable(action: string, bytes: number): number {
    this._expectAlive(action);
    const index = this._reader;
    if (bytes >>> 0 !== bytes || bytes > this._writer - index) {
      this._expectCount(action, 'bytes', bytes, MAX_CAPACITY);
      throw new IndexRangeError(`${action} ${bytes} bytes`, index, bytes, this._writer, 'writerIndex');
    }
    return index;
  }

  /** Makes room for `bytes` behind `writerIndex`, and tells where. @internal */
  _makeWritable(action: string, bytes: number): number {
    const index = this._writer;
    if (bytes > this._writable - index || this._owner._life !== this._life) {
      this._expectWritable(action);
      if (bytes > this._capacity - index) this._grow(action, index + bytes);
    }
    return index;
  }

  /** Grows to hold `needed` bytes. @internal */
  _grow(action: string, needed: number): void {
    const max = this._maxCapacity;
    if (needed > max) throw new CapacityError(action, needed, max);
    this._setCapacity(Math.min(max, grownCapacity(needed)), action);
  }

  /** @internal */
  abstract _setCapacity(bytes: number, action: string): void;
}

/** Growth doubles up to here and adds as much from here on, in bytes (the source's 4 MiB). */
const DOUBLING_LIMIT = 4 * 1024 * 1024;

/** The capacity to grow to: the next power of two from 64 up to 4 MiB, then steps of 4 MiB. */
function grownCapacity(needed: number): number {
  if (needed > DOUBLING_LIMIT) return Math.ceil(needed / DOUBLING_LIMIT) * DOUBLING_LIMIT;
  return Math.max(64, ceilPowerOfTwo(needed));
}

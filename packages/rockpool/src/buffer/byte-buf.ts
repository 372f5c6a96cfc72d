/// <reference lib="esnext.disposable" preserve="true" />
/// <reference types="node" preserve="true" />
/**
 * `ByteBuf`: lifetime, slices, growth. The fields and what is checked are in `byte-buf-state.ts`; above it, one
 * layer each: typed access, ranges of bytes and strings, search.
 *
 * Three kinds of handle, all of this one class:
 *
 *     root      owns a block; counts its users, and the retained slices apart    _owner = _root = itself
 *     retained  retainedSlice(): a count of its own, one reference on the root   _owner = itself
 *     shared    slice(), duplicate(), asReadOnly(): the count of its owner     _owner = a root or a retained one
 *
 * Users' references and those of retained slices are counted apart, so that a root that is released once too often
 * is refused instead of taking the memory from under its slices.
 *
 * A counted handle whose count reaches 0 goes home (`home.ts`) and comes back as somebody else's buffer; its
 * life then has another number than that of the shared handles that were derived from it, which is how they know.
 *
 * Growth moves the bytes to a larger block. If handles were derived before, the old block stays until the
 * buffer is released, so that no slice ever sees its bytes change owner.
 *
 * Source: Netty's ByteBuf (surface, ownership); the shape of the handles is our own.
 */

import type { LeakTrack } from '../leak/leak-track.ts';
import type { Allocator } from './allocator.ts';
import { ArgumentRangeError, CapacityError, RefCountError } from './buffer-errors.ts';
import { EXTRA, MAX_CAPACITY, type SHARED as SHARED_TRAIT } from './byte-buf-state.ts';
import { ByteSearch, flatten, windowOf } from './byte-search.ts';
import { prettyHex } from './hex-dump.ts';
import { expectEncoding, type TextEncoding } from './text.ts';

/** Lives stay small integers, and never become −1, which belongs to composites. */
const MAX_LIFE = 2 ** 30 - 1;
/** As in `byte-buf-state.ts`, and here once more as V8 does not fold what is imported. */
const SHARED: typeof SHARED_TRAIT = 1;
/** The most references a buffer can have. */
const MAX_REFERENCES: number = 2 ** 31 - 1;

/**
 * Bytes with a reader and a writer index, in memory that is used again.
 *
 * Ownership: a new buffer has a reference count of 1, which belongs to whoever asked for it. Whoever takes a
 * buffer over releases it; whoever wants to keep what he was lent retains it. At 0 the memory is somebody
 * else's: every use throws from then on. One hole remains at the levels `off` and `basic`, where the handles
 * themselves are used again: a handle that is kept after its release is alive again once the allocator has
 * handed it out anew. `strict` never uses a handle twice (docs/guide/ownership.md).
 *
 * Thread: one isolate. Cost: a typed access 1–2 ns, a slice 15 ns, an allocation with its release 10–20 ns
 * (`npm run bench -- buffer-alloc buffer-slice buffer-typed`).
 *
 * Source: Netty's ByteBuf.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ByteBufAllocator } from 'rockpool';
 *
 * const buf = ByteBufAllocator.default.buffer(64);
 * try {
 *   buf.writeUInt32BE(5).writeString('hello');
 *   assert.equal(buf.readUInt32BE(), 5);
 *   assert.equal(buf.toString(), 'hello');
 * } finally {
 *   buf.release();
 * }
 * assert.equal(buf.refCnt, 0);
 * ```
 */
export class ByteBuf extends ByteSearch implements Disposable {
  /** References to the memory: its own, and those of retained slices. 0: released. */
  get refCnt(): number {
    const owner = this._owner;
    return owner._life === this._life ? owner._refs + owner._slices : 0;
  }

  /**
   * Adds references: as many releases are needed more.
   *
   * @param increment 1 to 2^31 − 1; default 1
   * @throws {RefCountError} it is released, or would have more than 2^31 − 1
   */
  retain(increment = 1): this {
    const owner = this._owner;
    const refs = this.refCnt;
    if (refs === 0 || increment < 1 || increment > MAX_REFERENCES - refs || increment >>> 0 !== increment) {
      this._expectReferences('retain', 'increment', increment);
      throw new RefCountError(refs, 'increment', increment, this._whereReleased());
    }
    owner._refs += increment;
    return this;
  }

  /**
   * Gives references back. With the last one the memory is used again, and every other use throws.
   *
   * @param decrement 1 to `refCnt`, less the references that retained slices hold; default 1
   * @returns whether this was the last
   * @throws {RefCountError} there are fewer; nothing changed
   */
  release(decrement = 1): boolean {
    // One reference, which is its own, and nothing to tidy up: no slices among it.
    if (decrement === 1 && this._refs === 1 && this._traits === 0) {
      const capacity = this._capacity;
      this._refs = 0;
      this._capacity = -1;
      this._writable = -1;
      this._reader = 0;
      this._writer = 0;
      this._home.takeBack(this, capacity);
      return true;
    }
    return this._releaseOther(decrement);
  }

  /**
   * Records an access for the leak detector, if it follows this buffer at `advanced` or `paranoid`.
   *
   * @param hint stands in the report
   */
  touch(hint?: unknown): this {
    this._expectAlive('touch');
    this._root._extra?.track?.touch(hint, this.touch);
    return this;
  }

  /** Releases one reference; does nothing to what is released already. */
  [Symbol.dispose](): void {
    const owner = this._owner;
    if (owner._life === this._life && owner._refs > 0) this.release();
  }

  /**
   * What this was derived from: the buffer that owns its count or its memory. Undefined for that itself, and for a
   * retained slice that was released.
   */
  unwrap(): ByteBuf | undefined {
    if (this._owner !== this) return this._owner as ByteBuf;
    return this._root === this || this._refs === 0 ? undefined : this._root;
  }

  /** Where copies and growth come from. */
  get allocator(): Allocator {
    this._expectAlive('read allocator');
    return this._root._home.allocator;
  }

  /**
   * Makes room for `bytes` behind `writerIndex`: the capacity grows to the next power of two from 64 up to
   * 4 MiB, then in steps of 4 MiB.
   *
   * @throws {ArgumentRangeError} @throws {CapacityError} past `maxCapacity` @throws {ByteBudgetError}
   */
  ensureWritable(bytes: number): this {
    this._expectWritable('make room');
    this._expectCount('make room', 'bytes', bytes, MAX_CAPACITY);
    this._makeWritable('make room', bytes);
    return this;
  }

  /** Moves the readable bytes to index 0, under the eyes of slices that share them. */
  discardReadBytes(): this {
    this._expectWritable('discard');
    const read = this._reader;
    if (read > 0) {
      this._moveDown(read, this._writer - read);
      this._reader = 0;
      this._writer -= read;
      this._markedReader = Math.max(0, this._markedReader - read);
      this._markedWriter = Math.max(0, this._markedWriter - read);
    }
    return this;
  }

  /** As {@link discardReadBytes}, where it is worth the move: all is read, or at least half of the capacity. */
  discardSomeReadBytes(): this {
    this._expectWritable('discard');
    if (this._reader === this._writer || this._reader * 2 >= this._capacity) this.discardReadBytes();
    return this;
  }

  /**
   * A window on `length` bytes from `start`, with this buffer's count: releasing either releases both. Its
   * capacity is fixed, its `writerIndex` at the end. A new object, 120 bytes of garbage later; where slices are
   * made often, `retainedSlice` is cheaper.
   *
   * @param start absolute, default `readerIndex`
   * @param length default `readableBytes`
   * @throws {IndexRangeError}
   */
  slice(start?: number, length?: number): ByteBuf {
    this._expectAlive('slice');
    const from = start === undefined ? this._reader : start;
    const bytes = length === undefined ? this._writer - this._reader : length;
    this._expectRange('slice', from, bytes);
    return this._sliceRange(from, bytes);
  }

  /** A {@link slice} of the next `length` bytes; `readerIndex` moves on. */
  readSlice(length: number): ByteBuf {
    const index = this._takeReadable('slice', length);
    const slice = this._sliceRange(index, length);
    this._reader = index + length;
    return slice;
  }

  /** A {@link slice} of the whole capacity, with this buffer's indices, which move apart from there. */
  duplicate(): ByteBuf {
    this._expectAlive('duplicate');
    return this._withIndices(this._sliceRange(0, this._capacity));
  }

  /** A {@link duplicate} that refuses writes. */
  asReadOnly(): ByteBuf {
    const copy = this.duplicate();
    copy._writable = -1;
    return copy;
  }

  /**
   * A window on `length` bytes from `start` with a count of its own, 1, that holds one reference on the memory
   * until it reaches 0. The handle is used again.
   *
   * @param start absolute, default `readerIndex`
   * @param length default `readableBytes`
   * @throws {IndexRangeError}
   */
  retainedSlice(start?: number, length?: number): ByteBuf {
    const from = start === undefined ? this._reader : start;
    const bytes = length === undefined ? this._writer - this._reader : length;
    if (
      bytes >>> 0 !== bytes ||
      from >>> 0 !== from ||
      from > this._capacity - bytes ||
      this._owner._life !== this._life
    ) {
      this._expectAlive('slice');
      this._expectRange('slice', from, bytes);
    }
    return this._retainedRange(from, bytes);
  }

  /** A {@link retainedSlice} of the next `length` bytes; `readerIndex` moves on. */
  readRetainedSlice(length: number): ByteBuf {
    const index = this._reader;
    if (length >>> 0 !== length || length > this._writer - index || this._owner._life !== this._life) {
      this._takeReadable('slice', length);
    }
    const slice = this._retainedRange(index, length);
    this._reader = index + length;
    return slice;
  }

  /** A {@link retainedSlice} of the whole capacity, with this buffer's indices. */
  retainedDuplicate(): ByteBuf {
    this._expectAlive('duplicate');
    return this._withIndices(this._retainedRange(0, this._capacity));
  }

  /**
   * The same bytes in a block of their own, which the caller releases.
   *
   * @param start absolute, default `readerIndex`
   * @param length default `readableBytes`
   */
  copy(start?: number, length?: number): ByteBuf {
    this._expectAlive('copy');
    const from = start === undefined ? this._reader : start;
    const bytes = length === undefined ? this._writer - this._reader : length;
    this._expectRange('copy', from, bytes);
    return this._copy(from, bytes);
  }

  /**
   * A view of bytes, without a copy: valid until the buffer is released or grows. Asked for the same range again,
   * the same view. Of a composite: a view where the range is in one component, else a copy.
   *
   * @param start absolute, default `readerIndex`
   * @param length default `readableBytes`
   */
  toBuffer(start?: number, length?: number): Buffer {
    this._expectAlive('view');
    const from = start === undefined ? this._reader : start;
    const bytes = length === undefined ? this._writer - this._reader : length;
    this._expectRange('view', from, bytes);
    this._shown = true;
    return this._viewRange(from, bytes) as Buffer;
  }

  /** The same as {@link toBuffer}, in as many views as it takes: for `writev`. */
  toBuffers(start?: number, length?: number): Buffer[] {
    return [this.toBuffer(start, length)];
  }

  /**
   * The text of bytes; moves no index.
   *
   * @param start absolute, default `readerIndex`
   * @param length default `readableBytes`
   */
  override toString(encoding: TextEncoding = 'utf8', start?: number, length?: number): string {
    this._expectAlive('read');
    expectEncoding('read', encoding);
    const from = start === undefined ? this._reader : start;
    const bytes = length === undefined ? this._writer - this._reader : length;
    this._expectRange('read', from, bytes);
    return this._decode(from, bytes, encoding);
  }

  /** Bytes as hexadecimal digits. */
  hexDump(start?: number, length?: number): string {
    return this.toString('hex', start, length);
  }

  /** Bytes as a table of hexadecimal digits and ASCII. */
  prettyHexDump(start?: number, length?: number): string {
    this._expectAlive('read');
    const from = start === undefined ? this._reader : start;
    const bytes = length === undefined ? this._writer - this._reader : length;
    this._expectRange('read', from, bytes);
    return prettyHex(flatten(this, from, bytes));
  }

  // Lives of a counted handle.

  /** Begins a life of a root. @internal */
  _begin(capacity: number, maxCapacity: number): this {
    this._capacity = capacity;
    this._writable = capacity;
    this._maxCapacity = maxCapacity;
    this._refs = 1;
    this._shown = false;
    return this;
  }

  /** The memory of this handle, which is dead and stays so, under a new one. @internal */
  _reborn(): ByteBuf {
    const buf = new ByteBuf(this._home, this._bytes, this._view, this._base, this._blockBytes);
    buf._chunk = this._chunk;
    return buf;
  }

  /** The last reference is gone. @internal */
  _end(): void {
    const capacity = this._capacity;
    this._refs = 0;
    this._capacity = -1;
    this._writable = -1;
    this._reader = 0;
    this._writer = 0;
    if (this._traits === 0) this._home.takeBack(this, capacity);
    else this._endTraits(capacity);
  }

  /** @internal */
  _endTraits(capacity: number): void {
    this._traits = 0;
    this._life = (this._life + 1) & MAX_LIFE;
    this._markedReader = 0;
    this._markedWriter = 0;
    const extra = this._extra;
    this._extra = undefined;
    extra?.track?.close();
    try {
      extra?.former?._end();
    } finally {
      this._home.takeBack(this, capacity);
    }
  }

  /** @internal */
  _setExtra(track: LeakTrack | undefined, former: ByteBuf | undefined): void {
    this._extra = { track, former, released: undefined };
    this._traits |= EXTRA;
  }

  /** @internal */
  _releaseOther(decrement: number): boolean {
    this._expectReferences('release', 'decrement', decrement);
    const owner = this._owner as ByteBuf;
    const refs = owner._life === this._life ? owner._refs : 0;
    if (decrement > refs) {
      const held = this.refCnt - refs;
      const where = held > 0 ? `Cannot release what ${held} retained slices hold: ` : this._whereReleased();
      throw new RefCountError(refs, 'decrement', decrement, where);
    }
    owner._refs = refs - decrement;
    if (decrement < refs || owner._slices > 0) return false;
    owner._end();
    return true;
  }

  /** @internal */
  _expectReferences(action: string, argument: string, count: number): void {
    if (count >>> 0 !== count || count < 1) {
      throw new ArgumentRangeError(action, argument, `an integer from 1 to ${MAX_REFERENCES}`, count);
    }
  }

  /** @internal */
  _whereReleased(): string {
    const released = this._owner._extra?.released;
    return released === undefined ? '' : `Released at:\n${released.text}\n`;
  }

  // Derived handles.

  /** @internal */
  _sliceRange(start: number, length: number): ByteBuf {
    const owner = this._owner as ByteBuf;
    const slice = new ByteBuf(this._home, this._bytes, this._view, this._base + start, 0);
    slice._owner = owner;
    slice._life = owner._life;
    slice._root = this._root;
    slice._capacity = length;
    slice._maxCapacity = length;
    slice._writable = this._writable < this._capacity ? -1 : length;
    slice._writer = length;
    this._root._traits |= SHARED;
    owner._traits |= SHARED;
    return slice;
  }

  /** @internal */
  _retainedRange(start: number, length: number): ByteBuf {
    const root = this._root;
    const slices = root._slices;
    if (slices + root._refs === MAX_REFERENCES) throw new RefCountError(MAX_REFERENCES, 'increment', 1);
    const slice = root._home.slices.take();
    if (root !== slice._root || slice._bytes !== this._bytes) {
      slice._bytes = this._bytes;
      slice._view = this._view;
      slice._root = root;
    }
    slice._base = this._base + start;
    slice._capacity = length;
    slice._maxCapacity = length;
    slice._writable = this._writable < this._capacity ? -1 : length;
    slice._writer = length;
    slice._refs = 1;
    root._slices = slices + 1;
    root._traits |= SHARED;
    return slice;
  }

  /** @internal */
  _withIndices(copy: ByteBuf): ByteBuf {
    copy._reader = this._reader;
    copy._writer = this._writer;
    return copy;
  }

  /** @internal */
  override _copy(index: number, length: number): ByteBuf {
    const copy = this.allocator.buffer(length, Math.max(length, this._maxCapacity));
    this._copyInto(index, copy, 0, length);
    copy._writer = length;
    return copy;
  }

  /** Copies by way of the view that there is, or will be asked for again: that of everything. @internal */
  override _copyOut(index: number, target: Uint8Array, at: number, length: number): void {
    if (
      length > 8 &&
      (length === this._capacity || (index === this._seenAt && length === this._seen?.length))
    ) {
      target.set(this._viewRange(index, length), at);
      return;
    }
    super._copyOut(index, target, at, length);
  }

  /** @internal */
  _viewRange(start: number, length: number): Uint8Array {
    const seen = this._seen;
    if (seen !== undefined && start === this._seenAt && length === seen.length) return seen;
    const view = windowOf(this._bytes, this._base + start, length);
    this._seen = view;
    this._seenAt = start;
    return view;
  }

  /** @internal */
  _moveDown(from: number, length: number): void {
    this._bytes.copyWithin(this._base, this._base + from, this._base + from + length);
  }

  // Growth.

  /** @internal */
  override _setCapacity(bytes: number, action: string): void {
    const before = this._capacity;
    if (bytes === before) return;
    if (bytes > this._maxCapacity) throw new CapacityError(action, bytes, this._maxCapacity);
    if (this._root !== this) throw new CapacityError(action, bytes, before, 'is fixed, as that of a slice,');
    if (this._home.fixed)
      throw new CapacityError(action, bytes, before, 'is fixed, as the bytes are wrapped,');
    if (bytes <= this._blockBytes) {
      this._home.resized(this, before, bytes);
      this._capacity = bytes;
      this._writable = bytes;
      this._reader = Math.min(this._reader, bytes);
      this._writer = Math.min(this._writer, bytes);
    } else {
      this._home.inspect(this, before);
      this._move(this.allocator.buffer(bytes, this._maxCapacity));
    }
  }

  /** Takes the block of `larger`, a fresh buffer, for its own, and gives the old one away. @internal */
  _move(larger: ByteBuf): void {
    const before = this._capacity;
    this._copyInto(0, larger, 0, before);
    larger._extra?.track?.close();
    larger._extra = undefined;
    larger._traits = 0;
    const { _bytes, _view, _base, _home, _blockBytes, _canary, _chunk } = this;
    this._bytes = larger._bytes;
    this._view = larger._view;
    this._base = larger._base;
    this._home = larger._home;
    this._blockBytes = larger._blockBytes;
    this._canary = larger._canary;
    this._chunk = larger._chunk;
    this._capacity = larger._capacity;
    this._writable = larger._capacity;
    this._seen = undefined;
    this._shown = false; // growth is the end of all views
    larger._bytes = _bytes;
    larger._view = _view;
    larger._base = _base;
    larger._home = _home;
    larger._blockBytes = _blockBytes;
    larger._canary = _canary;
    larger._chunk = _chunk;
    larger._capacity = before;
    larger._seen = undefined;
    _home.moved(larger);
    this._home.moved(this);
    if ((this._traits & SHARED) !== 0) {
      larger._traits |= SHARED;
      const extra = this._extra;
      if (extra?.former !== undefined) larger._setExtra(undefined, extra.former);
      this._setExtra(extra?.track, larger);
      this._traits &= ~SHARED; // nobody looks at the new block yet
    } else {
      larger._end();
    }
  }
}

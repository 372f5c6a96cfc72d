/// <reference lib="esnext.disposable" preserve="true" />
/// <reference types="node" preserve="true" />
/**
 * Lifetime, slices and growth of composites: the layer between `CompositeAccess` and `CompositeByteBuf`.
 *
 * Two kinds of composite count references, and a third does not:
 *
 *     whole      composite(): owns its components; the only one whose structure changes      _counter = itself
 *     retained   retainedSlice() of several components: owns retained slices of them         _counter = itself
 *     shared     slice(), duplicate(), asReadOnly(): has slices of them, owns nothing        _counter = the owner
 *
 * A slice in one component only is a slice of that component where it is retained; where it shares the count it is
 * a composite all the same, as the count is the composite's.
 *
 * What a composite lets go of it releases last, when its own state is whole again, as a release may throw.
 */
import { CapacityError, RefCountError } from './buffer-errors.ts';
import type { ByteBuf } from './byte-buf.ts';
import { MAX_CAPACITY } from './byte-buf-state.ts';
import { type Component, releaseAll } from './component-list.ts';
import { CompositeAccess } from './composite-access.ts';
import type { Home } from './home.ts';

/** What is let go of where nothing is. */
const NOTHING: readonly Component[] = [];

/** Lifetime, slices and growth; {@link CompositeByteBuf} is the class to use. */
export abstract class CompositeLife extends CompositeAccess {
  /** @internal */
  readonly _maxComponents: number;
  /** Whether this is a part of another: then its capacity and components are fixed. @internal */
  _derived: boolean;

  /** @internal */
  constructor(home: Home, maxComponents: number) {
    super(home);
    this._begin(0, MAX_CAPACITY);
    this._maxComponents = maxComponents;
    this._derived = false;
  }

  // References: counted here, or by the composite that this one is derived from.

  override get refCnt(): number {
    return this._counter._refs;
  }

  override retain(increment = 1): this {
    const counter = this._counter;
    const refs = counter._refs;
    this._expectReferences('retain', 'increment', increment);
    if (refs === 0 || increment > MAX_CAPACITY - refs) throw new RefCountError(refs, 'increment', increment);
    counter._refs = refs + increment;
    return this;
  }

  override release(decrement = 1): boolean {
    const counter = this._counter;
    const refs = counter._refs;
    this._expectReferences('release', 'decrement', decrement);
    if (decrement > refs) throw new RefCountError(refs, 'decrement', decrement);
    counter._refs = refs - decrement;
    if (refs > decrement) return false;
    counter._capacity = -1;
    counter._writable = -1;
    releaseAll(counter._list.removeAll());
    return true;
  }

  override [Symbol.dispose](): void {
    if (this._counter._refs > 0) this.release();
  }

  override touch(hint?: unknown): this {
    this._expectAlive('touch');
    for (const { buf } of this._list.items) buf.touch(hint);
    return this;
  }

  override unwrap(): ByteBuf | undefined {
    return this._counter === this ? undefined : this._counter;
  }

  // Slices.

  override _sliceRange(start: number, length: number): ByteBuf {
    const slice = this._derive(length);
    slice._counter = this._counter;
    slice._refs = 0;
    const { _list } = slice;
    this._list.eachPart(start, length, (buf, at, count) => _list.append(buf.slice(at, count), 0, count));
    slice._fit();
    return slice;
  }

  override _retainedRange(start: number, length: number): ByteBuf {
    const part = this._list.whole(start, length);
    if (part !== undefined) {
      return this._guarded(part.buf.retainedSlice(part.start + start - part.offset, length));
    }
    const slice = this._derive(length);
    const { _list } = slice;
    try {
      this._list.eachPart(start, length, (buf, at, count) =>
        _list.append(buf.retainedSlice(at, count), 0, count),
      );
    } catch (error) {
      slice.release();
      throw error;
    }
    slice._fit();
    return slice;
  }

  /** A composite without components, to be a part of this. @internal */
  _derive(length: number): CompositeLife {
    const derived = this._sibling();
    derived._derived = true;
    derived._maxCapacity = length;
    derived._writer = length;
    return this._guarded(derived);
  }

  /** A composite of the same home. @internal */
  abstract _sibling(): CompositeLife;

  /** Makes a part of this read-only where this is. @internal */
  _guarded<B extends ByteBuf>(part: B): B {
    if (this.isReadOnly) part._writable = -1;
    return part;
  }

  // Growth.

  override _copy(index: number, length: number): ByteBuf {
    return this._copyOf(index, length, length, Math.max(length, this._maxCapacity));
  }

  override _setCapacity(bytes: number, action: string): void {
    const before = this._capacity;
    if (bytes === before) return;
    if (bytes > this._maxCapacity) throw new CapacityError(action, bytes, this._maxCapacity);
    if (this._derived) throw new CapacityError(action, bytes, before, 'is fixed, as that of a slice,');
    const list = this._list;
    let removed = NOTHING;
    if (bytes < before) removed = list.truncate(bytes);
    else if (this._losesOnGrowth()) removed = list.replaceAll(this._copyOf(0, before, bytes, bytes), bytes);
    else list.append(this.allocator.buffer(bytes - before), 0, bytes - before);
    this._fit();
    releaseAll(removed);
  }

  /** Growth adds a component; where that is one too many, all are copied into one of the new capacity. */
  override _losesOnGrowth(): boolean {
    return this._list.count >= this._maxComponents;
  }

  /** The same bytes, in a buffer of `capacity`. @internal */
  _copyOf(index: number, length: number, capacity: number, maxCapacity: number): ByteBuf {
    const copy = this.allocator.buffer(capacity, maxCapacity);
    try {
      this._copyInto(index, copy, 0, length);
    } catch (error) {
      copy.release();
      throw error;
    }
    copy._writer = length;
    return copy;
  }

  /** The capacity follows from the components; indices behind the end move to it. @internal */
  _fit(): void {
    const { bytes } = this._list;
    if (this._writable >= 0) this._writable = bytes;
    this._capacity = bytes;
    this._writer = Math.min(this._writer, bytes);
    this._reader = Math.min(this._reader, this._writer);
  }
}

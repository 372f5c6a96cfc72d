/// <reference types="node" preserve="true" />
/**
 * `CompositeByteBuf`: several buffers seen as one, without a copy: what may be done to its components.
 *
 *     components   │ a: 0 … 3 │ b: 3 … 10 │ c: 10 … 12 │      offsets rise, no gaps
 *     capacity     Σ lengths = 12
 *
 * The class in layers: `composite-access.ts` reaches bytes that lie in several components, `composite-life.ts` has
 * lifetime, slices and growth, and this the structure. The row of components itself is `component-list.ts`.
 *
 * It owns its components: it has taken one reference on each, and releases it when it is released itself.
 *
 * Invariants: `capacity = Σ lengths`; `0 ≤ readerIndex ≤ writerIndex ≤ capacity`; each component has a reference that
 * is the composite's, but in slices that share its count; there are at most `maxComponents`, but in slices; no
 * composite is a part of itself.
 *
 * Source: Netty's CompositeByteBuf.
 */
import { ArgumentTypeError } from '../internal/errors.ts';
import type { Allocator } from './allocator.ts';
import { ArgumentRangeError, CapacityError, IndexRangeError, ReadOnlyBufferError } from './buffer-errors.ts';
import { ByteBuf } from './byte-buf.ts';
import { MAX_CAPACITY } from './byte-buf-state.ts';
import { type Component, releaseAll } from './component-list.ts';
import { CompositeAccess, CompositeHome } from './composite-access.ts';
import { CompositeLife } from './composite-life.ts';
import type { Home } from './home.ts';
import type { SliceHome } from './slice-home.ts';

/** What is let go of where nothing is copied. */
const NOTHING: readonly Component[] = [];

/**
 * A buffer made of others. Made by {@link Allocator.composite}.
 *
 * Ownership: `addComponent` takes over the caller's reference, also when it fails. The components are released
 * with the composite. A `slice()` shares the composite's count, and shows the components that there were: bytes
 * that the composite has let go of since (by `consolidate`, `removeComponent`, a discard, or as there were too many
 * components) throw. A `retainedSlice()` holds the components it needs, not the composite, and keeps its bytes.
 *
 * Cost: a typed access 5–20 ns instead of 1–2, since the component must be found; a number that spans components
 * 100–400. Adding copies nothing, unless there are more than `maxComponents`.
 *
 * Source: Netty's CompositeByteBuf.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ByteBufAllocator } from 'rockpool';
 *
 * const { default: allocator } = ByteBufAllocator;
 * const head = allocator.buffer(4).writeUInt32BE(5);
 * const body = allocator.buffer(5);
 * body.writeString('hello');
 *
 * const message = allocator.composite().addComponent(head, true).addComponent(body, true);
 * assert.equal(message.readableBytes, 9);
 * assert.equal(message.toString('utf8', 4, 5), 'hello');
 * message.release(); // and with it both
 * assert.equal(head.refCnt, 0);
 * ```
 */
export class CompositeByteBuf extends CompositeLife {
  /** Use {@link Allocator.composite}. */
  constructor(
    allocator: Allocator,
    slices: SliceHome,
    maxComponents: number,
    home: Home = new CompositeHome(allocator, slices),
  ) {
    super(home, maxComponents);
    if (!Number.isInteger(maxComponents) || maxComponents < 1 || maxComponents > MAX_CAPACITY) {
      const expected = `an integer from 1 to ${MAX_CAPACITY}`;
      throw new ArgumentRangeError('make a composite', 'maxComponents', expected, maxComponents);
    }
  }

  // Components.

  /** How many there are. */
  get componentCount(): number {
    this._expectAlive('read componentCount');
    return this._list.count;
  }

  /** More components than this are copied into one. */
  get maxComponents(): number {
    return this._maxComponents;
  }

  /**
   * Adds the readable bytes of `buf`, and takes over the caller's reference on it, also when it fails.
   *
   * @param buf what becomes of its indices later makes no difference
   * @param advanceWriter whether `writerIndex` moves on by what is added; it is added behind the last component
   * @param index among the components; default behind the last
   * @throws {ArgumentTypeError} `buf` is no buffer, or this is a part of it; it is left alone
   * @throws {ReleasedBufferError} `buf` is released, or this is
   * @throws {ReadOnlyBufferError} this is read-only, or a slice; `buf` is released
   * @throws {CapacityError} the sum is larger than `maxCapacity`; `buf` is released
   * @throws {ArgumentRangeError} `index`; `buf` is released
   * @throws {ByteBudgetError} they are too many, and cannot be copied into one; `buf` is released
   * @example
   * ```ts
   * import assert from 'node:assert';
   * import { unpooled } from 'rockpool';
   *
   * const body = unpooled.buffer(5);
   * body.writeString('hello');
   * const message = unpooled.composite().addComponent(body, true);
   * message.addComponent(unpooled.buffer(4).writeUInt32BE(5), true, 0); // in front
   * assert.equal(message.readString(message.readInt32BE()), 'hello');
   * message.release();
   * ```
   */
  addComponent(buf: ByteBuf, advanceWriter = false, index?: number): this {
    if (!(buf instanceof ByteBuf) || holds(buf, this._counter)) {
      throw new ArgumentTypeError('add component', 'buf', 'a ByteBuf that this is no part of', buf);
    }
    buf._expectAlive('add component');
    const length = buf.readableBytes;
    let replaced = NOTHING;
    try {
      this._expectFixable('add component');
      const list = this._list;
      const at = index ?? list.count;
      if (at >>> 0 !== at || at > list.count) {
        throw new ArgumentRangeError('add component', 'index', `an integer from 0 to ${list.count}`, at);
      }
      if (length > this._maxCapacity - this._capacity) {
        throw new CapacityError('add component', this._capacity + length, this._maxCapacity);
      }
      list.insert(at, buf, buf._reader, length);
      if (list.count > this._maxComponents) {
        try {
          replaced = list.replaceAll(this._copy(0, list.bytes), list.bytes);
        } catch (error) {
          list.remove(at);
          throw error;
        }
      }
    } catch (error) {
      buf.release();
      throw error;
    }
    this._fit();
    if (advanceWriter) this._writer += length;
    releaseAll(replaced);
    return this;
  }

  /**
   * {@link addComponent} for each; where one fails, it and those behind it are released, and the rest is in.
   *
   * @throws what {@link addComponent} threw first
   */
  addComponents(bufs: Iterable<ByteBuf>, advanceWriter = false): this {
    let failed = false;
    let failure: unknown;
    for (const buf of bufs) {
      try {
        if (!failed) this.addComponent(buf, advanceWriter);
        else if (buf instanceof ByteBuf && buf.refCnt > 0) buf.release();
      } catch (error) {
        failure = failed ? failure : error;
        failed = true;
      }
    }
    if (failed) throw failure;
    return this;
  }

  /**
   * Takes a component out and releases it; indices behind the new end move to it, others stay.
   *
   * @param index among the components
   * @throws {IndexRangeError}
   */
  removeComponent(index: number): this {
    this._expectFixable('remove component');
    this._expectComponent('remove component', index);
    const removed = this._list.remove(index);
    this._fit();
    releaseAll([removed]);
    return this;
  }

  /** A {@link slice} of the bytes of component `index`, with the count of the component. @throws {IndexRangeError} */
  component(index: number): ByteBuf {
    this._expectAlive('read component');
    this._expectComponent('read component', index);
    const { buf, start, length } = this._list.at(index);
    return this._guarded(buf.slice(start, length));
  }

  /** The component that has the byte at `offset`; as {@link component}. */
  componentAtOffset(offset: number): ByteBuf {
    return this.component(this.toComponentIndex(offset));
  }

  /** Which component has the byte at `offset`. @throws {IndexRangeError} */
  toComponentIndex(offset: number): number {
    this._expectAlive('find component');
    this._expectRange('find component of', offset, 1);
    return this._list.find(offset);
  }

  /** Where component `index` begins. @throws {IndexRangeError} */
  toByteIndex(index: number): number {
    this._expectAlive('find component');
    this._expectComponent('find component', index);
    return this._list.at(index).offset;
  }

  /**
   * Slices of the components that hold a range, in order, with the components' counts.
   *
   * @param start absolute, default `readerIndex`
   * @param length default `readableBytes`
   * @throws {IndexRangeError}
   */
  decompose(start?: number, length?: number): ByteBuf[] {
    this._expectAlive('decompose');
    const from = start === undefined ? this._reader : start;
    const bytes = length === undefined ? this._writer - this._reader : length;
    this._expectRange('decompose', from, bytes);
    const parts: ByteBuf[] = [];
    this._list.eachPart(from, bytes, (buf, at, count) => parts.push(this._guarded(buf.slice(at, count))));
    return parts;
  }

  /** Copies all components into one; indices stay. @throws {ByteBudgetError} nothing changed */
  consolidate(): this {
    this._expectFixable('consolidate');
    if (this._list.count > 1) {
      releaseAll(this._list.replaceAll(this._copy(0, this._capacity), this._capacity));
    }
    return this;
  }

  /** Releases the components that are read as a whole; indices and capacity fall by their lengths. */
  discardReadComponents(): this {
    this._expectFixable('discard');
    const removed = this._list.removeBefore(this._reader);
    this._forget();
    releaseAll(removed);
    return this;
  }

  /** Drops the bytes before `readerIndex`: whole components are released, the next one is cut. Copies nothing. */
  override discardReadBytes(): this {
    if (this._derived) return super.discardReadBytes();
    this._expectFixable('discard');
    const removed = this._list.removeBefore(this._reader);
    this._forget();
    this._list.cutFront(this._reader);
    this._forget();
    releaseAll(removed);
    return this;
  }

  /** As {@link discardReadComponents}. */
  override discardSomeReadBytes(): this {
    if (this._derived) return super.discardSomeReadBytes();
    return this.discardReadComponents();
  }

  override toBuffers(start?: number, length?: number): Buffer[] {
    this._expectAlive('view');
    const from = start === undefined ? this._reader : start;
    const bytes = length === undefined ? this._writer - this._reader : length;
    this._expectRange('view', from, bytes);
    const views: Buffer[] = [];
    this._list.eachPart(from, bytes, (buf, at, count) => views.push(...buf.toBuffers(at, count)));
    return views;
  }

  /** For tests: throws where an invariant does not hold. */
  assertValid(): void {
    const { count, bytes, items } = this._list;
    this._list.assertValid();
    if (this._counter._refs === 0) return;
    if (bytes !== this._capacity) throw new Error(`${bytes} bytes in components, capacity ${this._capacity}`);
    if (this._reader > this._writer || this._writer > bytes) {
      throw new Error(`indices ${this._reader} and ${this._writer} of ${bytes} bytes`);
    }
    if (this._counter === this && items.some(({ buf }) => buf.refCnt === 0)) {
      throw new Error('a component is released');
    }
    if (!this._derived && count > this._maxComponents) {
      throw new Error(`${count} components of at most ${this._maxComponents}`);
    }
  }

  // What the layers below ask.

  override _sibling(): CompositeByteBuf {
    const { allocator, slices } = this._home;
    return new CompositeByteBuf(allocator, slices, this._maxComponents, this._home);
  }

  /** Alive, and not derived: its components are its own. @internal */
  _expectFixable(action: string): void {
    this._expectWritable(action);
    if (this._derived) throw new ReadOnlyBufferError(`${action} of a slice`);
  }

  /** @internal */
  _expectComponent(action: string, index: number): void {
    const { count } = this._list;
    if (index >>> 0 !== index || index >= count) {
      throw new IndexRangeError(action, index, 1, count, 'componentCount');
    }
  }

  /** The first bytes are gone: the indices fall by as many as the components did. @internal */
  _forget(): void {
    const bytes = this._capacity - this._list.bytes;
    this._reader -= bytes;
    this._writer -= bytes;
    this._markedReader = Math.max(0, this._markedReader - bytes);
    this._markedWriter = Math.max(0, this._markedWriter - bytes);
    this._fit();
  }
}

/** Whether a reference on `buf` holds `counter`: then `counter` must not take it, or neither would ever be released. */
function holds(buf: ByteBuf, counter: CompositeAccess): boolean {
  if (!(buf instanceof CompositeAccess)) return false;
  const { _counter } = buf;
  return _counter === counter || _counter._list.items.some((component) => holds(component.buf, counter));
}

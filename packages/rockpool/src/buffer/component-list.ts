/**
 * The components of a composite: which part of which buffer is at which offset of the whole.
 *
 *     offset   0        3                10   10      12
 *              │ a: 3   │ b: 7           │ c: 0 │ d: 2 │        c is empty, and at nobody's offset
 *     find     0 0 0    1 1 1 1 1 1 1           3 3
 *
 * A row in order, searched by bisection. Accesses mostly come where the one before was, so the component that was
 * found last is tried first. Changes are in the middle of an array of few components, and set the offsets anew from
 * there on.
 *
 * The list releases nothing: what leaves it is returned, for its owner to release once all else is in order, as a
 * release may throw.
 *
 * Invariants:
 *
 *     items[0].offset = 0        items[i + 1].offset = items[i].offset + items[i].length        items[i].length ≥ 0
 *     bytes = Σ items[i].length
 *     find(offset) = i  ⇔  items[i].offset ≤ offset < items[i].offset + items[i].length
 *     last is one of the items, or has no bytes
 *
 * Source: Netty's CompositeByteBuf keeps such a row, with its end offsets.
 */
import type { ByteBuf } from './byte-buf.ts';

/** A part of a composite: `length` bytes of `buf` from its index `start`, at `offset` of the whole. */
export interface Component {
  readonly buf: ByteBuf;
  /** Bytes; grows where the front is cut off. */
  start: number;
  /** Bytes; may be 0. */
  length: number;
  /** Bytes; set by the list. */
  offset: number;
}

/** Told of a part: `count` bytes of `buf` from its index `start`; `done` bytes of the range came before. */
export type PartVisitor = (buf: ByteBuf, start: number, count: number, done: number) => void;

/** In place of what was found last, while nothing was. */
const NONE: Component = { buf: undefined as never, start: 0, length: 0, offset: 0 };

/** The components of one composite, which owns it. Offsets, lengths and ranges are in bytes, and checked before. */
export class ComponentList {
  _items: Component[] = [];
  _bytes = 0;
  /** Where the last access was. */
  _last: Component = NONE;

  /** In order; to be read. */
  get items(): readonly Component[] {
    return this._items;
  }

  /** How many there are. */
  get count(): number {
    return this._items.length;
  }

  /** Of all together. */
  get bytes(): number {
    return this._bytes;
  }

  /** @param index 0 to `count` − 1 */
  at(index: number): Component {
    return this._items[index] as Component;
  }

  /**
   * Which component has a byte.
   *
   * @param offset 0 to `bytes` − 1
   */
  find(offset: number): number {
    const items = this._items;
    let low = 0;
    let high = items.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((items[middle] as Component).offset <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The component that has all of a range; undefined where the range spans several, or is empty. */
  whole(offset: number, length: number): Component | undefined {
    if (length === 0) return undefined;
    let component = this._last;
    if (offset < component.offset || offset >= component.offset + component.length) {
      component = this._items[this.find(offset)] as Component;
      this._last = component;
    }
    return offset + length <= component.offset + component.length ? component : undefined;
  }

  /** Visits what of each component is in a range, in order; never 0 bytes. */
  eachPart(offset: number, length: number, visit: PartVisitor): void {
    if (length === 0) return;
    const items = this._items;
    let done = 0;
    for (let i = this.find(offset); done < length; i++) {
      const { buf, start, length: size, offset: begin } = items[i] as Component;
      if (size === 0) continue;
      const at = offset + done - begin;
      const count = Math.min(size - at, length - done);
      visit(buf, start + at, count, done);
      done += count;
    }
  }

  /** Puts a part of `buf` behind the last component. */
  append(buf: ByteBuf, start: number, length: number): void {
    this._items.push({ buf, start, length, offset: this._bytes });
    this._bytes += length;
  }

  /**
   * Puts a part of `buf` before component `index`; what is there and behind moves on.
   *
   * @param index 0 to `count`
   */
  insert(index: number, buf: ByteBuf, start: number, length: number): void {
    if (index === this._items.length) {
      this.append(buf, start, length);
      return;
    }
    this._items.splice(index, 0, { buf, start, length, offset: 0 });
    this._relocate(index);
  }

  /**
   * Takes a component out; what is behind moves down.
   *
   * @param index 0 to `count` − 1
   */
  remove(index: number): Component {
    const [component] = this._items.splice(index, 1);
    this._last = NONE;
    this._relocate(index);
    return component as Component;
  }

  /**
   * Takes out those that end at `offset` or before, empty ones too; the rest moves down to 0.
   *
   * @param offset 0 to `bytes`
   */
  removeBefore(offset: number): readonly Component[] {
    const items = this._items;
    let count = 0;
    for (const component of items) {
      if (component.offset + component.length > offset) break;
      count++;
    }
    const removed = items.splice(0, count);
    this._last = NONE;
    this._relocate(0);
    return removed;
  }

  /**
   * Takes bytes off the first component; the rest moves down.
   *
   * @param bytes 0 to its length
   */
  cutFront(bytes: number): void {
    const first = this._items[0];
    if (first === undefined || bytes === 0) return;
    first.start += bytes;
    first.length -= bytes;
    this._relocate(0);
  }

  /**
   * Cuts the end off, and takes out what begins there or behind.
   *
   * @param bytes what is left; less than there is
   */
  truncate(bytes: number): readonly Component[] {
    const items = this._items;
    let kept = items.length;
    while (kept > 0 && (items[kept - 1] as Component).offset >= bytes) kept--;
    const removed = items.splice(kept);
    this._last = NONE;
    const last = items[kept - 1];
    if (last !== undefined) last.length = bytes - last.offset;
    this._relocate(kept);
    return removed;
  }

  /** Takes all out. */
  removeAll(): readonly Component[] {
    const removed = this._items;
    this._items = [];
    this._last = NONE;
    this._bytes = 0;
    return removed;
  }

  /** Takes all out, and puts the first `length` bytes of `buf` in their place: what consolidation does. */
  replaceAll(buf: ByteBuf, length: number): readonly Component[] {
    const removed = this.removeAll();
    this.append(buf, 0, length);
    return removed;
  }

  /** For tests: throws where an invariant does not hold. */
  assertValid(): void {
    let offset = 0;
    for (const [index, component] of this._items.entries()) {
      const { start, length } = component;
      if (component.offset !== offset || start < 0 || length < 0) {
        const found = `${length} bytes from ${start}, at ${component.offset}`;
        throw new Error(`component ${index} is ${found}: expected at ${offset}`);
      }
      for (const at of length === 0 ? [] : [offset, offset + length - 1]) {
        const found = this.find(at);
        if (found !== index) throw new Error(`byte ${at} is found in component ${found}, not ${index}`);
      }
      offset += length;
    }
    if (offset !== this._bytes) throw new Error(`${offset} bytes in components, ${this._bytes} in all`);
    if (this._last.length > 0 && !this._items.includes(this._last)) {
      throw new Error('what was found last is no component');
    }
  }

  /** Sets the offsets from component `index` on, and the sum. */
  _relocate(index: number): void {
    const items = this._items;
    const before = items[index - 1];
    let offset = before === undefined ? 0 : before.offset + before.length;
    for (let i = index; i < items.length; i++) {
      const component = items[i] as Component;
      component.offset = offset;
      offset += component.length;
    }
    this._bytes = offset;
  }
}

/** Releases every one, and throws the first error afterwards. */
export function releaseAll(components: readonly Component[]): void {
  let failed = false;
  let failure: unknown;
  for (let i = 0; i < components.length; i++) {
    try {
      (components[i] as Component).buf.release();
    } catch (error) {
      failure = failed ? failure : error;
      failed = true;
    }
  }
  if (failed) throw failure;
}

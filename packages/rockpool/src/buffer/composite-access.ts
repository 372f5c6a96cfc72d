/// <reference types="node" preserve="true" />
/**
 * Access to bytes that lie in several buffers: the layer between `ByteBuf` and `CompositeByteBuf`.
 *
 * A composite is a ByteBuf whose fast paths never hit: its `_owner` has a life that no buffer shares, so that every
 * access arrives at a `_…Other` method or a primitive (`_copyOut`, `_decode` …), which are overridden here.
 *
 * An access inside of one component is made to that component's memory, in place. One that spans several is put
 * together: a number in eight bytes of scratch, a text or a pattern in an array of its own. What is written to
 * several is checked for all of them first, through nested composites too, so that nothing is written if one part
 * cannot be.
 *
 * A component is somebody's buffer: who kept a reference may release it too often, or shrink it. So it is asked
 * each time whether it is alive and has the bytes.
 */
import type { Allocator } from './allocator.ts';
import { ReleasedBufferError } from './buffer-errors.ts';
import type { ByteAccess } from './byte-access.ts';
import { ByteBuf } from './byte-buf.ts';
import { NO_BYTES, NO_VIEW } from './byte-buf-state.ts';
import { flatten } from './byte-search.ts';
import { ComponentList } from './component-list.ts';
import type { Home } from './home.ts';
import { freshSlices, type SliceHome } from './slice-home.ts';
import type { TextEncoding } from './text.ts';
import type { Kind } from './typed-kinds.ts';

/** The owner of all composites, whose life is nobody's. */
const NEVER: ByteBuf = new ByteBuf(freshSlices, NO_BYTES, NO_VIEW, 0, 0);
NEVER._life = -1;

/** Where a number is put together: used up before anything else runs. */
const scratch: Uint8Array = new Uint8Array(8);
const scratchView: DataView = new DataView(scratch.buffer);

const READ = 'read from a component';
const WRITE = 'write to a component';

/** What a composite has in place of a home: its memory is its components'. */
export class CompositeHome implements Home {
  readonly allocator: Allocator;
  readonly slices: SliceHome;

  constructor(allocator: Allocator, slices: SliceHome) {
    this.allocator = allocator;
    this.slices = slices;
  }

  get fixed(): boolean {
    return false;
  }

  takeBack(): void {}

  inspect(): void {}

  moved(): void {}

  resized(): void {}
}

/** Access across components; {@link CompositeByteBuf} is the class to use. */
export abstract class CompositeAccess extends ByteBuf {
  /** @internal */
  readonly _list: ComponentList;
  /** The composite that counts for this one. @internal */
  _counter: CompositeAccess;

  /** @internal */
  constructor(home: Home) {
    super(home, NO_BYTES, NO_VIEW, 0, 0);
    this._owner = NEVER;
    this._list = new ComponentList();
    this._counter = this;
  }

  override _expectAlive(action: string): void {
    if (this._counter._refs === 0) throw new ReleasedBufferError(action);
  }

  // Numbers.

  override _getOther(kind: Kind<number>, index: number): number {
    this._expectAccess('read', kind, index);
    const part = this._list.whole(index, kind.bytes);
    if (part !== undefined) return readPart(part.buf, kind, part.start + index - part.offset);
    this._copyOut(index, scratch, 0, kind.bytes);
    return kind.get(scratchView, 0);
  }

  override _getBigOther(kind: Kind<bigint>, index: number): bigint {
    this._expectAccess('read', kind, index);
    const part = this._list.whole(index, kind.bytes);
    if (part !== undefined) return readPart(part.buf, kind, part.start + index - part.offset);
    this._copyOut(index, scratch, 0, kind.bytes);
    return kind.get(scratchView, 0);
  }

  override _setOther(kind: Kind<number>, index: number, value: number): void {
    this._expectWritable('write');
    kind.check(value);
    this._expectAccess('write', kind, index);
    kind.set(scratchView, 0, value);
    this._copyIn(index, scratch, 0, kind.bytes);
  }

  override _setBigOther(kind: Kind<bigint>, index: number, value: bigint): void {
    this._expectWritable('write');
    kind.check(value);
    this._expectAccess('write', kind, index);
    kind.set(scratchView, 0, value);
    this._copyIn(index, scratch, 0, kind.bytes);
  }

  // Ranges.

  override _copyOut(index: number, target: Uint8Array, at: number, length: number): void {
    this._list.eachPart(index, length, (buf, from, count, done) => {
      expectReadable(buf, from, count);
      buf._copyOut(from, target, at + done, count);
    });
  }

  override _copyInto(index: number, target: ByteAccess, at: number, length: number): void {
    const shared = this._inspectParts(index, length, false, target._bytes.buffer);
    if (this._list.whole(index, length) === undefined && (shared || target instanceof CompositeAccess)) {
      // Piece after piece would overwrite what is yet to be read, where the target is memory of a component.
      target._copyIn(at, flatten(this, index, length), 0, length);
      return;
    }
    this._list.eachPart(index, length, (buf, from, count, done) =>
      buf._copyInto(from, target, at + done, count),
    );
  }

  override _copyIn(index: number, source: Uint8Array, at: number, length: number): void {
    const part = this._list.whole(index, length);
    if (part !== undefined) {
      const to = part.start + index - part.offset;
      expectWritable(part.buf, to, length);
      part.buf._copyIn(to, source, at, length);
      return;
    }
    // As above, with the source.
    const shared = this._inspectParts(index, length, true, source.buffer);
    const from = shared ? Uint8Array.prototype.slice.call(source, at, at + length) : source;
    const start = shared ? 0 : at;
    this._list.eachPart(index, length, (buf, to, count, done) => buf._copyIn(to, from, start + done, count));
  }

  override _fillRange(index: number, length: number, value: number): void {
    const part = this._list.whole(index, length);
    if (part !== undefined) {
      const start = part.start + index - part.offset;
      expectWritable(part.buf, start, length);
      part.buf._fillRange(start, length, value);
      return;
    }
    this._inspectParts(index, length, true, undefined);
    this._list.eachPart(index, length, (buf, start, count) => buf._fillRange(start, count, value));
  }

  override _moveDown(from: number, length: number): void {
    this._copyIn(0, flatten(this, from, length), 0, length);
  }

  // Texts, search, views.

  override _decode(index: number, length: number, encoding: TextEncoding): string {
    return (flatten(this, index, length) as Buffer).toString(encoding);
  }

  override _encode(index: number, text: string, encoding: TextEncoding): number {
    const bytes = Buffer.from(text, encoding === 'ascii' ? 'latin1' : encoding);
    this._copyIn(index, bytes, 0, bytes.length);
    return bytes.length;
  }

  override _findByte(value: number, from: number, to: number): number {
    let found = -1;
    this._list.eachPart(from, to - from, (buf, start, count, done) => {
      if (found !== -1) return;
      const at = buf.indexOf(value, start, start + count);
      if (at !== -1) found = from + done + at - start;
    });
    return found;
  }

  override _window(index: number, length: number): Uint8Array {
    return flatten(this, index, length);
  }

  override _piece(index: number, length: number): [Uint8Array, number] {
    return [flatten(this, index, length), 0];
  }

  override _viewRange(index: number, length: number): Uint8Array {
    const part = this._list.whole(index, length);
    if (part === undefined) return flatten(this, index, length);
    return part.buf.toBuffer(part.start + index - part.offset, length);
  }

  // What is asked of the components.

  /**
   * Expects that all parts of a range can be read, or written, and tells whether one lies in `memory`.
   *
   * @internal
   */
  _inspectParts(index: number, length: number, write: boolean, memory: ArrayBufferLike | undefined): boolean {
    if (length === 0) return false;
    let shows = false;
    let at = index;
    for (let i = this._list.find(index); at < index + length; i++) {
      const { buf, start, length: bytes, offset } = this._list.at(i);
      const end = Math.min(offset + bytes, index + length);
      if (end === at) continue;
      const limit = write ? buf._writable : buf._capacity;
      const from = start + at - offset;
      if (from + end - at <= limit && buf._owner._life === buf._life) {
        if (memory !== undefined && buf._bytes.buffer === memory) shows = true;
      } else {
        if (write) expectWritable(buf, from, end - at);
        else expectReadable(buf, from, end - at);
        if (buf instanceof CompositeAccess && buf._inspectParts(from, end - at, write, memory)) shows = true;
      }
      at = end;
    }
    return shows;
  }
}

/** A number that lies in one component, which may be a composite itself. */
function readPart<V extends number | bigint>(buf: ByteBuf, kind: Kind<V>, at: number): V {
  if (buf._owner._life === buf._life && at <= buf._capacity - kind.bytes) {
    return kind.get(buf._view, buf._base + at);
  }
  expectReadable(buf, at, kind.bytes);
  buf._copyOut(at, scratch, 0, kind.bytes);
  return kind.get(scratchView, 0);
}

function expectReadable(buf: ByteBuf, start: number, count: number): void {
  if (start + count > buf._capacity || buf._owner._life !== buf._life) {
    buf._expectAlive(READ);
    buf._expectRange(READ, start, count);
  }
}

function expectWritable(buf: ByteBuf, start: number, count: number): void {
  if (start + count > buf._writable || buf._owner._life !== buf._life) {
    buf._expectWritable(WRITE);
    buf._expectRange(WRITE, start, count);
  }
}

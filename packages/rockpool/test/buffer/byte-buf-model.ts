/**
 * What buffers are, as plain arrays and counts: no chunks, no cache, no handles that are used again.
 *
 *     ModelBlock  bytes, as far as they are known; whoever shows a part of it sees the same
 *     ModelBuf    a window on a block, its indices, and the count that holds for it
 *     ModelCount  references; its end is the end of everything that shares it
 */

/** Bytes, of which some are known: a byte that nobody wrote may be anything. */
export interface ModelBytes {
  readonly bytes: Uint8Array;
  /** 1 where `bytes` is known. */
  readonly known: Uint8Array;
}

export class ModelBlock implements ModelBytes {
  readonly bytes: Uint8Array;
  readonly known: Uint8Array;

  /** @param zero whether new memory is known to be 0 */
  constructor(length: number, zero: boolean) {
    this.bytes = new Uint8Array(length);
    this.known = new Uint8Array(length).fill(zero ? 1 : 0);
  }
}

/** A reference count: of a root or of a retained slice, which holds one on its root. */
export class ModelCount {
  /** What `refCnt` must be. */
  refs = 1;
  /** References that users hold themselves; the rest is held by retained slices. */
  owned = 1;
  readonly root: ModelCount | undefined;

  constructor(root?: ModelCount) {
    this.root = root;
    if (root !== undefined) root.refs++;
  }

  retain(increment: number): void {
    this.refs += increment;
    this.owned += increment;
  }

  release(decrement: number): void {
    this.refs -= decrement;
    this.owned -= decrement;
    if (this.refs === 0 && this.root !== undefined) this.root.refs--;
  }
}

interface Window {
  readonly count: ModelCount;
  readonly block: ModelBlock;
  readonly start: number;
  readonly capacity: number;
  readonly maxCapacity: number;
  readonly readOnly: boolean;
  /** Whether it owns its block, and may change its capacity. */
  readonly root: boolean;
  /** Whether the count is its own: of roots and retained slices. */
  readonly counted: boolean;
}

export class ModelBuf {
  readonly count: ModelCount;
  readonly start: number;
  readonly maxCapacity: number;
  readonly readOnly: boolean;
  readonly root: boolean;
  readonly counted: boolean;
  block: ModelBlock;
  capacity: number;
  reader = 0;
  writer = 0;
  markedReader = 0;
  markedWriter = 0;
  /** Of a root: whether anything was derived from it. */
  shared = false;
  /** Of a root: capacities that it had in blocks that may have to stay until its end. */
  readonly former: number[] = [];

  constructor(window: Window) {
    this.count = window.count;
    this.block = window.block;
    this.start = window.start;
    this.capacity = window.capacity;
    this.maxCapacity = window.maxCapacity;
    this.readOnly = window.readOnly;
    this.root = window.root;
    this.counted = window.counted;
  }

  get alive(): boolean {
    return this.count.refs > 0;
  }

  get readable(): number {
    return this.writer - this.reader;
  }

  /** A copy of a range. */
  get(start: number, length: number): ModelBytes {
    const [from, to] = [this.start + start, this.start + start + length];
    return { bytes: this.block.bytes.slice(from, to), known: this.block.known.slice(from, to) };
  }

  put(index: number, { bytes, known }: ModelBytes): void {
    this.block.bytes.set(bytes, this.start + index);
    this.block.known.set(known, this.start + index);
  }

  /** Writes bytes that are known. */
  set(index: number, bytes: ArrayLike<number>): void {
    this.block.bytes.set(bytes, this.start + index);
    this.block.known.fill(1, this.start + index, this.start + index + bytes.length);
  }

  /** A window on a part: with this one's count, or with one of its own. */
  window(start: number, length: number, retained: boolean, readOnly = false): ModelBuf {
    this.shared = true;
    const window = new ModelBuf({
      count: retained ? new ModelCount(this.count.root ?? this.count) : this.count,
      block: this.block,
      start: this.start + start,
      capacity: length,
      maxCapacity: length,
      readOnly: this.readOnly || readOnly,
      root: false,
      counted: retained,
    });
    window.writer = length;
    return window;
  }

  /** A new capacity in the same block. */
  resize(capacity: number): void {
    this.capacity = capacity;
    this.writer = Math.min(this.writer, capacity);
    this.reader = Math.min(this.reader, capacity);
  }

  /** A new capacity in another block, to which the bytes move. */
  move(block: ModelBlock, capacity: number): void {
    const kept = this.get(0, Math.min(capacity, this.capacity));
    this.former.push(this.capacity);
    this.block = block;
    this.put(0, kept);
    this.resize(capacity);
  }

  discardRead(): void {
    const { reader, readable } = this;
    this.put(0, this.get(reader, readable));
    this.reader = 0;
    this.writer = readable;
    this.markedReader = Math.max(0, this.markedReader - reader);
    this.markedWriter = Math.max(0, this.markedWriter - reader);
  }
}

/** The capacity that a write of up to 4 MiB grows to. */
export function grownTo(needed: number, max: number): number {
  let capacity = 64;
  while (capacity < needed) capacity *= 2;
  return Math.min(max, capacity);
}

/**
 * Blocks out of chunks: the accounting below the caches.
 *
 *     allocate(class) ─► slots: slab with a free slot ─► else a new slab ─┐
 *                    ├─► up to half a shared chunk ───────────────────────┴► tightest free run ─► else a new chunk
 *                    └─► larger ──────────────────────────────────────────► a chunk of its own
 *
 * A block is a chunk and an offset; the arena keeps no object for it, and whoever frees it says which class it
 * is of. Nothing is allocated from the runtime but slabs and chunks, and small slabs are used again. The structure
 * is Netty's (PoolArena), without its locks, as one isolate has one arena; what differs is how long chunks are and
 * which of them serves a request: `chunk-lists.ts`.
 *
 * Classes whose slab would have a single slot (one or more whole pages) are runs here: such a slab is full at
 * once and empty at once, and is nothing but cost. Slabs grow with the use of their class: while a class has fewer
 * blocks than a full-sized slab has slots, its slabs are small ones (`SizeClasses.firstSlabPages`). With 8 MiB live
 * that is worth two to four hundredths of what is used.
 *
 * An emptied slab is dissolved, unless it is the only one of its class with free slots; `trim` dissolves that too.
 * An emptied chunk becomes a spare, or is released where there are enough: so a load that hovers about the edge of
 * a chunk does not take memory from the runtime and give it back by turns.
 *
 * Invariants: `usedBytes = Σ bytes of blocks out ≤ reservedBytes = Σ bytes of chunks`; the free pages of a chunk,
 * its slabs' slots and its blocks tile it; at most one slab a class is empty.
 */

import { arenaDump } from './arena-dump.ts';
import { type ArenaStats, arenaStats } from './arena-stats.ts';
import type { Chunk } from './chunk.ts';
import { type Budget, ChunkLists } from './chunk-lists.ts';
import type { SizeClasses } from './size-classes.ts';
import { Slab } from './slab.ts';

/** Dissolved slabs kept for reuse, of at most 32 slots: about 200 bytes each. */
const MAX_IDLE_SLABS = 64;

/** Blocks of which fewer than so many would fit into a shared chunk have a chunk each. */
const SHARING_BLOCKS = 2;
/** The least shared chunk has so many bytes, if neither its owner nor the slabs want more. */
const LEAST_SHARED_BYTES = 65536;

/** What an arena is made of. */
export interface ArenaOptions {
  readonly sizeClasses: SizeClasses;
  /** Empty chunks to keep, in multiples of `chunkBytes`; where it is not 0, at least a quarter of all bytes. */
  readonly spareChunks: number;
  readonly budget: Budget;
  /** The smallest chunk for more than one block has at least so many bytes, and holds any slab. Default 64 KiB. */
  readonly leastChunkBytes?: number;
}

/** One arena. Owner: an allocator. */
export class Arena {
  /** Where the block of the last `allocate` begins in its chunk's memory, in bytes. */
  offset = 0;
  readonly sizeClasses: SizeClasses;
  /** All chunks. */
  readonly chunks: ChunkLists;
  /** By class: blocks handed out so far. Doubles, as they count past 2^31 without a box. */
  readonly allocated: Float64Array;
  /** By class: blocks taken back so far. */
  readonly freed: Float64Array;
  /** By class: the first slab with free slots. */
  readonly slabs: (Slab | undefined)[];
  /** By class: slots of a full-sized slab; 1: no slab, a run. */
  readonly #slots: Int32Array;
  /** By class: pages of a full-sized slab or of a run. */
  readonly #pages: Int32Array;
  readonly #pageShift: number;
  #idleSlabs: Slab | undefined;
  #idleSlabCount = 0;

  /** @param options belong to the arena */
  constructor(options: ArenaOptions) {
    const { sizeClasses, spareChunks, budget } = options;
    const leastChunkBytes = leastChunkBytesOf(sizeClasses, options.leastChunkBytes ?? LEAST_SHARED_BYTES);
    const { count, slabCount, chunkBytes, pageBytes } = sizeClasses;
    this.sizeClasses = sizeClasses;
    this.chunks = new ChunkLists({ pageBytes, chunkBytes, leastChunkBytes, spareChunks, budget });
    this.allocated = new Float64Array(count);
    this.freed = new Float64Array(count);
    this.slabs = new Array<Slab | undefined>(count).fill(undefined);
    this.#slots = new Int32Array(count);
    this.#pages = new Int32Array(count);
    for (let c = 0; c < count; c++) {
      this.#slots[c] = c < slabCount ? sizeClasses.slabSlots(c) : 1;
      this.#pages[c] = c < slabCount ? sizeClasses.slabPages(c) : sizeClasses.runPages(c);
    }
    this.#pageShift = 31 - Math.clz32(pageBytes);
    this.#idleSlabs = undefined;
  }

  /** Bytes of blocks that are out. */
  get usedBytes(): number {
    let bytes = 0;
    for (let c = 0; c < this.allocated.length; c++) {
      bytes += ((this.allocated[c] as number) - (this.freed[c] as number)) * this.sizeClasses.bytesOf(c);
    }
    return bytes;
  }

  /** Bytes of all chunks. */
  get reservedBytes(): number {
    return this.chunks.reservedBytes;
  }

  /**
   * Takes a block of a class; it begins at {@link Arena.offset} and belongs to the caller.
   *
   * @param classIndex 0 ≤ classIndex < sizeClasses.count
   * @returns the chunk that it is in; undefined where a new chunk was wanted and the budget refused it, then
   *   nothing changed
   * @throws RangeError where the runtime has no memory for a new chunk; nothing changed
   */
  allocate(classIndex: number): Chunk | undefined {
    if ((this.#slots[classIndex] as number) === 1) {
      const chunk = this.#allocateBlock(this.#pages[classIndex] as number);
      if (chunk !== undefined) this.#count(classIndex);
      return chunk;
    }
    const slab = this.slabs[classIndex] ?? this.#createSlab(classIndex);
    if (slab === undefined) return undefined;
    this.offset = slab.startBytes + slab.take() * slab.slotBytes;
    if (slab.free === 0) this.#unlist(slab);
    this.#count(classIndex);
    return slab.chunk;
  }

  /**
   * Takes a block back.
   *
   * @param chunk what {@link Arena.allocate} returned
   * @param offset what {@link Arena.offset} was then
   * @param classIndex what it was asked for
   * @throws Error where no such block is out; nothing changed
   */
  free(chunk: Chunk, offset: number, classIndex: number): void {
    const slab = chunk.slabs[offset >> this.#pageShift];
    if (slab === undefined) {
      this.#freeBlockOfPages(chunk, offset, classIndex);
    } else {
      if (slab.classIndex !== classIndex)
        throw new Error(`a block of class ${slab.classIndex}, not ${classIndex}`);
      slab.give(slab.slotAt(offset));
      if (slab.free === 1) this.#enlist(slab);
      else if (slab.free === slab.slots) this.#slabEmptied(slab);
    }
    this.freed[classIndex] = (this.freed[classIndex] as number) + 1;
  }

  /**
   * Dissolves empty slabs and releases empty chunks.
   *
   * @returns bytes given back to the runtime
   */
  trim(): number {
    const before = this.chunks.reservedBytes;
    for (let slab of this.slabs) {
      while (slab !== undefined) {
        const { next }: Slab = slab;
        if (slab.free === slab.slots) this.#dissolve(slab);
        slab = next;
      }
    }
    this.chunks.trim();
    this.#idleSlabs = undefined;
    this.#idleSlabCount = 0;
    return before - this.chunks.reservedBytes;
  }

  /** What there is, as plain data. Cost: linear in chunks, slabs and runs. */
  stats(): ArenaStats {
    return arenaStats(this);
  }

  /** What there is, as text: every chunk with a map of its pages, at most 100 columns wide. */
  dump(): string {
    return arenaDump(this);
  }

  /** Checks the invariants at every level; for tests and debug builds. */
  assertValid(): void {
    this.sizeClasses.assertValid();
    this.chunks.assertValid();
    const listed = this.#assertSlabLists();
    let usedBytes = 0;
    for (const list of this.chunks.all) {
      for (let chunk = list.first; chunk !== undefined; chunk = chunk.next) {
        usedBytes += this.#usedIn(chunk, listed);
      }
    }
    check(listed.size === 0, `${listed.size} slabs in lists are in no chunk`);
    check(usedBytes === this.usedBytes, `${usedBytes} bytes are in blocks, usedBytes is ${this.usedBytes}`);
    check(usedBytes <= this.reservedBytes, `${usedBytes} bytes used, ${this.reservedBytes} reserved`);
  }

  /** Checks the lists of slabs, and gives all slabs in them. */
  #assertSlabLists(): Set<Slab> {
    const listed = new Set<Slab>();
    this.slabs.forEach((first, c) => {
      let empty = 0;
      let prev: Slab | undefined;
      for (let slab = first; slab !== undefined; slab = slab.next) {
        check(slab.prev === prev && slab.classIndex === c, `a slab of class ${slab.classIndex} in list ${c}`);
        check(slab.free > 0, `a full slab is in list ${c}`);
        if (slab.free === slab.slots) empty++;
        listed.add(slab);
        prev = slab;
      }
      check(empty <= 1, `${empty} empty slabs of class ${c}`);
    });
    return listed;
  }

  /** Bytes of blocks in a chunk; takes its slabs from `listed`. */
  #usedIn(chunk: Chunk, listed: Set<Slab>): number {
    let used = 0;
    chunk.runs.forEach((firstPage, pages, isUsed) => {
      const slab = chunk.slabs[firstPage];
      if (slab === undefined) {
        if (isUsed) used += pages << this.#pageShift;
        return;
      }
      const { classIndex: c, free, slots, slotBytes } = slab;
      check(
        pages === this.#pages[c] || pages === this.sizeClasses.firstSlabPages(c),
        `a slab of class ${c} has ${pages} pages`,
      );
      check(
        slots === this.sizeClasses.slabSlots(c, pages),
        `a slab of class ${c} of ${pages} pages has ${slots} slots`,
      );
      check(
        slotBytes === this.sizeClasses.bytesOf(c),
        `a slab of class ${c} has slots of ${slotBytes} bytes`,
      );
      check(
        listed.delete(slab) === free > 0,
        `a slab of class ${c} with ${free} free slots is listed, or is not`,
      );
      used += (slots - free) * slotBytes;
    });
    return used;
  }

  #count(classIndex: number): void {
    this.allocated[classIndex] = (this.allocated[classIndex] as number) + 1;
  }

  #createSlab(classIndex: number): Slab | undefined {
    const { sizeClasses } = this;
    const live = (this.allocated[classIndex] as number) - (this.freed[classIndex] as number);
    const isRare = live < (this.#slots[classIndex] as number);
    const pages = isRare ? sizeClasses.firstSlabPages(classIndex) : (this.#pages[classIndex] as number);
    const chunk = this.#allocateRun(pages);
    if (chunk === undefined) return undefined;
    const firstPage = this.offset >> this.#pageShift;
    const slots = sizeClasses.slabSlots(classIndex, pages);
    const slab = this.#takeSlab(chunk, firstPage, classIndex, sizeClasses.bytesOf(classIndex), slots);
    const end = firstPage + pages;
    for (let page = firstPage; page < end; page++) chunk.slabs[page] = slab;
    this.#enlist(slab);
    return slab;
  }

  #takeSlab(chunk: Chunk, firstPage: number, classIndex: number, slotBytes: number, slots: number): Slab {
    const idle = this.#idleSlabs;
    if (idle === undefined || slots > 32) return new Slab(chunk, firstPage, classIndex, slotBytes, slots);
    this.#idleSlabs = idle.next;
    this.#idleSlabCount--;
    idle.next = undefined;
    idle.place(chunk, firstPage, classIndex, slotBytes, slots);
    return idle;
  }

  #slabEmptied(slab: Slab): void {
    if (slab.prev !== undefined || slab.next !== undefined) this.#dissolve(slab);
  }

  /** Gives the run of an empty slab back. */
  #dissolve(slab: Slab): void {
    const chunk = slab.chunk as Chunk;
    const { firstPage } = slab;
    this.#unlist(slab);
    const end = firstPage + chunk.runs.pagesAt(firstPage);
    for (let page = firstPage; page < end; page++) chunk.slabs[page] = undefined;
    slab.chunk = undefined;
    if (slab.isSmall && this.#idleSlabCount < MAX_IDLE_SLABS) {
      slab.next = this.#idleSlabs;
      this.#idleSlabs = slab;
      this.#idleSlabCount++;
    }
    this.chunks.free(chunk, firstPage);
  }

  #enlist(slab: Slab): void {
    const head = this.slabs[slab.classIndex];
    slab.next = head;
    if (head !== undefined) head.prev = slab;
    this.slabs[slab.classIndex] = slab;
  }

  #unlist(slab: Slab): void {
    const { prev, next } = slab;
    if (next !== undefined) next.prev = prev;
    if (prev !== undefined) prev.next = next;
    else this.slabs[slab.classIndex] = next;
    slab.prev = undefined;
    slab.next = undefined;
  }

  /** Takes a run for a block of whole pages, and sets `offset`. */
  #allocateBlock(pages: number): Chunk | undefined {
    const { chunks } = this;
    if (pages * SHARING_BLOCKS <= chunks.sharedPages) return this.#allocateRun(pages);
    this.offset = 0;
    return chunks.allocateOwn(pages);
  }

  /** Takes a run and sets `offset`. */
  #allocateRun(pages: number): Chunk | undefined {
    const chunk = this.chunks.allocate(pages);
    this.offset = this.chunks.firstPage << this.#pageShift;
    return chunk;
  }

  #freeBlockOfPages(chunk: Chunk, offset: number, classIndex: number): void {
    const firstPage = offset >> this.#pageShift;
    const pages = chunk.runs.pagesAt(firstPage);
    if (firstPage << this.#pageShift !== offset) throw new Error(`no run begins at offset ${offset}`);
    if (pages !== this.#pages[classIndex] || this.#slots[classIndex] !== 1) {
      throw new Error(`a run of ${pages} pages is no block of class ${classIndex}`);
    }
    this.chunks.free(chunk, firstPage);
  }
}

/** The smallest shared chunk: it holds any slab, and is a whole chunk halved some times. */
function leastChunkBytesOf(sizeClasses: SizeClasses, wanted: number): number {
  const { pageBytes, chunkBytes, slabCount } = sizeClasses;
  let least = wanted;
  for (let c = 0; c < slabCount; c++) least = Math.max(least, sizeClasses.slabPages(c) * pageBytes);
  let bytes = chunkBytes;
  while (bytes / 2 >= least && (bytes / 2) % pageBytes === 0) bytes /= 2;
  return bytes;
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`arena: ${what}`);
}

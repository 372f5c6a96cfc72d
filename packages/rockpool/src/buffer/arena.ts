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
 * once and empty at once, and is nothing but cost. Slabs are `slab-lists.ts`.
 *
 * An emptied chunk becomes a spare, or is released where there are enough: so a load that hovers about the edge of
 * a chunk does not take memory from the runtime and give it back by turns.
 *
 * Who has a block may be entered (`settle`); then `compact` moves it where that frees a chunk (`compaction.ts`).
 *
 * Invariants: `usedBytes = Σ bytes of blocks out ≤ reservedBytes = Σ bytes of chunks`; the free pages of a chunk,
 * its slabs' slots and its blocks tile it.
 */

import { arenaDump } from './arena-dump.ts';
import { type ArenaStats, arenaStats } from './arena-stats.ts';
import type { Chunk } from './chunk.ts';
import { type Budget, ChunkLists } from './chunk-lists.ts';
import { compact, type Moves } from './compaction.ts';
import type { SizeClasses } from './size-classes.ts';
import type { Slab } from './slab.ts';
import { SlabLists } from './slab-lists.ts';
import type { Tenant } from './tenant.ts';

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
  /** All slabs. */
  readonly slabs: SlabLists;
  /** By class: slots of a full-sized slab; 1: no slab, a run. */
  readonly #slots: Int32Array;
  /** By class: pages of a full-sized slab or of a run. */
  readonly #pages: Int32Array;
  readonly #pageShift: number;

  /** @param options belong to the arena */
  constructor(options: ArenaOptions) {
    const { sizeClasses, spareChunks, budget } = options;
    const leastChunkBytes = leastChunkBytesOf(sizeClasses, options.leastChunkBytes ?? LEAST_SHARED_BYTES);
    const { count, slabCount, chunkBytes, pageBytes } = sizeClasses;
    this.sizeClasses = sizeClasses;
    this.chunks = new ChunkLists({ pageBytes, chunkBytes, leastChunkBytes, spareChunks, budget });
    this.allocated = new Float64Array(count);
    this.freed = new Float64Array(count);
    this.slabs = new SlabLists(sizeClasses, this.chunks);
    this.#slots = new Int32Array(count);
    this.#pages = new Int32Array(count);
    for (let c = 0; c < count; c++) {
      this.#slots[c] = c < slabCount ? sizeClasses.slabSlots(c) : 1;
      this.#pages[c] = c < slabCount ? sizeClasses.slabPages(c) : sizeClasses.runPages(c);
    }
    this.#pageShift = 31 - Math.clz32(pageBytes);
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
    const { slabs } = this;
    const slab = slabs.first(classIndex) ?? slabs.create(classIndex, this.#live(classIndex));
    if (slab === undefined) return undefined;
    this.offset = slab.startBytes + slab.take() * slab.slotBytes;
    if (slab.free === 0) slabs.afterTake(slab);
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
      this.slabs.afterGive(slab);
    }
    this.freed[classIndex] = (this.freed[classIndex] as number) + 1;
  }

  /**
   * Enters who has a block: only then is it moved, and counted in {@link Arena.liveBytes}.
   *
   * @param chunk what {@link Arena.allocate} returned
   * @param offset what {@link Arena.offset} was then
   * @param tenant told of each move; instead of the one that there was
   */
  settle(chunk: Chunk, offset: number, tenant: Tenant): void {
    const page = offset >> this.#pageShift;
    const slab = chunk.slabs[page];
    if (slab === undefined) chunk.tenants[page] = tenant;
    else slab.settle(slab.slotAt(offset), tenant);
  }

  /** By class: bytes that users have of its blocks. Cost: linear in these. */
  liveBytes(): Float64Array {
    const { sizeClasses } = this;
    const bytes = new Float64Array(sizeClasses.count);
    for (const { runs, slabs, tenants } of this.chunks.inUse()) {
      runs.forEach((firstPage, pages, used) => {
        const slab = slabs[firstPage];
        const c = slab?.classIndex ?? sizeClasses.classOf(pages << this.#pageShift);
        const live = slab === undefined ? tenants[firstPage]?._liveBytes : slab.liveBytes;
        if (used && live !== undefined) bytes[c] = (bytes[c] as number) + live;
      });
    }
    return bytes;
  }

  /**
   * Moves blocks together where that frees memory; see `compaction.ts`. Chunks that become empty are spares then.
   *
   * @param wipe whether to write zeros where blocks were
   */
  compact(wipe: boolean): Moves {
    return compact(this, wipe);
  }

  /**
   * Dissolves empty slabs and releases empty chunks.
   *
   * @returns bytes given back to the runtime
   */
  trim(): number {
    const before = this.chunks.reservedBytes;
    this.slabs.trim();
    this.chunks.trim();
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
    const listed = this.slabs.assertValid();
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

  /** Blocks of a class that are out. */
  #live(classIndex: number): number {
    return (this.allocated[classIndex] as number) - (this.freed[classIndex] as number);
  }

  /** Takes a run for a block of whole pages, and sets `offset`. */
  #allocateBlock(pages: number): Chunk | undefined {
    const { chunks } = this;
    const shares = pages * SHARING_BLOCKS <= chunks.sharedPages;
    const chunk = shares ? chunks.allocate(pages) : chunks.allocateOwn(pages);
    this.offset = chunks.firstPage << this.#pageShift;
    return chunk;
  }

  #freeBlockOfPages(chunk: Chunk, offset: number, classIndex: number): void {
    const firstPage = offset >> this.#pageShift;
    const pages = chunk.runs.pagesAt(firstPage);
    if (firstPage << this.#pageShift !== offset) throw new Error(`no run begins at offset ${offset}`);
    if (pages !== this.#pages[classIndex] || this.#slots[classIndex] !== 1) {
      throw new Error(`a run of ${pages} pages is no block of class ${classIndex}`);
    }
    chunk.tenants[firstPage] = undefined;
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

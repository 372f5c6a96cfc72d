/**
 * What an arena tells about itself, as plain data; aggregated when it is asked.
 *
 * Netty's metrics of an arena (PoolArenaMetric and below), and what is missing there: bytes used and reserved,
 * external fragmentation, the longest free run, runs and slabs of each chunk, free slots of all slabs of a class,
 * full ones included.
 */
import type { Arena } from './arena.ts';
import type { Chunk } from './chunk.ts';
import type { ChunkList } from './chunk-list.ts';

/** How many there were and are: `active = allocations − deallocations`. */
export interface ArenaCounts {
  readonly allocations: number;
  readonly deallocations: number;
  readonly active: number;
}

/** One chunk. */
export interface ChunkStats {
  /** Pages in runs, in %: 99 for anything that is not quite full, 100 if it is. */
  readonly usage: number;
  readonly chunkBytes: number;
  /** Bytes of free pages. */
  readonly freeBytes: number;
  /** Used runs, those of slabs included. */
  readonly runs: number;
  readonly slabs: number;
}

/** Chunks of like usage; an empty one that is kept as a spare counts to qInit. */
export interface ChunkListStats {
  readonly name: string;
  /** The least usage before a chunk moves down, in %. */
  readonly minUsage: number;
  /** The usage at which a chunk moves up, in %. */
  readonly maxUsage: number;
  readonly chunks: readonly ChunkStats[];
}

/** The slabs of one size class. */
export interface SlabStats {
  readonly slotBytes: number;
  readonly slabs: number;
  /** Slots of all of them. */
  readonly slots: number;
  readonly freeSlots: number;
}

/** What {@link Arena.stats} gives. `usedBytes + freeBytes = reservedBytes`. */
export interface ArenaStats {
  /** Of the largest chunk. */
  readonly chunkBytes: number;
  /** Of the next chunk for blocks of different sizes; it grows with what is reserved. */
  readonly sharedChunkBytes: number;
  readonly pageBytes: number;
  /** Bytes of all chunks. */
  readonly reservedBytes: number;
  /** Bytes of blocks that are out of the arena. */
  readonly usedBytes: number;
  /** Bytes of empty chunks that are kept; a part of `freeBytes`. */
  readonly spareBytes: number;
  /** Bytes of chunks in no block: free pages and free slots. */
  readonly freeBytes: number;
  /** freeBytes / usedBytes; 0 where nothing is used. */
  readonly externalFragmentation: number;
  /** The longest run of free pages in any chunk, spares included. */
  readonly largestFreeRunBytes: number;
  /** Blocks up to `slabMaxBytes`. */
  readonly small: ArenaCounts;
  /** Blocks of whole pages above that. */
  readonly normal: ArenaCounts;
  readonly chunks: ArenaCounts;
  /** qInit, q000, q025, q050, q075 and q100. */
  readonly chunkLists: readonly ChunkListStats[];
  /** Of the classes that have slabs, the smallest first. */
  readonly slabs: readonly SlabStats[];
}

/** Gathers the figures of an arena. */
export function arenaStats(arena: Arena): ArenaStats {
  const { sizeClasses, chunks, usedBytes, reservedBytes } = arena;
  const { chunkBytes, pageBytes, slabCount, count } = sizeClasses;
  const lists = chunks.all.map(listStats);
  const [spares, ...chunkLists] = lists as [ChunkListStats, ChunkListStats, ...ChunkListStats[]];
  chunkLists[0] = { ...chunkLists[0], chunks: [...chunkLists[0].chunks, ...spares.chunks] };
  const freeBytes = reservedBytes - usedBytes;
  return {
    chunkBytes,
    sharedChunkBytes: chunks.sharedPages * pageBytes,
    pageBytes,
    reservedBytes,
    usedBytes,
    spareBytes: chunks.spareBytes,
    freeBytes,
    externalFragmentation: usedBytes === 0 ? 0 : freeBytes / usedBytes,
    largestFreeRunBytes: largestFreeRun(arena) * pageBytes,
    small: blockCounts(arena, 0, slabCount),
    normal: blockCounts(arena, slabCount, count),
    chunks: counts(chunks.made, chunks.released),
    chunkLists,
    slabs: slabStats(arena),
  };
}

function listStats(list: ChunkList): ChunkListStats {
  const chunks: ChunkStats[] = [];
  for (let chunk = list.first; chunk !== undefined; chunk = chunk.next) chunks.push(chunkStats(chunk));
  const { name, minUsage, maxUsage } = list;
  return { name, minUsage: Math.max(0, minUsage), maxUsage: Math.min(100, maxUsage), chunks };
}

/** One chunk's figures. */
export function chunkStats(chunk: Chunk): ChunkStats {
  let runs = 0;
  let slabs = 0;
  chunk.runs.forEach((firstPage, _pages, used) => {
    if (used) runs++;
    if (chunk.slabs[firstPage] !== undefined) slabs++;
  });
  const { usage, freeBytes } = chunk;
  return { usage, chunkBytes: chunk.memory.byteLength, freeBytes, runs, slabs };
}

function largestFreeRun(arena: Arena): number {
  let largest = 0;
  for (const list of arena.chunks.all) {
    for (let chunk = list.first; chunk !== undefined; chunk = chunk.next) {
      largest = Math.max(largest, chunk.runs.largestFreeRun);
    }
  }
  return largest;
}

function slabStats(arena: Arena): SlabStats[] {
  const byClass = new Map<number, { slotBytes: number; slabs: number; slots: number; freeSlots: number }>();
  for (const list of arena.chunks.all) {
    for (let chunk = list.first; chunk !== undefined; chunk = chunk.next) {
      for (const slab of new Set(chunk.slabs)) {
        if (slab === undefined) continue;
        const { classIndex, slotBytes } = slab;
        const sum = byClass.get(classIndex) ?? { slotBytes, slabs: 0, slots: 0, freeSlots: 0 };
        sum.slabs++;
        sum.slots += slab.slots;
        sum.freeSlots += slab.free;
        byClass.set(classIndex, sum);
      }
    }
  }
  return [...byClass].sort(([a], [b]) => a - b).map(([, sum]) => sum);
}

function blockCounts(arena: Arena, from: number, to: number): ArenaCounts {
  const sum = (counted: Float64Array): number => counted.subarray(from, to).reduce((a, b) => a + b, 0);
  return counts(sum(arena.allocated), sum(arena.freed));
}

function counts(allocations: number, deallocations: number): ArenaCounts {
  return { allocations, deallocations, active: allocations - deallocations };
}

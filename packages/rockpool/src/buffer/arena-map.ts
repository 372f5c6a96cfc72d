/** What lies where in an arena, for whoever draws it. `arena-dump.ts` draws it as text. */
import type { Arena } from './arena.ts';
import type { Chunk } from './chunk.ts';

/** A run of pages: free, one block, or a slab of many. */
export interface RunMap {
  readonly firstPage: number;
  readonly pages: number;
  readonly kind: 'free' | 'block' | 'slab';
  /** Bytes of its block, or of each slot; 0 where it is free. */
  readonly blockBytes: number;
  /** Slots of a slab, and of those the ones that are out; 1 and 1 of a block. */
  readonly slots: number;
  readonly usedSlots: number;
}

/** A chunk and its runs, by first page. */
export interface ChunkMap {
  /** The chunk list that it is in. */
  readonly list: string;
  readonly pages: number;
  readonly runs: readonly RunMap[];
}

/** What {@link ByteBufAllocator.map} gives. */
export interface ArenaMap {
  readonly pageBytes: number;
  readonly chunks: readonly ChunkMap[];
  /** Chunks that were left out. */
  readonly omittedChunks: number;
}

/** Maps at most `maxChunks` chunks, the fullest first. Cost: linear in their runs. */
export function arenaMap(arena: Arena, maxChunks: number): ArenaMap {
  const { pageBytes } = arena.sizeClasses;
  const chunks: ChunkMap[] = [];
  let omittedChunks = 0;
  for (const list of [...arena.chunks.all].reverse()) {
    for (let chunk = list.first; chunk !== undefined; chunk = chunk.next) {
      if (chunks.length < maxChunks) chunks.push(chunkMap(chunk, list.name, pageBytes));
      else omittedChunks++;
    }
  }
  return { pageBytes, chunks, omittedChunks };
}

function chunkMap(chunk: Chunk, list: string, pageBytes: number): ChunkMap {
  const runs: RunMap[] = [];
  chunk.runs.forEach((firstPage, pages, used) => {
    const slab = chunk.slabs[firstPage];
    if (slab !== undefined) {
      const { slotBytes, slots, free } = slab;
      runs.push({ firstPage, pages, kind: 'slab', blockBytes: slotBytes, slots, usedSlots: slots - free });
    } else if (used) {
      runs.push({ firstPage, pages, kind: 'block', blockBytes: pages * pageBytes, slots: 1, usedSlots: 1 });
    } else {
      runs.push({ firstPage, pages, kind: 'free', blockBytes: 0, slots: 0, usedSlots: 0 });
    }
  });
  runs.sort((a, b) => a.firstPage - b.firstPage);
  return { list, pages: chunk.memory.byteLength / pageBytes, runs };
}

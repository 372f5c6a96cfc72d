/** A map in words. */
import { bytes, count, percent, plural, ratio } from '../format.ts';
import type { Spot } from './map-layout.ts';
import type { ArenaMap, ChunkMap } from './map-types.ts';

/** `chunk 3 (q050), pages 12–15: slab of 1 KiB, 20 of 32 slots used`. */
export function describeSpot({ box, run }: Spot): string {
  const { firstPage, pages, kind, blockBytes, slots, usedSlots } = run;
  const where = pages === 1 ? `page ${firstPage}` : `pages ${firstPage}–${firstPage + pages - 1}`;
  const what = {
    free: 'free',
    block: `one block of ${bytes(blockBytes)}`,
    slab: `slab of ${blockBytes < 10_240 ? `${count(blockBytes)} B` : bytes(blockBytes)}, ${usedSlots} of ${slots} slots used`,
  }[kind];
  return `chunk ${box.number} (${box.chunk.list}), ${where}: ${what}`;
}

/** What a chunk has, in sums. */
export interface ChunkSummary {
  readonly number: number;
  readonly list: string;
  readonly pages: number;
  readonly freePages: number;
  readonly blocks: number;
  readonly slabs: number;
  readonly slots: number;
  readonly usedSlots: number;
}

/** Adds up the runs of a chunk. */
export function summarise({ list, pages, runs }: ChunkMap, index: number): ChunkSummary {
  const sum = { freePages: 0, blocks: 0, slabs: 0, slots: 0, usedSlots: 0 };
  for (const run of runs) {
    if (run.kind === 'free') sum.freePages += run.pages;
    else if (run.kind === 'block') sum.blocks++;
    else {
      sum.slabs++;
      sum.slots += run.slots;
      sum.usedSlots += run.usedSlots;
    }
  }
  return { number: index + 1, list, pages, ...sum };
}

/** All of it, in a sentence. */
export function describeMap(name: string, { chunks, omittedChunks, pageBytes }: ArenaMap): string {
  const all = chunks.map(summarise);
  const pages = all.reduce((sum, chunk) => sum + chunk.pages, 0);
  const free = all.reduce((sum, chunk) => sum + chunk.freePages, 0);
  const left = omittedChunks > 0 ? `; ${plural(omittedChunks, 'more chunk')} not shown` : '';
  return `${name}: ${plural(chunks.length, 'chunk')} with ${plural(pages, 'page')} of ${bytes(pageBytes)}, ${percent(ratio(free, pages))} of them free${left}`;
}

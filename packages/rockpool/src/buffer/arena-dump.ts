/**
 * An arena as text, for reading in a terminal: its lists, its chunks, and a map of each chunk's pages.
 *
 *     arena: chunks of up to 4 MiB, pages of 8 KiB, 8 MiB reserved, 5.2 MiB used
 *     q050 50–100 %
 *       chunk 0: 512 KiB, 63 % of pages, 192 KiB free, 14 runs, 2 slabs
 *         [==[===[=======0~~~~~4~~....................................................]
 *
 * A page is a character: `.` free, `[` the first of a run, `=` another of it, `0` to `9` the first of a slab, in
 * tenths of its slots that are taken (9: also all), `~` another of it.
 */
import type { Arena } from './arena.ts';
import { type ChunkStats, chunkStats } from './arena-stats.ts';
import type { Chunk } from './chunk.ts';
import type { ChunkList } from './chunk-list.ts';

/** Pages in a line of the map. */
const COLUMNS = 64;

/** Draws an arena, at most 100 columns wide. */
export function arenaDump(arena: Arena): string {
  const { chunkBytes, pageBytes } = arena.sizeClasses;
  const lines = [
    `arena: chunks of up to ${size(chunkBytes)}, pages of ${size(pageBytes)}, ` +
      `${size(arena.reservedBytes)} reserved, ${size(arena.usedBytes)} used`,
  ];
  for (const list of arena.chunks.all) {
    if (list.first === undefined) continue;
    lines.push(title(list));
    for (let chunk: Chunk | undefined = list.first; chunk !== undefined; chunk = chunk.next) {
      lines.push(`  chunk ${chunk.id}: ${describe(chunkStats(chunk))}`, ...mapOf(chunk));
    }
  }
  return `${lines.join('\n')}\n`;
}

function title({ name, minUsage, maxUsage }: ChunkList): string {
  return `${name} ${Math.max(0, minUsage)}–${Math.min(100, maxUsage)} %`;
}

function describe({ usage, chunkBytes, freeBytes, runs, slabs }: ChunkStats): string {
  return `${size(chunkBytes)}, ${usage} % of pages, ${size(freeBytes)} free, ${runs - slabs} runs, ${slabs} slabs`;
}

function mapOf(chunk: Chunk): string[] {
  let map = '';
  chunk.runs.forEach((firstPage, pages, used) => {
    const slab = chunk.slabs[firstPage];
    if (!used) map += '.'.repeat(pages);
    else if (slab === undefined) map += `[${'='.repeat(pages - 1)}`;
    else map += `${tenths(slab.slots - slab.free, slab.slots)}${'~'.repeat(pages - 1)}`;
  });
  const lines: string[] = [];
  for (let at = 0; at < map.length; at += COLUMNS) lines.push(`    ${map.slice(at, at + COLUMNS)}`);
  return lines;
}

function tenths(taken: number, slots: number): number {
  return Math.min(9, Math.floor((taken * 10) / slots));
}

function size(bytes: number): string {
  if (bytes >= 1 << 20) return `${Number((bytes / (1 << 20)).toFixed(1))} MiB`;
  return bytes >= 1 << 10 ? `${Number((bytes / (1 << 10)).toFixed(1))} KiB` : `${bytes} B`;
}

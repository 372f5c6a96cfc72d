/**
 * Where chunks and pages are drawn.
 *
 *     ┌ gutter ┐┌ pagesPerLine cells ───────────┐  gap  ┌ gutter ┐┌ …
 *     1 q100    ▓▓▓▓▓▓▓▓▓▓▒▒▒▒░░░░                      2 q075     the next chunk, where there is room
 *               a second line of the same chunk
 *
 * All chunks have cells of one size: a page is as wide here as there.
 */
import type { ArenaMap, ChunkMap, RunMap } from './map-types.ts';

const GUTTER = 56;
const GAP = 20;
const LEAST_CELL = 7;
const MOST_CELL = 14;
const CELL_HEIGHT = 12;
const LINE_GAP = 2;
const CHUNK_GAP = 6;
const MOST_COLUMNS = 4;

/** A chunk's place. `x` and `y` are of its first cell. */
export interface ChunkBox {
  readonly chunk: ChunkMap;
  /** From 1, the fullest first. */
  readonly number: number;
  readonly x: number;
  readonly y: number;
}

/** All places. */
export interface MapLayout {
  readonly boxes: readonly ChunkBox[];
  readonly cell: number;
  readonly pagesPerLine: number;
  readonly height: number;
}

/** A rectangle. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What is under a point. */
export interface Spot {
  readonly box: ChunkBox;
  readonly run: RunMap;
}

/** Places the chunks of a map in so many pixels of width. */
export function layoutMap({ chunks }: ArenaMap, width: number): MapLayout {
  const mostPages = Math.max(1, ...chunks.map(({ pages }) => pages));
  const fit = Math.max(8, Math.floor((width - GUTTER) / LEAST_CELL));
  const pagesPerLine = 2 ** Math.floor(Math.log2(Math.min(fit, 2 ** Math.ceil(Math.log2(mostPages)))));
  const possible = Math.floor((width + GAP) / (GUTTER + pagesPerLine * LEAST_CELL + GAP));
  const columns = Math.max(1, Math.min(MOST_COLUMNS, possible, chunks.length));
  const columnWidth = (width - GAP * (columns - 1)) / columns;
  const cell = Math.max(2, Math.min(MOST_CELL, Math.floor((columnWidth - GUTTER) / pagesPerLine)));
  const boxes: ChunkBox[] = [];
  let y = 0;
  for (let first = 0; first < chunks.length; first += columns) {
    const row = chunks.slice(first, first + columns);
    row.forEach((chunk, i) => {
      const x = Math.round(i * (columnWidth + GAP)) + GUTTER;
      boxes.push({ chunk, number: first + i + 1, x, y });
    });
    const lines = Math.max(...row.map(({ pages }) => Math.ceil(pages / pagesPerLine)));
    y += lines * (CELL_HEIGHT + LINE_GAP) - LINE_GAP + CHUNK_GAP;
  }
  return { boxes, cell, pagesPerLine, height: Math.max(CELL_HEIGHT, y - CHUNK_GAP) };
}

/** The rectangles of a run: one for each line that it touches. */
export function runRects({ cell, pagesPerLine }: MapLayout, box: ChunkBox, run: RunMap): readonly Rect[] {
  const rects: Rect[] = [];
  const end = run.firstPage + run.pages;
  for (let page = run.firstPage; page < end; ) {
    const line = Math.floor(page / pagesPerLine);
    const until = Math.min(end, (line + 1) * pagesPerLine);
    const x = box.x + (page % pagesPerLine) * cell;
    const y = box.y + line * (CELL_HEIGHT + LINE_GAP);
    rects.push({ x, y, width: (until - page) * cell, height: CELL_HEIGHT });
    page = until;
  }
  return rects;
}

/** What is at a point, if anything. */
export function spotAt(layout: MapLayout, x: number, y: number): Spot | undefined {
  const { cell, pagesPerLine } = layout;
  for (const box of layout.boxes) {
    const column = Math.floor((x - box.x) / cell);
    const line = Math.floor((y - box.y) / (CELL_HEIGHT + LINE_GAP));
    if (column < 0 || column >= pagesPerLine || line < 0) continue;
    const page = line * pagesPerLine + column;
    const run = box.chunk.runs.find((it) => page >= it.firstPage && page < it.firstPage + it.pages);
    if (run !== undefined) return { box, run };
  }
  return undefined;
}

/**
 * The map of one allocator: canvas, tip, table.
 *
 * The canvas takes the focus: ← and → go from run to run, ↑ and ↓ from chunk to chunk, Escape lets go.
 */
import { make, setShown, setText } from '../dom.ts';
import { onColours } from '../palette.ts';
import { DataTable } from '../tables/data-table.ts';
import { layoutMap, type MapLayout, runRects, type Spot, spotAt } from './map-layout.ts';
import { paintMap } from './map-paint.ts';
import type { ArenaMap } from './map-types.ts';
import { type ChunkSummary, describeMap, describeSpot, summarise } from './map-words.ts';

/** Pixels around what the keys go to. */
const MARGIN = 48;

/** Owner: the section of maps. */
export class ArenaView {
  readonly element: HTMLElement;
  readonly #heading = make('h3');
  readonly #summary = make('p', { class: 'note' });
  readonly #canvas = make('canvas', { tabindex: '0', role: 'img', 'data-testid': 'arena-map' });
  readonly #tip = make('div', { class: 'tip', 'data-testid': 'arena-map-tip', hidden: '' });
  readonly #area = make('div', { class: 'map-area' }, this.#canvas);
  readonly #table = new DataTable<ChunkSummary>('table-chunks', 'Chunks, the fullest first', [
    { head: 'Chunk', of: ({ number }) => String(number) },
    { head: 'List', of: ({ list }) => list, text: true },
    { head: 'Pages', of: ({ pages }) => String(pages) },
    { head: 'Free pages', of: ({ freePages }) => String(freePages) },
    { head: 'Blocks', of: ({ blocks }) => String(blocks) },
    { head: 'Slabs', of: ({ slabs }) => String(slabs) },
    { head: 'Slots used', of: ({ slots, usedSlots }) => (slots === 0 ? '–' : `${usedSlots} of ${slots}`) },
  ]);
  #map: ArenaMap = { pageBytes: 1, chunks: [], omittedChunks: 0 };
  #layout: MapLayout = { boxes: [], cell: 1, pagesPerLine: 1, height: 0 };
  /** What is looked at: chunk by index, and a page of it. Stays while figures change under it. */
  #at: { readonly chunk: number; readonly page: number } | undefined;

  constructor() {
    const map = make('div', { class: 'map' }, this.#area, this.#tip);
    const table = make('details', {}, make('summary', {}, 'Chunks as a table'), this.#table.element);
    this.element = make('div', { class: 'arena' }, this.#heading, this.#summary, map, table);
    this.#canvas.addEventListener('pointermove', (event) => this.#point(event));
    this.#canvas.addEventListener('pointerdown', (event) => this.#point(event));
    this.#canvas.addEventListener('pointerleave', () => this.#look(undefined));
    this.#canvas.addEventListener('keydown', (event) => this.#key(event));
    this.#canvas.addEventListener('focus', () => {
      if (this.#canvas.matches(':focus-visible')) this.#look({ chunk: 0, page: 0 });
    });
    this.#canvas.addEventListener('blur', () => this.#look(undefined));
    this.#area.addEventListener('scroll', () => this.#paint());
    new ResizeObserver(() => this.#paint()).observe(this.#area);
    onColours(() => this.#paint());
  }

  draw(name: string, map: ArenaMap): void {
    this.#map = map;
    const described = describeMap(name, map);
    setText(this.#heading, name);
    setText(this.#summary, `${described.slice(name.length + 2)}.`);
    this.#canvas.setAttribute('aria-label', `Map of ${described}. The table below has the same in figures.`);
    this.#table.draw(map.chunks.map(summarise));
    this.#paint();
  }

  #paint(): void {
    const width = this.#area.clientWidth;
    if (width === 0) return;
    this.#layout = layoutMap(this.#map, width);
    const spot = this.#spot();
    paintMap(this.#canvas, this.#layout, width, spot);
    this.#showTip(spot);
  }

  #spot(): Spot | undefined {
    const { chunk, page } = this.#at ?? { chunk: -1, page: 0 };
    const box = this.#layout.boxes[chunk];
    const run = box?.chunk.runs.find((it) => page >= it.firstPage && page < it.firstPage + it.pages);
    return box === undefined || run === undefined ? undefined : { box, run };
  }

  #showTip(spot: Spot | undefined): void {
    setShown(this.#tip, spot !== undefined);
    if (spot === undefined) return;
    setText(this.#tip, describeSpot(spot));
    const rects = runRects(this.#layout, spot.box, spot.run);
    const [first, last] = [rects[0], rects.at(-1)];
    if (first === undefined || last === undefined) return;
    const most = Math.max(0, this.#area.clientWidth - this.#tip.offsetWidth);
    this.#tip.style.left = `${Math.min(most, first.x)}px`;
    this.#tip.style.top = `${last.y + last.height + 6 - this.#area.scrollTop}px`;
  }

  #look(at: { readonly chunk: number; readonly page: number } | undefined): void {
    this.#at = at;
    this.#paint();
  }

  #point({ offsetX, offsetY }: PointerEvent): void {
    const spot = spotAt(this.#layout, offsetX, offsetY);
    this.#look(spot === undefined ? undefined : { chunk: spot.box.number - 1, page: spot.run.firstPage });
  }

  #key(event: KeyboardEvent): void {
    const spot = this.#spot();
    const runs = spot?.box.chunk.runs ?? [];
    const chunk = (spot?.box.number ?? 1) - 1;
    const run = spot === undefined ? 0 : runs.indexOf(spot.run);
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (event.key === 'Escape') this.#look(undefined);
    if (step === undefined) return;
    event.preventDefault();
    const [down, right] = step as [number, number];
    const nextChunk = Math.max(0, Math.min(this.#layout.boxes.length - 1, chunk + down));
    const nextRun = runs[Math.max(0, Math.min(runs.length - 1, run + right))];
    this.#scrollTo(nextChunk);
    this.#look({ chunk: nextChunk, page: down === 0 ? (nextRun?.firstPage ?? 0) : 0 });
  }

  #scrollTo(chunk: number): void {
    const y = this.#layout.boxes[chunk]?.y ?? 0;
    const { scrollTop, clientHeight } = this.#area;
    if (y < scrollTop || y > scrollTop + clientHeight - MARGIN) this.#area.scrollTop = y - MARGIN;
  }
}

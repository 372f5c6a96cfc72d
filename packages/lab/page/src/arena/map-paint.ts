/** Paints a map: used pages in the colour of their size class, slabs filled as far as they are used, free ones hollow. */
import { colour } from '../palette.ts';
import { classColour } from './class-colours.ts';
import { type MapLayout, type Rect, runRects, type Spot } from './map-layout.ts';
import type { RunMap } from './map-types.ts';

/** How much of its colour an empty slab has. */
const EMPTY_ALPHA = 0.28;

/** Paints all of it on a canvas of `width` pixels. */
export function paintMap(
  canvas: HTMLCanvasElement,
  layout: MapLayout,
  width: number,
  chosen: Spot | undefined,
): void {
  const scale = devicePixelRatio;
  const [w, h] = [Math.round(width * scale), Math.round(layout.height * scale)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.height = `${layout.height}px`;
  }
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, layout.height);
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'top';
  for (const box of layout.boxes) {
    context.fillStyle = colour('--quiet');
    context.fillText(`${box.number}  ${box.chunk.list}`, box.x - 56, box.y + 1);
    for (const run of box.chunk.runs) {
      for (const rect of runRects(layout, box, run)) paintRun(context, rect, run);
    }
  }
  if (chosen !== undefined) outline(context, runRects(layout, chosen.box, chosen.run));
}

function paintRun(context: CanvasRenderingContext2D, rect: Rect, run: RunMap): void {
  const { x, y, width, height } = rect;
  const inner = Math.max(1, width - 1);
  if (run.kind === 'free') {
    context.strokeStyle = colour('--hollow');
    context.lineWidth = 1;
    context.strokeRect(x + 0.5, y + 0.5, Math.max(1, inner - 1), height - 1);
    return;
  }
  const used = run.slots === 0 ? 0 : run.usedSlots / run.slots;
  const filled = used === 0 ? 0 : Math.max(1, Math.round(height * used));
  if (filled < height) {
    context.fillStyle = classColour(run.blockBytes, EMPTY_ALPHA);
    context.fillRect(x, y, inner, height - filled);
  }
  context.fillStyle = classColour(run.blockBytes);
  context.fillRect(x, y + height - filled, inner, filled);
}

function outline(context: CanvasRenderingContext2D, rects: readonly Rect[]): void {
  context.strokeStyle = colour('--text');
  context.lineWidth = 2;
  for (const { x, y, width, height } of rects) context.strokeRect(x, y, Math.max(2, width - 1), height);
}

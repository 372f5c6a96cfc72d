/**
 * Hit rates of allocators and object pools, with the tuner's decisions as marks at the foot.
 *
 * There are as many colours as lines. A line keeps its colour as long as it is in sight; a free one goes to the busiest
 * of the others.
 */
import type uPlot from 'uplot';
import type { Model } from '../data/model.ts';
import { sourcesOf } from '../data/sources.ts';
import { make } from '../dom.ts';
import { TimeChart } from '../draw/time-chart.ts';
import { percent } from '../format.ts';
import { colour, SERIES_COLOURS, seriesColour } from '../palette.ts';
import type { Part } from './part.ts';

/** A chart over the whole width. */
export class HitRateChart implements Part {
  readonly element: HTMLElement;
  /** By colour, the key of the line that has it. */
  readonly #slots: (string | undefined)[] = new Array<undefined>(SERIES_COLOURS).fill(undefined);
  readonly #chart: TimeChart;
  readonly #zoom = make('button', { type: 'button', 'aria-pressed': 'false' }, '90–100 %');
  #marks: readonly number[] = [];
  #least = 0;

  constructor() {
    this.#chart = new TimeChart({
      testId: 'chart-hit-rate',
      title: 'Hit rate',
      height: 240,
      axis: {
        format: (value) => `${value} %`,
        range: () => [this.#least, 100 + (100 - this.#least) / 50],
        steps: [1, 5, 10, 25, 50],
      },
      format: (value) => percent(value / 100),
      onDraw: (plot) => this.#drawMarks(plot),
    });
    this.element = this.#chart.element;
    this.element.classList.add('wide');
    this.#chart.tools.append(this.#zoom);
    this.#zoom.addEventListener('click', () => {
      this.#least = this.#least === 0 ? 90 : 0;
      this.#zoom.setAttribute('aria-pressed', String(this.#least > 0));
      this.#chart.redraw();
    });
  }

  draw(model: Model): void {
    const { snapshot, history, range, decisions } = model;
    this.element.hidden = snapshot === undefined || history.keys('hit/').length === 0;
    if (snapshot === undefined || this.element.hidden) return;
    const sources = [...sourcesOf(snapshot)].sort((a, b) => b.requests - a.requests);
    const inSight = new Set(history.keys('hit/').map((key) => key.slice('hit/'.length)));
    this.#assign(
      inSight,
      sources.map(({ key }) => key),
    );
    this.#marks = decisions.map(({ atMs }) => atMs / 1000);
    const lines = this.#slots.flatMap((key, slot) => {
      if (key === undefined) return [];
      const label = key.slice(key.indexOf('/') + 1);
      const twice = this.#slots.some((other) => other !== key && other?.endsWith(`/${label}`));
      const kind = key.slice(0, key.indexOf('/'));
      const name = twice ? `${label} (${kind})` : label;
      return [{ label: name, colour: seriesColour(slot), values: history.column(`hit/${key}`) }];
    });
    const left = inSight.size - lines.length;
    const note = left > 0 ? `The ${lines.length} busiest; ${left} more are in the tables below.` : '';
    this.#chart.draw({ times: history.times, lines, range }, note);
  }

  #assign(inSight: ReadonlySet<string>, busiestFirst: readonly string[]): void {
    const slots = this.#slots;
    slots.forEach((key, slot) => {
      if (key !== undefined && !inSight.has(key)) slots[slot] = undefined;
    });
    for (const key of busiestFirst) {
      const free = slots.indexOf(undefined);
      if (free === -1) return;
      if (!slots.includes(key) && inSight.has(key)) slots[free] = key;
    }
  }

  #drawMarks(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const size = 5 * devicePixelRatio;
    const foot = bbox.top + bbox.height;
    ctx.save();
    ctx.fillStyle = colour('--text');
    for (const time of this.#marks) {
      const x = plot.valToPos(time, 'x', true);
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.beginPath();
      ctx.moveTo(x, foot - size * 1.4);
      ctx.lineTo(x - size * 0.8, foot);
      ctx.lineTo(x + size * 0.8, foot);
      ctx.fill();
    }
    ctx.restore();
  }
}

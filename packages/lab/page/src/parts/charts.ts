/** All charts over time. */
import type { Model } from '../data/model.ts';
import { make } from '../dom.ts';
import { GcChart } from './gc-chart.ts';
import { HitRateChart } from './hit-rate-chart.ts';
import { LatencyChart } from './latency-chart.ts';
import { allocationsChart, bytesChart, memoryChart } from './line-charts.ts';
import { makeSection, type Part } from './part.ts';

/** The section of charts. */
export class Charts implements Part {
  readonly element: HTMLElement;
  readonly #charts: readonly Part[] = [
    new HitRateChart(),
    bytesChart(),
    allocationsChart(),
    new GcChart(),
    new LatencyChart(),
    memoryChart(),
  ];

  constructor() {
    const grid = make('div', { class: 'charts' }, ...this.#charts.map(({ element }) => element));
    this.element = makeSection('charts', 'Over time', grid);
  }

  draw(model: Model): void {
    this.element.hidden = model.snapshot === undefined;
    if (!this.element.hidden) for (const chart of this.#charts) chart.draw(model);
  }
}

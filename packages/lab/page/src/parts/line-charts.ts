/** The charts that are no more than lines: bytes, allocations and memory. */

import type { Column } from '../data/history.ts';
import type { Model } from '../data/model.ts';
import type { Line } from '../draw/line.ts';
import { BINARY_STEPS, fromZero, type VerticalAxis } from '../draw/plot-options.ts';
import { TimeChart } from '../draw/time-chart.ts';
import { bytes, compact } from '../format.ts';
import type { Part } from './part.ts';

const HEIGHT = 200;
const BYTES: VerticalAxis = { format: bytes, range: fromZero, steps: BINARY_STEPS };
const RATE: VerticalAxis = { format: compact, range: fromZero };

/** A chart of lines that a function makes. */
class LineChart implements Part {
  readonly element: HTMLElement;
  readonly #chart: TimeChart;
  readonly #linesOf: (model: Model) => readonly Line[];

  constructor(testId: string, title: string, axis: VerticalAxis, linesOf: (model: Model) => readonly Line[]) {
    this.#chart = new TimeChart({ testId, title, height: HEIGHT, axis, format: axis.format });
    this.element = this.#chart.element;
    this.#linesOf = linesOf;
  }

  draw(model: Model): void {
    const lines = this.#linesOf(model);
    this.element.hidden = lines.length === 0;
    if (lines.length > 0) this.#chart.draw({ times: model.history.times, lines, range: model.range });
  }
}

/** Of all allocators. */
export function bytesChart(): Part {
  return new LineChart('chart-bytes', 'Bytes of buffers', BYTES, ({ history }) => {
    if (history.keys('bytes/').length === 0) return [];
    const [inUse, cached] = [history.column('bytes/in use'), history.column('bytes/cached')];
    const reserved = history.column('bytes/reserved');
    return [
      { label: 'in use', colour: '--series-1', values: inUse, fill: 'axis' },
      { label: 'cached', colour: '--series-3', values: sum(inUse, cached), told: cached, fill: 'before' },
      { label: 'reserved', colour: '--series-8', values: reserved, dash: true },
    ];
  });
}

/** Of all allocators and object pools; what was made anew lies under what was asked for. */
export function allocationsChart(): Part {
  const all: readonly (readonly [key: string, label: string, colour: string, dash: boolean])[] = [
    ['rate/allocations', 'buffers allocated', '--series-1', false],
    ['rate/arena', 'not from a cache', '--series-1', true],
    ['rate/gets', 'objects taken', '--series-2', false],
    ['rate/created', 'objects made', '--series-2', true],
  ];
  return new LineChart('chart-allocations', 'Allocations per second', RATE, ({ history }) => {
    const there = new Set(history.keys('rate/'));
    return all.flatMap(([key, label, colour, dash]) =>
      there.has(key) ? [{ label, colour, dash, values: history.column(key) }] : [],
    );
  });
}

/** Of the process. */
export function memoryChart(): Part {
  return new LineChart('chart-memory', 'Memory of the process', BYTES, ({ history }) => [
    { label: 'RSS', colour: '--series-4', values: history.column('memory/rss') },
    { label: 'heap', colour: '--series-1', values: history.column('memory/heap') },
    { label: 'external', colour: '--series-2', values: history.column('memory/external') },
  ]);
}

function sum(a: Column, b: Column): Column {
  return a.map((value, i) => {
    const other = b[i];
    return value === null || other === null || other === undefined ? null : value + other;
  });
}

/** Pauses of the garbage collector as they fall: when, how long, of which kind. */
import type { GcPause } from '@rockpool/metrics';
import type { Model } from '../data/model.ts';
import { TimeChart } from '../draw/time-chart.ts';
import { milliseconds, plural } from '../format.ts';
import type { Part } from './part.ts';

/** What is shorter is drawn here: a logarithm has no 0. */
const SHORTEST_MS = 0.1;

const KINDS: readonly (readonly [kind: GcPause['kind'], colour: string])[] = [
  ['minor', '--series-1'],
  ['major', '--series-2'],
  ['incremental', '--series-3'],
  ['weak', '--series-4'],
];

/** Points on a logarithmic axis. */
export class GcChart implements Part {
  readonly element: HTMLElement;
  readonly #chart: TimeChart;

  constructor() {
    this.#chart = new TimeChart({
      testId: 'chart-gc',
      title: 'GC pauses',
      height: 200,
      axis: {
        format: (ms) => `${ms} ms`,
        range: fromShortest,
        log: true,
        marks: [0.1, 1, 10, 100, 1000, 10_000],
      },
      format: milliseconds,
    });
    this.element = this.#chart.element;
  }

  draw({ pauses, range, snapshot }: Model): void {
    this.element.hidden = snapshot === undefined;
    const lines = KINDS.flatMap(([kind, colour]) =>
      pauses.some((pause) => pause.kind === kind)
        ? [
            {
              label: kind,
              colour,
              points: 'full' as const,
              values: pauses.map((it) => (it.kind === kind ? Math.max(SHORTEST_MS, it.durationMs) : null)),
              told: pauses.map((it) => (it.kind === kind ? it.durationMs : null)),
            },
          ]
        : [],
    );
    const inRange = pauses.filter(({ atMs }) => atMs >= range[0] * 1000);
    const total = inRange.reduce((sum, { durationMs }) => sum + durationMs, 0);
    const note =
      inRange.length === 0
        ? 'None in this time.'
        : `${plural(inRange.length, 'pause')}, together ${milliseconds(total)}.`;
    this.#chart.draw({ times: pauses.map(({ atMs }) => atMs / 1000), lines, range }, note);
  }
}

/** Whole powers of ten, 10 ms at least. */
function fromShortest(most: number): [number, number] {
  return [SHORTEST_MS, 10 ** Math.max(1, Math.ceil(Math.log10(Math.max(most, SHORTEST_MS))))];
}

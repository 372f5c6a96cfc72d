/**
 * The charts of a comparison, as data: what is drawn, its unit, and the table that says the same. The page's script
 * (`assets/report.js`) turns them into pictures; here nothing knows about the drawing library.
 */
import { GC_KINDS } from '../harness/gc-watch.ts';
import type { HistoryUnit } from '../history.ts';
import {
  formatBytes,
  formatCount,
  formatNumber,
  formatPercent,
  formatTime,
  formatTimeSpread,
} from './format.ts';
import { historyCharts } from './history-charts.ts';
import type { CaseFigures, ComparisonReport } from './report.ts';

/** Text cells; the first of each row is its heading. */
export interface TableData {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

interface ChartBase {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** What the value axis shows. Values are nanoseconds unless the chart has a unit; the page writes them with it. */
  readonly axis: string;
  readonly table: TableData;
}

/** A bar for each case, with a whisker from the smallest round to the largest. */
export interface BarChart extends ChartBase {
  readonly kind: 'bars';
  readonly labels: readonly string[];
  readonly medians: readonly number[];
  readonly lows: readonly number[];
  readonly highs: readonly number[];
  /** Written at the end of each bar. */
  readonly texts: readonly string[];
  /** Index of the baseline among the labels. */
  readonly baseline: number;
}

/** A bar for each case, stacked from the values of several series. */
export interface StackChart extends ChartBase {
  readonly kind: 'stack';
  readonly labels: readonly string[];
  readonly series: readonly ChartSeries[];
  readonly texts: readonly string[];
}

/** A line for each case over the percentiles; the value axis is logarithmic. */
export interface PercentileChart extends ChartBase {
  readonly kind: 'percentiles';
  readonly points: readonly string[];
  readonly series: readonly ChartSeries[];
}

/** Lines over operations, with marks where something happened. */
export interface LineChart extends ChartBase {
  readonly kind: 'lines';
  readonly unit: HistoryUnit;
  readonly operations: readonly number[];
  /** What the horizontal axis counts, plural. */
  readonly along: string;
  readonly series: readonly LineSeries[];
  readonly marks: readonly { readonly at: number; readonly text: string }[];
  /** The end of the value axis, where several charts share it; null: as the values want it. */
  readonly most: number | null;
}

export interface ChartSeries {
  readonly name: string;
  readonly values: readonly number[];
}

/** A line, with gaps where there is no value. */
export interface LineSeries {
  readonly name: string;
  /** Which of the page's colours, from 0: the same for a case in all charts. */
  readonly hue: number;
  readonly values: readonly (number | null)[];
}

export type Chart = BarChart | StackChart | PercentileChart | LineChart;

interface Measured {
  readonly id: string;
  readonly title: string;
  readonly figures: CaseFigures;
}

const KIND_NAMES = {
  minor: 'minor (scavenge)',
  major: 'major (mark-compact)',
  incremental: 'incremental',
  weakcb: 'weak callbacks',
} as const;

/** All charts of one comparison. `prefix` makes their ids unique. */
export function chartsOf(comparison: ComparisonReport, prefix: string): Chart[] {
  const measured = comparison.cases.flatMap(({ id, title, figures }): Measured[] =>
    figures === null ? [] : [{ id, title, figures }],
  );
  if (measured.length === 0) return [];
  const lived = measured.flatMap(({ id, title, figures: { history } }) =>
    history === null ? [] : [{ id, title, history }],
  );
  const collected = measured.filter(({ figures }) => figures.gc !== null);
  return [
    timeChart(comparison, measured, prefix),
    ...(collected.length === 0 ? [] : [collectorChart(collected, prefix)]),
    latencyChart(measured, prefix),
    ...historyCharts(lived, `${comparison.operation}s`, prefix),
  ];
}

function timeChart(comparison: ComparisonReport, measured: readonly Measured[], prefix: string): BarChart {
  const times = measured.map(({ figures }) => figures.nsPerOperation);
  const { operation } = comparison;
  const payload = measured.some(({ figures }) => figures.payloadBytesPerSecond !== null);
  return {
    kind: 'bars',
    id: `${prefix}-time`,
    title: `Time per ${operation}`,
    axis: `time per ${operation}, median and range of the rounds`,
    labels: measured.map(({ title }) => title),
    medians: times.map(({ median }) => median),
    lows: times.map(({ min }) => min),
    highs: times.map(({ max }) => max),
    texts: times.map(({ median }) => formatTime(median)),
    baseline: measured.findIndex(({ id }) => id === comparison.baseline),
    table: {
      head: [
        '',
        'time (range)',
        `${operation}s/s`,
        ...(payload ? ['MB/s'] : []),
        'heap',
        'external',
        'RSS peak',
      ],
      rows: measured.map(({ title, figures: f }) => [
        title,
        formatTimeSpread(f.nsPerOperation),
        formatCount(f.operationsPerSecond.median),
        ...(payload
          ? [f.payloadBytesPerSecond ? formatNumber(f.payloadBytesPerSecond.median / 1e6) : '–']
          : []),
        f.heapBytesPerOperation === null ? '–' : formatBytes(f.heapBytesPerOperation.median),
        f.externalBytesPerOperation === null ? '–' : formatBytes(f.externalBytesPerOperation.median),
        formatBytes(f.rssPeakBytes.median),
      ]),
    },
  };
}

function collectorChart(measured: readonly Measured[], prefix: string): StackChart {
  const summaries = measured.flatMap(({ title, figures: { gc } }) => (gc === null ? [] : [{ title, gc }]));
  return {
    kind: 'stack',
    id: `${prefix}-gc`,
    title: 'GC time by kind',
    axis: 'GC time per operation',
    labels: summaries.map(({ title }) => title),
    series: GC_KINDS.map((kind) => ({
      name: KIND_NAMES[kind],
      values: summaries.map(({ gc }) => gc.kindNsPerOperation[kind].median),
    })),
    texts: summaries.map(({ gc }) => formatTime(gc.nsPerOperation.median)),
    table: {
      head: ['', 'collections', 'per operation', 'share of wall time', 'longest pause'],
      rows: summaries.map(({ title, gc }) => [
        title,
        formatNumber(gc.count.median),
        formatTime(gc.nsPerOperation.median),
        formatPercent(gc.share.median),
        formatTime(gc.maxPauseMs.median * 1e6),
      ]),
    },
  };
}

function latencyChart(measured: readonly Measured[], prefix: string): PercentileChart {
  const points = ['p50', 'p99', 'p99.9', 'max'];
  const valuesOf = ({ p50Ns, p99Ns, p999Ns, maxNs }: CaseFigures): number[] =>
    [p50Ns, p99Ns, p999Ns, maxNs].map(({ median }) => median);
  return {
    kind: 'percentiles',
    id: `${prefix}-latency`,
    title: 'Latency of single operations',
    axis: 'latency, logarithmic',
    points,
    series: measured.map(({ title, figures }) => ({ name: title, values: valuesOf(figures) })),
    table: {
      head: ['', ...points],
      rows: measured.map(({ title, figures }) => [title, ...valuesOf(figures).map(formatTime)]),
    },
  };
}

/**
 * Charts over a life. Bytes have a chart for each case, all on the same scale, as they are parts of each other.
 * Percentages and counts have a chart for each series, with a line for each case, as they are to be compared.
 */
import type { History, HistorySeries, HistoryUnit } from '../history.ts';
import type { LineChart, LineSeries, TableData } from './charts.ts';
import { formatBytes, formatNumber } from './format.ts';

/** A case that watched its life. */
export interface Lived {
  readonly id: string;
  readonly title: string;
  readonly history: History;
}

/** The charts of one comparison's lives. `along` is what the operations are, plural. */
export function historyCharts(lived: readonly Lived[], along: string, prefix: string): LineChart[] {
  const most = Math.max(0, ...lived.flatMap((it) => it.history.series.filter(isBytes).map(largest)));
  return [
    ...lived.map((it) => bytesChart(it, along, prefix, most)),
    ...compared(lived).map((name) => compareChart(name, lived, along, prefix)),
  ];
}

function bytesChart({ id, title, history }: Lived, along: string, prefix: string, most: number): LineChart {
  const series = history.series.filter(isBytes).map(({ name, values }, hue) => ({ name, values, hue }));
  return {
    ...lineChart('bytes', along, history, series),
    id: `${prefix}-${id}-bytes`,
    title: `Memory over the life: ${title}`,
    most,
  };
}

/** Names of the series that are compared. */
function compared(lived: readonly Lived[]): string[] {
  const all = lived.flatMap(({ history }) => history.series.filter((it) => !isBytes(it)));
  return [...new Set(all.map(({ name }) => name))];
}

function compareChart(name: string, lived: readonly Lived[], along: string, prefix: string): LineChart {
  const found = lived.flatMap(({ title, history }, hue) => {
    const it = history.series.find((candidate) => candidate.name === name);
    return it === undefined
      ? []
      : [{ history, unit: it.unit, line: { name: title, values: it.values, hue } }];
  });
  const [{ history, unit }] = found as [(typeof found)[0], ...typeof found];
  return {
    ...lineChart(
      unit,
      along,
      history,
      found.map(({ line }) => line),
    ),
    id: `${prefix}-${name.replaceAll(' ', '-')}`,
    title: `${name[0]?.toUpperCase()}${name.slice(1)} over the life`,
    most: null,
  };
}

function lineChart(
  unit: HistoryUnit,
  along: string,
  history: History,
  series: readonly LineSeries[],
): Omit<LineChart, 'id' | 'title' | 'most'> {
  return {
    kind: 'lines',
    unit,
    axis: unit,
    along: history.along ?? along,
    operations: history.operations,
    series,
    marks: marksOf(history),
    table: momentTable(history.moments, unit, series),
  };
}

/** A row for each moment. */
function momentTable(
  moments: History['moments'],
  unit: HistoryUnit,
  series: readonly LineSeries[],
): TableData {
  return {
    head: ['', ...series.map(({ name }) => name)],
    rows: moments.map(({ look, name }) => [
      name,
      ...series.map(({ values }) => {
        const value = values[look] ?? null;
        return value === null ? '–' : formatValue(value, unit);
      }),
    ]),
  };
}

function formatValue(value: number, unit: HistoryUnit): string {
  if (unit === 'bytes') return value < 0 ? `−${formatBytes(-value)}` : formatBytes(value);
  return unit === 'percent' ? `${formatNumber(value)} %` : formatNumber(value);
}

/** One mark for the moments at the same operation, with the name of the first: there is no room for more. */
function marksOf({ operations, moments }: History): LineChart['marks'] {
  const marks = moments.map(({ look, name }) => ({ at: operations[look] as number, text: name }));
  return marks.filter(({ at }, i) => at !== marks[i - 1]?.at);
}

function isBytes({ unit }: HistorySeries): boolean {
  return unit === 'bytes';
}

function largest({ values }: HistorySeries): number {
  return Math.max(0, ...values.map((value) => value ?? 0));
}

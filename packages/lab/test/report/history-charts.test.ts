import { expect, test } from 'vitest';
import type { History } from '../../src/history.ts';
import { historyCharts } from '../../src/report/history-charts.ts';

const MIB = 2 ** 20;
const fresh: History = {
  operations: [0, 10, 10, 20],
  series: [{ name: 'RSS', unit: 'bytes', values: [-MIB, 2 * MIB, 4 * MIB, 0] }],
  moments: [
    { look: 1, name: 'half' },
    { look: 2, name: 'half, trimmed' },
    { look: 3, name: 'end' },
  ],
};
const pooled: History = {
  ...fresh,
  series: [
    ...fresh.series,
    { name: 'reserved', unit: 'bytes', values: [0, 6 * MIB, 3 * MIB, 0] },
    { name: 'external', unit: 'percent', values: [null, 12, 5, null] },
    { name: 'chunks', unit: 'count', values: [0, 12, 6, 0] },
  ],
};
const charts = historyCharts(
  [
    { id: 'fresh', title: 'Fresh', history: fresh },
    { id: 'pooled', title: 'Pool', history: pooled },
  ],
  'steps',
  'x',
);

test('bytes have a chart a case on one scale, other series one for all cases', () => {
  expect(charts.map(({ id, title, most }) => [id, title, most])).toEqual([
    ['x-fresh-bytes', 'Memory over the life: Fresh', 6 * MIB],
    ['x-pooled-bytes', 'Memory over the life: Pool', 6 * MIB],
    ['x-external', 'External over the life', null],
    ['x-chunks', 'Chunks over the life', null],
  ]);
});

test('a case has the same hue in every chart that compares cases', () => {
  expect(charts[2]?.series).toEqual([{ name: 'Pool', hue: 1, values: [null, 12, 5, null] }]);
  expect(charts[3]?.series[0]?.hue).toBe(1);
});

test('the table has a row for each moment; a gap is a dash', () => {
  expect(charts[1]?.table).toEqual({
    head: ['', 'RSS', 'reserved'],
    rows: [
      ['half', '2.00 MiB', '6.00 MiB'],
      ['half, trimmed', '4.00 MiB', '3.00 MiB'],
      ['end', '0 B', '0 B'],
    ],
  });
  expect(charts[2]?.table.rows.map(([, text]) => text)).toEqual(['12.0 %', '5.00 %', '–']);
});

test('moments at the same operation share a mark', () => {
  expect(charts[0]?.marks).toEqual([
    { at: 10, text: 'half' },
    { at: 20, text: 'end' },
  ]);
});

test('cases without a history have no charts', () => {
  expect(historyCharts([], 'steps', 'x')).toEqual([]);
});

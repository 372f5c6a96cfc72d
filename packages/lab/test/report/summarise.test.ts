import { expect, test } from 'vitest';
import { verdictOf } from '../../src/report/summarise.ts';
import { experimentReport } from '../measurements.ts';

const FRESH = [
  { ns: 100, gcMs: 10 },
  { ns: 300, gcMs: 20 },
];
const POOLED = [{ ns: 50, gcMs: 1 }, { ns: 50 }];

function comparison() {
  const [first] = experimentReport(FRESH, POOLED).comparisons;
  if (first === undefined) throw new Error('no comparison');
  return first;
}

test('a ratio is taken round by round', () => {
  const [ratio] = comparison().ratios;
  expect(ratio?.speedPerRound).toEqual([2, 6]);
  expect(ratio?.speed).toEqual({ median: 4, min: 2, max: 6 });
});

test('GC time is compared per operation', () => {
  const gcTime = comparison().ratios[0]?.gcTime;
  expect(gcTime?.min).toBe(0);
  expect(gcTime?.median).toBeCloseTo(0.05);
  expect(gcTime?.max).toBeCloseTo(0.1);
});

test('there is no GC ratio where the baseline never collected', () => {
  const [first] = experimentReport([{ ns: 1 }], [{ ns: 1, gcMs: 5 }]).comparisons;
  expect(first?.ratios[0]?.gcTime).toBeNull();
});

test('a case that did not run has a reason, no figures and no ratios', () => {
  const { cases, ratios } = comparison();
  expect(cases[2]).toMatchObject({ unavailable: 'not in this Node', figures: null, rounds: [] });
  expect(ratios.map(({ variant }) => variant)).toEqual(['pooled']);
});

test('targets are judged by the median, and not where nothing was measured', () => {
  expect(comparison().targets).toMatchObject([
    { measured: 4, reached: true },
    { measured: 0.95, reached: true },
    { measured: null, reached: null },
  ]);
});

test('figures say what one round cost', () => {
  const figures = comparison().cases[0]?.figures;
  expect(figures?.gc?.nsPerOperation).toEqual({ median: 15, min: 10, max: 20 });
  expect(figures?.gc?.share.max).toBeCloseTo(0.1);
  expect(figures?.payloadBytesPerSecond?.max).toBe(1e9);
  expect(figures?.externalBytesPerOperation).toBeNull();
  expect(figures?.facts['items']?.median).toBe(3);
});

test('a verdict needs every round to agree', () => {
  expect(verdictOf({ median: 2, min: 1.2, max: 3 })).toBe('pool it');
  expect(verdictOf({ median: 2, min: 1.05, max: 3 })).toBe('no difference');
  expect(verdictOf({ median: 0.5, min: 0.4, max: 0.8 })).toBe('leave it');
  expect(verdictOf({ median: 0.5, min: 0.4, max: 0.95 })).toBe('no difference');
});

test('limits are judged by the median, and not where there is no such fact', () => {
  const holes = (percent: number) => ({ ns: 1, facts: { 'holes, %': percent } });
  const [first] = experimentReport(
    [holes(9), holes(10), holes(30)],
    [holes(11), holes(11), holes(8)],
  ).comparisons;
  expect(first?.limits).toMatchObject([
    { case: 'fresh', measured: 10, reached: true },
    { case: 'pooled', measured: 11, reached: false },
    { case: 'native', measured: null, reached: null },
  ]);
  expect(comparison().limits.map(({ reached }) => reached)).toEqual([null, null, null]);
});

test('a history is the median of the rounds, and null where none was kept', () => {
  const history = (value: number) => ({
    operations: [0],
    series: [{ name: 'held', unit: 'bytes' as const, values: [value] }],
    moments: [],
  });
  const given = [1, 7, 2].map((value) => ({ ns: 1, history: history(value) }));
  const [first] = experimentReport(given, [{ ns: 1 }, { ns: 1 }, { ns: 1 }]).comparisons;
  expect(first?.cases[0]?.figures?.history).toEqual(history(2));
  expect(first?.cases[1]?.figures?.history).toBeNull();
});

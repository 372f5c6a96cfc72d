import { expect, test } from 'vitest';
import { collected, fragmentation, pooled } from '../../src/experiments/fragmentation.ts';

const MIB = 2 ** 20;
const SHORT = { stepsPerHalf: 5000, stepsPerLook: 500 };

test('a life with an allocator has all facts that are limited, and ends with nothing reserved', async () => {
  const workload = await pooled(MIB, SHORT);
  workload.verify?.();
  const facts = workload.facts?.() ?? {};
  for (const { limits = [] } of fragmentation.comparisons) {
    expect(limits).not.toHaveLength(0);
    for (const { fact } of limits) expect(facts).toHaveProperty([fact]);
  }
  expect(facts['end, trimmed: reserved, MiB']).toBe(0);
  expect(Object.values(facts).every(Number.isFinite)).toBe(true);
  expect(workload.run(100)).toBeGreaterThan(0);
});

test('the history looks at both halves, the ebb and the end, and each trim empties the cache', async () => {
  const { operations, series, moments } = (await pooled(MIB, SHORT)).history?.() ?? {
    operations: [],
    series: [],
    moments: [],
  };
  expect([...operations]).toEqual([...operations].sort((a, b) => a - b));
  expect(operations.at(-1)).toBe(11_000);
  for (const { values } of series) expect(values).toHaveLength(operations.length);
  const at = (name: string, moment: string): number => {
    const { look } = moments.find((it) => it.name === moment) ?? { look: -1 };
    return series.find((it) => it.name === name)?.values[look] ?? Number.NaN;
  };
  for (const half of ['half 1', 'half 2']) {
    expect(at('asked for', half)).toBeGreaterThan(0.7 * MIB);
    expect(at('blocks', half)).toBeGreaterThanOrEqual(at('asked for', half));
    expect(at('reserved', half)).toBeGreaterThanOrEqual(at('blocks', half) + at('cache', half));
    expect(at('cache', `${half}, trimmed`)).toBe(0);
    expect(at('reserved', `${half}, trimmed`)).toBeLessThanOrEqual(at('reserved', half));
    expect(at('external fragmentation', `${half}, trimmed`)).toBeCloseTo(
      (100 * at('reserved', `${half}, trimmed`)) / at('blocks', `${half}, trimmed`) - 100,
    );
  }
  expect(at('asked for', 'end')).toBe(0);
  expect(at('reserved', 'end, trimmed')).toBe(0);
});

test('the same life of fresh buffers has resident bytes only', async () => {
  const workload = await collected(MIB, SHORT);
  expect(workload.history?.().series.map(({ name }) => name)).toEqual(['RSS above the start', 'asked for']);
  const account = (await pooled(MIB, SHORT)).history?.();
  expect(workload.history?.().operations).toEqual(account?.operations);
  expect(workload.history?.().series[1]).toEqual(account?.series[1]);
});

test('limits are the same for every live set', () => {
  const [first, ...others] = fragmentation.comparisons;
  for (const { limits } of others) expect(limits).toEqual(first?.limits);
});

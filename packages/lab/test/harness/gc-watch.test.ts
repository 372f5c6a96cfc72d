import { expect, test } from 'vitest';
import { GcWatch } from '../../src/harness/gc-watch.ts';

const gc = globalThis.gc as NonNullable<typeof globalThis.gc>;

test('a collection is told with its kind, in the phase in which it began', async () => {
  const watch = new GcWatch();
  await watch.settle();
  const begin = performance.now();
  gc();
  const middle = performance.now();
  gc({ type: 'minor' });
  const end = performance.now();
  await watch.settle();
  watch.stop();

  const first = watch.between(begin, middle);
  expect(first.kinds.major.count).toBe(1);
  expect(first.totalMs).toBeGreaterThan(0);
  expect(watch.between(middle, end).kinds.minor.count).toBe(1);
  const both = watch.between(begin, end);
  const kinds = Object.values(both.kinds);
  expect(both.count).toBe(kinds.reduce((sum, { count }) => sum + count, 0));
  expect(both.totalMs).toBeCloseTo(kinds.reduce((sum, { totalMs }) => sum + totalMs, 0));
  expect(both.maxMs).toBe(Math.max(...kinds.map(({ maxMs }) => maxMs)));
});

test('a phase without collections has none', async () => {
  const watch = new GcWatch();
  await watch.settle();
  watch.stop();
  expect(watch.between(0, 0)).toMatchObject({ count: 0, totalMs: 0, maxMs: 0 });
});

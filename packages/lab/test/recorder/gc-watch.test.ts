import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { GcWatch } from '#recorder/gc-watch';

const gc = globalThis.gc as NonNullable<typeof globalThis.gc>;
/** One for all tests, as of a thread: it cannot be stopped. */
const watch = new GcWatch();

/** Until what was collected is told of. */
async function turns(): Promise<void> {
  for (let i = 0; i < 16; i++) await turn();
}

function countsNow(): { minor: number; major: number; all: number; pauses: number } {
  const { kinds, pauses } = watch.record();
  return {
    minor: kinds.minor.count,
    major: kinds.major.count,
    all: Object.values(kinds).reduce((sum, { count }) => sum + count, 0),
    pauses: pauses.reduce((sum, count) => sum + count, 0),
  };
}

/** Fills the young generation, whatever its size is. */
function litter(): number {
  const ring = new Array<object | undefined>(64);
  for (let i = 0; i < 3_000_000; i++) ring[i & 63] = { i, a: i, b: i, c: i, d: i };
  return ring.length;
}

test('a synchronous stretch of allocation and collections is counted before the loop turns, and once', async () => {
  await turns();
  const before = countsNow();
  litter();
  for (let i = 0; i < 3; i++) gc();
  const during = countsNow();
  expect(during.minor).toBeGreaterThan(before.minor);
  expect(during.major).toBe(before.major + 3);
  await turns();
  const after = countsNow();
  expect(after.major).toBe(during.major);
  // A turn may bring one of its own, but not those of before again.
  expect(after.minor - during.minor).toBeLessThan(during.minor - before.minor);
});

test('what the loop turns between is counted once', async () => {
  await turns();
  const before = countsNow();
  for (let i = 0; i < 3; i++) {
    gc();
    await turns();
  }
  expect(countsNow().major).toBe(before.major + 3);
});

test('what the recorder makes V8 collect is not counted, neither at once nor when it is told of', async () => {
  await turns();
  const before = countsNow();
  gc();
  watch.without(() => {
    gc();
    gc();
  });
  expect(countsNow().major).toBe(before.major + 1);
  gc();
  expect(countsNow().major).toBe(before.major + 2);
  await turns();
  expect(countsNow().major).toBe(before.major + 2);
});

test('what the recorder makes V8 collect is not counted where the loop turns before anybody asks', async () => {
  await turns();
  const before = countsNow();
  watch.without(gc);
  await turns();
  expect(countsNow().major).toBe(before.major);
});

test('times and pauses belong to what was counted', async () => {
  gc();
  await turns();
  const { kinds, youngBytes } = watch.record();
  const { all, pauses } = countsNow();
  expect(all).toBeGreaterThan(0);
  expect(pauses).toBe(all);
  for (const { count, totalMs, longestMs } of Object.values(kinds)) {
    expect(totalMs).toBeGreaterThanOrEqual(longestMs);
    expect(longestMs * count).toBeGreaterThanOrEqual(totalMs * 0.999);
  }
  expect(youngBytes).toBeGreaterThan(0);
  expect(youngBytes % 1024).toBe(0);
});

test('the beginnings of full collections are remembered, also of our own, the oldest first', async () => {
  await turns();
  const known = watch.majors.length;
  const times = [performance.now()];
  gc();
  times.push(performance.now());
  watch.without(gc);
  times.push(performance.now());
  await turns();
  const told = watch.majors.slice(known);
  expect(told).toHaveLength(2);
  for (const [i, began] of told.entries()) {
    expect(began).toBeGreaterThanOrEqual(times[i] as number);
    expect(began).toBeLessThanOrEqual(times[i + 1] as number);
  }
});

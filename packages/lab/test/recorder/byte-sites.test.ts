import { afterEach, beforeEach, expect, test } from 'vitest';
import { ByteSampler, HANDLE_BYTES } from '#recorder/byte-sites';
import { Lifetimes } from '#recorder/lifetimes';
import { FrameTable } from '#recorder/program-stack';
import type { ByteSiteRecord } from '#recorder/recording';

const KIB = 1024;
const MIB = 1024 * KIB;
/** Sizes and how many of each: fewer of the large ones, so that some thousand of each are taken. */
const MIX: readonly (readonly [bytes: number, count: number])[] = [
  [16, 1_500_000],
  [100, 800_000],
  [1000, 300_000],
  [10_000, 40_000],
  [100_000, 6000],
  [MIB, 2000],
];

/** The clock of a test: only what the test says takes time. */
let clock = 0;
const { now } = performance;
beforeEach(() => {
  clock = 0;
  performance.now = () => clock;
});
afterEach(() => {
  performance.now = now;
});

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param stackMs what each taken stack takes */
function samplerOf({ exact = false, seed = 1, stackMs = 0 } = {}): ByteSampler {
  const lifetimes = new Lifetimes(() => []);
  const follow = lifetimes.follow.bind(lifetimes);
  lifetimes.follow = (...followed) => {
    clock += stackMs;
    follow(...followed);
  };
  return new ByteSampler(new FrameTable(), lifetimes, exact, seeded(seed));
}

/** As a wrapper does it. */
function allocate(sampler: ByteSampler, bytes: number, what = 'made'): void {
  sampler.calls++;
  sampler.left -= bytes + HANDLE_BYTES;
  if (sampler.left < 0) sampler.take(what, {}, bytes, allocate);
}

/** Allocates the mix, or one part of so many of it, in an order of its own; each takes `msEach`. */
function allocateMix(sampler: ByteSampler, msEach = 0, parts = 1): void {
  const random = seeded(99);
  const left = MIX.map(([bytes, count]) => ({ bytes, count: count / parts }));
  let total = left.reduce((sum, { count }) => sum + count, 0);
  while (total > 0) {
    let at = random() * total;
    const chosen = left.find(({ count }) => {
      at -= count;
      return at < 0;
    });
    if (chosen === undefined) continue;
    chosen.count--;
    total--;
    clock += msEach;
    allocate(sampler, chosen.bytes);
  }
}

function only(sampler: ByteSampler): ByteSiteRecord {
  const [site, ...others] = sampler.record();
  expect(others).toEqual([]);
  return site as ByteSiteRecord;
}

const CALLS = MIX.reduce((sum, [, count]) => sum + count, 0);
const BYTES = MIX.reduce((sum, [bytes, count]) => sum + bytes * count, 0);

function expectNear(estimate: number, truth: number, percent: number): void {
  expect(estimate / truth).toBeGreaterThan(1 - percent / 100);
  expect(estimate / truth).toBeLessThan(1 + percent / 100);
}

/** All of them, and those of each size, within so many percent of the truth. */
function expectMix({ count, bytes, sizes }: ByteSiteRecord, percent: number, parts = 1): void {
  expectNear(count, CALLS / parts, percent);
  expectNear(bytes, BYTES / parts, percent);
  expect(sizes.map(([size]) => size)).toEqual(MIX.map(([size]) => size));
  for (const [i, [, truth]] of MIX.entries()) expectNear(sizes[i]?.[1] ?? 0, truth / parts, percent);
}

test.each([1, 2])('counts and bytes of all sizes are near the truth, with seed %i', (seed) => {
  const sampler = samplerOf({ seed });
  allocateMix(sampler);
  const site = only(sampler);
  expect(site.samples).toBe(sampler.samples);
  expect(sampler.calls).toBe(CALLS);
  expect(site.samples).toBeLessThan(CALLS / 50);
  expectMix(site, 5);
});

test('stacks that cost much are taken less often, and estimates stay near the truth', () => {
  const sampler = samplerOf({ stackMs: 0.002 });
  allocateMix(sampler, 0.0002);
  expect(sampler.samples).toBeLessThan(CALLS / 1000);
  expect(sampler.sampleMs / (CALLS * 0.0002)).toBeLessThan(0.02);
  const { count, bytes } = only(sampler);
  expectNear(count, CALLS, 10);
  expectNear(bytes, BYTES, 10);
});

test('stacks that cost next to nothing are taken more often, and estimates stay near the truth', () => {
  const sampler = samplerOf();
  allocateMix(sampler, 0.001, 4);
  expect(sampler.samples).toBeGreaterThan(CALLS / 4 / 25);
  expectMix(only(sampler), 5, 4);
});

test('exact mode counts each, and each size', () => {
  const sampler = samplerOf({ exact: true });
  for (let i = 0; i < 300; i++) allocate(sampler, 1 + (i % 3));
  expect(only(sampler)).toMatchObject({
    samples: 300,
    count: 300,
    bytes: 600,
    sizes: [
      [1, 100],
      [2, 100],
      [3, 100],
    ],
  });
});

test('a site is told by what it makes and by its stack', () => {
  const sampler = samplerOf({ exact: true });
  const here = (what: string): void => allocate(sampler, 8, what);
  const there = (what: string): void => allocate(sampler, 8, what);
  for (let i = 0; i < 2; i++) here('a');
  for (const at of [here, there]) at('b');
  expect(sampler.record().map(({ what, count }) => [what, count])).toEqual([
    ['a', 2],
    ['b', 1],
    ['b', 1],
  ]);
});

test('4096 sites are told apart', () => {
  const sampler = samplerOf({ exact: true });
  for (let i = 0; i < 2 * 4096; i++) allocate(sampler, 8, `thing ${i % 4096}`);
  const sites = sampler.record();
  expect(sites).toHaveLength(4096);
  expect(sites.every(({ count }) => count === 2)).toBe(true);
});

test('sizes beyond the exact ones are rounded up to powers of two', () => {
  const sampler = samplerOf({ exact: true });
  const exact = Array.from({ length: 48 }, (_, i) => 1001 + i);
  for (const bytes of [...exact, 1049, 1500, 2048, 2049, 1001, 0]) allocate(sampler, bytes);
  const { sizes, count, bytes } = only(sampler);
  expect(sizes.slice(0, 2)).toEqual([
    [0, 1],
    [1001, 2],
  ]);
  expect(sizes.slice(2, 49).every(([, number]) => number === 1)).toBe(true);
  expect(sizes.slice(49)).toEqual([
    [2048, 3],
    [4096, 1],
  ]);
  // Counts and bytes are not rounded.
  expect(count).toBe(54);
  expect(bytes).toBe((48 * (1001 + 1048)) / 2 + 1049 + 1500 + 2048 + 2049 + 1001);
});

test('an allocation is followed for its age', () => {
  const sampler = samplerOf({ exact: true });
  for (let i = 0; i < 3; i++) allocate(sampler, 64);
  expect(only(sampler).lifetime).toMatchObject({ followed: 3, aliveUntouched: 3, diedAtFirst: 0 });
});

test('stop() stops, and what was taken stays', () => {
  for (const exact of [true, false]) {
    const sampler = samplerOf({ exact });
    for (let i = 0; i < 100; i++) allocate(sampler, MIB);
    const before = sampler.record();
    sampler.stop();
    for (let i = 0; i < 100; i++) allocate(sampler, 10 * MIB);
    expect(before[0]?.samples).toBe(100);
    expect(sampler.record()).toEqual(before);
    expect(sampler.calls).toBe(200);
  }
});

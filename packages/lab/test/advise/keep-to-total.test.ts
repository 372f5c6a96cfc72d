import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Saving, SiteAdvice } from '../../src/advise/advice.ts';
import { keepToTotal } from '../../src/advise/keep-to-total.ts';
import { place, site } from './report/sample-advice.ts';

const CPU_MS = 1000;

function saves(cpuMs: number, gcMs: number): SiteAdvice {
  const saving: Saving = {
    nsPerOperation: cpuMs * 10,
    gcNsPerOperation: gcMs * 10,
    cpuMs,
    cpuShare: cpuMs / CPU_MS,
    gcMs,
    bytesPerSecond: 5,
  };
  return site({ what: 'Buffer.alloc', place: place('a.js', 1, 'f'), saving });
}

test('what the program has is left as it is', () => {
  const sites = [saves(500, 100), saves(400, 200)];
  expect(keepToTotal(sites, CPU_MS, 300)).toEqual({ sites, divisor: 1 });
});

test('what is more than the program took is scaled down, each by the same', () => {
  const [a, b] = [saves(1425, 100), saves(475, 60)];
  const { sites, divisor } = keepToTotal([a, b], CPU_MS, 320);
  expect(divisor).toBeCloseTo(2);
  expect(sites[0]?.saving).toEqual({
    nsPerOperation: expect.closeTo(7125),
    gcNsPerOperation: expect.closeTo(500),
    cpuMs: expect.closeTo(712.5),
    cpuShare: expect.closeTo(0.7125),
    gcMs: expect.closeTo(50),
    bytesPerSecond: 5,
  });
  expect(sites[1]?.saving?.cpuMs).toBeCloseTo(237.5);
  expect({ ...sites[0], saving: null }).toEqual({ ...a, saving: null });
});

test('collections have a total of their own', () => {
  const { sites, divisor } = keepToTotal([saves(100, 300), saves(100, 100)], CPU_MS, 100);
  expect(divisor).toBe(1);
  expect(sites.map(({ saving }) => [saving?.cpuMs, saving?.gcMs])).toEqual([
    [100, 75],
    [100, 25],
  ]);
});

test('losses stay, and make no room for savings', () => {
  const loss = saves(-5000, 0);
  const none = site({ what: 'closure', place: place('a.js', 1, 'f') });
  const { sites } = keepToTotal([loss, saves(1900, 0), none], CPU_MS, 100);
  expect(sites[0]).toBe(loss);
  expect(sites[1]?.saving?.cpuMs).toBeCloseTo(950);
  expect(sites[2]).toBe(none);
});

test('a program without collections is no reason to divide', () => {
  const sites = [saves(100, 0)];
  expect(keepToTotal(sites, CPU_MS, 0)).toEqual({ sites, divisor: 1 });
});

test('savings together never exceed the program, nor their order', () => {
  const some = fc.double({ min: 0, max: 1e5, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(some, some), { maxLength: 20 }),
      fc.double({ min: 1, max: 1e5, noNaN: true }),
      fc.double({ min: 1, max: 1e5, noNaN: true }),
      (pairs, cpuMs, gcMs) => {
        const before = pairs.map(([cpu, gc]) => saves(cpu, cpu === 0 ? 0 : gc));
        const { sites, divisor } = keepToTotal(before, cpuMs, gcMs);
        expect(divisor).toBeGreaterThanOrEqual(1);
        const sum = (of: (saving: Saving) => number): number =>
          sites.reduce((total, { saving }) => total + (saving === null ? 0 : of(saving)), 0);
        expect(sum((saving) => saving.cpuMs)).toBeLessThanOrEqual(cpuMs * 0.95 * (1 + 1e-9));
        expect(sum((saving) => saving.gcMs)).toBeLessThanOrEqual(gcMs * (1 + 1e-9));
        for (const [i, { saving }] of sites.entries()) {
          expect((saving?.cpuMs ?? 0) * divisor).toBeCloseTo(pairs[i]?.[0] ?? 0, 4);
        }
      },
    ),
  );
});

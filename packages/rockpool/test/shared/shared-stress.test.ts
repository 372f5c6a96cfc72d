import { describe, expect, it } from 'vitest';
import { crash } from './stress/crash.mjs';
import { mapCrash } from './stress/map-crash.mjs';

// Short here: `npm run stress -w packages/rockpool -- --deaths 1500 --workers 8 [--sites]` is the long form.
describe('workers that die', () => {
  it.each([
    { what: 'at random', deaths: 30, workers: 4, seed: 11, sites: false },
    { what: 'at an access of shared memory', deaths: 50, workers: 4, seed: 12, sites: true },
    { what: 'at random, 32 of them', deaths: 40, workers: 32, seed: 13, sites: false },
  ])('$what lose no block, and none is handed out twice', { timeout: 240_000 }, async (plan) => {
    const { failures, errors, audit, died, received, atSites } = await crash(plan);
    expect(failures).toEqual([]);
    expect(errors).toBe(0);
    expect(audit).toMatchObject({ clean: true, free: audit.blocks });
    expect(died).toBeGreaterThanOrEqual(plan.deaths);
    expect(received).toBeGreaterThan(0);
    if (plan.sites) expect(atSites).toBeGreaterThan(0);
  });

  it('leave no lock, no torn value and no wrong count in a map', { timeout: 120_000 }, async () => {
    const { failures, torn, begun, done, sum, size, died } = await mapCrash({
      deaths: 40,
      workers: 4,
      seed: 14,
    });
    expect(failures).toEqual([]);
    expect(torn).toBe(0);
    expect(died).toBeGreaterThanOrEqual(40);
    expect(done).toBeGreaterThan(100);
    // An update took place or did not; of one that was cut short nobody knows.
    expect(sum).toBeGreaterThanOrEqual(done);
    expect(sum).toBeLessThanOrEqual(begun);
    expect(size).toBe(40);
  });
});

import { SharedMap } from 'rockpool';
import { describe, expect, it } from 'vitest';
import type { Experiment, SampledWorkload } from '../../src/experiment.ts';
import { handoff } from '../../src/experiments/handoff.ts';
import { local } from '../../src/experiments/local.ts';
import { map } from '../../src/experiments/map.ts';
import { startCrew } from '../../src/threads/crew.ts';

describe.each([local, handoff, map])('$name', ({ comparisons }: Experiment) => {
  const available = comparisons.filter(({ cases }) => cases[0]?.unavailable?.() === undefined);
  // One thread or several, small or large: the others are as these.
  it.each(available.filter((_, index) => index === 0 || index === available.length - 1))(
    '$id: every way does the work, and gets right results',
    { timeout: 60_000 },
    async ({ cases }) => {
      for (const { prepare } of cases) {
        const workload = (await prepare()) as SampledWorkload;
        try {
          for (let n = 0; n < 3; n++) {
            const ns = await workload.sample();
            expect(ns).toBeGreaterThan(0);
            expect(ns).toBeLessThan(1e9);
            // What a thread says of itself arrives by an event.
            await new Promise((resolve) => setImmediate(resolve));
          }
        } finally {
          workload.end?.();
        }
      }
    },
  );
});

describe('a crew', () => {
  it('fails if a thread has a wrong result', async () => {
    const data = { keys: 10, putShare: 0, map: emptyMap() };
    const workload = await startCrew([{ role: 'map/shared', data }]);
    try {
      expect(() => workload.sample()).toThrow('wrong result');
    } finally {
      workload.end?.();
    }
  });

  it('fails if a thread cannot start', async () => {
    await expect(startCrew([{ role: 'local/pool', data: { pool: {} } }])).rejects.toMatchObject({
      message: expect.stringMatching(/^Cannot measure as a thread failed: .*SharedArrayBuffer/),
    });
  });
});

function emptyMap(): unknown {
  return SharedMap.create({ capacityBytes: 4096 }).handle;
}

import { describe, expect, it } from 'vitest';
import type { Experiment, SampledWorkload } from '../../src/experiment.ts';
import { init } from '../../src/experiments/init.ts';
import { resource } from '../../src/experiments/resource.ts';

async function facts(
  experiment: Experiment,
  comparison: string,
  id: string,
): Promise<{ ns: number; told: Readonly<Record<string, number>> }> {
  const found = experiment.comparisons.find((candidate) => candidate.id === comparison);
  const workload = (await found?.cases
    .find((candidate) => candidate.id === id)
    ?.prepare()) as SampledWorkload;
  await workload.verify?.();
  const ns = await workload.sample();
  workload.end?.();
  return { ns, told: workload.facts?.() ?? {} };
}

describe('resource', () => {
  const cases = resource.comparisons.flatMap(({ id, cases: all }) =>
    all.map((each) => [id, each.id] as const),
  );

  it.each(cases)(
    '%s with %s serves everyone, and tells what it allocates',
    { timeout: 60_000 },
    async (id, pool) => {
      const { ns, told } = await facts(resource, id, pool);
      expect(ns).toBeGreaterThan(0);
      expect(told['bytes an acquire']).toBeGreaterThan(50);
      if (id === 'crowd') expect(told['fewest served ÷ most']).toBeGreaterThan(0.5);
    },
  );
});

describe('init', () => {
  it('has no connection idle behind the first request of a lazy pool, and nine of the others', async () => {
    const idle = async (id: string) => (await facts(init, 'first', id)).told['idle behind the first'];
    expect(await idle('lazy')).toBe(0);
    expect(await idle('eager')).toBe(9);
    expect(await idle('first-use')).toBe(9);
    expect(await idle('first-use-before')).toBe(9);
  });

  it('has the start wait for an eager pool, and the first request for the others', async () => {
    const eager = { start: await facts(init, 'start', 'eager'), first: await facts(init, 'first', 'eager') };
    expect(eager.start.ns).toBeGreaterThan(eager.first.ns);
    const lazy = { start: await facts(init, 'start', 'lazy'), first: await facts(init, 'first', 'lazy') };
    expect(lazy.first.ns).toBeGreaterThan(lazy.start.ns);
  });
});

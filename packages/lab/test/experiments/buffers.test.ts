import { expect, test } from 'vitest';
import type { LoopWorkload } from '../../src/experiment.ts';
import { buffers } from '../../src/experiments/buffers.ts';

test.each(buffers.comparisons)(
  '$id: all cases do the same work and get their bytes back',
  async ({ cases }) => {
    const sums: number[] = [];
    for (const { prepare } of cases) {
      const workload = (await prepare()) as LoopWorkload;
      workload.verify?.();
      sums.push(workload.run(40));
    }
    expect(sums).toHaveLength(4);
    expect(new Set(sums).size).toBe(1);
    expect(sums[0]).not.toBe(0);
  },
);

test('each bare comparison is followed by its fair one', () => {
  const ids = buffers.comparisons.map(({ id }) => id);
  const bare = ids.filter((_, i) => i % 2 === 0);
  expect(ids.filter((_, i) => i % 2 === 1)).toEqual(bare.map((id) => id.replace('touched', 'filled')));
  for (const id of ['64b', '1kib', '4kib', '64kib', '1mib', 'mixed', 'mixed-32', 'mixed-1024']) {
    expect(bare).toContain(`${id}-touched`);
  }
});

import { expect, test } from 'vitest';
import type { LoopWorkload } from '../../src/experiment.ts';
import { codec } from '../../src/experiments/codec.ts';
import { recordStream } from '../../src/frames/recorded-stream.ts';

test.each(codec.comparisons)(
  '$id: all cases find all frames, and read the same of them',
  async ({ cases }) => {
    const sums: number[] = [];
    for (const { prepare } of cases) {
      const workload = (await prepare()) as LoopWorkload;
      workload.verify?.();
      workload.run(100);
      sums.push(workload.run(500));
    }
    expect(sums).toHaveLength(7);
    expect(new Set(sums).size).toBe(1);
    expect(sums[0]).not.toBe(0);
  },
);

test('a recording is the same each time, of the frames it says, cut anywhere', () => {
  const { reads, frames } = recordStream('small');
  const again = recordStream('small');
  expect(again.reads.map(({ length }) => length)).toEqual(reads.map(({ length }) => length));
  expect(Buffer.compare(Buffer.concat([...reads]), Buffer.concat([...frames]))).toBe(0);
  const mean = (buffers: readonly Buffer[]): number =>
    buffers.reduce((sum, { length }) => sum + length, 0) / buffers.length;
  expect(mean(frames)).toBeGreaterThan(80);
  expect(mean(frames)).toBeLessThan(120);
  expect(Math.max(...reads.map(({ length }) => length))).toBeLessThanOrEqual(65_536);
  const ends = new Set(endsOf(frames));
  const inside = endsOf(reads).filter((end) => !ends.has(end));
  expect(inside.length).toBeGreaterThan(reads.length / 2);
});

function endsOf(buffers: readonly Buffer[]): number[] {
  let end = 0;
  return buffers.map(({ length }) => {
    end += length;
    return end;
  });
}

import { expect, test } from 'vitest';
import { measureAllocation } from '../../src/harness/allocation-meter.ts';

const OPERATIONS = 20_000;
let kept: unknown;

function loop(make: () => unknown): (count: number) => number {
  return (count) => {
    for (let i = 0; i < count; i++) kept = make();
    return kept === undefined ? 0 : count;
  };
}

test.each([256, 1024, 65_536])(
  'Buffers of %i bytes are counted outside the heap to the byte',
  async (size) => {
    const run = loop(() => Buffer.alloc(size));
    run(OPERATIONS);
    const { heapBytes, externalBytes } = await measureAllocation(run, OPERATIONS);
    expect(externalBytes).toBe(size);
    expect(heapBytes).toBeGreaterThan(50);
    expect(heapBytes).toBeLessThan(400);
  },
);

test('arrays of 100 elements are counted in the heap', async () => {
  const run = loop(() => new Array(100).fill(0));
  run(OPERATIONS);
  const { heapBytes, externalBytes } = await measureAllocation(run, OPERATIONS);
  expect(externalBytes).toBe(0);
  // 100 elements of 8 bytes, a header for them and one for the array.
  expect(heapBytes).toBeGreaterThan(800);
  expect(heapBytes).toBeLessThan(900);
});

test('what allocates nothing counts as next to nothing', async () => {
  const same = {};
  const run = loop(() => same);
  run(OPERATIONS);
  const { heapBytes, externalBytes } = await measureAllocation(run, OPERATIONS);
  expect(externalBytes).toBe(0);
  expect(heapBytes).toBeLessThan(8);
});

import { expect, test } from 'vitest';
import { flaggedMegabytes, memoryLoads } from '../../src/tune/memory-loads.ts';

test('the loads are of the heap and of resident memory, below their limits', () => {
  const loads = memoryLoads();
  expect(loads.map(({ limit }) => limit)).toEqual(['heap', 'resident']);
  for (const { usedBytes, limitBytes } of loads) {
    expect(usedBytes).toBeGreaterThan(0);
    expect(usedBytes).toBeLessThan(limitBytes);
    expect(Number.isSafeInteger(limitBytes) || limitBytes < 2 ** 53).toBe(true);
  }
});

test.each([
  ['', 0],
  ['--expose-gc', 0],
  ['--max-old-space-size=96', 96],
  ['--max_old_space_size=96 --max-old-space-size=128', 128],
  ['--max-old-space-size 64', 64],
])('of %j the old generation has %d MiB', (words, megabytes) => {
  expect(flaggedMegabytes(words)).toBe(megabytes);
});

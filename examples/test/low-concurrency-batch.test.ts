import { expect, it } from 'vitest';
import { runExample } from './run-example.ts';

it('low-concurrency-batch measures the work, the scratch objects and what a pool can save', async () => {
  const { lines, value, figure } = await runExample('low-concurrency-batch');
  expect(lines).toHaveLength(10);
  expect(lines[0]).toBe('a batch of 8 reports');
  for (const label of ['its work', 'scratch, made each time', 'scratch, with a pool']) {
    expect(value(label)).toMatch(/^\d+(\.\d+)? µs/);
    expect(figure(label)).toBeGreaterThan(0);
  }
  const { made, pooled } = {
    made: figure('scratch, made each time'),
    pooled: figure('scratch, with a pool'),
  };
  const ratios = lines.filter((line) => line.includes('ratio made/pooled'));
  expect(ratios).toHaveLength(2);
  // The ratio is the one of the printed figures, to their precision.
  const ratio = Number(/ratio made\/pooled: +(\d+\.\d\d)/.exec(ratios[0] as string)?.[1]);
  expect(Math.abs(ratio - made / pooled)).toBeLessThan(0.02);
  const share = (100 * made) / figure('its work');
  expect(Math.abs(figure('the most a pool could save') - share)).toBeLessThan(0.001 + 0.02 * share);
});

import { expect, it } from 'vitest';
import { runExample } from './run-example.ts';

it('log-lines reads every line of a file in the memory of a few blocks', async () => {
  const { value, figure } = await runExample('log-lines');
  expect(figure('lines read')).toBe(100_000);
  expect(value('sum as written')).toBe('yes');
  expect(value('slowest as written')).toBe('yes');
  expect(figure('bytes of the file')).toBeGreaterThan(2_000_000);
  expect(figure('most bytes held')).toBeLessThanOrEqual(5 * 64 * 1024);
  expect(figure('buffers not given back')).toBe(0);
});

import { expect, it } from 'vitest';
import { runExample } from './run-example.ts';

it('loop-defer holds every block of the loop in one scope, and one with a scope an iteration', async () => {
  const { value } = await runExample('loop-defer');
  expect(value('iterations')).toBe('1000 with a block of 65536 bytes each');
  expect(value('scope an iteration')).toMatch(/^held at most 1, created 1, peak 0\.1 MiB$/);
  expect(value('scope around the loop')).toMatch(/^held at most 1000, created 1000, peak 6\d\.\d MiB$/);
});

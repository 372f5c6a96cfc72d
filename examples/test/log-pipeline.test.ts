import { expect, it } from 'vitest';
import { runExample } from './run-example.ts';

it('log-pipeline goes on when a stage dies, and loses what that had in its hands', async () => {
  const { value, figure } = await runExample('log-pipeline');
  expect(value('the second stage died')).toBe('with exit code 3');
  expect(figure('batches made')).toBe(2000);
  expect(figure('batches counted')).toBe(1999);
  expect(figure('lost with the dead')).toBe(1);
  expect(figure('services counted')).toBe(7);
  expect(figure('blocks not given back')).toBe(0);
});

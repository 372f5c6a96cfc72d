import { expect, it } from 'vitest';
import { runExample } from './run-example.ts';

it('http-contexts serves all requests from as many contexts as there are clients, and mixes none up', async () => {
  const { figure } = await runExample('http-contexts');
  expect(figure('requests answered')).toBe(1000);
  const clients = figure('clients at a time');
  expect(figure('contexts created')).toBeGreaterThan(1);
  expect(figure('contexts created')).toBeLessThanOrEqual(4 * clients); // idle ones may be collected
  expect(figure('contexts created') + figure('contexts reused')).toBe(1000);
  expect(figure('contexts not given back')).toBe(0);
  expect(figure('wrong answers')).toBe(0);
  expect(figure('cookies of other clients')).toBe(0);
});

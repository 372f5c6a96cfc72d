import { expect, it } from 'vitest';
import { runExample } from './run-example.ts';

it('connections-in-an-object-pool shows no bound, dead connections and unconnected ones', async () => {
  const { value, figure } = await runExample('connections-in-an-object-pool');
  expect(figure('the server takes')).toBe(8);
  expect(figure('connections the pool opened')).toBe(20);
  expect(value('users refused')).toBe('12');
  expect(value('dead connections handed out')).toBe('20 of 20');
  expect(figure('new connections the pool made')).toBe(0);
  expect(figure('idle in the pool, as if usable')).toBe(20);
  expect(value('handed out before connected')).toBe('20 of 20');
});

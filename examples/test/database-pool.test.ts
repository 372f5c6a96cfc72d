import { expect, it } from 'vitest';
import { runExample } from './run-example.ts';

it('database-pool rolls back, shares few connections, names holders, and survives the death of the server', async () => {
  const { value, figure, lines } = await runExample('database-pool');
  expect(value('the second transfer')).toBe('anna has too little');
  expect(value('accounts')).toBe('anna 40, bert 60');
  expect(value('right answers')).toBe('200 of 200');
  expect(figure('connections made')).toBeLessThanOrEqual(4);
  expect(lines.join('\n')).toMatch(/none became free within 50 ms: 1 of 1 are held/);
  expect(value('users that failed for a moment')).toBe('some');
  expect(value('answers since it is back')).toBe('100 and more');
  expect(figure('still waiting')).toBe(0);
  expect(figure('still held')).toBe(0);
});

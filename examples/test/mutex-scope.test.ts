import { expect, it } from 'vitest';
import { runExample } from './run-example.ts';

it('mutex-scope unlocks in the reverse order, leaves no lock behind and loses no money', async () => {
  const { value, figure } = await runExample('mutex-scope');
  expect(value('one transfer')).toBe('lock 2, lock 7, 30 from 7 to 2, unlock 7, unlock 2');
  expect(figure('refused for want of money')).toBeGreaterThan(0);
  expect(figure('refused for want of money')).toBeLessThan(figure('transfers at the same time'));
  expect(figure('locks left behind')).toBe(0);
  expect(figure('sum of all balances')).toBe(1000);
});

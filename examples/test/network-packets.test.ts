import { expect, it } from 'vitest';
import { runExample } from './run-example.ts';

it('network-packets cuts every packet out of pooled inputs, in order, and gives all memory back', async () => {
  const { value, figure } = await runExample('network-packets');
  expect(figure('packets sent')).toBe(20_000);
  expect(value('packets received')).toBe(value('packets sent'));
  expect(figure('wrong or out of order')).toBe(0);
  expect(figure('most in the queue at once')).toBeGreaterThan(1);
  expect(figure('bytes copied')).toBeLessThan(10); // of a packet of at most 706 bytes, the beginning, for each input
  expect(figure('buffers taken')).toBe(figure('inputs'));
  expect(figure('buffers not given back')).toBe(0);
});

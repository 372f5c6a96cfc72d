import { expect, it } from 'vitest';
import { runExample } from './run-example.ts';

it('json-frames encodes every order as Buffers would, decodes it, and gives all memory back', async () => {
  const { value, figure } = await runExample('json-frames');
  expect(figure('orders')).toBe(1000);
  expect(value('frames alike both ways')).toBe('1000, of which grown 10');
  expect(figure('orders decoded as they were')).toBe(1000);
  expect(figure('buffers not given back')).toBe(0);
  expect(figure('served from the cache')).toBeGreaterThan(99);
  expect(figure('memory made, plain')).toBeGreaterThan(5 * figure('memory made, pooled'));
  for (const way of ['Buffer.alloc', 'Buffer.allocUnsafe', 'pooled']) {
    expect(value(way)).toMatch(/^\d+ ns a message/);
  }
});

import { expect, it } from 'vitest';
import { runExample } from './run-example.ts';

it('echo-server sends every frame back, gathered, waits for who is slow, and gives all memory back', async () => {
  const { value, figure } = await runExample('echo-server');
  expect(figure('frames sent')).toBe(40_000);
  expect(value('frames served')).toBe(value('frames sent'));
  expect(value('right and in order')).toBe(value('frames sent'));
  expect(figure('frames a flush')).toBeGreaterThan(5);
  expect(figure('most bytes that waited')).toBeLessThan(64 * 1024 + 4096);
  expect(figure('failures')).toBe(0);
  expect(figure('buffers not given back')).toBe(0);
});

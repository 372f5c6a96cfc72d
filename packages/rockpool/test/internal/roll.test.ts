import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Roll } from '../../src/internal/roll.ts';

async function collect(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await setImmediate();
  }
}

test('lists what is alive, in the order of entering', () => {
  const roll = new Roll<object>();
  const [a, b] = [{}, {}];
  roll.enter(a);
  const leave = roll.enter(b);
  expect([...roll]).toEqual([a, b]);
  leave();
  leave();
  expect([...roll]).toEqual([a]);
});

test('keeps nothing alive, and does not grow with what is gone', async () => {
  const roll = new Roll<object>();
  const kept = {};
  roll.enter(kept);
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < 100; i++) roll.enter({});
    await collect();
  }
  expect(roll.size).toBeLessThan(400);
  expect([...roll]).toEqual([kept]);
  expect(roll.size).toBe(1);
});

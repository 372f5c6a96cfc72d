import { expect, test } from 'vitest';
import {
  OptionRangeError,
  OptionTypeError,
  Pool,
  PoolClosedError,
  UnknownOptionError,
} from '../../src/index.ts';

const make = () => ({ bytes: 100 });

test('a lower bound drops the oldest idle items at once', () => {
  const dropped: object[] = [];
  const pool = new Pool({ create: make, maxIdle: 8, aging: 'manual', destroy: (item) => dropped.push(item) });
  const items = Array.from({ length: 8 }, () => pool.get());
  for (const item of items) pool.put(item);
  expect(pool.resize({ maxIdle: 3 })).toBe(5);
  expect(dropped).toEqual(items.slice(0, 5));
  expect(pool.stats()).toMatchObject({ idle: 3, maxIdle: 3, dropped: { full: 5 } });
});

test('a higher bound is used by the next puts, and a lower one refuses them', () => {
  const pool = new Pool({ create: make, maxIdle: 2, aging: 'manual' });
  const out = (count: number) => Array.from({ length: count }, () => pool.get());
  const put = (items: object[]) => items.map((item) => pool.put(item as ReturnType<typeof make>));
  expect(put(out(4))).toEqual([true, true, false, false]);
  pool.resize({ maxIdle: 4 });
  expect(put(out(4))).toEqual([true, true, true, true]);
  const held = out(4);
  pool.resize({ maxIdle: 2 });
  expect(put(held)).toEqual([true, true, false, false]);
  expect(pool.stats().outstanding).toBe(0);
});

test.each(['off', 'basic', 'strict', 'paranoid'] as const)('keeps its accounts at %s', (checks) => {
  const pool = new Pool({ create: make, checks, maxIdle: 16, aging: 'manual', sizeOf: ({ bytes }) => bytes });
  const held = Array.from({ length: 20 }, () => pool.get());
  for (const item of held.splice(0, 12)) pool.put(item);
  pool.resize({ maxIdle: 6, minIdle: 4 });
  for (const item of held) pool.put(item);
  const { idle, outstanding, gets, puts } = pool.stats();
  expect({ idle, outstanding, gets, puts }).toEqual({ idle: 6, outstanding: 0, gets: 20, puts: 20 });
  expect(pool.trim()).toBe(2);
});

test('a lower byte bound drops items until the rest fits', () => {
  const pool = new Pool({ create: make, sizeOf: ({ bytes }) => bytes, aging: 'manual' });
  for (const item of Array.from({ length: 10 }, () => pool.get())) pool.put(item);
  expect(pool.resize({ maxIdleBytes: 450 })).toBe(6);
  expect(pool.stats()).toMatchObject({ idle: 4, idleBytes: 400, maxIdleBytes: 450 });
});

test('victims count as idle items', () => {
  const pool = new Pool({ create: make, maxIdle: 8, aging: 'manual' });
  pool.prewarm(8);
  pool.age();
  expect(pool.stats().victims).toBe(7); // the one in the slot waits for the next epoch, where there is no room
  expect(pool.resize({ maxIdle: 2 })).toBe(6);
  expect(pool.stats()).toMatchObject({ idle: 2 });
});

test('what is wrong is refused, and nothing is changed', () => {
  const pool = new Pool({ create: make, name: 'rows', maxIdle: 8, minIdle: 2 });
  const before = pool.stats();
  expect(() => pool.resize({ maxIdle: 1 })).toThrow(OptionRangeError);
  expect(() => pool.resize({ maxIdle: 1 })).toThrow(
    "Cannot resize pool 'rows' as 'maxIdle' must be an integer from 2 to 8388608: received 1",
  );
  expect(() => pool.resize({ minIdle: 9 })).toThrow(OptionRangeError);
  expect(() => pool.resize({ maxIdle: 2.5 })).toThrow(OptionRangeError);
  expect(() => pool.resize({ maxIdleBytes: 1 })).toThrow(OptionTypeError);
  expect(() => pool.resize({ maxidle: 3 } as never)).toThrow(UnknownOptionError);
  expect(pool.stats()).toEqual(before);
  pool.close();
  expect(() => pool.resize({ maxIdle: 4 })).toThrow(PoolClosedError);
});

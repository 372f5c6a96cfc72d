/**
 * What the tests of Go's sync.Pool assert, and the domain figures of its benchmarks, for pools of one isolate.
 *
 * Left out here: TestPoolDequeue and TestPoolChain. They race one producer against nine thieves over the rings
 * that let processors steal from each other. Objects do not cross isolates, so this pool has no such ring; the
 * pool in shared memory has one, and its tests are the equivalents.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Pool, type PoolStats } from '../../src/index.ts';
import { collectUntil } from '../leak/garbage.ts';
import { expectBalanced } from './balance.ts';

interface Item {
  value: number | string;
}

/** A pool of items that hold a value, and that ages by hand. */
function poolOf(create: () => Item = () => ({ value: 'new' })): Pool<Item> {
  return new Pool({ create, aging: 'manual', checks: 'off' });
}

/** Foreign items are taken in at `off`, as in Go. */
function putValue(pool: Pool<Item>, value: number | string): void {
  pool.put({ value });
}

describe('TestPool', () => {
  it('an empty pool has nothing', () => {
    expect(poolOf().tryGet()).toBeUndefined();
  });

  it('of a and b, put in this order, a comes first, then b, then nothing', () => {
    const pool = poolOf();
    putValue(pool, 'a');
    putValue(pool, 'b');
    expect(pool.tryGet()?.value).toBe('a'); // from the private slot
    expect(pool.tryGet()?.value).toBe('b'); // from the local stack
    expect(pool.tryGet()).toBeUndefined();
  });

  it('nothing is put in by a nil', () => {
    const pool = poolOf();
    expect(pool.put(undefined as never)).toBe(false);
    expect(pool.put(null as never)).toBe(false);
    expect(pool.tryGet()).toBeUndefined();
    expect(pool.stats()).toMatchObject({ puts: 0, idle: 0, outstanding: 0 });
  });

  it('100 items that were put are there after one epoch, in the victims, and gone after the second', () => {
    const pool = poolOf();
    for (let i = 0; i < 100; i++) putValue(pool, 'c');
    pool.age();
    expect(pool.tryGet()?.value).toBe('c');
    pool.age();
    expect(pool.tryGet()).toBeUndefined();
  });

  it('an item that is taken and put in between counts as new', () => {
    const pool = poolOf();
    putValue(pool, 'a');
    for (let epoch = 0; epoch < 5; epoch++) {
      pool.age();
      pool.put(pool.get());
    }
    expect(pool.tryGet()?.value).toBe('a');
  });
});

describe('TestPoolNew', () => {
  it('creates on a miss only, and in order', () => {
    let i = 0;
    const pool = poolOf(() => ({ value: ++i }));
    expect(pool.get().value).toBe(1);
    expect(pool.get().value).toBe(2);
    putValue(pool, 42);
    expect(pool.get().value).toBe(42);
    expect(pool.get().value).toBe(3);
  });
});

/** Puts 100 fresh items into `pool` and takes `takes` out again, keeping none. */
function putHundred(
  pool: Pool<Item>,
  takes: number,
  onCollected: () => void,
): FinalizationRegistry<undefined> {
  const registry = new FinalizationRegistry<undefined>(onCollected);
  for (let i = 0; i < 100; i++) {
    const item: Item = { value: 'fin' };
    registry.register(item, undefined);
    pool.put(item);
  }
  for (let i = 0; i < takes; i++) pool.get();
  return registry;
}

describe('TestPoolGC and TestPoolRelease', () => {
  it.each([
    ['drained', 100],
    ['left to the collector', 0],
  ])('of 100 items put and %s, at least 99 are collectable: the pool retains nothing', async (_, takes) => {
    const pool = new Pool<Item>({ create: () => ({ value: 'new' }), checks: 'off', aging: 'gc' });
    let collected = 0;
    const registry = putHundred(pool, takes, () => collected++);
    await collectUntil('99 items are collected', () => collected >= 99);
    expect(registry).toBeInstanceOf(FinalizationRegistry);
    expect(pool.stats().idle).toBe(0);
  });
});

describe('TestPoolStress', () => {
  it.each(['off', 'basic', 'strict'] as const)(
    '10 users at %s never meet a foreign value',
    async (checks) => {
      const pool = new Pool<Item>({ create: () => ({ value: -1 }), checks, aging: 'manual', maxIdle: 8 });
      const rounds = checks === 'strict' ? 200 : 2000;
      let foreign = 0;
      /** Holds an item over turns of the loop, and expects to find what it left there. */
      async function use(user: number): Promise<void> {
        for (let round = 0; round < rounds; round++) {
          const item = pool.get();
          item.value = user;
          if (round % 7 === user % 7) await nextTurn();
          else if (round % 3 === 0) await null;
          if (item.value !== user) foreign++;
          pool.put(item);
          if (round % 100 === 0) pool.age();
        }
      }
      await Promise.all(Array.from({ length: 10 }, (_, user) => use(user)));
      expect(foreign).toBe(0);
      expect(pool.stats()).toMatchObject({ gets: 10 * rounds, outstanding: 0 });
      expectBalanced(pool);
    },
  );
});

/** Runs `rounds` of `puts` puts and `gets` gets with a pool of its own; at `off`, as in Go. */
function bench(rounds: number, puts: number, gets: number): PoolStats {
  const pool = poolOf(() => ({ value: 1 }));
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < puts; i++) putValue(pool, 1);
    for (let i = 0; i < gets; i++) pool.get();
  }
  return pool.stats();
}

describe('BenchmarkPool', () => {
  it('makes one item for any number of gets and puts in turn', () => {
    const pool = new Pool<Item>({ create: () => ({ value: 1 }), aging: 'manual' });
    for (let i = 0; i < 10_000; i++) pool.put(pool.get());
    expect(pool.stats()).toMatchObject({ created: 1, hits: 9999, idle: 1 });
  });
});

describe('BenchmarkPoolOverflow', () => {
  it('100 puts, then 100 gets, create nothing', () => {
    expect(bench(20, 100, 100)).toMatchObject({ created: 0, hits: 2000, idle: 0 });
  });
});

describe('BenchmarkPoolStarvation', () => {
  it('67 puts, then 100 gets, create 33 items a round and no more', () => {
    expect(bench(20, 67, 100)).toMatchObject({ created: 20 * 33, hits: 20 * 67, idle: 0 });
  });
});

describe('BenchmarkPoolSTW', () => {
  /** Items that count what is done to them; proxies, so that any touch is seen. */
  function touchCounting(count: number): { pool: Pool<object>; touches: () => number } {
    let touches = 0;
    const handler: ProxyHandler<object> = {};
    for (const trap of [
      'get',
      'set',
      'has',
      'ownKeys',
      'getPrototypeOf',
      'getOwnPropertyDescriptor',
    ] as const) {
      handler[trap] = (...args: unknown[]) => {
        touches++;
        return Reflect.apply(Reflect[trap] as never, undefined, args);
      };
    }
    const pool = new Pool({ create: () => new Proxy({}, handler), aging: 'manual', maxIdle: count });
    pool.prewarm(count);
    return { pool, touches: () => touches };
  }

  it('an epoch touches no item, and calls no hook: its cost does not grow with what is idle', () => {
    const { pool, touches } = touchCounting(5000);
    pool.age();
    expect(pool.stats()).toMatchObject({ idle: 5000, victims: 4999 });
    pool.age();
    expect(pool.stats()).toMatchObject({ idle: 1, dropped: { aged: 4999 } });
    expect(touches()).toBe(0);
  });

  it('an epoch leaves the destruction of what it dropped for later', () => {
    let destroyed = 0;
    const destroy = () => void destroyed++;
    const pool = new Pool({ create: () => ({}), destroy, aging: 'manual' });
    pool.prewarm(1000);
    pool.age();
    pool.age();
    expect(pool.stats().dropped.aged).toBe(1000);
    expect(destroyed).toBe(0);
    pool.close();
    expect(destroyed).toBe(1000);
  });
});

describe('BenchmarkPoolExpensiveNew', () => {
  it('epochs cost as many creates as items died unused, not one for each get', () => {
    const pool = new Pool<Item>({ create: () => ({ value: 1 }), aging: 'manual' });
    const users = 8;
    for (let epoch = 0; epoch < 50; epoch++) {
      for (let i = 0; i < 100; i++) {
        const items = Array.from({ length: users }, () => pool.get());
        for (const item of items) pool.put(item);
      }
      pool.age();
    }
    expect(pool.stats()).toMatchObject({ gets: 50 * 100 * users, created: users, epochs: 50 });
  });
});

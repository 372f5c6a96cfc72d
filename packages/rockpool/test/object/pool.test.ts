/** What a pool does for a user who makes no mistake: get, put, counters, and the ways to hold an item. */
import { describe, expect, it } from 'vitest';
import { Pool, PoolClosedError } from '../../src/index.ts';
import { expectBalanced } from './balance.ts';
import { fill, numbered } from './numbered-pool.ts';

describe('a pool', () => {
  it('creates nothing before the first get', () => {
    const { pool } = numbered();
    expect(pool.stats()).toMatchObject({ created: 0, idle: 0, gets: 0 });
    expect(pool.get().id).toBe(1);
    expect(pool.stats()).toMatchObject({ created: 1, misses: 1, hits: 0, outstanding: 1 });
  });

  it('gives the item put last first', () => {
    const { pool } = numbered();
    const [a, b] = [pool.get(), pool.get()];
    pool.put(a);
    expect(pool.get()).toBe(a);
    pool.put(b);
    expect(pool.get()).toBe(b);
    expect(pool.stats()).toMatchObject({ gets: 4, hits: 2, misses: 2, puts: 2, outstanding: 2 });
  });

  it('gives the private slot before the live items, those youngest first, before the victims', () => {
    const { pool } = numbered();
    fill(pool, 2); // 1 in the slot, 2 on the stack: at the epoch the slot’s item becomes the youngest victim
    pool.age();
    pool.put(pool.get()); // 1: from the victims into the slot
    const [slot, victim] = [pool.get(), pool.get()];
    expect([slot.id, victim.id]).toEqual([1, 2]);
    const [c, d] = [pool.get(), pool.get()];
    pool.put(c);
    pool.age();
    pool.put(slot);
    pool.put(victim);
    pool.put(d);
    expect(pool.stats()).toMatchObject({ idle: 4, victims: 1 });
    expect(Array.from({ length: 4 }, () => pool.get().id)).toEqual([slot.id, d.id, victim.id, c.id]);
    expect(pool.stats().created).toBe(4);
  });

  it('resets an item in put, before anyone else can see it', () => {
    const seen: number[] = [];
    const { pool } = numbered({
      reset: (item) => {
        seen.push(pool.stats().idle);
        item.size = 1;
      },
    });
    const item = pool.get();
    item.size = 99;
    expect(pool.put(item)).toBe(true);
    expect(seen).toEqual([0]);
    expect(pool.get().size).toBe(1);
  });

  it('hands create no size hint while nothing oversized was dropped', () => {
    const hints: number[] = [];
    const pool = new Pool({
      create: (hintBytes) => {
        hints.push(hintBytes);
        return {};
      },
    });
    pool.get();
    pool.prewarm(1);
    expect(hints).toEqual([0, 0]);
  });

  it('takes functions as items too', () => {
    const pool = new Pool({ create: () => () => 42 });
    const fn = pool.get();
    pool.put(fn);
    expect(pool.get()()).toBe(42);
  });

  it('is labelled for errors', () => {
    expect(numbered({ name: 'rows' }).pool.label).toBe("pool 'rows'");
    expect(numbered().pool.label).toBe("pool 'pool'");
  });
});

describe('tryGet()', () => {
  it('gives an idle item, from the slot, the stack or the victims, but creates none', () => {
    const { pool } = numbered();
    expect(pool.tryGet()).toBeUndefined();
    expect(pool.stats()).toMatchObject({ gets: 0, misses: 0, created: 0 });
    const items = fill(pool, 3);
    expect(pool.tryGet()).toBe(items[0]);
    expect(pool.tryGet()).toBe(items[2]);
    pool.age();
    expect(pool.tryGet()).toBe(items[1]);
    expect(pool.tryGet()).toBeUndefined();
    expect(pool.stats()).toMatchObject({ gets: 6, hits: 3, misses: 3, outstanding: 3 });
    expectBalanced(pool);
  });
});

describe('discard()', () => {
  it('destroys the item instead of keeping it', () => {
    const { pool, destroyed } = numbered();
    const item = pool.get();
    pool.discard(item);
    expect(destroyed).toEqual([[1, 'discarded']]);
    expect(pool.stats()).toMatchObject({ discards: 1, puts: 0, outstanding: 0, idle: 0 });
    expect(pool.get()).not.toBe(item);
    expectBalanced(pool);
  });

  it('does not reset what it gives up', () => {
    let resets = 0;
    const { pool } = numbered({ reset: () => void resets++ });
    pool.discard(pool.get());
    expect(resets).toBe(0);
  });
});

describe('use()', () => {
  it('puts the item back after a function that returns', () => {
    const { pool } = numbered();
    const id = pool.use((item) => {
      expect(pool.stats().outstanding).toBe(1);
      return item.id;
    });
    expect(id).toBe(1);
    expect(pool.stats()).toMatchObject({ outstanding: 0, idle: 1, puts: 1 });
  });

  it('puts the item back after a function that throws, and throws the same', () => {
    const { pool } = numbered();
    const error = new Error('body');
    let thrown: unknown;
    try {
      pool.use(() => {
        throw error;
      });
    } catch (e) {
      thrown = e;
    }
    expect(thrown).toBe(error);
    expect(pool.stats()).toMatchObject({ outstanding: 0, idle: 1 });
  });

  it('puts the item back when the promise is fulfilled, not before', async () => {
    const { pool } = numbered();
    let finish = (_: string) => {};
    const result = pool.use(
      () =>
        new Promise<string>((resolve) => {
          finish = resolve;
        }),
    );
    await Promise.resolve();
    expect(pool.stats().outstanding).toBe(1);
    finish('done');
    expect(await result).toBe('done');
    expect(pool.stats()).toMatchObject({ outstanding: 0, idle: 1 });
  });

  it('puts the item back when the promise is rejected', async () => {
    const { pool } = numbered();
    await expect(pool.use(async () => Promise.reject(new Error('later')))).rejects.toThrow('later');
    expect(pool.stats()).toMatchObject({ outstanding: 0, idle: 1 });
  });
});

describe('lease()', () => {
  it('holds an item until its release', () => {
    const { pool } = numbered();
    const lease = pool.lease();
    expect(lease.value.id).toBe(1);
    expect(pool.stats()).toMatchObject({ gets: 1, outstanding: 1 });
    lease.release();
    expect(pool.stats()).toMatchObject({ puts: 1, outstanding: 0, idle: 1 });
  });
});

describe('prewarm()', () => {
  it('creates items until so many are idle, and counts no gets', () => {
    const { pool } = numbered();
    expect(pool.prewarm(3)).toBe(3);
    expect(pool.prewarm(2)).toBe(0);
    expect(pool.prewarm(4)).toBe(1);
    expect(pool.stats()).toMatchObject({ created: 4, idle: 4, gets: 0, misses: 0 });
    pool.get();
    expect(pool.stats()).toMatchObject({ hits: 1, misses: 0 });
    expectBalanced(pool);
  });

  it.each([1, 2, 7])('fills a pool of %i to its limit', (maxIdle) => {
    const { pool } = numbered({ maxIdle });
    expect(pool.prewarm(maxIdle)).toBe(maxIdle);
    expect(pool.stats().idle).toBe(maxIdle);
  });

  it('stops where maxIdleBytes is reached', () => {
    const { pool, destroyed } = numbered({ sizeOf: () => 40, maxIdleBytes: 100 });
    pool.prewarm(5);
    expect(pool.stats()).toMatchObject({ idle: 2, idleBytes: 80 });
    expect(destroyed).toEqual([[3, 'full']]);
    expectBalanced(pool);
  });
});

describe('close()', () => {
  it('destroys what is idle, and what comes back later', () => {
    const { pool, destroyed } = numbered();
    const out = [pool.get(), pool.get()] as const;
    pool.put(pool.get());
    pool.close();
    expect(destroyed).toEqual([[3, 'closed']]);
    expect(pool.put(out[0])).toBe(false);
    pool.discard(out[1]);
    expect(destroyed.slice(1)).toEqual([
      [1, 'closed'],
      [2, 'discarded'],
    ]);
    expect(pool.stats()).toMatchObject({ closed: true, idle: 0, outstanding: 0 });
    expectBalanced(pool);
  });

  it('refuses gets of every kind from then on, by name', () => {
    const { pool } = numbered({ name: 'rows' });
    fill(pool, 2);
    pool.close();
    const calls = [() => pool.get(), () => pool.tryGet(), () => pool.lease(), () => pool.prewarm(1)];
    for (const call of [...calls, () => pool.use(() => {})]) expect(call).toThrow(PoolClosedError);
    expect(calls[0]).toThrow("Cannot get from pool 'rows' as it is closed");
    expect(calls[3]).toThrow("Cannot prewarm pool 'rows' as it is closed");
    expect(pool.stats().gets).toBe(2);
  });

  it('does not reset what comes back to it', () => {
    let resets = 0;
    const { pool } = numbered({ reset: () => void resets++ });
    const item = pool.get();
    pool.close();
    pool.put(item);
    expect(resets).toBe(0);
  });

  it('is idempotent, and is what Symbol.dispose does', () => {
    const { pool, destroyed } = numbered();
    fill(pool, 1);
    pool[Symbol.dispose]();
    pool.close();
    pool[Symbol.dispose]();
    expect(destroyed).toEqual([[1, 'closed']]);
    expect(pool.stats().closed).toBe(true);
    expect(pool.age()).toBe(0);
  });
});

describe('stats()', () => {
  it('is a snapshot that later operations leave alone', () => {
    const { pool } = numbered({ name: 'rows' });
    const before = pool.stats();
    pool.discard(pool.get());
    expect(before).toMatchObject({ name: 'rows', gets: 0, discards: 0, dropped: { discarded: 0 } });
    expect(pool.stats()).toMatchObject({ gets: 1, discards: 1, dropped: { discarded: 1 } });
  });
});

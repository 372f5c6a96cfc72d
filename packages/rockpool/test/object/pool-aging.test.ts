/** When idle items age, what survives, how they are destroyed, and that a forgotten pool is no burden. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Pool, type PoolAging } from '../../src/index.ts';
import { collect, collectUntil } from '../leak/garbage.ts';
import { expectBalanced } from './balance.ts';
import { fill, numbered } from './numbered-pool.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** Collects until the pool has seen one more epoch. */
async function oneEpoch(pool: Pool<object>): Promise<void> {
  const { epochs } = pool.stats();
  await collectUntil('an epoch passes', () => pool.stats().epochs > epochs);
}

/** Lets turns of the event loop pass until `done`. */
async function turnsUntil(done: () => boolean): Promise<number> {
  let turns = 0;
  while (!done()) {
    if (++turns > 1000) throw new Error('not after 1000 turns');
    await nextTurn();
  }
  return turns;
}

describe('ageing with the garbage collector', () => {
  it('lets an idle item survive one major collection and drops it at the second', async () => {
    const pool = new Pool({ create: () => ({}) });
    pool.prewarm(3);
    await collectUntil('two epochs have passed', () => {
      const { epochs, idle, victims } = pool.stats();
      expect([idle, victims]).toEqual(
        [
          [3, 0],
          [3, 3],
        ][epochs] ?? [0, 0],
      );
      return epochs >= 2;
    });
    expect(pool.stats().dropped.aged).toBe(3);
    pool.close();
  });

  it('goes on, collection after collection', async () => {
    const pool = new Pool({ create: () => ({}) });
    for (let epoch = 0; epoch < 4; epoch++) await oneEpoch(pool);
    expect(pool.stats().epochs).toBeGreaterThanOrEqual(4);
    pool.close();
  });

  it('keeps an item that is used between collections', async () => {
    const pool = new Pool({ create: () => ({}) });
    const item = pool.get();
    pool.put(item);
    for (let epoch = 0; epoch < 4; epoch++) {
      await oneEpoch(pool);
      expect(pool.get()).toBe(item);
      pool.put(item);
    }
    expect(pool.stats().created).toBe(1);
    pool.close();
  });

  it('counts several collections within one turn as one epoch', async () => {
    const pool = new Pool({ create: () => ({}) });
    pool.prewarm(2);
    await oneEpoch(pool);
    pool.put(pool.get()); // young again; the other is a victim
    for (let i = 0; i < 5; i++) globalThis.gc?.();
    await turnsUntil(() => pool.stats().epochs === 2);
    expect(pool.stats()).toMatchObject({ idle: 1, victims: 1 });
    pool.close();
  });

  it('ends with close()', async () => {
    const other = new Pool({ create: () => ({}) });
    const pool = new Pool({ create: () => ({}) });
    pool.close();
    await oneEpoch(other);
    expect(pool.stats().epochs).toBe(0);
    other.close();
  });
});

describe('ageing by the clock', () => {
  it('lets an idle item survive one interval and drops it after the second', () => {
    vi.useFakeTimers();
    const pool = new Pool({ create: () => ({}), aging: { intervalMs: 1000 } });
    pool.prewarm(3);
    vi.advanceTimersByTime(999);
    expect(pool.stats().epochs).toBe(0);
    vi.advanceTimersByTime(1);
    expect(pool.stats()).toMatchObject({ epochs: 1, idle: 3, victims: 3 });
    vi.advanceTimersByTime(1000);
    expect(pool.stats()).toMatchObject({ epochs: 2, idle: 0, dropped: { aged: 3 } });
  });

  it('ends with close()', () => {
    vi.useFakeTimers();
    const pool = new Pool({ create: () => ({}), aging: { intervalMs: 1000 } });
    expect(vi.getTimerCount()).toBe(1);
    pool.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not happen with collections', async () => {
    const witness = new Pool({ create: () => ({}) });
    const pools = [{ intervalMs: 1_000_000 } as const, 'manual' as const].map(
      (aging) => new Pool({ create: () => ({}), aging }),
    );
    await oneEpoch(witness);
    for (const pool of pools) expect(pool.stats().epochs).toBe(0);
    for (const pool of [...pools, witness]) pool.close();
  });
});

describe('ageing by hand', () => {
  it('tells how many items it dropped', () => {
    const { pool } = numbered();
    fill(pool, 5);
    expect(pool.age()).toBe(0);
    fill(pool, 2);
    expect(pool.age()).toBe(3);
    expect(pool.age()).toBe(2);
    expect(pool.stats()).toMatchObject({ epochs: 3, dropped: { aged: 5 } });
    expectBalanced(pool);
  });

  it('takes the item in the private slot along', () => {
    const { pool } = numbered();
    fill(pool, 1);
    pool.age();
    expect(pool.stats()).toMatchObject({ idle: 1, victims: 1 });
    pool.age();
    expect(pool.stats().idle).toBe(0);
  });

  it('leaves the private slot of a full pool for the next epoch, as the stack has no room for it', () => {
    const { pool, destroyed } = numbered({ maxIdle: 4 });
    fill(pool, 4);
    expect(pool.age()).toBe(0);
    expect(pool.stats()).toMatchObject({ idle: 4, victims: 3 });
    expect(pool.age()).toBe(3);
    expect(pool.stats()).toMatchObject({ idle: 1, victims: 1 });
    expect(pool.age()).toBe(1);
    pool.close();
    expect(destroyed.map(([, reason]) => reason)).toEqual(['aged', 'aged', 'aged', 'aged']);
    expectBalanced(pool);
  });
});

describe('minIdle', () => {
  it.each([1, 3, 5])('is a floor of %i that ageing respects', (minIdle) => {
    const { pool } = numbered({ minIdle });
    fill(pool, 10);
    for (let epoch = 0; epoch < 5; epoch++) pool.age();
    expect(pool.stats()).toMatchObject({ idle: minIdle, dropped: { aged: 10 - minIdle } });
    expectBalanced(pool);
  });

  it('creates nothing by itself', () => {
    const { pool } = numbered({ minIdle: 3 });
    pool.age();
    expect(pool.stats()).toMatchObject({ created: 0, idle: 0 });
  });

  it('keeps the youngest', () => {
    const { pool } = numbered({ minIdle: 2 });
    fill(pool, 5); // 1 is in the slot: it lies on top
    for (let epoch = 0; epoch < 3; epoch++) pool.age();
    expect([pool.get().id, pool.get().id]).toEqual([1, 5]);
  });

  it('may be as high as maxIdle: then nothing ever ages', () => {
    const { pool, destroyed } = numbered({ minIdle: 4, maxIdle: 4 });
    const items = Array.from({ length: 5 }, () => pool.get());
    for (const item of items) pool.put(item);
    for (let epoch = 0; epoch < 4; epoch++) {
      expect(pool.age()).toBe(0);
      expect(pool.stats().idle).toBe(4);
    }
    expect(destroyed).toEqual([[5, 'full']]);
    const [a, b] = [pool.get(), pool.get(), pool.get(), pool.get(), pool.get()];
    pool.put(a);
    pool.put(b);
    expect(pool.stats()).toMatchObject({ idle: 2, created: 6 });
    expectBalanced(pool);
  });
});

describe('the destruction of aged items', () => {
  it('happens in portions of 256, between turns of the event loop', async () => {
    const { pool, destroyed } = numbered();
    fill(pool, 1000);
    pool.age();
    pool.age();
    expect(pool.stats()).toMatchObject({ idle: 0, dropped: { aged: 1000 } });
    expect(destroyed).toEqual([]);
    await turnsUntil(() => destroyed.length > 0);
    expect(destroyed.length).toBe(256);
    expect(await turnsUntil(() => destroyed.length === 1000)).toBeGreaterThanOrEqual(3);
    expect(new Set(destroyed.map(([id]) => id)).size).toBe(1000);
    expect(new Set(destroyed.map(([, reason]) => reason))).toEqual(new Set(['aged']));
  });

  it('is done at once by close()', async () => {
    const { pool, destroyed } = numbered();
    fill(pool, 600);
    pool.age();
    pool.age();
    fill(pool, 2);
    pool.close();
    expect(destroyed.filter(([, reason]) => reason === 'aged')).toHaveLength(600);
    expect(destroyed.filter(([, reason]) => reason === 'closed')).toHaveLength(2);
    await nextTurn();
    await nextTurn();
    expect(destroyed).toHaveLength(602);
  });

  it('keeps no item alive where there is no destroy', async () => {
    const pool = new Pool({ create: () => ({}), aging: 'manual' });
    const ref = ((item) => {
      pool.put(item);
      return new WeakRef(item);
    })(pool.get());
    pool.age();
    pool.age();
    await collectUntil('the aged item is collected', () => ref.deref() === undefined);
  });
});

describe('a pool that is forgotten without close()', () => {
  const agings: [string, PoolAging][] = [
    ['with the collector', 'gc'],
    ['by the clock', { intervalMs: 1 }],
    ['by hand', 'manual'],
  ];

  it.each(agings)('and ages %s is collected, with its items', async (_, aging) => {
    const forget = () => {
      const pool = new Pool({ create: () => ({}), destroy: () => {}, aging });
      const item = pool.get();
      pool.put(item);
      return [new WeakRef<object>(pool), new WeakRef(item)];
    };
    const refs = forget();
    await collectUntil('pool and item are collected', () => refs.every((ref) => ref.deref() === undefined));
  });

  it('leaves no timer behind', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const forget = () => new WeakRef(new Pool({ create: () => ({}), aging: { intervalMs: 5 } }));
    const ref = forget();
    await collectUntil('the pool is collected', () => ref.deref() === undefined);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(5);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a pool that is not closed', () => {
  /** What keeps the process alive now; unref'd timers and immediates are not listed. */
  const keepers = () =>
    process.getActiveResourcesInfo().filter((kind) => /Timeout|Immediate/.test(kind)).length;

  it('keeps the process alive neither by its timer nor by items that wait to be destroyed', async () => {
    await collect();
    const before = keepers();
    const pool = new Pool({ create: () => ({}), destroy: () => {}, aging: { intervalMs: 1_000_000 } });
    pool.prewarm(10);
    pool.age();
    pool.age();
    expect(keepers()).toBe(before);
    const control = [setInterval(() => {}, 1_000_000), setImmediate(() => {})] as const;
    expect(keepers()).toBe(before + 2);
    clearInterval(control[0]);
    clearImmediate(control[1]);
    pool.close();
  });
});

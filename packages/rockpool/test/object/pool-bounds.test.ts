/** What bounds a pool: items, bytes, and what makes room; trimming and clearing by hand. */
import { describe, expect, it } from 'vitest';
import { expectBalanced } from './balance.ts';
import { fill, numbered } from './numbered-pool.ts';

describe('maxIdle', () => {
  it.each([0, 1, 2, 5])('keeps at most %i items idle and drops the others as full', (maxIdle) => {
    const { pool, destroyed } = numbered({ maxIdle });
    const items = Array.from({ length: 6 }, () => pool.get());
    const kept = items.map((item) => pool.put(item));
    expect(kept).toEqual(items.map((_, i) => i < maxIdle));
    expect(pool.stats().idle).toBe(maxIdle);
    expect(destroyed).toEqual(items.slice(maxIdle).map((item) => [item.id, 'full']));
    expectBalanced(pool);
  });

  it('makes room for a younger item by dropping a victim', () => {
    const { pool, destroyed } = numbered({ maxIdle: 3 });
    const out = [pool.get(), pool.get(), pool.get()];
    const [a, b] = [pool.get(), pool.get()];
    pool.put(a);
    pool.put(b);
    pool.age();
    for (const item of out) expect(pool.put(item)).toBe(true);
    expect(pool.stats()).toMatchObject({ idle: 3, victims: 0 });
    expect(destroyed.map(([, reason]) => reason)).toEqual(['full', 'full']);
    expectBalanced(pool);
  });
});

describe('maxIdleBytes', () => {
  it('bounds the bytes that are idle, as sizeOf charged them', () => {
    const { pool, destroyed } = numbered({ sizeOf: (item) => item.size, maxIdleBytes: 100 });
    const items = [30, 60, 20, 10].map((size) => Object.assign(pool.get(), { size }));
    expect(items.map((item) => pool.put(item))).toEqual([true, true, false, true]);
    expect(pool.stats()).toMatchObject({ idle: 3, idleBytes: 100 });
    expect(destroyed).toEqual([[3, 'full']]);
  });

  it('stores the charge at the put and never reads it again', () => {
    let reads = 0;
    const { pool } = numbered({
      sizeOf: (item) => {
        reads++;
        return item.size;
      },
    });
    const item = Object.assign(pool.get(), { size: 50 });
    pool.put(item);
    item.size = 7000; // a use after put, but the accounts stay right
    expect(pool.stats().idleBytes).toBe(50);
    pool.get();
    expect(pool.stats().idleBytes).toBe(0);
    expect(reads).toBe(1);
  });

  it('charges what is there after the reset', () => {
    const { pool } = numbered({
      sizeOf: (item) => item.size,
      reset: (item) => {
        item.size = 2;
      },
    });
    pool.put(Object.assign(pool.get(), { size: 500 }));
    expect(pool.stats().idleBytes).toBe(2);
  });

  it('drops an item that alone is larger, and no victim for it', () => {
    const { pool, destroyed } = numbered({ sizeOf: (item) => item.size, maxIdleBytes: 100 });
    const big = Object.assign(pool.get(), { size: 101 });
    pool.put(pool.get());
    pool.age();
    expect(pool.put(big)).toBe(false);
    expect(destroyed).toEqual([[big.id, 'full']]);
    expect(pool.stats()).toMatchObject({ idle: 1, idleBytes: 1 });
  });

  it('drops as many victims as an item needs', () => {
    const { pool, destroyed } = numbered({ sizeOf: (item) => item.size, maxIdleBytes: 100 });
    const big = Object.assign(pool.get(), { size: 65 });
    const small = [0, 1, 2, 3].map(() => Object.assign(pool.get(), { size: 20 }));
    for (const item of small) pool.put(item);
    pool.age();
    expect(pool.put(big)).toBe(true);
    expect(destroyed).toHaveLength(3);
    expect(pool.stats()).toMatchObject({ idle: 2, victims: 1, idleBytes: 85 });
    expectBalanced(pool);
  });
});

describe('trim() and clear()', () => {
  it('drop down to minIdle, and to nothing', () => {
    const { pool, destroyed } = numbered({ minIdle: 2 });
    fill(pool, 5);
    expect(pool.trim()).toBe(3);
    expect(pool.stats()).toMatchObject({ idle: 2, dropped: { cleared: 3 } });
    expect(pool.trim()).toBe(0);
    expect(pool.clear()).toBe(2);
    expect(pool.stats()).toMatchObject({ idle: 0, dropped: { cleared: 5 } });
    expect(destroyed.map(([, reason]) => reason)).toEqual(Array(5).fill('cleared'));
    expectBalanced(pool);
  });

  it('leave what is out to its users', () => {
    const { pool } = numbered();
    const item = pool.get();
    pool.clear();
    expect(pool.stats().outstanding).toBe(1);
    expect(pool.put(item)).toBe(true);
  });

  it('keep a full pool within its limit where minIdle is maxIdle', () => {
    const { pool } = numbered({ maxIdle: 2, minIdle: 2 });
    const [a, b, c] = [pool.get(), pool.get(), pool.get()];
    pool.put(a);
    pool.put(b);
    expect(pool.trim()).toBe(0);
    expect(pool.put(c)).toBe(false);
    expect(pool.stats()).toMatchObject({ idle: 2, dropped: { full: 1 } });
  });
});

/** The chaos mode: what it does to puts and to the order of reuse, and that a seed repeats it. */
import { describe, expect, it } from 'vitest';
import { type ChaosOptions, Pool } from '../../src/index.ts';
import { Chaos } from '../../src/object/chaos.ts';
import { expectBalanced } from './balance.ts';
import { fill, numbered } from './numbered-pool.ts';
import { quiet } from './quiet.ts';

const SITE = { action: 'create pool' };

/** How many of 10,000 puts are dropped. */
function dropsOf(options: ChaosOptions): number {
  const chaos = new Chaos(SITE, options);
  return Array.from({ length: 10_000 }, () => chaos.drops()).filter(Boolean).length;
}

describe('chaos', () => {
  it('drops a quarter of the puts', () => {
    expect(dropsOf({}) / 10_000).toBeCloseTo(0.25, 1);
  });

  it('drops none at a rate of 0 and all at a rate of 1', () => {
    expect(dropsOf({ dropRate: 0 })).toBe(0);
    expect(dropsOf({ dropRate: 1 })).toBe(10_000);
  });

  it('picks every idle item sooner or later, and never one that is not there', () => {
    const chaos = new Chaos(SITE, {});
    const picks = new Set(Array.from({ length: 1000 }, () => chaos.pick(7)));
    expect([...picks].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(chaos.pick(1)).toBe(0);
  });

  it('leaves the order alone where shuffle is false', () => {
    expect(new Chaos(SITE, { shuffle: false }).pick(7)).toBe(-1);
  });

  it('does the same for the same seed, and something else for another', () => {
    const run = (seed: number) => {
      const chaos = new Chaos(SITE, { seed });
      return Array.from({ length: 64 }, () => (chaos.drops() ? 'drop' : chaos.pick(100))).join();
    };
    expect(run(5)).toBe(run(5));
    expect(run(5)).not.toBe(run(6));
    expect(run(1)).toBe(
      Array.from(
        { length: 64 },
        (
          (chaos) => () =>
            chaos.drops() ? 'drop' : chaos.pick(100)
        )(new Chaos(SITE, {})),
      ).join(),
    ); // 1 is the default
  });
});

describe('a pool with chaos', () => {
  it('drops puts, destroys what it dropped, and counts it', () => {
    const { pool, destroyed } = numbered({ chaos: true });
    const items = Array.from({ length: 400 }, () => pool.get());
    const refused = items.filter((item) => !pool.put(item)).map((item) => item.id);
    expect(refused.length).toBeGreaterThan(40);
    expect(refused.length).toBeLessThan(200);
    expect(destroyed).toEqual(refused.map((id) => [id, 'chaos']));
    expect(pool.stats().dropped.chaos).toBe(refused.length);
    expectBalanced(pool);
  });

  it('hands out idle items in another order than they would come in', () => {
    const { pool } = numbered({ chaos: { dropRate: 0, seed: 7 } });
    fill(pool, 20);
    const order = Array.from({ length: 20 }, () => pool.get().id);
    expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(order).not.toEqual(order.toSorted((a, b) => b - a));
    expect(pool.stats()).toMatchObject({ created: 20, hits: 20 });
  });

  it('makes no chaos at chaos: false', () => {
    const { pool } = numbered({ chaos: false });
    const items = fill(pool, 100);
    expect(pool.stats()).toMatchObject({ idle: 100, dropped: { chaos: 0 } });
    expect(pool.get()).toBe(items[0]);
  });

  it.each(['off', 'basic', 'strict', 'paranoid'] as const)('keeps its accounts at %s', (checks) => {
    const destroyed = new Set<object>();
    const pool = new Pool({
      create: () => ({}),
      destroy: (item) => void destroyed.add(item),
      chaos: true,
      checks,
      aging: 'manual',
      leakDetector: quiet,
      maxIdle: 10,
    });
    for (let round = 0; round < 50; round++) {
      const items = Array.from({ length: round % 13 }, () => pool.get());
      for (const item of items) pool.put(item);
      if (round % 10 === 0) pool.age();
      expectBalanced(pool);
    }
    pool.close();
    expect(destroyed.size).toBe(pool.stats().created);
  });
});

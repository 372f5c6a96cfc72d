/** Items that are checked out and collected: what each checking level notices and reports of them. */
import { describe, expect, it, vi } from 'vitest';
import { LeakDetector, type LeakReport, Pool, type PoolChecks } from '../../src/index.ts';
import { Random } from '../../src/internal/random.ts';
import { collectThoroughly, collectUntil } from '../leak/garbage.ts';
import { expectBalanced } from './balance.ts';

/** A pool with a leak detector of its own, and what that reported. */
function watched(
  checks: PoolChecks,
  detector: ConstructorParameters<typeof LeakDetector>[0] = {},
  reset?: (item: { rows: number[] }) => void,
) {
  const leaks: LeakReport[] = [];
  const leakDetector = new LeakDetector({ onLeak: (leak) => leaks.push(leak), ...detector });
  const create = () => ({ rows: [] as number[] });
  const resets = reset === undefined ? {} : { reset };
  const pool = new Pool({ name: 'rows', create, checks, leakDetector, aging: 'manual', ...resets });
  return { pool, leaks, leakDetector };
}

/** Takes `count` items and forgets them. In a frame of its own, so that no register holds one. */
function lose<T extends object>(pool: Pool<T>, count: number): void {
  for (let i = 0; i < count; i++) pool.get();
}

describe('a lost item', () => {
  it('is not noticed at off', async () => {
    const { pool, leaks } = watched('off', { level: 'paranoid' });
    lose(pool, 5);
    pool.age();
    await collectThoroughly();
    expect(pool.stats()).toMatchObject({ lost: 0, outstanding: 5 });
    expect(leaks).toEqual([]);
  });

  it('is noticed at basic where its checkout is the sampled one', async () => {
    const { pool, leaks } = watched('basic', { samplingInterval: 1 }); // one get in 512
    lose(pool, 512);
    pool.age(); // what is watched is held until the next sample or epoch
    await collectUntil('the sampled item is lost', () => pool.stats().lost > 0);
    await collectThoroughly();
    expect(pool.stats()).toMatchObject({ gets: 512, lost: 1, outstanding: 511 });
    expect(leaks).toHaveLength(1);
    expect(leaks[0]?.message).toMatch(
      /^LEAK: Item of pool 'rows' was not given back before it was collected\.\nTaken at:\n {4}at lose .*pool-lost\.test/,
    );
    expectBalanced(pool);
  });

  it.each([1, 2, 3, 10, 100, 700])(
    'is sampled at basic as often where gets come in bursts of %i, with epochs or a reset',
    (burst) => {
      for (const reset of [undefined, () => {}]) {
        const { pool, leakDetector } = watched('basic', { samplingInterval: 1 }, reset); // one get in 512
        const begin = vi.spyOn(leakDetector, 'begin');
        const bursts = Math.ceil((512 * 60) / burst);
        const perEpoch = Math.ceil(128 / burst);
        for (let i = 0; i < bursts; i++) {
          const items = Array.from({ length: burst }, () => pool.get());
          for (const item of items) pool.put(item);
          if (reset === undefined && i % perEpoch === 0) pool.age();
        }
        const { gets } = pool.stats();
        expect(gets).toBe(bursts * burst);
        const samples = begin.mock.calls.length;
        expect(samples).toBeLessThanOrEqual(Math.floor(gets / 512));
        expect(samples).toBeGreaterThanOrEqual(Math.floor(gets / (512 + 256 + burst)));
        expectBalanced(pool);
      }
    },
  );

  it.each([2, 3, 10])(
    'is found at basic where each %ith item is lost, always out of the slot',
    async (every) => {
      const { pool } = watched('basic', { samplingInterval: 1 }); // one get in 512
      const random = new Random(every);
      let epoch = 1000;
      for (let i = 1; i <= 512 * 200; i++) {
        const item = pool.get();
        if (i % every > 0) pool.put(item);
        if (i === epoch) {
          pool.age();
          epoch += 500 + random.below(1000);
        }
      }
      pool.age();
      await collectUntil('one is found', () => pool.stats().lost > 0);
    },
  );

  it('is noticed at basic, each one, where the detector’s level is paranoid', async () => {
    const { pool } = watched('basic', { level: 'paranoid' });
    lose(pool, 10);
    pool.age();
    await collectUntil('all are lost', () => pool.stats().lost === 10);
    expect(pool.stats().outstanding).toBe(0);
    expectBalanced(pool);
  });

  it.each(['strict', 'paranoid'] as const)(
    'is noticed at %s, each one, and reported once',
    async (checks) => {
      const { pool, leaks, leakDetector } = watched(checks);
      lose(pool, 10);
      const kept = pool.get();
      await collectUntil('all are lost', () => pool.stats().lost === 10);
      expect(pool.stats()).toMatchObject({ outstanding: 1, lost: 10 });
      expect(leaks[0]?.resource).toBe("Item of pool 'rows'");
      expect(leakDetector.stats()).toMatchObject({ leaked: 10, active: 1 });
      expect(pool.put(kept)).toBe(true);
      expectBalanced(pool);
    },
  );

  it('has its stack in the report at paranoid, and at strict for the first of many', async () => {
    const strict = watched('strict');
    const paranoid = watched('paranoid');
    lose(strict.pool, 2);
    lose(paranoid.pool, 2);
    const lost = () => strict.pool.stats().lost + paranoid.pool.stats().lost;
    await collectUntil('all are lost', () => lost() === 4);
    const withStack = ({ created }: LeakReport) => created?.stack.includes('at lose ') ?? false;
    expect(strict.leaks.map(withStack).sort()).toEqual([false, true]);
    expect(paranoid.leaks.map(withStack)).toEqual([true]); // the same place twice, told once
  });

  it('is not noticed where the detector is disabled', async () => {
    for (const checks of ['basic', 'strict', 'paranoid'] as const) {
      const { pool } = watched(checks, { level: 'disabled' });
      lose(pool, 5);
      pool.age();
      await collectThoroughly();
      expect(pool.stats()).toMatchObject({ lost: 0, outstanding: 5 });
    }
  });

  it('leaves room for gets and puts as before', async () => {
    const { pool } = watched('strict');
    lose(pool, 3);
    await collectUntil('all are lost', () => pool.stats().lost === 3);
    expect(pool.put(pool.get())).toBe(true);
    expect(pool.stats()).toMatchObject({ idle: 1, outstanding: 0, lost: 3, created: 4 });
    expectBalanced(pool);
  });

  it('does not make the count negative where a foreign item came back in its place', async () => {
    const { pool, leakDetector } = watched('basic', { level: 'paranoid' });
    lose(pool, 1);
    pool.put({ rows: [] }); // not seen at basic: one item is out
    pool.age();
    await collectUntil('the leak is noticed', () => leakDetector.stats().leaked === 1);
    expect(pool.stats()).toMatchObject({ outstanding: 0, lost: 0, puts: 1 });
    expect(pool.put(pool.get())).toBe(true);
  });
});

describe('an item that is not lost', () => {
  it.each(['basic', 'strict', 'paranoid'] as const)('is not reported at %s, put or held', async (checks) => {
    const { pool, leaks, leakDetector } = watched(checks, { level: 'paranoid' });
    for (let i = 0; i < 20; i++) {
      pool.put(pool.get());
      pool.discard(pool.get());
    }
    const held = [pool.get(), pool.get()];
    pool.age();
    await collectThoroughly();
    expect(pool.stats()).toMatchObject({ outstanding: 2, lost: 0 });
    expect(leaks).toEqual([]);
    for (const item of held) pool.put(item);
    pool.clear();
    pool.close();
    held.length = 0;
    await collectThoroughly();
    expect(leakDetector.stats()).toMatchObject({ leaked: 0, active: 0 });
    expectBalanced(pool);
  });

  it('does not keep its pool from being collected, nor the pool it', async () => {
    const makePool = () => new WeakRef(watched('strict').pool);
    const pools = [makePool(), makePool()];
    await collectUntil('the pools are collected', () => pools.every((ref) => ref.deref() === undefined));
  });
});

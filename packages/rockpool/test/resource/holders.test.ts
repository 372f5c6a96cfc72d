/** Who holds what for how long: leak threshold, lost leases, stacks. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Holder, LeakDetector, type LeakReport, ResourcePool } from '../../src/index.ts';
import { connections, pass, stopTime } from './tools.ts';

afterEach(() => void vi.useRealTimers());

describe('a resource that is held for too long', () => {
  it('is reported once, with where it was acquired, and again when it comes back after all', async () => {
    stopTime();
    const { pool } = connections({ leakThresholdMs: 1000 });
    const told: [string, Holder][] = [];
    pool.on('leak', (holder) => told.push(['leak', holder]));
    pool.on('returned', (holder) => told.push(['returned', holder]));
    const forgetful = () => pool.acquire();
    const lease = await forgetful();
    (await pool.acquire()).release();
    await pass(900);
    expect(told).toEqual([]);
    await pass(5000);
    expect(told).toHaveLength(1);
    expect(told[0]?.[1].heldMs).toBeGreaterThanOrEqual(1000);
    expect(told[0]?.[1].heldMs).toBeLessThanOrEqual(1600);
    expect(told[0]?.[1].stack).toMatch(/forgetful/);
    lease.release();
    expect(told.map(([event]) => event)).toEqual(['leak', 'returned']);
    expect(Math.round(told[1]?.[1].heldMs ?? 0)).toBe(5900);
    expect(pool.stats()).toMatchObject({ overdue: 1 });
  });

  it('is a process warning where nobody listens', async () => {
    stopTime();
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { pool } = connections({ leakThresholdMs: 100 });
    const lease = await pool.acquire();
    await pass(1000);
    lease.discard();
    const texts = warn.mock.calls.map(([text]) => String(text).split('\n')[0]);
    expect(texts[0]).toMatch(/^A resource of pool 'db' is held for \d+ ms, acquired at:$/);
    expect(texts[1]).toMatch(/^A resource of pool 'db' came back after all, after 1000 ms, acquired at:$/);
    expect(texts).toHaveLength(2);
    warn.mockRestore();
  });

  it('is told on request, the longest first', async () => {
    stopTime();
    const { pool } = connections();
    const first = await pool.acquire();
    await pass(500);
    await pool.acquire();
    await pass(100);
    expect(pool.holders().map(({ heldMs }) => Math.round(heldMs))).toEqual([600, 100]);
    first.release();
    expect(pool.holders()).toHaveLength(1);
  });
});

describe('a lease that is lost', () => {
  it('is reported by the leak detector when it is collected, with where it was taken', async () => {
    const leaks: LeakReport[] = [];
    const leakDetector = new LeakDetector({ onLeak: (leak) => leaks.push(leak) });
    const pool = new ResourcePool({ create: async () => ({}), name: 'db', max: 5, leakDetector });
    const loser = async () => void (await pool.acquire());
    await loser();
    (await pool.acquire()).release();
    await vi.waitUntil(
      () => {
        globalThis.gc?.();
        return leaks.length > 0;
      },
      { timeout: 10_000 },
    );
    expect(leaks[0]?.message).toMatch(/^LEAK: resource pool 'db' was not given back before it was collected/);
    expect(leaks[0]?.created?.stack).toMatch(/loser/);
    expect(leaks).toHaveLength(1);
    expect(pool.stats()).toMatchObject({ lost: 1, leased: 1, size: 2 });
    expect(leakDetector.stats()).toMatchObject({ tracked: 2, closed: 1, leaked: 1 });
  });
});

describe('stacks', () => {
  it('are recorded for the first acquires and a hundred a second, not for all of a busy program', async () => {
    stopTime();
    const { pool } = connections({ max: 300 });
    const recorded = () => pool.holders().filter(({ stack }) => stack !== '').length;
    for (let i = 0; i < 200; i++) await pool.acquire();
    expect(recorded()).toBeGreaterThanOrEqual(32);
    expect(recorded()).toBeLessThanOrEqual(34);
    await pass(100);
    for (let i = 0; i < 50; i++) await pool.acquire();
    expect(recorded()).toBeGreaterThanOrEqual(42);
    expect(recorded()).toBeLessThanOrEqual(46);
  });

  it('are recorded for all or none on request', async () => {
    for (const stacks of ['all', 'none'] as const) {
      const { pool } = connections({ max: 100, stacks });
      for (let i = 0; i < 100; i++) await pool.acquire();
      expect(pool.holders().filter(({ stack }) => stack !== '')).toHaveLength(stacks === 'all' ? 100 : 0);
    }
  });
});

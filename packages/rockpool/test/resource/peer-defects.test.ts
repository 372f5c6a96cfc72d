/** Defects that other pools have, or had, each by its name: none of them is here. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPool } from '../../src/compat/generic-pool.ts';
import { Pool as TarnPool } from '../../src/compat/tarn.ts';
import { connections, gate, pass, rejection, stopTime } from './tools.ts';

beforeEach(stopTime);
afterEach(() => void vi.useRealTimers());

describe('a rejecting create must not spin', () => {
  it('here', async () => {
    const create = vi.fn(() => Promise.reject(new Error('down')));
    const { pool } = connections({ create, max: 10, acquireTimeoutMs: 1000 });
    const waits = Array.from({ length: 20 }, () => rejection(pool.acquire()));
    await pass(1000);
    await Promise.all(waits);
    expect(create.mock.calls.length).toBeLessThanOrEqual(10 + 14);
  });

  it("in generic-pool's place", async () => {
    const create = vi.fn(() => Promise.reject(new Error('down')));
    const pool = createPool(
      { create, destroy: async () => {} },
      { min: 2, max: 4, acquireTimeoutMillis: 1000 },
    );
    const told: unknown[] = [];
    pool.on('factoryCreateError', (error: Error) => told.push(error.message));
    const waiting = rejection(pool.acquire());
    await pass(1000);
    expect(await waiting).toMatchObject({ name: 'TimeoutError', message: 'ResourceRequest timed out' });
    expect(create.mock.calls.length).toBeLessThan(20);
    expect(told).toHaveLength(create.mock.calls.length);
  });
});

describe('a throwing validate must not lose the slot', () => {
  it('here', async () => {
    let broken = true;
    const { pool } = connections({
      validate: () => {
        if (broken) throw new Error('broken');
        return true;
      },
      max: 1,
      aliveBypassMs: 0,
    });
    for (let i = 0; i < 5; i++) await pool.use(() => {});
    broken = false;
    for (let i = 0; i < 5; i++) await pool.use(() => {});
    expect(pool.stats()).toMatchObject({ size: 1, idle: 1 });
  });

  it("in generic-pool's place", async () => {
    let broken = false;
    const pool = createPool(
      {
        create: async () => ({}),
        destroy: async () => {},
        validate: async () => {
          if (broken) throw new Error('broken');
          return true;
        },
      },
      { max: 1, testOnBorrow: true },
    );
    await pool.release(await pool.acquire());
    broken = true;
    const waiting = pool.acquire();
    await pass(1);
    broken = false;
    await pass(100);
    await pool.release(await waiting);
    expect([pool.size, pool.available, pool.borrowed]).toEqual([1, 1, 0]);
  });
});

describe('use with a synchronous function must return the resource', () => {
  it('here', async () => {
    const { pool } = connections({ max: 1 });
    expect(await pool.use(() => 'result')).toBe('result');
    expect(pool.stats()).toMatchObject({ leased: 0, idle: 1 });
  });

  it("in generic-pool's place", async () => {
    const pool = createPool({ create: async () => ({}), destroy: async () => {} });
    expect(await pool.use(() => 'result')).toBe('result');
    expect([pool.borrowed, pool.available]).toEqual([0, 1]);
  });
});

describe('an idle time-out of 0 must mean what the documents say', () => {
  it('here: nothing above min is kept idle', async () => {
    const { pool } = connections({ idleTimeoutMs: 0, min: 0, max: 2 });
    await pool.use(() => {});
    expect(pool.stats()).toMatchObject({ size: 0 });
  });

  it("in generic-pool's place: the next run of the evictor takes it", async () => {
    const pool = createPool(
      { create: async () => ({}), destroy: async () => {} },
      { idleTimeoutMillis: 0, evictionRunIntervalMillis: 10 },
    );
    await pool.release(await pool.acquire());
    await pass(21);
    expect(pool.size).toBe(0);
  });

  it("in tarn's place it is refused, as by tarn", () => {
    const options = { create: async () => ({}), destroy: () => {}, min: 0, max: 1, idleTimeoutMillis: 0 };
    expect(() => new TarnPool(options)).toThrow(
      "'idleTimeoutMillis' must be an integer from 1 to 2147483647: received 0",
    );
  });
});

describe('raising max during a create must not share one resource', () => {
  it('here', async () => {
    const gates = [gate<{ id: number; open: boolean }>(), gate<{ id: number; open: boolean }>()];
    let calls = 0;
    const { pool } = connections({ create: () => gates[calls++]?.promise as never, max: 1 });
    const first = pool.acquire();
    const second = pool.acquire();
    pool.resize({ max: 2 });
    expect(calls).toBe(2);
    gates[1]?.open({ id: 2, open: true });
    gates[0]?.open({ id: 1, open: true });
    const leases = [await first, await second];
    expect(new Set(leases.map(({ value }) => value)).size).toBe(2);
    expect(pool.stats()).toMatchObject({ size: 2, leased: 2 });
  });
});

describe('min must never overshoot max', () => {
  it('here, whatever is made, destroyed and resized meanwhile', async () => {
    let now = 0;
    let most = 0;
    const { pool } = connections({
      create: async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 5));
        return { id: now, open: true };
      },
      destroy: async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        now--;
      },
      min: 3,
      max: 3,
      init: 'eager',
      maxLifetimeMs: 50,
    });
    for (let i = 0; i < 50; i++) {
      const waiting = pool.acquire();
      await pass(10);
      const lease = await waiting;
      if (i % 3 === 0) lease.discard();
      else lease.release();
      await pass(7);
    }
    expect(most).toBe(3);
  });
});

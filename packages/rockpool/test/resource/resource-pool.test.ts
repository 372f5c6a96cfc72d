/** Taking and giving back: who gets what, in which order, and what misuse does. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  AcquireTimeoutError,
  DoubleReleaseError,
  PoolClosedError,
  QueueFullError,
  type ResourceLease,
  ResourceTimeoutError,
  UseAfterReleaseError,
} from '../../src/index.ts';
import { type Connection, connections, gate, pass, rejection, stopTime, watch } from './tools.ts';

afterEach(() => void vi.useRealTimers());

describe('an acquire', () => {
  it('makes a resource only if none is idle, up to max', async () => {
    const { pool, made } = connections({ max: 2 });
    const first = await pool.acquire();
    const second = await pool.acquire();
    expect([first.value.id, second.value.id]).toEqual([1, 2]);
    first.release();
    const third = await pool.acquire();
    expect(third.value).toBe(made[0]);
    expect(made).toHaveLength(2);
    expect(pool.stats()).toMatchObject({ size: 2, leased: 2, idle: 0, hits: 1, waited: 2, created: 2 });
  });

  it('that finds an idle resource takes one microtask', async () => {
    const { pool } = connections();
    (await pool.acquire()).release();
    const order: string[] = [];
    const acquired = pool.acquire().then((lease) => {
      order.push('acquired');
      lease.release();
    });
    await Promise.resolve().then(() => order.push('one microtask'));
    await acquired;
    expect(order).toEqual(['acquired', 'one microtask']);
  });

  it('that finds an idle resource arms no timer', async () => {
    const { pool } = connections({ validate: () => true });
    (await pool.acquire()).release();
    const timeouts = vi.spyOn(globalThis, 'setTimeout');
    const immediates = vi.spyOn(globalThis, 'setImmediate');
    for (let i = 0; i < 20; i++) (await pool.acquire({ timeoutMs: 50 })).release();
    expect(timeouts).not.toHaveBeenCalled();
    expect(immediates).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it('takes the last returned of the idle ones, or with fifo the longest idle', async () => {
    for (const order of ['lifo', 'fifo'] as const) {
      const { pool } = connections({ max: 3, order });
      const leases = [await pool.acquire(), await pool.acquire(), await pool.acquire()];
      for (const lease of leases) lease.release();
      const next = await pool.acquire();
      expect(next.value.id).toBe(order === 'lifo' ? 3 : 1);
      pool.assertValid();
    }
  });

  it('waits in line, and a higher priority is served first', async () => {
    const { pool } = connections({ max: 1 });
    const held = await pool.acquire();
    const order: string[] = [];
    const wait = async (name: string, priority: number) => {
      const lease = await pool.acquire({ priority });
      order.push(name);
      lease.release();
    };
    const all = [wait('a', 0), wait('low', -1), wait('b', 0), wait('high', 5), wait('high too', 5)];
    expect(pool.stats().waiting).toBe(5);
    held.release();
    await Promise.all(all);
    expect(order).toEqual(['high', 'high too', 'a', 'b', 'low']);
    expect(pool.stats()).toMatchObject({ waiting: 0, leased: 0, idle: 1 });
  });

  it('does not overtake those who wait, though a resource is released just then', async () => {
    const { pool } = connections({ max: 1 });
    const held = await pool.acquire();
    const order: string[] = [];
    const first = pool.acquire().then((lease) => {
      order.push('first');
      lease.release();
    });
    held.release();
    const second = pool.acquire().then((lease) => {
      order.push('second');
      lease.release();
    });
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
  });

  it('is refused when maxWaiting wait already', async () => {
    const { pool } = connections({ max: 2, maxWaiting: 1 });
    const leases = [await pool.acquire(), await pool.acquire()];
    const waiting = pool.acquire();
    const error = await rejection(pool.acquire());
    expect(error).toBeInstanceOf(QueueFullError);
    expect(error).toMatchObject({ code: 'ERR_ROCKPOOL_QUEUE_FULL', maxWaiting: 1 });
    leases[0]?.release();
    (await waiting).release();
    expect(pool.stats()).toMatchObject({ refused: 1, waiting: 0 });
  });

  it('with maxWaiting 0 is served as long as a resource can be made for it', async () => {
    const { pool } = connections({ max: 2, maxWaiting: 0 });
    const both = await Promise.all([pool.acquire(), pool.acquire()]);
    expect(both.map(({ value }) => value.id)).toEqual([1, 2]);
    expect(await rejection(pool.acquire())).toBeInstanceOf(QueueFullError);
    both[0]?.release();
    (await pool.acquire()).release();
  });

  it('has nothing to do with what is being made: whatever is free first is its', async () => {
    const slow = gate<Connection>();
    let begun = 0;
    const { pool } = connections({
      max: 2,
      create: () => (begun++ === 0 ? Promise.resolve({ id: 1, open: true }) : slow.promise),
    });
    const lease = await pool.acquire();
    const waiting = pool.acquire();
    expect(pool.stats().creating).toBe(1);
    lease.release();
    expect((await waiting).value.id).toBe(1);
    slow.open({ id: 2, open: true });
    await vi.waitUntil(() => pool.stats().creating === 0);
    expect(pool.stats()).toMatchObject({ idle: 1, leased: 1 });
  });
});

describe('a wait', () => {
  it('ends after its time, and says who holds what, since when and from where', async () => {
    stopTime();
    const { pool } = connections({ max: 2, acquireTimeoutMs: 1000 });
    const holdOne = () => pool.acquire();
    await holdOne();
    await holdOne();
    await pass(500);
    const told: unknown[] = [];
    pool.on('timeout', (error) => told.push(error));
    const waiting = watch(pool.acquire());
    await pass(999);
    expect(waiting.state).toBe('pending');
    await pass(1);
    const error = waiting.error as ResourceTimeoutError;
    expect(error).toBeInstanceOf(ResourceTimeoutError);
    expect(error).toBeInstanceOf(AcquireTimeoutError);
    expect(error).toMatchObject({ code: 'ERR_ROCKPOOL_ACQUIRE_TIMEOUT', timeoutMs: 1000, pool: 'db' });
    expect(error.shortage.holders.map(({ heldMs }) => Math.round(heldMs))).toEqual([1500, 1500]);
    expect(error.shortage.holders[0]?.stack).toMatch(/holdOne/);
    expect(error.message).toMatch(
      /^Cannot acquire a resource of pool 'db' as none became free within 1000 ms: 2 of 2 are held/,
    );
    expect(error.message).toMatch(/Held for 1500 ms, acquired at:\n {4}at .*holdOne/);
    expect(told).toEqual([error]);
    expect(pool.stats()).toMatchObject({ timeouts: 1, waiting: 0, leased: 2 });
  });

  it('of 0 ms is none: what is idle or nothing', async () => {
    const { pool } = connections({ max: 1 });
    expect(await rejection(pool.acquire({ timeoutMs: 0 }))).toBeInstanceOf(ResourceTimeoutError);
    await vi.waitUntil(() => pool.stats().idle === 1); // it was made all the same
    (await pool.acquire({ timeoutMs: 0 })).release();
  });

  it('ends by a signal, before, during and after', async () => {
    const { pool } = connections({ max: 1 });
    const reason = new Error('no longer wanted');
    expect(await rejection(pool.acquire({ signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(pool.stats()).toMatchObject({ waited: 0, size: 0 });

    const held = await pool.acquire();
    expect(await rejection(pool.acquire({ signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(pool.stats()).toMatchObject({ waiting: 0, aborted: 1 });
    const during = new AbortController();
    const waiting = pool.acquire({ signal: during.signal });
    const next = pool.acquire();
    during.abort(reason);
    expect(await rejection(waiting)).toBe(reason);
    held.release();

    const after = new AbortController();
    const lease = await next;
    const served = pool.acquire({ signal: after.signal });
    lease.release();
    const second = await served;
    after.abort();
    expect(second.value.id).toBe(1);
    second.release();
    expect(pool.stats()).toMatchObject({ aborted: 2, leased: 0, idle: 1, waiting: 0 });
  });

  it('that is aborted while its resource is on the way leaves it to the next', async () => {
    const made = gate<Connection>();
    const { pool } = connections({ max: 1, create: () => made.promise });
    const controller = new AbortController();
    const aborted = pool.acquire({ signal: controller.signal });
    const next = pool.acquire();
    controller.abort();
    made.open({ id: 7, open: true });
    expect((await next).value.id).toBe(7);
    expect(await rejection(aborted)).toMatchObject({ name: 'AbortError' });
    expect(pool.stats()).toMatchObject({ leased: 1, size: 1 });
  });

  it('shares one listener with all that wait with the same signal, and removes it', async () => {
    const { pool } = connections({ max: 1 });
    const controller = new AbortController();
    const added = vi.spyOn(controller.signal, 'addEventListener');
    const removed = vi.spyOn(controller.signal, 'removeEventListener');
    const held = await pool.acquire();
    const waits = [1, 2, 3].map(() => pool.acquire({ signal: controller.signal }));
    await new Promise(setImmediate);
    expect(added).toHaveBeenCalledTimes(1);
    held.release();
    for (const wait of waits) (await wait).release();
    expect(removed).toHaveBeenCalledTimes(1);

    const again = await pool.acquire();
    const fails = [1, 2].map(() => rejection(pool.acquire({ signal: controller.signal })));
    await new Promise(setImmediate);
    controller.abort();
    expect(await Promise.all(fails)).toHaveLength(2);
    again.release();
    expect(added).toHaveBeenCalledTimes(2);
    expect(removed).toHaveBeenCalledTimes(2);
  });

  it('that was aborted frees its place in a full queue at once', async () => {
    const { pool } = connections({ max: 1, maxWaiting: 1 });
    const held = await pool.acquire();
    const controller = new AbortController();
    const aborted = rejection(pool.acquire({ signal: controller.signal }));
    controller.abort();
    const waiting = pool.acquire();
    expect(await aborted).toMatchObject({ name: 'AbortError' });
    held.release();
    (await waiting).release();
  });
});

describe('a lease', () => {
  it('is released once, and throws when it is used afterwards', async () => {
    const { pool } = connections();
    const lease = await pool.acquire();
    lease.release();
    expect(lease.released).toBe(true);
    expect(() => lease.release()).toThrow(DoubleReleaseError);
    expect(() => lease.release()).toThrow(
      "Cannot release a lease of resource pool 'db' as it is released already",
    );
    expect(() => lease.discard()).toThrow(DoubleReleaseError);
    expect(() => lease.value).toThrow(UseAfterReleaseError);
    expect(pool.stats()).toMatchObject({ idle: 1, leased: 0 });
  });

  it('is disposed idempotently', async () => {
    const { pool } = connections();
    const lease = await pool.acquire();
    lease[Symbol.dispose]();
    lease[Symbol.dispose]();
    await lease[Symbol.asyncDispose]();
    const other = await pool.acquire();
    other.discard();
    other[Symbol.dispose]();
    expect(pool.stats()).toMatchObject({ idle: 0, leased: 0, size: 0 });
  });

  it('is never the same twice, so that an old one cannot release what somebody else has', async () => {
    const { pool } = connections({ max: 1 });
    const old = await pool.acquire();
    old.release();
    const current = await pool.acquire();
    expect(() => old.release()).toThrow(DoubleReleaseError);
    expect(current.value.id).toBe(1);
    expect(pool.stats().leased).toBe(1);
  });

  it('that is discarded costs the resource, and whoever waits gets a new one', async () => {
    const { pool, made } = connections({ max: 1 });
    const lease = await pool.acquire();
    const waiting = pool.acquire();
    lease.discard();
    expect((await waiting).value.id).toBe(2);
    expect(made[0]).toMatchObject({ open: false, reason: 'discard' });
    expect(pool.stats().destroyed.discard).toBe(1);
  });
});

describe('use', () => {
  it('gives the resource back whatever its function does', async () => {
    const { pool } = connections({ max: 1 });
    expect(await pool.use(({ id }) => id)).toBe(1);
    expect(await pool.use(async ({ id }) => id)).toBe(1);
    const failure = new Error('constraint violated');
    await expect(
      pool.use(() => {
        throw failure;
      }),
    ).rejects.toBe(failure);
    await expect(pool.use(() => Promise.reject(failure))).rejects.toBe(failure);
    expect(pool.stats()).toMatchObject({ idle: 1, leased: 0, created: 1 });
  });

  it('has a resource validated after a failure, however lately it worked', async () => {
    const validate = vi.fn(() => true);
    const { pool } = connections({ validate });
    await pool.use(() => {});
    await pool.use(() => {});
    expect(validate).not.toHaveBeenCalled();
    await pool.use(() => Promise.reject(new Error('lost'))).catch(() => {});
    await pool.use(() => {});
    expect(validate).toHaveBeenCalledTimes(1);
  });

  it('lets its function discard the resource', async () => {
    const { pool } = connections();
    await pool.use((_, lease) => lease.discard());
    expect(pool.stats()).toMatchObject({ size: 0, leased: 0 });
  });

  it('refuses what is no function', async () => {
    const { pool } = connections();
    await expect(pool.use(1 as never)).rejects.toThrow("'fn' must be a function: received 1");
  });
});

describe('tryAcquire', () => {
  it('takes what is idle and waits for nothing', async () => {
    const { pool } = connections({ max: 1 });
    expect(pool.tryAcquire()).toBeUndefined();
    (await pool.acquire()).release();
    const lease = pool.tryAcquire() as ResourceLease<Connection>;
    expect(lease.value.id).toBe(1);
    expect(pool.tryAcquire()).toBeUndefined();
    lease.release();
  });
});

describe('resize', () => {
  it('raises max for those who wait', async () => {
    const { pool } = connections({ max: 1 });
    const lease = await pool.acquire();
    const waiting = pool.acquire();
    pool.resize({ max: 2 });
    expect((await waiting).value.id).toBe(2);
    lease.release();
    expect(pool.stats()).toMatchObject({ max: 2, size: 2 });
  });

  it('lets go of idle resources above a lower max now, of others when they come back', async () => {
    const { pool, made } = connections({ max: 4 });
    const leases = await Promise.all([1, 2, 3, 4].map(() => pool.acquire()));
    leases[0]?.release();
    leases[1]?.release();
    pool.resize({ max: 1 });
    expect(made.map(({ open }) => open)).toEqual([false, false, true, true]);
    leases[2]?.release();
    expect(made[2]?.reason).toBe('resize');
    leases[3]?.release();
    expect(pool.stats()).toMatchObject({ size: 1, idle: 1, max: 1 });
    pool.assertValid();
  });

  it('refuses impossible bounds and changes nothing', () => {
    const { pool } = connections({ min: 1, max: 3 });
    expect(() => pool.resize({ max: 0 })).toThrow(
      "Cannot resize resource pool as 'max' must be an integer from 1 to 1048576: received 0",
    );
    expect(() => pool.resize({ min: 4 })).toThrow("'min' must be an integer from 0 to 3: received 4");
    pool.resize({ min: 3 });
    expect(() => pool.resize({ max: 2 })).toThrow("'max' must be no less than 'min', which is 3: received 2");
    expect(pool.stats()).toMatchObject({ min: 3, max: 3 });
  });
});

describe('drain', () => {
  it('serves those who wait and nobody else, and settles when all have given back', async () => {
    const { pool, made } = connections({ max: 1 });
    const events: string[] = [];
    pool.on('drain', () => events.push('drain'));
    const lease = await pool.acquire();
    const waiting = pool.acquire();
    const drained = watch(pool.drain());
    expect(pool.drain()).toBe(pool.drain());
    const error = await rejection(pool.acquire());
    expect(error).toBeInstanceOf(PoolClosedError);
    expect(String(error)).toMatch("Cannot acquire from pool 'db' as it is draining");
    lease.release();
    const last = await waiting;
    expect(drained.state).toBe('pending');
    last.release();
    await pool.drain();
    expect(events).toEqual(['drain']);
    expect(made[0]?.open).toBe(true);
    await pool.close();
    expect(made[0]?.open).toBe(false);
  });
});

describe('close', () => {
  it('refuses those who wait, destroys what is idle now and the rest when it comes back', async () => {
    const { pool, made } = connections({ max: 2 });
    const held = await pool.acquire();
    (await pool.acquire()).release();
    const closed = watch(pool.close());
    expect(pool.close()).toBe(pool.close());
    await Promise.resolve();
    expect(closed.state).toBe('pending');
    expect(made[1]?.open).toBe(false);
    expect(held.value.id).toBe(1);
    held.release();
    await pool.close();
    expect(made.map(({ open, reason }) => [open, reason])).toEqual([
      [false, 'close'],
      [false, 'close'],
    ]);
    expect(pool.stats()).toMatchObject({ size: 0, closed: true, leased: 0 });
    expect(await rejection(pool.acquire())).toBeInstanceOf(PoolClosedError);
    expect(pool.tryAcquire()).toBeUndefined();
  });

  it('tells those who wait', async () => {
    const { pool } = connections({ max: 1 });
    const held = await pool.acquire();
    const waiting = rejection(pool.acquire());
    void pool.close();
    expect(await waiting).toBeInstanceOf(PoolClosedError);
    held.release();
    await pool.close();
  });

  it('aborts creations, and destroys what they give all the same', async () => {
    const made = gate<Connection>();
    let aborted: unknown;
    const { pool } = connections({
      create: (signal) => {
        signal.addEventListener('abort', () => {
          aborted = signal.reason;
        });
        return made.promise;
      },
    });
    const waiting = rejection(pool.acquire());
    const closed = pool.close();
    expect(await waiting).toBeInstanceOf(PoolClosedError);
    expect(aborted).toBeInstanceOf(PoolClosedError);
    const connection = { id: 1, open: true };
    made.open(connection);
    await closed;
    expect(connection).toMatchObject({ open: false, reason: 'late' });
  });

  it('waits no longer for a creation than for a destruction', async () => {
    stopTime();
    const { pool } = connections({ create: () => new Promise(() => {}), destroyTimeoutMs: 100 });
    const waiting = rejection(pool.acquire());
    const closed = watch(pool.close());
    await waiting;
    await pass(99);
    expect(closed.state).toBe('pending');
    await pass(2);
    expect(closed.state).toBe('fulfilled');
  });

  it('after its grace takes resources from their holders, whose leases throw', async () => {
    stopTime();
    const { pool, made } = connections();
    const lease = await pool.acquire();
    const closed = watch(pool.close({ graceMs: 50 }));
    await pass(49);
    expect(lease.value.id).toBe(1);
    await pass(2);
    expect(closed.state).toBe('fulfilled');
    expect(made[0]?.open).toBe(false);
    expect(() => lease.value).toThrow(UseAfterReleaseError);
    lease.release(); // harmless
    expect(pool.stats()).toMatchObject({ leased: 0, size: 0 });
  });

  it('refuses a grace that is none', async () => {
    const { pool } = connections();
    await expect(pool.close({ graceMs: -1 })).rejects.toThrow(
      "'graceMs' must be milliseconds, 0 or more: received -1",
    );
    expect(pool.stats().closed).toBe(false);
  });

  it('comes with `await using`', async () => {
    const { pool, made } = connections();
    {
      await using inner = pool;
      (await inner.acquire()).release();
    }
    expect(made[0]?.open).toBe(false);
  });
});

describe('clear', () => {
  it('replaces all: idle resources now, others when they come back', async () => {
    const { pool, made } = connections({ max: 2 });
    const held = await pool.acquire();
    (await pool.acquire()).release();
    pool.clear();
    expect(made[1]).toMatchObject({ open: false, reason: 'clear' });
    expect(held.value.open).toBe(true);
    held.release();
    expect(made[0]).toMatchObject({ open: false, reason: 'clear' });
    expect((await pool.acquire()).value.id).toBe(3);
  });
});

describe('events', () => {
  it('are told in the order of a life', async () => {
    const { pool } = connections({ max: 1 });
    const events: string[] = [];
    for (const event of ['create', 'acquire', 'release', 'destroy', 'close'] as const) {
      pool.on(event, () => events.push(event));
    }
    await pool.use(() => {});
    await pool.close();
    expect(events).toEqual(['create', 'acquire', 'release', 'destroy', 'close']);
  });

  it('end when the returned function is called, and a throwing listener stops nothing', async () => {
    const { pool, errors } = connections();
    let told = 0;
    const end = pool.on('acquire', () => {
      told++;
      throw new Error('listener');
    });
    await pool.use(() => {});
    end();
    await pool.use(() => {});
    expect(told).toBe(1);
    expect(errors.map(String)).toEqual(['Error: listener']);
  });

  it('have names', () => {
    const { pool } = connections();
    expect(() => pool.on('acquired' as 'acquire', () => {})).toThrow(
      "'event' must be one of create, createFailed",
    );
    expect(() => pool.on('acquire', 1 as never)).toThrow("'listener' must be a function: received 1");
  });
});

describe('statistics', () => {
  it('have times of waits, uses and creations', async () => {
    stopTime();
    const { pool } = connections({
      max: 1,
      create: () => new Promise((resolve) => setTimeout(() => resolve({ id: 1, open: true }), 40)),
    });
    const first = pool.acquire();
    await pass(40);
    const lease = await first;
    const second = pool.acquire();
    await pass(100);
    lease.release();
    (await second).release();
    const { createMs, useMs, waitMs } = pool.stats();
    expect(createMs).toMatchObject({ count: 1, max: 40 });
    expect(waitMs).toMatchObject({ count: 2, max: 100 });
    expect(useMs).toMatchObject({ count: 2, max: 100 });
  });
});

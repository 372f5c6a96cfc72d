/** Looking after resources: validation, reset, eviction, lifetimes, and the hooks' own failures. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HookError, HookTimeoutError } from '../../src/index.ts';
import { type Connection, connections, gate, pass, stopTime, watch } from './tools.ts';

beforeEach(stopTime);
afterEach(() => void vi.useRealTimers());

describe('validation on borrow', () => {
  it('is left out for what worked a moment ago', async () => {
    const validate = vi.fn(() => true);
    const { pool } = connections({ validate, aliveBypassMs: 500 });
    await pool.use(() => {});
    await pass(499);
    await pool.use(() => {});
    expect(validate).toHaveBeenCalledTimes(0);
    await pass(500);
    await pool.use(() => {});
    expect(validate).toHaveBeenCalledTimes(1);
  });

  it('is done always with a bypass of 0, and never when it is switched off', async () => {
    const always = vi.fn(() => true);
    const { pool } = connections({ validate: always, aliveBypassMs: 0 });
    for (let i = 0; i < 3; i++) await pool.use(() => {});
    expect(always).toHaveBeenCalledTimes(2); // a new one has just been made
    const never = vi.fn(() => true);
    const { pool: other } = connections({ validate: never, validateOnBorrow: false });
    await other.use(() => {});
    await pass(20_000);
    await other.use(() => {});
    expect(never).not.toHaveBeenCalled();
  });

  it('goes through the idle resources until one is sound, in the time of one acquire', async () => {
    const dead = new Set<number>();
    const { pool, made } = connections({ validate: async ({ id }) => !dead.has(id), max: 4 });
    const leases = await Promise.all([1, 2, 3, 4].map(() => pool.acquire()));
    for (const lease of leases) lease.release();
    await pass(1000);
    for (const id of [2, 3, 4]) dead.add(id);
    const lease = await pool.acquire();
    expect(lease.value.id).toBe(1);
    expect(made.map(({ reason }) => reason)).toEqual([undefined, 'invalid', 'invalid', 'invalid']);
    expect(pool.stats()).toMatchObject({ size: 1, invalid: 3, validations: 4, created: 4 });
  });

  it('that says no to all ends with a new one', async () => {
    const { pool } = connections({ validate: ({ id }) => id > 2, max: 2 });
    const leases = [await pool.acquire(), await pool.acquire()];
    for (const lease of leases) lease.release();
    await pass(1000);
    expect((await pool.acquire()).value.id).toBe(3);
    pool.assertValid();
  });

  it('keeps the order of those who wait', async () => {
    let slow = gate<boolean>();
    const { pool } = connections({ validate: () => slow.promise, max: 1, aliveBypassMs: 0 });
    (await pool.acquire()).release();
    const order: string[] = [];
    const acquire = async (name: string) => {
      const lease = await pool.acquire();
      order.push(name);
      return lease;
    };
    const first = acquire('first');
    const second = acquire('second');
    const failing = slow;
    slow = gate<boolean>();
    failing.open(false); // the next resource is new
    (await first).release();
    slow.open(true);
    (await second).release();
    expect(order).toEqual(['first', 'second']);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
      'broken',
    ],
    ['rejects', () => Promise.reject(new Error('broken')), 'broken'],
  ] as const)('that %s destroys the resource and makes another', async (_, validate, text) => {
    const { pool, made, errors } = connections({ validate, max: 1 });
    await pool.use(() => {});
    await pass(1000);
    expect((await pool.acquire()).value.id).toBe(2);
    expect(made[0]?.reason).toBe('invalid');
    expect(errors[0]).toBeInstanceOf(HookError);
    expect(errors[0]).toMatchObject({ hook: 'validate', code: 'ERR_ROCKPOOL_VALIDATE_FAILED' });
    expect(String(errors[0])).toMatch(text);
    expect(pool.stats()).toMatchObject({ size: 1, hookFailures: 1 });
  });

  it('that hangs ends after its time', async () => {
    const { pool, made, errors } = connections({
      validate: () => new Promise(() => {}),
      validateTimeoutMs: 100,
      max: 1,
    });
    await pool.use(() => {});
    await pass(1000);
    const waiting = watch(pool.acquire());
    await pass(99);
    expect(waiting.state).toBe('pending');
    await pass(1);
    expect(waiting.value?.value.id).toBe(2);
    expect(made[0]?.reason).toBe('invalid');
    expect((errors[0] as HookError).cause).toBeInstanceOf(HookTimeoutError);
  });

  it('takes what is not true for no', async () => {
    const { pool } = connections({ validate: (() => 1) as never, max: 1 });
    await pool.use(() => {});
    await pass(1000);
    expect((await pool.acquire()).value.id).toBe(2);
  });
});

describe('validation on return', () => {
  it('keeps a broken resource from the next user', async () => {
    const { pool, made } = connections({ validate: ({ open }) => open, validateOnReturn: true, max: 1 });
    const lease = await pool.acquire();
    const waiting = pool.acquire();
    const broken = lease.value;
    broken.open = false;
    made.length = 1;
    const destroyed: unknown[] = [];
    pool.on('destroy', (_, reason) => destroyed.push(reason));
    broken.open = false;
    lease.release();
    // `destroy` of these tests refuses what is closed: the pool reports that, and goes on.
    expect((await waiting).value.id).toBe(2);
    expect(destroyed).toEqual(['invalid']);
  });
});

describe('keepalive', () => {
  it('validates idle resources every so often, which does not make them younger', async () => {
    const validate = vi.fn(async () => true);
    const { pool } = connections({ validate, keepaliveMs: 100, idleTimeoutMs: 1000, max: 2 });
    await pool.use(() => {});
    await pass(760);
    expect(validate.mock.calls.length).toBeGreaterThanOrEqual(5);
    expect(validate.mock.calls.length).toBeLessThanOrEqual(7);
    await pass(300);
    expect(pool.stats()).toMatchObject({ size: 0 });
    expect(pool.stats().destroyed.idle).toBe(1);
  });

  it('replaces what has died while it was idle, down to min', async () => {
    const dead = new Set<number>();
    const { pool } = connections({
      validate: ({ id }) => !dead.has(id),
      keepaliveMs: 100,
      min: 2,
      max: 4,
      init: 'eager',
    });
    await pool.ready();
    dead.add(1).add(2);
    await pass(300);
    expect(pool.stats()).toMatchObject({ size: 2, idle: 2, created: 4, invalid: 2 });
  });

  it('serves whoever comes meanwhile', async () => {
    const slow = gate<boolean>();
    const { pool } = connections({ validate: () => slow.promise, keepaliveMs: 100, max: 1 });
    await pool.use(() => {});
    await pass(150);
    expect(pool.stats()).toMatchObject({ checking: 1, idle: 0 });
    const waiting = pool.acquire();
    slow.open(true);
    expect((await waiting).value.id).toBe(1);
  });
});

describe('reset', () => {
  it('is done before anybody else gets the resource', async () => {
    const done = gate();
    const { pool } = connections({ reset: () => done.promise, max: 1 });
    const lease = await pool.acquire();
    const waiting = watch(pool.acquire());
    lease.release();
    await pass(10);
    expect(waiting.state).toBe('pending');
    expect(pool.stats().checking).toBe(1);
    done.open();
    await pass(0);
    expect(waiting.state).toBe('fulfilled');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('half done');
      },
    ],
    ['rejects', () => Promise.reject(new Error('half done'))],
    ['hangs', () => new Promise(() => {})],
  ] as const)('that %s costs the resource', async (_, reset) => {
    const { pool, made, errors } = connections({ reset, resetTimeoutMs: 50, max: 1 });
    const lease = await pool.acquire();
    const waiting = pool.acquire();
    lease.release();
    await pass(50);
    expect((await waiting).value.id).toBe(2);
    expect(made[0]?.reason).toBe('reset');
    expect(errors[0]).toMatchObject({ hook: 'reset', code: 'ERR_ROCKPOOL_RESET_FAILED' });
    pool.assertValid();
  });
});

describe('destroy', () => {
  it('is waited for before another takes its place', async () => {
    const slow = gate();
    const { pool } = connections({ destroy: () => slow.promise, max: 1 });
    (await pool.acquire()).discard();
    const waiting = watch(pool.acquire());
    await pass(10);
    expect(waiting.state).toBe('pending');
    expect(pool.stats()).toMatchObject({ size: 0, destroying: 1, creating: 0 });
    slow.open();
    await pass(0);
    expect(waiting.state).toBe('fulfilled');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('stuck');
      },
    ],
    ['rejects', () => Promise.reject(new Error('stuck'))],
    ['hangs', () => new Promise(() => {})],
  ] as const)('that %s is reported, and frees the place', async (_, destroy) => {
    const { pool, errors } = connections({ destroy, destroyTimeoutMs: 50, max: 1 });
    const told: unknown[] = [];
    pool.on('hookFailed', (error, { id }) => told.push([error, id]));
    (await pool.acquire()).discard();
    await pass(50);
    expect((await pool.acquire()).value.id).toBe(2);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ hook: 'destroy', code: 'ERR_ROCKPOOL_DESTROY_FAILED' });
    expect(told).toEqual([[errors[0], 1]]);
    expect(pool.stats()).toMatchObject({ destroying: 0, size: 1 });
  });
});

describe('idle eviction', () => {
  it('is on by default, after 30 s, and never below min', async () => {
    const { pool, made } = connections({ min: 1, max: 4, init: 'first-use' });
    const leases = await Promise.all([1, 2, 3].map(() => pool.acquire()));
    for (const lease of leases) lease.release();
    await pass(29_000);
    expect(pool.stats().size).toBe(3);
    await pass(2_000);
    expect(pool.stats()).toMatchObject({ size: 1, idle: 1 });
    // The longest idle go first.
    expect(made.map(({ open }) => open)).toEqual([false, false, true]);
    await pass(120_000);
    expect(pool.stats().size).toBe(1);
  });

  it('of 0 keeps nothing above min, from the moment it comes back', async () => {
    const { pool } = connections({ idleTimeoutMs: 0, min: 1, max: 3 });
    const leases = await Promise.all([1, 2].map(() => pool.acquire()));
    leases[0]?.release();
    expect(pool.stats()).toMatchObject({ size: 1, leased: 1, idle: 0 });
    leases[1]?.release();
    await pass(60_000);
    expect(pool.stats()).toMatchObject({ size: 1, idle: 1 });
  });

  it('of Infinity keeps everything', async () => {
    const { pool } = connections({ idleTimeoutMs: Number.POSITIVE_INFINITY });
    await pool.use(() => {});
    await pass(10 * 60_000);
    expect(pool.stats().idle).toBe(1);
  });

  it('soft keeps min idle, however many are in use', async () => {
    const { pool } = connections({ softIdleTimeoutMs: 1000, idleTimeoutMs: 60_000, min: 2, max: 8 });
    const leases = await Promise.all(Array.from({ length: 6 }, () => pool.acquire()));
    for (const lease of leases.slice(2)) lease.release();
    await pass(2000);
    expect(pool.stats()).toMatchObject({ idle: 2, leased: 2 });
    await pass(60_000);
    expect(pool.stats()).toMatchObject({ idle: 0, leased: 2 }); // hard eviction counts those in use
  });

  it('goes by what is left when its own evictions are under way', async () => {
    const { pool } = connections({
      min: 2,
      max: 5,
      destroy: () => new Promise(() => {}),
      idleTimeoutMs: 100,
    });
    const leases = await Promise.all([1, 2, 3, 4, 5].map(() => pool.acquire()));
    for (const lease of leases) lease.release();
    await pass(1000);
    expect(pool.stats()).toMatchObject({ idle: 2, destroying: 3 });
  });
});

describe('a lifetime', () => {
  it('ends idle resources in time, and others when they come back', async () => {
    const { pool, made } = connections({ maxLifetimeMs: 1000, lifetimeJitter: 0, max: 2 });
    const held = await pool.acquire();
    (await pool.acquire()).release();
    await pass(999);
    expect(made[1]?.open).toBe(true);
    await pass(501);
    expect(made[1]).toMatchObject({ open: false, reason: 'lifetime' });
    held.release();
    expect(made[0]).toMatchObject({ open: false, reason: 'lifetime' });
  });

  it('is over for whoever acquires, though no sweep has come yet', async () => {
    const { pool } = connections({
      maxLifetimeMs: 1_000_000,
      lifetimeJitter: 0,
      idleTimeoutMs: 2_000_000,
      max: 1,
    });
    await pool.use(() => {});
    await pass(1_000_000 - 1);
    const first = await pool.acquire();
    first.release();
    expect(first.released).toBe(true);
    await pass(1);
    expect((await pool.acquire()).value.id).toBe(2);
  });

  it('is shorter by up to its jitter, at random', async () => {
    const ends: number[] = [];
    const { pool } = connections({
      maxLifetimeMs: 100_000,
      lifetimeJitter: 0.5,
      idleTimeoutMs: 1e6,
      max: 50,
    });
    const begin = performance.now();
    pool.on('destroy', () => ends.push(performance.now() - begin));
    const leases = await Promise.all(Array.from({ length: 50 }, () => pool.acquire()));
    for (const lease of leases) lease.release();
    await pass(101_000);
    expect(ends).toHaveLength(50);
    expect(Math.min(...ends)).toBeGreaterThan(50_000);
    expect(Math.max(...ends)).toBeLessThanOrEqual(101_000);
    expect(new Set(ends).size).toBeGreaterThan(20);
  });

  it('is replaced where min wants it', async () => {
    const { pool } = connections({ maxLifetimeMs: 1000, min: 2, max: 4, init: 'eager' });
    await pool.ready();
    await pass(2000);
    expect(pool.stats()).toMatchObject({ size: 2, idle: 2 });
    expect(pool.stats().destroyed.lifetime).toBeGreaterThanOrEqual(2);
  });
});

describe('uses', () => {
  it('are counted, and a resource goes after the last', async () => {
    const { pool, made } = connections({ maxUses: 2, max: 1 });
    for (let i = 0; i < 5; i++) await pool.use(() => {});
    expect(made.map(({ reason }) => reason)).toEqual(['uses', 'uses', undefined]);
  });
});

describe('what calls the pool from within a hook', () => {
  it('finds it in order', async () => {
    let nested: Promise<unknown> | undefined;
    const { pool } = connections({
      max: 2,
      validate: () => {
        nested ??= pool.acquire().then((lease) => lease.release());
        return true;
      },
      destroy: (connection: Connection) => {
        connection.open = false;
        pool.stats();
        pool.resize({ max: 3 });
      },
      aliveBypassMs: 0,
    });
    await pool.use(() => {});
    const lease = await pool.acquire();
    pool.assertValid();
    lease.discard();
    await nested;
    await pass(10);
    pool.assertValid();
    expect(pool.stats()).toMatchObject({ max: 3, leased: 0, waiting: 0 });
  });
});

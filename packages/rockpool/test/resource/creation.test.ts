/** Making resources: when, how many at once, and what becomes of it when it fails. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  CreateError,
  HookTimeoutError,
  PoolClosedError,
  ResourcePool,
  ResourceTimeoutError,
} from '../../src/index.ts';
import { type Connection, connections, gate, pass, rejection, stopTime, watch } from './tools.ts';

beforeEach(stopTime);
afterEach(() => void vi.useRealTimers());

/** A create that takes `ms`, and fails while `down()`. */
function server(ms: number, down: () => boolean = () => false) {
  const attempts: number[] = [];
  let made = 0;
  const create = (): Promise<Connection> => {
    attempts.push(performance.now());
    return new Promise((resolve, reject) => {
      setTimeout(
        () => (down() ? reject(new Error('ECONNREFUSED')) : resolve({ id: ++made, open: true })),
        ms,
      );
    });
  };
  return { create, attempts };
}

describe('a lazy pool', () => {
  it('makes nothing before the first acquire, and then what is needed', async () => {
    const { create, attempts } = server(10);
    const { pool } = connections({ create, min: 3, max: 5 });
    await pass(1000);
    expect(attempts).toHaveLength(0);
    const waiting = pool.acquire();
    await pass(10);
    (await waiting).release();
    await pass(1000);
    expect(attempts).toHaveLength(1);
    expect(pool.stats()).toMatchObject({ size: 1, idle: 1 });
  });

  it('makes no more than max for any number of concurrent first acquires', async () => {
    const { create, attempts } = server(10);
    const { pool } = connections({ create, max: 3 });
    const all = Promise.all(Array.from({ length: 50 }, () => pool.use(({ id }) => id)));
    expect(attempts).toHaveLength(3);
    await pass(10);
    expect(await all).toHaveLength(50);
    expect(attempts).toHaveLength(3);
  });
});

describe('an eager pool', () => {
  it('makes min at once, and hands out none before all are there', async () => {
    let made = 0;
    const { pool } = connections({
      create: () => {
        const id = ++made;
        return new Promise((resolve) => setTimeout(() => resolve({ id, open: true }), id * 10));
      },
      min: 3,
      max: 5,
      init: 'eager',
    });
    expect(made).toBe(3);
    const ready = watch(pool.ready());
    const waiting = watch(pool.acquire());
    await pass(20);
    expect([ready.state, waiting.state, pool.stats().idle]).toEqual(['pending', 'pending', 2]);
    await pass(10);
    expect([ready.state, waiting.state]).toEqual(['fulfilled', 'fulfilled']);
    expect(pool.stats()).toMatchObject({ size: 3, idle: 2, leased: 1 });
  });

  it('serves with what it has when one of the first fails, and makes up for it behind', async () => {
    let attempts = 0;
    const { pool, errors } = connections({
      create: async () => {
        if (++attempts === 2) throw new Error('too many connections');
        return { id: attempts, open: true };
      },
      min: 3,
      max: 5,
      init: 'eager',
    });
    const lease = await pool.acquire();
    expect(pool.stats()).toMatchObject({ size: 2, leased: 1 });
    const ready = watch(pool.ready());
    await pass(0);
    expect(ready.state).toBe('pending');
    await pass(10);
    expect(ready.state).toBe('fulfilled');
    expect(pool.stats().size).toBe(3);
    expect(errors).toHaveLength(1);
    lease.release();
  });

  it('that fails fast closes when one of the first fails, and tells everyone why', async () => {
    const { create } = server(5, () => true);
    const { pool } = connections({ create, min: 2, max: 5, init: 'eager', failFast: true });
    const ready = rejection(pool.ready());
    const waiting = rejection(pool.acquire());
    await pass(5);
    for (const error of [await ready, await waiting]) {
      expect(error).toBeInstanceOf(CreateError);
      expect(error).toMatchObject({ code: 'ERR_ROCKPOOL_CREATE_FAILED', pool: 'db' });
      expect(String((error as CreateError).cause)).toBe('Error: ECONNREFUSED');
    }
    const later = await rejection(pool.acquire());
    expect(later).toBeInstanceOf(PoolClosedError);
    expect((later as PoolClosedError).cause).toBeInstanceOf(CreateError);
    await pool.close();
  });

  it('that fails fast and had succeeded goes on after a later failure', async () => {
    let down = false;
    const { create } = server(5, () => down);
    const { pool, errors } = connections({ create, min: 1, max: 2, init: 'eager', failFast: true });
    await pass(5);
    await pool.ready();
    down = true;
    const lease = await pool.acquire();
    const waiting = watch(pool.acquire());
    await pass(10);
    expect([waiting.state, errors.length]).toEqual(['pending', 1]);
    down = false;
    await pass(1000);
    expect(waiting.state).toBe('fulfilled');
    lease.release();
  });
});

describe('a first-use pool', () => {
  it('hands out the first resource as soon as it is there, and makes the rest behind it', async () => {
    const { create, attempts } = server(10);
    const { pool } = connections({ create, min: 3, max: 5, init: 'first-use' });
    await pass(100);
    expect(attempts).toHaveLength(0);
    const waiting = watch(pool.acquire());
    expect(attempts).toHaveLength(1);
    await pass(10);
    expect(waiting.state).toBe('fulfilled');
    await pass(1);
    expect(pool.stats()).toMatchObject({ size: 1, creating: 2 });
    await pass(10);
    expect(pool.stats()).toMatchObject({ size: 3, idle: 2, leased: 1 });
  });

  it("with firstUse 'before' waits for all of min, whoever many acquire", async () => {
    const { create, attempts } = server(10);
    const { pool } = connections({ create, min: 4, max: 5, init: 'first-use', firstUse: 'before' });
    const waits = [1, 2].map(() => watch(pool.acquire()));
    expect(attempts).toHaveLength(4);
    await pass(9);
    expect(pool.stats().creating).toBe(4);
    await pass(1);
    expect(waits.map(({ state }) => state)).toEqual(['fulfilled', 'fulfilled']);
    expect(attempts).toHaveLength(4);
    expect(pool.stats()).toMatchObject({ size: 4, idle: 2 });
  });

  it('builds once for concurrent first acquires', async () => {
    for (const firstUse of ['behind', 'before'] as const) {
      const { create, attempts } = server(10);
      const { pool } = connections({ create, min: 3, max: 8, init: 'first-use', firstUse });
      const waits = Array.from({ length: 3 }, () => pool.acquire());
      await pass(30);
      for (const wait of waits) (await wait).release();
      await pass(500);
      expect(attempts, firstUse).toHaveLength(3);
    }
  });

  it('is begun by ready() too', async () => {
    const { create } = server(10);
    const { pool } = connections({ create, min: 3, max: 5, init: 'first-use' });
    const ready = watch(pool.ready());
    await pass(11);
    expect(ready.state).toBe('fulfilled');
    expect(pool.stats().idle).toBe(3);
  });

  it('keeps min from then on though the first creation fails, and nobody waits any more', async () => {
    let down = true;
    const { create } = server(1, () => down);
    const { pool } = connections({ create, min: 2, max: 5, init: 'first-use' });
    await rejection(pool.acquire({ timeoutMs: 0 }));
    await pass(100);
    down = false;
    await pass(10_000);
    expect(pool.stats()).toMatchObject({ size: 2, idle: 2 });
  });

  it('keeps min from then on', async () => {
    const { create } = server(1);
    const { pool } = connections({ create, min: 2, max: 5, init: 'first-use' });
    const waiting = pool.acquire();
    await pass(5);
    (await waiting).discard();
    await pass(5);
    expect(pool.stats()).toMatchObject({ size: 2, idle: 2 });
  });
});

describe('a create that fails', () => {
  it('is tried again, each time after a longer pause, while somebody waits', async () => {
    const { create, attempts } = server(1, () => true);
    const { pool } = connections({
      create,
      acquireTimeoutMs: 20_000,
      retry: { initialMs: 10, maxMs: 1000, factor: 2, jitter: 0 },
    });
    const waiting = rejection(pool.acquire());
    await pass(20_000);
    const pauses = attempts.map((at, i) => Math.round(at - (attempts[i - 1] ?? at))).slice(1);
    // Each attempt takes one millisecond.
    expect(pauses.slice(0, 9)).toEqual([11, 21, 41, 81, 161, 321, 641, 1001, 1001]);
    expect(attempts.length).toBeLessThan(30);
    expect(await waiting).toBeInstanceOf(ResourceTimeoutError);
    await pass(60_000);
    expect(attempts.length).toBeLessThan(31); // nobody waits: nothing is tried
  });

  it('takes up to a half off each pause, at random', async () => {
    const { create, attempts } = server(0, () => true);
    const { pool } = connections({ create, acquireTimeoutMs: 60_000 });
    const waiting = rejection(pool.acquire());
    await pass(60_000);
    await waiting;
    const pauses = attempts.map((at, i) => at - (attempts[i - 1] ?? at)).slice(1);
    const late = pauses.slice(10);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(5002);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(2500);
    expect(new Set(late.map(Math.round)).size).toBeGreaterThan(1);
  });

  it('is told to those who wait, as the cause, when their time is over', async () => {
    const { create } = server(1, () => true);
    const { pool } = connections({ create, acquireTimeoutMs: 100 });
    const waiting = rejection(pool.acquire());
    await pass(100);
    const error = (await waiting) as ResourceTimeoutError;
    expect(error.cause).toBeInstanceOf(CreateError);
    expect(error.message).toMatch(
      /Last failure: CreateError: Cannot create a resource of pool 'db': Error: ECONNREFUSED/,
    );
    expect(pool.stats()).toMatchObject({ waiting: 0, creating: 0, size: 0 });
  });

  it('is tried by one at a time until one succeeds, and then by as many as wait', async () => {
    let down = true;
    let most = 0;
    let now = 0;
    const { pool } = connections({
      create: async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 5));
        now--;
        if (down) throw new Error('down');
        return { id: 1, open: true };
      },
      max: 10,
    });
    const waits = Array.from({ length: 100 }, () => watch(pool.acquire()));
    await pass(5); // the first ten fail together, which counts once
    expect(most).toBe(10);
    most = 0;
    await pass(500);
    expect(most).toBe(1);
    down = false;
    await pass(1500);
    expect(most).toBe(9);
    expect(waits.filter(({ state }) => state === 'fulfilled')).toHaveLength(10);
  });

  const failures: [string, () => unknown, RegExp][] = [
    ['rejects', () => Promise.reject(new Error('no')), /Error: no/],
    [
      'throws',
      () => {
        throw new Error('no');
      },
      /Error: no/,
    ],
    ['gives undefined', () => undefined, /TypeError: create must give a resource: it gave undefined/],
    ['gives a promise of null', async () => null, /it gave null/],
    ['rejects with nothing', () => Promise.reject(), /undefined/],
  ];

  it.each(failures)('that %s takes no place for good', async (_, create, message) => {
    const { pool } = connections({ create: create as never, max: 1, acquireTimeoutMs: 50 });
    const told: CreateError[] = [];
    pool.on('createFailed', (error) => told.push(error));
    const waiting = rejection(pool.acquire());
    await pass(50);
    expect(await waiting).toBeInstanceOf(ResourceTimeoutError);
    expect(told[0]?.message).toMatch(message);
    expect(pool.stats()).toMatchObject({ size: 0, creating: 0, waiting: 0, created: 0 });
    expect(pool.stats().createFailures).toBe(told.length);
    pool.assertValid();
  });

  it('that hangs ends after its time; its signal is aborted, and what comes late is destroyed', async () => {
    const slow = gate<Connection>();
    let signal: AbortSignal | undefined;
    let calls = 0;
    const { pool } = connections({
      create: (given): Promise<Connection> | Connection => {
        if (++calls > 1) return { id: 2, open: true };
        signal = given;
        return slow.promise;
      },
      createTimeoutMs: 100,
      max: 1,
    });
    const waiting = watch(pool.acquire());
    await pass(99);
    expect(signal?.aborted).toBe(false);
    await pass(1);
    expect(signal?.aborted).toBe(true);
    const reason: unknown = signal?.reason;
    expect(reason).toBeInstanceOf(CreateError);
    expect((reason as CreateError).cause).toBeInstanceOf(HookTimeoutError);
    await pass(20);
    expect(waiting.value?.value.id).toBe(2);
    const late = { id: 1, open: true };
    slow.open(late);
    await pass(0);
    expect(late).toMatchObject({ open: false, reason: 'late' });
    expect(pool.stats()).toMatchObject({ size: 1, leased: 1 });
    expect(pool.stats().destroyed.late).toBe(1);
  });

  it('or that validateOnCreate refuses, is destroyed and tried again after a pause', async () => {
    let sound = false;
    const { pool, made, errors } = connections({ validate: () => sound, validateOnCreate: true, max: 2 });
    const waiting = watch(pool.acquire());
    await pass(200);
    expect(made.length).toBeGreaterThan(1);
    expect(made.length).toBeLessThan(12);
    expect(made.every(({ open, reason }) => !open && reason === 'invalid')).toBe(true);
    expect(String(errors[0])).toMatch('validate refused it');
    expect(pool.stats()).toMatchObject({ size: 0, created: 0, createFailures: made.length });
    sound = true;
    await pass(1000);
    expect(waiting.state).toBe('fulfilled');
    pool.assertValid();
  });

  it('with nobody to tell warns once of failures in a row', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const pool = new ResourcePool({
      create: async () => {
        throw new Error('down');
      },
      min: 1,
      init: 'eager',
    });
    await pass(10_000);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(String(warn.mock.calls[0]?.[0])).toMatch(
      "Cannot create a resource of pool 'resources': Error: down",
    );
    warn.mockRestore();
    await pool.close();
  });
});

describe('a resource', () => {
  it('that is given at once is handed out like any other', async () => {
    const pool = new ResourcePool({ create: () => 'a string', max: 1 });
    expect((await pool.acquire()).value).toBe('a string');
  });

  it('may be anything but nothing: 0, false and the same one twice are three resources', async () => {
    const values = [0, false, false];
    const pool = new ResourcePool<unknown>({ create: () => values.pop(), max: 3 });
    const leases = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
    expect(leases.map(({ value }) => value)).toEqual([false, false, 0]);
  });
});

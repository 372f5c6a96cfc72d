/** Hooks that fail: after each failure the counts are right, nothing is lost, and the pool goes on. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  ArgumentTypeError,
  type DropReason,
  HookError,
  Pool,
  type PoolChecks,
  type PoolOptions,
} from '../../src/index.ts';
import { expectBalanced } from './balance.ts';
import { quiet } from './quiet.ts';

const LEVELS: readonly PoolChecks[] = ['off', 'basic', 'strict', 'paranoid'];

interface Item {
  n: number;
}

/** A pool, what it destroyed in order, and what it reported. */
function failing(options: Partial<PoolOptions<Item>>) {
  const reasons: DropReason[] = [];
  const errors: unknown[] = [];
  const pool = new Pool<Item>({
    name: 'rows',
    create: () => ({ n: 0 }),
    destroy: (_, reason) => void reasons.push(reason),
    onError: (error) => errors.push(error),
    aging: 'manual',
    leakDetector: quiet,
    ...options,
  });
  return { pool, reasons, errors };
}

/** A function that throws `error` while `failing.now` is set. */
function switchable(error: unknown) {
  const failing = { now: true };
  const hook = () => {
    if (failing.now) throw error;
  };
  return { failing, hook };
}

/** The pool still works: what is put comes out again. */
function expectWorking(pool: Pool<Item>): void {
  expect(pool.put(pool.get())).toBe(true);
  expect(pool.stats()).toMatchObject({ outstanding: 0, idle: 1 });
  expectBalanced(pool);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(LEVELS)('at %s, a create', (checks) => {
  it('that throws is passed on, and the counts are as if get had not been called', () => {
    const error = new Error('no memory');
    const { failing: state, hook } = switchable(error);
    const { pool } = failing({
      checks,
      create: () => {
        hook();
        return { n: 0 };
      },
    });
    const before = pool.stats();
    for (const call of [
      () => pool.get(),
      () => pool.lease(),
      () => pool.use(() => {}),
      () => pool.prewarm(1),
    ]) {
      expect(call).toThrow(error);
    }
    expect(pool.stats()).toEqual(before);
    state.now = false;
    expectWorking(pool);
  });

  it.each([undefined, null, 5, 'item', Symbol.iterator])('that gives %o is refused', (item) => {
    const { pool } = failing({ checks, create: () => item as never });
    const before = pool.stats();
    expect(() => pool.get()).toThrow(ArgumentTypeError);
    expect(() => pool.get()).toThrow(
      /^Cannot create an item of pool 'rows' as 'create\(\)' must be an object/,
    );
    expect(() => pool.prewarm(1)).toThrow(ArgumentTypeError);
    expect(pool.stats()).toEqual(before);
  });

  it('that throws in prewarm leaves the items made until then', () => {
    let made = 0;
    const { pool } = failing({
      checks,
      create: () => {
        if (made === 3) throw new Error('no memory');
        return { n: ++made };
      },
    });
    expect(() => pool.prewarm(5)).toThrow('no memory');
    expect(pool.stats()).toMatchObject({ created: 3, idle: 3 });
    expectBalanced(pool);
  });

  it('that closes the pool leaves nothing idle in it', () => {
    const { pool, reasons } = failing({
      checks,
      create: () => {
        pool.close();
        return { n: 0 };
      },
    });
    expect(pool.prewarm(3)).toBe(1);
    expect(reasons).toEqual(['closed']);
    expect(pool.stats()).toMatchObject({ created: 1, idle: 0, closed: true });
    expectBalanced(pool);
  });
});

describe.each(LEVELS)('at %s, a reset', (checks) => {
  it('that throws drops the item, destroys it once, and is reported', () => {
    const error = new Error('half done');
    const { failing: state, hook } = switchable(error);
    const { pool, reasons, errors } = failing({ checks, reset: hook });
    const item = pool.get();
    expect(pool.put(item)).toBe(false);
    expect(reasons).toEqual(['reset-failed']);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(HookError);
    expect(errors[0]).toMatchObject({
      code: 'ERR_ROCKPOOL_RESET_FAILED',
      hook: 'reset',
      pool: 'rows',
      cause: error,
      message: "Item of pool 'rows' was dropped as its reset failed: Error: half done",
    });
    expect(pool.stats()).toMatchObject({ idle: 0, outstanding: 0, puts: 1, dropped: { 'reset-failed': 1 } });
    expectBalanced(pool);
    state.now = false;
    expectWorking(pool);
  });

  it('that throws what has no text is reported all the same', () => {
    const thrown: unknown = Object.create(null);
    const { pool, reasons, errors } = failing({ checks, reset: switchable(thrown).hook });
    expect(pool.put(pool.get())).toBe(false);
    expect(reasons).toEqual(['reset-failed']);
    expect(errors).toMatchObject([{ cause: thrown }]);
    expectBalanced(pool);
  });

  it('that puts other items keeps them all, each once', () => {
    const others: Item[] = [];
    const { pool } = failing({
      checks,
      reset: () => {
        const other = others.pop();
        if (other !== undefined) pool.put(other);
      },
    });
    const items = Array.from({ length: 4 }, () => pool.get());
    others.push(...items.slice(1));
    expect(pool.put(items[0] as Item)).toBe(true);
    expect(pool.stats()).toMatchObject({ idle: 4, outstanding: 0, puts: 4 });
    expect(new Set(Array.from({ length: 4 }, () => pool.get())).size).toBe(4);
    expectBalanced(pool);
  });

  it('that takes an item from the pool gets another one', () => {
    const taken: Item[] = [];
    let depth = 0;
    const { pool } = failing({
      checks,
      reset: () => {
        if (depth++ === 0) taken.push(pool.get());
      },
    });
    const item = pool.get();
    pool.put(item);
    expect(taken[0] === item).toBe(false);
    expect(pool.stats()).toMatchObject({ idle: 1, outstanding: 1 });
    expectBalanced(pool);
  });

  it('that closes the pool has the item destroyed with it, once', () => {
    const { pool, reasons } = failing({ checks, reset: () => pool.close() });
    const [a, b] = [pool.get(), pool.get()];
    expect(pool.put(a)).toBe(false);
    expect(pool.put(b)).toBe(false);
    expect(reasons).toEqual(['closed', 'closed']);
    expect(pool.stats()).toMatchObject({ idle: 0, outstanding: 0, closed: true });
    expectBalanced(pool);
  });
});

describe.each(LEVELS)('at %s, a destroy', (checks) => {
  const error = new Error('stuck');

  it('that throws is reported, and the item is gone all the same', () => {
    const { pool, errors } = failing({ checks, destroy: switchable(error).hook, minIdle: 1 });
    const items = Array.from({ length: 5 }, () => pool.get());
    for (const item of items) pool.put(item);
    pool.discard(pool.get());
    expect(pool.trim()).toBe(3);
    expect(pool.clear()).toBe(1);
    expect(errors).toHaveLength(5);
    expect(errors[0]).toBeInstanceOf(HookError);
    expect(errors[0]).toMatchObject({ code: 'ERR_ROCKPOOL_DESTROY_FAILED', hook: 'destroy', cause: error });
    expect(pool.stats()).toMatchObject({ idle: 0, dropped: { discarded: 1, cleared: 4 } });
    expectWorking(pool);
  });

  it('that throws does not stop the ageing, nor close()', () => {
    const { pool, errors } = failing({ checks, destroy: switchable(error).hook });
    pool.prewarm(3);
    pool.age();
    expect(pool.age()).toBe(3);
    pool.prewarm(2);
    pool.close();
    expect(errors).toHaveLength(5);
    expect(pool.stats()).toMatchObject({ closed: true, idle: 0, dropped: { aged: 3, closed: 2 } });
  });

  it('that puts another item keeps that one', () => {
    const others: Item[] = [];
    const destroy = () => {
      const other = others.pop();
      if (other !== undefined) pool.put(other);
    };
    const { pool } = failing({ checks, destroy, maxIdle: 2 });
    const [a, b] = [pool.get(), pool.get()];
    others.push(b);
    pool.discard(a);
    expect(pool.stats()).toMatchObject({ idle: 1, outstanding: 0 });
    expectBalanced(pool);
  });
});

describe.each(LEVELS)('at %s, a sizeOf', (checks) => {
  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, '8', undefined])(
    'that gives %o drops the item',
    (bytes) => {
      const { pool, reasons, errors } = failing({ checks, sizeOf: () => bytes as number });
      expect(pool.put(pool.get())).toBe(false);
      expect(reasons).toEqual(['reset-failed']);
      expect(errors).toMatchObject([{ cause: { code: 'ERR_ROCKPOOL_ARGUMENT_TYPE', argument: 'sizeOf()' } }]);
      expect(pool.stats()).toMatchObject({ idle: 0, idleBytes: 0 });
      expectBalanced(pool);
    },
  );

  it('that throws drops the item, in put and in prewarm', () => {
    const error = new Error('unknown size');
    const { failing: state, hook } = switchable(error);
    const sizeOf = () => {
      hook();
      return 8;
    };
    const { pool, reasons, errors } = failing({ checks, sizeOf });
    expect(pool.put(pool.get())).toBe(false);
    expect(errors).toMatchObject([{ cause: error }]);
    expect(() => pool.prewarm(2)).toThrow(error);
    expect(reasons).toEqual(['reset-failed', 'reset-failed']);
    expect(pool.stats()).toMatchObject({ created: 2, idle: 0, idleBytes: 0 });
    expectBalanced(pool);
    state.now = false;
    expectWorking(pool);
  });
});

describe.each(LEVELS)('at %s, a usedOf', (checks) => {
  it.each<[string, () => number]>([
    ['throws', switchable(new Error('unknown use')).hook as () => number],
    ['gives NaN', () => Number.NaN],
  ])('that %s drops the item before its reset', (_, usedOf) => {
    let resets = 0;
    const reset = () => void resets++;
    const { pool, reasons, errors } = failing({ checks, sizeOf: () => 8, strikes: { usedOf }, reset });
    expect(pool.put(pool.get())).toBe(false);
    expect(reasons).toEqual(['reset-failed']);
    expect(errors[0]).toBeInstanceOf(HookError);
    expect(resets).toBe(0);
    expectBalanced(pool);
  });
});

describe('an onError', () => {
  it('that throws is warned of, with the error it was told, and the pool goes on', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { failing: state, hook } = switchable(new Error('half done'));
    const onError = switchable(new Error('deaf')).hook;
    const { pool, reasons } = failing({ reset: hook, onError });
    expect(pool.put(pool.get())).toBe(false);
    expect(warn.mock.calls.map(([text]) => String(text).split('\n')[0])).toEqual([
      'onError threw: Error: deaf',
      expect.stringMatching(/^HookError: Item of pool 'rows' was dropped as its reset failed/),
    ]);
    expect(reasons).toEqual(['reset-failed']);
    state.now = false;
    expectWorking(pool);
  });

  it('that is missing has errors become process warnings', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const pool = new Pool({
      create: () => ({}),
      destroy: switchable(new Error('stuck')).hook,
      aging: 'manual',
      leakDetector: quiet,
    });
    pool.discard(pool.get());
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]).toEqual([
      expect.stringContaining('its destroy failed: Error: stuck'),
      { type: 'RockpoolWarning', code: 'ERR_ROCKPOOL_DESTROY_FAILED' },
    ]);
  });

  it('may close the pool', () => {
    const { pool, reasons } = failing({
      reset: switchable(new Error('x')).hook,
      onError: () => pool.close(),
    });
    expect(pool.put(pool.get())).toBe(false);
    expect(reasons).toEqual(['reset-failed']);
    expect(pool.stats().closed).toBe(true);
    expectBalanced(pool);
  });
});

/**
 * What each checking level catches: one test for each cell of the table at `PoolChecks`, but for lost items,
 * which have `pool-lost.test.ts` for themselves.
 */
import { describe, expect, it } from 'vitest';
import {
  ArgumentTypeError,
  DoublePutError,
  ForeignPutError,
  isRockpoolError,
  Pool,
  type PoolChecks,
  SuppressedError,
  UseAfterPutError,
  UseAfterReleaseError,
} from '../../src/index.ts';
import { expectBalanced } from './balance.ts';
import { quiet } from './quiet.ts';

const LEVELS: readonly PoolChecks[] = ['off', 'basic', 'strict', 'paranoid'];
const COUNTING: readonly PoolChecks[] = ['basic', 'strict', 'paranoid'];
const EXACT: readonly PoolChecks[] = ['strict', 'paranoid'];

interface Item {
  n: number;
}

function poolAt(checks: PoolChecks): Pool<Item> {
  return new Pool({ name: 'rows', create: () => ({ n: 0 }), checks, aging: 'manual', leakDetector: quiet });
}

/** What `call` throws. */
function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** The pool is as it was before the misuse: fails if `misuse` changes a counter. */
function expectUnchanged(pool: Pool<Item>, misuse: () => void): void {
  const before = pool.stats();
  misuse();
  expect(pool.stats()).toEqual(before);
  expectBalanced(pool);
}

describe('a double put', () => {
  it('is not seen at off: two users get the same item', () => {
    const pool = poolAt('off');
    const item = pool.get();
    pool.put(item);
    expect(pool.put(item)).toBe(true);
    expect(pool.get()).toBe(item);
    expect(pool.get()).toBe(item);
  });

  it.each(COUNTING)('of the last item put throws at %s, and the pool is unchanged', (checks) => {
    const pool = poolAt(checks);
    const [item] = [pool.get(), pool.get()]; // one more is out, so that counting alone does not tell
    pool.put(item);
    expectUnchanged(pool, () => {
      expect(thrownBy(() => pool.put(item))).toMatchObject({
        name: 'DoublePutError',
        code: 'ERR_ROCKPOOL_DOUBLE_PUT',
        pool: 'rows',
      });
      expect(() => pool.discard(item)).toThrow(DoublePutError);
    });
  });

  it.each(COUNTING)('throws at %s where there is a reset, too, and resets nothing', (checks) => {
    let resets = 0;
    const reset = () => void resets++;
    const pool = new Pool({ create: () => ({ n: 0 }), reset, checks, aging: 'manual', leakDetector: quiet });
    const [a, b] = [pool.get(), pool.get(), pool.get()];
    pool.put(a);
    pool.put(b);
    expectUnchanged(pool, () => {
      for (const item of [a, b]) expect(() => pool.put(item)).toThrow(DoublePutError);
    });
    expect(resets).toBe(2);
  });

  it.each(COUNTING)('of an item on top of the stack throws at %s', (checks) => {
    const pool = poolAt(checks);
    const [a, b] = [pool.get(), pool.get(), pool.get()];
    pool.put(a);
    pool.put(b);
    expectUnchanged(pool, () => expect(() => pool.put(b)).toThrow(DoublePutError));
  });

  it('of an item below is not seen at basic while others are out', () => {
    const pool = poolAt('basic');
    const items = [pool.get(), pool.get(), pool.get(), pool.get()] as const;
    for (const item of items.slice(0, 3)) pool.put(item);
    expect(pool.put(items[1])).toBe(true);
  });

  it('of an item below throws at basic where it makes more puts than gets', () => {
    const pool = poolAt('basic');
    const items = [pool.get(), pool.get(), pool.get()] as const;
    for (const item of items) pool.put(item);
    expectUnchanged(pool, () => expect(() => pool.put(items[1])).toThrow(ForeignPutError));
  });

  it.each(EXACT)('of any item throws at %s, idle, victim, dropped or destroyed', (checks) => {
    const pool = new Pool({
      create: () => ({ n: 0 }),
      destroy: () => {},
      checks,
      aging: 'manual',
      leakDetector: quiet,
      maxIdle: 3,
    });
    const items = [pool.get(), pool.get(), pool.get(), pool.get(), pool.get(), pool.get()] as const;
    const [idle, older, youngest, full, discarded] = items;
    for (const item of [idle, older, youngest, full]) pool.put(item);
    pool.discard(discarded);
    const again = () => {
      for (const item of items.slice(0, 5)) expect(() => pool.put(item)).toThrow(DoublePutError);
    };
    again();
    pool.age();
    again();
    pool.age();
    again(); // aged, but not destroyed yet
    pool.close();
    again();
    expect(pool.put(items[5])).toBe(false);
    expectBalanced(pool);
  });

  it.each(['off', 'basic', 'strict'] as const)('has no first stack at %s', (checks) => {
    const pool = poolAt(checks);
    const item = pool.get();
    pool.put(item);
    if (checks === 'off') return;
    expect(thrownBy(() => pool.put(item))).toMatchObject({ firstPut: '' });
  });

  it('has both stacks at paranoid', () => {
    const pool = poolAt('paranoid');
    const item = pool.get();
    function putFirst() {
      pool.put(item);
    }
    function putAgain() {
      pool.put(item);
    }
    putFirst();
    const error = thrownBy(putAgain) as DoublePutError;
    expect(error.firstPut).toMatch(/^ {4}at putFirst .*pool-checks\.test/);
    expect(error.message).toContain(`First put at:\n${error.firstPut}\nPut again at:`);
    expect(error.stack).toContain('at putAgain');
  });

  it('after another user got the item throws at paranoid, and leaves it to that user', () => {
    const pool = poolAt('paranoid');
    const first = pool.get();
    pool.put(first);
    const second = pool.get();
    expectUnchanged(pool, () => {
      const error = thrownBy(() => pool.put(first)) as DoublePutError;
      expect(error).toBeInstanceOf(DoublePutError);
      expect(error.firstPut).toContain('pool-checks.test');
      expect(() => pool.discard(first)).toThrow(DoublePutError);
    });
    second.n = 1;
    expect(pool.put(second)).toBe(true);
  });
});

describe('a foreign put', () => {
  it('is taken in at off', () => {
    const pool = poolAt('off');
    const foreign = { n: 9 };
    expect(pool.put(foreign)).toBe(true);
    expect(pool.get()).toBe(foreign);
    expect(pool.stats()).toMatchObject({ puts: 1, gets: 1, created: 0, outstanding: 1 });
    pool.discard({ n: 8 });
    pool.discard({ n: 7 });
    expect(pool.stats()).toMatchObject({ discards: 2, outstanding: 0 });
  });

  it('fills a pool at off to its limit', () => {
    const pool = new Pool({
      create: () => ({ n: 0 }),
      checks: 'off',
      aging: 'manual',
      leakDetector: quiet,
      maxIdle: 2,
    });
    expect([1, 2, 3].map((n) => pool.put({ n }))).toEqual([true, true, false]);
  });

  it('is not seen at basic while items are out', () => {
    const pool = poolAt('basic');
    pool.get();
    expect(pool.put({ n: 9 })).toBe(true);
  });

  it.each(COUNTING)('beyond the number of gets throws at %s, and the pool is unchanged', (checks) => {
    const pool = poolAt(checks);
    pool.put(pool.get());
    expectUnchanged(pool, () => {
      expect(thrownBy(() => pool.put({ n: 9 }))).toMatchObject({
        name: 'ForeignPutError',
        code: 'ERR_ROCKPOOL_FOREIGN_PUT',
        pool: 'rows',
      });
      expect(() => pool.discard({ n: 9 })).toThrow(ForeignPutError);
    });
  });

  it.each(EXACT)('throws at %s even while items are out', (checks) => {
    const pool = poolAt(checks);
    pool.get();
    const other = poolAt(checks).get();
    expectUnchanged(pool, () => {
      expect(() => pool.put({ n: 9 })).toThrow(ForeignPutError);
      expect(() => pool.put(other)).toThrow(
        "Cannot put into pool 'rows' as the pool did not hand out this item",
      );
    });
  });
});

describe('null and undefined', () => {
  it('are ignored at off', () => {
    const pool = poolAt('off');
    expectUnchanged(pool, () => {
      for (const nothing of [null, undefined]) {
        expect(pool.put(nothing as never)).toBe(false);
        expect(pool.discard(nothing as never)).toBeUndefined();
      }
    });
  });

  it.each(COUNTING)('are refused by name at %s, whether items are out or not', (checks) => {
    const pool = poolAt(checks);
    for (let round = 0; round < 2; round++) {
      expectUnchanged(pool, () => {
        for (const nothing of [null, undefined]) {
          expect(() => pool.put(nothing as never)).toThrow(ArgumentTypeError);
          expect(() => pool.put(nothing as never)).toThrow(
            `Cannot put into pool 'rows' as 'item' must be an object: received ${nothing}`,
          );
        }
      });
      pool.get();
    }
  });
});

describe('a put after close', () => {
  it.each(LEVELS)('destroys the item at %s', (checks) => {
    const reasons: string[] = [];
    const destroy = (_: Item, reason: string) => void reasons.push(reason);
    const pool = new Pool({
      create: () => ({ n: 0 }),
      destroy,
      checks,
      aging: 'manual',
      leakDetector: quiet,
    });
    const item = pool.get();
    pool.close();
    expect(pool.put(item)).toBe(false);
    expect(reasons).toEqual(['closed']);
  });
});

describe('a use after put', () => {
  it.each(LEVELS)('through a lease throws at %s', (checks) => {
    const pool = poolAt(checks);
    const lease = pool.lease();
    lease.release();
    expect(() => lease.value).toThrow(UseAfterReleaseError);
  });

  it.each(['off', 'basic', 'strict'] as const)('of the bare item is not seen at %s', (checks) => {
    const pool = poolAt(checks);
    const item = pool.get();
    pool.put(item);
    item.n = 7;
    expect(pool.get().n).toBe(7);
  });

  it('of an ordinary object throws at paranoid, with the stack of its put', () => {
    const pool = poolAt('paranoid');
    const item = pool.get();
    function giveBack() {
      pool.put(item);
    }
    giveBack();
    const error = thrownBy(() => item.n) as UseAfterPutError;
    expect(error).toBeInstanceOf(UseAfterPutError);
    expect(error).toMatchObject({ code: 'ERR_ROCKPOOL_USE_AFTER_PUT', pool: 'rows', paths: [] });
    expect(error.put).toMatch(/^ {4}at giveBack .*pool-checks\.test/);
    expect(error.message).toMatch(
      /^Item of pool 'rows' was used after it was put back: read of 'n'\nPut at:\n {4}at/,
    );
    expect(isRockpoolError(error)).toBe(true);
    expect(() => {
      item.n = 7;
    }).toThrow(UseAfterPutError);
    expect(pool.get().n).toBe(0);
  });
});

describe('the order of reuse', () => {
  it.each<[PoolChecks, number[]]>([
    ['strict', [3, 2, 1, 0]],
    ['paranoid', [0, 1, 2, 3]],
  ])('at %s is %j', (checks, order) => {
    let made = 0;
    const pool = new Pool({ create: () => ({ n: made++ }), checks, aging: 'manual', leakDetector: quiet });
    for (const item of [pool.get(), pool.get(), pool.get(), pool.get()]) pool.put(item);
    expect([0, 1, 2, 3].map(() => pool.get().n)).toEqual(order);
  });
});

describe('a misuse in the shadow of another', () => {
  it.each(['basic', 'strict'] as const)(
    'is seen at %s: the youngest item put again while the slot is empty',
    (checks) => {
      const pool = poolAt(checks);
      const [a, b] = [pool.get(), pool.get(), pool.get()];
      pool.put(a);
      pool.put(b);
      const taken = pool.get(); // at basic from the slot, so that what is idle lies on top of the stack
      const idle = taken === a ? b : a;
      expectUnchanged(pool, () => expect(() => pool.put(idle)).toThrow(DoublePutError));
    },
  );

  it('does not hide the error of a function that put its item itself', () => {
    const pool = poolAt('strict');
    const failure = new Error('the function’s own');
    const thrown = thrownBy(() =>
      pool.use((item) => {
        pool.put(item);
        throw failure;
      }),
    );
    expect(thrown).toBeInstanceOf(SuppressedError);
    expect((thrown as SuppressedError).error).toBeInstanceOf(DoublePutError);
    expect((thrown as SuppressedError).suppressed).toBe(failure);
  });

  it('leaves functions that an item owns as they are: they are values, not methods', () => {
    class Parser {}
    const callback = () => 1;
    const pool = new Pool({ create: () => ({ callback, Parser }), checks: 'paranoid', aging: 'manual' });
    const item = pool.get();
    expect(item.callback).toBe(callback);
    expect(new item.Parser()).toBeInstanceOf(Parser);
    pool.put(item);
  });
});

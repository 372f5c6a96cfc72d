/** The level `paranoid` with items of every kind: stand-ins, typed arrays, and the audit of each reset. */
import { describe, expect, it } from 'vitest';
import {
  DirtyResetError,
  type DropReason,
  Pool,
  type PoolOptions,
  scope,
  UseAfterPutError,
} from '../../src/index.ts';
import { expectBalanced } from './balance.ts';
import { quiet } from './quiet.ts';

/** A pool at `paranoid`, what it reported and what it destroyed. */
function paranoid<T extends object>(create: () => T, options: Partial<PoolOptions<T>> = {}) {
  const errors: unknown[] = [];
  const reasons: DropReason[] = [];
  const pool = new Pool<T>({
    name: 'guarded',
    create,
    destroy: (_, reason) => void reasons.push(reason),
    onError: (error) => errors.push(error),
    checks: 'paranoid',
    aging: 'manual',
    leakDetector: quiet,
    ...options,
  });
  return { pool, errors, reasons };
}

class Session {
  #user = '';

  get user(): string {
    return this.#user;
  }

  login(user: string): this {
    this.#user = user;
    return this;
  }

  clear(): void {
    this.#user = '';
  }
}

describe('an item that escapes its scope', () => {
  it('throws at its first use outside: the classic bug of get, defer put, return the item', () => {
    const { pool } = paranoid(() => ({ total: 0 }));
    const escaped = scope((defer) => {
      const item = pool.get();
      defer.method(pool, 'put', item);
      item.total = 42;
      return item;
    });
    expect(() => escaped.total).toThrow(UseAfterPutError);
    expectBalanced(pool);
  });

  it('throws when it is what a promise of use() gives', async () => {
    const { pool } = paranoid(() => ({ total: 0 }));
    await expect(pool.use(async (item) => item)).rejects.toThrow(UseAfterPutError);
  });
});

describe('a stand-in from the pool', () => {
  /** Makes an item, and uses it as its user would. */
  type Kind = readonly [name: string, create: () => object, use: (item: never) => unknown, result: unknown];
  const kinds: Kind[] = [
    ['a plain object', () => ({ n: 1 }), (item: { n: number }) => ++item.n, 2],
    ['a class with private fields', () => new Session(), (item: Session) => item.login('ada').user, 'ada'],
    ['a Map', () => new Map(), (item: Map<string, number>) => item.set('a', 1).get('a'), 1],
    ['a Set', () => new Set(), (item: Set<string>) => [...item.add('a')], ['a']],
    ['a Date', () => new Date(0), (item: Date) => item.setTime(5) && item.getTime(), 5],
    ['an array', () => [], (item: number[]) => item.push(1, 2) && item.join(), '1,2'],
    ['a function', () => (n: number) => n + 1, (item: (n: number) => number) => item(1), 2],
    ['a frozen object', () => Object.freeze({ n: 1 }), (item: { n: number }) => item.n, 1],
    ['an object without a prototype', () => Object.create(null), (item: { n?: number }) => item.n, undefined],
  ];

  it.each(kinds)('works for %s until the put, and throws from then on', (_, create, use, result) => {
    const { pool } = paranoid(create);
    const item = pool.get() as never;
    expect(use(item)).toEqual(result);
    expect(pool.put(item)).toBe(true);
    expect(() => use(item)).toThrow(UseAfterPutError);
    expect(() => use(pool.get() as never)).not.toThrow();
    expectBalanced(pool);
  });

  it('is another one at each get, while the item is the same', () => {
    let made = 0;
    const { pool } = paranoid(() => ({ n: ++made }));
    const first = pool.get();
    pool.put(first);
    const second = pool.get();
    expect(second === first).toBe(false);
    expect(second.n).toBe(1);
    expect(() => first.n).toThrow(UseAfterPutError);
  });

  it('ends with discard() too', () => {
    const { pool } = paranoid(() => ({ n: 1 }));
    const item = pool.get();
    pool.discard(item);
    expect(() => item.n).toThrow(UseAfterPutError);
  });

  it('is what reset and destroy do not get: they work on the item', () => {
    const items: object[] = [];
    const { pool } = paranoid(
      () => {
        const item = {};
        items.push(item);
        return item;
      },
      {
        reset: (item) => void expect(item).toBe(items[0]),
        destroy: (item) => void expect(item).toBe(items[0]),
      },
    );
    pool.put(pool.get());
    pool.close();
    expect.assertions(2);
  });
});

describe('a typed array', () => {
  it.each([
    ['a Buffer', () => Buffer.alloc(16)],
    ['a Uint8Array', () => new Uint8Array(16)],
    ['a Float64Array', () => new Float64Array(2)],
    ['a DataView', () => new DataView(new ArrayBuffer(16))],
    ['an array in shared memory', () => new Uint8Array(new SharedArrayBuffer(16))],
  ])('that is %s is handed out as it is, and a write after its put is found at the next get', (_, create) => {
    const { pool, errors, reasons } = paranoid<ArrayBufferView>(create);
    const item = pool.get();
    expect(ArrayBuffer.isView(item)).toBe(true);
    const bytes = new Uint8Array(item.buffer, item.byteOffset, item.byteLength);
    bytes[3] = 1;
    pool.put(item);
    bytes[5] = 77;
    const next = pool.get();
    expect(next).not.toBe(item);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(UseAfterPutError);
    expect(errors[0]).toMatchObject({ pool: 'guarded', paths: ['[5]'] });
    expect((errors[0] as Error).message).toContain('byte 5 was written');
    expect((errors[0] as UseAfterPutError).put).toContain('pool-paranoid.test');
    expect(reasons).toEqual(['corrupt']);
    expectBalanced(pool);
  });

  it('that nobody wrote to after its put is handed out again, whatever its user wrote before', () => {
    const { pool, errors } = paranoid(() => new Uint8Array(16));
    const item = pool.get().fill(7);
    pool.put(item);
    expect(pool.get()).toBe(item);
    pool.put(item.fill(8));
    expect(pool.get()).toBe(item);
    expect(errors).toEqual([]);
  });

  it('is compared in the first MiB only', () => {
    const MIB = 1024 * 1024;
    const { pool, errors } = paranoid(() => new Uint8Array(MIB + 1));
    const item = pool.get();
    pool.put(item);
    item[MIB] = 1;
    expect(pool.get()).toBe(item);
    pool.put(item);
    item[MIB - 1] = 1;
    expect(pool.get()).not.toBe(item);
    expect(errors).toMatchObject([{ paths: [`[${MIB - 1}]`] }]);
  });

  it('whose buffer was transferred away while it was idle counts as written', () => {
    const { pool, errors } = paranoid(() => new Uint8Array(16));
    const item = pool.get();
    pool.put(item);
    structuredClone(item.buffer, { transfer: [item.buffer] });
    expect(pool.get() === item).toBe(false);
    expect(errors).toMatchObject([{ code: 'ERR_ROCKPOOL_USE_AFTER_PUT' }]);
    expectBalanced(pool);
  });

  it('whose buffer was transferred away before the put is found by the reset audit', () => {
    const { pool, errors } = paranoid(() => new Uint8Array(16), { reset: () => {} });
    const item = pool.get();
    structuredClone(item.buffer, { transfer: [item.buffer] });
    expect(pool.put(item)).toBe(false);
    expect(errors).toMatchObject([{ paths: ['byteLength: 0, expected 16'] }]);
    expectBalanced(pool);
  });
});

describe('the audit of resets', () => {
  const create = () => ({ id: 0, headers: new Map<string, string>() });

  it('drops an item whose reset left something behind, and names it', () => {
    const { pool, errors, reasons } = paranoid(create, {
      reset: (item) => {
        item.id = 0;
      },
    });
    const item = pool.get();
    item.id = 7;
    item.headers.set('cookie', 'secret');
    expect(pool.put(item)).toBe(false);
    expect(errors[0]).toBeInstanceOf(DirtyResetError);
    expect(errors).toMatchObject([
      {
        code: 'ERR_ROCKPOOL_DIRTY_RESET',
        pool: 'guarded',
        paths: ['headers: Map(1), expected Map(0)'],
        message: "Item of pool 'guarded' is dirty after reset:\n  item.headers: Map(1), expected Map(0)",
      },
    ]);
    expect(reasons).toEqual(['corrupt']);
    expect(pool.stats()).toMatchObject({ idle: 0, dropped: { corrupt: 1 } });
    expectBalanced(pool);
  });

  it('keeps an item whose reset is complete', () => {
    const { pool, errors } = paranoid(create, {
      reset: (item) => {
        item.id = 0;
        item.headers.clear();
      },
    });
    for (let i = 0; i < 3; i++) {
      const item = pool.get();
      item.id = i;
      item.headers.set('n', String(i));
      expect(pool.put(item)).toBe(true);
    }
    expect(errors).toEqual([]);
    expect(pool.stats().created).toBe(1);
  });

  it('does not happen where there is no reset', () => {
    const { pool, errors } = paranoid(create);
    const item = pool.get();
    item.id = 7;
    expect(pool.put(item)).toBe(true);
    expect(errors).toEqual([]);
  });

  it.each(['basic', 'strict'] as const)('does not happen at %s', (checks) => {
    const { pool, errors } = paranoid(create, { reset: () => {}, checks });
    const item = pool.get();
    item.id = 7;
    expect(pool.put(item)).toBe(true);
    expect(errors).toEqual([]);
  });

  it('survives a create that throws: the item is dropped, and the next put audits again', () => {
    let fails = false;
    const { pool, errors, reasons } = paranoid(
      () => {
        if (fails) throw new Error('no fresh item');
        return { n: 0 };
      },
      { reset: () => {} },
    );
    const [a, b] = [pool.get(), pool.get()];
    fails = true;
    expect(pool.put(a)).toBe(false);
    expect(errors).toMatchObject([
      { code: 'ERR_ROCKPOOL_RESET_FAILED', cause: { message: 'no fresh item' } },
    ]);
    expect(reasons).toEqual(['reset-failed']);
    expectBalanced(pool);
    fails = false;
    b.n = 1;
    expect(pool.put(b)).toBe(false);
    expect(errors[1]).toBeInstanceOf(DirtyResetError);
  });
});

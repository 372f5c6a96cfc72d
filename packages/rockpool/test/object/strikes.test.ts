/** The strike policy: when a large item that is hardly used goes, and what create is told of it. */
import { describe, expect, it } from 'vitest';
import { ArgumentTypeError, type DropReason, Pool } from '../../src/index.ts';
import { Strikes } from '../../src/object/strikes.ts';
import { expectBalanced } from './balance.ts';

const KIB = 1024;

function strikes(options: { freeBytes?: number; minUse?: number; limit?: number } = {}): Strikes<object> {
  return new Strikes({ action: 'create pool' }, { usedOf: () => 0, ...options });
}

/** The verdicts on a row of uses of one item of 64 KiB. */
function verdicts(policy: Strikes<object>, uses: number[], item = {}): boolean[] {
  return uses.map((used) => policy.strike(item, 64 * KIB, used));
}

describe('the strike policy', () => {
  it('drops an item at the fifth under-use in a row', () => {
    expect(verdicts(strikes(), [1, 1, 1, 1, 1])).toEqual([false, false, false, false, true]);
  });

  it('forgets all strikes at a use of a quarter', () => {
    const quarter = 16 * KIB;
    expect(verdicts(strikes(), [1, 1, 1, 1, quarter, 1, 1, 1, 1, 1])).toEqual([
      ...Array(9).fill(false),
      true,
    ]);
    expect(verdicts(strikes(), Array(5).fill(quarter - 1)).at(-1)).toBe(true);
  });

  it('never gives a strike to an item of up to 4 KiB', () => {
    const policy = strikes();
    const small = {};
    for (let i = 0; i < 20; i++) expect(policy.strike(small, 4 * KIB, 0)).toBe(false);
    const larger = {};
    const last = [1, 2, 3, 4, 5].map(() => policy.strike(larger, 4 * KIB + 1, 0)).at(-1);
    expect(last).toBe(true);
  });

  it('forgets the strikes of an item that became small', () => {
    const policy = strikes();
    const item = {};
    verdicts(policy, [1, 1, 1, 1], item);
    policy.strike(item, KIB, 1);
    expect(verdicts(policy, [1], item)).toEqual([false]);
  });

  it('counts each item for itself', () => {
    const policy = strikes({ limit: 2 });
    const [a, b] = [{}, {}];
    expect([a, b, a, b].map((item) => policy.strike(item, 64 * KIB, 0))).toEqual([false, false, true, true]);
  });

  it('starts anew with an item that was dropped and came back', () => {
    const policy = strikes({ limit: 2 });
    expect(verdicts(policy, [1, 1, 1, 1], {})).toEqual([false, true, false, true]);
  });

  it('obeys freeBytes, minUse and limit', () => {
    expect(verdicts(strikes({ limit: 1 }), [1])).toEqual([true]);
    expect(verdicts(strikes({ limit: 1, minUse: 0 }), [0])).toEqual([false]);
    expect(verdicts(strikes({ limit: 1, minUse: 1 }), [64 * KIB - 1, 64 * KIB])).toEqual([true, false]);
    expect(verdicts(strikes({ limit: 1, freeBytes: 64 * KIB }), [0])).toEqual([false]);
  });
});

describe('the size hint', () => {
  it('is 0 until an item is dropped, then the largest need among the under-uses', () => {
    const policy = strikes({ limit: 3 });
    verdicts(policy, [100, 900]);
    expect(policy.hintBytes).toBe(0);
    verdicts(policy, [300, 200, 100]);
    expect(policy.hintBytes).toBe(900);
  });

  it('is what was needed since the last drop, not since ever', () => {
    const policy = strikes({ limit: 2 });
    verdicts(policy, [9000, 5000]);
    expect(policy.hintBytes).toBe(9000);
    verdicts(policy, [10, 20]);
    expect(policy.hintBytes).toBe(20);
  });
});

describe('usedOf', () => {
  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, undefined, '5'])(
    'must give a number of bytes, not %o',
    (bytes) => {
      const policy = new Strikes({ action: 'create pool' }, { usedOf: () => bytes as number });
      expect(() => policy.usedOf({})).toThrow(ArgumentTypeError);
    },
  );
});

/** A pool of buffers with the length of the last message in them. */
function writers(limit = 5) {
  const hints: number[] = [];
  const destroyed: [number, DropReason][] = [];
  const pool = new Pool({
    create: (hintBytes) => {
      hints.push(hintBytes);
      return { bytes: new Uint8Array(Math.max(KIB, hintBytes)), length: 0 };
    },
    reset: (writer) => {
      writer.length = 0;
    },
    destroy: (writer, reason) => void destroyed.push([writer.bytes.length, reason]),
    sizeOf: (writer) => writer.bytes.length,
    strikes: { usedOf: (writer) => writer.length, limit },
    aging: 'manual',
  });
  const write = (length: number) => {
    pool.use((writer) => {
      if (length > writer.bytes.length) writer.bytes = new Uint8Array(length);
      writer.length = length;
    });
  };
  return { pool, hints, destroyed, write };
}

describe('a pool with strikes', () => {
  it('does not keep the buffer of one huge message for ever', () => {
    const { pool, destroyed, write } = writers();
    write(1024 * KIB);
    expect(pool.stats().idleBytes).toBe(1024 * KIB);
    for (let i = 0; i < 4; i++) write(100);
    expect(destroyed).toEqual([]);
    write(100);
    expect(destroyed).toEqual([[1024 * KIB, 'oversized']]);
    expect(pool.stats()).toMatchObject({ idle: 0, idleBytes: 0, dropped: { oversized: 1 } });
    expectBalanced(pool);
  });

  it('keeps a large buffer that is used well now and then', () => {
    const { pool, write } = writers();
    for (let i = 0; i < 40; i++) write(i % 4 === 0 ? 64 * KIB : 10);
    expect(pool.stats()).toMatchObject({ created: 1, idle: 1, dropped: { oversized: 0 } });
  });

  it('tells create, and prewarm’s creates, what was really needed', () => {
    const { pool, hints, write } = writers(2);
    write(100 * KIB);
    write(3 * KIB);
    write(2 * KIB);
    write(1);
    pool.prewarm(2);
    expect(hints).toEqual([0, 3 * KIB, 3 * KIB]);
  });

  it('reads the use before the reset', () => {
    const { pool, write } = writers(1);
    write(64 * KIB); // read after the reset, the length would be 0, and this the last strike
    expect(pool.stats()).toMatchObject({ idle: 1, dropped: { oversized: 0 } });
  });
});

/**
 * Random users of a pool, at each checking level, with and without bounds by bytes: what comes out, what is
 * dropped and why, and every counter are as the array model in `pool-model.ts` says, after each operation.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DoublePutError, type DropReason, Pool, type PoolChecks } from '../../src/index.ts';
import { expectBalanced } from './balance.ts';
import { PoolModel } from './pool-model.ts';

/** Its fields are private, so that stand-ins pass them on and the reset audit does not see them. */
class Item {
  readonly #id: number;
  #size = 0;
  #resetFails = false;

  constructor(id: number) {
    this.#id = id;
  }

  get id(): number {
    return this.#id;
  }

  get size(): number {
    return this.#size;
  }

  grow(size: number): void {
    this.#size = size;
  }

  breakReset(): void {
    this.#resetFails = true;
  }

  reset(): void {
    if (this.#resetFails) throw new Error('cannot be reset');
  }
}

const operation = fc.oneof(
  { weight: 8, arbitrary: fc.record({ is: fc.constant('get' as const) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('tryGet' as const) }) },
  {
    weight: 9,
    arbitrary: fc.record({ is: fc.constant('put' as const), which: fc.nat(), size: fc.nat(60) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ is: fc.constant('put with a failing reset' as const), which: fc.nat() }),
  },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('discard' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('put the last put again' as const) }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant('age' as const) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('trim' as const) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('clear' as const) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('prewarm' as const), count: fc.nat(10) }) },
);

type Operation = typeof operation extends fc.Arbitrary<infer O> ? O : never;

const setup = fc
  .record({
    maxIdle: fc.nat(8),
    floor: fc.nat(8),
    sized: fc.boolean(),
    maxIdleBytes: fc.nat(200),
    resets: fc.boolean(),
  })
  .map(({ floor, ...rest }) => ({ ...rest, minIdle: Math.min(floor, rest.maxIdle) }));

type Setup = typeof setup extends fc.Arbitrary<infer S> ? S : never;

/** A pool beside its model. */
class Run {
  readonly pool: Pool<Item>;
  readonly model: PoolModel;
  readonly #checks: PoolChecks;
  readonly #setup: Setup;
  /** What users hold: the item or its stand-in, with its id. */
  readonly out: { readonly id: number; readonly item: Item }[] = [];
  readonly #owners = new Set<number>();
  readonly #fates = new Map<number, DropReason>();
  #destroyed: [number, DropReason][] = [];
  #lastPut: Item | undefined = undefined;
  #made = 0;

  constructor(checks: PoolChecks, setup: Setup) {
    const { maxIdle, minIdle, sized, maxIdleBytes, resets } = setup;
    this.#checks = checks;
    this.#setup = setup;
    this.pool = new Pool<Item>({
      create: () => new Item(++this.#made),
      destroy: (item, reason) => {
        expect(this.#fates.has(item.id), `item ${item.id} destroyed once`).toBe(false);
        this.#fates.set(item.id, reason);
        this.#destroyed.push([item.id, reason]);
      },
      ...(resets ? { reset: (item) => item.reset() } : {}),
      ...(sized ? { sizeOf: (item) => item.size, maxIdleBytes } : {}),
      maxIdle,
      minIdle,
      checks,
      aging: 'manual',
      onError: () => {},
    });
    this.model = new PoolModel({
      maxIdle,
      minIdle,
      maxIdleBytes: sized ? maxIdleBytes : Number.POSITIVE_INFINITY,
      slot: !sized && maxIdle >= 2 && (checks === 'off' || checks === 'basic'),
      order: checks === 'paranoid' ? 'first in, first out' : 'last in, first out',
    });
  }

  do(operation: Operation): void {
    const { pool, model, out } = this;
    this.#destroyed = [];
    switch (operation.is) {
      case 'get':
      case 'tryGet': {
        const expected = model.get();
        const made = this.#made;
        const item = operation.is === 'get' ? pool.get() : pool.tryGet();
        if (operation.is === 'tryGet') expect(item?.id).toBe(expected?.id);
        if (item === undefined) return;
        expect(item.id).toBe(expected?.id ?? made + 1);
        expect(this.#owners.has(item.id), `item ${item.id} has one owner`).toBe(false);
        expect(this.#fates.has(item.id), `item ${item.id} was not destroyed`).toBe(false);
        this.#owners.add(item.id);
        out.push({ id: item.id, item });
        return;
      }
      case 'put':
      case 'put with a failing reset':
      case 'discard': {
        if (out.length === 0) return;
        const [{ id, item }] = out.splice(operation.which % out.length, 1) as [{ id: number; item: Item }];
        this.#owners.delete(id);
        if (operation.is === 'discard') {
          pool.discard(item);
          expect(this.#destroyed).toEqual([[id, 'discarded']]);
          return;
        }
        this.#lastPut = item;
        if (operation.is === 'put') item.grow(operation.size);
        else item.breakReset();
        const charge = this.#setup.sized ? item.size : 0;
        const fails = operation.is === 'put with a failing reset' && this.#setup.resets;
        const drops = fails ? [[id, 'reset-failed']] : model.put({ id, charge });
        expect(pool.put(item)).toBe(!drops.some(([dropped]) => dropped === id));
        expect(this.#destroyed).toEqual(drops);
        return;
      }
      case 'put the last put again': {
        const item = this.#lastPut;
        const caught = this.#checks === 'paranoid' || (this.#checks === 'strict' && !this.#holds(item));
        if (item !== undefined && caught) expect(() => pool.put(item)).toThrow(DoublePutError);
        return;
      }
      case 'age': {
        expect(pool.age()).toBe(model.age().length);
        expect(this.#destroyed).toEqual([]); // what aged is destroyed later
        return;
      }
      case 'trim':
      case 'clear': {
        const dropped = model.shrink(operation.is === 'trim' ? this.#setup.minIdle : 0);
        expect(pool[operation.is]()).toBe(dropped.length);
        expect(this.#destroyed).toEqual(dropped.map((id) => [id, 'cleared']));
        return;
      }
      case 'prewarm': {
        const count = Math.min(operation.count, this.#setup.maxIdle);
        const missing = Math.max(0, count - model.idle.length);
        for (let i = 0; i < missing; i++) model.put({ id: this.#made + i + 1, charge: 0 });
        expect(pool.prewarm(count)).toBe(missing);
      }
    }
  }

  /** Fails where a counter is not the model's, or an item is in no place or in two. */
  check(): void {
    const { pool, model, out } = this;
    const stats = pool.stats();
    expectBalanced(pool);
    const { idle, victims, idleBytes, outstanding } = stats;
    expect([idle, victims, idleBytes, outstanding]).toEqual([
      model.idle.length,
      model.victimCount,
      model.bytes,
      out.length,
    ]);
    expect(idle).toBeLessThanOrEqual(this.#setup.maxIdle);
    if (this.#setup.sized) expect(idleBytes).toBeLessThanOrEqual(this.#setup.maxIdleBytes);
  }

  /** Closes the pool; every item then was destroyed once, for the reason that was counted. */
  end(): void {
    const { pool } = this;
    pool.close();
    for (const { item } of this.out) expect(pool.put(item)).toBe(false);
    const { dropped, created, idle, outstanding } = pool.stats();
    expect([idle, outstanding]).toEqual([0, 0]);
    expect(this.#fates.size).toBe(created);
    const counts = Object.fromEntries(Object.keys(dropped).map((reason) => [reason, 0]));
    for (const reason of this.#fates.values()) counts[reason] = (counts[reason] ?? 0) + 1;
    expect(counts).toEqual(dropped);
    expectBalanced(pool);
  }

  /** Whether a user holds the same object now. */
  #holds(item: Item | undefined): boolean {
    return this.out.some((holder) => holder.item === item);
  }
}

describe.each<PoolChecks>(['off', 'basic', 'strict', 'paranoid'])('a pool with checks %s', (checks) => {
  it('follows the model through any sequence of operations', () => {
    fc.assert(
      fc.property(setup, fc.array(operation, { maxLength: 60, size: 'max' }), (setup, operations) => {
        const run = new Run(checks, setup);
        for (const operation of operations) {
          run.do(operation);
          run.check();
        }
        run.end();
      }),
      { numRuns: checks === 'paranoid' ? 40 : 100 },
    );
  });
});

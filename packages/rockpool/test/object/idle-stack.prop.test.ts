/** Random operations on an idle stack against two plain arrays, with its invariants checked after each. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIRST, IdleStack } from '../../src/object/idle-stack.ts';

interface Item {
  readonly id: number;
  readonly charge: number;
}

/** What an idle stack is, without regard to cost. */
class Model {
  live: Item[] = [];
  victims: Item[] = [];

  get all(): Item[] {
    return [...this.victims, ...this.live];
  }

  get bytes(): number {
    return this.all.reduce((sum, item) => sum + item.charge, 0);
  }

  age(floor: number): Item[] {
    const kept = Math.min(this.victims.length, Math.max(0, floor - this.live.length));
    const droppedCount = this.victims.length - kept;
    const dropped = this.victims.slice(0, droppedCount);
    this.victims = [...this.victims.slice(droppedCount), ...this.live];
    this.live = [];
    return dropped;
  }

  shrink(keep: number): Item[] {
    const dropped = this.all.slice(0, Math.max(0, this.all.length - keep));
    this.victims = this.victims.filter((item) => !dropped.includes(item));
    this.live = this.live.filter((item) => !dropped.includes(item));
    return dropped;
  }

  take(item: Item): Item {
    this.victims = this.victims.filter((other) => other !== item);
    this.live = this.live.filter((other) => other !== item);
    return item;
  }
}

const operation = fc.oneof(
  { weight: 6, arbitrary: fc.record({ is: fc.constant('push' as const), charge: fc.nat(1000) }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant('tryPush' as const), charge: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('push the youngest again' as const) }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('pop' as const) }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('popLive' as const) }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('popVictim' as const) }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('takeAt' as const), index: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('age' as const), floor: fc.nat(12) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('shrink' as const), keep: fc.nat(12) }) },
);

type Operation = typeof operation extends fc.Arbitrary<infer O> ? O : never;

let lastId = 0;

/** One operation on both; fails where they differ. */
function step(operation: Operation, stack: IdleStack<Item>, model: Model, limit: number, sized: boolean) {
  switch (operation.is) {
    case 'push':
    case 'tryPush': {
      const item = { id: ++lastId, charge: sized ? operation.charge : 0 };
      if (operation.is === 'tryPush' && !sized) {
        const room = model.all.length < limit;
        expect(stack.tryPush(item)).toBe(room);
        if (room) model.live.push(item);
      } else {
        stack.push(item, item.charge);
        model.live.push(item);
      }
      return;
    }
    case 'push the youngest again': {
      const youngest = model.live.at(-1);
      if (youngest !== undefined) expect(stack.tryPush(youngest)).toBe(false);
      return;
    }
    case 'pop':
      expect(stack.pop()).toBe(model.live.pop() ?? model.victims.pop());
      return;
    case 'popLive': {
      if (sized || model.live.length === 0) return;
      const pops = stack.pops;
      expect(stack.popLive()).toBe(model.live.pop());
      expect(stack.pops).toBe(pops + 1);
      if (stack.popsDue) stack.countPops(3);
      return;
    }
    case 'popVictim':
      expect(stack.popVictim()).toBe(model.victims.pop());
      return;
    case 'takeAt': {
      const { all } = model;
      if (all.length === 0) return;
      const index = operation.index % all.length;
      expect(stack.takeAt(index)).toBe(model.take(all[index] as Item));
      return;
    }
    case 'age':
    case 'shrink': {
      const dropped = operation.is === 'age' ? stack.age(operation.floor) : stack.shrink(operation.keep);
      const expected = operation.is === 'age' ? model.age(operation.floor) : model.shrink(operation.keep);
      expect(dropped.items.slice(FIRST)).toEqual(expected);
      expect(dropped.count).toBe(expected.length);
      expect(dropped.bytes).toBe(expected.reduce((sum, item) => sum + item.charge, 0));
    }
  }
}

describe('an idle stack', () => {
  it.each([
    ['unsized', false],
    ['sized', true],
  ])('follows the model, %s, through any sequence of operations', (_, sized) => {
    fc.assert(
      fc.property(fc.nat(10), fc.array(operation, { maxLength: 60, size: 'max' }), (limit, operations) => {
        const stack = new IdleStack<Item>(limit, sized);
        const model = new Model();
        for (const operation of operations) {
          step(operation, stack, model, limit, sized);
          stack.assertValid();
          expect(stack.count).toBe(model.all.length);
          expect(stack.victimCount).toBe(model.victims.length);
          expect(stack.bytes).toBe(model.bytes);
          expect(stack.peek()).toBe(model.live.at(-1));
        }
      }),
      { numRuns: 300 },
    );
  });
});

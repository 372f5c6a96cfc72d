/** The structure of idle items: order, generations, charges, and that nothing handed out is retained. */
import { describe, expect, it } from 'vitest';
import { type Dropped, FIRST, IdleStack } from '../../src/object/idle-stack.ts';
import { collectUntil } from '../leak/garbage.ts';

/** An unsized stack with these items pushed in order. */
function stackOf(items: string[], limit = 100): IdleStack<string> {
  const stack = new IdleStack<string>(limit, false);
  for (const item of items) stack.push(item, 0);
  return stack;
}

/** A sized stack of items that are charged 1, 2, 4, 8 … bytes. */
function sizedStackOf(items: string[]): IdleStack<string> {
  const stack = new IdleStack<string>(100, true);
  for (const [i, item] of items.entries()) stack.push(item, 2 ** i);
  return stack;
}

/** What was dropped, the oldest first. */
function itemsOf<T>({ items, count }: Dropped<T>): T[] {
  expect(items).toHaveLength(FIRST + count);
  return items.slice(FIRST);
}

function drain(stack: IdleStack<string>): string[] {
  const items: string[] = [];
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    items.push(item);
    stack.assertValid();
  }
  return items;
}

describe('an idle stack', () => {
  it('is empty at first', () => {
    const stack = stackOf([]);
    expect([stack.count, stack.victimCount, stack.bytes]).toEqual([0, 0, 0]);
    expect(stack.peek()).toBeUndefined();
    expect(stack.pop()).toBeUndefined();
    expect(stack.popVictim()).toBeUndefined();
    stack.assertValid();
  });

  it('gives the youngest live item first, and victims when there is none', () => {
    const stack = stackOf(['a', 'b']);
    stack.age(0);
    stack.push('c', 0);
    stack.push('d', 0);
    expect(drain(stack)).toEqual(['d', 'c', 'b', 'a']);
  });

  it('shows with peek() what pop() gives, if that is live', () => {
    const stack = stackOf(['a', 'b']);
    expect(stack.peek()).toBe('b');
    expect(stack.count).toBe(2);
    stack.age(0);
    expect(stack.peek()).toBeUndefined();
  });

  it('pops only victims with popVictim()', () => {
    const stack = stackOf(['a', 'b']);
    expect(stack.popVictim()).toBeUndefined();
    stack.age(0);
    expect(stack.liveCount).toBe(0);
    expect(stack.popVictim()).toBe('b');
    expect(stack.count).toBe(1);
  });

  it('tells whether an item is the youngest live one', () => {
    const stack = stackOf(['a', 'b']);
    expect([stack.isYoungest('a'), stack.isYoungest('b')]).toEqual([false, true]);
    stack.age(0);
    expect(stack.isYoungest('b')).toBe(false);
  });
});

describe('the count of pops', () => {
  it('counts popLive() only, and leaves the count of items alone', () => {
    const stack = stackOf(['a', 'b', 'c', 'd']);
    stack.countPops(10);
    expect(stack.popLive()).toBe('d');
    stack.pop();
    stack.takeAt(0);
    expect([stack.pops, stack.liveCount]).toEqual([1, 1]);
    stack.age(0);
    expect([stack.pops, stack.liveCount]).toEqual([1, 0]);
    stack.push('e', 0);
    expect(stack.popLive()).toBe('e');
    expect([stack.pops, stack.popsDue]).toEqual([2, false]);
    stack.assertValid();
  });

  it.each([1, 2, 63])('is due after as many pops as were asked for, %i', (pops) => {
    const stack = new IdleStack<string>(100, false);
    stack.push('below', 0);
    stack.countPops(pops);
    for (let i = 0; i < pops; i++) {
      expect(stack.popsDue).toBe(false);
      stack.push('a', 0);
      stack.popLive();
    }
    expect([stack.popsDue, stack.pops, stack.liveCount]).toEqual([true, pops, 1]);
    stack.countPops(pops);
    expect([stack.popsDue, stack.pops, stack.liveCount]).toEqual([false, 0, 1]);
  });

  it.each([0, -5, 1_000_000])(
    'is due sooner than asked for where %i does not fit, but never at once',
    (pops) => {
      const stack = stackOf(['a', 'b']);
      stack.countPops(pops);
      expect(stack.popsDue).toBe(false);
      for (let i = 0; i < 63 && !stack.popsDue; i++) {
        stack.popLive();
        stack.push('a', 0);
      }
      expect(stack.popsDue).toBe(true);
    },
  );
});

describe('tryPush()', () => {
  it('refuses an item beyond the limit, and accepts again after a pop', () => {
    const stack = new IdleStack<string>(2, false);
    expect([stack.tryPush('a'), stack.tryPush('b'), stack.tryPush('c')]).toEqual([true, true, false]);
    expect(stack.count).toBe(2);
    stack.pop();
    expect(stack.tryPush('c')).toBe(true);
    expect(drain(stack)).toEqual(['c', 'a']);
  });

  it('counts victims towards the limit, until they are taken or dropped', () => {
    const stack = stackOf(['a', 'b'], 2);
    stack.age(0);
    expect(stack.tryPush('c')).toBe(false);
    stack.popVictim();
    expect(stack.tryPush('c')).toBe(true);
    expect(stack.tryPush('d')).toBe(false);
    stack.age(0);
    expect(stack.tryPush('d')).toBe(true);
    expect(stack.count).toBe(2);
  });

  it('refuses the item that is the youngest already', () => {
    const stack = new IdleStack<string>(10, false);
    stack.tryPush('a');
    expect(stack.tryPush('a')).toBe(false);
    stack.tryPush('b');
    expect(stack.tryPush('a')).toBe(true); // only the youngest is compared
    expect(stack.count).toBe(3);
  });

  it('refuses everything at a limit of 0', () => {
    expect(new IdleStack<string>(0, false).tryPush('a')).toBe(false);
  });

  it('is not the only way in: push() goes beyond the limit', () => {
    const stack = stackOf(['a', 'b', 'c'], 2);
    expect(stack.count).toBe(3);
    expect(stack.tryPush('d')).toBe(false);
    stack.assertValid();
  });
});

describe('age()', () => {
  it('lets an item live through one epoch and die at the second', () => {
    const stack = stackOf(['a', 'b']);
    expect(itemsOf(stack.age(0))).toEqual([]);
    expect([stack.count, stack.victimCount]).toEqual([2, 2]);
    stack.push('c', 0);
    expect(itemsOf(stack.age(0))).toEqual(['a', 'b']);
    expect([stack.count, stack.victimCount]).toEqual([1, 1]);
    expect(itemsOf(stack.age(0))).toEqual(['c']);
    expect(stack.count).toBe(0);
    stack.assertValid();
  });

  it('keeps the youngest victims where the floor wants them, under the younger generation', () => {
    const stack = stackOf(['a', 'b', 'c']);
    stack.age(3);
    stack.push('d', 0);
    expect(itemsOf(stack.age(3))).toEqual(['a']);
    expect([stack.count, stack.victimCount]).toEqual([3, 3]);
    stack.assertValid();
    expect(drain(stack)).toEqual(['d', 'c', 'b']);
  });

  it('keeps all victims where the floor is higher than the count', () => {
    const stack = stackOf(['a', 'b']);
    for (let epoch = 0; epoch < 3; epoch++) expect(itemsOf(stack.age(10))).toEqual([]);
    expect(drain(stack)).toEqual(['b', 'a']);
  });

  it('drops all victims where live items alone fill the floor', () => {
    const stack = stackOf(['a', 'b']);
    stack.age(0);
    stack.push('c', 0);
    stack.push('d', 0);
    expect(itemsOf(stack.age(2))).toEqual(['a', 'b']);
    expect(stack.count).toBe(2);
  });

  it('does not give out the gaps that pops left behind', () => {
    const stack = stackOf(['a', 'b', 'c']);
    stack.pop();
    stack.age(0);
    stack.popVictim();
    stack.assertValid();
    expect(itemsOf(stack.age(0))).toEqual(['a']);
  });
});

describe('shrink()', () => {
  it('drops the oldest first: victims, then live items', () => {
    const stack = stackOf(['a', 'b']);
    stack.age(0);
    stack.push('c', 0);
    stack.push('d', 0);
    expect(itemsOf(stack.shrink(3))).toEqual(['a']);
    expect(itemsOf(stack.shrink(1))).toEqual(['b', 'c']);
    stack.assertValid();
    expect(drain(stack)).toEqual(['d']);
  });

  it('drops nothing where there is no more than that', () => {
    const stack = stackOf(['a', 'b']);
    stack.age(0);
    stack.push('c', 0);
    expect(itemsOf(stack.shrink(3))).toEqual([]);
    expect(itemsOf(stack.shrink(10))).toEqual([]);
    expect([stack.count, stack.victimCount]).toEqual([3, 2]);
    expect(drain(stack)).toEqual(['c', 'b', 'a']);
  });

  it('makes room for as many as it dropped', () => {
    const stack = stackOf(['a', 'b'], 2);
    stack.age(0);
    stack.shrink(1);
    expect([stack.tryPush('c'), stack.tryPush('d')]).toEqual([true, false]);
  });

  it('empties the stack at 0', () => {
    const stack = stackOf(['a', 'b']);
    stack.age(0);
    stack.push('c', 0);
    expect(itemsOf(stack.shrink(0))).toEqual(['a', 'b', 'c']);
    expect([stack.count, stack.victimCount]).toEqual([0, 0]);
  });
});

describe('takeAt()', () => {
  it('takes any item, 0 being the oldest, and leaves the others in order', () => {
    for (let index = 0; index < 5; index++) {
      const items = ['a', 'b', 'c', 'd', 'e'];
      const stack = stackOf(['a', 'b']);
      stack.age(0);
      for (const item of ['c', 'd', 'e']) stack.push(item, 0);
      expect(stack.takeAt(index)).toBe(items[index]);
      stack.assertValid();
      expect(drain(stack)).toEqual(items.toSpliced(index, 1).reverse());
    }
  });

  it('takes the oldest again and again, first in, first out', () => {
    const stack = stackOf(['a', 'b', 'c', 'd']);
    expect([0, 0, 0, 0].map((index) => stack.takeAt(index))).toEqual(['a', 'b', 'c', 'd']);
  });

  it('makes room when it takes a victim', () => {
    const stack = stackOf(['a', 'b'], 2);
    stack.age(0);
    stack.takeAt(0);
    expect([stack.tryPush('c'), stack.tryPush('d')]).toEqual([true, false]);
  });
});

describe('the charges of a sized stack', () => {
  it('leave with their items, whichever way those go', () => {
    const stack = sizedStackOf(['a', 'b', 'c', 'd', 'e', 'f']); // 1 + 2 + 4 + 8 + 16 + 32
    expect(stack.bytes).toBe(63);
    stack.pop();
    expect(stack.bytes).toBe(31);
    stack.takeAt(1);
    expect(stack.bytes).toBe(29);
    stack.age(0);
    expect(stack.bytes).toBe(29);
    stack.popVictim();
    expect(stack.bytes).toBe(13);
    stack.takeAt(0);
    expect(stack.bytes).toBe(12);
    stack.assertValid();
  });

  it('are told of what was dropped', () => {
    const stack = sizedStackOf(['a', 'b', 'c', 'd']);
    const first = stack.shrink(3);
    expect([itemsOf(first), first.bytes]).toEqual([['a'], 1]);
    stack.age(0);
    const second = stack.age(2);
    expect([itemsOf(second), second.bytes]).toEqual([['b'], 2]);
    expect(stack.bytes).toBe(12);
    stack.assertValid();
  });
});

describe('an idle stack and the garbage collector', () => {
  it('retains nothing that was popped, taken or dropped', async () => {
    const stack = new IdleStack<object>(100, false);
    const gone: WeakRef<object>[] = [];
    const push = () => {
      const item = { bytes: new Uint8Array(16) };
      gone.push(new WeakRef(item));
      stack.push(item, 0);
    };
    const work = () => {
      for (let i = 0; i < 12; i++) push();
      stack.popLive();
      stack.takeAt(0);
      stack.shrink(8);
      stack.age(0);
      stack.popVictim();
      stack.pop();
      stack.takeAt(0);
      push();
      push();
      stack.age(1);
      stack.shrink(1);
      stack.pop();
    };
    work();
    expect(stack.count).toBe(0);
    await collectUntil('all items are collected', () => gone.every((ref) => ref.deref() === undefined));
    stack.assertValid();
  });
});

describe('assertValid()', () => {
  it('sees an item that was pushed as undefined, which no other check would', () => {
    const stack = new IdleStack<string | undefined>(10, false);
    stack.push(undefined, 0);
    expect(() => stack.assertValid()).toThrow('slot 0 of 1 holds undefined');
  });
});

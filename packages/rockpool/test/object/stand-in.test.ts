/** Stand-ins: what passes through them while they live, and that nothing does once they are revoked. */
import { describe, expect, it } from 'vitest';
import { standInFor } from '../../src/object/stand-in.ts';

/** A stand-in that was revoked, with a function to see which access it refuses. */
function revoked<T extends object>(item: T): T {
  const { proxy, revoke } = standInFor(item);
  revoke((access) => new Error(`refused: ${access}`));
  return proxy;
}

class Counter {
  #count = 0;
  step = 1;

  get count(): number {
    return this.#count;
  }

  set count(count: number) {
    this.#count = count;
  }

  add(): this {
    this.#count += this.step;
    return this;
  }
}

describe('a stand-in', () => {
  it('reads and writes the properties of its item', () => {
    const item = { n: 1 } as { n: number; m?: number };
    const { proxy } = standInFor(item);
    proxy.n = 2;
    proxy.m = 3;
    expect(item).toEqual({ n: 2, m: 3 });
    expect([proxy.n, 'm' in proxy, Object.keys(proxy)]).toEqual([2, true, ['n', 'm']]);
    delete proxy.m;
    expect(item).toEqual({ n: 2 });
    Object.defineProperty(proxy, 'hidden', { value: 4, enumerable: false, configurable: true });
    expect(Object.getOwnPropertyDescriptor(proxy, 'hidden')?.value).toBe(4);
    expect(Object.isExtensible(Object.preventExtensions(proxy))).toBe(false);
    expect(Object.isExtensible(item)).toBe(false);
  });

  it('is an instance of the class of its item', () => {
    const { proxy } = standInFor(new Counter());
    expect(proxy).toBeInstanceOf(Counter);
    expect(proxy.constructor).toBe(Counter);
    Object.setPrototypeOf(proxy, null);
    expect(Object.getPrototypeOf(proxy)).toBeNull();
  });

  it('lets methods and accessors reach private fields', () => {
    const { proxy } = standInFor(new Counter());
    proxy.step = 5;
    proxy.add();
    expect(proxy.count).toBe(5);
    proxy.count = 9;
    expect(proxy.count).toBe(9);
  });

  it('gives itself where a method gives the item, so that chained calls stay watched', () => {
    const { proxy } = standInFor(new Counter());
    expect(proxy.add()).toBe(proxy);
    expect(proxy.add().add().count).toBe(3);
  });

  it('gives the same method at each read, until that is replaced', () => {
    const { proxy } = standInFor({ greet: (): string => 'hello' });
    const { greet } = proxy;
    expect(proxy.greet).toBe(greet);
    proxy.greet = () => 'goodbye';
    expect(proxy.greet).not.toBe(greet);
    expect(proxy.greet()).toBe('goodbye');
  });

  it('stores the item where it is told to store itself', () => {
    const item: { self?: object } = {};
    const { proxy } = standInFor(item);
    proxy.self = proxy;
    expect(item.self).toBe(item);
  });

  it('stands in for Maps, Sets and Dates', () => {
    const map = standInFor(new Map<string, number>()).proxy;
    expect(map.set('a', 1).set('b', 2).size).toBe(2);
    expect([...map]).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    const set = standInFor(new Set<string>()).proxy;
    expect(set.add('a').add('b').has('b')).toBe(true);
    expect([...set.keys()]).toEqual(['a', 'b']);
    const date = standInFor(new Date(0)).proxy;
    date.setUTCFullYear(2020);
    expect(date.toISOString()).toBe('2020-01-01T00:00:00.000Z');
  });

  it('stands in for arrays', () => {
    const item: number[] = [];
    const { proxy } = standInFor(item);
    proxy.push(3, 1, 2);
    proxy.sort();
    expect(Array.isArray(proxy)).toBe(true);
    expect([...proxy]).toEqual([1, 2, 3]);
    expect(proxy.sort()).toBe(proxy);
    proxy.length = 1;
    expect(item).toEqual([1]);
  });

  it('stands in for functions and classes', () => {
    const { proxy } = standInFor(function add(this: { base: number }, n: number) {
      return this.base + n;
    });
    expect(proxy.call({ base: 1 }, 2)).toBe(3);
    expect(Reflect.apply(proxy, { base: 1 }, [3])).toBe(4);
    expect(proxy.name).toBe('add');
    const { proxy: Class } = standInFor(Counter);
    expect(new Class().add().count).toBe(1);
  });

  it('stands in for frozen objects', () => {
    const inner = {};
    const { proxy } = standInFor(Object.freeze({ n: 1, inner, double: (n: number) => 2 * n }));
    expect([proxy.n, proxy.double(4)]).toEqual([1, 8]);
    expect(proxy.inner).toBe(inner);
    expect(Reflect.set(proxy, 'n', 2)).toBe(false);
    expect({ ...proxy }).toMatchObject({ n: 1 });
    const counter = standInFor(Object.freeze(new Counter())).proxy;
    expect(counter.add().count).toBe(1);
  });
});

describe('a revoked stand-in', () => {
  it.each<[string, (item: { n: number }) => unknown]>([
    ["read of 'n'", (item) => item.n],
    ["write of 'n'", (item) => Object.assign(item, { n: 2 })],
    ["look-up of 'n'", (item) => 'n' in item],
    ["look-up of 'n'", (item) => Object.hasOwn(item, 'n')],
    ["look-up of 'n'", (item) => Object.getOwnPropertyDescriptor(item, 'n')],
    ["deletion of 'n'", (item) => Reflect.deleteProperty(item, 'n')],
    ["definition of 'n'", (item) => Object.defineProperty(item, 'n', { value: 2 })],
    ['enumeration', (item) => Object.keys(item)],
    ['enumeration', (item) => ({ ...item })],
    ["read of 'toJSON'", (item) => JSON.stringify(item)],
    ['freezing', (item) => Object.freeze(item)],
    ['change of the prototype', (item) => Object.setPrototypeOf(item, null)],
  ])('refuses a %s, and leaves the item alone', (access, use) => {
    const item = { n: 1 };
    const stale = revoked(item);
    expect(() => use(stale)).toThrow(`refused: ${access}`);
    expect(item).toEqual({ n: 1 });
    expect(Object.isFrozen(item)).toBe(false);
    expect(Object.getPrototypeOf(item)).toBe(Object.prototype);
  });

  it('refuses symbols too', () => {
    expect(() => revoked([1])[Symbol.iterator]()).toThrow("refused: read of 'Symbol(Symbol.iterator)'");
  });

  it('refuses calls and constructions of a function', () => {
    expect(() => revoked(() => 1)()).toThrow('refused: call');
    const Stale = revoked(Counter);
    expect(() => new Stale()).toThrow('refused: construction');
  });

  it('refuses calls of methods that were read before', () => {
    const map = new Map<string, number>();
    const { proxy, revoke } = standInFor(map);
    const { set } = proxy;
    revoke((access) => new Error(`refused: ${access}`));
    expect(() => set.call(proxy, 'a', 1)).toThrow("refused: call of 'set'");
    expect(map.size).toBe(0);
  });

  it('does not stop another stand-in for the same item', () => {
    const item = { n: 1 };
    revoked(item);
    expect(standInFor(item).proxy.n).toBe(1);
  });

  it('makes its error anew at each access', () => {
    const errors: Error[] = [];
    const { proxy, revoke } = standInFor({ n: 1 });
    revoke((access) => {
      const error = new Error(access);
      errors.push(error);
      return error;
    });
    expect(() => proxy.n).toThrow();
    expect(() => proxy.n).toThrow();
    expect(errors).toHaveLength(2);
    expect(errors[0]).not.toBe(errors[1]);
  });
});

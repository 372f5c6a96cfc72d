/** The reset audit: every kind of leftover is named by its path, and a complete reset finds nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditReset } from '../../src/index.ts';

describe('auditReset() names', () => {
  it.each<[string, unknown, unknown, string[]]>([
    ['a number', { id: 1 }, { id: 0 }, ['id: 1, expected 0']],
    ['a string', { s: 'ada' }, { s: '' }, ["s: 'ada', expected ''"]],
    ['a flag', { on: true }, { on: false }, ['on: true, expected false']],
    ['negative zero', { n: -0 }, { n: 0 }, ['n: -0, expected 0']],
    ['a bigint', { n: 1n }, { n: 0n }, ['n: 1n, expected 0n']],
    ['a reference', { user: { name: 'ada' } }, { user: null }, ['user: an object, expected null']],
    ['an undefined', { a: undefined }, { a: null }, ['a: undefined, expected null']],
    ['what was added', { a: 1 }, {}, ['a: 1, expected no such property']],
    ['what is missing', {}, { a: 1 }, ['a: no such property, expected 1']],
    ['a symbol key', { [Symbol.for('k')]: 1 }, { [Symbol.for('k')]: 0 }, ['[Symbol(k)]: 1, expected 0']],
    ['a nested field', { a: { b: { c: 1 } } }, { a: { b: { c: 0 } } }, ['a.b.c: 1, expected 0']],
    ['an array’s length', { tags: [1, 2] }, { tags: [] }, ['tags.length: 2, expected 0']],
    ['an array’s element', { tags: [1, 2] }, { tags: [1, 3] }, ['tags[1]: 2, expected 3']],
    [
      'a hole',
      { tags: [1, 2] },
      { tags: Array(2) },
      ['tags[0]: 1, expected no such property', 'tags[1]: 2, expected no such property'],
    ],
    ['a Map’s size', { m: new Map([['a', 1]]) }, { m: new Map() }, ['m: Map(1), expected Map(0)']],
    ['a Map’s value', { m: new Map([['a', 1]]) }, { m: new Map([['a', 2]]) }, ["m.get('a'): 1, expected 2"]],
    [
      'a Map’s key',
      { m: new Map([['a', 1]]) },
      { m: new Map([['b', 1]]) },
      ["m.get('a'): 1, expected no such key", "m.get('b'): no such key, expected 1"],
    ],
    [
      'a Map’s key among objects',
      { m: new Map([[{}, 1]]) },
      { m: new Map([['b', 1]]) },
      ["m.get('b'): no such key, expected 1"],
    ],
    [
      'a Set’s element among objects',
      { s: new Set([{}]) },
      { s: new Set([1]) },
      ['s: Set(1), expected Set(1)'],
    ],
    ['a Set’s size', { s: new Set([1]) }, { s: new Set() }, ['s: Set(1), expected Set(0)']],
    ['a Set’s element', { s: new Set([1]) }, { s: new Set([2]) }, ['s: Set(1), expected Set(1)']],
    ['a null in a Set', { s: new Set([null]) }, { s: new Set([0]) }, ['s: Set(1), expected Set(1)']],
    ['a Date', { at: new Date(5) }, { at: new Date(0) }, ['at: 5, expected 0']],
    ['an invalid Date', { at: new Date(Number.NaN) }, { at: new Date(0) }, ['at: NaN, expected 0']],
    [
      'a typed array without memory',
      { b: new Uint8Array(0) },
      { b: new Uint8Array(4) },
      ['b.byteLength: 0, expected 4'],
    ],
    [
      'a buffer without memory',
      { b: new ArrayBuffer(0) },
      { b: new ArrayBuffer(4) },
      ['b.byteLength: 0, expected 4'],
    ],
    ['a class', { v: new Date(0) }, { v: new Map() }, ['v: an instance of Date, expected Map(0)']],
    ['an array for an object', { v: [] }, { v: {} }, ['v: Array(0), expected an object']],
    ['a function', { v: () => 1 }, { v: undefined }, ['v: function v, expected undefined']],
    [
      'a RegExp’s place',
      { r: Object.assign(/x/g, { lastIndex: 3 }) },
      { r: /x/g },
      ['r.lastIndex: 3, expected 0'],
    ],
    ['the item itself', 1, 2, ['(item): 1, expected 2']],
    ['the item, a Map', new Map([['a', 1]]), new Map([['a', 2]]), ["get('a'): 1, expected 2"]],
    ['the item, an array', [1], [2], ['[0]: 1, expected 2']],
    [
      'fields of a Map',
      Object.assign(new Map(), { n: 1 }),
      Object.assign(new Map(), { n: 0 }),
      ['n: 1, expected 0'],
    ],
  ])('%s', (_, item, fresh, paths) => {
    expect(auditReset(item, fresh)).toEqual(paths);
  });

  it('every path that differs, in the order of the properties', () => {
    expect(auditReset({ a: 1, b: { c: 2 }, d: [3] }, { a: 0, b: { c: 0 }, d: [0] })).toEqual([
      'a: 1, expected 0',
      'b.c: 2, expected 0',
      'd[0]: 3, expected 0',
    ]);
  });

  it('what is shared once, under its first path', () => {
    const list = [1];
    expect(auditReset({ a: list, b: list }, { a: [], b: [] })).toEqual(['a.length: 1, expected 0']);
  });

  it('at most 32 paths', () => {
    const dirty = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`field${i}`, i + 1]));
    expect(auditReset(dirty, {})).toHaveLength(32);
  });
});

describe('auditReset() finds nothing', () => {
  it.each<[string, () => unknown]>([
    ['closures, which differ from item to item', () => ({ run: () => {} })],
    ['closures and objects in a Set', () => ({ s: new Set([() => {}, {}]) })],
    ['closures and objects as keys of a Map', () => ({ m: new Map([[() => {}, 1]]) })],
    ['the bytes of a typed array', () => ({ b: Uint8Array.of(Math.random() * 255) })],
    [
      'private fields',
      () =>
        new (class Item {
          #n = Math.random();
          get n() {
            return this.#n;
          }
        })(),
    ],
    ['an invalid Date', () => ({ at: new Date(Number.NaN) })],
    ['NaN', () => ({ n: Number.NaN })],
    [
      'a cycle',
      () => {
        const item: { self?: unknown; list: unknown[] } = { list: [] };
        item.self = item;
        item.list.push(item);
        return item;
      },
    ],
    ['an object without a prototype', () => Object.assign(Object.create(null) as object, { n: 1 })],
  ])('in %s', (_, create) => {
    // One class for both: each call of the factory above would make a class of its own.
    const item = create();
    const fresh =
      item?.constructor?.name === 'Item' ? new (item.constructor as new () => unknown)() : create();
    expect(auditReset(item, fresh)).toEqual([]);
  });

  it('in a buffer that has grown', () => {
    expect(auditReset({ bytes: new Uint8Array(9) }, { bytes: new Uint8Array(4) })).toEqual([]);
  });

  it('deeper than eight levels', () => {
    const nest = (leaf: unknown, depth: number): unknown =>
      depth === 0 ? leaf : { in: nest(leaf, depth - 1) };
    expect(auditReset(nest(1, 8), nest(0, 8))).toEqual([`${'in.'.repeat(7)}in: 1, expected 0`]);
    expect(auditReset(nest(1, 9), nest(0, 9))).toEqual([]);
  });
});

/** Items as users make them. */
const value = fc.anything({
  maxDepth: 4,
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: true,
  withNullPrototype: true,
});
const item = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), value, { minKeys: 1, noNullPrototype: true });

describe('auditReset(), whatever the item is,', () => {
  it('finds nothing in an equal copy', () => {
    fc.assert(
      fc.property(fc.clone(item, 2), ([a, b]) => {
        expect(auditReset(a, b)).toEqual([]);
      }),
    );
  });

  it('names a path that was changed, and no other', () => {
    const field = fc.stringMatching(/^[a-z]{1,6}$/);
    const depths = fc.array(field, { maxLength: 5 });
    fc.assert(
      fc.property(fc.clone(item, 2), depths, field, ([a, b], outer, key) => {
        Object.assign(a, { [key]: 'left behind' });
        Object.assign(b, { [key]: '' });
        const wrap = (inner: object) =>
          outer.reduceRight<object>((value, name) => ({ [name]: value }), inner);
        expect(auditReset(wrap(a), wrap(b))).toEqual([
          `${[...outer, key].join('.')}: 'left behind', expected ''`,
        ]);
      }),
    );
  });

  it('sees a difference from either side', () => {
    fc.assert(
      fc.property(item, item, (a, b) => {
        expect(auditReset(a, b).length === 0).toBe(auditReset(b, a).length === 0);
      }),
    );
  });
});

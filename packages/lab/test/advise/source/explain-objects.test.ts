import { describe, expect, it } from 'vitest';
import { allocationsIn } from '../../../src/advise/source/allocating-expressions.ts';
import {
  explainObjects,
  type ObjectExplanation,
  type SizeCount,
} from '../../../src/advise/source/explain-objects.ts';

const CLASSES = '\nclass Order { constructor(a) { this.a = a; this.b = a; this.c = a; this.d = a; } }';

function explain(
  body: string,
  sizes: readonly SizeCount[],
  builtin: string | null = null,
): ObjectExplanation[] {
  const source = allocationsIn(`function f(a, b) { ${body} }${CLASSES}`, 'a.js', 1, 11);
  expect(source).not.toBeNull();
  return explainObjects(source, builtin, sizes);
}

describe('explainObjects()', () => {
  it('goes by the size', () => {
    const sizes = [
      { bytes: 56, count: 1000 },
      { bytes: 40, count: 500 },
    ];
    expect(explain('return [new Order(a), { a, b }];', sizes)).toMatchObject([
      { what: 'new Order', bytes: 56, count: 1000, state: 'plain', line: 1, column: 28 },
      { what: '{ a, b }', bytes: 40, count: 500, state: 'plain', line: 1, column: 42 },
    ]);
  });

  it('counts an object before it is optimised, too', () => {
    const sizes = [
      { bytes: 40, count: 900 },
      { bytes: 56, count: 100 },
    ];
    expect(explain('return { a, b };', sizes)).toMatchObject([{ what: '{ a, b }', count: 1000, bytes: 42 }]);
  });

  it('puts what comes with an object to it', () => {
    const sizes = [
      { bytes: 56, count: 100 },
      { bytes: 40, count: 100 },
    ];
    expect(explain('return () => a;', sizes)).toMatchObject([
      { what: 'closure', count: 100, bytes: 96, state: 'complex' },
    ]);
  });

  it('takes objects apart that optimised code allocates at once', () => {
    const sizes = [{ bytes: 72, count: 100 }];
    expect(explain('return { a, b: { a } };', sizes)).toMatchObject([
      { what: '{ a, b } with { a }', count: 100, bytes: 72 },
    ]);
    expect(explain('return () => a;', [{ bytes: 96, count: 100 }])).toMatchObject([
      { what: 'closure', count: 100 },
    ]);
  });

  it('puts what an inlined constructor makes to its instance', () => {
    const text =
      'function f(a) { return new A(a); }\nclass A { list = []; constructor(a) { this.at = { a }; } }';
    const source = allocationsIn(text, 'a.js', 1, 11);
    const sizes = [{ bytes: 40 + 32 + 32, count: 100 }];
    expect(explainObjects(source, null, sizes)).toMatchObject([{ what: 'new A', bytes: 104, count: 100 }]);
  });

  it('expects maps and sets in their own frames only', () => {
    expect(explain('return [new Map(), { a, b }];', [{ bytes: 168, count: 10 }])[0]?.what).not.toContain(
      'Map',
    );
  });

  it('goes by the built-in function on top', () => {
    const sizes = [
      { bytes: 168, count: 100 },
      { bytes: 32, count: 50 },
    ];
    expect(explain('return [{ a }, new Map()];', sizes, 'Map')).toMatchObject([
      { what: 'new Map', count: 100, bytes: 184, state: 'plain', column: 35 },
    ]);
    expect(explain('return a.map(g);', [{ bytes: 48, count: 10 }], 'map')).toMatchObject([
      { what: '.map()', count: 10 },
    ]);
    expect(explain('return a();', [{ bytes: 48, count: 10 }], 'split')).toMatchObject([
      { what: 'split()', line: 1 },
    ]);
    expect(explainObjects(null, 'Set', [{ bytes: 120, count: 1 }])).toMatchObject([
      { what: 'new Set', line: null },
    ]);
  });

  it('takes the only candidate, and joins several', () => {
    const odd = [{ bytes: 1000, count: 7 }];
    expect(explain('return { ...a };', odd)).toMatchObject([{ what: '{ ...a }', count: 7, bytes: 1000 }]);
    expect(explain('return [{ a }, new Order(b)];', odd)).toMatchObject([
      { what: '3 kinds of object', count: 7 },
    ]);
    expect(
      explain('return [{ a, b: 1, c: 2, d: 3 }, new Order(b)];', [{ bytes: 56, count: 7 }]),
    ).toMatchObject([{ what: '2 kinds of object', count: 7 }]);
    expect(explain('return 1;', odd)).toMatchObject([{ what: 'objects', state: 'complex' }]);
    expect(explainObjects(null, null, odd)).toMatchObject([{ what: 'objects', line: null, column: null }]);
    expect(explainObjects(null, null, [])).toEqual([]);
  });

  it('knows what async functions make of themselves', () => {
    const source = allocationsIn('async function f(a) { await a; return { a }; }', 'a.js', 1, 17);
    const sizes = [
      { bytes: 200, count: 10 },
      { bytes: 32, count: 10 },
    ];
    expect(explainObjects(source, null, sizes).map((one) => one.what)).toEqual(['async call', '{ a }']);
  });

  it('keeps all bytes', () => {
    const sizes = [16, 32, 40, 56, 64, 96, 152, 1000].map((bytes) => ({ bytes, count: 100 }));
    const found = explain('return [{ a }, { a, b }, () => a, new Order(a), []];', sizes);
    const bytes = found.reduce((sum, one) => sum + one.bytes * one.count, 0);
    expect(bytes / sizes.reduce((sum, size) => sum + size.bytes * size.count, 0)).toBeCloseTo(1, 1);
  });
});

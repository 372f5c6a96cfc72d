import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { allocationsIn } from '../../../src/advise/source/allocating-expressions.ts';
import type { Allocation, FunctionAllocations } from '../../../src/advise/source/allocation.ts';

/** Of the function whose header has a `^` in front of what V8 says is its start. */
function of(marked: string, fileName = 'a.ts', functionName?: string): FunctionAllocations | null {
  const at = marked.indexOf('^');
  const before = marked.slice(0, at).split('\n');
  const text = marked.replace('^', '');
  const options = functionName === undefined ? {} : { functionName };
  return allocationsIn(text, fileName, before.length, (before.at(-1)?.length ?? 0) + 1, options);
}

function list(marked: string, fileName?: string): readonly Allocation[] {
  return of(marked, fileName)?.allocations ?? [];
}

function names(marked: string): string[] {
  return list(marked).map((allocation) => allocation.what);
}

describe('allocationsIn() finds functions', () => {
  const script = fileURLToPath(new URL('./fixtures/positions.mjs', import.meta.url));
  const text = readFileSync(script, 'utf8');
  const places = JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' })) as {
    functionName: string;
    line: number;
    column: number;
  }[];
  const at = (name: string): Record<string, string[]> => {
    const result: Record<string, string[]> = {};
    for (const { functionName, line, column } of places) {
      if (functionName !== name) continue;
      const found = allocationsIn(text, script, line, column, { functionName });
      result[found?.functionName ?? 'none'] = (found?.allocations ?? [])
        .filter((allocation) => allocation.via === null)
        .map((allocation) => allocation.what);
    }
    return result;
  };

  it.each([
    ['declared', 'declared', ['{ declared }']],
    ['arrow', 'arrow', ['{ arrow }']],
    ['bareArrow', 'bareArrow', ['[i, i]']],
    ['asyncArrow', 'asyncArrow', ['{ asyncArrow }']],
    ['named', 'named', ['{ named }']],
    ['asyncDeclared', 'asyncDeclared', ['{ asyncDeclared }']],
    ['generator', 'generator', ['{ generator }']],
    ['method', 'method', ['{ method }']],
    ['get getter', 'getter', ['{ getter }']],
    ['set setter', 'setter', ['{ setter }']],
    ['of', 'of', ['{ of }']],
    ['later', 'later', ['{ later }']],
    ['#secret', '#secret', ['{ secret }']],
    ['walk', 'walk', ['{ walk }']],
    ['short', 'short', ['{ short }']],
    ['slow', 'slow', ['{ slow }']],
    ['get got', 'got', ['{ got }']],
    ['pointed', 'pointed', ['{ pointed }']],
    ['old', 'old', ['{ old }']],
    ['Written', 'constructor', ['{ inner }']],
    ['<static_initializer>', 'Late', ['{ late }']],
  ])('that V8 calls %s', (name, found, what) => {
    expect(at(name)).toEqual({ [found]: what });
  });

  it('that V8 calls <instance_members_initializer>', () => {
    const expected = { Base: ['{ base }'], Derived: ['[1, 2]'], Written: ['{ kept }'] };
    expect(at('<instance_members_initializer>')).toEqual(expected);
  });

  it('that have no name: computed methods, and the module', () => {
    const unnamed = places.filter((place) => place.functionName === '');
    const found = unnamed.map(({ line, column }) => allocationsIn(text, script, line, column));
    expect(found.find((one) => one?.kind === 'function')?.allocations[0]?.what).toBe('{ computed }');
    const module = found
      .find((one) => one?.kind === 'module')
      ?.allocations.map((allocation) => allocation.what);
    expect(module).toContain('{ top }');
    expect(module).toContain('new Derived');
    expect(module).not.toContain('{ declared }');
  });

  it('by a position in the header, as source maps give it', () => {
    expect(of('export function ^made<T>(i: T) { return { i }; }')?.functionName).toBe('made');
    expect(of('class A { public async ^later(i: number) { return [i]; } }')?.functionName).toBe('later');
    expect(of('const a = ^function (i: number) { return [i]; }')?.functionName).toBe('a');
    expect(of('export ^class A { x = {}; }')?.kind).toBe('fields');
  });

  it('by the line, where the name fits or there is only one', () => {
    expect(of('^  const a = () => [1], b = () => ({ x: 1 });', 'a.ts', 'b')?.functionName).toBe('b');
    expect(of('1;\n^  const a = () => [1];')?.functionName).toBe('a');
    expect(of('1;\n^  const a = () => [1], b = () => [2];')).toBeNull();
  });

  it('nowhere, in what is no program', () => {
    expect(of('^const {')).toBeNull();
    expect(allocationsIn('a();', 'a.js', 9, 1)).toBeNull();
    expect(of('function a^() { return <div x={{ y: 1 }} />; }', 'a.js')?.allocations[0]?.what).toBe('{ y }');
    expect(of('const z = 1; function a^() { return []; }\nreturn 1;', 'a.cjs')?.functionName).toBe('a');
  });
});

describe('allocationsIn() lists', () => {
  it('literals, with their sizes', () => {
    const found = list(
      'function f^(a, b) { return [{ a, b }, {}, { a, b, c: 1, d: 2, e: 3 }, [], [a, b, a], [1, 2]]; }',
    );
    expect(found.map(({ what, bytes }) => [what, bytes])).toEqual([
      ['[{ a, b }, {}, …, …]', 32 + 16 + 8 * 6],
      ['{ a, b }', 40],
      ['{}', 56],
      ['{ a, b, c, … }', 64],
      ['[]', 32],
      ['[a, b, a]', 72],
      ['[1, 2]', 32],
    ]);
  });

  it('not what functions within allocate, but these as closures', () => {
    expect(names('function f^(i) { const g = () => ({ i }); function h() { return [i]; } }')).toEqual([
      'closure',
      'closure',
    ]);
  });

  it('what functions of the same file allocate that it calls', () => {
    const found = list('function f^(i) { return g(i); } const g = (i) => ({ i });');
    expect(found).toMatchObject([{ what: '{ i }', via: 'g', bytes: 32 }]);
  });

  it('calls of built-in functions, regular expressions, rests', () => {
    const text =
      'function f^(list, ...rest) { const { a, ...others } = list; for (const x of list) Object.entries(x).map(g); JSON.parse(a.split(",")[0]); return /x/g; }';
    expect(names(text)).toEqual([
      '...rest',
      '...others',
      'for … of',
      '.map()',
      'Object.entries()',
      'JSON.parse()',
      '.split()',
      '/x/g',
    ]);
    expect(names('function f^(a) { return `a` + Buffer.from(a) + path.parse(a) + String(a); }')).toEqual([]);
  });

  it('positions from 1, also with other line ends', () => {
    const [found] = list('// é\r\nfunction f^() {\r\n  return new Map();\r\n}');
    expect(found).toMatchObject({ what: 'new Map', line: 3, column: 10, bytes: 168, builtins: ['Map'] });
  });
});

describe('allocationsIn() sizes classes', () => {
  const shape = (body: string): Allocation | undefined =>
    list(`function f^() { return new A(); }\n${body}`)[0];

  it('by fields, whether assigned or declared', () => {
    expect(shape('class A { a = 1; #b = 2; constructor(c) { this.c = c; this.a = 3; } }')?.bytes).toBe(48);
    expect(
      shape('class A { a: number; declare z: number; static s = 1; constructor(private b: number) {} }')
        ?.bytes,
    ).toBe(40);
    expect(shape('class A { #m() {} }')?.bytes).toBe(32);
    expect(shape('function A(a) { this.a = a; this.b = a; }')?.bytes).toBe(40);
    expect(shape('const A = class { a = 1 };')?.bytes).toBe(32);
  });

  it('with what a base in the same file has', () => {
    expect(shape('class B { a = 1; b = 2; } class A extends B { b = 3; c = 4; }')).toMatchObject({
      bytes: 48,
      state: 'plain',
    });
    expect(shape('class A extends Unknown { c = 4; }')).toMatchObject({
      bytes: null,
      state: 'complex',
      why: 'it extends Unknown',
    });
    expect(shape('class A extends A {}')?.state).toBe('complex');
  });

  it('with fields that methods add, as another size', () => {
    expect(shape('class A { a = 1; m() { this.late = 1; } }')).toMatchObject({
      bytes: 32,
      alternatives: [40],
    });
  });

  it('of other modules, where their sources can be read', () => {
    const text = "import { Order as A } from './order.js';\nfunction f() { return new A(); }";
    const files: Record<string, string> = {
      './order.js': "export * from './real.js';",
      './real.js': 'export class Order { id = 0; price = 0; }',
    };
    const sourceOf = (specifier: string): { fileName: string; text: string } | null => {
      const found = files[specifier];
      return found === undefined ? null : { fileName: specifier, text: found };
    };
    const found = (options: object): Allocation | undefined =>
      allocationsIn(text, 'a.ts', 2, 11, options)?.allocations[0];
    expect(found({ sourceOf })).toMatchObject({ what: 'new A', bytes: 40, state: 'plain' });
    expect(found({})).toMatchObject({ bytes: null, state: 'complex', why: 'its class is not in sight' });
  });

  it.each([
    ['values', 'class A { a = 1; b = "x"; c = null; d = []; m = new Map(); u = undefined; }', null],
    ['parameters', 'class A { constructor(id, price) { this.id = id; this.price = price; } }', null],
    ['plain objects within', 'class B { x = 1; } class A { b = new B(); o = { y: 1 }; }', null],
    ['a closure', 'class A { on = () => 1; }', "'on' holds a closure"],
    [
      'a bound function',
      'class A { constructor() { this.f = this.g.bind(this); } g() {} }',
      "'f' holds a closure",
    ],
    ['a promise', 'class A { p = new Promise(() => {}); }', "'p' holds a Promise: a promise is settled once"],
    ['a WeakRef', 'class A { constructor(x) { this.r = new WeakRef(x); } }', "'r' holds a WeakRef"],
    ['a socket by name', 'class A { socket = null; }', "'socket' by its name"],
    ['a socket by type', 'class A { constructor(private s: Socket) {} }', "'s' is a Socket"],
    [
      'what another module made',
      'class A { agent = new Agent(); }',
      "'agent' holds a Agent of another module",
    ],
    [
      'a connection',
      'class A { constructor() { this.c = net.connect(1); } }',
      "'c' holds what connect() opens",
    ],
    ['a timer', 'class A { t = setTimeout(f, 1); }', "'t' holds a timer"],
    [
      'listeners',
      'class A { constructor(e) { this.e = e; e.on("x", f); } }',
      'its constructor adds a listener',
    ],
    ['a frozen instance', 'class A { constructor() { Object.freeze(this); } }', 'its constructor freezes it'],
    ['an owner', 'class A { x = 1; close() {} }', 'it has close(), so it owns something'],
    [
      'a complex part',
      'class B { f = () => 1; } class A { b = new B(); }',
      "'b' holds a B: 'f' holds a closure",
    ],
    [
      'four collections',
      'class A { a = []; b = []; c = new Map(); d = new Set(); }',
      'it holds 4 collections',
    ],
    [
      'many fields',
      `class A { ${Array.from({ length: 21 }, (_, i) => `f${i} = 0;`).join(' ')} }`,
      'it has 21 fields',
    ],
  ])('and says whether reuse is risky: %s', (_, text, why) => {
    const found = shape(text);
    expect(found?.state).toBe(why === null ? 'plain' : 'complex');
    if (why !== null) expect(found?.why).toContain(why);
  });
});

// @ts-check
import { expect, test } from 'vitest';
import { findUndocumented } from '../docs/public-api.mjs';
import { plant } from './tree.mjs';

const DOCS = '/**\n * Text.\n * @example\n * ```ts\n * ```\n */\n';

/** What is missing in a package with these files in `src`. @param {Readonly<Record<string, string>>} files */
function check(files) {
  const exports = { '.': { types: './dist/index.d.ts' }, './package.json': './package.json' };
  const sources = Object.entries(files).map(([path, text]) => [`packages/p/src/${path}`, text]);
  const root = plant({
    'packages/p/package.json': JSON.stringify({ exports }),
    ...Object.fromEntries(sources),
  });
  return findUndocumented(root, 'packages/p').map((message) => message.replace('packages/p/src/', ''));
}

test('everything that is exported wants a docstring, each value an example', () => {
  expect(
    check({
      'index.ts': [
        'export class A {}',
        '/** Text. */',
        'export function b() {}',
        '/** Text. */',
        'export const c = 1;',
        'export type D = 1;',
        '/** Text. */',
        'export interface E {}',
        'class NotExported {}',
      ].join('\n'),
    }),
  ).toEqual([
    "index.ts:1 'A' has no docstring",
    "index.ts:3 'b' has no @example",
    "index.ts:5 'c' has no @example",
    "index.ts:6 'D' has no docstring",
  ]);
});

test('exports are followed through barrels, and told once', () => {
  expect(
    check({
      'index.ts': `export * from './a/index.ts';\nexport { x as y } from './b.ts';`,
      'a/index.ts': `export { a } from '../c.ts';\nexport { a as again } from '../c.ts';`,
      'b.ts': `import { inner } from './c.ts';\nexport { inner as x };\nexport function hidden() {}`,
      'c.ts': 'export function a() {}\nexport function inner() {}\nexport function hidden() {}',
    }),
  ).toEqual(["c.ts:1 'again' has no docstring", "c.ts:2 'y' has no docstring"]);
});

test('a docstring belongs to what follows it at once', () => {
  expect(
    check({ 'index.ts': `${DOCS}const other = 1;\nexport class A {}\n${DOCS}\nexport class B {}` }),
  ).toEqual(["index.ts:8 'A' has no docstring"]);
});

test('one documented overload is enough, and so is one of a type and a value', () => {
  expect(
    check({
      'index.ts': [
        `${DOCS}export function f(a: string): void;`,
        'export function f(a: number): void;',
        'export function f(a: unknown): void {}',
        `export interface S {}\n${DOCS}export const S = 1;`,
      ].join('\n'),
    }),
  ).toEqual([]);
});

test('public methods and accessors want a docstring', () => {
  const members = [
    'constructor() {}',
    'field = 1;',
    '#secret() {}',
    'private hidden() {}',
    'override toString() { return ""; }',
    '[Symbol.dispose]() {}',
    '/** Text. */ get size() { return 1; }',
    'set size(size) {}',
    'method() {}',
    'protected hook() {}',
  ];
  expect(check({ 'index.ts': `${DOCS}export class A extends Base {\n${members.join('\n')}\n}` })).toEqual([
    "index.ts:16 'A.method' has no docstring",
    "index.ts:17 'A.hook' has no docstring",
  ]);
});

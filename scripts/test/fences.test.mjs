// @ts-check
import { expect, test } from 'vitest';
import { findFences } from '../docs/fences.mjs';

const find = (/** @type {string[]} */ ...lines) => findFences(lines);

test('a fence has its info, its code and the line where the code begins', () => {
  expect(find('text', '```ts no-run', 'a();', '', 'b();', '```', 'text')).toEqual([
    { info: 'ts no-run', line: 2, indent: 0, code: ['a();', '', 'b();'], closed: true },
  ]);
});

test('an indented fence loses its margin, and no more', () => {
  const [fence] = find('1. text', '   ```ts', '   if (a) {', '     b();', ' }', '   ```');
  expect(fence).toMatchObject({ indent: 3, code: ['if (a) {', '  b();', '}'] });
});

test('a longer fence holds shorter ones', () => {
  const fences = find('````md', '```ts', 'a();', '```', '````', '~~~ts', '```', '~~~');
  expect(fences.map(({ info, code }) => [info, code])).toEqual([
    ['md', ['```ts', 'a();', '```']],
    ['ts', ['```']],
  ]);
});

test('code between backticks on one line is no fence', () => {
  expect(find('```ts``` is a fence')).toEqual([]);
});

test('a fence that is never closed says so', () => {
  expect(find('```ts', 'a();')).toMatchObject([{ closed: false, code: ['a();'] }]);
});

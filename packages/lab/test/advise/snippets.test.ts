import { parseSync } from 'oxc-parser';
import { expect, test } from 'vitest';
import { librarySeam, nodeSeam } from '../../src/advise/seams.ts';
import {
  agentSnippet,
  arrayPoolSnippet,
  byteBufSnippet,
  concatSnippet,
  objectPoolSnippet,
  resourcePoolSnippet,
} from '../../src/advise/snippets.ts';

/** As a module of TypeScript; what is wrong with it. */
function errorsIn(snippet: string): string[] {
  return parseSync('snippet.ts', snippet).errors.map(({ message }) => message);
}

function seamSnippet(seam: ReturnType<typeof nodeSeam>): string {
  expect(seam?.kind).toBe('use');
  return seam?.kind === 'use' ? seam.snippet : '';
}

const SNIPPETS: readonly (readonly [title: string, snippet: string])[] = [
  ...['Buffer.alloc', 'Buffer.from', 'TextEncoder.encode', 'new Uint8Array', 'new ArrayBuffer'].map(
    (what) => [what, byteBufSnippet(what, what === 'Buffer.alloc' ? '65536' : 'size')] as const,
  ),
  ['Buffer.concat', concatSnippet()],
  ['typed arrays', arrayPoolSnippet('Float64Array', 1000, false)],
  ['typed arrays of several lengths', arrayPoolSnippet('Float64Array', 1000, true)],
  ...[
    'new Order',
    'new Order with { a, b }',
    '{ a\u2028b }',
    'new Map',
    'new b.c.D',
    'new this.Type',
    'new b[a]',
    'new b()',
    '{ id, price, … }',
    '{ …, c }',
    '{}',
    '[a, b]',
    '[new Order(a), { a, b }]',
    '{ a, b } with new Order',
  ].map((what) => [what, objectPoolSnippet(what)] as const),
  ...[null, 'pg', 'mysql2', 'ioredis'].map(
    (library) => [`connections of ${library}`, resourcePoolSnippet(library)] as const,
  ),
  ['an agent', agentSnippet()],
  ['protobufjs', seamSnippet(librarySeam('protobufjs'))],
  ['mqtt-packet', seamSnippet(librarySeam('mqtt-packet'))],
  ['files', seamSnippet(nodeSeam({ nodeFrames: ['node:fs readFileSync'] }))],
];

test.each(SNIPPETS)('a snippet is TypeScript: %s', (_, snippet) => {
  expect(errorsIn(snippet)).toEqual([]);
  expect(snippet).toMatch(/^import /);
  expect(snippet).not.toMatch(/\s$/);
});

test('the parser would tell', () => {
  expect(errorsIn('const a = ;')).not.toEqual([]);
});

test('bytes: the size, what stands in its place, and how they are filled', () => {
  const sized = byteBufSnippet('Buffer.alloc', '65536');
  expect(sized).toContain(
    'ByteBufAllocator.default.buffer(65536); // in the place of Buffer.alloc; not cleared',
  );
  expect(sized).toContain('bytes.toBuffer()');
  for (const text of ['Buffer.from', 'TextEncoder.encode']) {
    expect(byteBufSnippet(text, 'size')).toContain('bytes.writeString(text)');
  }
});

test('objects: a class is made by its constructor, a literal stands beside', () => {
  expect(objectPoolSnippet('new Order')).toContain('  create: () => new Order(),\n  reset: (item) => {');
  expect(objectPoolSnippet('{ id, price }')).toContain('  create: () => fresh(), // { id, price }\n  reset:');
});

test('typed arrays: a pool named after them, of their length', () => {
  expect(arrayPoolSnippet('Int32Array', 12, false)).toContain(
    "new Pool({ name: 'Int32Array', create: () => new Int32Array(12) })",
  );
});

test('a name that every object has is no client', () => {
  expect(resourcePoolSnippet('constructor')).toBe(resourcePoolSnippet(null));
});

test('connections: a client that is known is checked as it is checked', () => {
  expect(resourcePoolSnippet('pg')).toContain(
    "validate: (client) => client.query('select 1').then(() => true),",
  );
});

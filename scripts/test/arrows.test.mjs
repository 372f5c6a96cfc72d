// @ts-check
import { describe, expect, test } from 'vitest';
import { checkArrows } from '../arrows/arrows.mjs';
import { LIBRARY, ROOMS, WORKSPACES } from '../arrows/house.mjs';
import { plant } from './tree.mjs';

const manifest = (/** @type {string} */ name, /** @type {string[]} */ ...entries) =>
  JSON.stringify({ name, exports: Object.fromEntries(entries.map((entry) => [entry, './x.js'])) });

/**
 * Plants a house with a library, a lab and an app, and checks it.
 *
 * @param {Readonly<Record<string, string>>} files
 * @param {Readonly<Record<string, string>>} [nodeImports]
 */
function check(files, nodeImports = {}) {
  const root = plant({
    'packages/rockpool/package.json': manifest('rockpool', '.', './object'),
    'packages/lab/package.json': manifest('@rockpool/lab', '.'),
    'apps/gateway/package.json': manifest('@rockpool/gateway'),
    ...files,
  });
  const house = { library: LIBRARY, rooms: ROOMS, workspaces: WORKSPACES, nodeImports };
  return checkArrows(root, house).refusals;
}

/** Checks a library that has these files in `src`. @param {Readonly<Record<string, string>>} files */
function checkLibrary(files) {
  return check(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [`packages/rockpool/src/${path}`, text])),
  );
}

describe('rooms', () => {
  test('may import from themselves and from below', () => {
    const refusals = checkLibrary({
      'index.ts': `export * from './object/index.ts';\nexport { x } from './internal/x.ts';`,
      'object/index.ts': `export * from './pool.ts';`,
      'object/pool.ts': `import '../leak/leak.ts';\nimport '../scope/scope.ts';\nimport '../internal/x.ts';`,
      'codec/decoder.ts': `import type { Buf } from '../buffer/buf.ts';\nimport '../object/pool.ts';`,
    });
    expect(refusals).toEqual([]);
  });

  test.each([
    ['internal/x.ts', '../leak/leak.ts', 'above'],
    ['scope/scope.ts', '../leak/leak.ts', 'beside'],
    ['object/pool.ts', '../buffer/buf.ts', 'beside'],
    ['buffer/buf.ts', '../codec/decoder.ts', 'above'],
    ['object/pool.ts', '../index.ts', 'above'],
  ])('%s may not import %s', (file, target, where) => {
    const [refusal, ...more] = checkLibrary({ [file]: `\nimport '${target}';` });
    expect(refusal).toContain(`packages/rockpool/src/${file}:2 imports '${target}'`);
    expect(refusal).toContain(where);
    expect(more).toEqual([]);
  });

  test('may not import upwards for a type, in any form', () => {
    const refusals = checkLibrary({
      'internal/x.ts': [
        `import type { A } from '../object/a.ts';`,
        `export type { B } from '../object/b.ts';`,
        `export * from '../object/c.ts';`,
        `type D = import('../object/d.ts').D;`,
        `const e = () => import('../object/e.ts');`,
      ].join('\n'),
    });
    expect(refusals.map((refusal) => refusal.match(/object\/(.)/)?.[1])).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('that are not in the table are refused', () => {
    expect(checkLibrary({ 'attic/x.ts': `import '../internal/x.ts';` })).toEqual([
      "packages/rockpool/src/attic/x.ts:1 room 'attic' is not in the table of rooms",
    ]);
  });
});

describe('the library', () => {
  test.each(['lodash', 'rockpool', 'rockpool/object', 'fs', '@rockpool/lab'])('may not import %s', (name) => {
    expect(checkLibrary({ 'object/x.ts': `import '${name}';` })).toEqual([
      `packages/rockpool/src/object/x.ts:1 imports '${name}': the library has no dependencies, not even on itself by name`,
    ]);
  });

  test('imports node: modules with permission only', () => {
    const file = 'packages/rockpool/src/internal/exits.ts';
    const files = { [file]: `import { on } from 'node:worker_threads';` };
    expect(check(files)).toEqual([`${file}:1 imports 'node:worker_threads': this file has no permission to`]);
    expect(check(files, { [file]: 'worker exits' })).toEqual([]);
  });

  test('a permission that nobody needs is refused', () => {
    const file = 'packages/rockpool/src/internal/x.ts';
    expect(check({ [file]: '' }, { [file]: 'was needed once' })).toEqual([
      `${file} imports no 'node:' module: its permission can go`,
    ]);
  });

  test('may not leave its src folder, nor compute what it imports', () => {
    const refusals = checkLibrary({
      'object/a.ts': `import '../../test/helper.ts';`,
      'object/b.ts': `const load = (name: string) => import(name);`,
    });
    expect(refusals).toEqual([
      "packages/rockpool/src/object/a.ts:1 imports '../../test/helper.ts' from outside the library",
      'packages/rockpool/src/object/b.ts:1 computes what it imports: write the name',
    ]);
  });

  test('imports in comments and strings are none', () => {
    expect(
      checkLibrary({ 'object/x.ts': `// import 'a';\n/** import('b') */\nexport const c = "import 'c'";` }),
    ).toEqual([]);
  });
});

describe('cycles', () => {
  test('between files are refused, with their path', () => {
    const refusals = checkLibrary({
      'object/a.ts': `import { b } from './b.ts';`,
      'object/b.ts': `export { c as b } from './c.ts';`,
      'object/c.ts': `import './a.ts';`,
    });
    expect(refusals).toEqual([
      'packages/rockpool/src/object/a.ts is in a cycle: ' +
        ['a', 'b', 'c', 'a'].map((name) => `packages/rockpool/src/object/${name}.ts`).join(' → '),
    ]);
  });

  test('of types alone are allowed', () => {
    const refusals = checkLibrary({
      'object/a.ts': `import { b } from './b.ts';`,
      'object/b.ts': `import type { A } from './a.ts';`,
    });
    expect(refusals).toEqual([]);
  });

  test('are not of types alone when the import itself stays', () => {
    const refusals = checkLibrary({
      'object/a.ts': `import { b } from './b.ts';`,
      'object/b.ts': `import { type A } from './a.ts';`,
    });
    expect(refusals).toHaveLength(1);
  });
});

describe('workspaces', () => {
  test('import public entry points of those below, and packages', () => {
    const refusals = check({
      'packages/lab/src/a.ts': `import { Pool } from 'rockpool/object';\nimport 'hdr-histogram-js';\nimport './b.ts';`,
      'apps/gateway/src/a.ts': `import 'rockpool';\nimport '@rockpool/lab';`,
    });
    expect(refusals).toEqual([]);
  });

  test.each([
    ['packages/lab/src/a.ts', 'rockpool/dist/internal/x.js', 'not a public entry point of rockpool'],
    ['packages/lab/src/a.ts', '../../rockpool/src/index.ts', 'use a public entry point'],
    ['apps/gateway/a.mjs', '../../packages/lab/src/x.ts', 'use a public entry point'],
    ['packages/metrics/src/a.ts', '@rockpool/lab', 'packages/lab is not below packages/metrics'],
  ])('%s may not import %s', (file, target, reason) => {
    const refusals = check({
      'packages/metrics/package.json': manifest('@rockpool/metrics', '.'),
      'packages/lab/package.json': manifest('@rockpool/lab', '.'),
      [file]: `import '${target}';`,
    });
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toContain(`${file}:1 imports '${target}'`);
    expect(refusals[0]).toContain(reason);
  });

  test('that are not in the table are refused', () => {
    expect(check({ 'packages/attic/package.json': manifest('attic') })).toEqual([
      'packages/attic is not in the table of workspaces',
    ]);
  });
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { SourceFiles } from '../../../src/advise/source/original-place.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rockpool-places-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

// Line 1 column 0 is line 1 column 0 of the first source; column 9 of line 1 is line 3 column 4.
const MAPPINGS = 'AAAA,SAEI';

function map(sources: readonly string[], more: object = {}): object {
  return { version: 3, sources, names: [], mappings: MAPPINGS, ...more };
}

function inline(value: object | string): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `//# sourceMappingURL=data:application/json;charset=utf-8;base64,${Buffer.from(text).toString('base64')}\n`;
}

const CODE = 'function made(i) { return { i }; }\nplain();\n';
const ORIGINAL = 'type A = 1;\n\n    made<T>(i: number) {\n';

describe('SourceFiles.place()', () => {
  it('gives the generated position without a map, with its line', () => {
    const path = write('plain.js', CODE);
    const files = new SourceFiles(folder);
    expect(files.place(path, 2, 1, '')).toEqual({
      file: 'plain.js',
      line: 2,
      column: 1,
      functionName: '',
      source: 'plain();',
    });
    expect(files.notes).toEqual([]);
  });

  it('leaves what is no file alone', () => {
    const files = new SourceFiles(folder);
    for (const file of ['node:fs', 'node:internal/timers', '', 'evalmachine.<anonymous>', 'https://a/b.js']) {
      expect(files.place(file, 3, 4, 'f')).toEqual({
        file,
        line: 3,
        column: 4,
        functionName: 'f',
        source: null,
      });
    }
    expect(files.notes).toEqual([]);
  });

  it('follows a linked map, from a path and from a file: URL', () => {
    write('src/linked.ts', ORIGINAL);
    write('dist/linked.js.map', JSON.stringify(map(['../src/linked.ts'])));
    const path = write('dist/linked.js', `${CODE}//# sourceMappingURL=linked.js.map`);
    const files = new SourceFiles(folder);
    const place = {
      file: 'src/linked.ts',
      line: 3,
      column: 5,
      functionName: 'made',
      source: 'made<T>(i: number) {',
    };
    expect(files.place(path, 1, 14, 'made')).toEqual(place);
    expect(files.place(pathToFileURL(path).href, 1, 14, 'made')).toEqual(place);
    expect(new SourceFiles('/elsewhere').place(path, 1, 14, 'made').file).toBe(join(folder, 'src/linked.ts'));
  });

  it('follows inline maps, takes the content from the map, and the last comment of several', () => {
    const sourcesContent = [ORIGINAL];
    const early = inline(map(['wrong.ts'], { sourcesContent }));
    const late = inline(map(['right.ts'], { sourceRoot: 'lib', sourcesContent }));
    const path = write('inline.js', `${CODE}const s = \`${early}\`;\n${late}`);
    expect(new SourceFiles(folder).place(path, 1, 14, 'made')).toMatchObject({
      file: 'lib/right.ts',
      line: 3,
      source: 'made<T>(i: number) {',
    });
    const plain = `//# sourceMappingURL=data:application/json,${encodeURIComponent(JSON.stringify(map(['p.ts'])))}`;
    const other = write('plain-data.js', `${CODE}${plain}`);
    expect(new SourceFiles(folder).place(other, 1, 14, 'made')).toMatchObject({
      file: 'p.ts',
      line: 3,
      source: null,
    });
  });

  it('follows index maps, with sections of the same source name', () => {
    const section = (line: number, text: string): object => ({
      offset: { line, column: 0 },
      map: map(['part.ts'], { sourcesContent: [`\n\n    ${text}`] }),
    });
    const path = write(
      'index.js',
      `${CODE}${inline({ version: 3, sections: [section(0, 'one'), section(1, 'two')] })}`,
    );
    const files = new SourceFiles(folder);
    expect(files.place(path, 1, 10, '')).toMatchObject({
      file: 'part.ts',
      line: 3,
      column: 5,
      source: 'one',
    });
    expect(files.place(path, 2, 10, '')).toMatchObject({
      file: 'part.ts',
      line: 3,
      column: 5,
      source: 'two',
    });
  });

  it('takes no entry of an earlier line', () => {
    const path = write('other-line.js', `${CODE}${inline(map(['a.ts'], { sourcesContent: [ORIGINAL] }))}`);
    expect(new SourceFiles(folder).place(path, 2, 3, '')).toMatchObject({
      file: 'other-line.js',
      line: 2,
      column: 3,
    });
  });

  it('keeps names that are no files', () => {
    const path = write(
      'pack.js',
      `${CODE}${inline(map(['webpack://app/./src/a.ts'], { sourceRoot: '/x' }))}`,
    );
    expect(new SourceFiles(folder).place(path, 1, 1, '').file).toBe('webpack://app/./src/a.ts');
  });

  it.each([
    ['unreadable', null],
    ['map-missing', '//# sourceMappingURL=nowhere.map'],
    ['map-missing', '//# sourceMappingURL=https://example.org/a.map'],
    ['map-broken', inline('{')],
    ['map-broken', inline('null')],
    ['map-broken', inline({ version: 3, sources: ['a.ts'], mappings: '????' })],
    ['map-broken', inline({ version: 3, mappings: 'AAAA' })],
    ['map-points-nowhere', inline(map(['a.ts'], { sourcesContent: ['one line'] }))],
  ])('survives a map that is %s', (code, comment) => {
    const name = `${code}-${Math.abs(comment?.length ?? 0)}.js`;
    const path = comment === null ? join(folder, 'never.js') : write(name, `${CODE}${comment}`);
    const files = new SourceFiles(folder);
    for (let again = 0; again < 2; again++) {
      expect(files.place(path, 1, 14, 'made')).toMatchObject({ line: 1, column: 14, functionName: 'made' });
    }
    expect(files.notes.map((note) => [note.file, note.code])).toEqual([[path, code]]);
  });

  it('finds what tsc moved', () => {
    const text =
      'interface Order { id: number }\n\nexport class Book {\n  add(id: number): Order {\n    return { id };\n  }\n}\n';
    write('tsc/book.ts', text);
    const require = createRequire(import.meta.url);
    const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
    const options = '--target es2022 --module nodenext --sourceMap --outDir out --ignoreConfig book.ts'.split(
      ' ',
    );
    execFileSync(process.execPath, [tsc, ...options], { cwd: join(folder, 'tsc') });
    const path = join(folder, 'tsc/out/book.js');
    const files = new SourceFiles(folder);
    const lines = files.generatedText(path)?.split('\n') ?? [];
    const line = lines.findIndex((content) => content.includes('add(')) + 1;
    const column = (lines[line - 1] ?? '').indexOf('(') + 1;
    expect(files.place(path, line, column, 'add')).toMatchObject({
      file: 'tsc/book.ts',
      line: 4,
      source: 'add(id: number): Order {',
    });
  });
});

describe('SourceFiles.library()', () => {
  it.each([
    ['/app/src/a.js', null],
    ['node:fs', null],
    ['/app/node_modules/pg/lib/a.js', 'pg'],
    ['/app/node_modules/@types/node/index.js', '@types/node'],
    ['/app/node_modules/a/node_modules/@b/c/index.js', '@b/c'],
    ['/app/node_modules/.pnpm/@b+c@1.0.0_d@2.0.0/node_modules/@b/c/index.js', '@b/c'],
    ['/app/node_modules/.pnpm/pg@8.0.0/node_modules/pg/lib/a.js', 'pg'],
    ['file:///app/node_modules/pg/lib/a.js', 'pg'],
    ['C:\\app\\node_modules\\pg\\lib\\a.js', 'pg'],
    ['/app/node_modules/loose.js', null],
  ])('%s', (file, name) => {
    expect(new SourceFiles('/app').library(file)).toBe(name);
  });
});

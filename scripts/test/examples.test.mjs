// @ts-check
import { expect, onTestFinished, test } from 'vitest';
import { collectExamples } from '../docs/examples.mjs';
import { Workshop } from '../docs/workshop.mjs';
import { plant } from './tree.mjs';

const CONFIG = JSON.stringify({
  compilerOptions: {
    target: 'ES2022',
    module: 'NodeNext',
    strict: true,
    types: [],
    lib: ['ES2022'],
    sourceMap: true,
  },
});

/** Collects the examples of a tree. @param {Readonly<Record<string, string>>} files */
function collect(files) {
  const root = plant({ 'packages/p/package.json': '{}', 'tsconfig.base.json': CONFIG, ...files });
  return { root, ...collectExamples(root) };
}

/** A document with one fence. @param {string} info @param {string[]} code */
const fenced = (info, ...code) => ['', `\`\`\`${info}`, ...code, '```'].join('\n');

/**
 * Compiles and runs the examples of a tree.
 *
 * @param {Readonly<Record<string, string>>} files
 */
async function messagesOf(files) {
  const { root, examples } = collect(files);
  const workshop = new Workshop(root, examples);
  onTestFinished(() => workshop.close());
  const failures = await workshop.compile();
  for (const example of examples.filter(({ run }) => run)) {
    const failure = failures.every((other) => other.example !== example) && (await workshop.run(example));
    if (failure) failures.push(failure);
  }
  return failures.map(({ message }) => message);
}

test('examples come from documents and docstrings, with their place', () => {
  const { examples, problems } = collect({
    'README.md': fenced('ts', 'a();'),
    'docs/guide/x.md': fenced('ts no-run', 'b();'),
    'packages/p/README.md': fenced('ts ignore', 'c();') + fenced('sh', 'd'),
    'packages/p/src/deep/x.ts': [
      'const x = 1;',
      '  /**',
      '   * Text.',
      '   * @example',
      '   * ```ts',
      '   * if (e) {',
      '   *   f();',
      '   * }',
      '   * ```',
      '   */',
    ].join('\n'),
  });
  expect(problems).toEqual([]);
  expect(examples).toEqual([
    { file: 'README.md', line: 3, column: 0, code: 'a();', run: true },
    { file: 'docs/guide/x.md', line: 3, column: 0, code: 'b();', run: false },
    { file: 'packages/p/src/deep/x.ts', line: 6, column: 5, code: 'if (e) {\n  f();\n}', run: true },
  ]);
});

test('what looks like an example but is none is a problem', () => {
  const { problems } = collect({
    'README.md': `${fenced('ts norun', 'a();')}\n\`\`\`ts\nb();`,
    'packages/p/src/x.ts': '/**\n * @example\n * a();\n * @example\n * ```ts\n * b();\n * ```\n */',
  });
  expect(problems).toEqual([
    "README.md:2 unknown tag 'norun' of a fence",
    'README.md:5 this fence is never closed',
    "packages/p/src/x.ts:2 @example without a fence of 'ts'",
  ]);
});

test('an example that is right passes, and leaves names to itself', async () => {
  const right = fenced(
    'ts',
    'const name: string = await Promise.resolve("a");',
    'if (name !== "a") throw name;',
  );
  const notToBeRun = fenced('ts no-run', 'throw new Error("run");');
  expect(await messagesOf({ 'README.md': right, 'ARCHITECTURE.md': right + notToBeRun })).toEqual([]);
});

test('what is wrong with an example is told with its place in the source', async () => {
  const messages = await messagesOf({
    'README.md': fenced('ts', 'type Erased = {', '  a: 1;', '};', 'throw new Error("broken");'),
    'ARCHITECTURE.md': fenced('ts', 'await new Promise(() => {});', 'export {};'),
    'docs/x.md': fenced('ts no-run', 'let a: string = 1;'),
    'packages/p/src/x.ts':
      '/**\n * @example\n * ```ts\n * const a = 1;\n * const b: string = a;\n * ```\n */\nexport {};',
  });
  expect(messages).toEqual([
    "docs/x.md:3:5 error TS2322: Type 'number' is not assignable to type 'string'.",
    "packages/p/src/x.ts:5:10 error TS2322: Type 'number' is not assignable to type 'string'.",
    expect.stringMatching(
      /^README\.md:3 ended with exit code 1\n[\s\S]*Error: broken\n[\s\S]*\(README\.md:6:7\)/,
    ),
    expect.stringMatching(/^ARCHITECTURE\.md:3 ended with exit code 13\n/),
  ]);
});

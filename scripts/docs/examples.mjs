// @ts-check
/**
 * Collects the examples: every `ts` fence of the packages' docstrings and of the documents. A fence tagged
 * `ts no-run` is compiled but not run, one tagged `ts ignore` is neither.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFences } from './fences.mjs';
import { SourceFile } from './source-file.mjs';

/** @typedef {import('./fences.mjs').Fence} Fence */
/** @typedef {import('./source-file.mjs').Docstring} Docstring */

/**
 * @typedef {object} Example
 * @property {string} file where it is written, relative to the root
 * @property {number} line of its first line of code there, from 1
 * @property {number} column columns before its code there
 * @property {string} code
 * @property {boolean} run
 */

/**
 * @typedef {object} Collection
 * @property {Example[]} examples
 * @property {string[]} problems "file:line reason"
 */

const DOCUMENTS = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'];

/** @param {string} root @returns {Collection} */
export function collectExamples(root) {
  const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}`);
  const documents = [
    ...DOCUMENTS,
    ...filesUnder(root, 'docs').filter((path) => path.endsWith('.md')),
    ...packages.map((folder) => `${folder}/README.md`),
  ].filter((path) => existsSync(join(root, path)));
  const sources = packages
    .flatMap((folder) => filesUnder(root, `${folder}/src`))
    .filter((path) => path.endsWith('.ts'));

  /** @type {Collection} */
  const collection = { examples: [], problems: [] };
  for (const path of documents) {
    addFences(collection, path, 1, findFences(readFileSync(join(root, path), 'utf8').split('\n')));
  }
  for (const path of sources) {
    for (const docstring of new SourceFile(root, path).docstrings())
      addDocstring(collection, path, docstring);
  }
  return collection;
}

/** @param {Collection} collection @param {string} path @param {Docstring} docstring */
function addDocstring(collection, path, { line, lines }) {
  const fences = findFences(lines.map(({ text }) => text));
  addFences(collection, path, line, fences, (index) => lines[index]?.column ?? 0);

  const tags = lines.flatMap(({ text }, index) => (/^@example\b/.test(text) ? [index] : []));
  for (const [order, tag] of tags.entries()) {
    const next = tags[order + 1] ?? lines.length;
    const filled = fences.some((fence) => fence.line > tag && fence.line <= next && isTypeScript(fence));
    if (!filled) collection.problems.push(`${path}:${line + tag} @example without a fence of 'ts'`);
  }
}

/**
 * @param {Collection} collection
 * @param {string} file
 * @param {number} firstLine the line of the first of the lines in which the fences were found
 * @param {readonly Fence[]} fences
 * @param {(index: number) => number} [margin] columns that were removed from a line before
 */
function addFences({ examples, problems }, file, firstLine, fences, margin = () => 0) {
  for (const fence of fences) {
    const line = firstLine + fence.line;
    if (!fence.closed) problems.push(`${file}:${line - 1} this fence is never closed`);
    if (!isTypeScript(fence)) continue;
    const [, ...tags] = fence.info.split(/\s+/);
    const unknown = tags.find((tag) => tag !== 'ignore' && tag !== 'no-run');
    if (unknown !== undefined) problems.push(`${file}:${line - 1} unknown tag '${unknown}' of a fence`);
    if (tags.includes('ignore')) continue;
    examples.push({
      file,
      line,
      column: margin(fence.line) + fence.indent,
      code: fence.code.join('\n'),
      run: !tags.includes('no-run'),
    });
  }
}

/** @param {Fence} fence */
function isTypeScript({ info }) {
  return /^(ts|typescript)\b/.test(info);
}

/** @param {string} root @param {string} folder @returns {string[]} all files below, sorted */
function filesUnder(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesUnder(root, path) : [path];
    });
}

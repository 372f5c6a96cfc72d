// @ts-check
/**
 * Where examples are compiled and run: a folder of their own below `.cache`, so that `rockpool` resolves to the
 * built package as it would for a user.
 *
 * Line n of a written file is line n of the example, hence `example.line + n − 1` of its source.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { runProcess } from '../process.mjs';
import { toolPath } from '../tools.mjs';

/** @typedef {import('./examples.mjs').Example} Example */

/**
 * @typedef {object} Failure
 * @property {Example} example
 * @property {string} message begins with "file:line"
 */

/** A run of an example that takes longer hangs. */
const RUN_LIMIT_MS = 10_000;

/** Strict as the sources, but free to leave a name unused, and each file a module of its own. */
const COMPILER_OPTIONS = {
  composite: false,
  declaration: false,
  declarationMap: false,
  isolatedDeclarations: false,
  noUnusedLocals: false,
  noUnusedParameters: false,
  moduleDetection: 'force',
  rootDir: '.',
  outDir: 'out',
};

/** A folder with the examples in it. Remove it with `close`. */
export class Workshop {
  /** @readonly @type {string} */
  #root;
  /** @readonly @type {string} */
  #folder;
  /** Examples by the name of their file, without extension. @readonly @type {Map<string, Example>} */
  #examples;

  /** @param {string} root @param {readonly Example[]} examples */
  constructor(root, examples) {
    this.#root = root;
    this.#folder = join(root, '.cache', 'doc-examples', String(process.pid));
    this.#examples = new Map(examples.map((example) => [fileName(example), example]));
  }

  /** Compiles all examples at once. @returns {Promise<Failure[]>} */
  async compile() {
    await mkdir(this.#folder, { recursive: true });
    for (const [name, { code }] of this.#examples) await writeFile(join(this.#folder, `${name}.mts`), code);
    const base = relative(this.#folder, join(this.#root, 'tsconfig.base.json'));
    const config = { extends: base, compilerOptions: COMPILER_OPTIONS, include: ['*.mts'] };
    await writeFile(join(this.#folder, 'tsconfig.json'), JSON.stringify(config));

    const args = [toolPath('typescript', 'tsc'), '-p', 'tsconfig.json', '--pretty', 'false'];
    const { code, output } = await runProcess(process.execPath, args, { cwd: this.#folder });
    const failures = this.#readDiagnostics(output);
    if (code !== 0 && failures.length === 0) throw new Error(`Cannot compile the examples: ${output}`);
    return failures;
  }

  /** Runs the compiled `example`. @param {Example} example @returns {Promise<Failure | undefined>} */
  async run(example) {
    const file = join('out', `${fileName(example)}.mjs`);
    const { code, output, timedOut } = await runProcess(process.execPath, ['--enable-source-maps', file], {
      cwd: this.#folder,
      timeoutMs: RUN_LIMIT_MS,
    });
    if (code === 0) return undefined;
    const how = timedOut ? `did not end within ${RUN_LIMIT_MS / 1000} s` : `ended with exit code ${code}`;
    return { example, message: `${example.file}:${example.line} ${how}\n${this.#toSource(output)}` };
  }

  async close() {
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** @param {string} output of the compiler @returns {Failure[]} further lines go with their first */
  #readDiagnostics(output) {
    /** @type {Failure[]} */
    const failures = [];
    for (const line of output.split('\n')) {
      const [, name = '', row, column, message] = line.match(/^([^\s(]+)\.mts\((\d+),(\d+)\): (.*)$/) ?? [];
      const example = this.#examples.get(name);
      const last = failures.at(-1);
      if (example !== undefined) {
        failures.push({
          example,
          message: `${sourcePlace(example, Number(row), Number(column))} ${message}`,
        });
      } else if (last !== undefined && line.startsWith(' ')) last.message += `\n${line}`;
    }
    return failures;
  }

  /** Replaces places in written files by those in the sources. @param {string} output */
  #toSource(output) {
    return output.replace(/[^\s(]*\/([^/\s:]+)\.mts:(\d+)(?::(\d+))?/g, (place, name, row, column) => {
      const example = this.#examples.get(name);
      return example === undefined ? place : sourcePlace(example, Number(row), Number(column ?? 1));
    });
  }
}

/** @param {Example} example @param {number} row @param {number} column */
function sourcePlace(example, row, column) {
  return `${example.file}:${example.line + row - 1}:${example.column + column}`;
}

/** @param {Example} example a name that tells where it is from: 'packages-rockpool-src-index-12' */
function fileName({ file, line }) {
  return `${file.replace(/\.\w+$/, '').replaceAll(/[^\w-]+/g, '-')}-${line}`;
}

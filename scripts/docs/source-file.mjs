// @ts-check
/** A parsed source file and its docstrings. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';

/**
 * @typedef {object} Docstring
 * @property {number} line of its first line, from 1
 * @property {{ text: string, column: number }[]} lines without the leading asterisks; where the text began
 */

/** One source file. */
export class SourceFile {
  /** @readonly @type {string} relative to the root */
  path;
  /** @readonly @type {string} */
  text;
  /** @readonly @type {import('oxc-parser').Program} */
  program;
  /** The block comments, in order. @type {readonly import('oxc-parser').Comment[]} */
  #blocks;

  /**
   * @param {string} root
   * @param {string} path relative to the root
   * @throws {SyntaxError} if it cannot be parsed
   */
  constructor(root, path) {
    this.path = path;
    this.text = readFileSync(join(root, path), 'utf8');
    const { program, comments, errors } = parseSync(path, this.text);
    if (errors[0] !== undefined) throw new SyntaxError(`Cannot parse ${path}: ${errors[0].message}`);
    this.program = program;
    this.#blocks = comments.filter(({ type, value }) => type === 'Block' && value.startsWith('*'));
  }

  /** All docstrings of the file, whatever they belong to. @returns {Docstring[]} */
  docstrings() {
    return this.#blocks.map((block) => this.#read(block));
  }

  /**
   * The docstring right before `node`, as text; undefined if there is none.
   *
   * @param {{ start: number }} node
   */
  docstringOf({ start }) {
    const block = this.#blocks.findLast(({ end }) => end <= start);
    if (block === undefined || this.text.slice(block.end, start).trim() !== '') return undefined;
    return this.#read(block)
      .lines.map(({ text }) => text)
      .join('\n');
  }

  /** @param {number} offset @returns {number} its line, from 1 */
  lineAt(offset) {
    return this.text.slice(0, offset).split('\n').length;
  }

  /** @param {import('oxc-parser').Comment} block @returns {Docstring} */
  #read({ value, start }) {
    const lines = `/*${value}`.split('\n').map((line) => {
      const [margin] = /** @type {RegExpMatchArray} */ (line.match(/^\s*(?:\/\*\*|\*)? ?/));
      return { text: line.slice(margin.length), column: margin.length };
    });
    return { line: this.lineAt(start), lines };
  }
}

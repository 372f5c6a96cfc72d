// @ts-check
/**
 * The imports of a source file, from its syntax tree: `import`, `export … from`, `import()` and
 * `import('…')` in types.
 */
import { parseSync, Visitor } from 'oxc-parser';

/**
 * @typedef {object} Import
 * @property {string | undefined} specifier what is imported; undefined where it is computed
 * @property {boolean} typeOnly whether the compiler erases it: `import type`, not `import { type … }`
 * @property {number} line from 1
 */

/**
 * @param {string} file its name tells the language
 * @param {string} source
 * @returns {Import[]} in the order of the file
 * @throws {SyntaxError} if `source` cannot be parsed
 */
export function readImports(file, source) {
  const { program, errors } = parseSync(file, source);
  const [error] = errors;
  if (error !== undefined) throw new SyntaxError(`Cannot parse ${file}: ${error.message}`);

  /** @type {{ specifier: string | undefined, typeOnly: boolean, start: number }[]} */
  const found = [];
  /** @param {{ start: number, source?: unknown }} node @param {boolean} typeOnly */
  const add = (node, typeOnly) => {
    const { source } = /** @type {{ source: { type: string, value?: unknown } | null }} */ (node);
    if (source === null) return;
    const specifier = source.type === 'Literal' ? String(source.value) : undefined;
    found.push({ specifier, typeOnly, start: node.start });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node, node.importKind === 'type'),
    ExportAllDeclaration: (node) => add(node, node.exportKind === 'type'),
    ExportNamedDeclaration: (node) => add(node, node.exportKind === 'type'),
    ImportExpression: (node) => add(node, false),
    TSImportType: (node) => add(node, true),
  }).visit(program);

  return found
    .sort((a, b) => a.start - b.start)
    .map(({ start, ...rest }) => ({ ...rest, line: lineAt(source, start) }));
}

/** @param {string} source @param {number} offset */
function lineAt(source, offset) {
  return source.slice(0, offset).split('\n').length;
}

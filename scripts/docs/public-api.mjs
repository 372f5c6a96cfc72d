// @ts-check
/**
 * What a package exports, found by following its entry points through the barrels, and what of it lacks
 * documentation: each declaration and each public method of a class wants a docstring, each value (a class, a
 * function, a constant) an `@example`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { SourceFile } from './source-file.mjs';

/** @typedef {import('oxc-parser').Declaration} DeclarationNode */
/** @typedef {import('oxc-parser').ClassElement} ClassElement */

/**
 * One declaration of a name; overloads, and a type and a value of the same name, are several.
 *
 * @typedef {object} Declaration
 * @property {SourceFile} file
 * @property {DeclarationNode} node
 * @property {number} start where the statement starts, `export` included
 */

const VALUES = new Set([
  'ClassDeclaration',
  'FunctionDeclaration',
  'TSDeclareFunction',
  'VariableDeclaration',
]);

/**
 * @param {string} root
 * @param {string} folder of the package
 * @returns {string[]} "file:line reason" for each thing that lacks something
 */
export function findUndocumented(root, folder) {
  const api = new PublicApi(root);
  /** @type {Map<string, { name: string, declarations: Declaration[] }>} by place: most are exported twice */
  const exported = new Map();
  /** @type {string[]} */
  const reasons = [];
  for (const entry of entrySources(root, folder)) {
    if (!existsSync(join(root, entry))) {
      reasons.push(`${folder}/package.json exports types whose source would be ${entry}: there is none`);
      continue;
    }
    for (const [name, declarations] of api.exportsOf(entry)) {
      const [first] = declarations;
      if (first !== undefined) exported.set(`${first.file.path}:${first.start}`, { name, declarations });
    }
  }
  reasons.push(...[...exported.values()].flatMap(({ name, declarations }) => missing(name, declarations)));
  return reasons;
}

/** The sources of the entry points. @param {string} root @param {string} folder @returns {string[]} */
function entrySources(root, folder) {
  const { exports } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  return Object.values(exports).flatMap((target) => {
    const match = /^\.\/dist\/(.+)\.d\.ts$/.exec(target?.types ?? '');
    return match === null ? [] : [`${folder}/src/${match[1]}.ts`];
  });
}

/** Follows exports from file to file. */
class PublicApi {
  /** @readonly @type {string} */
  #root;
  /** @readonly @type {Map<string, SourceFile>} */
  #files = new Map();

  /** @param {string} root */
  constructor(root) {
    this.#root = root;
  }

  /** @param {string} path @returns {Map<string, Declaration[]>} declarations by exported name */
  exportsOf(path) {
    const file = this.#open(path);
    /** @type {Map<string, Declaration[]>} */
    const found = new Map();
    for (const statement of file.program.body) {
      if (statement.type === 'ExportAllDeclaration') {
        const inner = this.exportsOf(resolve(path, statement.source.value));
        const prefix = statement.exported === null ? '' : `${nameOf(statement.exported)}.`;
        for (const [name, declarations] of inner) found.set(prefix + name, declarations);
      }
      if (statement.type !== 'ExportNamedDeclaration') continue;
      if (statement.declaration !== null) {
        const declaration = { file, node: statement.declaration, start: statement.start };
        for (const name of declaredNames(statement.declaration)) {
          found.set(name, [...(found.get(name) ?? []), declaration]);
        }
      }
      for (const { local, exported } of statement.specifiers) {
        const declarations =
          statement.source === null
            ? this.#lookUp(file, nameOf(local))
            : this.exportsOf(resolve(path, statement.source.value)).get(nameOf(local));
        found.set(nameOf(exported), declarations ?? []);
      }
    }
    return found;
  }

  /** A name inside of a file: declared or imported there. @param {SourceFile} file @param {string} name */
  #lookUp(file, name) {
    /** @type {Declaration[]} */
    const found = [];
    for (const statement of file.program.body) {
      if (statement.type === 'ImportDeclaration') {
        const specifier = statement.specifiers.find(({ local }) => local.name === name);
        if (specifier?.type !== 'ImportSpecifier') continue;
        const target = this.exportsOf(resolve(file.path, statement.source.value));
        found.push(...(target.get(nameOf(specifier.imported)) ?? []));
        continue;
      }
      const node = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
      if (node !== null && declaredNames(node).includes(name)) {
        const declaration = /** @type {DeclarationNode} */ (node);
        found.push({ file, node: declaration, start: statement.start });
      }
    }
    return found;
  }

  /** @param {string} path */
  #open(path) {
    const file = this.#files.get(path) ?? new SourceFile(this.#root, path);
    this.#files.set(path, file);
    return file;
  }
}

/** @param {string} name @param {readonly Declaration[]} declarations @returns {string[]} */
function missing(name, declarations) {
  /** @type {string[]} */
  const reasons = [];
  const [first] = declarations;
  if (first === undefined) return reasons;
  const place = `${first.file.path}:${first.file.lineAt(first.start)}`;
  const docs = declarations.flatMap(({ file, start }) => file.docstringOf({ start }) ?? []);
  if (docs.length === 0) reasons.push(`${place} '${name}' has no docstring`);
  else if (declarations.some(({ node }) => VALUES.has(node.type)) && !docs.some(hasExample)) {
    reasons.push(`${place} '${name}' has no @example`);
  }
  for (const { file, node } of declarations) {
    if (node.type === 'ClassDeclaration') reasons.push(...missingMembers(name, file, node.body.body));
  }
  return reasons;
}

/** @param {string} name @param {SourceFile} file @param {readonly ClassElement[]} members @returns {string[]} */
function missingMembers(name, file, members) {
  /** Members with whether they have a docstring; of overloads and accessors one is enough. @type {Map<string, { line: number, documented: boolean }>} */
  const found = new Map();
  for (const member of members) {
    const key = publicKey(file, member);
    if (key === undefined) continue;
    const { line = file.lineAt(member.start), documented = false } = found.get(key) ?? {};
    found.set(key, { line, documented: documented || file.docstringOf(member) !== undefined });
  }
  return [...found].flatMap(([key, { line, documented }]) =>
    documented ? [] : [`${file.path}:${line} '${name}.${key}' has no docstring`],
  );
}

/**
 * The name of a method or accessor that users see; undefined for private ones, for overrides, which their base
 * documents, for well-known symbols, which the language does, and for data fields, whose names must do.
 *
 * @param {SourceFile} file
 * @param {ClassElement} member
 */
function publicKey(file, member) {
  if (member.type !== 'MethodDefinition' && member.type !== 'TSAbstractMethodDefinition') return undefined;
  if (member.accessibility === 'private' || member.key.type === 'PrivateIdentifier') return undefined;
  const key = file.text.slice(member.key.start, member.key.end);
  const exempt = member.override || key === 'constructor' || (member.computed && key.startsWith('Symbol.'));
  return exempt ? undefined : key;
}

/** @param {string} docs */
function hasExample(docs) {
  return /^@example\b/m.test(docs);
}

/** @param {{ type: string }} statement @returns {string[]} */
function declaredNames(statement) {
  const node = /** @type {DeclarationNode} */ (statement);
  if (node.type === 'VariableDeclaration') {
    return node.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []));
  }
  return 'id' in node && node.id !== null && 'name' in node.id ? [node.id.name] : [];
}

/** @param {import('oxc-parser').ModuleExportName} name */
function nameOf(name) {
  return name.type === 'Literal' ? name.value : name.name;
}

/** @param {string} file @param {string} specifier */
function resolve(file, specifier) {
  return posix.join(posix.dirname(file), specifier);
}

/**
 * A source file as oxc reads it, with what is looked up in it: its functions by the position that V8 gives them, its
 * classes and functions by name, its imports.
 *
 * Where V8 says that a function starts (measured with Node 20.20), line and column of
 *
 *     function f(i) {}       the `(` of the parameters, also of methods, getters, constructors
 *     async (i) => 1         the arrow function's first character
 *     class A { x = {} }     `class`, for field initialisers and for a constructor that is not written down
 *     class A { static x }   the first static element, for `<static_initializer>`
 *     a module               line 1, column 1, also with a CommonJS wrapper
 *
 * A source map seldom has an entry for a `(`. What it has then lies in front of it: so a position between the start of
 * a function and its body finds the function, too.
 */
import {
  type ArrowFunctionExpression,
  type Class,
  type Function as FunctionNode,
  type ImportDeclarationSpecifier,
  type ModuleExportName,
  type Node,
  type Program,
  parseSync,
  visitorKeys,
} from 'oxc-parser';

export type CodeNode = FunctionNode | ArrowFunctionExpression;

/** Something that V8 runs as a function. */
export interface FunctionPlace {
  readonly kind: 'function' | 'fields' | 'static' | 'module';
  /** As in the source; empty where it has none. */
  readonly name: string;
  /** Where V8 says that it starts. */
  readonly offset: number;
  /** Its header: from here … */
  readonly from: number;
  /** … to here, exclusive. */
  readonly to: number;
  /** What it runs. */
  readonly roots: readonly Node[];
  /** The function; null for initialisers and modules. */
  readonly code: CodeNode | null;
  /** The class that it is a method, a constructor or an initialiser of. */
  readonly owner: Class | null;
}

/** A name that comes from another module. */
export interface ImportedName {
  readonly specifier: string;
  /** `default` and `*` included. */
  readonly name: string;
}

export interface Syntax {
  readonly fileName: string;
  readonly text: string;
  readonly lineStarts: readonly number[];
  readonly places: readonly FunctionPlace[];
  /** By name, whatever the scope; the last one wins. */
  readonly classes: ReadonlyMap<string, Class>;
  readonly functions: ReadonlyMap<string, FunctionPlace>;
  readonly imports: ReadonlyMap<string, ImportedName>;
  /** `export … from`: the name it has here, and where it comes from. `*` for all names. */
  readonly reexports: readonly { readonly as: string; readonly from: ImportedName }[];
}

const MOST_CACHED = 64;
const cache = new Map<string, { text: string; syntax: Syntax | null }>();

/** Null where the text is no JavaScript or TypeScript. The last few files are kept. */
export function readSyntax(text: string, fileName: string): Syntax | null {
  const cached = cache.get(fileName);
  if (cached?.text === text) return cached.syntax;
  const syntax = syntaxOf(text, fileName);
  if (cache.size >= MOST_CACHED) cache.clear();
  cache.set(fileName, { text, syntax });
  return syntax;
}

/** The function at a position, both from 1. The name, as V8 gives it, decides where several are possible. */
export function functionAt(
  syntax: Syntax,
  line: number,
  column: number,
  name?: string,
): FunctionPlace | null {
  if (line === 0) return namedPlace(syntax, name);
  const lineStart = syntax.lineStarts[line - 1];
  if (lineStart === undefined) return null;
  const offset = lineStart + column - 1;
  const module = syntax.places.find((place) => place.kind === 'module') ?? null;
  if (offset === 0 && !name) return module;
  const others = syntax.places.filter((place) => place.kind !== 'module');
  const exact = others.filter((place) => place.offset === offset);
  const inHeader = others.filter((place) => place.from <= offset && offset < place.to);
  const shortest = Math.min(...inHeader.map((place) => place.to - place.from));
  const nextLine = syntax.lineStarts[line] ?? Number.POSITIVE_INFINITY;
  const onLine = others.filter((place) => place.offset >= lineStart && place.offset < nextLine);
  return (
    pick(exact, name, true) ??
    pick(inHeader, name, false) ??
    inHeader.find((place) => place.to - place.from === shortest) ??
    pick(onLine, name, onLine.length === 1) ??
    (offset === 0 ? module : null)
  );
}

/** The only one of a name, where no position is known; the module where there is no name either. */
function namedPlace({ places }: Syntax, name: string | undefined): FunctionPlace | null {
  if (!name) return places.find(({ kind }) => kind === 'module') ?? null;
  const named = places.filter((place) => place.kind === 'function' && place.name === bareName(name));
  return named.length === 1 ? (named[0] ?? null) : null;
}

/** Line and column, both from 1. */
export function positionOf(syntax: Syntax, offset: number): { line: number; column: number } {
  let low = 0;
  let high = syntax.lineStarts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((syntax.lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return { line: low + 1, column: offset - (syntax.lineStarts[low] ?? 0) + 1 };
}

/** Types are no code. */
const NOT_CODE = new Set([
  'typeAnnotation',
  'typeArguments',
  'typeParameters',
  'returnType',
  'superTypeArguments',
  'implements',
]);

/** What lies directly in a node, without types. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (const key of visitorKeys[node.type] ?? []) {
    if (NOT_CODE.has(key)) continue;
    const value = (node as unknown as Record<string, Node | (Node | null)[] | null | undefined>)[key];
    if (Array.isArray(value)) {
      for (const child of value) if (child) children.push(child);
    } else if (value) children.push(value);
  }
  return children;
}

/** Also declarations without a body. */
export function isCode(node: Node): node is CodeNode {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'TSDeclareFunction':
    case 'TSEmptyBodyFunctionExpression':
      return true;
    default:
      return false;
  }
}

export function isClass(node: Node): node is Class {
  return node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
}

/** Without parentheses, casts, `!` and `await`. */
export function bare(node: Node): Node {
  switch (node.type) {
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'TSInstantiationExpression':
    case 'ParenthesizedExpression':
    case 'ChainExpression':
      return bare(node.expression);
    default:
      return node;
  }
}

/** The name of a property or a class member; null where it is computed. */
export function keyName(key: Node, computed: boolean): string | null {
  if (key.type === 'PrivateIdentifier') return `#${key.name}`;
  if (key.type === 'Literal') return String(key.value);
  if (!computed && key.type === 'Identifier') return key.name;
  return null;
}

function pick(
  places: readonly FunctionPlace[],
  name: string | undefined,
  orFirst: boolean,
): FunctionPlace | undefined {
  const kind = initialiserKind(name);
  const named = places.find((place) => (kind ? place.kind === kind : name && place.name === bareName(name)));
  return named ?? (orFirst ? places[0] : undefined);
}

function initialiserKind(name: string | undefined): FunctionPlace['kind'] | null {
  if (name === '<instance_members_initializer>') return 'fields';
  return name === '<static_initializer>' ? 'static' : null;
}

/** V8 writes `get size`, `Class.method`; the source has the last word of it. */
function bareName(name: string): string {
  return name.replace(/^(?:get|set|async) /, '').replace(/^.*[.]/, '');
}

function parse(text: string, fileName: string): Program | null {
  const languages = [undefined, /\.[cm]?tsx?$/.test(fileName) ? 'tsx' : 'jsx', 'ts'] as const;
  for (const lang of languages) {
    try {
      const { program } = parseSync(fileName, text, { sourceType: 'unambiguous', ...(lang && { lang }) });
      if (program.body.length > 0) return program;
    } catch {
      // Not in this language.
    }
  }
  return null;
}

function syntaxOf(text: string, fileName: string): Syntax | null {
  const program = parse(text, fileName);
  try {
    return program && describe(text, fileName, program);
  } catch (error) {
    // Generated code may nest deeper than the stack.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function describe(text: string, fileName: string, program: Program): Syntax {
  const places: FunctionPlace[] = [];
  const classes = new Map<string, Class>();
  const functions = new Map<string, FunctionPlace>();
  const imports = new Map<string, ImportedName>();
  const reexports: { as: string; from: ImportedName }[] = [];

  const add = (place: FunctionPlace): void => {
    places.push(place);
    if (place.name && !place.owner && place.kind === 'function') functions.set(place.name, place);
  };
  const visit = (node: Node, given: Given, around: Class | null): void => {
    if (isCode(node)) {
      if (node.body) add(codePlace(text, node, given));
    } else if (isClass(node)) {
      const name = node.id?.name ?? given.name;
      if (name) classes.set(name, node);
      for (const place of initialiserPlaces(node, name)) add(place);
    } else if (node.type === 'ImportDeclaration') {
      for (const specifier of node.specifiers) {
        imports.set(specifier.local.name, { specifier: node.source.value, name: importedName(specifier) });
      }
    } else if (node.type === 'ExportAllDeclaration' && !node.exported) {
      reexports.push({ as: '*', from: { specifier: node.source.value, name: '*' } });
    } else if (node.type === 'ExportNamedDeclaration' && node.source) {
      for (const { local, exported } of node.specifiers) {
        const from = { specifier: node.source.value, name: moduleName(local) };
        reexports.push({ as: moduleName(exported), from });
      }
    }
    const inside = isClass(node) ? node : around;
    for (const child of childrenOf(node)) visit(child, givenTo(node, child, around), inside);
  };
  visit(program, { name: '', header: 0, owner: null }, null);
  const module = { name: '', offset: 0, from: 0, to: 0, roots: program.body, code: null, owner: null };
  places.push({ kind: 'module', ...module });
  return { fileName, text, lineStarts: lineStartsOf(text), places, classes, functions, imports, reexports };
}

/** What the parent says of a node: a name, where its header starts, whose member it is. */
interface Given {
  readonly name: string;
  readonly header: number;
  readonly owner: Class | null;
}

function givenTo(parent: Node, child: Node, around: Class | null): Given {
  const given = (name: string | null, header = child.start, owner: Class | null = null): Given => {
    return { name: name ?? '', header, owner };
  };
  switch (parent.type) {
    case 'MethodDefinition':
      return child === parent.value
        ? given(keyName(parent.key, parent.computed), parent.start, around)
        : given('');
    case 'Property':
      return child === parent.value ? given(keyName(parent.key, parent.computed), parent.start) : given('');
    case 'PropertyDefinition':
    case 'AccessorProperty':
      return child === parent.value ? given(keyName(parent.key, parent.computed)) : given('');
    case 'VariableDeclarator':
      return given(child === parent.init && parent.id.type === 'Identifier' ? parent.id.name : '');
    case 'AssignmentExpression':
    case 'AssignmentPattern': {
      if (child !== parent.right) return given('');
      const { left } = parent;
      if (left.type === 'Identifier') return given(left.name);
      return given(left.type === 'MemberExpression' ? keyName(left.property, left.computed) : '');
    }
    default:
      return given('');
  }
}

function codePlace(text: string, code: CodeNode, given: Given): FunctionPlace {
  const id = code.type === 'ArrowFunctionExpression' ? null : code.id;
  const types = code.typeParameters?.end ?? 0;
  const parameters = text.indexOf('(', Math.max(id?.end ?? code.start, types));
  return {
    kind: 'function',
    name: id?.name ?? given.name,
    offset: code.type === 'ArrowFunctionExpression' || parameters < 0 ? code.start : parameters,
    from: Math.min(given.header, code.start),
    to: code.body?.start ?? code.end,
    roots: code.body ? [...code.params, code.body] : code.params,
    code,
    owner: given.owner,
  };
}

function initialiserPlaces(node: Class, name: string): FunctionPlace[] {
  const fields: Node[] = [];
  const statics: Node[] = [];
  let firstStatic: Node | null = null;
  for (const member of node.body.body) {
    if (member.type === 'StaticBlock') statics.push(member);
    else if (member.type === 'PropertyDefinition' || member.type === 'AccessorProperty') {
      if (member.value) (member.static ? statics : fields).push(member.value);
      if (!member.static) continue;
    } else continue;
    firstStatic ??= member;
  }
  const of = { name, code: null, owner: node };
  const from = node.start;
  const to = node.body.start;
  const places: FunctionPlace[] = [{ kind: 'fields', ...of, offset: from, from, to, roots: fields }];
  if (firstStatic) {
    const { start } = firstStatic;
    places.push({ kind: 'static', ...of, offset: start, from: start, to: start + 1, roots: statics });
  }
  return places;
}

function importedName(specifier: ImportDeclarationSpecifier): string {
  if (specifier.type === 'ImportDefaultSpecifier') return 'default';
  return specifier.type === 'ImportSpecifier' ? moduleName(specifier.imported) : '*';
}

function moduleName(name: ModuleExportName): string {
  return name.type === 'Literal' ? name.value : name.name;
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (const end of text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) starts.push(end.index + end[0].length);
  return starts;
}

/**
 * What a function allocates itself, read from its source: V8's heap samples name the function, not the expression.
 *
 *     source, position ─► function ─► its expressions, not those of functions within
 *                                     + those of functions of the same file that it calls, which V8 may inline: then
 *                                       what they allocate is counted for the caller
 *
 * Strings and numbers are left out, though V8 counts them: nothing can reuse them.
 */
import type { ArrayExpression, CallExpression, NewExpression, Node, ObjectExpression } from 'oxc-parser';
import type { Allocation, AllocationKind, FunctionAllocations, SourceOf } from './allocation.ts';
import { classShape, riskOf, type Scope } from './class-shapes.ts';
import {
  ARRAY_BYTES,
  CLOSURE_BYTES,
  CONTEXT_BYTES,
  EMPTY_OBJECT_BYTES,
  FUNCTION_BYTES,
  GROWN_STORE_BYTES,
  HEADER_BYTES,
  KNOWN_CALLS,
  KNOWN_CLASSES,
  KNOWN_FUNCTIONS,
  type KnownCall,
  MEMENTO_BYTES,
  NUMBER_BYTES,
  STORE_BYTES,
  WORD_BYTES,
} from './known-allocations.ts';
import {
  bare,
  type CodeNode,
  childrenOf,
  type FunctionPlace,
  functionAt,
  isClass,
  isCode,
  keyName,
  positionOf,
  readSyntax,
} from './syntax-tree.ts';

export interface AllocationOptions {
  /** As V8 gives it. Decides where a position is not exact, or stands for several functions. */
  readonly functionName?: string;
  /** To look up classes that are imported; without it they count as out of sight. */
  readonly sourceOf?: SourceOf;
}

/** Calls of calls. */
const DEEPEST_INLINED = 2;
const MOST_LISTED = 200;
const MOST_KEYS = 3;
const MOST_NAME_LENGTH = 14;

/**
 * What the function at a position allocates.
 *
 * @param line From 1.
 * @param column From 1.
 * @returns Null where the text is no JavaScript or TypeScript, or no function is found.
 */
export function allocationsIn(
  sourceText: string,
  fileName: string,
  line: number,
  column: number,
  options: AllocationOptions = {},
): FunctionAllocations | null {
  const syntax = readSyntax(sourceText, fileName);
  const place = syntax && functionAt(syntax, line, column, options.functionName);
  if (!place) return null;
  const reader = new Reader({ syntax, sourceOf: options.sourceOf ?? null });
  reader.read(place, null, 0);
  return {
    functionName: place.name,
    kind: kindOf(place),
    ...positionOf(syntax, place.offset),
    allocations: reader.allocations,
  };
}

function kindOf({ kind, code }: FunctionPlace): FunctionAllocations['kind'] {
  if (kind !== 'function') return kind;
  if (code && code.type !== 'ArrowFunctionExpression' && code.generator) return 'generator';
  return code?.async ? 'async' : 'function';
}

/** Of a constructor and of initialisers: the class. */
function calledName({ name, owner }: FunctionPlace): string {
  return name === 'constructor' ? (owner?.id?.name ?? name) : name;
}

type Details = Partial<Omit<Allocation, 'what' | 'kind' | 'line' | 'column' | 'via'>>;

class Reader {
  readonly allocations: Allocation[] = [];
  readonly #scope: Scope;
  readonly #read = new Set<FunctionPlace>();
  #via: string | null = null;
  #owner: FunctionPlace['owner'] = null;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  read(place: FunctionPlace, via: string | null, depth: number): void {
    if (this.#read.has(place) || this.allocations.length >= MOST_LISTED) return;
    this.#read.add(place);
    this.#via = via;
    this.#owner = place.owner;
    const called: FunctionPlace[] = [];
    for (const root of place.roots) this.#visit(root, called);
    if (depth >= DEEPEST_INLINED || place.kind === 'module') return;
    for (const other of called) {
      if (kindOf(other) === 'function' || other.kind === 'fields')
        this.read(other, calledName(other), depth + 1);
    }
  }

  #visit(node: Node, called: FunctionPlace[]): void {
    if (isCode(node)) {
      if (node.body) this.#closure(node);
      return;
    }
    if (isClass(node)) {
      this.#add(node, 'class', `class ${node.id?.name ?? ''}`.trim(), { open: true, ...complex('a class') });
      return;
    }
    switch (node.type) {
      case 'TSInterfaceDeclaration':
      case 'TSTypeAliasDeclaration':
        return;
      case 'NewExpression':
        this.#instance(node, called);
        break;
      case 'CallExpression':
        this.#call(node, called);
        break;
      case 'ObjectExpression':
        this.#object(node);
        break;
      case 'ArrayExpression':
        this.#array(node);
        break;
      case 'Literal':
        if ('regex' in node) this.#add(node, 'regexp', this.#short(node), { bytes: EMPTY_OBJECT_BYTES });
        break;
      case 'RestElement':
        this.#add(node, 'rest', this.#short(node), { bytes: null, parts: [ARRAY_BYTES], open: true });
        break;
      case 'ArrayPattern':
        this.#add(node, 'iteration', '[…] = ', { ...ITERATION });
        break;
      case 'ForOfStatement':
        this.#add(node, 'iteration', 'for … of', { ...ITERATION });
        break;
    }
    for (const child of childrenOf(node)) this.#visit(child, called);
  }

  #add(node: Node, kind: AllocationKind, what: string, details: Details): void {
    if (this.allocations.length >= MOST_LISTED) return;
    const { line, column } = positionOf(this.#scope.syntax, node.start);
    const rest = {
      bytes: null,
      alternatives: [],
      parts: [],
      open: false,
      builtins: [],
      state: 'plain',
      why: null,
    } as const;
    this.allocations.push({ kind, what, line, column, ...rest, ...details, via: this.#via });
  }

  #closure(node: CodeNode): void {
    const own = node.type !== 'ArrowFunctionExpression' && (node.generator || !node.async);
    const bytes = own ? FUNCTION_BYTES : CLOSURE_BYTES;
    const contexts = [1, 2, 3, 4].map((variables) => CONTEXT_BYTES + WORD_BYTES * variables);
    // A method of a literal has no prototype.
    const alternatives = own ? [CLOSURE_BYTES] : [];
    const why = complex('a closure keeps what it captured');
    this.#add(node, 'closure', 'closure', { bytes, alternatives, parts: contexts, ...why });
  }

  #instance(node: NewExpression, called: FunctionPlace[]): void {
    const callee = bare(node.callee);
    const name = callee.type === 'Identifier' ? callee.name : null;
    const what = `new ${this.#short(callee, 40)}`;
    const shape = name === null ? null : classShape(name, this.#scope);
    if (shape && name !== null) {
      const { bytes, laterBytes, state, why } = shape;
      const alternatives = laterBytes !== null && laterBytes !== bytes ? [laterBytes] : [];
      this.#add(node, 'instance', what, { bytes, alternatives, open: bytes === null, state, why });
      this.#callConstructor(name, called);
      return;
    }
    const known = name === null ? undefined : KNOWN_CLASSES.get(name);
    if (!known) {
      this.#add(node, 'instance', what, { open: true, ...complex('its class is not in sight') });
      return;
    }
    const builtins = name === null ? [] : [name];
    const open = known.bytes === null || name === 'Array';
    this.#add(node, 'instance', what, { ...known, open, builtins });
  }

  #call(node: CallExpression, called: FunctionPlace[]): void {
    const callee = bare(node.callee);
    const { syntax } = this.#scope;
    if (callee.type === 'Super') {
      this.#superCall(node);
    } else if (callee.type === 'Identifier') {
      const place = syntax.functions.get(callee.name);
      if (place) called.push(place);
      else this.#knownCall(node, `${callee.name}()`, callee.name, KNOWN_FUNCTIONS.get(callee.name));
    } else if (callee.type === 'MemberExpression') {
      const method = keyName(callee.property, callee.computed);
      if (method === null) return;
      const { object } = callee;
      const own = object.type === 'ThisExpression' && this.#owner;
      const place = own && syntax.places.find((other) => other.owner === own && other.name === method);
      if (place) {
        if (place.kind === 'function') called.push(place);
        return;
      }
      const on = object.type === 'Identifier' ? object.name : null;
      const known = KNOWN_CALLS.get(method);
      if (known?.on && (on === null || !known.on.includes(on))) return;
      const isStatic = on !== null && /^[A-Z]/.test(on);
      this.#knownCall(node, isStatic ? `${on}.${method}()` : `.${method}()`, method, known);
    }
  }

  #knownCall(node: Node, what: string, builtin: string, known: KnownCall | undefined): void {
    if (!known) return;
    const risk = known.why === null ? {} : complex(known.why);
    this.#add(node, 'call', what, { bytes: known.bytes, open: true, builtins: [builtin], ...risk });
  }

  /** The constructor of the base allocates, but for the frame of the derived one. */
  #superCall(node: CallExpression): void {
    const name = this.#owner?.id?.name;
    const shape = name === undefined ? null : classShape(name, this.#scope);
    if (name === undefined || !shape) return;
    const { bytes, state, why } = shape;
    this.#add(node, 'instance', `new ${name}`, { bytes, open: bytes === null, state, why });
  }

  #callConstructor(name: string, called: FunctionPlace[]): void {
    const { classes, functions, places } = this.#scope.syntax;
    const owner = classes.get(name);
    for (const place of places) {
      if (owner && place.owner === owner && (place.kind === 'fields' || place.name === 'constructor')) {
        called.push(place);
      }
    }
    const place = functions.get(name);
    if (!owner && place) called.push(place);
  }

  #object(node: ObjectExpression): void {
    const keys: string[] = [];
    let known = true;
    let numbers = false;
    for (const property of node.properties) {
      if (property.type === 'SpreadElement') {
        keys.push(this.#short(property));
        known = false;
        continue;
      }
      const key = keyName(property.key, property.computed);
      if (key === '__proto__' && !property.shorthand) known = false;
      if (key === null || property.kind !== 'init' || /^\d+$/.test(key)) known = false;
      keys.push(key === null ? this.#short(property.key) : clip(key));
      numbers ||= mayBeDouble(property.value);
    }
    const count = new Set(keys).size;
    const size = count === 0 ? EMPTY_OBJECT_BYTES : HEADER_BYTES + WORD_BYTES * count;
    const risk = riskOf(node, '', this.#scope) ?? (count > 20 ? `it has ${count} properties` : null);
    this.#add(node, 'object', `{${listed(keys)}}`, {
      bytes: known ? size : null,
      alternatives: known && count > 0 ? [size + MEMENTO_BYTES] : [],
      parts: known && numbers ? [NUMBER_BYTES] : [],
      open: !known,
      ...(risk === null ? {} : complex(risk)),
    });
  }

  #array(node: ArrayExpression): void {
    const names = node.elements.map((element) => (element ? this.#short(element) : ''));
    const open = node.elements.some((element) => element?.type === 'SpreadElement');
    const store = STORE_BYTES + WORD_BYTES * names.length;
    const risk = riskOf(node, '', this.#scope);
    const constant = names.length > 0 && node.elements.every((element) => element?.type === 'Literal');
    const what = names.length === 0 ? '[]' : `[${listed(names).trim()}]`;
    const grown = names.length === 0 || open;
    this.#add(node, 'array', what, {
      bytes: names.length === 0 || constant || open ? ARRAY_BYTES : ARRAY_BYTES + store,
      alternatives: [ARRAY_BYTES, ARRAY_BYTES + MEMENTO_BYTES],
      parts: grown ? [GROWN_STORE_BYTES] : [store, NUMBER_BYTES],
      open,
      ...(risk === null ? {} : complex(risk)),
    });
  }

  #short(node: Node, most = MOST_NAME_LENGTH): string {
    return clip(this.#scope.syntax.text.slice(node.start, node.end), most);
  }
}

const ITERATION: Details = {
  bytes: 40,
  builtins: ['next', 'values', 'entries', 'keys', '[Symbol.iterator]'],
};

function complex(why: string): { state: 'complex'; why: string } {
  return { state: 'complex', why };
}

function clip(text: string, most = MOST_NAME_LENGTH): string {
  return text.length > most || text.includes('\n') ? '…' : text;
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return '';
  const shown = names.length > MOST_KEYS + 1 ? [...names.slice(0, MOST_KEYS), '…'] : names;
  return ` ${shown.join(', ')} `;
}

/** Arithmetic may give a number that needs an object of its own. */
function mayBeDouble(value: Node): boolean {
  const node = bare(value);
  if (node.type === 'Literal') return typeof node.value === 'number' && !Number.isInteger(node.value);
  return node.type === 'BinaryExpression' || node.type === 'CallExpression';
}

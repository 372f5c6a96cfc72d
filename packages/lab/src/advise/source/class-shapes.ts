/**
 * What an instance of a class holds: its fields, as far as its source tells, and whether resetting it by hand is
 * risky (`AllocationState` says when). Names count where values say nothing: a field `socket = null` will hold one.
 */
import type { Class, Node } from 'oxc-parser';
import type { AllocationState, SourceOf } from './allocation.ts';
import { HEADER_BYTES, KNOWN_CLASSES, WORD_BYTES } from './known-allocations.ts';
import {
  bare,
  type CodeNode,
  childrenOf,
  isClass,
  isCode,
  keyName,
  readSyntax,
  type Syntax,
} from './syntax-tree.ts';

export interface ClassShape {
  /** Of an instance once V8 knows its fields; null where it extends something that is not in sight. */
  readonly bytes: number | null;
  /** With the fields that other methods add; the same as `bytes` where they add none. */
  readonly laterBytes: number | null;
  readonly fields: readonly string[];
  readonly state: AllocationState;
  readonly why: string | null;
}

/** Where names are looked up. */
export interface Scope {
  readonly syntax: Syntax;
  readonly sourceOf: SourceOf | null;
}

const MOST_FIELDS = 20;
const MOST_COLLECTIONS = 3;
/** Classes within classes, modules behind modules. */
const DEEPEST = 4;
const OWNS = new Set(['close', 'destroy', 'dispose', 'terminate', 'disconnect', '#close', '#destroy']);
const LISTENS = new Set(['on', 'once', 'addListener', 'addEventListener', 'prependListener', 'subscribe']);
const TIMERS = new Set(['setTimeout', 'setInterval', 'setImmediate']);
const OPENS =
  /^(?:create(?:Server|Connection|ReadStream|WriteStream|Interface|Socket)|connect|openSync|fork|spawn|watch)$/;
const RISKY_NAME =
  /^(?:socket|stream|connection|server|fd|timer|timers|interval|listeners?|emitter|promise|resolve|reject|signal|worker|watcher|subscription)$|(?:Socket|Stream|Server|Timer|Promise|Listeners?|Emitter|Worker|Watcher|Controller)$/;
const RISKY_TYPE =
  /\b(?:Promise|WeakRef|FinalizationRegistry|Socket|Server|EventEmitter|EventTarget|Readable|Writable|Duplex|Transform|AbortController|AbortSignal|Timeout|Immediate|Worker|MessagePort|FileHandle|ChildProcess)\b/;
const COLLECTIONS = new Set(['Map', 'Set', 'WeakMap', 'WeakSet', 'Array']);

/** A class or a constructor function, and the file it stands in. */
interface Found {
  readonly node: Class | CodeNode;
  readonly scope: Scope;
}

/** Null: the name is not in this file, nor in a module that may be read. */
export function classShape(name: string, scope: Scope): ClassShape | null {
  const found = findClass(name, scope, 0);
  return found && shapeOf(found, name, 0);
}

/**
 * Why holding this value makes reuse risky; null where it does not.
 *
 * @param name Of the field; empty for the value itself.
 */
export function riskOf(value: Node, name: string, scope: Scope, depth = 0): string | null {
  const node = bare(value);
  if (isCode(node)) return `${shown(name)} holds a closure`;
  if (isClass(node)) return `${shown(name)} holds a class`;
  switch (node.type) {
    case 'AwaitExpression':
      return riskOf(node.argument, name, scope, depth);
    case 'NewExpression':
      return riskOfNew(node.callee, name, scope, depth);
    case 'CallExpression':
      return riskOfCall(node.callee, name);
    case 'ConditionalExpression':
      return riskOf(node.consequent, name, scope, depth) ?? riskOf(node.alternate, name, scope, depth);
    case 'LogicalExpression':
      return riskOf(node.left, name, scope, depth) ?? riskOf(node.right, name, scope, depth);
    case 'AssignmentExpression':
      return riskOf(node.right, name, scope, depth);
    case 'ArrayExpression':
      return first(node.elements, (element) => element && riskOf(element, name, scope, depth));
    case 'ObjectExpression':
      return first(node.properties, (property) => {
        if (property.type === 'SpreadElement') return null;
        const key = keyName(property.key, property.computed) ?? name;
        return property.kind === 'init'
          ? riskOf(property.value, key, scope, depth)
          : `'${key}' is an accessor`;
      });
    case 'Literal':
      return node.value === null && RISKY_NAME.test(plainName(name)) ? `${shown(name)} by its name` : null;
    case 'Identifier':
      return RISKY_NAME.test(plainName(name)) ? `${shown(name)} by its name` : null;
    default:
      return null;
  }
}

function riskOfNew(callee: Node, name: string, scope: Scope, depth: number): string | null {
  if (callee.type !== 'Identifier') return `${shown(name)} holds an object of another module`;
  const found = depth < DEEPEST ? findClass(callee.name, scope, 0) : null;
  if (found) {
    const { why } = shapeOf(found, callee.name, depth + 1);
    return why && `${shown(name)} holds a ${callee.name}: ${why}`;
  }
  const known = KNOWN_CLASSES.get(callee.name);
  if (known) return known.why && `${shown(name)} holds a ${callee.name}: ${known.why}`;
  return `${shown(name)} holds a ${callee.name} of another module`;
}

function riskOfCall(callee: Node, name: string): string | null {
  const called = bare(callee);
  const member = called.type === 'MemberExpression' ? keyName(called.property, called.computed) : null;
  const method = member ?? (called.type === 'Identifier' ? called.name : '');
  if (TIMERS.has(method)) return `${shown(name)} holds a timer`;
  if (OPENS.test(method)) return `${shown(name)} holds what ${method}() opens`;
  if (method === 'bind') return `${shown(name)} holds a closure`;
  if (method === 'then' || (called.type === 'MemberExpression' && isNamed(called.object, 'Promise'))) {
    return `${shown(name)} holds a promise`;
  }
  return RISKY_NAME.test(plainName(name)) ? `${shown(name)} by its name` : null;
}

function findClass(name: string, scope: Scope, depth: number): Found | null {
  const { syntax, sourceOf } = scope;
  const node = syntax.classes.get(name) ?? syntax.functions.get(name)?.code;
  if (node) return { node, scope };
  if (!sourceOf || depth >= DEEPEST) return null;
  const links = [
    ...[syntax.imports.get(name)].flatMap((from) => (from ? [from] : [])),
    ...syntax.reexports.filter((link) => link.as === name).map((link) => link.from),
    ...(depth === 0 ? [] : syntax.reexports.filter((link) => link.as === '*').map((link) => link.from)),
  ];
  for (const link of links) {
    const source = sourceOf(link.specifier, syntax.fileName);
    const other = source && readSyntax(source.text, source.fileName);
    const wanted = link.name === '*' || link.name === 'default' ? name : link.name;
    const found = other && findClass(wanted, { syntax: other, sourceOf }, depth + 1);
    if (found) return found;
  }
  return null;
}

function shapeOf({ node, scope }: Found, name: string, depth: number): ClassShape {
  const fields = new Map<string, string | null>();
  const later = new Set<string>();
  const reasons: string[] = [];
  let collections = 0;
  let known = true;
  const set = (field: string, value: Node | null, type: string): void => {
    const risk =
      (value && riskOf(value, field, scope, depth)) ??
      (RISKY_TYPE.test(type) ? `'${field}' is a ${type}` : null) ??
      (value ? null : RISKY_NAME.test(plainName(field)) ? `'${field}' by its name` : null);
    if (risk) reasons.push(risk);
    if (value && isCollection(bare(value))) collections++;
    if (!fields.has(field)) fields.set(field, null);
  };
  const constructing = (root: Node): void => {
    for (const item of ownNodes(root)) {
      const assigned = fieldAssigned(item);
      if (assigned) set(assigned.field, assigned.value, '');
      const risk = item.type === 'CallExpression' ? riskOfConstructorCall(item) : null;
      if (risk) reasons.push(risk);
    }
  };

  if (isCode(node)) {
    if (node.body) constructing(node.body);
  } else {
    if (node.superClass && !isNamed(node.superClass, 'Object')) {
      const parent = node.superClass.type === 'Identifier' ? node.superClass.name : '';
      const base = parent !== name && depth < DEEPEST ? findClass(parent, scope, 0) : null;
      const shape = base && shapeOf(base, parent, depth + 1);
      for (const field of shape?.fields ?? []) fields.set(field, null);
      if (shape?.why) reasons.push(shape.why);
      if (!shape)
        reasons.push(`it extends ${scope.syntax.text.slice(node.superClass.start, node.superClass.end)}`);
      known = shape !== null && shape.bytes !== null;
    }
    const brand = ` brand of ${name}`;
    for (const member of node.body.body) {
      if (member.type === 'PropertyDefinition' || member.type === 'AccessorProperty') {
        if (member.static || (member.type === 'PropertyDefinition' && member.declare)) continue;
        const type = member.typeAnnotation;
        const typeText = type ? scope.syntax.text.slice(type.start, type.end).replace(/^:\s*/, '') : '';
        set(keyName(member.key, member.computed) ?? '[computed]', member.value, typeText);
        if (member.value) constructing(member.value);
      } else if (member.type === 'MethodDefinition' && !member.static) {
        const method =
          keyName(member.key, member.computed) ?? scope.syntax.text.slice(member.key.start, member.key.end);
        if (OWNS.has(method) || /^Symbol\.(?:asyncD|d)ispose$/.test(method)) {
          reasons.push(`it has ${method}(), so it owns something`);
        }
        if (method.startsWith('#')) fields.set(brand, null);
        if (member.kind !== 'constructor') {
          for (const field of fieldsAssigned(member.value)) later.add(field);
          continue;
        }
        for (const parameter of member.value.params) {
          if (parameter.type !== 'TSParameterProperty') continue;
          const target = parameter.parameter;
          const left = target.type === 'AssignmentPattern' ? target.left : target;
          const type = left.type === 'Identifier' ? left.typeAnnotation : null;
          const typeText = type ? scope.syntax.text.slice(type.start, type.end).replace(/^:\s*/, '') : '';
          const value = target.type === 'AssignmentPattern' ? target.right : null;
          if (left.type === 'Identifier') set(left.name, value, typeText);
        }
        if (member.value.body) constructing(member.value.body);
      }
    }
  }
  if (fields.size > MOST_FIELDS) reasons.push(`it has ${fields.size} fields`);
  if (collections > MOST_COLLECTIONS) reasons.push(`it holds ${collections} collections`);
  const added = [...later].filter((field) => !fields.has(field)).length;
  const bytes = known ? HEADER_BYTES + WORD_BYTES * fields.size : null;
  return {
    bytes,
    laterBytes: bytes === null ? null : bytes + WORD_BYTES * added,
    fields: [...fields.keys()],
    state: reasons.length > 0 ? 'complex' : 'plain',
    why: reasons.length > 0 ? [...new Set(reasons)].slice(0, 2).join('; ') : null,
  };
}

/** A node and all within, but for functions and classes inside of it. */
function* ownNodes(node: Node): Generator<Node> {
  yield node;
  for (const child of childrenOf(node)) {
    if (!isCode(child) && !isClass(child)) yield* ownNodes(child);
  }
}

function fieldAssigned(node: Node): { field: string; value: Node } | null {
  if (node.type !== 'AssignmentExpression') return null;
  const { left } = node;
  if (left.type !== 'MemberExpression' || left.object.type !== 'ThisExpression') return null;
  const field = keyName(left.property, left.computed);
  return field === null ? null : { field, value: node.right };
}

function* fieldsAssigned(root: Node): Generator<string> {
  for (const child of childrenOf(root)) {
    for (const node of ownNodes(child)) {
      const assigned = fieldAssigned(node);
      if (assigned) yield assigned.field;
    }
  }
}

function riskOfConstructorCall(node: Node): string | null {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return null;
  const method = keyName(node.callee.property, node.callee.computed) ?? '';
  if (LISTENS.has(method)) return 'its constructor adds a listener';
  const freezes = isNamed(node.callee.object, 'Object') && /^(?:freeze|seal|preventExtensions)$/.test(method);
  return freezes && node.arguments[0]?.type === 'ThisExpression' ? 'its constructor freezes it' : null;
}

function isCollection(node: Node): boolean {
  if (node.type === 'ArrayExpression') return true;
  return (
    node.type === 'NewExpression' && node.callee.type === 'Identifier' && COLLECTIONS.has(node.callee.name)
  );
}

function isNamed(node: Node, name: string): boolean {
  return node.type === 'Identifier' && node.name === name;
}

function shown(name: string): string {
  return name === '' ? 'it' : `'${name}'`;
}

function plainName(name: string): string {
  return name.replace(/^[#_]+/, '');
}

function first<T>(items: readonly T[], test: (item: T) => string | null): string | null {
  for (const item of items) {
    const found = test(item);
    if (found) return found;
  }
  return null;
}

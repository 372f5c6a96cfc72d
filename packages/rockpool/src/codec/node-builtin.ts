/// <reference types="node" preserve="true" />
/**
 * Node's own modules, asked for when they are needed instead of imported: whoever imports `rockpool` for its pools
 * must get along without sockets and files, in a browser too.
 */

interface Builtins {
  readonly 'node:fs': typeof import('node:fs');
  readonly 'node:net': typeof import('node:net');
  readonly 'node:stream': typeof import('node:stream');
}

/** The module; undefined where the platform has none. */
export function nodeBuiltin<Name extends keyof Builtins>(name: Name): Builtins[Name] | undefined {
  if (typeof process === 'undefined') return undefined;
  return process.getBuiltinModule?.(name) as Builtins[Name] | undefined;
}

/** As {@link nodeBuiltin}, for what cannot do without. */
export function expectNodeBuiltin<Name extends keyof Builtins>(action: string, name: Name): Builtins[Name] {
  const found = nodeBuiltin(name);
  if (found === undefined) throw new Error(`Cannot ${action} as this platform has no '${name}'`);
  return found;
}

/**
 * `SuppressedError` has the platform's shape. The expected descriptors were read from Node 24; where the
 * platform has the class, they are read from it again, so that neither side can drift.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SuppressedErrorClass } from '../../src/index.ts';

const platform = (globalThis as { SuppressedError?: SuppressedErrorClass }).SuppressedError;

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** The library's class as it is loaded where `SuppressedError` is `global`. */
async function loadWith(global: unknown): Promise<SuppressedErrorClass> {
  vi.resetModules();
  vi.stubGlobal('SuppressedError', global);
  return (await import('../../src/index.ts')).SuppressedError;
}

/** Attributes without the value: `w` writable, `e` enumerable, `c` configurable. */
function attributes(object: object, key: string): string {
  const found = Object.getOwnPropertyDescriptor(object, key);
  if (found === undefined) return 'absent';
  return `${found.writable ? 'w' : ''}${found.enumerable ? 'e' : ''}${found.configurable ? 'c' : ''}`;
}

/** Everything about the class that a program can rely on. */
function shapeOf(Class: SuppressedErrorClass): unknown {
  const made = new Class('error', 'suppressed', 'message');
  const bare = new Class('error', 'suppressed');
  return {
    class: {
      name: Class.name,
      nameIs: attributes(Class, 'name'),
      length: Class.length,
      parentIsError: Object.getPrototypeOf(Class) === Error,
      prototypeIs: attributes(Class, 'prototype'),
    },
    prototype: {
      name: Class.prototype.name,
      nameIs: attributes(Class.prototype, 'name'),
      constructorIs: attributes(Class.prototype, 'constructor'),
      parentIsErrors: Object.getPrototypeOf(Class.prototype) === Error.prototype,
    },
    instance: {
      keys: Object.keys(made),
      own: Object.getOwnPropertyNames(made),
      ownWithoutMessage: Object.getOwnPropertyNames(bare),
      error: made.error,
      errorIs: attributes(made, 'error'),
      suppressed: made.suppressed,
      suppressedIs: attributes(made, 'suppressed'),
      message: made.message,
      messageIs: attributes(made, 'message'),
      messageLeftOut: bare.message,
      isError: made instanceof Error,
      isItsOwn: made instanceof Class,
      hasStack: typeof made.stack === 'string',
      asText: String(made),
      asBareText: String(bare),
      tag: Object.prototype.toString.call(made),
    },
  };
}

const NODE_24 = {
  class: {
    name: 'SuppressedError',
    nameIs: 'c',
    length: 3,
    parentIsError: true,
    prototypeIs: '',
  },
  prototype: {
    name: 'SuppressedError',
    nameIs: 'wc',
    constructorIs: 'wc',
    parentIsErrors: true,
  },
  instance: {
    keys: [],
    own: ['stack', 'message', 'error', 'suppressed'],
    ownWithoutMessage: ['stack', 'error', 'suppressed'],
    error: 'error',
    errorIs: 'wc',
    suppressed: 'suppressed',
    suppressedIs: 'wc',
    message: 'message',
    messageIs: 'wc',
    messageLeftOut: '',
    isError: true,
    isItsOwn: true,
    hasStack: true,
    asText: 'SuppressedError: message',
    asBareText: 'SuppressedError',
    tag: '[object Error]',
  },
};

describe('SuppressedError', () => {
  it('has the shape of Node 24’s where the platform has none', async () => {
    expect(shapeOf(await loadWith(undefined))).toEqual(NODE_24);
  });

  it.runIf(platform !== undefined)('has the shape of the platform’s', () => {
    expect(shapeOf(platform as SuppressedErrorClass)).toEqual(NODE_24);
  });

  it('is the platform’s own class where there is one', async () => {
    class Platform extends Error {}
    expect(await loadWith(Platform)).toBe(Platform);
  });

  it.runIf(platform !== undefined)('is the global one on this platform', async () => {
    expect((await import('../../src/index.ts')).SuppressedError).toBe(platform);
  });

  it('begins its stack with its name and message, and at the caller', async () => {
    const Class = await loadWith(undefined);
    const lines = new Class(1, 2, 'text').stack?.split('\n') ?? [];
    expect(lines[0]).toBe('SuppressedError: text');
    expect(lines[1]).toContain('suppressed-error.test');
  });

  it('keeps a false message apart from a missing one', async () => {
    const Class = await loadWith(undefined);
    expect(Object.hasOwn(new Class(1, 2, ''), 'message')).toBe(true);
    expect(Object.hasOwn(new Class(1, 2, undefined), 'message')).toBe(false);
  });
});

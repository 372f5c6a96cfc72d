/**
 * Constructors in the place of the global `ArrayBuffer` and typed arrays.
 *
 * Each shares its original's prototype, statics and parent, and constructs by the original, with the `new.target` of
 * subclasses. `prototype.constructor` is the new one, so that `array.constructor === Uint8Array` holds as before. What
 * differs: the text of the function, and 7 ns a construction; `subarray` and `slice` of typed arrays (not of
 * Buffers) take some 30 ns more, since V8's shortcut past `constructor` wants the original (Node 20.20, 2-core AMD
 * EPYC).
 *
 * Each is compiled for itself, from the same text: V8 keeps what it knows of a call by the text it stands in, and one
 * function for all would know nothing of any.
 */
import { compileFunction } from 'node:vm';
import { type ByteSampler, HANDLE_BYTES } from './byte-sites.ts';
import { copyFace, isMemory } from './wrap-buffer.ts';

type Constructor = new (...args: unknown[]) => { readonly byteLength: number };

const NAMES = [
  'ArrayBuffer',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float16Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
];

/** A call without `new` throws, as the original does. What is made over memory that exists is a view. */
const STAND_IN = `'use strict';
  const Stand = function () {
    const target = new.target;
    if (target === undefined) return Original.apply(undefined, arguments);
    const made = construct(Original, arguments, target === Stand ? Original : target);
    const source = arguments[0];
    if (typeof source === 'object' && source !== null && isMemory(source)) return made;
    sampler.calls++;
    sampler.left -= made.byteLength + handleBytes;
    if (sampler.left < 0) sampler.take(what, made, made.byteLength, Stand);
    return made;
  };
  return Stand;
`;
const PARAMETERS = ['Original', 'construct', 'isMemory', 'sampler', 'handleBytes', 'what'];

/**
 * Puts the constructors in place.
 *
 * @param notes is told what could not be wrapped
 */
export function wrapArrays(sampler: ByteSampler, notes: string[]): void {
  for (const name of NAMES) {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    const original = descriptor?.value as Constructor | undefined;
    if (typeof original !== 'function') continue;
    try {
      const stand = compileFunction(STAND_IN, PARAMETERS, { filename: `${__dirname}/stand-in` }).call(
        undefined,
        original,
        Reflect.construct,
        isMemory,
        sampler,
        HANDLE_BYTES,
        `new ${name}`,
      ) as Constructor;
      takeFace(original, stand);
      Object.defineProperty(globalThis, name, { ...descriptor, value: stand });
    } catch {
      notes.push(`new ${name} could not be watched, since it is frozen.`);
    }
  }
}

/** Name, length, statics, prototype and parent of the original. */
function takeFace(original: Constructor, stand: Constructor): void {
  copyFace(original, stand);
  for (const key of Reflect.ownKeys(original)) {
    if (key === 'prototype' || key === 'name' || key === 'length') continue;
    const descriptor = Object.getOwnPropertyDescriptor(original, key);
    if (descriptor !== undefined) Object.defineProperty(stand, key, descriptor);
  }
  Object.setPrototypeOf(stand, Object.getPrototypeOf(original));
  Object.defineProperty(stand, 'prototype', { value: original.prototype, writable: false });
  Object.defineProperty(original.prototype, 'constructor', { ...CONSTRUCTOR, value: stand });
}

const CONSTRUCTOR = { writable: true, enumerable: false, configurable: true };

/**
 * Wrappers of what makes Buffers: each has its original's name, length and descriptor, and passes `this`, arguments,
 * results and errors through. What the program replaces itself stays replaced.
 */
import { types } from 'node:util';
import { type ByteSampler, HANDLE_BYTES } from './byte-sites.ts';

type Maker = (this: unknown, a?: unknown, b?: unknown, c?: unknown) => ArrayBufferView;

/**
 * Wraps the functions of `Buffer`, and `TextEncoder.encode`.
 *
 * The wrappers of what is called most are written out one by one: functions of their own, from which V8 inlines the
 * original, so that they cost some 2 ns. One function for all cost 10 to 18 (`allocUnsafe(16)`, Node 20.20).
 *
 * @param notes is told what could not be wrapped
 */
export function wrapBuffer(sampler: ByteSampler, notes: string[]): void {
  replace(Buffer, 'alloc', notes, (original) => {
    const alloc: Maker = function (size, fill, encoding) {
      const made = original.call(this, size, fill, encoding);
      sampler.calls++;
      sampler.left -= made.byteLength + HANDLE_BYTES;
      if (sampler.left < 0) sampler.take('Buffer.alloc', made, made.byteLength, alloc);
      return made;
    };
    return alloc;
  });
  replace(Buffer, 'allocUnsafe', notes, (original) => {
    const allocUnsafe: Maker = function (size) {
      const made = original.call(this, size);
      sampler.calls++;
      sampler.left -= made.byteLength + HANDLE_BYTES;
      if (sampler.left < 0) sampler.take('Buffer.allocUnsafe', made, made.byteLength, allocUnsafe);
      return made;
    };
    return allocUnsafe;
  });
  replace(Buffer, 'allocUnsafeSlow', notes, (original) => {
    const allocUnsafeSlow: Maker = function (size) {
      const made = original.call(this, size);
      sampler.calls++;
      sampler.left -= made.byteLength + HANDLE_BYTES;
      if (sampler.left < 0) sampler.take('Buffer.allocUnsafeSlow', made, made.byteLength, allocUnsafeSlow);
      return made;
    };
    return allocUnsafeSlow;
  });
  replace(Buffer, 'from', notes, (original) => {
    const from: Maker = function (value, encodingOrOffset, length) {
      const before = sampler.left;
      sampler.left = Number.POSITIVE_INFINITY; // long strings come by allocUnsafeSlow
      let made: ArrayBufferView;
      try {
        made = original.call(this, value, encodingOrOffset, length);
      } finally {
        sampler.left = before;
      }
      if (isMemory(value)) return made;
      sampler.calls++;
      sampler.left -= made.byteLength + HANDLE_BYTES;
      if (sampler.left < 0) sampler.take('Buffer.from', made, made.byteLength, from);
      return made;
    };
    return from;
  });
  for (const name of ['concat', 'copyBytesFrom']) {
    replace(Buffer, name, notes, (original) => outer(original, `Buffer.${name}`, sampler));
  }
  replace(TextEncoder.prototype, 'encode', notes, (original) =>
    outer(original, 'TextEncoder.encode', sampler),
  );
}

function replace(owner: object, name: string, notes: string[], wrap: (original: Maker) => Maker): void {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  const original = descriptor?.value as Maker | undefined;
  if (typeof original !== 'function') return;
  try {
    const wrapped = wrap(original);
    copyFace(original, wrapped);
    Object.defineProperty(owner, name, { ...descriptor, value: wrapped });
  } catch {
    notes.push(`${name} could not be watched, since it is frozen.`);
  }
}

/** Of a function that may call the others, which then do not count. */
function outer(original: Maker, what: string, sampler: ByteSampler): Maker {
  const wrapped: Maker = function (a, b, c) {
    const before = sampler.left;
    sampler.left = Number.POSITIVE_INFINITY;
    let made: ArrayBufferView;
    try {
      made = original.call(this, a, b, c);
    } finally {
      sampler.left = before;
    }
    sampler.calls++;
    sampler.left -= made.byteLength + HANDLE_BYTES;
    if (sampler.left < 0) sampler.take(what, made, made.byteLength, wrapped);
    return made;
  };
  return wrapped;
}

/** What is made over memory that exists allocates no bytes; be the memory of this realm or of another. */
export function isMemory(value: unknown): boolean {
  return typeof value === 'object' && types.isAnyArrayBuffer(value);
}

/** Name and length, as `Function.prototype` has them. */
export function copyFace(from: object, to: object): void {
  for (const key of ['name', 'length']) {
    const descriptor = Object.getOwnPropertyDescriptor(from, key);
    if (descriptor !== undefined) Object.defineProperty(to, key, descriptor);
  }
}

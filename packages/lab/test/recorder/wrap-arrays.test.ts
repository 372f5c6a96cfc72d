import { expect, test } from 'vitest';
import { watchedChild } from './watched-child.ts';

test.each([
  ['ArrayBuffer', 1],
  ['Int8Array', 1],
  ['Uint8Array', 1],
  ['Uint8ClampedArray', 1],
  ['Int16Array', 2],
  ['Uint16Array', 2],
  ['Int32Array', 4],
  ['Uint32Array', 4],
  ['Float32Array', 4],
  ['Float64Array', 8],
  ['BigInt64Array', 8],
  ['BigUint64Array', 8],
])('new %s counts each, with its bytes', (name, width) => {
  const { sites, calls, callers } = watchedChild(`for (let i = 0; i < 5; i++) new ${name}(100);`);
  expect(sites).toEqual([[`new ${name}`, 5, 500 * width]]);
  expect(calls).toBe(5);
  expect(callers).toEqual(['program']);
});

test('views of memory that exists are no allocations', () => {
  const { sites, calls, result } = watchedChild(`
    const memory = new ArrayBuffer(64);
    const shared = new SharedArrayBuffer(64);
    const bytes = new Uint8Array(memory);
    const lengths = [];
    for (let i = 0; i < 5; i++) {
      lengths.push(
        new Uint8Array(memory).length,
        new Float64Array(memory, 8, 2).length,
        new Int32Array(shared).length,
        bytes.subarray(4, 8).length,
      );
    }
    return lengths.slice(0, 4);`);
  expect(result).toEqual([64, 2, 16, 4]);
  expect(sites).toEqual([['new ArrayBuffer', 1, 64]]);
  expect(calls).toBe(1);
});

test('copies count: of arrays, of iterables, and by slice(), map(), from() and of()', () => {
  const { sites, result } = watchedChild(`
    const bytes = new Uint8Array([1, 2, 3]);
    return [
      [...new Uint16Array(bytes)],
      [...new Uint32Array(new Set([7, 8]))],
      [...bytes.slice(1)],
      [...bytes.map((byte) => byte * 2)],
      [...Float64Array.from([1, 2])],
      [...Int8Array.of(5)],
      new ArrayBuffer(8).slice(0, 4).byteLength,
    ];`);
  expect(result).toEqual([[1, 2, 3], [7, 8], [2, 3], [2, 4, 6], [1, 2], [5], 4]);
  expect(sites).toEqual([
    ['new Uint8Array', 1, 3],
    ['new Uint16Array', 1, 6],
    ['new Uint32Array', 1, 8],
    ['new Uint8Array', 1, 2],
    ['new Uint8Array', 1, 3],
    ['new Float64Array', 1, 16],
    ['new Int8Array', 1, 1],
    ['new ArrayBuffer', 1, 8],
    ['new ArrayBuffer', 1, 4],
  ]);
});

test('an instance of a subclass is its own, and counts once', () => {
  const { sites, calls, callers, result } = watchedChild(`
    class Frame extends Uint8Array {
      constructor(size) { super(size); this.own = true; }
    }
    class Inner extends Frame {}
    const made = [new Frame(4), new Inner(5)];
    return made.map((it) => [it.constructor.name, it instanceof Uint8Array, it.own, it.length]);`);
  expect(result).toEqual([
    ['Frame', true, true, 4],
    ['Inner', true, true, 5],
  ]);
  expect(sites.map(([what, count]) => [what, count])).toEqual([
    ['new Uint8Array', 1],
    ['new Uint8Array', 1],
  ]);
  expect(sites.reduce((sum, [, , bytes]) => sum + bytes, 0)).toBe(9);
  expect(calls).toBe(2);
  expect(callers).toEqual(['Frame', 'Frame']);
});

test('a construction that throws is not counted', () => {
  const { sites, calls, result } = watchedChild(`
    const names = [];
    const memory = new SharedArrayBuffer(9);
    for (const make of [
      () => new Uint8Array(-1),
      () => new Float64Array(memory),
      () => Uint8Array(3),
      () => new ArrayBuffer(2 ** 60),
    ]) {
      try { make(); } catch (error) { names.push(error.name); }
    }
    return names;`);
  expect(result).toEqual(['RangeError', 'RangeError', 'TypeError', 'RangeError']);
  expect({ sites, calls }).toEqual({ sites: [], calls: 0 });
});

test('what Node made before is an instance still, and its copies count', () => {
  const { sites, result } = watchedChild(
    'return [before instanceof Uint8Array, before.constructor === Uint8Array, before.slice().length];',
    'const before = new Uint8Array(6);',
  );
  expect(result).toEqual([true, true, 6]);
  expect(sites).toEqual([['new Uint8Array', 1, 6]]);
});

test('frozen globals are told of, and work', () => {
  const { sites, notes, result } = watchedChild(
    'return new Float64Array(3).length;',
    "Object.freeze(Float64Array.prototype); Object.defineProperty(globalThis, 'Int8Array', { writable: false, configurable: false });",
  );
  expect(result).toBe(3);
  expect(sites).toEqual([]);
  expect(notes).toEqual([
    'new Int8Array could not be watched, since it is frozen.',
    'new Float64Array could not be watched, since it is frozen.',
  ]);
});

import { expect, test } from 'vitest';
import { watchedChild } from './watched-child.ts';

test.each([
  ['Buffer.alloc', 'Buffer.alloc(100)', 100],
  ['Buffer.allocUnsafe', 'Buffer.allocUnsafe(100)', 100],
  ['Buffer.allocUnsafeSlow', 'Buffer.allocUnsafeSlow(100)', 100],
  ['Buffer.from', 'Buffer.from("ab".repeat(50))', 100],
  ['Buffer.from', 'Buffer.from([1, 2, 3])', 3],
  ['Buffer.from', 'Buffer.from(Object("abc"))', 3],
  ['Buffer.copyBytesFrom', 'Buffer.copyBytesFrom(numbers)', 8],
  ['TextEncoder.encode', 'encoder.encode("a€")', 4],
])('%s counts each call once: %s', (what, call, bytes) => {
  const { sites, calls, callers } = watchedChild(`
    const encoder = new TextEncoder();
    const numbers = new Uint16Array(4);
    sampler.calls = 0;
    for (let i = 0; i < 5; i++) ${call};`);
  expect(sites.filter(([made]) => made !== 'new Uint16Array')).toEqual([[what, 5, 5 * bytes]]);
  expect(calls).toBe(5);
  expect(callers).toContain('program');
});

test('concat counts once, not what it calls', () => {
  const { sites, calls, result } = watchedChild(`
    const parts = [Buffer.allocUnsafeSlow(10), Buffer.allocUnsafeSlow(20)];
    let bytes = 0;
    for (let i = 0; i < 3; i++) bytes += Buffer.concat(parts).length;
    return bytes;`);
  expect(sites).toEqual([
    ['Buffer.allocUnsafeSlow', 1, 10],
    ['Buffer.allocUnsafeSlow', 1, 20],
    ['Buffer.concat', 3, 90],
  ]);
  // Each asks for its memory by another wrapper, which the calls do count: they cost as much.
  expect(calls).toBe(2 + 2 * 3);
  expect(result).toBe(90);
});

test('a long string counts once, however Node comes by its memory', () => {
  const { sites } = watchedChild("for (let i = 0; i < 3; i++) Buffer.from('ab'.repeat(50_000));");
  expect(sites).toEqual([['Buffer.from', 3, 300_000]]);
});

test('a concat that throws is passed on, and what comes after it is counted', () => {
  const { sites, result } = watchedChild(`
    let code;
    try { Buffer.concat([1]); } catch (error) { code = error.code; }
    Buffer.alloc(7);
    return code;`);
  expect(result).toBe('ERR_INVALID_ARG_TYPE');
  expect(sites).toEqual([['Buffer.alloc', 1, 7]]);
});

test('a call that throws is not counted', () => {
  const { sites, calls, result } = watchedChild(`
    const codes = [];
    for (const call of [() => Buffer.alloc(-1), () => Buffer.from(5), () => Buffer.allocUnsafe('x')]) {
      try { call(); } catch (error) { codes.push(error.code); }
    }
    return codes;`);
  expect(result).toEqual(['ERR_OUT_OF_RANGE', 'ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_TYPE']);
  expect({ sites, calls }).toEqual({ sites: [], calls: 0 });
});

test('views of memory that exists are no allocations', () => {
  const { sites } = watchedChild(`
    const whole = Buffer.allocUnsafeSlow(1000);
    const shared = new SharedArrayBuffer(8);
    for (let i = 0; i < 5; i++) {
      whole.subarray(1, 5);
      whole.slice(1, 5);
      Buffer.from(whole.buffer);
      Buffer.from(whole.buffer, 2, 4);
      Buffer.from(shared);
    }`);
  expect(sites).toEqual([['Buffer.allocUnsafeSlow', 1, 1000]]);
});

test('fill and encoding are passed on', () => {
  const { result } = watchedChild(`return [
    Buffer.alloc(4, 'YWI=', 'base64').toString(),
    Buffer.from('ff01', 'hex').length,
    Buffer.from(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2).toString('hex'),
    Buffer.concat([Buffer.from('ab'), Buffer.from('cd')], 3).toString(),
    Buffer.copyBytesFrom(new Uint8Array([1, 2, 3]), 1, 1)[0],
  ];`);
  expect(result).toEqual(['abab', 2, '0203', 'abc', 2]);
});

test('what is called by itself, without Buffer before it, counts as well', () => {
  const { sites, result } = watchedChild(
    'const { alloc, from } = Buffer; return alloc(3).length + from("ab").length;',
  );
  expect(result).toBe(5);
  expect(sites).toEqual([
    ['Buffer.alloc', 1, 3],
    ['Buffer.from', 1, 2],
  ]);
});

test('a frozen Buffer is told of, and works', () => {
  const { sites, notes, result } = watchedChild('return Buffer.alloc(3).length;', 'Object.freeze(Buffer);');
  expect(result).toBe(3);
  expect(sites).toEqual([]);
  expect(notes).toContain('alloc could not be watched, since it is frozen.');
  expect(notes).toHaveLength(6);
});

test('a function that the program replaced before is called, and counted by its name', () => {
  const { sites, result } = watchedChild(
    'return Buffer.alloc(3)[0];',
    'const own = Buffer.alloc; Buffer.alloc = (size) => own(size + 1, 9);',
  );
  expect(result).toBe(9);
  expect(sites).toEqual([['Buffer.alloc', 1, 4]]);
});

/** Search in a buffer: the indices are absolute, and where a Buffer finds something, so does a buffer. */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { IndexRangeError } from '../../src/buffer/index.ts';
import { LONG } from './long.ts';
import { expectAllReturned, pattern, rockpoolErrorOf, stateOf } from './tools.ts';
import { ALLOCATORS, filled, WAYS } from './ways.ts';

afterAll(() => {
  for (const allocator of ALLOCATORS) expectAllReturned(allocator);
});

const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe.each(WAYS)('a buffer, $name,', (way) => {
  it('finds a byte between its indices, or between those given', () => {
    const buf = filled(way, ascii('a.b.c.d.')).setIndex(2, 7);
    const dot = 0x2e;
    expect(buf.indexOf(dot)).toBe(3);
    expect(buf.indexOf(0x61), 'before readerIndex').toBe(-1);
    expect(buf.indexOf(dot, 0)).toBe(1);
    expect(buf.indexOf(dot, 4)).toBe(5);
    expect(buf.indexOf(dot, 6), 'from there to writerIndex').toBe(-1);
    expect(buf.indexOf(dot, 6, 8), 'past writerIndex').toBe(7);
    expect(buf.indexOf(dot, 1, 2)).toBe(1);
    expect(buf.indexOf(dot, 2, 3), 'the end does not count').toBe(-1);
    expect(buf.indexOf(dot, 8, 8)).toBe(-1);
    expect([buf.readerIndex, buf.writerIndex]).toEqual([2, 7]);
    buf.release();
  });

  it('finds strings and bytes as a whole', () => {
    const buf = filled(way, Buffer.from('..xy..żółć\r\n..xyz\r'));
    const crlf = Buffer.from('\r\n');
    expect(buf.indexOf('xy')).toBe(2);
    expect(buf.indexOf('xyz')).toBe(18);
    expect(buf.indexOf('ółć\r\n')).toBe(8);
    expect(buf.indexOf(crlf)).toBe(14);
    expect(buf.indexOf(crlf, 0, 15), 'an end in between').toBe(-1);
    expect(buf.indexOf(crlf, 0, 16)).toBe(14);
    expect(buf.indexOf(crlf, 15)).toBe(-1);
    expect(buf.indexOf(new Uint8Array(100))).toBe(-1);
    buf.release();
  });

  it('does not find what lies partly outside of its window', () => {
    const buf = filled(way, ascii('abcabc'));
    buf.setIndex(1, 5);
    expect(buf.indexOf('abc')).toBe(-1);
    expect(buf.indexOf('bca')).toBe(1);
    expect(buf.bytesBefore('abc')).toBe(-1);
    buf.release();
  });

  it('counts the bytes before a find from readerIndex', () => {
    const buf = filled(way, ascii('ab,cd\r\n')).skipBytes(1);
    expect([buf.bytesBefore(0x2c), buf.bytesBefore('\r\n'), buf.bytesBefore(ascii('b,c'))]).toEqual([
      1, 4, 0,
    ]);
    expect([buf.bytesBefore('a'), buf.bytesBefore(0)]).toEqual([-1, -1]);
    buf.release();
  });

  it('visits bytes in order and tells where a visit was ended', () => {
    const buf = filled(way, pattern(10)).setIndex(2, 6);
    const seen: [number, number][] = [];
    const note = (byte: number, index: number): void => {
      seen.push([index, byte]);
    };
    expect(buf.forEachByte(note)).toBe(-1);
    expect(seen).toEqual([2, 3, 4, 5].map((i) => [i, pattern(10)[i]]));
    seen.length = 0;
    expect(buf.forEachByteDesc(note)).toBe(-1);
    expect(seen).toEqual([5, 4, 3, 2].map((i) => [i, pattern(10)[i]]));
    seen.length = 0;
    buf.forEachByte(note, 7, 9);
    buf.forEachByteDesc(note, 0, 1);
    buf.forEachByte(note, 4, 4);
    expect(seen.map(([index]) => index)).toEqual([7, 8, 0]);
    expect(buf.forEachByte((_, index) => index !== 4)).toBe(4);
    expect(buf.forEachByteDesc((_, index) => index !== 4)).toBe(4);
    expect(buf.forEachByte(() => false)).toBe(2);
    expect(buf.forEachByteDesc(() => false)).toBe(5);
    expect([buf.readerIndex, buf.writerIndex]).toEqual([2, 6]);
    buf.release();
  });

  it('lets a visitor’s error through', () => {
    const buf = filled(way, pattern(4));
    const before = stateOf(buf);
    const fail = () => {
      throw new Error('of the visitor');
    };
    expect(() => buf.forEachByte(fail)).toThrow('of the visitor');
    expect(() => buf.forEachByteDesc(fail)).toThrow('of the visitor');
    expect(stateOf(buf)).toEqual(before);
    buf.release();
  });

  it('refuses a range outside of its capacity', () => {
    const buf = filled(way, pattern(10)).setIndex(2, 6);
    const before = stateOf(buf);
    for (const [start, end] of [
      [-1, 5],
      [0, 11],
      [5, 4],
      [11, 11],
      [0.5, 3],
      [0, Number.NaN],
    ] as [number, number][]) {
      for (const action of [
        () => buf.indexOf(1, start, end),
        () => buf.indexOf('x', start, end),
        () => buf.forEachByte(() => {}, start, end),
        () => buf.forEachByteDesc(() => {}, start, end),
      ]) {
        expect(rockpoolErrorOf(action)).toBeInstanceOf(IndexRangeError);
      }
    }
    expect(stateOf(buf)).toEqual(before);
    buf.release();
  });

  it('finds what a Buffer finds', () => {
    const letters = fc.constantFrom(0, 97, 98);
    const haystack = fc.oneof(
      fc.array(letters, { maxLength: 40, size: 'max' }),
      fc
        .tuple(fc.nat(400), fc.array(letters, { maxLength: 12 }))
        .map(([n, end]) => [...Array(n).fill(99), ...end]),
    );
    fc.assert(
      fc.property(
        haystack,
        fc.array(letters, { minLength: 1, maxLength: 3 }),
        fc.nat(),
        fc.nat(),
        (bytes, needle, a, b) => {
          const node = Buffer.from(bytes);
          const [start = 0, end = 0] = [a % (bytes.length + 1), b % (bytes.length + 1)].sort((x, y) => x - y);
          const at = node.subarray(start, end).indexOf(Buffer.from(needle));
          const expected = at === -1 ? -1 : start + at;
          const buf = filled(way, node);
          expect(buf.indexOf(Uint8Array.from(needle), start, end)).toBe(expected);
          expect(buf.indexOf(String.fromCharCode(...needle), start, end)).toBe(expected);
          const byte = needle[0] as number;
          const byteAt = node.subarray(start, end).indexOf(byte);
          expect(buf.indexOf(byte, start, end)).toBe(byteAt === -1 ? -1 : start + byteAt);
          buf.setIndex(start, end);
          expect(buf.bytesBefore(byte)).toBe(byteAt);
          expect(buf.bytesBefore(Uint8Array.from(needle))).toBe(at);
          buf.release();
        },
      ),
      { numRuns: LONG ? 5000 : 150 },
    );
  });
});

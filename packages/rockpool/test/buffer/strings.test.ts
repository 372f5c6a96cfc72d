/** Strings in and out of buffers: as Node's Buffer encodes them, in every encoding, or not at all. */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type ByteBuf, CapacityError, IndexRangeError, type TextEncoding } from '../../src/buffer/index.ts';
import { LONG } from './long.ts';
import {
  expectAllReturned,
  expectBytes,
  expectSame,
  pattern,
  readable,
  rockpoolErrorOf,
  stateOf,
} from './tools.ts';
import { ALLOCATORS, filled, WAYS } from './ways.ts';

const ENCODINGS: readonly TextEncoding[] = [
  'utf8',
  'ascii',
  'latin1',
  'hex',
  'base64',
  'base64url',
  'utf16le',
];

const TEXTS = [
  '',
  'a',
  'Hello, world!',
  '\0\x01\x7f',
  'é',
  'ÿ\u0080',
  'żółć',
  '漢字かな',
  '👍',
  'a👍b',
  '👨‍👩‍👧',
  '\ud800',
  'a\ud800b',
  '\udc00\ud800',
  '\ud83d',
  'x\ud83d',
  '\ufeffbom',
  '\uffff\ufffd',
  '00ff7Fa0',
  'deadBEEF',
  'SGVsbG8=',
  'SGVsbG8',
  '-_-_',
  '+/+/',
  ' S G\nVs bG8= ',
  'SGVs=bG8',
];

/** Around each length at which the way to write changes, and some that are long. */
const LENGTHS = [...Array.from({ length: 71 }, (_, i) => i), 127, 128, 255, 256, 1000];

/** What is around a text. */
const AA = Buffer.of(0xaa, 0xaa);

/** What a text must be to be hexadecimal; others are refused. */
const isHex = (text: string): boolean => /^(?:[0-9a-f]{2})*$/i.test(text);

afterAll(() => {
  for (const allocator of ALLOCATORS) expectAllReturned(allocator);
});

/** Texts of `length` of several kinds: ASCII; ASCII but for the last or first; two, three and four bytes each. */
function textsOf(length: number): string[] {
  if (length === 0) return [''];
  const ascii = Array.from({ length }, (_, i) => String.fromCharCode(32 + (i % 95))).join('');
  return [
    ascii,
    `${ascii.slice(1)}é`,
    `é${ascii.slice(1)}`,
    `${ascii.slice(1)}\ud800`,
    `${ascii.slice(0, length >> 1)}漢${ascii.slice(0, (length - 1) >> 1)}`,
    'é'.repeat(length),
    '漢'.repeat(length),
    '👍'.repeat(length >> 1),
    'ab01'.repeat(length).slice(0, length),
  ];
}

function expectIndices(buf: ByteBuf, reader: number, writer: number, what: string): void {
  expectSame(buf.readerIndex, reader, what);
  expectSame(buf.writerIndex, writer, what);
}

describe.each(WAYS)('a buffer, $name,', (way) => {
  it.each(ENCODINGS)('writes and reads %s as a Buffer does', (encoding) => {
    for (const text of [...TEXTS, ...LENGTHS.flatMap(textsOf)]) {
      if (encoding === 'hex' && !isHex(text)) continue;
      const expected = Buffer.from(text, encoding);
      const { length } = expected;
      const what = text;
      const decoded = expected.toString(encoding);
      const buf = way.make(length + 4);
      const all = () => buf.toBuffer(0, length + 4);
      buf.fill(0xaa).setIndex(2, 2);
      expectSame(buf.writeString(text, encoding), length, what);
      expectIndices(buf, 2, 2 + length, what);
      expectBytes(all(), Buffer.concat([AA, expected, AA]), what);
      expectSame(buf.getString(2, length, encoding), decoded, what);
      expectSame(buf.toString(encoding), decoded, what);
      expectSame(buf.readString(length, encoding), decoded, what);
      expectIndices(buf, 2 + length, 2 + length, what);

      buf.fill(0xaa);
      expectSame(buf.setString(1, text, encoding), length, what);
      expectBytes(all(), Buffer.concat([AA.subarray(1), expected, AA, AA.subarray(1)]), what);
      expectIndices(buf, 2 + length, 2 + length, what);
      buf.release();
    }
  });

  it.each(ENCODINGS)('fits %s into exactly its bytes', (encoding) => {
    for (const text of [...TEXTS, ...[1, 8, 24, 25, 40, 64].flatMap(textsOf)]) {
      if (encoding === 'hex' && !isHex(text)) continue;
      const expected = Buffer.from(text, encoding);
      const buf = way.make(expected.length);
      expect(buf.setString(0, text, encoding), JSON.stringify(text)).toBe(expected.length);
      expect(buf.writeString(text, encoding), JSON.stringify(text)).toBe(expected.length);
      expect(buf.capacity).toBe(expected.length);
      expect(readable(buf)).toEqual([...expected]);
      buf.release();
    }
  });

  it.each(ENCODINGS)('decodes any bytes as %s as a Buffer does', (encoding) => {
    const bytes = Buffer.from(pattern(300));
    const buf = filled(way, bytes);
    for (const [at, length] of [
      [0, 300],
      [0, 0],
      [300, 0],
      [1, 7],
      [3, 33],
      [100, 101],
    ] as [number, number][]) {
      expect(buf.getString(at, length, encoding)).toBe(bytes.toString(encoding, at, at + length));
      expect(buf.toString(encoding, at, length)).toBe(bytes.toString(encoding, at, at + length));
      expect(buf.setIndex(at, 300).readString(length, encoding)).toBe(
        bytes.toString(encoding, at, at + length),
      );
    }
    buf.release();
  });

  it.each(ENCODINGS)('takes a text in %s as a whole or not at all', (encoding) => {
    for (const text of [
      'abcdef',
      'abcdé',
      'ab漢',
      'é1',
      '漢漢漢',
      '👍👍',
      'ab01'.repeat(10),
      'é'.repeat(40),
    ]) {
      if (encoding === 'hex' && !isHex(text)) continue;
      const { length } = Buffer.from(text, encoding);
      for (let missing = 1; missing <= Math.min(length, 3); missing++) {
        const buf = way
          .make(length + 2)
          .fill(0xaa)
          .setIndex(2 + missing, 2 + missing);
        const before = stateOf(buf);
        expect(rockpoolErrorOf(() => buf.setString(2 + missing, text, encoding))).toBeInstanceOf(
          IndexRangeError,
        );
        if (!way.grows) {
          expect(rockpoolErrorOf(() => buf.writeString(text, encoding))).toBeInstanceOf(CapacityError);
        }
        expect(stateOf(buf)).toEqual(before);
        if (way.grows) {
          expect(buf.writeString(text, encoding)).toBe(length);
          expect(buf.capacity).toBe(Math.max(64, 2 ** Math.ceil(Math.log2(2 + missing + length))));
          expect(buf.toString(encoding)).toBe(Buffer.from(text, encoding).toString(encoding));
        }
        buf.release();
      }
    }
  });

  it('reads no string past writerIndex, and gets none past the capacity', () => {
    const buf = filled(way, pattern(10)).setIndex(2, 8);
    const before = stateOf(buf);
    expect(rockpoolErrorOf(() => buf.readString(7))).toMatchObject({ index: 2, length: 7, limit: 8 });
    expect(rockpoolErrorOf(() => buf.getString(5, 6))).toMatchObject({ index: 5, length: 6, limit: 10 });
    expect(rockpoolErrorOf(() => buf.toString('utf8', 5, 6))).toBeInstanceOf(IndexRangeError);
    expect(rockpoolErrorOf(() => buf.setString(11, ''))).toBeInstanceOf(IndexRangeError);
    expect(stateOf(buf)).toEqual(before);
    buf.release();
  });

  it('writes random strings as a Buffer does', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80, size: 'max' }),
      fc.string({ unit: 'grapheme', maxLength: 80, size: 'max' }),
      fc.string({ unit: 'binary-ascii', maxLength: 80, size: 'max' }),
      fc.array(fc.nat(0xffff), { maxLength: 80, size: 'max' }).map((units) => String.fromCharCode(...units)),
      fc.base64String({ maxLength: 80, size: 'max' }),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('hex')),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...ENCODINGS),
        text,
        fc.nat(90),
        fc.boolean(),
        (encoding, text, room, at) => {
          fc.pre(encoding !== 'hex' || isHex(text));
          const expected = Buffer.from(text, encoding);
          const buf = way
            .make(room + 1)
            .fill(0xaa)
            .setIndex(1, 1);
          const fits = expected.length <= room;
          if (fits || (way.grows && !at)) {
            const written = at ? buf.setString(1, text, encoding) : buf.writeString(text, encoding);
            expect(written).toBe(expected.length);
            expect(buf.toString(encoding, 1, written)).toBe(expected.toString(encoding));
            expect([...buf.toBuffer(1, written)]).toEqual([...expected]);
            if (fits)
              expect(buf.toBuffer(1 + written, room - written).every((byte) => byte === 0xaa)).toBe(true);
          } else {
            const before = stateOf(buf);
            expect(() => (at ? buf.setString(1, text, encoding) : buf.writeString(text, encoding))).toThrow(
              RangeError,
            );
            expect(stateOf(buf)).toEqual(before);
          }
          buf.release();
        },
      ),
      { numRuns: LONG ? 5000 : 150 },
    );
  });
});

describe('a text that is not hexadecimal', () => {
  it.each(['0', 'abc', 'xy', '0g', 'ab cd', 'é'])('is refused as hex: %s', (text) => {
    const buf = filled(WAYS[0] as (typeof WAYS)[number], pattern(10)).setIndex(1, 3);
    const before = stateOf(buf);
    for (const action of [() => buf.writeString(text, 'hex'), () => buf.setString(0, text, 'hex')]) {
      expect(rockpoolErrorOf(action).code).toBe('ERR_ROCKPOOL_ARGUMENT_RANGE');
      expect(stateOf(buf)).toEqual(before);
    }
    buf.release();
  });
});

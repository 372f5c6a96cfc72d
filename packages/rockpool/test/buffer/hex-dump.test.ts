/** Bytes as people read them. */
import { afterAll, describe, expect, it } from 'vitest';
import { expectAllReturned, pattern, rockpoolErrorOf } from './tools.ts';
import { ALLOCATORS, filled, WAYS } from './ways.ts';

afterAll(() => {
  for (const allocator of ALLOCATORS) expectAllReturned(allocator);
});

/** The bytes that a table shows as digits, and as text. */
function readTable(table: string): { bytes: number[]; text: string } {
  const rows = [...table.matchAll(/^\|([0-9a-f]{8})\|((?: [0-9a-f]{2}){1,16}) *\|([ -~]{16})\|$/gm)];
  const bytes = rows.flatMap((row) =>
    (row[2] as string)
      .trim()
      .split(' ')
      .map((pair) => Number.parseInt(pair, 16)),
  );
  const offsets = rows.map((row) => Number.parseInt(row[1] as string, 16));
  expect(offsets).toEqual(rows.map((_, i) => i * 16));
  return {
    bytes,
    text: rows
      .map((row) => row[3])
      .join('')
      .slice(0, bytes.length),
  };
}

describe.each(WAYS)('a buffer, $name,', (way) => {
  it('is shown as hexadecimal digits', () => {
    const buf = filled(way, pattern(40)).setIndex(3, 9);
    const hex = (from: number, to: number) => Buffer.from(pattern(40)).toString('hex', from, to);
    expect(buf.hexDump()).toBe(hex(3, 9));
    expect(buf.hexDump(0, 40)).toBe(hex(0, 40));
    expect(buf.hexDump(5, 0)).toBe('');
    expect([buf.readerIndex, buf.writerIndex]).toEqual([3, 9]);
    buf.release();
  });

  it.each([1, 2, 15, 16, 17, 31, 32, 33, 100])('is shown as a table: %i bytes', (length) => {
    const bytes = pattern(length, 3);
    const buf = filled(way, bytes);
    const { bytes: shown, text } = readTable(buf.prettyHexDump());
    expect(shown).toEqual([...bytes]);
    const letters = [...bytes].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'));
    expect(text).toBe(letters.join(''));
    expect(readTable(buf.prettyHexDump(0, 1)).bytes).toEqual([bytes[0]]);
    for (const line of buf.prettyHexDump().split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    buf.release();
  });

  it('is not shown outside of its capacity', () => {
    const buf = filled(way, pattern(10));
    for (const action of [() => buf.hexDump(5, 6), () => buf.prettyHexDump(5, 6), () => buf.hexDump(-1, 2)]) {
      expect(rockpoolErrorOf(action).code).toBe('ERR_ROCKPOOL_INDEX_RANGE');
    }
    buf.release();
  });
});

describe('a table of bytes', () => {
  it('has a ruler above and as many rows as there are sixteens', () => {
    const buf = filled(WAYS[0] as (typeof WAYS)[number], Buffer.from('Hello, rockpool!\n\x7f\xff', 'latin1'));
    expect(buf.prettyHexDump()).toBe(
      [
        '         +-------------------------------------------------+',
        '         |  0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f |',
        '+--------+-------------------------------------------------+----------------+',
        '|00000000| 48 65 6c 6c 6f 2c 20 72 6f 63 6b 70 6f 6f 6c 21 |Hello, rockpool!|',
        '|00000010| 0a 7f ff                                        |...             |',
        '+--------+-------------------------------------------------+----------------+',
      ].join('\n'),
    );
    buf.release();
  });

  it('has no rows where there are no bytes', () => {
    const buf = filled(WAYS[0] as (typeof WAYS)[number], new Uint8Array(0));
    expect(readTable(buf.prettyHexDump()).bytes).toEqual([]);
    buf.release();
  });
});

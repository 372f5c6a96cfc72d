/**
 * Typed access against Node's Buffer, for each of the 22 types, at every offset from 0 to 9, on every way to
 * make a buffer: the same bytes, the same numbers, and a refusal where Node refuses.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { IndexRangeError, ValueRangeError } from '../../src/buffer/index.ts';
import { edgeValues, get, KINDS, read, set, write } from './kinds.ts';
import {
  expectAllReturned,
  expectBytes,
  expectSame,
  pattern,
  rockpoolErrorOf,
  stateOf,
  thrownBy,
} from './tools.ts';
import { ALLOCATORS, WAYS } from './ways.ts';

const OFFSETS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
/** Where values out of range are tried too: errors cost a hundred times what accesses do. */
const REFUSED_AT = [0, 9];

afterAll(() => {
  for (const allocator of ALLOCATORS) expectAllReturned(allocator);
});

/** Whether Node's Buffer writes `value` as it stands. */
function nodeTakes(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

describe('the types', () => {
  it('are 22, each with get, set, read and write', () => {
    expect(KINDS).toHaveLength(22);
    expect(new Set(KINDS.map(({ name }) => name)).size).toBe(22);
  });
});

describe.each(WAYS)('typed access to a buffer, $name,', ({ make, grows }) => {
  it.each(KINDS)('sets and gets $name as Node does', (kind) => {
    const buf = make(9 + kind.bytes);
    const node = Buffer.from(pattern(9 + kind.bytes));
    buf.setBytes(0, node);
    for (const offset of OFFSETS) {
      expectSame(get(buf, kind, offset), kind.nodeRead(node, offset), `${offset}`);
      for (const value of edgeValues(kind)) {
        const what = `${value} at ${offset}`;
        if (nodeTakes(() => kind.nodeWrite(node, value, offset))) {
          if (set(buf, kind, offset, value) !== buf) expect.fail('does not return the buffer');
        } else if (REFUSED_AT.includes(offset)) {
          expect(() => set(buf, kind, offset, value), what).toThrow(ValueRangeError);
        }
        expectBytes(buf.toBuffer(0, buf.capacity), node, what);
        expectSame(get(buf, kind, offset), kind.nodeRead(node, offset), what);
      }
    }
    expect([buf.readerIndex, buf.writerIndex], 'set and get move no index').toEqual([0, 0]);
    buf.release();
  });

  it.each(KINDS)('writes and reads $name as Node does, and moves the index by its width', (kind) => {
    const buf = make(9 + kind.bytes);
    const node = Buffer.from(pattern(9 + kind.bytes));
    buf.setBytes(0, node);
    for (const offset of OFFSETS) {
      for (const value of edgeValues(kind)) {
        const what = `${value} at ${offset}`;
        const end = offset + kind.bytes;
        buf.setIndex(offset, offset);
        if (nodeTakes(() => kind.nodeWrite(node, value, offset))) {
          if (write(buf, kind, value) !== buf) expect.fail('does not return the buffer');
          expectSame(buf.writerIndex, end, what);
          expectSame(buf.readerIndex, offset, what);
          expectSame(read(buf, kind), kind.nodeRead(node, offset), what);
          expectSame(buf.writerIndex, end, what);
          expectSame(buf.readerIndex, end, what);
        } else if (REFUSED_AT.includes(offset)) {
          const error = rockpoolErrorOf(() => write(buf, kind, value));
          expect(error).toBeInstanceOf(ValueRangeError);
          expect(error).toMatchObject({ value, min: kind.min, max: kind.max });
          expect([buf.readerIndex, buf.writerIndex]).toEqual([offset, offset]);
        }
        expectBytes(buf.toBuffer(0, buf.capacity), node, what);
      }
    }
    buf.release();
  });

  it.each(KINDS)('refuses $name at every offset where Node has no room for it', (kind) => {
    const capacity = kind.bytes + 2;
    const buf = make(capacity);
    const node = Buffer.from(pattern(capacity));
    buf.setBytes(0, node);
    const one = kind.is === 'bigint' ? 1n : 1;
    const before = stateOf(buf);
    for (const offset of [
      -1,
      -kind.bytes,
      0.5,
      3,
      4,
      capacity,
      capacity + 1,
      2 ** 31,
      2 ** 32,
      1e20,
      Number.NaN,
    ]) {
      expect(() => kind.nodeRead(node, offset)).toThrow(RangeError);
      for (const action of [() => get(buf, kind, offset), () => set(buf, kind, offset, one)]) {
        const error = rockpoolErrorOf(action);
        expect(error).toBeInstanceOf(IndexRangeError);
        expect(error).toMatchObject({ index: offset, length: kind.bytes, limit: capacity });
      }
    }
    expect(stateOf(buf)).toEqual(before);
    buf.release();
  });

  it.each(KINDS)('does not read $name past writerIndex', (kind) => {
    const buf = make(16);
    for (let missing = 1; missing <= kind.bytes; missing++) {
      buf.setIndex(3, 3 + kind.bytes - missing);
      const before = stateOf(buf);
      const error = rockpoolErrorOf(() => read(buf, kind));
      expect(error).toBeInstanceOf(IndexRangeError);
      expect(error).toMatchObject({ index: 3, length: kind.bytes, limit: 3 + kind.bytes - missing });
      expect(stateOf(buf)).toEqual(before);
    }
    buf.release();
  });

  it.each(KINDS.filter(({ is }) => is === 'integer'))(
    'refuses NaN, which Node writes as 0, for $name',
    (kind) => {
      const buf = make(16).setIndex(2, 5);
      const before = stateOf(buf);
      for (const action of [() => set(buf, kind, 2, Number.NaN), () => write(buf, kind, Number.NaN)]) {
        expect(thrownBy(action)).toBeInstanceOf(ValueRangeError);
        expect(stateOf(buf)).toEqual(before);
      }
      buf.release();
    },
  );

  it.each(KINDS)(grows ? 'grows to write $name' : 'has no room to grow for $name', (kind) => {
    for (let free = 0; free < kind.bytes; free++) {
      const buf = make(10)
        .setZero(0, 10)
        .setIndex(0, 10 - free);
      const one = kind.is === 'bigint' ? 1n : 1;
      if (grows) {
        expect(write(buf, kind, one)).toBe(buf);
        expect([buf.readerIndex, buf.writerIndex]).toEqual([0, 10 - free + kind.bytes]);
        expect(buf.capacity).toBe(64);
        expect(get(buf, kind, 10 - free)).toBe(one);
        expect([...buf.toBuffer(0, 10 - free)], 'what was there moves along').toEqual(
          Array(10 - free).fill(0),
        );
      }
      buf.release();
    }
  });

  it.each(KINDS.filter(({ is }) => is === 'float'))('keeps every special value of $name', (kind) => {
    const buf = make(8);
    for (const value of [Number.NaN, Infinity, -Infinity, -0, 0, 5e-324]) {
      set(buf, kind, 0, value);
      expect(get(buf, kind, 0)).toBe(kind.bytes === 4 ? Math.fround(value) : value);
    }
    buf.release();
  });
});

describe('a number that is out of its range', () => {
  it.each(KINDS.filter(({ is }) => is !== 'float'))('does not make a full buffer grow: $name', (kind) => {
    const way = WAYS[0] as (typeof WAYS)[number];
    const buf = way.make(4).setIndex(0, 4);
    const before = stateOf(buf);
    const step = kind.is === 'bigint' ? 1n : 1;
    const tooLarge = (kind.max as number) + (step as number);
    const error = rockpoolErrorOf(() => write(buf, kind, tooLarge));
    expect(error.code).toBe('ERR_ROCKPOOL_VALUE_RANGE');
    expect(error).toMatchObject({ value: tooLarge, min: kind.min, max: kind.max });
    expect(stateOf(buf)).toEqual(before);
    buf.release();
  });
});

/** What is derived from a buffer without a copy: what it shows, where its indices stand, and what it shares. */
import { afterAll, describe, expect, it } from 'vitest';
import { type ByteBuf, IndexRangeError, ReadOnlyBufferError } from '../../src/buffer/index.ts';
import {
  expectAllReturned,
  pattern,
  placeOf,
  readable,
  rockpoolErrorOf,
  stateOf,
  tinyAllocator,
} from './tools.ts';
import { ALLOCATORS, filled, WAYS, type Way } from './ways.ts';

const TEN = [...pattern(10)];
const PLAIN = WAYS.filter(({ contiguous }) => contiguous);

afterAll(() => {
  for (const allocator of ALLOCATORS) expectAllReturned(allocator);
});

/** A buffer of ten bytes with 2 read and 8 written, what `derive` makes of it, and a way to release both. */
function derived(
  way: Way,
  name: string,
  derive: (buf: ByteBuf) => ByteBuf,
): { buf: ByteBuf; from: ByteBuf; end: () => void } {
  const from = filled(way, pattern(10)).setIndex(2, 8);
  const buf = derive(from);
  return {
    buf,
    from,
    end: () => {
      if (name.startsWith('retained')) buf.release();
      from.release();
    },
  };
}

const SLICES: [string, (buf: ByteBuf, start?: number, length?: number) => ByteBuf][] = [
  ['slice', (buf, start, length) => buf.slice(start, length)],
  ['retainedSlice', (buf, start, length) => buf.retainedSlice(start, length)],
];

describe.each(WAYS)('from a buffer, $name,', (way) => {
  it.each(SLICES)('%s() is a window on what is readable, or on what was asked for', (name, slice) => {
    for (const [start, length, from, to] of [
      [undefined, undefined, 2, 8],
      [0, 10, 0, 10],
      [3, undefined, 3, 9],
      [4, 2, 4, 6],
      [10, 0, 10, 10],
    ] as [number | undefined, number | undefined, number, number][]) {
      const { buf, from: parent, end } = derived(way, name, (parent) => slice(parent, start, length));
      expect(readable(buf)).toEqual(TEN.slice(from, to));
      expect([buf.readerIndex, buf.writerIndex, buf.capacity, buf.maxCapacity]).toEqual([
        0,
        to - from,
        to - from,
        to - from,
      ]);
      expect([parent.readerIndex, parent.writerIndex]).toEqual([2, 8]);
      expect([buf.isReadOnly, buf.allocator === parent.allocator]).toEqual([false, true]);
      end();
    }
  });

  it('readSlice() and readRetainedSlice() take the next bytes and move on', () => {
    const buf = filled(way, pattern(10));
    const first = buf.readSlice(3);
    const second = buf.readRetainedSlice(4);
    expect([readable(first), readable(second)]).toEqual([TEN.slice(0, 3), TEN.slice(3, 7)]);
    expect([buf.readerIndex, buf.writerIndex]).toEqual([7, 10]);
    const before = stateOf(buf);
    for (const action of [() => buf.readSlice(4), () => buf.readRetainedSlice(4)]) {
      expect(rockpoolErrorOf(action)).toMatchObject({ index: 7, length: 4, limit: 10 });
      expect(stateOf(buf)).toEqual(before);
    }
    expect(readable(buf.readSlice(0))).toEqual([]);
    expect(readable(buf.readSlice(3))).toEqual(TEN.slice(7));
    second.release();
    buf.release();
  });

  it.each([
    ['duplicate', (buf: ByteBuf) => buf.duplicate()],
    ['retainedDuplicate', (buf: ByteBuf) => buf.retainedDuplicate()],
    ['asReadOnly', (buf: ByteBuf) => buf.asReadOnly()],
  ])('%s() begins with the same indices, which then move apart', (name, derive) => {
    const { buf, from, end } = derived(way, name, derive);
    expect([buf.readerIndex, buf.writerIndex, buf.capacity]).toEqual([2, 8, 10]);
    expect([...buf.toBuffer(0, 10)]).toEqual(TEN);
    buf.setIndex(5, 6);
    expect([from.readerIndex, from.writerIndex]).toEqual([2, 8]);
    from.setIndex(0, 1);
    expect([buf.readerIndex, buf.writerIndex]).toEqual([5, 6]);
    end();
  });

  it('all of them share the bytes, both ways', () => {
    const buf = filled(way, pattern(10));
    const shared = [
      buf.slice(1, 5),
      buf.duplicate().slice(1, 5),
      buf.slice(0, 8).slice(1, 5),
      buf.asReadOnly().slice(1, 5),
    ];
    const retained = [buf.retainedSlice(1, 5), buf.retainedDuplicate().setIndex(1, 6)];
    buf.setUInt8(2, 99);
    for (const each of shared) expect(each.getUInt8(1)).toBe(99);
    expect(retained[0]?.getUInt8(1)).toBe(99);
    expect(retained[1]?.getUInt8(2)).toBe(99);
    shared[2]?.setUInt8(0, 77);
    expect([
      buf.getUInt8(1),
      shared[0]?.getUInt8(0),
      shared[3]?.getUInt8(0),
      retained[0]?.getUInt8(0),
    ]).toEqual(Array(4).fill(77));
    for (const each of retained) each.release();
    buf.release();
  });

  it('a slice of a slice counts from the slice', () => {
    const buf = filled(way, pattern(10));
    const slice = buf.slice(2, 7);
    const inner = slice.slice(3, 2);
    expect(readable(inner)).toEqual(TEN.slice(5, 7));
    expect(rockpoolErrorOf(() => slice.slice(5, 3))).toBeInstanceOf(IndexRangeError);
    expect(rockpoolErrorOf(() => inner.getUInt8(2))).toBeInstanceOf(IndexRangeError);
    expect(rockpoolErrorOf(() => inner.setUInt8(2, 1))).toBeInstanceOf(IndexRangeError);
    const retained = slice.retainedSlice(1, 4).setIndex(1, 3);
    expect(readable(retained)).toEqual(TEN.slice(4, 6));
    const last = retained.retainedSlice();
    expect(readable(last)).toEqual(TEN.slice(4, 6));
    last.release();
    retained.release();
    buf.release();
  });

  it('nothing is derived outside of it', () => {
    const buf = filled(way, pattern(10)).setIndex(2, 8);
    const before = stateOf(buf);
    for (const [start, length] of [
      [0, 11],
      [5, 6],
      [11, 0],
      [-1, 2],
      [0.5, 1],
      [0, -1],
      [0, 1.5],
      [Number.NaN, 1],
      [1, Number.NaN],
      [0, 2 ** 32],
      [2 ** 32, 0],
    ] as [number, number][]) {
      for (const action of [
        () => buf.slice(start, length),
        () => buf.retainedSlice(start, length),
        () => buf.copy(start, length),
      ]) {
        expect(rockpoolErrorOf(action).code).toMatch(/^ERR_ROCKPOOL_(INDEX|ARGUMENT)_RANGE$/);
      }
    }
    expect(stateOf(buf)).toEqual(before);
    buf.release();
  });

  it('what is derived from a read-only buffer is read-only, but its copies are not', () => {
    const buf = filled(way, pattern(10));
    const readOnly = buf.asReadOnly();
    expect([readOnly.isReadOnly, readOnly.isWritable(), buf.isReadOnly]).toEqual([true, false, false]);
    const shared = [readOnly.slice(0, 4), readOnly.duplicate(), readOnly.asReadOnly(), readOnly.readSlice(4)];
    const counted = [
      readOnly.retainedSlice(0, 4),
      readOnly.retainedDuplicate(),
      readOnly.readRetainedSlice(4),
    ];
    for (const each of [...shared, ...counted]) {
      expect(each.isReadOnly).toBe(true);
      expect(() => each.setUInt8(0, 1)).toThrow(ReadOnlyBufferError);
      expect(each.getUInt8(0), 'reading goes on').toBeTypeOf('number');
    }
    const copies = [readOnly.copy(), readOnly.setIndex(0, 10).readBytes(4)];
    for (const copy of copies) expect(copy.setUInt8(0, 1).isReadOnly).toBe(false);
    expect([...buf.toBuffer(0, 10)]).toEqual(TEN);
    for (const each of [...counted, ...copies]) each.release();
    buf.release();
  });
});

describe.each(PLAIN)('from a buffer, $name,', (way) => {
  it('nothing that is derived moves a byte', () => {
    const buf = filled(way, pattern(10));
    const { memory, offset } = placeOf(buf);
    const retained = [buf.retainedSlice(3, 4), buf.retainedSlice(1, 8).slice(2, 4)];
    for (const slice of [buf.slice(3, 4), buf.duplicate().slice(3, 4), ...retained]) {
      expect(placeOf(slice)).toEqual({ memory, offset: offset + 3 });
    }
    retained[0]?.release();
    retained[1]?.release();
    buf.release();
  });
});

describe('unwrap()', () => {
  it('tells what a buffer was derived from', () => {
    const buf = tinyAllocator().buffer(10);
    expect(buf.unwrap()).toBeUndefined();
    expect([buf.slice(0, 4).unwrap(), buf.duplicate().unwrap(), buf.asReadOnly().unwrap()]).toEqual([
      buf,
      buf,
      buf,
    ]);
    expect(buf.retainedSlice(0, 4).unwrap()).toBe(buf);
  });
});

describe('a derived buffer', () => {
  it('is another object each time', () => {
    const buf = tinyAllocator().buffer(10);
    const all = [
      buf.slice(0, 4),
      buf.slice(0, 4),
      buf.duplicate(),
      buf.retainedSlice(0, 4),
      buf.retainedSlice(0, 4),
    ];
    expect(new Set([buf, ...all]).size).toBe(6);
  });

  it('costs the allocator no memory', () => {
    const allocator = tinyAllocator();
    const buf = allocator.buffer(100).writeZero(100);
    const before = allocator.stats();
    buf.slice(1, 5);
    buf.duplicate();
    const retained = [buf.retainedSlice(1, 5), buf.retainedDuplicate(), buf.readRetainedSlice(9)];
    const { activeBytes, activeBlockBytes, reservedBytes, activeBuffers } = allocator.stats();
    expect({ activeBytes, activeBlockBytes, reservedBytes, activeBuffers }).toEqual({
      activeBytes: before.activeBytes,
      activeBlockBytes: before.activeBlockBytes,
      reservedBytes: before.reservedBytes,
      activeBuffers: before.activeBuffers,
    });
    for (const each of retained) each.release();
    buf.release();
    expectAllReturned(allocator);
  });
});

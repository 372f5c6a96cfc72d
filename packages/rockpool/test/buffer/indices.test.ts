/** The two indices: 0 ≤ readerIndex ≤ writerIndex ≤ capacity ≤ maxCapacity, whatever is asked for. */
import { afterAll, describe, expect, it } from 'vitest';
import { IndexRangeError } from '../../src/buffer/index.ts';
import { expectAllReturned, pattern, readable, rockpoolErrorOf, stateOf, tinyAllocator } from './tools.ts';
import { ALLOCATORS, WAYS } from './ways.ts';

afterAll(() => {
  for (const allocator of ALLOCATORS) expectAllReturned(allocator);
});

describe('a new buffer', () => {
  it('has nothing to read and its capacity to write', () => {
    const buf = tinyAllocator().buffer(20, 90);
    expect([buf.readerIndex, buf.writerIndex, buf.capacity, buf.maxCapacity]).toEqual([0, 0, 20, 90]);
    expect([buf.readableBytes, buf.writableBytes, buf.maxWritableBytes]).toEqual([0, 20, 90]);
    expect([buf.isReadable(), buf.isWritable(), buf.isWritable(20), buf.isWritable(21)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(buf.isReadOnly).toBe(false);
  });

  it('has 256 bytes where no size was asked for, and may grow to 2^31 − 1', () => {
    const buf = tinyAllocator().buffer();
    expect([buf.capacity, buf.maxCapacity]).toEqual([256, 2 ** 31 - 1]);
  });

  it('is writable no more at capacity 0, and is readable for 0 bytes', () => {
    const buf = tinyAllocator().buffer(0);
    expect([buf.capacity, buf.isWritable(), buf.isReadable(), buf.isReadable(0), buf.isWritable(0)]).toEqual([
      0,
      false,
      false,
      true,
      true,
    ]);
  });

  it('has the marks and indices of no buffer before it', () => {
    const allocator = tinyAllocator();
    const first = allocator.buffer(16).setIndex(5, 9).markReaderIndex().markWriterIndex();
    first.release();
    const second = allocator.buffer(16);
    expect([second.readerIndex, second.writerIndex]).toEqual([0, 0]);
    second.setIndex(0, 12).resetReaderIndex().resetWriterIndex();
    expect([second.readerIndex, second.writerIndex]).toEqual([0, 0]);
  });
});

describe.each(WAYS)('the indices of a buffer, $name,', ({ make }) => {
  it('move one by one and together', () => {
    const buf = make(10);
    buf.writerIndex = 7;
    buf.readerIndex = 3;
    expect([buf.readerIndex, buf.writerIndex, buf.readableBytes, buf.writableBytes]).toEqual([3, 7, 4, 3]);
    expect([buf.isReadable(4), buf.isReadable(5), buf.isWritable(3), buf.isWritable(4)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(buf.setIndex(8, 10)).toBe(buf);
    expect([buf.readerIndex, buf.writerIndex]).toEqual([8, 10]);
    expect(buf.setIndex(0, 0)).toBe(buf);
    expect(buf.setIndex(10, 10)).toBe(buf);
    expect([buf.readableBytes, buf.writableBytes]).toEqual([0, 0]);
    buf.release();
  });

  it.each([-1, 0.5, 11, 2 ** 31, 2 ** 32, Number.NaN, Infinity])('refuse %d', (index) => {
    const buf = make(10).setIndex(3, 7);
    const before = stateOf(buf);
    const actions = [
      () => {
        buf.readerIndex = index;
      },
      () => {
        buf.writerIndex = index;
      },
      () => buf.setIndex(index, 7),
      () => buf.setIndex(3, index),
      () => buf.setIndex(index, index),
    ];
    for (const action of actions) {
      const error = rockpoolErrorOf(action);
      expect(error).toBeInstanceOf(IndexRangeError);
      expect(error.code).toBe('ERR_ROCKPOOL_INDEX_RANGE');
      expect(error['index']).toBe(index);
      expect(stateOf(buf)).toEqual(before);
    }
    buf.release();
  });

  it('never cross', () => {
    const buf = make(10).setIndex(3, 7);
    const before = stateOf(buf);
    const actions: [() => unknown, object][] = [
      [() => Object.assign(buf, { readerIndex: 8 }), { index: 8, limit: 7 }],
      [() => Object.assign(buf, { writerIndex: 2 }), { index: 2, limit: 3 }],
      [() => buf.setIndex(6, 5), { index: 6, limit: 5 }],
      [() => buf.setIndex(6, 11), { index: 11, limit: 10 }],
    ];
    for (const [action, fields] of actions) {
      expect(rockpoolErrorOf(action)).toMatchObject(fields);
      expect(stateOf(buf)).toEqual(before);
    }
    buf.release();
  });

  it('go back to 0 with clear(), which leaves the bytes', () => {
    const buf = make(4).writeBytes(pattern(4)).skipBytes(2);
    expect(buf.clear()).toBe(buf);
    expect([buf.readerIndex, buf.writerIndex]).toEqual([0, 0]);
    expect([...buf.toBuffer(0, 4)]).toEqual([...pattern(4)]);
    buf.release();
  });

  it('skip bytes up to writerIndex', () => {
    const buf = make(10).setIndex(3, 7);
    expect(buf.skipBytes(0).readerIndex).toBe(3);
    expect(buf.skipBytes(3)).toBe(buf);
    expect(buf.readerIndex).toBe(6);
    const before = stateOf(buf);
    expect(rockpoolErrorOf(() => buf.skipBytes(2))).toMatchObject({
      code: 'ERR_ROCKPOOL_INDEX_RANGE',
      index: 6,
      length: 2,
      limit: 7,
    });
    expect(stateOf(buf)).toEqual(before);
    expect(buf.skipBytes(1).readableBytes).toBe(0);
    buf.release();
  });

  it('go back to their marks, 0 where there is none', () => {
    const buf = make(10);
    buf.setIndex(2, 6);
    expect(buf.markReaderIndex()).toBe(buf);
    expect(buf.markWriterIndex()).toBe(buf);
    buf.setIndex(5, 9);
    expect(buf.resetReaderIndex()).toBe(buf);
    expect(buf.resetWriterIndex()).toBe(buf);
    expect([buf.readerIndex, buf.writerIndex]).toEqual([2, 6]);
    buf.release();
    const unmarked = make(10).setIndex(2, 6);
    expect(unmarked.resetReaderIndex().readerIndex).toBe(0);
    expect(unmarked.resetWriterIndex().writerIndex).toBe(0);
    unmarked.release();
  });

  it('do not cross for a mark', () => {
    const buf = make(10).setIndex(6, 8).markReaderIndex().markWriterIndex().setIndex(2, 4);
    const before = stateOf(buf);
    expect(() => buf.resetReaderIndex()).toThrow(IndexRangeError);
    expect(stateOf(buf)).toEqual(before);
    buf.setIndex(9, 10);
    expect(() => buf.resetWriterIndex()).toThrow(IndexRangeError);
    expect([buf.readerIndex, buf.writerIndex]).toEqual([9, 10]);
    buf.release();
  });

  it('begin anew with discardReadBytes(), which moves what is left to the front', () => {
    const buf = make(10).writeBytes(pattern(10)).setIndex(4, 9);
    expect(buf.discardReadBytes()).toBe(buf);
    expect([buf.readerIndex, buf.writerIndex]).toEqual([0, 5]);
    expect(readable(buf)).toEqual([...pattern(10).subarray(4, 9)]);
    expect(buf.discardReadBytes().writerIndex).toBe(5);
    buf.setIndex(5, 5).discardReadBytes();
    expect([buf.readerIndex, buf.writerIndex]).toEqual([0, 0]);
    buf.release();
  });

  it('take their marks along when read bytes are discarded', () => {
    const buf = make(10).setIndex(4, 9).markReaderIndex().markWriterIndex().setIndex(6, 8);
    buf.discardReadBytes();
    expect([buf.readerIndex, buf.writerIndex]).toEqual([0, 2]);
    expect(buf.resetReaderIndex().readerIndex, 'a mark before what is left').toBe(0);
    buf.setIndex(0, 2).ensureWritable(1).resetWriterIndex();
    expect(buf.writerIndex).toBe(3);
    buf.release();
  });

  it('may begin anew with discardSomeReadBytes(), which loses no readable byte', () => {
    for (let reader = 0; reader <= 9; reader++) {
      const buf = make(10).writeBytes(pattern(10)).setIndex(reader, 9);
      expect(buf.discardSomeReadBytes()).toBe(buf);
      expect(readable(buf)).toEqual([...pattern(10).subarray(reader, 9)]);
      expect(buf.readerIndex).toBeLessThanOrEqual(reader);
      if (reader === 9) expect([buf.readerIndex, buf.writerIndex]).toEqual([0, 0]);
      buf.release();
    }
  });
});

/** Ranges of bytes: copied in and out of arrays and buffers, filled, and each buffer's memory to itself. */
import { afterAll, describe, expect, it } from 'vitest';
import { type ByteBuf, unpooled } from '../../src/buffer/index.ts';
import { allBytes, expectAllReturned, pattern, readable, stateOf, tinyAllocator } from './tools.ts';
import { ALLOCATORS, filled, WAYS } from './ways.ts';

const TEN = [...pattern(10)];

afterAll(() => {
  for (const allocator of ALLOCATORS) expectAllReturned(allocator);
});

describe.each(WAYS)('a buffer, $name,', (way) => {
  it('gives bytes to an array, and moves no index', () => {
    const buf = filled(way, pattern(10)).skipBytes(1);
    const all = new Uint8Array(10);
    expect(buf.getBytes(0, all)).toBe(buf);
    expect([...all]).toEqual(TEN);
    const part = new Uint8Array(6);
    buf.getBytes(3, part, 2);
    expect([...part]).toEqual([0, 0, ...TEN.slice(3, 7)]);
    buf.getBytes(7, part, 1, 2);
    expect([...part]).toEqual([0, ...TEN.slice(7, 9), ...TEN.slice(4, 7)]);
    buf.getBytes(10, part, 6, 0).getBytes(10, new Uint8Array(0));
    expect([buf.readerIndex, buf.writerIndex]).toEqual([1, 10]);
    buf.release();
  });

  it('takes bytes from an array, and moves no index', () => {
    const buf = filled(way, new Uint8Array(10)).skipBytes(1);
    expect(buf.setBytes(2, pattern(3))).toBe(buf);
    buf.setBytes(6, pattern(10), 8).setBytes(9, pattern(10), 4, 1).setBytes(10, new Uint8Array(0));
    const expected = [0, 0, ...TEN.slice(0, 3), 0, ...TEN.slice(8), 0, ...TEN.slice(4, 5)];
    expect([...allBytes(buf)]).toEqual(expected);
    expect([buf.readerIndex, buf.writerIndex]).toEqual([1, 10]);
    buf.release();
  });

  it('is read into arrays, from readerIndex on', () => {
    const buf = filled(way, pattern(10));
    const target = new Uint8Array(4);
    expect(buf.readBytes(target)).toBe(buf);
    expect([...target]).toEqual(TEN.slice(0, 4));
    buf.readBytes(target, 3).readBytes(target, 1, 2);
    expect([...target]).toEqual([TEN[0], TEN[5], TEN[6], TEN[4]]);
    expect([buf.readerIndex, buf.writerIndex]).toEqual([7, 10]);
    buf.release();
  });

  it('is written from arrays, from writerIndex on', () => {
    const buf = way.make(10);
    expect(buf.writeBytes(pattern(3))).toBe(buf);
    buf.writeBytes(pattern(10), 5).writeBytes(pattern(10), 1, 2).writeBytes(new Uint8Array(0));
    expect(readable(buf)).toEqual([...TEN.slice(0, 3), ...TEN.slice(5), ...TEN.slice(1, 3)]);
    expect([buf.readerIndex, buf.writerIndex]).toEqual([0, 10]);
    buf.release();
  });

  it.each(WAYS)('gives bytes to a buffer, $name, and takes them', (other) => {
    const source = filled(way, pattern(10)).skipBytes(2);
    const target = filled(other, new Uint8Array(10)).setIndex(0, 0);

    target.writeBytes(source, 3, 2); // with a start: no index of the source moves
    expect([source.readerIndex, readable(target)]).toEqual([2, TEN.slice(3, 5)]);
    target.writeBytes(source, undefined, 3); // without: its readable bytes, and they count as read
    expect([source.readerIndex, readable(target)]).toEqual([5, [...TEN.slice(3, 5), ...TEN.slice(2, 5)]]);
    target.clear().writeBytes(source);
    expect([source.readerIndex, readable(target)]).toEqual([10, TEN.slice(5)]);

    source.setIndex(1, 10);
    target.setIndex(0, 10).setZero(0, 10).setBytes(6, source, 7);
    expect([source.readerIndex, readable(target)]).toEqual([1, [0, 0, 0, 0, 0, 0, ...TEN.slice(7), 0]]);
    target.setBytes(0, source, undefined, 2);
    expect([source.readerIndex, readable(target).slice(0, 3)]).toEqual([3, [...TEN.slice(1, 3), 0]]);

    target.setZero(0, 10).setIndex(0, 7);
    source.getBytes(4, target, 0, 2);
    expect([source.readerIndex, readable(target).slice(0, 3)]).toEqual([3, [...TEN.slice(4, 6), 0]]);
    source.getBytes(0, target); // without a start: to the target's writerIndex, as much as it has room for
    expect([target.writerIndex, readable(target).slice(7)]).toEqual([10, TEN.slice(0, 3)]);
    target.setIndex(0, 8);
    source.readBytes(target, undefined, 1).readBytes(target);
    expect([source.readerIndex, target.writerIndex]).toEqual([5, 10]);
    expect(readable(target).slice(7)).toEqual([TEN[0], ...TEN.slice(3, 5)]);
    source.release();
    target.release();
  });

  it('reads a copy that belongs to the caller', () => {
    const buf = filled(way, pattern(10)).skipBytes(2);
    const copy = buf.readBytes(5);
    expect([buf.readerIndex, buf.writerIndex]).toEqual([7, 10]);
    expect([readable(copy), copy.readerIndex, copy.writerIndex, copy.refCnt]).toEqual([
      TEN.slice(2, 7),
      0,
      5,
      1,
    ]);
    expect(copy.allocator).toBe(buf.allocator);
    copy.setZero(0, 5);
    expect([...buf.toBuffer(0, 10)]).toEqual(TEN);
    buf.release();
    expect(readable(copy)).toEqual([0, 0, 0, 0, 0]);
    copy.release();
  });

  it('has a copy that is as long as asked for and shares nothing', () => {
    const buf = filled(way, pattern(10)).skipBytes(2);
    for (const [copy, bytes] of [
      [buf.copy(), TEN.slice(2)],
      [buf.copy(1), TEN.slice(1, 9)],
      [buf.copy(0, 10), TEN],
      [buf.copy(3, 0), []],
    ] as [ByteBuf, number[]][]) {
      expect([readable(copy), copy.capacity]).toEqual([bytes, bytes.length]);
      expect([copy.readerIndex, copy.writerIndex, copy.refCnt, copy.isReadOnly]).toEqual([
        0,
        copy.capacity,
        1,
        false,
      ]);
      expect([copy.allocator, copy.unwrap()]).toEqual([buf.allocator, undefined]);
      if (copy.capacity > 0) copy.setUInt8(0, ~copy.getUInt8(0) & 255);
      expect([...allBytes(buf)]).toEqual(TEN);
      copy.release();
    }
    expect([buf.readerIndex, buf.writerIndex]).toEqual([2, 10]);
    buf.release();
  });

  it('is zeroed and filled in ranges', () => {
    const buf = filled(way, pattern(10)).setIndex(1, 4);
    expect(buf.setZero(8, 2)).toBe(buf);
    expect(buf.fill(7, 2, 4)).toBe(buf);
    buf.fill(9, 5, 5).setZero(10, 0);
    expect([...allBytes(buf)]).toEqual([TEN[0], TEN[1], 7, 7, ...TEN.slice(4, 8), 0, 0]);
    buf.fill(255, 9);
    expect(buf.getUInt8(9)).toBe(255);
    buf.fill(3);
    expect([...allBytes(buf)]).toEqual(Array(10).fill(3));
    expect([buf.readerIndex, buf.writerIndex]).toEqual([1, 4]);
    expect(buf.writeZero(2)).toBe(buf);
    expect([buf.readerIndex, buf.writerIndex]).toEqual([1, 6]);
    expect([...allBytes(buf)]).toEqual([3, 3, 3, 3, 0, 0, 3, 3, 3, 3]);
    buf.release();
  });

  it('copies within itself as if by way of a third place', () => {
    for (const [from, to, length] of [
      [0, 3, 6],
      [3, 0, 6],
      [5, 6, 30],
      [6, 5, 30],
      [2, 2, 5],
      [0, 100, 100],
      [50, 0, 150],
      [1, 33, 100],
    ] as [number, number, number][]) {
      const buf = filled(way, pattern(200));
      const expected = Buffer.from(pattern(200));
      expected.copyWithin(to, from, from + length);
      buf.setBytes(to, buf, from, length);
      expect(Buffer.compare(buf.toBuffer(0, 200), expected)).toBe(0);
      buf.setBytes(0, pattern(200)).setBytes(to, buf.slice(from, length));
      expect(Buffer.compare(buf.toBuffer(0, 200), expected)).toBe(0);
      buf.setBytes(0, pattern(200)).setBytes(to, buf.toBuffer(from, length));
      expect(Buffer.compare(buf.toBuffer(0, 200), expected)).toBe(0);
      buf.setBytes(0, pattern(200)).getBytes(from, buf.toBuffer(0, 200), to, length);
      if (way.contiguous) expect(Buffer.compare(buf.toBuffer(0, 200), expected)).toBe(0);
      buf.release();
    }
  });

  it.each([0, 1, 15, 16, 17, 31, 32, 33, 47, 48, 49, 64, 127, 128, 129, 255, 256, 1000, 5000])(
    'copies %i bytes in, out and over without touching their neighbours',
    (length) => {
      const buf = filled(way, new Uint8Array(length + 4).fill(255));
      const array = pattern(length + 2, length);
      buf.setBytes(2, array, 1, length);
      const expected = [255, 255, ...array.subarray(1, length + 1), 255, 255];
      expect([...allBytes(buf)]).toEqual(expected);
      const out = new Uint8Array(length + 2).fill(255);
      buf.getBytes(2, out, 1, length);
      expect([...out]).toEqual([255, ...array.subarray(1, length + 1), 255]);
      const other = unpooled.buffer(length + 2).fill(255);
      buf.getBytes(2, other, 1, length);
      expect([...allBytes(other)]).toEqual([...out]);
      buf.setBytes(2, other, 0, length);
      expect([...allBytes(buf)]).toEqual([255, 255, ...out.subarray(0, length), 255, 255]);
      buf.release();
      other.release();
    },
  );

  it('equals and orders itself by its readable bytes, as Buffer.compare does', () => {
    const words = ['', 'a', 'ab', 'abc', 'abd', 'b', '\u00ff', 'a'.repeat(300), `${'a'.repeat(299)}b`];
    for (const word of words) {
      const buf = filled(way, Buffer.from(`..${word}`, 'latin1')).skipBytes(2);
      for (const other of words) {
        const array = Buffer.from(other, 'latin1');
        const slice = unpooled
          .buffer(array.length + 1)
          .writeUInt8(0)
          .writeBytes(array)
          .skipBytes(1);
        const order = Buffer.compare(Buffer.from(word, 'latin1'), array);
        expect([buf.compare(array), buf.compare(slice), slice.compare(buf)]).toEqual([
          order,
          order,
          0 - order,
        ]);
        expect([buf.equals(array), buf.equals(slice), slice.equals(buf)]).toEqual(Array(3).fill(order === 0));
      }
      expect([buf.equals(buf), buf.compare(buf)]).toEqual([true, 0]);
      buf.release();
    }
  });
});

describe('a buffer that grows while it takes bytes', () => {
  it('takes its own bytes whole', () => {
    for (const options of [{}, { checks: 'strict' }, { zero: 'on-release' }] as const) {
      const allocator = tinyAllocator({ ...options, cache: false });
      for (const source of [
        (buf: ByteBuf) => buf,
        (buf: ByteBuf) => buf.slice(),
        (buf: ByteBuf) => buf.duplicate(),
        (buf: ByteBuf) => buf.toBuffer(),
      ]) {
        const buf = allocator.buffer(64).writeBytes(pattern(64));
        buf.writeBytes(source(buf));
        expect([...buf.toBuffer(64, 64)]).toEqual([...pattern(64)]);
        buf.release();
      }
      expectAllReturned(allocator);
    }
  });

  it('takes all of a larger buffer', () => {
    const buf = unpooled.buffer(1);
    const source = unpooled.buffer(100_000).writeBytes(pattern(100_000));
    buf.writeBytes(source);
    expect([buf.capacity, buf.writerIndex, source.readableBytes]).toEqual([131_072, 100_000, 0]);
    expect(Buffer.compare(buf.toBuffer(), pattern(100_000))).toBe(0);
  });
});

describe('two buffers of one chunk', () => {
  it('do not touch each other, wherever they are filled', () => {
    const allocator = tinyAllocator();
    const sizes = [0, 1, 15, 16, 17, 100, 1000, 4096, 9000, 30_000, 70_000];
    const all = [...sizes, ...sizes, ...sizes].map((bytes, i) => ({
      i,
      buf: allocator.buffer(bytes).fill(i),
    }));
    for (const { i, buf } of all) expect(allBytes(buf).every((byte) => byte === i)).toBe(true);
    for (const { buf } of all.filter(({ i }) => i % 2 === 0)) buf.release();
    const more = all.map((_, i) => ({ i: i + 100, buf: allocator.buffer(sizes[i % 11]).fill(i + 100) }));
    const live = [...all.filter(({ i }) => i % 2 === 1), ...more];
    for (const { i, buf } of live) expect(allBytes(buf).every((byte) => byte === i)).toBe(true);
    for (const { buf } of live) buf.release();
    expectAllReturned(allocator);
  });
});

describe('a copy that does not fit', () => {
  it('changes neither side', () => {
    const buf = unpooled.buffer(10, 12).writeBytes(pattern(10));
    const other = unpooled.buffer(24, 24).writeBytes(pattern(20));
    const array = new Uint8Array(4);
    const before = [stateOf(buf), stateOf(other), [...array]];
    for (const action of [
      () => buf.getBytes(7, array),
      () => buf.getBytes(0, array, 2, 3),
      () => buf.getBytes(0, array, 5),
      () => buf.getBytes(0, other, 15, 10),
      () => buf.getBytes(0, other, undefined, 5),
      () => buf.readBytes(array, 0, 5),
      () => buf.readBytes(11),
      () => buf.readBytes(other, 0, 11),
      () => buf.setBytes(8, new Uint8Array(3)),
      () => buf.setBytes(0, array, 2, 3),
      () => buf.setBytes(0, array, 5),
      () => buf.setBytes(0, other),
      () => buf.setBytes(0, other, 18, 7),
      () => buf.setBytes(0, other, undefined, 21),
      () => buf.writeBytes(other),
      () => buf.writeBytes(other, 0, 3),
      () => unpooled.buffer(30).writeBytes(other, undefined, 21),
      () => buf.writeBytes(new Uint8Array(3)),
      () => buf.setZero(8, 3),
      () => buf.writeZero(3),
      () => buf.fill(1, 8, 11),
      () => buf.fill(1, 9, 8),
      () => buf.copy(5, 6),
      () => buf.copy(11),
    ]) {
      expect(action).toThrow(RangeError);
      expect([stateOf(buf), stateOf(other), [...array]]).toEqual(before);
    }
  });
});

/** Buffers as Node's Buffers, without a copy: views that are made once for a range, and of its own memory only. */
import { afterAll, describe, expect, it } from 'vitest';
import { type ByteBuf, IndexRangeError, unpooled, wrap } from '../../src/buffer/index.ts';
import { CHUNK_END, expectAllReturned, pattern, rockpoolErrorOf, tinyAllocator } from './tools.ts';
import { ALLOCATORS, filled, WAYS } from './ways.ts';

afterAll(() => {
  for (const allocator of ALLOCATORS) expectAllReturned(allocator);
});

describe.each(WAYS)('a buffer, $name,', (way) => {
  it('shows its readable bytes, or those asked for, as a Buffer', () => {
    const buf = filled(way, pattern(20)).setIndex(3, 15);
    expect(Buffer.isBuffer(buf.toBuffer())).toBe(true);
    expect([...buf.toBuffer()]).toEqual([...pattern(20).subarray(3, 15)]);
    expect([...buf.toBuffer(5)], 'the length is that of what is readable').toEqual([
      ...pattern(20).subarray(5, 17),
    ]);
    expect([...buf.toBuffer(0, 20)]).toEqual([...pattern(20)]);
    expect([...buf.toBuffer(7, 0)]).toEqual([]);
    expect([...buf.toBuffer(20, 0)]).toEqual([]);
    expect([buf.readerIndex, buf.writerIndex]).toEqual([3, 15]);
    buf.release();
  });

  it('shows them in pieces, in order and without a gap', () => {
    const buf = filled(way, pattern(20)).setIndex(3, 15);
    for (const [pieces, from, to] of [
      [buf.toBuffers(), 3, 15],
      [buf.toBuffers(0, 20), 0, 20],
      [buf.toBuffers(4, 1), 4, 5],
    ] as [Buffer[], number, number][]) {
      expect(Array.isArray(pieces)).toBe(true);
      expect(pieces.every((piece) => Buffer.isBuffer(piece))).toBe(true);
      expect([...Buffer.concat(pieces)]).toEqual([...pattern(20).subarray(from, to)]);
    }
    expect(Buffer.concat(buf.toBuffers(4, 0)).length).toBe(0);
    for (const piece of buf.toBuffers(0, 20)) piece.fill(9);
    expect([...buf.toBuffer(0, 20)], 'the pieces are views').toEqual(Array(20).fill(9));
    buf.release();
  });

  it('has no view outside of its capacity', () => {
    const buf = filled(way, pattern(10));
    for (const [start, length] of [
      [0, 11],
      [5, 6],
      [11, 0],
      [-1, 2],
      [0.5, 1],
      [0, -1],
      [Number.NaN, 1],
      [0, 2 ** 32],
    ] as [number, number][]) {
      for (const action of [() => buf.toBuffer(start, length), () => buf.toBuffers(start, length)]) {
        expect(rockpoolErrorOf(action).code).toMatch(/^ERR_ROCKPOOL_(INDEX|ARGUMENT)_RANGE$/);
      }
    }
    expect(rockpoolErrorOf(() => buf.toBuffer(5, 6))).toBeInstanceOf(IndexRangeError);
    buf.release();
  });
});

describe.each(WAYS.filter(({ contiguous }) => contiguous))('the view of a buffer, $name,', (way) => {
  it('is the memory itself', () => {
    const buf = filled(way, pattern(20));
    const view = buf.toBuffer(4, 8);
    view[0] = 200;
    buf.setUInt8(5, 201);
    expect([buf.getUInt8(4), view[1]]).toEqual([200, 201]);
    expect(buf.toBuffer(5, 2).buffer).toBe(view.buffer);
    expect(buf.toBuffers(4, 8)).toHaveLength(1);
    buf.release();
  });

  it('is made once for a range and anew for another', () => {
    const buf = filled(way, pattern(20));
    const view = buf.toBuffer();
    expect(buf.toBuffer()).toBe(view);
    expect(buf.toBuffer(0, 20)).toBe(view);
    const other = buf.toBuffer(1, 19);
    expect(other).not.toBe(view);
    expect([other.length, other.byteOffset]).toEqual([19, view.byteOffset + 1]);
    expect(buf.toBuffer(1, 18)).not.toBe(other);
    expect(view.length, 'the first is as it was').toBe(20);
    buf.setIndex(0, 10);
    expect(buf.toBuffer().length).toBe(10);
    buf.release();
  });
});

describe('the view of a buffer', () => {
  it('is of the new memory after growth', () => {
    for (const source of [tinyAllocator(), unpooled]) {
      const buf = source.buffer(16).writeBytes(pattern(16));
      const old = buf.toBuffer(0, 16);
      buf.capacity = 300;
      const view = buf.toBuffer(0, 16);
      expect(view).not.toBe(old);
      buf.setUInt8(0, 123);
      expect(view[0]).toBe(123);
      expect(buf.toBuffer(0, 300).length).toBe(300);
    }
  });

  it('is of the new memory after growth, also where that begins at the same offset', () => {
    const buf = tinyAllocator()
      .buffer(CHUNK_END + 1)
      .setZero(0, 16);
    const old = buf.toBuffer(0, 16);
    buf.capacity = 2 * CHUNK_END;
    const view = buf.toBuffer(0, 16);
    expect(view.buffer).not.toBe(old.buffer);
    buf.setUInt8(0, 123);
    expect([view[0], old[0]]).toEqual([123, 0]);
    buf.release();
  });

  it('of a retained slice is of its own memory, whoever used the handle before', () => {
    const allocator = tinyAllocator();
    const [first, second] = [
      allocator.buffer(CHUNK_END + 1).fill(1),
      allocator.buffer(CHUNK_END + 1).fill(2),
    ];
    for (const root of [first, second, first]) {
      const slice = root.retainedSlice(8, 8);
      expect([...slice.toBuffer()]).toEqual(Array(8).fill(root.getUInt8(0)));
      expect(slice.toBuffer()).toBe(slice.toBuffer());
      slice.release();
    }
    first.release();
    second.release();
  });

  it('is of its own memory, whoever used the handle before', () => {
    for (const options of [{}, { checks: 'off' }, { cache: false }, { recycleHandles: false }] as const) {
      const allocator = tinyAllocator(options);
      const seen: ByteBuf[] = [];
      for (let round = 0; round < 50; round++) {
        const bytes = 16 + (round % 5) * 16;
        const buf = allocator.buffer(bytes - (round % 3)).fill(round);
        const view = buf.toBuffer(0, buf.capacity);
        expect([view.length, view[0], view.at(-1)]).toEqual([buf.capacity, round, round]);
        buf.setUInt8(0, 255);
        expect(view[0]).toBe(255);
        seen.push(buf);
        if (round % 2 === 0) (seen.splice((round * 7) % seen.length, 1)[0] as ByteBuf).release();
      }
      for (const buf of seen) buf.release();
      expectAllReturned(allocator);
    }
  });

  it('is the very array that was wrapped', () => {
    const array = new Uint8Array(16).subarray(4, 12);
    const buf = wrap(array);
    expect([buf.capacity, buf.readerIndex, buf.writerIndex]).toEqual([8, 0, 8]);
    const view = buf.toBuffer();
    expect([view.buffer, view.byteOffset, view.length]).toEqual([array.buffer, array.byteOffset, 8]);
    buf.setUInt8(0, 7);
    expect(array[0]).toBe(7);
    const node = Buffer.from('abcdef').subarray(1, 4);
    expect(wrap(node).toString()).toBe('bcd');
    expect(wrap(new Uint8Array(0)).capacity).toBe(0);
    buf.release();
    expect(array[0], 'release frees and changes nothing').toBe(7);
  });
});

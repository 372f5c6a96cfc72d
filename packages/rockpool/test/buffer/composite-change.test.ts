/** Components that are copied, removed, discarded or cut, and what becomes of bytes, indices and counts. */
import { afterAll, describe, expect, it } from 'vitest';
import { type ByteBuf, type CompositeByteBuf, unpooled, wrap } from '../../src/buffer/index.ts';
import { bufOf, countsOf, indicesOf, lengthsOf, nineBytes } from './composite-tools.ts';
import {
  CHUNK_END,
  expectAllReturned,
  pattern,
  readable,
  rockpoolErrorOf,
  stateOf,
  tinyAllocator,
} from './tools.ts';

const allocator = tinyAllocator();

afterAll(() => expectAllReturned(allocator));

const of = (...bytes: number[]): ByteBuf => bufOf(allocator, ...bytes);
const nine = (): CompositeByteBuf => nineBytes(allocator);

describe('more components than maxComponents', () => {
  it('are copied into one: the 17th by default', () => {
    const parts = Array.from({ length: 17 }, (_, i) => of(i, i + 100));
    const composite = allocator
      .composite()
      .addComponents(parts.slice(0, 16), true)
      .skipBytes(3)
      .markReaderIndex();
    expect([composite.componentCount, ...countsOf(parts)]).toEqual([16, ...new Array<number>(17).fill(1)]);
    composite.addComponent(parts[16] as ByteBuf, true);
    composite.assertValid();
    expect([composite.componentCount, ...countsOf(parts)]).toEqual([1, ...new Array<number>(17).fill(0)]);
    expect(indicesOf(composite.skipBytes(1).resetReaderIndex())).toEqual([3, 34, 34]);
    const bytes = Array.from({ length: 17 }, (_, i) => [i, i + 100]).flat();
    expect(readable(composite.setIndex(0, 34))).toEqual(bytes);
    composite.release();
  });

  it('may be more than one: then every addition copies', () => {
    const composite = allocator.composite(1);
    for (let i = 0; i < 5; i++) composite.addComponent(of(i), true, 0);
    expect([composite.componentCount, ...readable(composite)]).toEqual([1, 4, 3, 2, 1, 0]);
    composite.release();
  });

  it('of which there are none too many by growth either', () => {
    const composite = allocator.composite(4);
    for (let bytes = 1; bytes <= 100; bytes++) {
      composite.capacity = bytes;
      composite.setUInt8(bytes - 1, bytes);
      composite.assertValid();
      expect(composite.componentCount).toBeLessThanOrEqual(4);
    }
    expect(readable(composite.setIndex(0, 100))).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    composite.release();
  });

  it('keeps the bytes that are written from its own components, which growth gives back', () => {
    for (const ways of [(part: ByteBuf) => part, (part: ByteBuf) => part.toBuffer()]) {
      const strict = tinyAllocator({ checks: 'strict' });
      const part = strict.buffer(4).writeBytes(Uint8Array.of(1, 2, 3, 4));
      const composite = strict.composite(1).addComponent(part, true);
      composite.writeBytes(ways(part));
      expect([composite.capacity, part.refCnt]).toEqual([64, 0]);
      expect(readable(composite)).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
      composite.writeBytes(composite, 0, 3);
      expect(composite.readableBytes).toBe(11);
      composite.release();
      expectAllReturned(strict);
    }
  });

  it('leaves the handle of a component alone that growth released while it was written from', () => {
    const own = tinyAllocator();
    const part = own.buffer(4).writeBytes(pattern(4));
    const composite = own.composite(1).addComponent(part, true);
    composite.writeBytes(part);
    const next = own.buffer(4);
    expect(next, 'the handle is used again').toBe(part);
    expect(indicesOf(next)).toEqual([0, 0, 4]);
    next.release();
    composite.release();
    expectAllReturned(own);
  });

  it('are left as they were where there is no memory for the copy', () => {
    const small = tinyAllocator({ maxBytes: CHUNK_END });
    const parts = Array.from({ length: 3 }, () => wrap(pattern(CHUNK_END / 2)));
    const composite = small.composite(2).addComponents(parts.slice(0, 2), true);
    const before = [stateOf(composite), lengthsOf(composite)];
    const last = parts[2] as ByteBuf;
    const uses = [
      () => composite.addComponent(last, true, 1),
      () => composite.ensureWritable(1),
      () => composite.writeBytes(pattern(9)),
    ];
    for (const use of uses) {
      expect(rockpoolErrorOf(use).code).toBe('ERR_ROCKPOOL_BYTE_BUDGET');
      composite.assertValid();
      expect([stateOf(composite), lengthsOf(composite)]).toEqual(before);
    }
    expect(countsOf(parts)).toEqual([1, 1, 0]);
    composite.release();
    expect(countsOf(parts)).toEqual([0, 0, 0]);
    expectAllReturned(small);
  });

  it('are all released once, be it that one is damaged', () => {
    const strict = tinyAllocator({ checks: 'strict' });
    const parts = Array.from({ length: 3 }, () => strict.buffer(5).writeBytes(pattern(5)));
    const { buffer, byteOffset } = (parts[0] as ByteBuf).toBuffer();
    new Uint8Array(buffer)[byteOffset + 5] = 1;
    const composite = strict.composite(2).addComponents(parts.slice(0, 2), true);
    const last = parts[2] as ByteBuf;
    expect(rockpoolErrorOf(() => composite.addComponent(last, true, 0)).code).toBe('ERR_ROCKPOOL_CORRUPTION');
    composite.assertValid();
    expect([composite.componentCount, composite.readableBytes, ...countsOf(parts)]).toEqual([1, 15, 0, 0, 0]);
    composite.release();
    expectAllReturned(strict);
  });
});

describe('consolidate', () => {
  it('copies all components into one and releases them; bytes, indices and marks stay', () => {
    const parts = [of(1, 2), of(3), of(4, 5, 6)];
    const composite = allocator.composite().addComponents(parts, true).setIndex(2, 5) as CompositeByteBuf;
    expect(composite.markReaderIndex().consolidate()).toBe(composite);
    composite.assertValid();
    expect([...countsOf(parts), composite.componentCount]).toEqual([0, 0, 0, 1]);
    expect(indicesOf(composite.skipBytes(1).resetReaderIndex())).toEqual([2, 5, 6]);
    expect(readable(composite.setIndex(0, 6))).toEqual([1, 2, 3, 4, 5, 6]);
    composite.release();
  });

  it('leaves a single component where it is', () => {
    const part = of(1, 2);
    const composite = allocator.composite().addComponent(part, true).consolidate();
    expect([part.refCnt, composite.componentCount]).toEqual([1, 1]);
    composite.release();
  });

  it('leaves retained slices their bytes, and ends those that share the count', () => {
    const composite = nine();
    const shared = composite.slice(1, 6);
    const retained = composite.retainedSlice(1, 6);
    composite.consolidate().fill(0);
    expect(readable(retained)).toEqual([2, 3, 4, 5, 6, 7]);
    retained.release();
    expect(rockpoolErrorOf(() => shared.getUInt8(0))).toMatchObject({
      code: 'ERR_ROCKPOOL_USE_AFTER_RELEASE',
      message: 'Cannot read from a component as the buffer is released: refCnt: 0',
    });
    composite.release();
  });
});

describe('removeComponent', () => {
  it.each([
    [0, [4, 5, 6, 7, 8, 9], [2, 4]],
    [1, [1, 2, 3, 6, 7, 8, 9], [3, 4]],
    [2, [1, 2, 3, 4, 5], [3, 2]],
  ])('takes component %i out and releases it; indices move only where they must', (index, bytes, rest) => {
    const parts = [of(1, 2, 3), of(4, 5), of(6, 7, 8, 9)];
    const composite = allocator.composite().addComponents(parts, true).setIndex(4, 8) as CompositeByteBuf;
    expect(composite.removeComponent(index)).toBe(composite);
    composite.assertValid();
    const { length } = bytes;
    expect(indicesOf(composite)).toEqual([Math.min(4, length), Math.min(8, length), length]);
    expect(lengthsOf(composite)).toEqual(rest);
    expect(countsOf(parts)).toEqual(parts.map((_, i) => (i === index ? 0 : 1)));
    expect(readable(composite.setIndex(0, length))).toEqual(bytes);
    composite.release();
  });
});

describe('what is read', () => {
  it.each([
    [0, [3, 2, 4]],
    [2, [3, 2, 4]],
    [3, [2, 4]],
    [4, [2, 4]],
    [5, [4]],
    [8, [4]],
    [9, []],
  ])('as a whole is discarded, with readerIndex at %i', (reader, rest) => {
    const parts = [of(1, 2, 3), of(4, 5), of(6, 7, 8, 9)];
    const composite = allocator.composite().addComponents(parts, true).skipBytes(reader);
    const unread = readable(composite);
    expect(composite.discardReadComponents()).toBe(composite);
    composite.assertValid();
    expect(lengthsOf(composite)).toEqual(rest);
    expect(countsOf(parts)).toEqual(parts.map((_, i) => (i < 3 - rest.length ? 0 : 1)));
    const gone = 9 - rest.reduce((sum, length) => sum + length, 0);
    expect(indicesOf(composite)).toEqual([reader - gone, 9 - gone, 9 - gone]);
    expect(readable(composite)).toEqual(unread);
    composite.release();
  });

  it.each([0, 1, 3, 4, 8, 9])('is cut off by discardReadBytes, with readerIndex at %i', (reader) => {
    const parts = [of(1, 2, 3), of(4, 5), of(6, 7, 8, 9)];
    const composite = allocator.composite().addComponents(parts, true).skipBytes(reader);
    const views = composite.toBuffers().map(({ byteOffset }) => byteOffset);
    const unread = readable(composite);
    composite.discardReadBytes();
    composite.assertValid();
    expect(indicesOf(composite)).toEqual([0, 9 - reader, 9 - reader]);
    expect(readable(composite)).toEqual(unread);
    expect(
      composite.toBuffers().map(({ byteOffset }) => byteOffset),
      'nothing moves',
    ).toEqual(views);
    composite.release();
    expect(countsOf(parts)).toEqual([0, 0, 0]);
  });

  it('takes the marks along', () => {
    for (const discard of ['discardReadComponents', 'discardSomeReadBytes', 'discardReadBytes'] as const) {
      const composite = nine().setIndex(4, 7).markReaderIndex().markWriterIndex();
      composite.setIndex(6, 9)[discard as 'discardReadBytes']();
      const begin = discard === 'discardReadBytes' ? 6 : 5;
      expect(composite.setIndex(0, 9 - begin).resetReaderIndex().readerIndex).toBe(0);
      expect(composite.resetWriterIndex().writerIndex).toBe(7 - begin);
      composite.release();
    }
  });

  it('takes empty components along, up to the first that is not read', () => {
    const composite = allocator
      .composite()
      .addComponents([of(), of(1), of(), of(2), of()], true)
      .skipBytes(1);
    expect(lengthsOf(composite.discardReadComponents() as CompositeByteBuf)).toEqual([1, 0]);
    expect(readable(composite)).toEqual([2]);
    composite.release();
  });
});

describe('a capacity', () => {
  it.each([
    [8, [3, 2, 3]],
    [6, [3, 2, 1]],
    [5, [3, 2]],
    [4, [3, 1]],
    [1, [1]],
    [0, []],
  ])('of %i cuts the end off, and releases what is behind', (capacity, rest) => {
    const parts = [of(1, 2, 3), of(4, 5), of(6, 7, 8, 9)];
    const composite = allocator.composite().addComponents(parts, true).skipBytes(3);
    composite.capacity = capacity;
    composite.assertValid();
    expect(lengthsOf(composite)).toEqual(rest);
    expect(indicesOf(composite)).toEqual([Math.min(3, capacity), capacity, capacity]);
    expect(countsOf(parts)).toEqual(parts.map((_, i) => (i < rest.length ? 1 : 0)));
    expect(readable(composite.setIndex(0, capacity))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].slice(0, capacity));
    composite.release();
  });

  it('that is larger is a component more, and moves nothing', () => {
    const composite = nine();
    const view = composite.toBuffers()[0]?.byteOffset;
    composite.writeUInt16BE(0xabcd);
    expect(lengthsOf(composite)).toEqual([3, 2, 4, 55]);
    expect(composite.toBuffers()[0]?.byteOffset).toBe(view);
    expect(composite.toString('hex')).toBe('010203040506070809abcd');
    composite.release();
  });

  it('of 2^31 − 1 bytes is the most, and a slice of it is one still', () => {
    const part = wrap(new Uint8Array(2 ** 26));
    const composite = unpooled.composite(64);
    for (let i = 0; i < 31; i++) composite.addComponent(part.retainedDuplicate(), true);
    composite.addComponent(part.retainedSlice(0, 2 ** 26 - 1), true);
    expect(indicesOf(composite)).toEqual([0, 2 ** 31 - 1, 2 ** 31 - 1]);
    composite.setUInt8(2 ** 31 - 2, 9);
    expect([composite.getUInt8(2 ** 31 - 2), composite.toComponentIndex(2 ** 31 - 2)]).toEqual([9, 31]);
    const slice = composite.slice() as CompositeByteBuf;
    for (const use of [
      () => slice.removeComponent(0),
      () => slice.consolidate(),
      () => slice.discardReadComponents(),
    ]) {
      expect(rockpoolErrorOf(use).code).toBe('ERR_ROCKPOOL_READ_ONLY');
    }
    const more = unpooled.buffer(1).writeZero(1);
    expect(rockpoolErrorOf(() => composite.addComponent(more)).code).toBe('ERR_ROCKPOOL_CAPACITY');
    expect([more.refCnt, composite.componentCount]).toEqual([0, 32]);
    composite.release();
    expect(part.release()).toBe(true);
  });
});

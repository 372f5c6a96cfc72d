/** How a buffer's capacity changes: exact at first, by powers of two, up to its maximum, in its block or out of it. */
import { describe, expect, it } from 'vitest';
import { ByteBudgetError, type ByteBuf, CapacityError, unpooled, wrap } from '../../src/buffer/index.ts';
import {
  accountsOf,
  CHUNK_END,
  expectAllReturned,
  pattern,
  placeOf,
  readable,
  rockpoolErrorOf,
  SLAB_END,
  stateOf,
  tinyAllocator,
} from './tools.ts';

const MIB = 1024 * 1024;

describe('a capacity', () => {
  it.each([
    0,
    1,
    15,
    16,
    17,
    48,
    100,
    1000,
    1024,
    1025,
    SLAB_END,
    SLAB_END + 1,
    CHUNK_END,
    CHUNK_END + 1,
    200_001,
  ])('is exactly the %i bytes that were asked for', (bytes) => {
    const allocator = tinyAllocator();
    for (const source of [allocator, unpooled]) {
      const buf = source.buffer(bytes);
      expect(buf.capacity).toBe(bytes);
      expect(buf.toBuffer(0, bytes).length).toBe(bytes);
      expect(() => buf.getUInt8(bytes)).toThrow(RangeError);
      buf.release();
    }
    expectAllReturned(allocator);
  });

  it('may be the maximum from the beginning', () => {
    const buf = tinyAllocator().buffer(10, 10);
    expect([buf.capacity, buf.maxCapacity, buf.maxWritableBytes]).toEqual([10, 10, 10]);
  });
});

describe('growth for a write', () => {
  it.each([
    [1, 64],
    [63, 64],
    [64, 64],
    [65, 128],
    [128, 128],
    [129, 256],
    [1000, 1024],
    [1024, 1024],
    [1025, 2048],
    [65_537, 131_072],
    [MIB + 1, 2 * MIB],
    [3 * MIB, 4 * MIB],
    [4 * MIB, 4 * MIB],
    [4 * MIB + 1, 8 * MIB],
    [9 * MIB, 12 * MIB],
    [12 * MIB + 5, 16 * MIB],
  ])(
    'goes to the next power of two from 64 up to 4 MiB, then by 4 MiB: for %i bytes to %i',
    (needed, capacity) => {
      const allocator = tinyAllocator();
      for (const source of [allocator, unpooled]) {
        const buf = source.buffer(0);
        expect(buf.ensureWritable(needed)).toBe(buf);
        expect(buf.capacity).toBe(capacity);
        expect([buf.readerIndex, buf.writerIndex]).toEqual([0, 0]);
        buf.release();
      }
      expectAllReturned(allocator);
    },
  );

  it('counts from writerIndex', () => {
    const buf = tinyAllocator().buffer(64);
    buf.setIndex(10, 60).ensureWritable(4);
    expect(buf.capacity).toBe(64);
    buf.ensureWritable(5);
    expect(buf.capacity).toBe(128);
    expect([buf.readerIndex, buf.writerIndex]).toEqual([10, 60]);
  });

  it('stays where it is while there is room', () => {
    const buf = tinyAllocator().buffer(40);
    const place = placeOf(buf);
    buf.ensureWritable(0).ensureWritable(40);
    buf.writeZero(40);
    expect(buf.capacity).toBe(40);
    expect(placeOf(buf)).toEqual(place);
  });

  it('ends at maxCapacity, be it no power of two', () => {
    const buf = tinyAllocator().buffer(10, 100);
    buf.writeZero(65);
    expect(buf.capacity).toBe(100);
    buf.writeZero(35);
    expect(() => buf.writeUInt8(1)).toThrow(CapacityError);
    expect([buf.capacity, buf.writerIndex]).toEqual([100, 100]);
    expect(tinyAllocator().buffer(10, 100).writeZero(100).capacity, 'in one go').toBe(100);
    expect(tinyAllocator().buffer(10, 100).ensureWritable(100).capacity).toBe(100);
  });

  it('keeps bytes, indices and marks through every size', () => {
    const allocator = tinyAllocator();
    for (const source of [allocator, unpooled]) {
      const buf = source.buffer(1);
      const bytes = pattern(200_000);
      for (let i = 0; i < 20; i++) buf.writeUInt8(bytes[i] as number);
      buf.skipBytes(7).markReaderIndex();
      for (let at = 20; at < bytes.length; ) {
        const next = Math.min(bytes.length, at * 2 + 1);
        buf.writeBytes(bytes.subarray(at, next));
        at = next;
      }
      expect([buf.readerIndex, buf.writerIndex, buf.capacity]).toEqual([7, 200_000, 262_144]);
      expect(Buffer.compare(buf.toBuffer(0, 200_000), bytes)).toBe(0);
      buf.skipBytes(100).resetReaderIndex();
      expect(buf.readerIndex).toBe(7);
      buf.release();
    }
    expectAllReturned(allocator);
  });
});

describe('a capacity that is set', () => {
  it('is exact, up and down', () => {
    const buf = tinyAllocator().buffer(100).writeBytes(pattern(100));
    for (const bytes of [101, 333, 70_000, 5000, 50, 51, 17, 0, 9]) {
      buf.capacity = bytes;
      expect(buf.capacity).toBe(bytes);
    }
  });

  it('keeps the bytes below it, and takes the indices along where it falls below them', () => {
    const allocator = tinyAllocator();
    for (const source of [allocator, unpooled]) {
      const buf = source.buffer(100).writeBytes(pattern(100)).setIndex(30, 80);
      buf.capacity = 90;
      expect([buf.readerIndex, buf.writerIndex]).toEqual([30, 80]);
      buf.capacity = 50;
      expect([buf.readerIndex, buf.writerIndex]).toEqual([30, 50]);
      expect(readable(buf)).toEqual([...pattern(100).subarray(30, 50)]);
      buf.capacity = 20;
      expect([buf.readerIndex, buf.writerIndex]).toEqual([20, 20]);
      buf.capacity = 3000;
      expect([...buf.toBuffer(0, 20)]).toEqual([...pattern(20)]);
      expect([buf.readerIndex, buf.writerIndex]).toEqual([20, 20]);
      buf.release();
    }
    expectAllReturned(allocator);
  });

  it('keeps the memory while it fits the block', () => {
    const allocator = tinyAllocator();
    const buf = allocator.buffer(1000).writeBytes(pattern(1000));
    const place = placeOf(buf);
    const { activeBlockBytes } = allocator.stats();
    for (const bytes of [1024, 1001, 999, 1024]) {
      buf.capacity = bytes;
      expect(placeOf(buf)).toEqual(place);
      expect(allocator.stats()).toMatchObject({ activeBlockBytes, activeBytes: bytes, activeBuffers: 1 });
      allocator.assertValid();
    }
    expect([...buf.toBuffer(0, 999)]).toEqual([...pattern(999)]);
    buf.capacity = 1025;
    expect(placeOf(buf)).not.toEqual(place);
    expect(allocator.stats().activeBlockBytes).toBeGreaterThan(activeBlockBytes);
    buf.release();
    expectAllReturned(allocator);
  });

  it('counts at once in the allocator’s figures', () => {
    const allocator = tinyAllocator();
    const buf = allocator.buffer(100);
    for (const bytes of [5000, 70_000, 12, 20_000, 1_000_000, 0]) {
      buf.capacity = bytes;
      const stats = allocator.stats();
      expect(stats.activeBytes).toBe(bytes);
      expect(stats.activeBlockBytes).toBeGreaterThanOrEqual(bytes);
      expect(stats.activeBuffers).toBe(1);
      allocator.assertValid();
    }
    buf.release();
    expectAllReturned(allocator);
  });

  it('gives a block that was outgrown back at once', () => {
    const allocator = tinyAllocator({ cache: false });
    const buf = allocator.buffer(8192);
    for (let bytes = 8192; bytes < 60_000; bytes += 4096) {
      buf.capacity = bytes;
      expect(allocator.stats().arena.usedBytes).toBe(allocator.stats().activeBlockBytes);
      expect(allocator.stats().activeBlockBytes).toBeLessThan(2 * bytes + 4096);
    }
    buf.release();
    expectAllReturned(allocator);
  });
});

describe('a capacity above the maximum', () => {
  const actions: [string, number, (buf: ByteBuf) => unknown][] = [
    ['ensureWritable', 105, (buf) => buf.ensureWritable(100)],
    ['capacity', 101, (buf) => Object.assign(buf, { capacity: 101 })],
    ['writeZero', 101, (buf) => buf.writeZero(96)],
    ['writeBytes', 106, (buf) => buf.writeBytes(pattern(101))],
    ['writeString', 105, (buf) => buf.writeString('x'.repeat(100))],
  ];

  it.each(actions)('is refused to %s, and nothing changes', (_, requestedBytes, action) => {
    const allocator = tinyAllocator();
    for (const source of [allocator, unpooled]) {
      const buf = source.buffer(40, 100).writeBytes(pattern(40)).setIndex(2, 5);
      const before = [stateOf(buf), allocator.stats()];
      const error = rockpoolErrorOf(() => action(buf));
      expect(error).toBeInstanceOf(CapacityError);
      expect(error).toMatchObject({ code: 'ERR_ROCKPOOL_CAPACITY', requestedBytes, maxCapacity: 100 });
      expect([stateOf(buf), allocator.stats()]).toEqual(before);
      buf.release();
    }
    expectAllReturned(allocator);
  });

  it('is refused to a typed write that does not fit the last bytes', () => {
    const buf = tinyAllocator().buffer(6, 6).writeZero(3);
    const before = stateOf(buf);
    expect(rockpoolErrorOf(() => buf.writeUInt32BE(1))).toMatchObject({ requestedBytes: 7, maxCapacity: 6 });
    expect(stateOf(buf)).toEqual(before);
  });
});

describe('a capacity that is fixed', () => {
  /** Ten bytes in two components. */
  const composite = (): ByteBuf =>
    unpooled
      .composite()
      .addComponents([unpooled.buffer(5).writeZero(5), unpooled.buffer(5).writeZero(5)], true);
  const fixed: [string, () => ByteBuf][] = [
    ['a slice', () => unpooled.buffer(20).slice(5, 10)],
    ['a read slice', () => unpooled.buffer(20).writeZero(20).readSlice(10)],
    ['a retained slice', () => unpooled.buffer(20).retainedSlice(5, 10)],
    ['a duplicate', () => unpooled.buffer(10).duplicate()],
    ['a retained duplicate', () => unpooled.buffer(10).retainedDuplicate()],
    ['a wrapped array', () => wrap(new Uint8Array(10))],
    ['a slice of a composite', () => composite().slice()],
    ['a duplicate of a composite', () => composite().duplicate()],
    ['a retained slice of a composite', () => composite().retainedSlice()],
  ];

  it.each(fixed)('does not change: %s', (_, make) => {
    const buf = make().setIndex(0, 10);
    const before = stateOf(buf);
    const actions = [
      () => Object.assign(buf, { capacity: 11 }),
      () => Object.assign(buf, { capacity: 9 }),
      () => buf.ensureWritable(1),
      () => buf.writeUInt8(1),
      () => buf.writeZero(1),
      () => buf.writeString('x'),
      () => buf.writeBytes(new Uint8Array(1)),
    ];
    for (const action of actions) {
      expect(rockpoolErrorOf(action)).toBeInstanceOf(CapacityError);
      expect(stateOf(buf)).toEqual(before);
    }
    expect(buf.ensureWritable(0).capacity).toBe(10);
  });
});

describe('growth with views outstanding', () => {
  it.each([
    ['within a slab', 20, 300],
    ['from a slab to a run', 100, SLAB_END + 5000],
    ['from a run to a huge block', SLAB_END + 1, CHUNK_END + 1],
    ['from huge to huge', CHUNK_END + 1, 2 * CHUNK_END],
  ])('leaves them the old bytes: %s', (_, from, to) => {
    const allocator = tinyAllocator();
    const buf = allocator.buffer(from).writeBytes(pattern(from));
    const slice = buf.slice(1, 10);
    const retained = buf.retainedSlice(2, 10);
    buf.capacity = to;
    buf.setZero(0, from);
    expect(readable(slice)).toEqual([...pattern(11).subarray(1)]);
    expect(readable(retained)).toEqual([...pattern(12).subarray(2)]);
    const others = Array.from({ length: 40 }, () => allocator.buffer(from).setZero(0, from));
    expect(readable(slice), 'nobody gets their memory').toEqual([...pattern(11).subarray(1)]);
    for (const other of others) other.release();
    allocator.assertValid();
    buf.release();
    expect(readable(retained)).toEqual([...pattern(12).subarray(2)]);
    retained.release();
    expectAllReturned(allocator);
  });

  it('leaves slices the shared bytes while the block stays', () => {
    const buf = tinyAllocator().buffer(1000).writeBytes(pattern(1000));
    const slice = buf.slice(0, 4);
    buf.capacity = 1024;
    buf.setUInt32BE(0, 0xdecade);
    expect(slice.getUInt32BE(0)).toBe(0xdecade);
    buf.capacity = 2;
    expect(slice.getUInt32BE(0), 'a slice keeps its capacity when its parent shrinks').toBe(0xdecade);
  });
});

describe('growth that the byte budget refuses', () => {
  it('changes nothing', () => {
    const allocator = tinyAllocator({ maxBytes: CHUNK_END });
    const buf = allocator.buffer(40_000).writeBytes(pattern(40_000)).setIndex(5, 40_000);
    const before = [stateOf(buf), accountsOf(allocator)];
    for (const action of [
      () => buf.ensureWritable(1),
      () => buf.writeUInt8(1),
      () => Object.assign(buf, { capacity: CHUNK_END }),
      () => Object.assign(buf, { capacity: CHUNK_END + 1 }),
    ]) {
      const error = rockpoolErrorOf(action);
      expect(error).toBeInstanceOf(ByteBudgetError);
      expect(error).toMatchObject({
        code: 'ERR_ROCKPOOL_BYTE_BUDGET',
        reservedBytes: expect.any(Number),
        maxBytes: CHUNK_END,
      });
      expect([stateOf(buf), accountsOf(allocator)]).toEqual(before);
      allocator.assertValid();
    }
    buf.release();
    expectAllReturned(allocator);
  });
});

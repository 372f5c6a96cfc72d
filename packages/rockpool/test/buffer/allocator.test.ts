import { describe, expect, it } from 'vitest';
import {
  AllocatorClosedError,
  allocatorPresets,
  type ByteBuf,
  ByteBufAllocator,
  unpooled,
} from '../../src/buffer/index.ts';
import { expectAllReturned, placeOf, tinyAllocator } from './tools.ts';

const KIB = 1024;
const MIB = 1024 * 1024;

describe('an allocator', () => {
  it('reserves nothing before its first buffer', () => {
    const allocator = new ByteBufAllocator();
    expect(allocator.stats()).toMatchObject({ reservedBytes: 0, allocations: 0, hitRate: 0 });
    allocator.assertValid();
  });

  it('gives exactly the capacity asked for, and 256 bytes by default', () => {
    const allocator = tinyAllocator();
    for (const bytes of [
      0, 1, 15, 16, 17, 511, 512, 513, 1023, 1025, 8192, 8193, 65535, 65536, 65537, 200_000,
    ]) {
      const buf = allocator.buffer(bytes);
      expect([buf.capacity, buf.readableBytes, buf.refCnt]).toEqual([bytes, 0, 1]);
      buf.release();
    }
    const buf = allocator.buffer();
    expect(buf.capacity).toBe(256);
    buf.release();
    expectAllReturned(allocator);
  });

  it('uses the same memory again, and the same handle', () => {
    const allocator = tinyAllocator();
    const first = allocator.buffer(1000);
    const place = placeOf(first);
    first.release();
    const second = allocator.buffer(900); // the same size class
    expect(placeOf(second)).toEqual(place);
    expect(second).toBe(first);
    second.release();
  });

  it('never uses a handle again where it was told so', () => {
    const allocator = tinyAllocator({ recycleHandles: false });
    const first = allocator.buffer(1000);
    const place = placeOf(first);
    first.release();
    const second = allocator.buffer(1000);
    expect(placeOf(second)).toEqual(place);
    expect(second).not.toBe(first);
    expect(() => first.getUInt8(0)).toThrow(/released/);
    second.release();
  });

  it('hands out a recycled buffer without a trace of its last life', () => {
    const allocator = tinyAllocator();
    const first = allocator.buffer(64, 64);
    first.writeUInt32BE(1).readUInt16BE();
    first.markReaderIndex().markWriterIndex();
    first.release();
    const second = allocator.buffer(60);
    expect(second).toBe(first);
    expect([second.readerIndex, second.writerIndex, second.maxCapacity]).toEqual([0, 0, 2 ** 31 - 1]);
    second.writeUInt32BE(1);
    expect(second.resetReaderIndex().readerIndex).toBe(0);
    expect(second.resetWriterIndex().writerIndex).toBe(0);
    second.release();
  });

  it('never gives two live buffers the same bytes', () => {
    const allocator = tinyAllocator();
    const bufs = Array.from({ length: 300 }, (_, i) => allocator.buffer(((i * 37) % 3000) + 1).fill(i & 255));
    bufs.forEach((buf, i) => {
      for (let at = 0; at < buf.capacity; at++) expect(buf.getUInt8(at)).toBe(i & 255);
    });
    for (const buf of bufs) buf.release();
    expectAllReturned(allocator);
  });

  it('routes by size: slots of slabs, runs of pages, memory of its own', () => {
    const allocator = tinyAllocator({ cache: false });
    const small = allocator.buffer(8 * KIB);
    const normal = allocator.buffer(8 * KIB + 1);
    const huge = allocator.buffer(64 * KIB + 1);
    const { arena, hugeAllocations, hugeBytes } = allocator.stats();
    expect([arena.small.active, arena.normal.active, hugeAllocations]).toEqual([1, 1, 1]);
    expect(hugeBytes).toBe(64 * KIB + 1);
    for (const buf of [small, normal, huge]) buf.release();
    expectAllReturned(allocator);
  });

  it('takes and gives back a huge buffer at once', () => {
    const allocator = tinyAllocator();
    const huge = allocator.buffer(MIB);
    expect(allocator.stats().reservedBytes).toBe(MIB);
    huge.release();
    expect(allocator.stats()).toMatchObject({ reservedBytes: 0, hugeBytes: 0, hugeAllocations: 1 });
  });

  it('counts a hundred pairs as a hundred allocations and as many deallocations', () => {
    for (const cache of [false, {}] as const) {
      const allocator = tinyAllocator({ cache });
      for (let i = 0; i < 100; i++) allocator.buffer(100).release();
      const { allocations, deallocations, hits, misses } = allocator.stats();
      expect([allocations, deallocations, hits + misses]).toEqual([100, 100, 100]);
      expect(hits).toBe(cache === false ? 0 : 99);
    }
  });

  it('keeps Σ capacity ≤ Σ blocks ≤ used ≤ reserved, and all of them 0 afterwards', () => {
    const allocator = tinyAllocator();
    const bufs: ByteBuf[] = [];
    for (let i = 1; i < 200; i++) bufs.push(allocator.buffer((i * 97) % 20_000));
    const held = allocator.stats();
    expect(held.activeBytes).toBe(bufs.reduce((sum, { capacity }) => sum + capacity, 0));
    expect(held.activeBytes).toBeLessThanOrEqual(held.activeBlockBytes);
    expect(held.activeBlockBytes + held.cachedBytes).toBe(held.arena.usedBytes + held.hugeBytes);
    expect(held.arena.usedBytes).toBeLessThanOrEqual(held.arena.reservedBytes);
    expect(held.internalFragmentation).toBeCloseTo(1 - held.activeBytes / held.activeBlockBytes);
    for (const buf of bufs) buf.release();
    allocator.trim();
    expectAllReturned(allocator);
    expect(allocator.stats()).toMatchObject({ cachedBytes: 0, reservedBytes: 0, internalFragmentation: 0 });
    expect(allocator.stats().arena.usedBytes).toBe(0);
  });

  it('hands out nothing once it is closed, and takes back what is out', () => {
    const allocator = tinyAllocator();
    const buf = allocator.buffer(100);
    allocator.close();
    allocator.close();
    expect(() => allocator.buffer(1)).toThrow(AllocatorClosedError);
    expect(() => allocator.buffer(MIB)).toThrow(AllocatorClosedError);
    expect(() => allocator.composite()).toThrow(AllocatorClosedError);
    expect(buf.writeUInt8(1).getUInt8(0)).toBe(1);
    buf.release();
    expectAllReturned(allocator);
    expect(allocator.stats().reservedBytes).toBe(0);
  });

  it('is closed at the end of its scope', () => {
    const allocator = tinyAllocator();
    allocator[Symbol.dispose]();
    expect(() => allocator.buffer(1)).toThrow(AllocatorClosedError);
  });

  it('draws its arena', () => {
    const allocator = tinyAllocator();
    const buf = allocator.buffer(100);
    const lines = allocator.dump().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
    buf.release();
  });
});

describe('the default allocator', () => {
  it('is one for all', () => {
    expect(ByteBufAllocator.default).toBe(ByteBufAllocator.default);
    expect(ByteBufAllocator.default.name).toBe('default');
  });
});

describe('a preset', () => {
  it.each(Object.entries(allocatorPresets))('makes an allocator: %s', (_, preset) => {
    const allocator = new ByteBufAllocator({ ...preset, leakDetection: 'disabled' });
    const bufs = [16, 512, 513, 8 * KIB, 9 * KIB, 100 * KIB].map((bytes) => allocator.buffer(bytes));
    for (const buf of bufs) buf.release();
    expectAllReturned(allocator);
    allocator.close();
  });

  it('expresses the table of the source: 512 cached buffers up to 512 B, slots up to 8 KiB, runs up to 16 MiB', () => {
    const allocator = new ByteBufAllocator({ ...allocatorPresets.source, leakDetection: 'disabled' });
    const cachedOf = (bytes: number, count: number): number => {
      const bufs = Array.from({ length: count }, () => allocator.buffer(bytes));
      for (const buf of bufs) buf.release();
      const { cachedBuffers } = allocator.stats();
      allocator.trim();
      return cachedBuffers;
    };
    expect(cachedOf(512, 600)).toBe(512);
    expect(cachedOf(1024, 600)).toBe(256);
    expect(cachedOf(16 * KIB, 100)).toBe(64);
    expect(cachedOf(64 * KIB, 10)).toBe(0);
    const [slot, run, whole, huge] = [8 * KIB, 8 * KIB + 1, 16 * MIB, 16 * MIB + 1].map((n) =>
      allocator.buffer(n),
    );
    const { arena, hugeBytes } = allocator.stats();
    expect(arena.chunkBytes).toBe(16 * MIB);
    expect(hugeBytes).toBe(16 * MIB + 1);
    expect(arena.normal.active).toBeGreaterThanOrEqual(2);
    for (const buf of [slot, run, whole, huge]) buf?.release();
    expectAllReturned(allocator);
  });
});

describe('unpooled', () => {
  it('gives fresh memory each time, and takes none back', () => {
    const first = unpooled.buffer(100);
    const { memory, offset } = placeOf(first);
    first.release();
    const second = unpooled.buffer(100);
    expect(second).not.toBe(first);
    expect({ memory, offset }).not.toEqual(placeOf(second));
    second.release();
    expect(() => first.getUInt8(0)).toThrow(/released/);
  });

  it('has a name and makes composites', () => {
    expect(unpooled.name).toBe('unpooled');
    const composite = unpooled.composite(4).addComponent(unpooled.buffer(4).writeUInt32BE(7), true);
    expect(composite.readUInt32BE()).toBe(7);
    composite.release();
  });
});

import { describe, expect, it } from 'vitest';
import type { ByteBufAllocator } from '../../src/buffer/index.ts';
import { expectAllReturned, tinyAllocator } from './tools.ts';

function allocateAndRelease(allocator: ByteBufAllocator, bytes: number, count: number): void {
  const bufs = Array.from({ length: count }, () => allocator.buffer(bytes));
  for (const buf of bufs) buf.release();
  allocator.assertValid();
}

describe('the cache of an allocator', () => {
  it('keeps buffers up to its largest size, and not one byte more', () => {
    const allocator = tinyAllocator({ cache: { maxBufferBytes: 32768 } });
    allocator.buffer(32768).release();
    expect(allocator.stats().cachedBuffers).toBe(1);
    allocator.buffer(32769).release();
    expect(allocator.stats().cachedBuffers).toBe(1);
  });

  it('keeps no more of a class than its route allows', () => {
    const allocator = tinyAllocator({ cache: { tiny: 7, small: 5, normal: 3, tinyMaxBytes: 512 } });
    allocateAndRelease(allocator, 512, 20);
    expect(allocator.stats().cachedBuffers).toBe(7);
    allocateAndRelease(allocator, 513, 20);
    expect(allocator.stats().cachedBuffers).toBe(7 + 5);
    allocateAndRelease(allocator, 8193, 20);
    expect(allocator.stats().cachedBuffers).toBe(7 + 5 + 3);
  });

  it('keeps no more bytes than it may in all', () => {
    const allocator = tinyAllocator({ cache: { maxCachedBytes: 10_000 } });
    for (const bytes of [64, 1000, 4000, 100, 9000, 2000]) {
      allocateAndRelease(allocator, bytes, 30);
      expect(allocator.stats().cachedBytes).toBeLessThanOrEqual(10_000);
    }
    expect(allocator.stats().cachedBytes).toBeGreaterThan(5000);
  });

  it('keeps nothing where there is none', () => {
    const allocator = tinyAllocator({ cache: false });
    allocateAndRelease(allocator, 100, 10);
    expect(allocator.stats()).toMatchObject({ cachedBuffers: 0, hits: 0, misses: 10 });
    expectAllReturned(allocator);
  });

  it('gives back at a trim what no allocation needed since the last one', () => {
    const allocator = tinyAllocator({ cache: { trimInterval: 1000 } });
    allocateAndRelease(allocator, 100, 50); // 50 are kept
    for (let i = 0; i < 1000; i++) allocator.buffer(100).release(); // one is used
    const afterFirst = allocator.stats();
    for (let i = 0; i < 1000; i++) allocator.buffer(100).release();
    const { cachedBuffers, trims, trimmedBytes, sizeClasses } = allocator.stats();
    expect(afterFirst.trims).toBe(1);
    expect(trims).toBe(2);
    expect(cachedBuffers).toBe(1);
    expect(trimmedBytes).toBe(49 * 112);
    expect(sizeClasses).toMatchObject([{ blockBytes: 112, trimmed: 49, cached: 1 }]);
    allocator.assertValid();
  });

  it('keeps at a trim what was used', () => {
    const allocator = tinyAllocator({ cache: { trimInterval: 100 } });
    for (let i = 0; i < 50; i++) allocateAndRelease(allocator, 100, 10);
    const { cachedBuffers, trims, misses } = allocator.stats();
    expect(trims).toBe(5);
    expect(cachedBuffers).toBe(10);
    expect(misses).toBe(10);
  });

  it('tells hits, misses, free buffers and waste for each class', () => {
    const allocator = tinyAllocator();
    allocateAndRelease(allocator, 100, 3);
    const buf = allocator.buffer(100);
    expect(allocator.stats().sizeClasses).toMatchObject([
      { blockBytes: 112, cached: 2, hits: 1, misses: 3, trimmed: 0, active: 1, wasteBytes: 12 },
    ]);
    expect(allocator.stats().hitRate).toBe(1 / 4);
    buf.release();
  });

  it('is emptied by trim()', () => {
    const allocator = tinyAllocator();
    allocateAndRelease(allocator, 1000, 100);
    const { reservedBytes } = allocator.stats();
    expect(allocator.trim()).toBe(reservedBytes);
    expect(allocator.stats()).toMatchObject({ cachedBuffers: 0, cachedBytes: 0, reservedBytes: 0 });
    allocateAndRelease(allocator, 1000, 100);
    expect(allocator.stats().cachedBuffers).toBeGreaterThan(0);
  });

  it('gives back by trim(unused) what lay idle since the last trim, and no more', () => {
    const allocator = tinyAllocator();
    allocateAndRelease(allocator, 1000, 20);
    allocator.trim('unused'); // all were used since the beginning
    allocateAndRelease(allocator, 1000, 5);
    allocator.trim('unused');
    expect(allocator.stats().cachedBuffers).toBe(5);
    expect(() => allocator.trim('some' as never)).toThrow(/'extent' must be one of/);
  });
});

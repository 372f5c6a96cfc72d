import { describe, expect, it } from 'vitest';
import { ByteBudgetError, type ByteBuf } from '../../src/buffer/index.ts';
import { accountsOf, expectAllReturned, stateOf, thrownBy, tinyAllocator } from './tools.ts';

describe('a limit of bytes', () => {
  it('is a clear error when it is hit, and nothing else changes', () => {
    const allocator = tinyAllocator({ maxBytes: 131072, name: 'frames' });
    const bufs: ByteBuf[] = [allocator.buffer(65536), allocator.buffer(65536)];
    const before = accountsOf(allocator);
    for (const bytes of [1, 5000, 65536, 65537, 2 ** 31 - 1]) {
      const error = thrownBy(() => allocator.buffer(bytes));
      expect(error).toBeInstanceOf(ByteBudgetError);
      expect(error).toMatchObject({
        code: 'ERR_ROCKPOOL_BYTE_BUDGET',
        reservedBytes: 131072,
        maxBytes: 131072,
      });
      expect((error as Error).message).toMatch(/from allocator 'frames' as 'maxBytes' is 131072/);
      expect(accountsOf(allocator)).toEqual(before);
    }
    for (const buf of bufs) buf.release();
    expectAllReturned(allocator);
    allocator.buffer(65537).release();
  });

  it('counts huge buffers', () => {
    const allocator = tinyAllocator({ maxBytes: 200_000 });
    const huge = allocator.buffer(150_000);
    expect(() => allocator.buffer(100)).toThrow(ByteBudgetError);
    huge.release();
    allocator.buffer(100).release();
  });

  it('is not hit while something idle can be given up', () => {
    const allocator = tinyAllocator({ maxBytes: 65536, spareChunks: 1 });
    allocator.buffer(65536).release(); // stays in the cache
    expect(allocator.stats().cachedBytes).toBe(65536);
    const buf = allocator.buffer(100);
    expect(allocator.stats().cachedBytes).toBe(0);
    buf.release();
    allocator.buffer(65000).release();
    expectAllReturned(allocator);
  });

  it('leaves a buffer that cannot grow as it was', () => {
    const allocator = tinyAllocator({ maxBytes: 65536 });
    const buf = allocator.buffer(32768).writeUInt32BE(7);
    const before = stateOf(buf);
    expect(() => buf.ensureWritable(60_000)).toThrow(ByteBudgetError);
    expect(() => {
      buf.capacity = 65536;
    }).toThrow(ByteBudgetError);
    expect(stateOf(buf)).toEqual(before);
    buf.release();
    expectAllReturned(allocator);
  });

  it('of nothing refuses everything', () => {
    const allocator = tinyAllocator({ maxBytes: 0 });
    expect(() => allocator.buffer(0)).toThrow(ByteBudgetError);
    allocator.assertValid();
  });
});

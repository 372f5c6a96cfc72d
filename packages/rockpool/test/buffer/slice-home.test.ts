/** Idle handles of slices: they are used again, and keep no memory alive for longer than a collection. */
import { describe, expect, it } from 'vitest';
import { ByteBufAllocator } from '../../src/buffer/index.ts';
import { collect, collectUntil } from '../leak/garbage.ts';

/** A retained slice lived here, of a buffer so large that it has memory of its own. */
function released(allocator: ByteBufAllocator): WeakRef<ArrayBufferLike> {
  const buf = allocator.buffer(8 * 1024 * 1024);
  const memory = new WeakRef(buf.toBuffer(0, 1).buffer);
  const slices = Array.from({ length: 10 }, (_, i) => buf.retainedSlice(i, 4));
  for (const slice of slices) slice.release();
  buf.release();
  return memory;
}

function quietAllocator(): ByteBufAllocator {
  return new ByteBufAllocator({ leakDetection: 'disabled' });
}

describe('an idle handle of a slice', () => {
  it('is used again, for another buffer as well', () => {
    const allocator = quietAllocator();
    const one = allocator.buffer(64).fill(1);
    const two = allocator.buffer(64).fill(2);
    const first = one.retainedSlice(0, 8);
    first.release();
    const second = two.retainedSlice(8, 16);
    expect(second).toBe(first);
    expect([second.capacity, second.readableBytes, second.getUInt8(0)]).toEqual([16, 16, 2]);
    expect(second.unwrap()).toBe(two);
    second.release();
    expect(second.unwrap()).toBeUndefined();
    one.release();
    two.release();
    expect(allocator.stats().activeBuffers).toBe(0);
  });

  it('sees the bytes where its buffer is now, if that has moved', () => {
    const allocator = quietAllocator();
    const buf = allocator.buffer(64).fill(1);
    buf.retainedSlice(0, 8).release();
    buf.capacity = 4096;
    buf.fill(3);
    const slice = buf.retainedSlice(0, 8);
    expect(slice.getUInt8(0)).toBe(3);
    slice.setUInt8(0, 4);
    expect(buf.getUInt8(0)).toBe(4);
    slice.release();
    buf.release();
  });

  it('lets go of its memory with a major collection', async () => {
    const memory = released(quietAllocator());
    await collectUntil('the memory is collected', () => memory.deref() === undefined);
  });

  it('lets go of its memory when an allocator is trimmed', async () => {
    const allocator = quietAllocator();
    const memory = released(allocator);
    allocator.trim();
    await collect();
    expect(memory.deref()).toBeUndefined();
  });
});

describe('handles that are not recycled', () => {
  it('are new for each slice, and keep nothing once released', async () => {
    const allocator = new ByteBufAllocator({ leakDetection: 'disabled', recycleHandles: false });
    const buf = allocator.buffer(64);
    const first = buf.retainedSlice(0, 8);
    first.release();
    const second = buf.retainedSlice(0, 8);
    expect(second).not.toBe(first);
    second.release();
    buf.release();
    const kept: { slice?: unknown } = {};
    const lose = (): WeakRef<ArrayBufferLike> => {
      const large = allocator.buffer(8 * 1024 * 1024);
      const slice = large.retainedSlice(0, 8);
      kept.slice = slice;
      const memory = new WeakRef(large.toBuffer(0, 1).buffer);
      slice.release();
      large.release();
      return memory;
    };
    const memory = lose();
    await collectUntil('the memory is collected', () => memory.deref() === undefined);
    expect(kept.slice).toBeDefined();
  });
});

import { describe, expect, it } from 'vitest';
import { CorruptionError, ReleasedBufferError } from '../../src/buffer/index.ts';
import { allBytes, expectAllReturned, thrownBy, tinyAllocator } from './tools.ts';

const WATCHED = ['strict', 'paranoid'] as const;

describe.each(WATCHED)('at %s', (checks) => {
  it('a write behind the end is found when the buffer is released', () => {
    const allocator = tinyAllocator({ checks });
    const buf = allocator.buffer(50);
    const { buffer, byteOffset } = buf.toBuffer(0, 50);
    new Uint8Array(buffer)[byteOffset + 53] = 1;
    const error = thrownBy(() => buf.release());
    expect(error).toBeInstanceOf(CorruptionError);
    expect(error).toMatchObject({ code: 'ERR_ROCKPOOL_CORRUPTION', offset: 53, capacity: 50 });
    expect(buf.refCnt).toBe(0);
    expectAllReturned(allocator);
  });

  it('a write behind the end is found when the buffer grows within its block', () => {
    const allocator = tinyAllocator({ checks });
    const buf = allocator.buffer(50);
    const { buffer, byteOffset } = buf.toBuffer(0, 50);
    new Uint8Array(buffer)[byteOffset + 51] = 1;
    expect(() => {
      buf.capacity = 60;
    }).toThrow(CorruptionError);
    expect(buf.capacity).toBe(50);
    allocator.assertValid();
  });

  it('there are bytes to watch behind every buffer', () => {
    const allocator = tinyAllocator({ checks });
    for (const bytes of [0, 16, 64, 4096, 8192, 65536 - 16]) {
      const buf = allocator.buffer(bytes);
      const { buffer, byteOffset } = buf.toBuffer(0, bytes);
      new Uint8Array(buffer)[byteOffset + bytes] = 1;
      expect(() => buf.release()).toThrow(CorruptionError);
    }
    expectAllReturned(allocator);
  });

  it('a write after the release is found when the memory leaves quarantine', () => {
    const allocator = tinyAllocator({ checks, quarantineBytes: 200 });
    const buf = allocator.buffer(50);
    const view = buf.toBuffer(0, 50);
    buf.release();
    view[3] = 1;
    const found = thrownBy(() => {
      for (let i = 0; i < 10; i++) allocator.buffer(50).release();
    });
    expect(found).toBeInstanceOf(CorruptionError);
    expect(found).toMatchObject({ offset: 3, capacity: 50 });
    expectAllReturned(allocator);
    allocator.buffer(50).release(); // the damage is told once
  });

  it('released memory waits as long as quarantine has room, and is counted', () => {
    const allocator = tinyAllocator({ checks, quarantineBytes: 1000 });
    const released = new Set<number>();
    for (let i = 0; i < 8; i++) {
      const buf = allocator.buffer(100); // 116 with what is watched: a block of 128
      const { byteOffset } = buf.toBuffer(0, 100);
      expect(released.has(byteOffset)).toBe(false);
      released.add(byteOffset);
      buf.release();
    }
    expect(allocator.stats().quarantinedBytes).toBe(8 * 128);
    const { activeBlockBytes, cachedBytes, quarantinedBytes, arena } = allocator.stats();
    expect(activeBlockBytes + cachedBytes + quarantinedBytes).toBe(arena.usedBytes);
    allocator.buffer(100).release();
    expect(allocator.stats().quarantinedBytes).toBeLessThanOrEqual(1000 + 128);
    allocator.trim();
    expect(allocator.stats()).toMatchObject({ quarantinedBytes: 0, reservedBytes: 0 });
  });

  it('trim() finds every late write, one at a time, and trims all the same', () => {
    const allocator = tinyAllocator({ checks });
    const views = [1, 2].map(() => {
      const buf = allocator.buffer(64);
      const view = buf.toBuffer(0, 64);
      buf.release();
      return view;
    });
    for (const view of views) view.fill(0, 10, 12);
    expect(() => allocator.trim()).toThrow(CorruptionError);
    expect(() => allocator.trim()).toThrow(CorruptionError);
    allocator.trim();
    expect(allocator.stats().reservedBytes).toBe(0);
  });

  it('a released buffer is poisoned', () => {
    const allocator = tinyAllocator({ checks });
    const buf = allocator.buffer(8).writeZero(8);
    const view = buf.toBuffer();
    buf.release();
    expect([...view]).toEqual(new Array(8).fill(0xdb));
  });

  it('a handle that is kept stays dead, whoever has the memory', () => {
    const allocator = tinyAllocator({ checks, quarantineBytes: 0 });
    const dead = allocator.buffer(64);
    const { byteOffset } = dead.toBuffer(0, 64);
    dead.release();
    const next = allocator.buffer(64);
    expect(next.toBuffer(0, 64).byteOffset).toBe(byteOffset);
    expect(() => dead.setUInt8(0, 1)).toThrow(ReleasedBufferError);
    expect(() => dead.release()).toThrow(/refCnt: 0, decrement: 1$/);
    expect(next.refCnt).toBe(1);
    next.release();
  });
});

describe('at paranoid', () => {
  it('the error tells where the buffer was released', () => {
    const allocator = tinyAllocator({ checks: 'paranoid' });
    const buf = allocator.buffer(64);
    const releaseHere = (): boolean => buf.release();
    releaseHere();
    expect((thrownBy(() => buf.getUInt8(0)) as Error).message).toMatch(/Released at:\n.*releaseHere/);
    expect((thrownBy(() => buf.release()) as Error).message).toMatch(
      /releaseHere[\s\S]*refCnt: 0, decrement: 1$/,
    );
  });

  it('a late write is reported with the stack of the release', () => {
    const allocator = tinyAllocator({ checks: 'paranoid' });
    const buf = allocator.buffer(64);
    const view = buf.toBuffer(0, 64);
    const releaseHere = (): boolean => buf.release();
    releaseHere();
    view[0] = 1;
    expect((thrownBy(() => allocator.trim()) as Error).message).toMatch(/Released at:\n.*releaseHere/);
  });
});

describe('the zero policy', () => {
  const secret = Buffer.from('a secret of another tenant');

  it.each(['on-release', 'on-acquire'] as const)('%s hides what was there before', (zero) => {
    for (const checks of ['off', 'basic', 'strict'] as const) {
      const allocator = tinyAllocator({ zero, checks, quarantineBytes: 0 });
      for (const bytes of [100, 20_000]) {
        for (let i = 0; i < 3; i++) {
          const buf = allocator.buffer(bytes);
          expect(allBytes(buf)).toEqual(new Uint8Array(bytes));
          buf.fill(0xff).setBytes(0, secret);
          buf.release();
        }
      }
      expectAllReturned(allocator);
    }
  });

  it('on-release leaves nothing in the memory that is idle', () => {
    const allocator = tinyAllocator({ zero: 'on-release' });
    const buf = allocator.buffer(100).writeBytes(secret);
    const view = buf.toBuffer(0, 100);
    buf.release();
    expect(Buffer.compare(view, Buffer.alloc(100))).toBe(0);
  });

  it('holds for what a buffer grows into', () => {
    const allocator = tinyAllocator({ zero: 'on-acquire' });
    allocator.buffer(112).fill(0xff).release();
    const buf = allocator.buffer(100);
    buf.capacity = 112;
    expect(allBytes(buf)).toEqual(new Uint8Array(112));
    buf.release();
  });

  it('never shows what was there before', () => {
    const allocator = tinyAllocator({ zero: 'never' });
    allocator.buffer(100).writeBytes(secret).release();
    const buf = allocator.buffer(100);
    expect(buf.toString('utf8', 0, secret.length)).toBe(secret.toString());
    buf.release();
  });
});

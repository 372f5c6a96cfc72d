import { describe, expect, it } from 'vitest';
import { ByteBufAllocator, type ByteBufAllocatorOptions } from '../../src/buffer/index.ts';
import { LeakDetector, OptionRangeError, OptionTypeError, UnknownOptionError } from '../../src/index.ts';
import { thrownBy } from './tools.ts';

const OUTSIDE: readonly [string, ByteBufAllocatorOptions][] = [
  ['chunkBytes', { chunkBytes: 1000 }],
  ['chunkBytes', { chunkBytes: 4096 }],
  ['chunkBytes', { chunkBytes: 2 ** 31 }],
  ['leastChunkBytes', { leastChunkBytes: 3000 }],
  ['leastChunkBytes', { leastChunkBytes: 8 * 1024 * 1024 }],
  ['pageBytes', { pageBytes: 2048 }],
  ['pageBytes', { pageBytes: 5000 }],
  ['pageBytes', { pageBytes: 131072 }],
  ['alignment', { alignment: 3 }],
  ['alignment', { alignment: 16384 }],
  ['slabMaxBytes', { slabMaxBytes: 15 }],
  ['slabMaxBytes', { slabMaxBytes: 4 * 1024 * 1024 }],
  ['spareChunks', { spareChunks: -1 }],
  ['maxBytes', { maxBytes: -1 }],
  ['maxBytes', { maxBytes: Number.NaN }],
  ['zero', { zero: 'always' as never }],
  ['checks', { checks: 'some' as never }],
  ['recycleHandles', { checks: 'strict', recycleHandles: true }],
  ['leakDetection', { leakDetection: 'simple', leakDetector: new LeakDetector() }],
  ['quarantineBytes', { quarantineBytes: 0.5 }],
  ['cache.small', { cache: { small: -1 } }],
  ['cache.normal', { cache: { normal: 65537 } }],
  ['cache.tiny', { cache: { tiny: 1.5 } }],
  ['cache.tinyMaxBytes', { cache: { tinyMaxBytes: -1 } }],
  ['cache.maxBufferBytes', { cache: { maxBufferBytes: -1 } }],
  ['cache.maxCachedBytes', { cache: { maxCachedBytes: -1 } }],
  ['cache.trimInterval', { cache: { trimInterval: 0 } }],
];

const WRONG_TYPE: readonly [string, ByteBufAllocatorOptions][] = [
  ['name', { name: 1 as never }],
  ['chunkBytes', { chunkBytes: '4' as never }],
  ['cache', { cache: true as never }],
  ['leakDetector', { leakDetector: {} as never }],
  ['recycleHandles', { recycleHandles: 1 as never }],
  ['zero', { zero: 1 as never }],
];

describe('options of an allocator', () => {
  it.each(OUTSIDE)('a value out of range is refused by name: %s', (option, options) => {
    const error = thrownBy(() => new ByteBufAllocator(options));
    expect(error).toBeInstanceOf(OptionRangeError);
    expect(error).toMatchObject({ option });
    expect((error as Error).message).toMatch(/^Cannot create allocator as '.*' must be .*: received /);
  });

  it.each(WRONG_TYPE)('a value of another type is refused by name: %s', (option, options) => {
    const error = thrownBy(() => new ByteBufAllocator(options));
    expect(error).toBeInstanceOf(OptionTypeError);
    expect(error).toMatchObject({ option });
  });

  it('an unknown name is refused, at both levels', () => {
    expect(thrownBy(() => new ByteBufAllocator({ chunkByte: 1 } as never))).toBeInstanceOf(
      UnknownOptionError,
    );
    const nested = thrownBy(() => new ByteBufAllocator({ cache: { smal: 1 } as never }));
    expect(nested).toBeInstanceOf(UnknownOptionError);
    expect((nested as Error).message).toMatch(/did you mean 'small'/);
  });

  it('every alignment gives blocks at its multiples', () => {
    for (const alignment of [0, 16, 32, 64, 256, 4096]) {
      const allocator = new ByteBufAllocator({ alignment, leakDetection: 'disabled' });
      for (const bytes of [1, 17, 100, 1000, 9000, 100_000]) {
        const buf = allocator.buffer(bytes);
        expect(buf.toBuffer(0, bytes).byteOffset % Math.max(16, alignment)).toBe(0);
        buf.release();
      }
      allocator.assertValid();
    }
  });
});

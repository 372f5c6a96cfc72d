import { expect, test } from 'vitest';
import {
  AllocatorClosedError,
  ByteBufAllocator,
  OptionRangeError,
  OptionTypeError,
  UnknownOptionError,
} from '../../src/index.ts';

function cycle(allocator: ByteBufAllocator, bytes: number, depth: number): void {
  const held = Array.from({ length: depth }, () => allocator.buffer(bytes));
  for (const buf of held) buf.release();
  allocator.assertValid();
}

const classOf = (allocator: ByteBufAllocator, bytes: number) =>
  allocator.stats().sizeClasses.find(({ blockBytes }) => blockBytes === bytes);

test('entries of one size class: more are kept, fewer go back to the arena', () => {
  const allocator = new ByteBufAllocator({ cache: { small: 4 } });
  cycle(allocator, 1024, 20);
  expect(classOf(allocator, 1024)).toMatchObject({ cached: 4, maxEntries: 4, turnedAway: 16 });
  allocator.resizeCache({ entries: [[1024, 20]] });
  cycle(allocator, 1024, 20);
  expect(classOf(allocator, 1024)).toMatchObject({ cached: 20, maxEntries: 20, turnedAway: 16 });
  allocator.resizeCache({ entries: [[1024, 3]] });
  allocator.assertValid();
  expect(classOf(allocator, 1024)).toMatchObject({ cached: 3, capacity: 3 });
});

test('the byte budget: what is above goes, as large a part of every class', () => {
  const allocator = new ByteBufAllocator({ cache: { maxCachedBytes: 1024 * 1024 } });
  cycle(allocator, 1024, 256);
  cycle(allocator, 4096, 128);
  allocator.resizeCache({ maxCachedBytes: 128 * 1024 });
  allocator.assertValid();
  const { cachedBytes, maxCachedBytes } = allocator.stats();
  expect(cachedBytes).toBeLessThanOrEqual(128 * 1024);
  expect(cachedBytes).toBeGreaterThan(0);
  expect(maxCachedBytes).toBe(128 * 1024);
  allocator.resizeCache({ maxCachedBytes: 0 });
  expect(allocator.stats().cachedBytes).toBe(0);
});

test('the largest cached buffer: sets all classes anew', () => {
  const allocator = new ByteBufAllocator({ cache: { maxBufferBytes: 4096, normal: 8 } });
  cycle(allocator, 65_536, 4);
  expect(allocator.stats()).toMatchObject({ cachedBytes: 0, maxCachedBufferBytes: 4096 });
  allocator.resizeCache({ maxBufferBytes: 65_536 });
  cycle(allocator, 65_536, 4);
  expect(allocator.stats()).toMatchObject({ cachedBytes: 4 * 65_536, maxCachedBufferBytes: 65_536 });
});

test('the trim interval holds from the next trim on, and at once where it is shorter', () => {
  const allocator = new ByteBufAllocator({ cache: { trimInterval: 100_000 } });
  cycle(allocator, 1024, 100);
  allocator.resizeCache({ trimInterval: 50 });
  for (let i = 0; i < 200; i++) allocator.buffer(64).release();
  expect(classOf(allocator, 1024)?.cached).toBe(0);
});

test.each(['strict', 'paranoid'] as const)(
  'buffers that wait in quarantine at %s are not disturbed',
  (checks) => {
    const allocator = new ByteBufAllocator({ checks });
    cycle(allocator, 1000, 10);
    allocator.resizeCache({ entries: [[1024, 2]], maxCachedBytes: 2048 });
    cycle(allocator, 1000, 10);
    allocator.trim();
    expect(allocator.stats()).toMatchObject({ activeBuffers: 0, cachedBytes: 0, quarantinedBytes: 0 });
  },
);

test('what is wrong is refused, and nothing is changed', () => {
  const allocator = new ByteBufAllocator({ name: 'frames' });
  cycle(allocator, 1024, 3);
  const before = allocator.stats();
  expect(() => allocator.resizeCache({ entries: [[1000, 3]] })).toThrow(
    "Cannot resize the cache of allocator 'frames' as 'entries' must be block bytes of a size class: received 1000",
  );
  expect(() => allocator.resizeCache({ entries: [[1024, -1]] })).toThrow(OptionRangeError);
  expect(() => allocator.resizeCache({ entries: [[2 ** 40, 1]] })).toThrow(OptionRangeError);
  expect(() => allocator.resizeCache({ entries: 7 as never })).toThrow(OptionTypeError);
  expect(() => allocator.resizeCache({ maxCachedBytes: -1 })).toThrow(OptionRangeError);
  expect(() => allocator.resizeCache({ maxCachedBytes: 5, trimInterval: 0 })).toThrow(OptionRangeError);
  expect(() => allocator.resizeCache({ maxCached: 5 } as never)).toThrow(UnknownOptionError);
  expect(allocator.stats()).toEqual(before);
  allocator.close();
  expect(() => allocator.resizeCache({})).toThrow(AllocatorClosedError);
});

test('a swing is what the cache could not cover: highest at a miss less lowest when a buffer left', () => {
  const allocator = new ByteBufAllocator({ cache: { small: 10 } });
  cycle(allocator, 1024, 100);
  allocator._takeSwings();
  const base = Array.from({ length: 30 }, () => allocator.buffer(1024));
  cycle(allocator, 1024, 50);
  const swing = allocator._takeSwings().get(1024);
  expect(swing).toMatchObject({ peak: 80, trough: 30 });
  expect(allocator._takeSwings().get(1024)).toMatchObject({ peak: 0, trough: undefined });
  for (const buf of base) buf.release();
});

/** What the tests of buffers share: small allocators, what a buffer's state is, and what a call threw. */
import { expect } from 'vitest';
import { type ByteBuf, ByteBufAllocator, type ByteBufAllocatorOptions } from '../../src/buffer/index.ts';
import { isRockpoolError, type RockpoolError } from '../../src/internal/errors.ts';

/** Chunks of 16 pages: everything that an arena does happens soon. */
const TINY_ARENA = { chunkBytes: 65536, pageBytes: 4096, slabMaxBytes: 8192 } as const;

/** Where the routes of a tiny arena end, in bytes. */
export const SLAB_END = TINY_ARENA.slabMaxBytes;
export const CHUNK_END = TINY_ARENA.chunkBytes;

/** An allocator of few bytes that reports no leaks: tests leave buffers behind. */
export function tinyAllocator(options: ByteBufAllocatorOptions = {}): ByteBufAllocator {
  const quiet = options.leakDetector === undefined ? { leakDetection: 'disabled' as const } : {};
  return new ByteBufAllocator({ ...TINY_ARENA, ...quiet, ...options });
}

/** Bytes that differ from their neighbours and from block to block. */
export function pattern(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + seed * 31 + (i >> 8)) & 255);
}

/** The bytes from index 0 to the capacity, read or not. */
export function allBytes(buf: ByteBuf): Uint8Array {
  const bytes = new Uint8Array(buf.capacity);
  buf.getBytes(0, bytes);
  return bytes;
}

/** The bytes between the indices. */
export function readable(buf: ByteBuf): number[] {
  return [...buf.toBuffer()];
}

/** As `toEqual`, for bytes: an expectation each would take most of the time of a test that has thousands. */
export function expectBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  if (Buffer.compare(actual, expected) !== 0) expect([...actual], what).toEqual([...expected]);
}

/** As `toBe`, likewise. */
export function expectSame(actual: unknown, expected: unknown, what: string): void {
  if (!Object.is(actual, expected)) expect(actual, what).toBe(expected);
}

/** Everything of a live buffer that a call that throws must leave alone. */
export function stateOf(buf: ByteBuf): Record<string, unknown> {
  return {
    indices: [buf.readerIndex, buf.writerIndex],
    capacities: [buf.capacity, buf.maxCapacity],
    refCnt: buf.refCnt,
    contents: Buffer.from(allBytes(buf)).toString('hex'),
  };
}

/** What an allocator has out and holds; its trims, which are no change, left aside. */
export function accountsOf(allocator: ByteBufAllocator): Record<string, unknown> {
  const { trims: _, trimmedBytes: __, sizeClasses: ___, ...accounts } = allocator.stats();
  return accounts;
}

/** Where the first byte of a buffer is: equal exactly while its memory is the same. */
export function placeOf(buf: ByteBuf): { memory: ArrayBufferLike; offset: number } {
  const view = buf.toBuffer(0, buf.capacity);
  return { memory: view.buffer, offset: view.byteOffset };
}

/** Calls a method, or sets an accessor, by name. */
export function call(target: object, name: string, args: readonly unknown[]): unknown {
  const method = (target as Record<string, unknown>)[name];
  if (typeof method !== 'function') throw new Error(`no method ${name}`);
  return Reflect.apply(method, target, args);
}

/** What `action` throws. */
export function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** The library's error that `action` throws. */
export function rockpoolErrorOf(action: () => unknown): RockpoolError & Record<string, unknown> {
  const error = thrownBy(action);
  if (!isRockpoolError(error)) throw error;
  return error as RockpoolError & Record<string, unknown>;
}

/** Fails unless all memory is back and every equation holds. */
export function expectAllReturned(allocator: ByteBufAllocator): void {
  allocator.assertValid();
  const { activeBuffers, activeBytes, activeBlockBytes, hugeBytes } = allocator.stats();
  expect({ activeBuffers, activeBytes, activeBlockBytes, hugeBytes }).toEqual({
    activeBuffers: 0,
    activeBytes: 0,
    activeBlockBytes: 0,
    hugeBytes: 0,
  });
}

/** Small composites, and what the tests of them look at. */
import type { ByteBuf, ByteBufAllocator, CompositeByteBuf } from '../../src/buffer/index.ts';

/** A buffer with these bytes between its indices. */
export function bufOf(allocator: ByteBufAllocator, ...bytes: number[]): ByteBuf {
  return allocator.buffer(bytes.length).writeBytes(Uint8Array.from(bytes));
}

/** A composite of three components, 1 2 3 | 4 5 | 6 7 8 9, all of it readable. */
export function nineBytes(allocator: ByteBufAllocator): CompositeByteBuf {
  const parts = [bufOf(allocator, 1, 2, 3), bufOf(allocator, 4, 5), bufOf(allocator, 6, 7, 8, 9)];
  return allocator.composite().addComponents(parts, true);
}

/** Bytes of each component. */
export function lengthsOf(composite: CompositeByteBuf): number[] {
  return Array.from({ length: composite.componentCount }, (_, i) => composite.component(i).capacity);
}

/** `readerIndex`, `writerIndex` and `capacity`. */
export function indicesOf(buf: ByteBuf): number[] {
  return [buf.readerIndex, buf.writerIndex, buf.capacity];
}

/** References of each. */
export function countsOf(bufs: readonly ByteBuf[]): number[] {
  return bufs.map(({ refCnt }) => refCnt);
}

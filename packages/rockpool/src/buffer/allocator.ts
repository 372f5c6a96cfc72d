/** What every allocator of buffers is, pooled or not. */
import type { ByteBuf } from './byte-buf.ts';
import type { CompositeByteBuf } from './composite-byte-buf.ts';

/**
 * Hands out buffers. Code that takes an `Allocator` runs on pooled memory and, for comparison, on
 * {@link unpooled}.
 */
export interface Allocator {
  /** Stands in errors and reports. */
  readonly name: string;
  /**
   * A buffer with a reference count of 1, which belongs to the caller.
   *
   * @param initialBytes its capacity; default 256
   * @param maxBytes what it may grow to; default 2^31 − 1
   */
  buffer(initialBytes?: number, maxBytes?: number): ByteBuf;
  /**
   * A buffer made of others.
   *
   * @param maxComponents more than this many are copied into one; default 16
   */
  composite(maxComponents?: number): CompositeByteBuf;
}

/** What the encoders for other libraries are told at their creation, and where the bytes that they wrote go. */
import type { Allocator } from '../buffer/allocator.ts';
import type { ByteBuf } from '../buffer/byte-buf.ts';
import { ByteBufAllocator } from '../buffer/byte-buf-allocator.ts';
import { type OptionSite, OptionTypeError } from '../internal/options.ts';

/** The allocator that was given, or the default one. @throws {OptionTypeError} */
export function expectAllocator(site: OptionSite, allocator: Allocator | undefined): Allocator {
  if (allocator === undefined) return ByteBufAllocator.default;
  if (typeof allocator !== 'object' || allocator === null || typeof allocator.buffer !== 'function') {
    throw new OptionTypeError(site, 'allocator', 'an Allocator', allocator);
  }
  return allocator;
}

/** Whether `value` can take bytes: what the checks of encoders ask of a target. */
export function isByteBuf(value: unknown): value is ByteBuf {
  return typeof value === 'object' && value !== null && typeof (value as ByteBuf).writeBytes === 'function';
}

/** Pooled byte buffers: `rockpool/buffer`. */
export type { Allocator } from './allocator.ts';
export {
  allocatorPresets,
  type BufferCacheOptions,
  type BufferChecks,
  type ByteBufAllocatorOptions,
  type CacheBounds,
  type ZeroPolicy,
} from './allocator-options.ts';
export type { ByteBufAllocatorStats, SizeClassStats } from './allocator-stats.ts';
export type { ArenaMap, ChunkMap, RunMap } from './arena-map.ts';
export type { ArenaStats } from './arena-stats.ts';
export {
  AllocatorClosedError,
  ArgumentRangeError,
  ByteBudgetError,
  CapacityError,
  CorruptionError,
  IndexRangeError,
  ReadOnlyBufferError,
  RefCountError,
  ReleasedBufferError,
  ValueRangeError,
} from './buffer-errors.ts';
export { ByteBuf } from './byte-buf.ts';
export { ByteBufAllocator } from './byte-buf-allocator.ts';
export type { ByteVisitor } from './byte-search.ts';
export { CompositeByteBuf } from './composite-byte-buf.ts';
export {
  type MemoryLoad,
  type MemoryPressureOptions,
  type MemoryPressureWatch,
  type TrimExtent,
  type Trimmable,
  watchMemoryPressure,
} from './memory-pressure.ts';
export type { TextEncoding } from './text.ts';
export { unpooled, wrap } from './unpooled.ts';

/** What an allocator tells about itself; aggregated when it is asked. */
import type { ArenaStats } from './arena-stats.ts';

/** One size class of the cache, and what was asked of it. */
export interface SizeClassStats {
  /** Bytes of every block. */
  readonly blockBytes: number;
  /** Free buffers ready for use. */
  readonly cached: number;
  /** Free buffers that may be kept now; grows with use, up to the options' bound and within the byte budget. */
  readonly capacity: number;
  /** What `capacity` may grow to. */
  readonly maxEntries: number;
  /** Allocations served from the cache. */
  readonly hits: number;
  /** Allocations that went to the arena. */
  readonly misses: number;
  /** Free buffers given back to the arena because nobody used them. */
  readonly trimmed: number;
  /** Buffers that came back and found no room in the cache. */
  readonly turnedAway: number;
  /** Live buffers. */
  readonly active: number;
  /** Bytes of live blocks that their buffers do not use: Σ (block − capacity). */
  readonly wasteBytes: number;
}

/**
 * What {@link ByteBufAllocator.stats} gives.
 *
 *     hits + misses + hugeAllocations                 = allocations = deallocations + activeBuffers
 *     activeBytes                                     ≤ activeBlockBytes
 *     activeBlockBytes + cachedBytes + quarantinedBytes = arena.usedBytes + hugeBytes
 *     arena.usedBytes                                 ≤ arena.reservedBytes
 *     arena.reservedBytes + hugeBytes                 = reservedBytes ≤ maxBytes
 */
export interface ByteBufAllocatorStats {
  readonly name: string;
  /** Buffers handed out, ever. Growth to a larger block counts as one, and as one given back. */
  readonly allocations: number;
  /** Buffers whose memory came back, ever. */
  readonly deallocations: number;
  /** Buffers that users have. */
  readonly activeBuffers: number;
  /** Σ capacity of the active buffers. */
  readonly activeBytes: number;
  /** Σ bytes of their blocks. */
  readonly activeBlockBytes: number;
  /** Free buffers in the cache. */
  readonly cachedBuffers: number;
  readonly cachedBytes: number;
  /** Bytes of released blocks that wait, at `strict` and `paranoid`. */
  readonly quarantinedBytes: number;
  /** Bytes held from the runtime: chunks and huge buffers. */
  readonly reservedBytes: number;
  /** The bound of `reservedBytes`. */
  readonly maxBytes: number;
  /** Buffers larger than a chunk, ever. */
  readonly hugeAllocations: number;
  /** Bytes of those that are active. */
  readonly hugeBytes: number;
  /** Allocations served from the cache. */
  readonly hits: number;
  /** Allocations that went to the arena. */
  readonly misses: number;
  /** hits / allocations; 0 before the first. */
  readonly hitRate: number;
  /** Bounds in force: the options, or what `resizeCache` said since. */
  readonly maxCachedBytes: number;
  /** Larger buffers are not cached, unless `resizeCache` gave entries to their size class. */
  readonly maxCachedBufferBytes: number;
  /** Allocations between two trims of what nobody used. */
  readonly trimInterval: number;
  /** Passes over the cache that gave back what nobody used. */
  readonly trims: number;
  /** Bytes that they gave back to the arena. */
  readonly trimmedBytes: number;
  /** Live buffers that `trim` moved so that chunks became empty, ever. */
  readonly movedBuffers: number;
  /** Bytes of their blocks. */
  readonly movedBytes: number;
  /** Buffers that were collected without release, among those that the leak detector follows. */
  readonly lostBuffers: number;
  /** Bytes of live blocks that their buffers do not use, as a fraction of the blocks. */
  readonly internalFragmentation: number;
  /** Bytes of chunks that are in no block that is out of the arena, as a fraction of those that are. */
  readonly externalFragmentation: number;
  readonly arena: ArenaStats;
  /** The size classes that were ever used, the smallest first. */
  readonly sizeClasses: readonly SizeClassStats[];
}

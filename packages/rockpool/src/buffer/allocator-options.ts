/**
 * The options of a {@link ByteBufAllocator}, their defaults and checks, and three configurations to choose from.
 */
import {
  expectBoolean,
  expectInteger,
  expectOneOf,
  expectString,
  OptionRangeError,
  type OptionSite,
  OptionTypeError,
  readOptions,
  smallInteger,
} from '../internal/options.ts';
import { LeakDetector, type LeakLevel } from '../leak/leak-detector.ts';

/**
 * How closely an allocator watches its users. At every level each access checks its range and whether the buffer
 * is released, and the counts are checked.
 *
 * | level | leaks | handle kept after release | bytes written after release, or behind the end |
 * |---|---|---|---|
 * | `off` | – | throws until the handle is handed out again | – |
 * | `basic` | one buffer in 65,536 | throws until the handle is handed out again | – |
 * | `strict` | one in 128, with touches | throws for ever | found, when the memory comes back |
 * | `paranoid` | every buffer, with touches | throws for ever, and says where it was released | found, with the stack of the release |
 */
export type BufferChecks = 'off' | 'basic' | 'strict' | 'paranoid';

/** When blocks are filled with zeros, so that nobody reads another's bytes. */
export type ZeroPolicy = 'never' | 'on-release' | 'on-acquire';

/** Options of the cache in front of the arena. */
export interface BufferCacheOptions {
  /** Buffers kept of each size class up to `tinyMaxBytes`. 0 to 65536, default: as `small`. */
  readonly tiny?: number;
  /** Buffers kept of each size class up to `slabMaxBytes`. 0 to 65536, default 256. */
  readonly small?: number;
  /** Buffers kept of each larger size class. 0 to 65536, default 64. */
  readonly normal?: number;
  /** Where tiny ends, in bytes. Default 512. */
  readonly tinyMaxBytes?: number;
  /** Larger buffers are not kept, in bytes. Default `chunkBytes`. */
  readonly maxBufferBytes?: number;
  /** Bytes kept in all. Default 2 MiB: more makes holes, see `buffer-cache.ts`. */
  readonly maxCachedBytes?: number;
  /** Allocations between two trims of what nobody used. 1 to 2^29, default 8192. */
  readonly trimInterval?: number;
}

/** Options of {@link ByteBufAllocator}. Unknown names are refused. */
export interface ByteBufAllocatorOptions {
  /** Stands in errors, leak reports and dumps. Default `'buffers'`. */
  readonly name?: string;
  /** Bytes of the largest chunk: larger buffers are not pooled. Chunks are smaller while little is in use. A power of two times `pageBytes`, up to 1 GiB. */
  readonly chunkBytes?: number;
  /**
   * Bytes of the smallest chunk for more than one buffer: chunks grow from there to `chunkBytes` with what is reserved.
   * Less of it leaves less memory in holes between trims, and more to the C library, which is slow to give it back where
   * its `MALLOC_MMAP_THRESHOLD_` is not set. A power of two from `pageBytes` to `chunkBytes`; default 512 KiB.
   */
  readonly leastChunkBytes?: number;
  /** Bytes of a page. A power of two from 4096 to 65536. */
  readonly pageBytes?: number;
  /** Blocks begin at multiples of it. 0 (16 bytes) or a power of two up to `pageBytes`. */
  readonly alignment?: number;
  /** Blocks up to this size are slots of slabs, larger ones runs of whole pages; bytes. */
  readonly slabMaxBytes?: number;
  /** Memory in empty chunks kept for the next allocation, in multiples of `chunkBytes`; if not 0, at least a quarter of all chunks. 0 to 1024. */
  readonly spareChunks?: number;
  /** The cache in front of the arena; `false`: none. */
  readonly cache?: false | BufferCacheOptions;
  /** Chunks and huge buffers together, in bytes. Default: no limit. */
  readonly maxBytes?: number;
  /** Default `'never'`. New memory is zero at any rate. */
  readonly zero?: ZeroPolicy;
  /** Default `'basic'`. */
  readonly checks?: BufferChecks;
  /** The level of a leak detector of its own; without it, {@link LeakDetector.default} is used up to `strict`. */
  readonly leakDetection?: LeakLevel;
  /** The leak detector to use. */
  readonly leakDetector?: LeakDetector;
  /** Whether a released buffer's object is used again. Default at `off` and `basic`; refused at `strict` and `paranoid`. */
  readonly recycleHandles?: boolean;
  /**
   * Whether {@link ByteBufAllocator.trim} moves live buffers together, so that chunks become empty. Buffers that were
   * sliced, or whose bytes `toBuffer()` showed, stay where they are. Default at `off` and `basic`; refused at `strict`
   * and `paranoid`, and where handles are not recycled.
   */
  readonly compaction?: boolean;
  /** Bytes that wait in quarantine before they are used again, at `strict` and `paranoid`. Default 1 and 16 MiB. */
  readonly quarantineBytes?: number;
}

/** What {@link ByteBufAllocator.resizeCache} changes; what is left out stays. Unknown names are refused. */
export interface CacheBounds {
  /** Bytes kept in all, 0 or more. */
  readonly maxCachedBytes?: number;
  /** The largest buffer that is kept; bytes. Sets the entries of every size class to what the options say. */
  readonly maxBufferBytes?: number;
  /** Allocations between two trims of what nobody used. 1 to 2^29. */
  readonly trimInterval?: number;
  /** Buffers kept of single size classes: pairs of block bytes, as in `stats().sizeClasses`, and 0 to 65536. */
  readonly entries?: Iterable<readonly [blockBytes: number, maxEntries: number]>;
}

/** What is in force. */
export interface AllocatorSettings {
  readonly name: string;
  readonly chunkBytes: number;
  readonly leastChunkBytes: number;
  readonly pageBytes: number;
  readonly alignment: number;
  readonly slabMaxBytes: number;
  readonly spareChunks: number;
  readonly cache: Required<BufferCacheOptions>;
  readonly maxBytes: number;
  readonly zero: ZeroPolicy;
  readonly checks: BufferChecks;
  readonly leakDetector: LeakDetector;
  readonly recycleHandles: boolean;
  readonly compaction: boolean;
  readonly quarantineBytes: number;
}

const KIB = 1024;
const MIB = 1024 * 1024;

/** What measured best. */
const NODE = {
  chunkBytes: 4 * MIB,
  leastChunkBytes: 512 * KIB,
  pageBytes: 8 * KIB,
  alignment: 0,
  slabMaxBytes: 28 * KIB,
  spareChunks: 1,
  cache: {
    tiny: 256,
    small: 256,
    normal: 64,
    tinyMaxBytes: 512,
    maxBufferBytes: 4 * MIB,
    maxCachedBytes: 2 * MIB,
    trimInterval: 8192,
  },
} as const;

/**
 * Configurations: what measured best in Node, which is the default; what Netty 4.2 has; and 16 MiB chunks with a large
 * cache of small buffers.
 *
 * | | node | netty | source |
 * |---|---|---|---|
 * | chunks | 512 KiB to 4 MiB | 4 MiB | 16 MiB |
 * | slots of slabs up to | 28 KiB | 28 KiB | 8 KiB |
 * | cached a class: tiny, small, normal | 256, 256, 64 | 256, 256, 64 | 512, 256, 64 |
 * | largest cached buffer | 4 MiB | 32 KiB | 32 KiB |
 * | cached in all | 2 MiB | no limit | no limit |
 *
 * `node` caches buffers of every size, within a byte budget: in Node the way through the arena costs five to
 * ten times a hit, and a thread's cache holds no memory from other threads, as there are none.
 *
 * @example
 * ```ts
 * import { allocatorPresets, ByteBufAllocator } from 'rockpool';
 *
 * const allocator = new ByteBufAllocator({ ...allocatorPresets.source, name: 'frames' });
 * allocator.buffer(600).release();
 * allocator.close();
 * ```
 */
export const allocatorPresets: {
  readonly node: ByteBufAllocatorOptions;
  readonly netty: ByteBufAllocatorOptions;
  readonly source: ByteBufAllocatorOptions;
} = {
  node: NODE,
  netty: {
    chunkBytes: 4 * MIB,
    leastChunkBytes: 4 * MIB,
    pageBytes: 8 * KIB,
    alignment: 0,
    slabMaxBytes: 28 * KIB,
    spareChunks: 0,
    cache: {
      small: 256,
      normal: 64,
      maxBufferBytes: 32 * KIB,
      maxCachedBytes: Number.MAX_SAFE_INTEGER,
      trimInterval: 8192,
    },
  },
  source: {
    chunkBytes: 16 * MIB,
    leastChunkBytes: 16 * MIB,
    pageBytes: 8 * KIB,
    alignment: 0,
    slabMaxBytes: 8 * KIB,
    spareChunks: 0,
    cache: {
      tiny: 512,
      small: 256,
      normal: 64,
      tinyMaxBytes: 512,
      maxBufferBytes: 32 * KIB,
      maxCachedBytes: Number.MAX_SAFE_INTEGER,
      trimInterval: 8192,
    },
  },
};

const SITE: OptionSite = { action: 'create allocator' };
const MAX_CHUNK = 1024 * MIB;
const MAX_ENTRIES = 65536;
const CHECKS: readonly BufferChecks[] = ['off', 'basic', 'strict', 'paranoid'];
const ZERO: readonly ZeroPolicy[] = ['never', 'on-release', 'on-acquire'];

/** Checks every option and fills in the defaults. */
export function readAllocatorOptions(options: ByteBufAllocatorOptions): AllocatorSettings {
  const given = readOptions(SITE, options, [
    'name',
    'chunkBytes',
    'leastChunkBytes',
    'pageBytes',
    'alignment',
    'slabMaxBytes',
    'spareChunks',
    'cache',
    'maxBytes',
    'zero',
    'checks',
    'leakDetection',
    'leakDetector',
    'recycleHandles',
    'compaction',
    'quarantineBytes',
  ]);
  const pageBytes = expectPowerOfTwo('pageBytes', given.pageBytes, 4 * KIB, 64 * KIB, 8 * KIB);
  const chunkBytes = expectPowerOfTwo('chunkBytes', given.chunkBytes, pageBytes, MAX_CHUNK, 4 * MIB);
  const alignment =
    given.alignment === 0 ? 0 : expectPowerOfTwo('alignment', given.alignment, 1, pageBytes, 0);
  const checks = expectOneOf(SITE, 'checks', given.checks, CHECKS, 'basic');
  const recycles = checks === 'off' || checks === 'basic';
  const recycleHandles = expectBoolean(SITE, 'recycleHandles', given.recycleHandles, recycles);
  if (recycleHandles && !recycles) {
    throw new OptionRangeError(SITE, 'recycleHandles', `false with the checks '${checks}'`, true);
  }
  const compaction = expectBoolean(SITE, 'compaction', given.compaction, recycleHandles);
  if (compaction && !recycleHandles) {
    throw new OptionRangeError(SITE, 'compaction', 'false where handles are not recycled', true);
  }
  const most = Number.MAX_SAFE_INTEGER;
  return {
    name: expectString(SITE, 'name', given.name, 'buffers'),
    chunkBytes,
    leastChunkBytes: expectPowerOfTwo(
      'leastChunkBytes',
      given.leastChunkBytes,
      pageBytes,
      chunkBytes,
      Math.min(NODE.leastChunkBytes, chunkBytes),
    ),
    pageBytes,
    alignment,
    slabMaxBytes: expectInteger(
      SITE,
      'slabMaxBytes',
      given.slabMaxBytes,
      16,
      chunkBytes / 2,
      Math.min(NODE.slabMaxBytes, chunkBytes / 2),
    ),
    spareChunks: expectInteger(SITE, 'spareChunks', given.spareChunks, 0, 1024, 1),
    cache: readCacheOptions(given.cache, chunkBytes),
    maxBytes: expectInteger(SITE, 'maxBytes', given.maxBytes, 0, most, most),
    zero: expectOneOf(SITE, 'zero', given.zero, ZERO, 'never'),
    checks,
    leakDetector: readLeakDetector(given, checks),
    recycleHandles,
    compaction,
    quarantineBytes: expectInteger(
      SITE,
      'quarantineBytes',
      given.quarantineBytes,
      0,
      most,
      checks === 'paranoid' ? 16 * MIB : MIB,
    ),
  };
}

function readCacheOptions(
  cache: false | BufferCacheOptions | undefined,
  chunkBytes: number,
): Required<BufferCacheOptions> {
  if (cache === false) return readCacheOptions({ small: 0, normal: 0, maxCachedBytes: 0 }, chunkBytes);
  const given = readOptions(
    SITE,
    cache ?? {},
    ['tiny', 'small', 'normal', 'tinyMaxBytes', 'maxBufferBytes', 'maxCachedBytes', 'trimInterval'],
    'cache',
  );
  const most = Number.MAX_SAFE_INTEGER;
  const small = expectInteger(SITE, 'cache.small', given.small, 0, MAX_ENTRIES, 256);
  return {
    small,
    tiny: expectInteger(SITE, 'cache.tiny', given.tiny, 0, MAX_ENTRIES, small),
    normal: expectInteger(SITE, 'cache.normal', given.normal, 0, MAX_ENTRIES, 64),
    tinyMaxBytes: expectInteger(SITE, 'cache.tinyMaxBytes', given.tinyMaxBytes, 0, chunkBytes, 512),
    maxBufferBytes: expectInteger(SITE, 'cache.maxBufferBytes', given.maxBufferBytes, 0, most, chunkBytes),
    maxCachedBytes: expectInteger(SITE, 'cache.maxCachedBytes', given.maxCachedBytes, 0, most, 2 * MIB),
    trimInterval: expectInteger(SITE, 'cache.trimInterval', given.trimInterval, 1, 2 ** 29, 8192),
  };
}

/**
 * Checks new bounds of a cache.
 *
 * @param isClass whether there is a size class of so many bytes
 * @throws as {@link readAllocatorOptions}
 */
export function readCacheBounds(
  name: string,
  bounds: CacheBounds,
  now: Required<BufferCacheOptions>,
  isClass: (blockBytes: number) => boolean,
): { readonly cache: Required<BufferCacheOptions>; readonly entries: ReadonlyMap<number, number> } {
  const site: OptionSite = { action: `resize the cache of allocator '${name}'` };
  const given = readOptions(site, bounds, ['maxCachedBytes', 'maxBufferBytes', 'trimInterval', 'entries']);
  const most = Number.MAX_SAFE_INTEGER;
  const entries = new Map<number, number>();
  const pairs = given.entries ?? [];
  if (typeof pairs[Symbol.iterator] !== 'function') {
    throw new OptionTypeError(site, 'entries', 'pairs of block bytes and a number of entries', pairs);
  }
  for (const [blockBytes, count] of pairs) {
    if (!Number.isInteger(blockBytes) || blockBytes < 1 || !isClass(blockBytes)) {
      throw new OptionRangeError(site, 'entries', 'block bytes of a size class', blockBytes);
    }
    entries.set(blockBytes, expectInteger(site, `entries of ${blockBytes}`, count, 0, MAX_ENTRIES, 0));
  }
  return {
    cache: {
      ...now,
      maxCachedBytes: expectInteger(
        site,
        'maxCachedBytes',
        given.maxCachedBytes,
        0,
        most,
        now.maxCachedBytes,
      ),
      maxBufferBytes: expectInteger(
        site,
        'maxBufferBytes',
        given.maxBufferBytes,
        0,
        most,
        now.maxBufferBytes,
      ),
      trimInterval: expectInteger(site, 'trimInterval', given.trimInterval, 1, 2 ** 29, now.trimInterval),
    },
    entries,
  };
}

function readLeakDetector(given: ByteBufAllocatorOptions, checks: BufferChecks): LeakDetector {
  const { leakDetector, leakDetection } = given;
  if (leakDetector !== undefined) {
    if (!(leakDetector instanceof LeakDetector)) {
      throw new OptionTypeError(SITE, 'leakDetector', 'a LeakDetector', leakDetector);
    }
    if (leakDetection !== undefined) {
      throw new OptionRangeError(
        SITE,
        'leakDetection',
        "left out where 'leakDetector' is given",
        leakDetection,
      );
    }
    return leakDetector;
  }
  if (leakDetection !== undefined) return new LeakDetector({ level: leakDetection });
  if (checks === 'paranoid') return new LeakDetector({ level: 'paranoid' });
  return checks === 'strict' ? new LeakDetector({ level: 'advanced' }) : LeakDetector.default;
}

function expectPowerOfTwo(
  option: string,
  value: number | undefined,
  min: number,
  max: number,
  fallback: number,
): number {
  if (value === undefined) return fallback;
  const expected = `a power of two from ${min} to ${max}`;
  if (typeof value !== 'number') throw new OptionTypeError(SITE, option, expected, value);
  if (!Number.isInteger(Math.log2(value)) || value < min || value > max) {
    throw new OptionRangeError(SITE, option, expected, value);
  }
  return smallInteger(value);
}

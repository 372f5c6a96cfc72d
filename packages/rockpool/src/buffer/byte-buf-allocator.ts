/// <reference lib="esnext.disposable" preserve="true" />
/**
 * `ByteBufAllocator`: where pooled buffers come from.
 *
 *     buffer(bytes) ─► size class ─► magazine ── hit ──► a handle with its block: begin its next life
 *                                       │ empty
 *                                       ▼
 *                                     arena ─► slot of a slab, or run of pages ─► a handle on it
 *     larger than a chunk ─► memory of its own, from the runtime
 *
 *     release() ─► magazine ── room ──► stays there, handle and all
 *                      │ full
 *                      ▼
 *                    arena ─► free neighbours coalesce; an empty chunk goes, but for the spare ones
 *
 * A hit looks the class up in a table, pops, counts down once for trims and leak samples together, and sets five
 * fields. Nothing is allocated. What is not a plain hit goes through `#bufferOther`.
 *
 * An allocator belongs to one isolate, so that there is one arena and nothing to contend for; a worker has its own.
 *
 * Source: Netty's PooledByteBufAllocator (routes, chunk lists), jemalloc (size classes, runs, slabs).
 */
import { expectOneOf } from '../internal/options.ts';
import { Random } from '../internal/random.ts';
import { Roll } from '../internal/roll.ts';
import type { LeakDetector } from '../leak/leak-detector.ts';
import type { Allocator } from './allocator.ts';
import {
  type AllocatorSettings,
  type BufferCacheOptions,
  type ByteBufAllocatorOptions,
  type CacheBounds,
  readAllocatorOptions,
  readCacheBounds,
} from './allocator-options.ts';
import type { ByteBufAllocatorStats, SizeClassStats } from './allocator-stats.ts';
import { Arena } from './arena.ts';
import { type ArenaMap, arenaMap } from './arena-map.ts';
import { BufferCache } from './buffer-cache.ts';
import { AllocatorClosedError, ByteBudgetError } from './buffer-errors.ts';
import { ByteBudget } from './byte-budget.ts';
import { ByteBuf } from './byte-buf.ts';
import { type MAX_CAPACITY as LARGEST, NO_BYTES, NO_VIEW } from './byte-buf-state.ts';
import { type BlockPolicy, CheckedMagazine, Quarantine } from './checked-magazine.ts';
import type { Chunk } from './chunk.ts';
import { CompositeByteBuf } from './composite-byte-buf.ts';
import { expectSize } from './expect-size.ts';
import { HugeBlocks } from './huge-blocks.ts';
import { Magazine, type Swing } from './magazine.ts';
import { createMemory } from './memory.ts';
import type { TrimExtent } from './memory-pressure.ts';
import { SizeClasses } from './size-classes.ts';
import { freshSlices, recycledSlices, type SliceHome } from './slice-home.ts';
import { FollowedTenant, type Tenant } from './tenant.ts';

/** As in `byte-buf-state.ts`: V8 folds a constant of the same file only. */
const MAX_CAPACITY: typeof LARGEST = 2 ** 31 - 1;
/** Capacity of a buffer whose size is not given, in bytes. */
const DEFAULT_BYTES = 256;
/** Components of a composite whose number is not given. */
const DEFAULT_COMPONENTS = 16;
/** Handles without memory that are kept for the next block out of the arena. */
const MAX_SPARE_HANDLES = 1024;
/** Bytes behind every buffer at `strict` and `paranoid`. */
const REDZONE_BYTES = 16;
/**
 * At `basic` buffers are sampled so many times less often than the leak detector says: one in 65,536 by default, as
 * object pools do. A stack costs 5–12 µs to capture, as much to format, and a hit 10 ns: with one in 8192 a pair took
 * 20 to 25 ns where it takes 13 without samples (Node 20.20, `npm run bench -- buffer-alloc`).
 */
const RARER = 512;
/** The distance to a sample that never comes; folded all the same. */
const NEVER = 1 << 29;

/** The allocators of this thread. */
export const allocators: Roll<ByteBufAllocator> = new Roll();

let made = 0;
let standard: ByteBufAllocator | undefined;

/**
 * A pool of byte buffers.
 *
 * Good for: buffers of 64 bytes and more that live briefly and come often: messages, frames, packets, blocks of
 * files. Not for: bytes that are kept for long, which `Buffer.from` serves as well; buffers whose
 * release nobody can be sure of.
 *
 * Ownership: see {@link ByteBuf}. Thread: one isolate. An allocator asks for its first chunk at the first use, and
 * keeps neither the process alive nor needs to be closed.
 *
 * Cost: 10–20 ns for an allocation with its release, any size up to a chunk (`npm run bench -- buffer-alloc`).
 *
 * Source: Netty's PooledByteBufAllocator.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ByteBufAllocator } from 'rockpool';
 *
 * const allocator = new ByteBufAllocator({ name: 'frames', maxBytes: 256 * 1024 * 1024 });
 * const frame = allocator.buffer(1024);
 * try {
 *   frame.writeUInt32BE(12).writeBytes(Buffer.from('hello, world'));
 *   assert.equal(frame.toString('utf8', 4, 12), 'hello, world');
 * } finally {
 *   frame.release();
 * }
 * assert.equal(allocator.stats().activeBuffers, 0);
 * allocator.close();
 * ```
 */
export class ByteBufAllocator implements Allocator, Disposable {
  /** The allocator of everything that was not given one; made at its first use. */
  static get default(): ByteBufAllocator {
    standard ??= new ByteBufAllocator({ name: 'default' });
    return standard;
  }

  /** Stands in errors, leak reports and dumps. */
  readonly name: string;
  readonly #settings: AllocatorSettings;
  readonly #budget: ByteBudget;
  readonly #arena: Arena;
  readonly #cache: BufferCache;
  readonly #magazines: readonly Magazine[];
  readonly #huge: HugeBlocks;
  readonly #slices: SliceHome;
  readonly #quarantine: Quarantine;
  readonly #spares: ByteBuf[] = [];
  readonly #leakDetector: LeakDetector;
  readonly #random: Random;
  readonly #redzone: number;
  /** What the options said of the cache, and `resizeCache` since. */
  #cacheBounds: Required<BufferCacheOptions>;
  readonly #sizeClasses: SizeClasses;
  readonly #leaveRoll: () => void;
  readonly #onLost = (): void => {
    this.#lost++;
  };

  // What the fast path reads.

  /** Largest buffers that it serves from slots and from runs, in bytes; −1 where every buffer takes the other path. */
  #slotLimit = -1;
  #runLimit = -1;
  /** The magazines of the sizes up to `slabMaxBytes`, by sixteenths of the bytes, rounded up. */
  readonly #bySlot: readonly Magazine[];
  /** The magazines of the sizes above, by pages, rounded up. */
  readonly #byPages: readonly Magazine[];
  readonly #pageShift: number;
  /** Counts down to the next trim or leak sample. */
  #untilTick = 1;

  #period = 1;
  #untilTrim = 1;
  #untilSample = 1;
  #lost = 0;
  #movedBuffers = 0;
  #movedBytes = 0;
  #closed = false;

  /**
   * @throws {OptionTypeError} `ERR_ROCKPOOL_OPTION_TYPE`
   * @throws {OptionRangeError} `ERR_ROCKPOOL_OPTION_RANGE`
   * @throws {UnknownOptionError} `ERR_ROCKPOOL_OPTION_UNKNOWN`
   */
  constructor(options: ByteBufAllocatorOptions = {}) {
    const settings = readAllocatorOptions(options);
    const { name, cache, checks, chunkBytes, pageBytes, slabMaxBytes } = settings;
    const watch = checks === 'strict' || checks === 'paranoid';
    this.name = name;
    this.#settings = settings;
    this.#cacheBounds = cache;
    this.#budget = new ByteBudget(settings.maxBytes);
    const sizeClasses = new SizeClasses(settings);
    this.#sizeClasses = sizeClasses;
    this.#arena = new Arena({
      sizeClasses,
      leastChunkBytes: settings.leastChunkBytes,
      spareChunks: settings.spareChunks,
      budget: this.#budget,
    });
    this.#cache = new BufferCache(
      {
        returnBlock: (magazine, buf) => this.#returnBlock(magazine, buf),
        settle: (buf) => this.#settle(buf, buf._extra?.track === undefined ? buf : new FollowedTenant(buf)),
      },
      cache.maxCachedBytes,
    );
    this.#slices = settings.recycleHandles ? recycledSlices : freshSlices;
    this.#quarantine = new Quarantine(settings.quarantineBytes);
    this.#redzone = watch ? REDZONE_BYTES : 0;
    this.#huge = new HugeBlocks(this, this.#slices, (buf) => this.#returnHuge(buf));
    const policy: BlockPolicy = {
      fresh: !settings.recycleHandles,
      zero: settings.zero,
      watch,
      stacks: checks === 'paranoid',
      quarantine: this.#quarantine,
    };
    const ready = settings.zero === 'never' && !watch;
    const plain = ready && settings.recycleHandles;
    for (let index = 0; index < sizeClasses.count; index++) {
      const bytes = sizeClasses.bytesOf(index);
      const entries = entriesOf(bytes, cache, slabMaxBytes);
      this.#cache.magazines.push(
        plain
          ? new Magazine(this, this.#slices, this.#cache, index, bytes, entries)
          : new CheckedMagazine(this, this.#slices, this.#cache, index, bytes, entries, policy),
      );
    }
    this.#magazines = this.#cache.magazines;
    this.#slotLimit = ready ? slabMaxBytes : -1;
    this.#runLimit = ready ? chunkBytes : -1;
    this.#pageShift = 31 - Math.clz32(pageBytes);
    const magazineOf = (bytes: number): Magazine => this.#magazines[sizeClasses.classOf(bytes)] as Magazine;
    this.#bySlot = Array.from({ length: (slabMaxBytes >>> 4) + 2 }, (_, i) =>
      magazineOf(Math.min(i << 4, chunkBytes)),
    );
    this.#byPages = Array.from({ length: chunkBytes / pageBytes + 1 }, (_, pages) =>
      magazineOf(Math.max(pages * pageBytes, slabMaxBytes + 1)),
    );
    this.#leakDetector = settings.leakDetector;
    this.#random = new Random(Date.now() ^ Math.imul(++made, 0x9e3779b9));
    this.#untilTrim = cache.trimInterval;
    this.#untilSample = this.#nextSample();
    this.#startPeriod();
    this.#leaveRoll = allocators.enter(this);
  }

  /**
   * A buffer; it belongs to the caller, who releases it.
   *
   * @param initialBytes its capacity, 0 to 2^31 − 1; default 256. What it contains is what was there before, unless
   * the option `zero` says otherwise
   * @param maxBytes what it may grow to; default 2^31 − 1
   * @throws {ArgumentRangeError} `ERR_ROCKPOOL_ARGUMENT_RANGE`
   * @throws {ByteBudgetError} `ERR_ROCKPOOL_BYTE_BUDGET`: `maxBytes` of the allocator is reached
   * @throws {AllocatorClosedError} `ERR_ROCKPOOL_ALLOCATOR_CLOSED`
   */
  buffer(initialBytes: number = DEFAULT_BYTES, maxBytes: number = MAX_CAPACITY): ByteBuf {
    if (initialBytes >>> 0 === initialBytes && maxBytes >= initialBytes && (maxBytes | 0) === maxBytes) {
      let magazine: Magazine;
      if (initialBytes <= this.#slotLimit) {
        magazine = this.#bySlot[(initialBytes + 15) >>> 4] as Magazine;
      } else if (initialBytes <= this.#runLimit) {
        magazine = this.#byPages[((initialBytes - 1) >>> this.#pageShift) + 1] as Magazine;
      } else {
        return this.#bufferOther(initialBytes, maxBytes);
      }
      const buf = magazine.head;
      const until = this.#untilTick - 1;
      if (buf !== undefined && until > 0) {
        const top = magazine.top - 1;
        this.#untilTick = until;
        magazine.head = buf._next;
        buf._next = undefined;
        magazine.top = top;
        if (top < magazine.low) magazine.low = top;
        magazine.taken++;
        return buf._begin(initialBytes, maxBytes);
      }
    }
    return this.#bufferOther(initialBytes, maxBytes);
  }

  /**
   * A buffer made of others, without a copy; it belongs to the caller, who releases it.
   *
   * @param maxComponents when there are more they are copied into one; 1 to 2^31 − 1, default 16
   */
  composite(maxComponents: number = DEFAULT_COMPONENTS): CompositeByteBuf {
    if (this.#closed) throw new AllocatorClosedError(this.name);
    return new CompositeByteBuf(this, this.#slices, maxComponents);
  }

  /**
   * Gives back what is idle: the cache to the arena, empty chunks to the runtime. Their memory leaves the process
   * with the next major collection.
   *
   * So that chunks become empty, live buffers are moved together, some 0.4 ms a MiB moved; see the option `compaction`.
   * Nobody notices but by `stats()`: what has slices, or was shown by `toBuffer()`, stays where it is.
   *
   * @param extent `'all'`, or `'unused'`: of the cache only what no allocation needed since the last trim; nothing moves
   * @returns bytes given back to the runtime
   * @throws {CorruptionError} at `strict` and `paranoid`: memory was written to after its release. All else is done
   */
  trim(extent: TrimExtent = 'all'): number {
    expectOneOf({ action: 'trim' }, 'extent', extent, ['all', 'unused'], 'all');
    const before = this.#budget.reservedBytes;
    try {
      this.#empty(extent);
    } finally {
      if (extent === 'all' && this.#settings.compaction) this.#compact();
      this.#arena.trim();
    }
    return before - this.#budget.reservedBytes;
  }

  /**
   * Changes the bounds of the cache while the allocator works. Buffers that lie above them go back to the arena.
   *
   * @throws {OptionTypeError} @throws {OptionRangeError} @throws {UnknownOptionError}; nothing was changed
   * @throws {AllocatorClosedError} `ERR_ROCKPOOL_ALLOCATOR_CLOSED`
   * @example
   * ```ts
   * import assert from 'node:assert';
   * import { ByteBufAllocator } from 'rockpool';
   *
   * const allocator = new ByteBufAllocator({ cache: { maxBufferBytes: 32 * 1024 } });
   * allocator.buffer(100_000).release(); // too large for the cache
   * allocator.resizeCache({ maxBufferBytes: 128 * 1024, entries: [[131_072, 8]] });
   * for (let i = 0; i < 3; i++) allocator.buffer(100_000).release();
   * assert.equal(allocator.stats().hits, 2);
   * ```
   */
  resizeCache(bounds: CacheBounds): void {
    if (this.#closed) throw new AllocatorClosedError(this.name);
    const { slabMaxBytes, chunkBytes } = this.#settings;
    const known = (bytes: number): boolean =>
      bytes <= chunkBytes && this.#sizeClasses.bytesOf(this.#sizeClasses.classOf(bytes)) === bytes;
    const { cache, entries } = readCacheBounds(this.name, bounds, this.#cacheBounds, known);
    this.#cacheBounds = cache;
    const anew = bounds.maxBufferBytes !== undefined;
    for (const magazine of this.#magazines) {
      const { blockBytes, maxEntries } = magazine;
      const before = anew ? entriesOf(blockBytes, cache, slabMaxBytes) : maxEntries;
      const wanted = entries.get(blockBytes) ?? before;
      if (wanted !== maxEntries) this.#cache.setEntries(magazine, wanted);
    }
    if (cache.maxCachedBytes !== this.#cache.maxCachedBytes) this.#cache.setBudget(cache.maxCachedBytes);
    const passed = this.#period - this.#untilTick;
    this.#untilTrim = Math.max(1, Math.min(this.#untilTrim - passed, cache.trimInterval));
    this.#untilSample -= passed;
    this.#startPeriod();
  }

  /** By how much the live buffers of each size class moved while the cache missed; since the last call. For the tuner. @internal */
  _takeSwings(): ReadonlyMap<number, Swing> {
    return new Map(this.#magazines.map((magazine) => [magazine.blockBytes, magazine.takeSwing()]));
  }

  /** Whether it was closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Hands out nothing more. Buffers that are out stay valid; their memory goes when they are released. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#leaveRoll();
    this.#slotLimit = -1;
    this.#runLimit = -1;
    for (const magazine of this.#magazines) magazine.maxEntries = 0;
    this.trim();
  }

  /** The same as {@link close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** The counters now. Cost: linear in the buffers that are live or in the cache, some 20 ns each. */
  stats(): ByteBufAllocatorStats {
    const arena = this.#arena.stats();
    const liveOf = this.#arena.liveBytes();
    const sizeClasses: SizeClassStats[] = [];
    let [hits, misses, blocks, blockBytes, liveBytes, cached, cachedBytes] = [0, 0, 0, 0, 0, 0, 0];
    for (const magazine of this.#magazines) {
      const bytes = magazine.blockBytes;
      const live = liveOf[magazine.classIndex] as number;
      const active = magazine.live;
      hits += magazine.hits;
      misses += magazine.misses;
      blocks += active;
      blockBytes += active * bytes;
      liveBytes += live;
      cached += magazine.top;
      cachedBytes += magazine.top * bytes;
      if (magazine.hits + magazine.misses === 0) continue;
      sizeClasses.push({
        blockBytes: bytes,
        cached: magazine.top,
        capacity: magazine.limit,
        maxEntries: magazine.maxEntries,
        hits: magazine.hits,
        misses: magazine.misses,
        trimmed: magazine.trimmed,
        turnedAway: magazine.turnedAway,
        active,
        wasteBytes: active * bytes - live,
      });
    }
    const huge = this.#huge;
    const allocations = hits + misses + huge.allocations;
    const activeBuffers = blocks + huge.active;
    const activeBlockBytes = blockBytes + huge.bytes;
    const activeBytes = liveBytes + huge.liveBytes;
    return {
      name: this.name,
      allocations,
      deallocations: allocations - activeBuffers,
      activeBuffers,
      activeBytes,
      activeBlockBytes,
      cachedBuffers: cached,
      cachedBytes,
      quarantinedBytes: this.#quarantine.bytes,
      reservedBytes: this.#budget.reservedBytes,
      maxBytes: this.#budget.maxBytes,
      hugeAllocations: huge.allocations,
      hugeBytes: huge.bytes,
      hits,
      misses,
      hitRate: allocations === 0 ? 0 : hits / allocations,
      maxCachedBytes: this.#cache.maxCachedBytes,
      maxCachedBufferBytes: this.#cacheBounds.maxBufferBytes,
      trimInterval: this.#cacheBounds.trimInterval,
      trims: this.#cache.trims,
      trimmedBytes: this.#cache.trimmedBytes,
      movedBuffers: this.#movedBuffers,
      movedBytes: this.#movedBytes,
      lostBuffers: this.#lost,
      internalFragmentation: activeBlockBytes === 0 ? 0 : (activeBlockBytes - activeBytes) / activeBlockBytes,
      externalFragmentation: arena.externalFragmentation,
      arena,
      sizeClasses,
    };
  }

  /**
   * What lies where in the arena, for drawing.
   *
   * @param maxChunks chunks at most, the fullest first; 0 or more, default 64
   * @example
   * ```ts
   * import assert from 'node:assert';
   * import { ByteBufAllocator } from 'rockpool';
   *
   * const allocator = new ByteBufAllocator({ pageBytes: 8192 });
   * const buf = allocator.buffer(100);
   * const [chunk] = allocator.map().chunks;
   * const slab = chunk?.runs.find(({ kind }) => kind === 'slab');
   * assert.deepEqual([slab?.blockBytes, slab?.usedSlots], [112, 1]);
   * buf.release();
   * ```
   */
  map(maxChunks: number = 64): ArenaMap {
    return arenaMap(this.#arena, maxChunks);
  }

  /** The arena as text: every chunk with a map of its pages, at most 100 columns wide. */
  dump(): string {
    return this.#arena.dump();
  }

  /** For tests: throws unless the accounts agree, from the cache down to every page. */
  assertValid(): void {
    this.#arena.assertValid();
    this.#cache.assertValid();
    let used = 0;
    for (const magazine of this.#magazines) used += magazine.blocks * magazine.blockBytes;
    const { usedBytes, reservedBytes } = this.#arena;
    if (used !== usedBytes) throw new Error(`${used} bytes in blocks, ${usedBytes} used in the arena`);
    if (reservedBytes + this.#huge.bytes !== this.#budget.reservedBytes) {
      throw new Error(
        `${reservedBytes} + ${this.#huge.bytes} bytes held, ${this.#budget.reservedBytes} counted`,
      );
    }
  }

  /** Everything but a plain hit. */
  #bufferOther(initialBytes: number, maxBytes: number): ByteBuf {
    expectSize('initialBytes', initialBytes, 0);
    expectSize('maxBytes', maxBytes, initialBytes);
    if (this.#closed) throw new AllocatorClosedError(this.name);
    this.#quarantine.settle();
    const bytes = initialBytes + this.#redzone;
    const buf =
      bytes > this.#settings.chunkBytes
        ? this.#hugeBuffer(initialBytes, maxBytes)
        : this.#pooled(initialBytes, maxBytes);
    if (--this.#untilTick <= 0) this.#tick(buf);
    return buf;
  }

  #pooled(initialBytes: number, maxBytes: number): ByteBuf {
    const bytes = initialBytes + this.#redzone;
    const magazine = (
      bytes <= this.#settings.slabMaxBytes
        ? this.#bySlot[(bytes + 15) >>> 4]
        : this.#byPages[((bytes - 1) >>> this.#pageShift) + 1]
    ) as Magazine;
    return magazine.begin(magazine.take() ?? this.#refill(magazine), initialBytes, maxBytes);
  }

  /** A block out of the arena. */
  #refill(magazine: Magazine): ByteBuf {
    const arena = this.#arena;
    let chunk = arena.allocate(magazine.classIndex);
    if (chunk === undefined) {
      this.#giveBack();
      chunk = arena.allocate(magazine.classIndex);
      if (chunk === undefined) {
        const { reservedBytes, maxBytes } = this.#budget;
        throw new ByteBudgetError(this.name, magazine.blockBytes, reservedBytes, maxBytes);
      }
    }
    magazine.misses++;
    if (++magazine.blocks > magazine.peak) magazine.peak = magazine.blocks;
    return this.#handle(magazine, chunk, arena.offset, magazine.blockBytes);
  }

  #handle(home: Magazine | HugeBlocks, chunk: Chunk, offset: number, blockBytes: number): ByteBuf {
    const { bytes, view } = chunk.memory;
    const buf = this.#spares.pop();
    if (buf === undefined) {
      const fresh = new ByteBuf(home, bytes, view, offset, blockBytes);
      fresh._chunk = chunk;
      this.#settle(fresh, fresh);
      return fresh;
    }
    buf._home = home;
    buf._bytes = bytes;
    buf._view = view;
    buf._base = offset;
    buf._blockBytes = blockBytes;
    buf._chunk = chunk;
    this.#settle(buf, buf);
    return buf;
  }

  /** Enters in the arena who has the block of a buffer. */
  #settle(buf: ByteBuf, tenant: Tenant): void {
    this.#arena.settle(buf._chunk as Chunk, buf._base, tenant);
  }

  /** Gives back all that is idle; moves nothing, so that it may happen within any operation. */
  #giveBack(): void {
    try {
      this.#empty('all');
    } finally {
      this.#arena.trim();
    }
  }

  /** Gives what is idle back to the arena. */
  #empty(extent: TrimExtent): void {
    try {
      if (extent === 'all') this.#quarantine.settle(0);
    } finally {
      if (extent === 'all') this.#cache.drain();
      else this.#cache.trimUnused();
      this.#spares.length = 0;
      this.#slices.age();
    }
  }

  #compact(): void {
    const { blocks, bytes } = this.#arena.compact(this.#settings.zero === 'on-release');
    this.#movedBuffers += blocks;
    this.#movedBytes += bytes;
  }

  /** Keeps a dead handle without its memory. */
  #spare(buf: ByteBuf): void {
    if (!this.#settings.recycleHandles || this.#spares.length >= MAX_SPARE_HANDLES) return;
    buf._bytes = NO_BYTES;
    buf._view = NO_VIEW;
    buf._chunk = undefined;
    buf._seen = undefined;
    this.#spares.push(buf);
  }

  #hugeBuffer(initialBytes: number, maxBytes: number): ByteBuf {
    if (!this.#budget.reserve(initialBytes)) {
      this.#giveBack();
      if (!this.#budget.reserve(initialBytes)) {
        throw new ByteBudgetError(this.name, initialBytes, this.#budget.reservedBytes, this.#budget.maxBytes);
      }
    }
    const huge = this.#huge;
    try {
      const { bytes, view } = createMemory(initialBytes);
      return huge.begin(new ByteBuf(huge, bytes, view, 0, initialBytes), initialBytes, maxBytes);
    } catch (error) {
      this.#budget.unreserve(initialBytes);
      throw error;
    }
  }

  #returnHuge(buf: ByteBuf): void {
    this.#budget.unreserve(buf._blockBytes);
    buf._bytes = NO_BYTES;
    buf._view = NO_VIEW;
    buf._seen = undefined;
  }

  #returnBlock(magazine: Magazine, buf: ByteBuf): void {
    const chunk = buf._chunk as Chunk;
    magazine.blocks--;
    this.#arena.free(chunk, buf._base, magazine.classIndex);
    this.#spare(buf);
    if (this.#closed) this.#arena.trim();
  }

  /** A trim is due, or a leak sample, or both. */
  #tick(buf: ByteBuf): void {
    const step = this.#period;
    this.#untilTrim -= step;
    this.#untilSample -= step;
    if (this.#untilTrim <= 0) {
      this.#untilTrim = this.#cacheBounds.trimInterval;
      this.#cache.trimUnused();
    }
    if (this.#untilSample <= 0) {
      this.#untilSample = this.#nextSample();
      this.#sample(buf);
    }
    this.#startPeriod();
  }

  #startPeriod(): void {
    this.#period = Math.min(this.#untilTrim, this.#untilSample);
    this.#untilTick = this.#period;
  }

  /** Has the leak detector follow a buffer that goes out now. */
  #sample(buf: ByteBuf): void {
    const detector = this.#leakDetector;
    if (detector.level === 'disabled' || this.#settings.checks === 'off') return;
    const track = detector.begin(`Buffer of allocator '${this.name}'`, this.buffer);
    detector.follow(buf, track, this.#onLost);
    if (buf._home !== this.#huge) this.#settle(buf, new FollowedTenant(buf));
    buf._setExtra(track, undefined);
  }

  /** Allocations to the next sample: uniform, so that a periodic program does not fall into step with it. */
  #nextSample(): number {
    const { level, samplingInterval } = this.#settings.leakDetector;
    const { checks } = this.#settings;
    if (level === 'disabled' || checks === 'off') return NEVER;
    if (level === 'paranoid') return 1;
    const interval =
      checks === 'strict' || checks === 'paranoid' ? samplingInterval : samplingInterval * RARER;
    return 1 + this.#random.below(Math.min(NEVER, 2 * interval - 1));
  }
}

/** Entries that the cache may hold of blocks of `bytes`. */
function entriesOf(bytes: number, cache: Required<BufferCacheOptions>, slabMaxBytes: number): number {
  if (bytes > cache.maxBufferBytes) return 0;
  if (bytes <= cache.tinyMaxBytes) return cache.tiny;
  return bytes <= slabMaxBytes ? cache.small : cache.normal;
}

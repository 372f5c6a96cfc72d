/**
 * The cache in front of the arena: one magazine a size class, under one byte budget, trimmed by use.
 *
 *     Σ limit · blockBytes = grantedBytes ≤ maxCachedBytes
 *
 * A magazine that is full when a buffer comes back asks for a larger limit. It gets one while the budget lasts;
 * else the block goes back to the arena. Every `trimInterval` allocations each magazine gives up what lay below
 * its low-water mark: entries that no allocation needed since the last time.
 *
 * The budget is small by default, 2 MiB, as a hit hands out a block wherever it lies, where the arena would take the
 * tightest hole; so the more hits, the more holes. External fragmentation after a trim that moves nothing, in %, and the mean of a step,
 * of the life of `rockpool lab fragmentation` (Node 20.20, November 2026), and a pair of `bench buffer-mixed`, held 32:
 *
 *     cached     8 MiB live   32   128     step, 32 MiB live     pair
 *     8 MiB              96   39    34           0.40 µs        27 ns
 *     4 MiB              67   23    22           0.23           17
 *     2 MiB              38   19    15           0.33           17
 *     1 MiB              38   18    11           0.37           33–47
 *     none               27   12     7           0.32            –
 *
 * To keep on overflow the block of the fuller chunk instead of the one that lies there took 15 to 13 at 128 MiB, which
 * is not worth its branch.
 *
 * Source: jemalloc's thread caches (low-water marks) and Netty's (a bound in entries, a trim by allocations).
 */
import type { ByteBuf } from './byte-buf.ts';
import type { Magazine } from './magazine.ts';

/** A limit grows by as many entries as have this many bytes, at least by one; bytes. */
const GRANT_BYTES = 16 * 1024;
/** … and at most by so many entries. */
const GRANT_ENTRIES = 32;

/** What the cache needs of its allocator: the way to the arena. */
export interface BlockOwner {
  returnBlock(magazine: Magazine, buf: ByteBuf): void;
  /** The block that a buffer has is its own from now on. */
  settle(buf: ByteBuf): void;
}

/** The magazines of one allocator. */
export class BufferCache {
  readonly magazines: Magazine[] = [];
  readonly #blocks: BlockOwner;
  /** Bytes that limits may add up to; the tuner may set it. */
  maxCachedBytes: number;
  grantedBytes = 0;
  trims = 0;
  trimmedBytes = 0;

  constructor(blocks: BlockOwner, maxCachedBytes: number) {
    this.#blocks = blocks;
    this.maxCachedBytes = maxCachedBytes;
  }

  /** Bytes that lie in the magazines, ready for use. */
  get cachedBytes(): number {
    let bytes = 0;
    for (const magazine of this.magazines) bytes += magazine.top * magazine.blockBytes;
    return bytes;
  }

  /** Takes back a buffer that found its magazine full. */
  overflow(magazine: Magazine, buf: ByteBuf): void {
    if (this.#grant(magazine)) {
      buf._next = magazine.head;
      magazine.head = buf;
      magazine.top++;
    } else {
      magazine.turnedAway++;
      this.#blocks.returnBlock(magazine, buf);
      magazine.left();
    }
  }

  /** Tells the arena whose block that of `buf` is. */
  settle(buf: ByteBuf): void {
    this.#blocks.settle(buf);
  }

  #grant(magazine: Magazine): boolean {
    const { limit, maxEntries, blockBytes } = magazine;
    const affordable = Math.floor((this.maxCachedBytes - this.grantedBytes) / blockBytes);
    const wanted = Math.min(GRANT_ENTRIES, Math.max(1, Math.floor(GRANT_BYTES / blockBytes)));
    const granted = Math.min(wanted, maxEntries - limit, affordable);
    if (granted <= 0) return false;
    magazine.limit = limit + granted;
    this.grantedBytes += granted * blockBytes;
    return true;
  }

  /** Gives back what was of no use since the last time. */
  trimUnused(): void {
    this.trims++;
    for (const magazine of this.magazines) {
      magazine.folded += magazine.taken;
      magazine.taken = 0;
      magazine.noteDepth();
      if (magazine.low > 0) this.#evict(magazine, magazine.low);
      magazine.low = magazine.top;
    }
  }

  /** Gives everything back. */
  drain(): void {
    this.trims++;
    for (const magazine of this.magazines) {
      if (magazine.top > 0) this.#evict(magazine, magazine.top);
      magazine.low = 0;
    }
  }

  /** Changes the byte budget; where it shrinks, every magazine keeps as large a part. */
  setBudget(maxCachedBytes: number): void {
    this.maxCachedBytes = maxCachedBytes;
    if (this.grantedBytes <= maxCachedBytes) return;
    this.trimUnused();
    for (const magazine of this.magazines) this.#evict(magazine, 0);
    if (this.grantedBytes <= maxCachedBytes) return;
    const part = maxCachedBytes / this.grantedBytes;
    for (const magazine of this.magazines) {
      this.#evict(magazine, magazine.top - Math.floor(magazine.top * part));
      magazine.low = magazine.top;
    }
  }

  /** Changes how many entries a magazine may have; what is above goes. */
  setEntries(magazine: Magazine, maxEntries: number): void {
    magazine.maxEntries = maxEntries;
    if (magazine.limit > maxEntries) this.#evict(magazine, Math.max(0, magazine.top - maxEntries));
    if (magazine.low > magazine.top) magazine.low = magazine.top;
  }

  /** Takes the `count` entries that were used least recently; the limit shrinks to what is left. */
  #evict(magazine: Magazine, count: number): void {
    const { blockBytes } = magazine;
    const kept = magazine.top - count;
    let buf = magazine.cut(kept);
    while (buf !== undefined) {
      const next = buf._next;
      buf._next = undefined;
      this.#blocks.returnBlock(magazine, buf);
      buf = next;
    }
    if (count > 0) {
      magazine.trimmed += count;
      magazine.left();
      this.trimmedBytes += count * blockBytes;
    }
    this.grantedBytes -= (magazine.limit - kept) * blockBytes;
    magazine.limit = kept;
  }

  /** Throws unless the equation at the top holds. */
  assertValid(): void {
    let granted = 0;
    for (const magazine of this.magazines) {
      magazine.assertValid();
      granted += magazine.limit * magazine.blockBytes;
    }
    if (granted !== this.grantedBytes)
      throw new Error(`${granted} bytes granted, ${this.grantedBytes} counted`);
  }
}

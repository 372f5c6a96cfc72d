/**
 * The free buffers of one size class, kept in front of the arena: a stack of handles, each with its block. They
 * hang from each other, which takes fewer instructions than an array with its checks of bounds and kinds.
 *
 *     arena ──► blocks = live + top + held (what a checked magazine has in quarantine)
 *               0 ≤ low ≤ top ≤ limit ≤ maxEntries
 *
 * `limit` is what the cache has granted so far (`buffer-cache.ts`): it grows when a buffer comes back and finds
 * the stack full, and shrinks when entries go unused. So a hit is a load and a store, a give-back compares once,
 * and the byte budget of the cache holds without being looked at.
 *
 * Source: tcmalloc and jemalloc (per-class stacks, low-water marks); the name is Bonwick's.
 */
import type { Allocator } from './allocator.ts';
import type { BufferCache } from './buffer-cache.ts';
import type { ByteBuf } from './byte-buf.ts';
import type { Home } from './home.ts';
import type { SliceHome } from './slice-home.ts';

/** Between what the number of live buffers moved while the cache missed. */
export interface Swing {
  /** Most at a miss; 0 where there was none. */
  readonly peak: number;
  /** Fewest when a buffer left the cache; undefined where none did. */
  readonly trough: number | undefined;
  /** Entries that the cache has, less those that lay below its low-water mark. */
  readonly depth: number;
}

/** A trough where there was none: above all others, and a small integer. */
const NONE = 2 ** 30;

/** Free buffers of one size class. Owner: one allocator, which pops in its own hot path. */
export class Magazine implements Home {
  readonly allocator: Allocator;
  readonly slices: SliceHome;
  readonly cache: BufferCache;
  readonly classIndex: number;
  /** Bytes of every block. */
  readonly blockBytes: number;
  /** What `limit` may grow to. Goes to 0, once, when the allocator is closed. */
  maxEntries: number;
  /** The last buffer that came back; the others hang from it, each from the next, by `_next`. */
  head: ByteBuf | undefined = undefined;
  /** Their number. */
  top = 0;
  limit = 0;
  /** The least `top` since the last trim: entries below it were of no use. */
  low = 0;
  /** Hits since they were folded into `folded`: small integers only. */
  taken = 0;
  folded = 0;
  /** Blocks asked of the arena. */
  misses = 0;
  /** Blocks that the arena has handed out and not got back. */
  blocks = 0;
  /** Entries given back to the arena because nobody used them. */
  trimmed = 0;
  /** Buffers that came back, found no room, and went to the arena. */
  turnedAway = 0;
  /** Most live buffers at a miss, and fewest when one was turned away or trimmed, since the tuner looked; no misses: 0. */
  peak = 0;
  trough: number = NONE;
  /** Most entries that were of use between two trims, since the tuner looked. */
  deepest = 0;

  constructor(
    allocator: Allocator,
    slices: SliceHome,
    cache: BufferCache,
    classIndex: number,
    blockBytes: number,
    maxEntries: number,
  ) {
    this.allocator = allocator;
    this.slices = slices;
    this.cache = cache;
    this.classIndex = classIndex;
    this.blockBytes = blockBytes;
    this.maxEntries = maxEntries;
  }

  /** A free buffer, dead yet; undefined if there is none. */
  take(): ByteBuf | undefined {
    const buf = this.head;
    if (buf === undefined) return undefined;
    const top = this.top - 1;
    this.head = buf._next;
    buf._next = undefined;
    this.top = top;
    if (top < this.low) this.low = top;
    this.taken++;
    return buf;
  }

  /** A buffer begins a life with `capacity` bytes. */
  begin(buf: ByteBuf, capacity: number, maxCapacity: number): ByteBuf {
    return buf._begin(capacity, maxCapacity);
  }

  takeBack(buf: ByteBuf, _capacity: number): void {
    this.store(buf);
  }

  /** Keeps a dead buffer, or hands it on where there is no room. */
  store(buf: ByteBuf): void {
    const top = this.top;
    if (top < this.limit) {
      buf._next = this.head;
      this.head = buf;
      this.top = top + 1;
    } else {
      this.cache.overflow(this, buf);
    }
  }

  get fixed(): boolean {
    return false;
  }

  inspect(_buf: ByteBuf, _capacity: number): void {}

  moved(buf: ByteBuf): void {
    this.cache.settle(buf);
  }

  resized(_buf: ByteBuf, _before: number, _after: number): void {}

  /** Before `low` begins anew: what lay above it was of use. */
  noteDepth(): void {
    const depth = this.limit - this.low;
    if (depth > this.deepest) this.deepest = depth;
  }

  /** A block left for the arena: how few buffers were live then? */
  left(): void {
    const live = this.live;
    if (live < this.trough) this.trough = live;
  }

  /**
   * How many more buffers were live at the highest than at the lowest, as far as the cache could not cover it: so many
   * entries would have. Since the last call.
   */
  takeSwing(): Swing {
    const { peak, trough } = this;
    this.noteDepth();
    const depth = this.deepest;
    this.deepest = 0;
    this.peak = 0;
    this.trough = NONE;
    return { peak, trough: trough === NONE ? undefined : trough, depth };
  }

  /** Cuts off all but the `count` buffers that came back last; the rest still hang from each other. */
  cut(count: number): ByteBuf | undefined {
    let last: ByteBuf | undefined;
    let rest = this.head;
    for (let i = 0; i < count; i++) {
      last = rest;
      rest = rest?._next;
    }
    if (last === undefined) this.head = undefined;
    else last._next = undefined;
    this.top = count;
    return rest;
  }

  /** Buffers that are in quarantine. */
  get held(): number {
    return 0;
  }

  /** Buffers that users have. */
  get live(): number {
    return this.blocks - this.top - this.held;
  }

  /** Hits, ever. */
  get hits(): number {
    return this.folded + this.taken;
  }

  /** Throws unless the equations at the top hold. */
  assertValid(): void {
    const { top, low, limit, maxEntries } = this;
    if (!(0 <= low && low <= top && top <= limit && limit <= maxEntries))
      throw new Error(`magazine ${this.blockBytes}: ${low} ≤ ${top} ≤ ${limit} ≤ ${maxEntries}`);
    if (this.live < 0) throw new Error(`magazine ${this.blockBytes}: ${this.live} live buffers`);
    let count = 0;
    for (let buf = this.head; buf !== undefined; buf = buf._next) {
      count++;
      if (buf._refs !== 0 || buf._blockBytes !== this.blockBytes || buf._home !== this) {
        throw new Error(`magazine ${this.blockBytes}: a buffer that lies here is in use`);
      }
    }
    if (count !== top) throw new Error(`magazine ${this.blockBytes}: ${count} buffers, ${top} counted`);
  }
}

/**
 * One worker's view of a shared pool: where it takes blocks from and gives them back to, and every transition of a
 * block's word.
 *
 *     acquire ─► magazine ─ empty? ─► own shelf ─► shares that are back ─► fresh blocks, up to the soft limit
 *                                        ─► half of another's shelf ─► a scan of the words ─► growth, up to the limit
 *     release ─► magazine ─ full? ──► the half that was idle longest: words FREE, hints onto the own shelf
 *
 * The words decide, everything else is a hint. So a worker may die anywhere here: what it had is found by its number in
 * the words. What may be interrupted and go on (a time-out of `vm`, a stack overflow) leaves at worst a word with this
 * worker's number that its lists do not know: for a block leaves a list before its word changes, and enters one, or gets
 * its reference, behind it. `self-audit.ts` finds and repairs that.
 *
 * Why new blocks come before stealing is in docs/adr/0010-one-word-a-block.md.
 */
import { add, compareExchange, load, notify, peek, poke, store, storeRelease } from '../internal/atomics.ts';
import type { Inbox } from './inbox.ts';
import { Magazine } from './magazine.ts';
import type { OutRing } from './out-ring.ts';
import {
  DETACHED,
  FIELD,
  GENERATION,
  INDEX,
  isFree,
  KIND,
  MASK_SLOTS,
  nextFree,
  SHARED,
} from './ownership-word.ts';
import { PoolCounters } from './pool-counters.ts';
import { RELEASES, type RegionLayout, WAITERS } from './region-layout.ts';
import { SharedBlock } from './shared-block.ts';
import { publishHints, putHint, shelfRoom, takeHints } from './shelf.ts';
import type { Slab } from './slab.ts';
import { SlabTable } from './slab-table.ts';
import type { WorkerRegistry } from './worker-registry.ts';
import { LINE } from './worker-registry-layout.ts';
import { zeroBytes } from './zero-bytes.ts';

/** Of the geometry: when bytes are zeroed. */
const ZERO_ON_RELEASE = 1;
export const ZERO_ON_ACQUIRE = 2;

/** The worker's own half of a shared pool. */
export class WorkerView {
  readonly words: Int32Array;
  /** The same memory. */
  readonly controlBytes: Uint8Array;
  readonly layout: RegionLayout;
  readonly registry: WorkerRegistry;
  readonly slabs: SlabTable;
  readonly magazines: readonly Magazine[];
  readonly counters: PoolCounters = new PoolCounters();
  /** Slots with a bit in a mask. */
  readonly shareSlots: number = MASK_SLOTS;
  readonly slot: number;
  readonly wid: number;
  /** The bit of `slot`; 0 if it has none. */
  readonly bit: number;
  private readonly zero: number;
  /** `words` of {@link WAITERS}. */
  private readonly waiters: number;
  /** Of each class's own shelf: where the next hint goes. */
  private readonly shelfTails: number[];
  /** Hints on their way. */
  private readonly hints: Int32Array;
  /** Blocks on their way out of a magazine. */
  private readonly leaving: (SharedBlock | undefined)[];
  /** Where the next scan begins, by class. */
  private readonly scanFrom: number[];
  /** The slot that was stolen from last. */
  private victim = -1;
  /** This worker's end of each channel that it attached to. */
  readonly outRings: OutRing[] = [];
  readonly inboxes: Inbox[] = [];

  constructor(words: Int32Array, data: SharedArrayBuffer, layout: RegionLayout, registry: WorkerRegistry) {
    const { classes, zero } = layout.geometry;
    this.words = words;
    this.controlBytes = new Uint8Array(words.buffer, 0, words.byteLength);
    this.layout = layout;
    this.registry = registry;
    this.slabs = new SlabTable(words, layout, data);
    const quick = zero !== ZERO_ON_RELEASE;
    this.magazines = classes.map(({ bytes, magazine }, index) => new Magazine(index, bytes, magazine, quick));
    this.slot = registry.slot;
    this.wid = registry.wid;
    this.bit = this.slot < MASK_SLOTS ? 1 << this.slot : 0;
    this.zero = zero;
    this.waiters = layout.live + WAITERS;
    // What a dead worker left on its shelf is still good: its blocks were reclaimed, and are free.
    this.shelfTails = classes.map((_, index) => load(words, this.shelf(index) + LINE, 'shelf-attach'));
    this.hints = new Int32Array(Math.max(...this.magazines.map(({ batch }) => batch)));
    const largest = Math.max(...this.magazines.map(({ capacity }) => capacity));
    this.leaving = new Array<SharedBlock | undefined>(largest).fill(undefined);
    this.scanFrom = classes.map(() => 0);
  }

  // Blocks in and out.

  /** A block that this worker owns from now on, without references; undefined: there is none to be had. */
  take(sizeClass: number): SharedBlock | undefined {
    const magazine = this.magazines[sizeClass] as Magazine;
    if (magazine.count === 0 && !this.refill(magazine)) {
      this.counters.exhausted++;
      return undefined;
    }
    return magazine.pop() as SharedBlock;
  }

  /** The last reference of this worker is gone. */
  giveBack(block: SharedBlock): void {
    if (block._shared && !this.dropShare(block)) return;
    if (this.zero === ZERO_ON_RELEASE) zeroBytes(block._slab.bytesAt(block._offset, block._slab.blockBytes));
    this.keep(block);
    this.afterRelease(block._magazine);
  }

  /** A block is idle in the magazine: perhaps somebody waits for it. */
  afterRelease(magazine: Magazine): void {
    if (peek(this.words, this.waiters, 'waiters-peek') !== 0) this.serveWaiters(magazine);
  }

  /** Puts an owned block into its magazine. */
  keep(block: SharedBlock): void {
    const magazine = block._magazine;
    if (magazine.count === magazine.capacity) this.flush(magazine, magazine.batch);
    magazine.push(block);
  }

  /** Gives the `count` blocks of a magazine that were idle longest to everybody. */
  flush(magazine: Magazine, count: number): void {
    const { words } = this;
    const shelf = this.shelf(magazine.sizeClass);
    const capacity = this.shelfCapacity(magazine.sizeClass);
    const before = this.shelfTails[magazine.sizeClass] as number;
    magazine.takeOldest(count, this.leaving);
    const hinted = Math.min(count, shelfRoom(words, shelf, capacity, before));
    this.freeLeaving(count, hinted, shelf, capacity, before);
    const tail = (before + hinted) | 0;
    publishHints(words, shelf, tail);
    this.shelfTails[magazine.sizeClass] = tail;
    this.counters.flushes++;
    this.publishCounters();
  }

  /** Frees the first `count` blocks that left a magazine, and puts hints at `hinted` of them. */
  private freeLeaving(count: number, hinted: number, shelf: number, capacity: number, tail: number): void {
    const { words, leaving } = this;
    for (let i = 0; i < count; i++) {
      const block = leaving[i] as SharedBlock;
      storeRelease(words, block._word, nextFree(peek(words, block._word, 'free-read')), 'free');
      if (i < hinted) putHint(words, shelf, capacity, (tail + i) | 0, block.index);
    }
  }

  /** Gives all idle blocks to everybody. */
  flushAll(): void {
    for (const magazine of this.magazines) if (magazine.count > 0) this.flush(magazine, magazine.count);
  }

  /** Somebody waits for a release: no block stays in the magazine, and all who wait look again. */
  private serveWaiters(magazine: Magazine): void {
    const { words } = this;
    store(words, this.waiters, 0, 'waiters-serve');
    this.flush(magazine, magazine.count);
    add(words, this.layout.live + RELEASES, 1, 'releases-count');
    notify(words, this.layout.live + RELEASES, 'releases-notify');
  }

  publishCounters(): void {
    this.counters.publish(this.words, this.layout.counters + LINE * this.slot);
  }

  private refill(magazine: Magazine): boolean {
    const { counters } = this;
    const { sizeClass } = magazine;
    const { softSlabs, maxSlabs } = this.layout.geometry;
    counters.refills++;
    this.publishCounters();
    if (this.takeFrom(magazine, this.slot)) {
      counters.ownShelf++;
      return true;
    }
    this.reap();
    if (magazine.count > 0) return true;
    do {
      if (this.takeFresh(magazine)) return true;
    } while (this.slabs.grow(sizeClass, softSlabs));
    if (this.steal(magazine)) {
      counters.stolen++;
      return true;
    }
    if (this.scan(magazine)) {
      counters.scanned++;
      return true;
    }
    while (this.slabs.grow(sizeClass, maxSlabs)) if (this.takeFresh(magazine)) return true;
    return this.takeFresh(magazine);
  }

  private takeFresh(magazine: Magazine): boolean {
    this.slabs.look();
    this.slabs.offerFresh(magazine.sizeClass, magazine.batch, (slab, position) => {
      this.claim(magazine, slab, position);
      return magazine.count < magazine.batch;
    });
    if (magazine.count === 0) return false;
    this.counters.fresh++;
    return true;
  }

  private steal(magazine: Magazine): boolean {
    const { maxWorkers } = this.layout.geometry;
    if (this.victim >= 0 && this.takeFrom(magazine, this.victim)) return true;
    for (let step = 1; step < maxWorkers; step++) {
      const slot = (this.slot + step) % maxWorkers;
      if (this.takeFrom(magazine, slot)) {
        this.victim = slot;
        return true;
      }
    }
    return false;
  }

  private takeFrom(magazine: Magazine, slot: number): boolean {
    const { words, hints } = this;
    const shelf = this.layout.shelf(slot, magazine.sizeClass);
    const capacity = this.shelfCapacity(magazine.sizeClass);
    for (;;) {
      const count = takeHints(words, shelf, capacity, magazine.batch, slot !== this.slot, hints);
      if (count === 0) return false;
      this.claimHints(magazine, count);
      if (magazine.count > 0) return true;
    }
  }

  /** Claims what the first `count` hints name. */
  private claimHints(magazine: Magazine, count: number): void {
    const { hints, slabs } = this;
    const { slabShift } = this.layout;
    for (let i = 0; i < count; i++) {
      const index = hints[i] as number;
      const slab = slabs.at(index >>> slabShift);
      if (slab === undefined || !this.claim(magazine, slab, index - slab.firstIndex))
        this.counters.staleHints++;
    }
  }

  /** Looks at every word of the class: finds what no hint tells of. */
  private scan(magazine: Magazine): boolean {
    const { words } = this;
    const slabs = this.slabs.byClass[magazine.sizeClass] as Slab[];
    let left = 0;
    for (const { count } of slabs) left += count;
    if (left === 0) return false;
    let from = (this.scanFrom[magazine.sizeClass] as number) % left;
    let at = 0;
    while (from >= (slabs[at] as Slab).count) {
      from -= (slabs[at] as Slab).count;
      at++;
    }
    let seen = 0;
    for (; seen < left && magazine.count < magazine.batch; seen++) {
      const slab = slabs[at] as Slab;
      if (isFree(peek(words, slab.firstWord + from, 'scan'))) this.claim(magazine, slab, from);
      from++;
      if (from === slab.count) {
        from = 0;
        at = (at + 1) % slabs.length;
      }
    }
    this.scanFrom[magazine.sizeClass] = ((this.scanFrom[magazine.sizeClass] as number) + seen) % left;
    return magazine.count > 0;
  }

  // Transitions of a word. Each is one store by the owner, or one exchange.

  /** FREE → OWNED(me), and into the magazine, which has room. @returns whether it was free */
  private claim(magazine: Magazine, slab: Slab, position: number): boolean {
    const { words } = this;
    const at = slab.firstWord + position;
    const word = peek(words, at, 'claim-read');
    if (!isFree(word)) return false;
    if (compareExchange(words, at, word, word | this.wid, 'claim') !== word) return false;
    const block = this.block(slab, position);
    block._shared = false;
    magazine.push(block);
    return true;
  }

  /** OWNED(me) → DETACHED(me). The caller has checked that it has the only reference. @returns the handle */
  detach(block: SharedBlock): number {
    const word = peek(this.words, block._word, 'detach-read');
    block._refs = 0;
    storeRelease(this.words, block._word, (word & GENERATION) | DETACHED | this.wid, 'detach');
    return (word & GENERATION) | block.index;
  }

  /** DETACHED(from) → OWNED(me), gen + 1; undefined: it is not, or no longer. The caller counts the reference, last. */
  attach(handle: number, from: number): SharedBlock | undefined {
    const slab = this.slabOf(handle);
    if (slab === undefined) return undefined;
    const { words } = this;
    const position = (handle & INDEX) - slab.firstIndex;
    const expected = (handle & GENERATION) | DETACHED | from;
    const owned = nextFree(handle) | this.wid;
    if (compareExchange(words, slab.firstWord + position, expected, owned, 'attach') !== expected) {
      return undefined;
    }
    const block = this.block(slab, position);
    block._shared = false;
    return block;
  }

  /** OWNED(me) → SHARED(my bit), if it is not shared yet. */
  shareWord(block: SharedBlock): void {
    const word = peek(this.words, block._word, 'share-read');
    if ((word & KIND) === SHARED) return;
    block._expectBit('share');
    this.writeLength(block);
    // First the note, then the word: interrupted between them, the drop finds the word OWNED, and believes it.
    block._shared = true;
    storeRelease(this.words, block._word, (word & GENERATION) | SHARED | this.bit, 'share');
  }

  /**
   * SHARED → SHARED + my bit, where it is not set; undefined: nobody holds it any more. The caller counts the
   * reference, last.
   *
   * @param bits one of these must be set: the sender's, while its message is in flight
   * @param slot where the sender is, and `wid` who it was; −1: not known. A share of a dead sender may lie in a ring while
   *   its block has 256 other lives, and another worker has its place: then the bit is not the sender's
   */
  join(handle: number, bits: number, slot = -1, wid = 0): SharedBlock | undefined {
    const slab = this.slabOf(handle);
    if (slab === undefined || this.bit === 0) return undefined;
    const { words } = this;
    const position = (handle & INDEX) - slab.firstIndex;
    const at = slab.firstWord + position;
    for (;;) {
      const word = load(words, at, 'join-read');
      if ((word & KIND) !== SHARED || ((word ^ handle) & GENERATION) !== 0 || (word & bits) === 0)
        return undefined;
      if (slot >= 0 && this.registry.widOf(slot) !== wid) return undefined;
      const block = this.block(slab, position);
      // With the bit set there are references, or it is left from an operation that was interrupted: then it is ours.
      if ((word & this.bit) !== 0 || compareExchange(words, at, word, word | this.bit, 'join') === word) {
        block._shared = true;
        return block;
      }
    }
  }

  /**
   * SHARED → SHARED − my bit; the last who drops owns the block.
   *
   * @returns whether that is me
   */
  private dropShare(block: SharedBlock): boolean {
    const { words } = this;
    for (;;) {
      const word = load(words, block._word, 'drop-read');
      if ((word & KIND) !== SHARED || (word & this.bit) === 0) {
        block._shared = false;
        return (word & ~GENERATION) === this.wid;
      }
      const mask = word & FIELD & ~this.bit;
      const next = mask === 0 ? nextFree(word) | this.wid : (word & ~FIELD) | mask;
      if (compareExchange(words, block._word, word, next, 'drop') === word) {
        block._shared = false;
        return mask === 0;
      }
    }
  }

  /** Notes the length for whoever gets the handle. The caller owns the block. */
  writeLength(block: SharedBlock): void {
    poke(this.words, this.layout.lengths + block.index, block._length, 'length-write');
  }

  /** The length that went with the handle of a block that this worker holds. */
  readLength(block: SharedBlock): number {
    return Math.min(peek(this.words, this.layout.lengths + block.index, 'length-read') >>> 0, block.capacity);
  }

  /** The handle of a block that this worker holds. */
  handleOf(block: SharedBlock): number {
    return (peek(this.words, block._word, 'handle-read') & GENERATION) | block.index;
  }

  /** The word of the block that a handle names; undefined: there is no such block. */
  wordOf(handle: number): number | undefined {
    const slab = this.slabOf(handle);
    if (slab === undefined) return undefined;
    return load(this.words, slab.firstWord + (handle & INDEX) - slab.firstIndex, 'word-of');
  }

  /** This worker's object for a block. */
  block(slab: Slab, position: number): SharedBlock {
    const known = slab.blocks[position];
    if (known !== undefined) return known;
    const block = new SharedBlock(this, this.magazines[slab.sizeClass] as Magazine, slab, position);
    slab.blocks[position] = block;
    return block;
  }

  /** Releases the shares that arrived, or can arrive no more. */
  reap(): void {
    for (const ring of this.outRings) ring.reap();
  }

  private slabOf(handle: number): Slab | undefined {
    const index = handle & INDEX;
    const slab = this.slabs.at(index >>> this.layout.slabShift);
    return slab !== undefined && index - slab.firstIndex < slab.count ? slab : undefined;
  }

  private shelf(sizeClass: number): number {
    return this.layout.shelf(this.slot, sizeClass);
  }

  private shelfCapacity(sizeClass: number): number {
    return this.layout.geometry.classes[sizeClass]?.shelf as number;
  }
}

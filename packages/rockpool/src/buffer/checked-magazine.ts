/**
 * A magazine that does more than keep buffers: zeroes them, or watches the bytes that belong to nobody.
 *
 *     take back:  canary intact? ─► poison ─► quarantine (FIFO) ─┐
 *     take:       stack ◄── poison intact? ◄─────────────────────┘   ─► zero ─► canary
 *
 * An allocator that has any of these policies keeps its magazines out of its fast path. So each policy is a
 * field that is tested: all of this is off the path that must be fast.
 *
 * Source: AddressSanitizer (redzones, quarantine), .NET's and jemalloc's junk fill.
 */
import { CapturedStack } from '../internal/stack.ts';
import type { Allocator } from './allocator.ts';
import type { BufferCache } from './buffer-cache.ts';
import { CorruptionError } from './buffer-errors.ts';
import type { ByteBuf } from './byte-buf.ts';
import { Magazine } from './magazine.ts';
import type { SliceHome } from './slice-home.ts';

/** What released bytes are filled with. */
const POISON = 0xdb;
/** What the bytes behind a buffer's end are filled with. */
const CANARY = 0xca;

/** What a checked magazine does; see the drawing. */
export interface BlockPolicy {
  /** A new handle for every life of a block. */
  readonly fresh: boolean;
  readonly zero: 'never' | 'on-release' | 'on-acquire';
  /** Poison, canaries and quarantine. */
  readonly watch: boolean;
  /** Where a buffer was released stands in errors. */
  readonly stacks: boolean;
  readonly quarantine: Quarantine;
}

/** A released buffer that waits. */
interface Suspect {
  readonly magazine: CheckedMagazine;
  readonly buf: ByteBuf;
  readonly capacity: number;
  readonly released: CapturedStack | undefined;
}

/** Released memory that waits to be used again, so that a late write is noticed; one for all magazines. */
export class Quarantine {
  readonly #maxBytes: number;
  readonly #waiting: Suspect[] = [];
  #head = 0;
  bytes = 0;

  /** @param maxBytes beyond it the oldest leave */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(suspect: Suspect): void {
    this.#waiting.push(suspect);
    this.bytes += suspect.magazine.blockBytes;
  }

  /**
   * Lets the oldest go until the rest fits.
   *
   * @throws {CorruptionError} one was written to; it has left nevertheless
   */
  settle(maxBytes: number = this.#maxBytes): void {
    while (this.bytes > maxBytes) {
      const suspect = this.#waiting[this.#head] as Suspect;
      this.#head++;
      if (this.#head * 2 > this.#waiting.length) {
        this.#waiting.splice(0, this.#head);
        this.#head = 0;
      }
      this.bytes -= suspect.magazine.blockBytes;
      suspect.magazine.leave(suspect);
    }
  }
}

/** A magazine with policies. */
export class CheckedMagazine extends Magazine {
  readonly #policy: BlockPolicy;
  #held = 0;

  constructor(
    allocator: Allocator,
    slices: SliceHome,
    cache: BufferCache,
    classIndex: number,
    blockBytes: number,
    maxEntries: number,
    policy: BlockPolicy,
  ) {
    super(allocator, slices, cache, classIndex, blockBytes, maxEntries);
    this.#policy = policy;
  }

  override store(buf: ByteBuf): void {
    const heir = this.#policy.fresh ? buf._reborn() : buf;
    if (heir !== buf) this.moved(heir);
    super.store(heir);
  }

  override begin(buf: ByteBuf, capacity: number, maxCapacity: number): ByteBuf {
    const { zero, watch } = this.#policy;
    if (zero === 'on-acquire') buf._bytes.fill(0, buf._base, buf._base + this.blockBytes);
    if (watch) {
      buf._bytes.fill(CANARY, buf._base + capacity, buf._base + this.blockBytes);
      buf._canary = capacity;
    }
    return super.begin(buf, capacity, maxCapacity);
  }

  override takeBack(buf: ByteBuf, capacity: number): void {
    const { watch, stacks, quarantine, zero } = this.#policy;
    if (!watch) {
      if (zero === 'on-release') buf._bytes.fill(0, buf._base, buf._base + this.blockBytes);
      super.takeBack(buf, capacity);
      return;
    }
    const released = stacks ? new CapturedStack(buf.release) : undefined;
    if (released !== undefined) buf._extra = { track: undefined, former: undefined, released };
    const damage = firstOther(buf, buf._canary, this.blockBytes, CANARY);
    buf._bytes.fill(POISON, buf._base, buf._base + this.blockBytes);
    this.#held++;
    quarantine.add({ magazine: this, buf, capacity, released });
    if (damage !== -1) throw new CorruptionError(this.allocator.name, 'behind its end', damage, capacity);
  }

  /** A buffer's time in quarantine is over. */
  leave({ buf, capacity, released }: Suspect): void {
    this.#held--;
    const damage = firstOther(buf, 0, this.blockBytes, POISON);
    if (this.#policy.zero === 'on-release') buf._bytes.fill(0, buf._base, buf._base + this.blockBytes);
    this.store(buf);
    if (damage !== -1) {
      const where = released === undefined ? '' : `\nReleased at:\n${released.text}`;
      throw new CorruptionError(this.allocator.name, 'after its release', damage, capacity, where);
    }
  }

  override inspect(buf: ByteBuf, capacity: number): void {
    if (!this.#policy.watch) return;
    const damage = firstOther(buf, buf._canary, this.blockBytes, CANARY);
    if (damage !== -1) throw new CorruptionError(this.allocator.name, 'behind its end', damage, capacity);
  }

  override resized(buf: ByteBuf, before: number, after: number): void {
    const start = buf._canary;
    if (this.#policy.watch && after > start) {
      this.inspect(buf, before);
      buf._bytes.fill(0, buf._base + start, buf._base + after);
      buf._canary = after;
    }
  }

  override get held(): number {
    return this.#held;
  }
}

/** Where the block's bytes from `start` to `end` are first another than `byte`, from its beginning; or −1. */
function firstOther(buf: ByteBuf, start: number, end: number, byte: number): number {
  const { _bytes: bytes, _base: base } = buf;
  for (let i = start; i < end; i++) {
    if (bytes[base + i] !== byte) return i;
  }
  return -1;
}

/**
 * Equal slots in one run of pages: the blocks of one size class.
 *
 *     firstPage                                      firstPage + pages
 *     │ slot 0 │ slot 1 │ slot 2 │ …  │ slot n − 1 │
 *
 * A bit a slot, 1 while it is free, and the lowest free slot goes first: a slab in light use keeps to its first
 * pages, and the same operations give the same places. In which order slots go has no bearing on when the slab
 * empties. The bits also tell a slot that comes back twice, which a free list cannot. `#from` is a lower bound of
 * the first word with free slots, so that a slab in its first filling is not searched from the start.
 *
 * An arena links the slabs that have free slots, one list a class. A slab that is dissolved may be used again
 * for another run and class; see `Slab.place`.
 *
 * Invariants: `free = number of bits set ≤ slots`; words below `#from` are 0; a slab is in its class's list if
 * and only if `free > 0`.
 */
import type { Chunk } from './chunk.ts';
import type { Tenant } from './tenant.ts';

/** Slots in one word of bits. */
const WORD_SLOTS = 32;

/** One slab. Owner: an arena; all fields but the links are written by this class only. */
export class Slab {
  /** Where its run is; undefined while it is dissolved. */
  chunk: Chunk | undefined;
  firstPage: number;
  /** Where slot 0 is in the chunk, in bytes. */
  startBytes: number;
  classIndex: number;
  slotBytes: number;
  slots: number;
  /** Slots that may be taken. */
  free: number;
  /** In the arena's list of its class, or of idle slabs. Written by the arena. */
  prev: Slab | undefined;
  next: Slab | undefined;
  /** By slot: who has it, where that is known. */
  #tenants: (Tenant | undefined)[] | undefined;
  readonly #bits: Int32Array;
  #from: number;

  /** @param slots at least 1; see {@link Slab.place} for the others */
  constructor(chunk: Chunk, firstPage: number, classIndex: number, slotBytes: number, slots: number) {
    this.chunk = chunk;
    this.firstPage = firstPage;
    this.startBytes = firstPage * chunk.pageBytes;
    this.classIndex = classIndex;
    this.slotBytes = slotBytes;
    this.slots = slots;
    this.free = slots;
    this.prev = undefined;
    this.next = undefined;
    this.#tenants = undefined;
    this.#bits = new Int32Array(Math.max(1, Math.ceil(slots / WORD_SLOTS)));
    this.#from = 0;
    this.#freeAll();
  }

  /** Whether the slab may be placed again for another class: all that fit in one word may. */
  get isSmall(): boolean {
    return this.#bits.length === 1;
  }

  /**
   * Sets a dissolved slab up again: all slots are free.
   *
   * @param chunk where its run is
   * @param firstPage the run's first page
   * @param classIndex the class of its slots
   * @param slotBytes their size
   * @param slots how many there are; no more than its words have bits
   */
  place(chunk: Chunk, firstPage: number, classIndex: number, slotBytes: number, slots: number): void {
    this.chunk = chunk;
    this.firstPage = firstPage;
    this.startBytes = firstPage * chunk.pageBytes;
    this.classIndex = classIndex;
    this.slotBytes = slotBytes;
    this.slots = slots;
    this.#freeAll();
  }

  /**
   * Takes the lowest free slot.
   *
   * @returns its index; −1 where none is free
   */
  take(): number {
    if (this.free === 0) return -1;
    const bits = this.#bits;
    let word = this.#from;
    while (bits[word] === 0) word++;
    const free = bits[word] as number;
    bits[word] = free & (free - 1);
    this.#from = word;
    this.free--;
    return (word << 5) + (31 - Math.clz32(free & -free));
  }

  /**
   * Gives a slot back.
   *
   * @param slot what {@link Slab.take} returned
   * @throws Error where it is no slot or is free already; nothing changed
   */
  give(slot: number): void {
    const word = slot >> 5;
    const bit = 1 << (slot & 31);
    if (!(slot >= 0 && slot < this.slots)) throw new Error(`slot ${slot} of ${this.slots} is no slot`);
    const free = this.#bits[word] as number;
    if ((free & bit) !== 0) throw new Error(`slot ${slot} of ${this.slotBytes} bytes is free already`);
    this.#bits[word] = free | bit;
    if (word < this.#from) this.#from = word;
    this.free++;
    if (this.#tenants !== undefined) this.#tenants[slot] = undefined;
  }

  /** Enters who has a slot that is taken. */
  settle(slot: number, tenant: Tenant): void {
    this.#tenants ??= new Array<Tenant | undefined>(this.slots).fill(undefined);
    this.#tenants[slot] = tenant;
  }

  /** Who has a slot. */
  tenantOf(slot: number): Tenant | undefined {
    return this.#tenants?.[slot];
  }

  /** Bytes that users have of all slots. */
  get liveBytes(): number {
    const tenants = this.#tenants;
    if (tenants === undefined) return 0;
    let bytes = 0;
    for (let slot = 0; slot < this.slots; slot++) bytes += tenants[slot]?._liveBytes ?? 0;
    return bytes;
  }

  /** Whether all that is in the slab may be moved. */
  get isMovable(): boolean {
    const tenants = this.#tenants;
    for (let slot = 0; slot < this.slots; slot++) {
      if (!this.isFree(slot) && tenants?.[slot]?._movable !== true) return false;
    }
    return true;
  }

  /** Puts the slab into another run; its bytes are there already. Tells the tenants. */
  relocate(chunk: Chunk, firstPage: number): void {
    this.chunk = chunk;
    this.firstPage = firstPage;
    this.startBytes = firstPage * chunk.pageBytes;
    for (let slot = 0; slot < this.slots; slot++) {
      this.tenantOf(slot)?._relocate(chunk, this.startBytes + slot * this.slotBytes);
    }
  }

  /**
   * The slot that begins at an offset.
   *
   * @param offset bytes from the start of the chunk
   * @throws Error where none begins there
   */
  slotAt(offset: number): number {
    const inside = offset - this.startBytes;
    const slot = (inside / this.slotBytes) | 0;
    if (slot * this.slotBytes !== inside) {
      throw new Error(`no slot of ${this.slotBytes} bytes begins at offset ${offset}`);
    }
    return slot;
  }

  /** Whether a slot may be taken; for reports. */
  isFree(slot: number): boolean {
    return (((this.#bits[slot >> 5] as number) >>> (slot & 31)) & 1) === 1;
  }

  /** Checks the invariants; for tests and debug builds. */
  assertValid(): void {
    let free = 0;
    for (let slot = 0; slot < this.#bits.length * WORD_SLOTS; slot++) {
      if (!this.isFree(slot)) continue;
      free++;
      check(slot < this.slots, `slot ${slot} of ${this.slots} is free`);
      check(slot >> 5 >= this.#from, `slot ${slot} is free, below word ${this.#from}`);
    }
    for (let slot = 0; slot < this.slots; slot++) {
      const tenant = this.tenantOf(slot);
      if (tenant === undefined) continue;
      const isThere = tenant._isAt(this.chunk as Chunk, this.startBytes + slot * this.slotBytes);
      check(!this.isFree(slot) && isThere, `the tenant of slot ${slot} is elsewhere`);
    }
    check(free === this.free, `${free} slots are free, counted are ${this.free}`);
  }

  #freeAll(): void {
    const bits = this.#bits;
    for (let word = 0; word < bits.length; word++) {
      const inWord = this.slots - word * WORD_SLOTS;
      bits[word] = inWord >= WORD_SLOTS ? -1 : (1 << inWord) - 1;
    }
    this.#from = 0;
    this.free = this.slots;
  }
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`slab: ${what}`);
}

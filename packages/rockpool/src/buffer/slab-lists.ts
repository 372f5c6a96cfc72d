/**
 * All slabs of an arena: which of a class has free slots, when a slab is made, and when it goes.
 *
 *     class c:  head ⇄ … ⇄ …      slabs with free slots; full ones are in no list
 *     idle:     ─► ─► ─►          dissolved slabs of at most 32 slots, for the next use: about 200 bytes each
 *
 * Slabs grow with the use of their class: while a class has fewer blocks than a full-sized slab has slots, its slabs
 * are small ones (`SizeClasses.firstSlabPages`). With 8 MiB live that is worth two to four hundredths of what is used.
 *
 * An emptied slab is dissolved, unless it is the only one of its class with free slots; `trim` dissolves that too.
 *
 * Invariants: a slab is in the list of its class if and only if it has a free slot; at most one slab a class is empty.
 */
import type { Chunk } from './chunk.ts';
import type { ChunkLists } from './chunk-lists.ts';
import type { SizeClasses } from './size-classes.ts';
import { Slab } from './slab.ts';

/** Dissolved slabs that are kept. */
const MAX_IDLE_SLABS = 64;

/** The slabs of one arena. Owner: the arena. */
export class SlabLists {
  readonly #sizeClasses: SizeClasses;
  readonly #chunks: ChunkLists;
  /** By class: the first slab with free slots. */
  readonly #heads: (Slab | undefined)[];
  #idle: Slab | undefined = undefined;
  #idleCount = 0;

  /** @param chunks where the runs of slabs come from */
  constructor(sizeClasses: SizeClasses, chunks: ChunkLists) {
    this.#sizeClasses = sizeClasses;
    this.#chunks = chunks;
    this.#heads = new Array<Slab | undefined>(sizeClasses.slabCount).fill(undefined);
  }

  /** A slab of a class with a free slot; undefined where there is none. */
  first(classIndex: number): Slab | undefined {
    return this.#heads[classIndex];
  }

  /**
   * Makes a slab, all of whose slots are free.
   *
   * @param live blocks of the class that are out
   * @returns undefined where a new chunk was wanted and the budget refused it; nothing changed
   * @throws RangeError where the runtime has no memory for one; nothing changed
   */
  create(classIndex: number, live: number): Slab | undefined {
    const sizes = this.#sizeClasses;
    const full = sizes.slabPages(classIndex);
    const isRare = live < sizes.slabSlots(classIndex);
    const pages = isRare ? sizes.firstSlabPages(classIndex) : full;
    const chunk = this.#chunks.allocate(pages);
    if (chunk === undefined) return undefined;
    const { firstPage } = this.#chunks;
    const slab = this.#take(chunk, firstPage, classIndex, sizes.slabSlots(classIndex, pages));
    this.#mark(chunk, firstPage, pages, slab);
    this.#enlist(slab);
    return slab;
  }

  /** A slot was taken. */
  afterTake(slab: Slab): void {
    if (slab.free === 0) this.#unlist(slab);
  }

  /** A slot came back. */
  afterGive(slab: Slab): void {
    if (slab.free === 1) this.#enlist(slab);
    else if (slab.free === slab.slots && !this.#isAlone(slab)) this.#dissolve(slab);
  }

  /** Dissolves the empty slabs, and lets the idle ones go. */
  trim(): void {
    for (let classIndex = 0; classIndex < this.#heads.length; classIndex++) {
      for (const slab of this.listed(classIndex)) if (slab.free === slab.slots) this.#dissolve(slab);
    }
    this.#idle = undefined;
    this.#idleCount = 0;
  }

  /** The slabs of a class that have free slots. */
  listed(classIndex: number): Slab[] {
    const slabs: Slab[] = [];
    for (let slab = this.#heads[classIndex]; slab !== undefined; slab = slab.next) slabs.push(slab);
    return slabs;
  }

  /** Enters that a slab lies elsewhere now. What was its run is marked no more; whoever moves it frees that. */
  relocate(slab: Slab, chunk: Chunk, firstPage: number): void {
    const from = slab.chunk as Chunk;
    const pages = from.runs.pagesAt(slab.firstPage);
    this.#mark(from, slab.firstPage, pages, undefined);
    this.#mark(chunk, firstPage, pages, slab);
    slab.relocate(chunk, firstPage);
  }

  /** Checks the lists, and gives all slabs in them; for tests and debug builds. */
  assertValid(): Set<Slab> {
    const listed = new Set<Slab>();
    this.#heads.forEach((first, c) => {
      let empty = 0;
      let prev: Slab | undefined;
      for (let slab = first; slab !== undefined; slab = slab.next) {
        check(slab.prev === prev && slab.classIndex === c, `a slab of class ${slab.classIndex} in list ${c}`);
        check(slab.free > 0, `a full slab is in list ${c}`);
        if (slab.free === slab.slots) empty++;
        listed.add(slab);
        prev = slab;
      }
      check(empty <= 1, `${empty} empty slabs of class ${c}`);
    });
    return listed;
  }

  #take(chunk: Chunk, firstPage: number, classIndex: number, slots: number): Slab {
    const slotBytes = this.#sizeClasses.bytesOf(classIndex);
    const idle = this.#idle;
    if (idle === undefined || slots > 32) return new Slab(chunk, firstPage, classIndex, slotBytes, slots);
    this.#idle = idle.next;
    this.#idleCount--;
    idle.next = undefined;
    idle.place(chunk, firstPage, classIndex, slotBytes, slots);
    return idle;
  }

  /** Gives the run of an empty slab back. */
  #dissolve(slab: Slab): void {
    const chunk = slab.chunk as Chunk;
    const { firstPage } = slab;
    this.#unlist(slab);
    this.#mark(chunk, firstPage, chunk.runs.pagesAt(firstPage), undefined);
    slab.chunk = undefined;
    if (slab.isSmall && this.#idleCount < MAX_IDLE_SLABS) {
      slab.next = this.#idle;
      this.#idle = slab;
      this.#idleCount++;
    }
    this.#chunks.free(chunk, firstPage);
  }

  #mark(chunk: Chunk, firstPage: number, pages: number, slab: Slab | undefined): void {
    const end = firstPage + pages;
    for (let page = firstPage; page < end; page++) chunk.slabs[page] = slab;
  }

  #isAlone(slab: Slab): boolean {
    return slab.prev === undefined && slab.next === undefined;
  }

  #enlist(slab: Slab): void {
    const head = this.#heads[slab.classIndex];
    slab.next = head;
    if (head !== undefined) head.prev = slab;
    this.#heads[slab.classIndex] = slab;
  }

  #unlist(slab: Slab): void {
    const { prev, next } = slab;
    if (next !== undefined) next.prev = prev;
    if (prev !== undefined) prev.next = next;
    else this.#heads[slab.classIndex] = next;
    slab.prev = undefined;
    slab.next = undefined;
  }
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`slabs: ${what}`);
}

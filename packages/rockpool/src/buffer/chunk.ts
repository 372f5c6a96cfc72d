/**
 * A chunk: memory from the runtime, the runs of its pages, and the slabs in some of these runs.
 *
 *     │ slab │ run      │ free    │ slab        │ run │ free                │
 *     └ page 0                                                  page n − 1 ┘
 *
 * A chunk has as many pages as whoever makes it says: one for many blocks has a power of two, one for a single
 * large block as many as the block.
 *
 * `slabs` has an entry a page, so that the slab of an offset is one load away. An arena keeps its chunks in lists
 * by usage (`chunk-list.ts`); the links are here.
 *
 * Invariants: `freeBytes = freePages · pageBytes`; every page of a slab's run names the slab, other pages none.
 */
import type { ChunkList } from './chunk-list.ts';
import { createMemory, type Memory } from './memory.ts';
import { RunMap } from './run-map.ts';
import type { Slab } from './slab.ts';
import type { Tenant } from './tenant.ts';

/** One chunk. Owner: an arena. */
export class Chunk {
  readonly memory: Memory;
  readonly pageBytes: number;
  /** How many chunks the arena had made before. */
  readonly id: number;
  readonly runs: RunMap;
  /** By page: the slab in whose run it is. */
  readonly slabs: (Slab | undefined)[];
  /** By first page: who has the block of pages that begins there, where that is known. */
  readonly tenants: (Tenant | undefined)[];
  /** The list that the chunk is in; undefined once it is released. Written by the lists, as are the links. */
  list: ChunkList | undefined;
  prev: Chunk | undefined;
  next: Chunk | undefined;
  /** With so many free pages or fewer it moves up. Written by the list, as is the next. */
  upAtFree: number;
  /** With more free pages than this it moves down. */
  downAboveFree: number;
  /** Its number in the index of chunks with free runs, −1: it is not there. Written by the index. */
  place: number;
  /** While it is a spare: the next of its size, older and newer. Written by the spares. */
  older: Chunk | undefined;
  newer: Chunk | undefined;

  /**
   * @param chunkBytes a multiple of `pageBytes`
   * @param pageBytes bytes of a page
   * @param id see the field
   * @throws RangeError where the runtime has no more memory
   */
  constructor(chunkBytes: number, pageBytes: number, id: number) {
    const pages = chunkBytes / pageBytes;
    this.memory = createMemory(chunkBytes);
    this.pageBytes = pageBytes;
    this.id = id;
    this.runs = new RunMap(pages);
    this.slabs = new Array<Slab | undefined>(pages).fill(undefined);
    this.tenants = new Array<Tenant | undefined>(pages).fill(undefined);
    this.list = undefined;
    this.prev = undefined;
    this.next = undefined;
    this.upAtFree = -1;
    this.downAboveFree = pages;
    this.place = -1;
    this.older = undefined;
    this.newer = undefined;
  }

  /** Bytes of pages in no run. Free slots of slabs do not count. */
  get freeBytes(): number {
    return this.runs.freePages * this.pageBytes;
  }

  /** Whether no page is in a run. */
  get isEmpty(): boolean {
    return this.runs.freePages === this.runs.pages;
  }

  /** Pages in runs, in % of all: rounded up, but 99 while any page is free. */
  get usage(): number {
    const { freePages, pages } = this.runs;
    if (freePages === 0) return 100;
    return Math.min(99, 100 - Math.floor((freePages * 100) / pages));
  }

  /** Whether every block in it may be moved. */
  get isMovable(): boolean {
    let movable = true;
    this.runs.forEach((firstPage, _pages, used) => {
      if (!used || !movable) return;
      const slab = this.slabs[firstPage];
      movable = slab === undefined ? this.tenants[firstPage]?._movable === true : slab.isMovable;
    });
    return movable;
  }

  /** Checks the invariants; for tests and debug builds. */
  assertValid(): void {
    this.runs.assertValid();
    const seen = new Set<Slab>();
    this.runs.forEach((firstPage, pages, used) => {
      const slab = this.slabs[firstPage];
      for (let page = firstPage; page < firstPage + pages; page++) {
        check(this.slabs[page] === slab, `page ${page} is of another slab than page ${firstPage}`);
      }
      const tenant = this.tenants[firstPage];
      const isHome = used && slab === undefined && tenant?._isAt(this, firstPage * this.pageBytes);
      check(tenant === undefined || isHome === true, `the tenant of page ${firstPage} is elsewhere`);
      if (slab === undefined) return;
      check(used, `a slab is in the free run at page ${firstPage}`);
      check(
        slab.chunk === this && slab.firstPage === firstPage,
        `the slab at page ${firstPage} is elsewhere`,
      );
      check(slab.slots * slab.slotBytes <= pages * this.pageBytes, `the slab at page ${firstPage} overflows`);
      check(!seen.has(slab), `the slab at page ${firstPage} has two runs`);
      seen.add(slab);
      slab.assertValid();
    });
    check(this.memory.byteLength === this.runs.pages * this.pageBytes, 'its memory has another size');
    check(this.memory.buffer.byteLength === this.memory.byteLength, 'its memory was transferred away');
  }
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`chunk: ${what}`);
}

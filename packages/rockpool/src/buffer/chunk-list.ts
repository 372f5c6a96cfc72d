/**
 * Chunks by how full they are: lists whose bounds overlap, so that a chunk at a bound does not wander to and fro.
 *
 *     spare  0 ─► qInit  −∞–25 ─► q000  1–50 ⇄ q025  25–75 ⇄ q050  50–100 ⇄ q075  75–100 ⇄ q100  100     % used
 *
 * A chunk moves up when its usage reaches its list's upper bound and down when it falls below the lower. A chunk
 * that empties, from whatever list, becomes a spare or is released. The scheme is Netty's (PoolChunkList), which has
 * no spares and searches the lists in turn for a run; here they are for reports, and `chunk-index.ts` finds runs
 * (`chunk-lists.ts` says why).
 *
 * Invariants: a chunk in a list has a usage within its bounds: `minUsage ≤ usage < maxUsage`, in q100 `= 100`;
 * none but spares are empty.
 */
import type { Chunk } from './chunk.ts';

/** One list, the newest chunk in it first. Owner: an arena. */
export class ChunkList {
  readonly name: string;
  /** A chunk with a lower usage, in %, moves down; −1: none has. */
  readonly minUsage: number;
  /** A chunk with this usage or a higher one, in %, moves up. */
  readonly maxUsage: number;
  /** The neighbours; written once, when the lists are made. */
  lower: ChunkList | undefined;
  upper: ChunkList | undefined;
  first: Chunk | undefined;
  last: Chunk | undefined;
  /** The length that the next two are for: that of most chunks. */
  #pages = 0;
  #upAtFree = 0;
  #downAboveFree = 0;

  /** See the fields. */
  constructor(name: string, minUsage: number, maxUsage: number) {
    this.name = name;
    this.minUsage = minUsage;
    this.maxUsage = maxUsage;
    this.lower = undefined;
    this.upper = undefined;
    this.first = undefined;
    this.last = undefined;
  }

  /** A chunk of `pages` pages with so many free ones or fewer moves up; −1: none does. */
  upAtFree(pages: number): number {
    if (pages !== this.#pages) this.#measure(pages);
    return this.#upAtFree;
  }

  /** A chunk of `pages` pages with more free ones than this moves down. */
  downAboveFree(pages: number): number {
    if (pages !== this.#pages) this.#measure(pages);
    return this.#downAboveFree;
  }

  /** Puts a chunk that is in no list in front. */
  add(chunk: Chunk): void {
    const { first } = this;
    const { pages } = chunk.runs;
    chunk.list = this;
    chunk.next = first;
    chunk.upAtFree = this.upAtFree(pages);
    chunk.downAboveFree = this.downAboveFree(pages);
    if (first !== undefined) first.prev = chunk;
    else this.last = chunk;
    this.first = chunk;
  }

  /** Takes one of its chunks out; it is in no list then. */
  remove(chunk: Chunk): void {
    const { prev, next } = chunk;
    if (next !== undefined) next.prev = prev;
    else this.last = prev;
    if (prev !== undefined) prev.next = next;
    else this.first = next;
    chunk.list = undefined;
    chunk.prev = undefined;
    chunk.next = undefined;
  }

  /** Puts a chunk that is in no list into this one or a higher one, where it belongs. */
  enter(chunk: Chunk): void {
    const { freePages, pages } = chunk.runs;
    let list: ChunkList = this;
    while (list.upper !== undefined && freePages <= list.upAtFree(pages)) list = list.upper;
    list.add(chunk);
  }

  /** Moves one of its chunks up where it belongs after a run was allocated. */
  afterAllocate(chunk: Chunk): void {
    if (chunk.runs.freePages > chunk.upAtFree) return;
    this.remove(chunk);
    this.enter(chunk);
  }

  /** Moves one of its chunks, which is not empty, down where it belongs after a run was freed. */
  afterFree(chunk: Chunk): void {
    const { freePages, pages } = chunk.runs;
    if (freePages <= chunk.downAboveFree) return;
    let list: ChunkList = this;
    while (list.lower !== undefined && freePages > list.downAboveFree(pages)) list = list.lower;
    this.remove(chunk);
    list.add(chunk);
  }

  /** Checks the invariants of the list and of its chunks; for tests and debug builds. */
  assertValid(): void {
    let prev: Chunk | undefined;
    for (let chunk = this.first; chunk !== undefined; chunk = chunk.next) {
      const { usage, runs } = chunk;
      check(chunk.list === this && chunk.prev === prev, `the links of chunk ${chunk.id} in ${this.name}`);
      check(
        chunk.isEmpty === (this.name === 'spare'),
        `chunk ${chunk.id} in ${this.name} is empty, or is not`,
      );
      const inside = usage >= this.minUsage && (usage < this.maxUsage || this.maxUsage > 100);
      check(inside, `chunk ${chunk.id} in ${this.name} has a usage of ${usage} %`);
      check(
        chunk.upAtFree === this.upAtFree(runs.pages) &&
          chunk.downAboveFree === this.downAboveFree(runs.pages),
        `chunk ${chunk.id} in ${this.name} has the bounds of another list`,
      );
      chunk.assertValid();
      prev = chunk;
    }
    check(this.last === prev, `the last chunk in ${this.name}`);
  }

  #measure(pages: number): void {
    this.#pages = pages;
    this.#upAtFree = this.maxUsage > 100 ? -1 : mostFreeWith(this.maxUsage, pages);
    this.#downAboveFree = this.minUsage < 0 ? pages : mostFreeWith(this.minUsage, pages);
  }
}

/** The most free pages of a chunk whose usage is still `usage` or more. */
function mostFreeWith(usage: number, pages: number): number {
  return usage === 100 ? 0 : Math.ceil(((101 - usage) * pages) / 100) - 1;
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`chunk list: ${what}`);
}

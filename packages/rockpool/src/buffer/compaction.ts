/**
 * Moves blocks together, so that chunks become empty and go back to the runtime.
 *
 *     before   │▒▒····▒▒▒···│ │▒▒▒▒▒▒·▒▒▒▒·│ │▒···········│
 *     after                   │▒▒▒▒▒▒▒▒▒▒▒▒│ │▒▒▒▒│
 *
 * An allocator that hands out addresses cannot do this, and lives with its holes. Here users have handles, which are
 * told where their block is now; where somebody may know it otherwise (a view, a slice) the handle says that it is not
 * movable, and the chunk stays.
 *
 * First slots: of the slabs of a class the emptiest gives its slots to the fullest, while these have room. Then runs:
 * the emptiest chunks give theirs, the longest first, each to the tightest hole of the other chunks, or to a spare; what
 * finds neither goes into a new chunk of just the length of all these together. Slabs move as a whole, as a run. Nothing
 * is moved twice at a time, and nothing unless it frees at least a sixteenth of what is copied.
 *
 * Spares come before new memory, as that is asked for while the old is not collected: it ends up on top of the C
 * library's heap, and keeps all below from leaving the process (128 MiB live: 235 MiB resident after a trim, 223 with
 * spares first, 226 without moves). Only where a sixteenth is in holes then, as with few chunks, are the last passes made
 * without spares.
 *
 * Emptying chunks is repeated while that still frees a hundredth of the chunks in use: longer runs may find holes then
 * that there were not before.
 *
 * The most that is reserved at a time is what was, and the new chunk. Where the budget has no room for that, what would
 * have gone there stays.
 */
import type { Chunk } from './chunk.ts';
import type { ChunkLists } from './chunk-lists.ts';
import type { SizeClasses } from './size-classes.ts';
import type { Slab } from './slab.ts';
import type { SlabLists } from './slab-lists.ts';

/** What was moved. */
export interface Moves {
  /** Blocks. */
  readonly blocks: number;
  /** Their bytes. */
  readonly bytes: number;
}

/** What is compacted. */
export interface Compactable {
  readonly sizeClasses: SizeClasses;
  readonly chunks: ChunkLists;
  readonly slabs: SlabLists;
}

/** A move frees at least its bytes divided by this. Chosen. */
const COPIED_PER_FREED = 16;

/** Another pass is worth it where the last one freed all chunks in use divided by this. Chosen. */
const USED_PER_PASS = 100;

/** New memory is worth it where what is in holes is more than all chunks in use divided by this. Chosen. */
const USED_PER_HOLES = 16;

/** A run to move. */
interface Run {
  readonly chunk: Chunk;
  readonly firstPage: number;
  readonly pages: number;
}

/** Where a run goes. */
interface Move {
  readonly run: Run;
  readonly to: Chunk;
  readonly firstPage: number;
}

/**
 * Moves blocks together.
 *
 * @param wipe whether to write zeros where blocks were
 */
export function compact(arena: Compactable, wipe: boolean): Moves {
  const compaction = new Compaction(arena, wipe);
  arena.slabs.trim();
  compaction.mergeSlabs();
  arena.slabs.trim();
  const { chunks } = arena;
  while (compaction.emptyChunks(true) * USED_PER_PASS > chunks.usedBytes);
  while (compaction.holesBytes * USED_PER_HOLES > chunks.usedBytes) {
    if (compaction.emptyChunks(false) * USED_PER_PASS <= chunks.usedBytes) break;
  }
  return compaction.moves;
}

class Compaction {
  readonly moves = { blocks: 0, bytes: 0 };
  readonly #sizeClasses: SizeClasses;
  readonly #chunks: ChunkLists;
  readonly #slabs: SlabLists;
  readonly #wipe: boolean;

  constructor({ sizeClasses, chunks, slabs }: Compactable, wipe: boolean) {
    this.#sizeClasses = sizeClasses;
    this.#chunks = chunks;
    this.#slabs = slabs;
    this.#wipe = wipe;
  }

  // Slots.

  mergeSlabs(): void {
    for (let c = 0; c < this.#sizeClasses.slabCount; c++) {
      const listed = this.#slabs.listed(c);
      if (listed.length > 1) this.#merge(listed);
    }
  }

  /** Those that cannot be emptied take first, then the fullest; the emptiest gives. */
  #merge(slabs: readonly Slab[]): void {
    const fixed: Slab[] = [];
    const movable: Slab[] = [];
    for (const slab of slabs) (slab.isMovable ? movable : fixed).push(slab);
    const order = [...fixed, ...movable.sort((a, b) => a.free - b.free)];
    let room = order.reduce((sum, { free }) => sum + free, 0);
    let into = 0;
    for (let from = order.length - 1; from >= fixed.length; from--) {
      const slab = order[from] as Slab;
      room -= slab.free;
      const taken = slab.slots - slab.free;
      if (taken > room) return;
      room -= taken;
      for (let slot = 0; slot < slab.slots; slot++) {
        if (slab.isFree(slot)) continue;
        while ((order[into] as Slab).free === 0) into++;
        this.#moveSlot(slab, slot, order[into] as Slab);
      }
    }
  }

  #moveSlot(from: Slab, slot: number, to: Slab): void {
    const { slotBytes } = from;
    const [source, target] = [from.chunk as Chunk, to.chunk as Chunk];
    const start = from.startBytes + slot * slotBytes;
    const free = to.take();
    const at = to.startBytes + free * slotBytes;
    const tenant = from.tenantOf(slot);
    this.#copy(source, start, target, at, slotBytes);
    tenant?._relocate(target, at);
    if (tenant !== undefined) to.settle(free, tenant);
    this.#slabs.afterTake(to);
    from.give(slot);
    this.#slabs.afterGive(from);
    this.moves.blocks++;
    this.moves.bytes += slotBytes;
  }

  // Runs.

  /** Bytes of free pages of chunks that are in use. */
  get holesBytes(): number {
    const pages = this.#chunks.inUse().reduce((sum, { runs }) => sum + runs.freePages, 0);
    return pages * this.#chunks.pageBytes;
  }

  /**
   * Moves runs out of the emptiest chunks.
   *
   * @param toSpares whether spares may be put to use
   * @returns bytes of chunks that became empty, less those of chunks that were put to use
   */
  emptyChunks(toSpares: boolean): number {
    const chunks = this.#chunks;
    const before = chunks.usedBytes;
    const emptied = this.#chooseChunks();
    for (const chunk of emptied) chunks.withdraw(chunk);
    const moves = this.#place(emptied, toSpares);
    for (const move of moves) this.#moveRun(move);
    for (const chunk of emptied) chunks.restore(chunk);
    for (const { run } of moves) chunks.free(run.chunk, run.firstPage);
    return before - chunks.usedBytes;
  }

  /** The emptiest that can be emptied, as many as the others have room for, and one more. */
  #chooseChunks(): Chunk[] {
    const partly = this.#chunks.inUse().filter(({ runs }) => runs.freePages > 0);
    const movable = partly.filter((chunk) => chunk.isMovable).sort((a, b) => a.usage - b.usage);
    let room = partly.reduce((sum, { runs }) => sum + runs.freePages, 0);
    const chosen: Chunk[] = [];
    for (const chunk of movable) {
      if (room <= 0) break;
      room -= chunk.runs.pages;
      chosen.push(chunk);
    }
    return chosen;
  }

  /** Takes a place for each run of these chunks, if it is worth it. */
  #place(chunks: readonly Chunk[], toSpares: boolean): Move[] {
    const runs = chunks.flatMap(runsOf).sort((a, b) => b.pages - a.pages);
    const moves: Move[] = [];
    const homeless: Run[] = [];
    let freed = chunks.reduce((sum, { runs: { pages } }) => sum + pages, 0);
    for (const run of runs) {
      let to = this.#chunks.allocateInside(run.pages);
      if (to === undefined && toSpares) {
        freed -= this.#chunks.openSpare(run.pages);
        to = this.#chunks.allocateInside(run.pages);
      }
      if (to === undefined) homeless.push(run);
      else moves.push({ run, to, firstPage: this.#chunks.firstPage });
    }
    const copied = sumOfPages(runs);
    freed -= sumOfPages(homeless);
    if (freed * COPIED_PER_FREED < copied) {
      for (const { to, firstPage } of moves) this.#chunks.free(to, firstPage);
      return [];
    }
    for (const batch of this.#batches(homeless)) {
      if (!this.#open(sumOfPages(batch))) break;
      for (const run of batch) {
        const to = this.#chunks.allocateInside(run.pages) as Chunk;
        moves.push({ run, to, firstPage: this.#chunks.firstPage });
      }
    }
    return moves;
  }

  /** A chunk of just so many pages; false where there is no memory for one. */
  #open(pages: number): boolean {
    try {
      return this.#chunks.open(pages);
    } catch {
      return false;
    }
  }

  /** Runs, the longest first, in batches that fit into a chunk. */
  #batches(runs: readonly Run[]): Run[][] {
    const { chunkPages } = this.#sizeClasses;
    const batches: Run[][] = [];
    let room = 0;
    for (const run of runs) {
      if (run.pages > room) {
        batches.push([]);
        room = chunkPages;
      }
      batches.at(-1)?.push(run);
      room -= run.pages;
    }
    return batches;
  }

  #moveRun({ run: { chunk, firstPage, pages }, to, firstPage: target }: Move): void {
    const { pageBytes } = chunk;
    this.#copy(chunk, firstPage * pageBytes, to, target * pageBytes, pages * pageBytes);
    const slab = chunk.slabs[firstPage];
    if (slab !== undefined) {
      this.moves.blocks += slab.slots - slab.free;
      this.moves.bytes += (slab.slots - slab.free) * slab.slotBytes;
      this.#slabs.relocate(slab, to, target);
      return;
    }
    const tenant = chunk.tenants[firstPage];
    chunk.tenants[firstPage] = undefined;
    to.tenants[target] = tenant;
    tenant?._relocate(to, target * pageBytes);
    this.moves.blocks++;
    this.moves.bytes += pages * pageBytes;
  }

  #copy(from: Chunk, start: number, to: Chunk, at: number, bytes: number): void {
    const source = from.memory.bytes;
    to.memory.bytes.set(source.subarray(start, start + bytes), at);
    if (this.#wipe) source.fill(0, start, start + bytes);
  }
}

/** The used runs of a chunk. */
function runsOf(chunk: Chunk): Run[] {
  const runs: Run[] = [];
  chunk.runs.forEach((firstPage, pages, used) => {
    if (used) runs.push({ chunk, firstPage, pages });
  });
  return runs;
}

function sumOfPages(runs: readonly Run[]): number {
  return runs.reduce((sum, { pages }) => sum + pages, 0);
}

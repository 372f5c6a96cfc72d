/**
 * All chunks of an arena: where runs come from, how large the next chunk is, and which empty ones are kept.
 *
 *     allocate(pages)      tightest run in any chunk ─► else a spare ─► else a new chunk of `sharedPages`
 *     allocateOwn(pages)   a spare of just that length ─► else a new chunk of just that length
 *     allocateInside       tightest run in any chunk ─► else none
 *     openSpare, open      a spare, or a new chunk of just that length, for `allocateInside`
 *
 * External fragmentation, (reserved − used) / used, in % after a last `trim()`; 200,000 steps, each of which frees a
 * random block or allocates; blocks of 64 B to 64 KiB, in the second half of 1 to 256 KiB, sizes log-uniform; pages
 * of 8 KiB, mean of 2 or 3 seeds, Node 20, November 2026. The last three lines are of this code with other constants,
 * the others of a model of it. `rockpool lab fragmentation` shows the line of this file.
 *
 *     chunks                     the run is taken from         32 MiB live   64   128   256
 *     4 MiB                      lists in Netty's order              25–37
 *     4 MiB                      oldest chunk                           25
 *     4 MiB                      fullest chunk                          50
 *     4 MiB                      tightest fit                           25
 *     1 MiB                      tightest fit                           17
 *     1 MiB, own above 128 KiB   tightest fit                           15
 *     256 KiB, own above 64 KiB  tightest fit                            9
 *     reserved / 64, own above ¼ tightest fit                           13    12
 *     reserved / 256, above ½    tightest fit                            7     7     8    10
 *     reserved / 384, above ½    tightest fit                            4     4     5    10   (this file)
 *     reserved / 512, above ¼    tightest fit                            3     3     3     9
 *
 * Of the 25, free slots in slabs are 2 and free pages 23: holes. With L blocks of a class live their number swings
 * by √L, and that many holes of its length come and go; 32 MiB of the second sizes are 22 blocks a class, and √22
 * is a fifth. No order of search helps against that. A chunk of a block's own length does, as it goes when the block
 * does; and what is left is small against a chunk where chunks are a small part of the whole, so that both lengths
 * follow what is reserved: `leastChunkBytes` at first, `chunkBytes` at most. The table is with 64 KiB.
 *
 * With a block of up to 4 MiB in a hundred the line of this file is 4, 4, 4 and 12. The 256 MiB are 6 in both after
 * 600,000 steps: in 200,000 the second sizes do not yet replace all of the first. Below 8 MiB live the tenth is out
 * of reach: 9 at 8 MiB, 13 at 4 (27 with the large blocks).
 *
 * All of this is without moves: `compaction.ts` closes at a trim the holes that are left. So the figures are what lies
 * between trims, and among buffers that must not move.
 *
 * An allocator asks for 512 KiB at least, though the figure is worse for it: below, the C library serves chunks from
 * its heap and keeps them. With 32 MiB live, 2 MiB cached in front, the process has, in MiB, after the life and its
 * trim, and after everything is released and trimmed (50 when it began; Node 20.20, glibc):
 *
 *     64 KiB   external  9 %   154, 135       with MALLOC_MMAP_THRESHOLD_=32768   93, 52
 *     256 KiB           17 %   112,  57
 *     4 MiB             30 %   100,  56
 *
 * The price is memory asked of the runtime more often and given back to it, whose collector and C library keep for
 * a while what they got: with every block written to, the process had 117 to 136 MiB after the trim with 32 MiB live,
 * and 235 with 128; with chunks of 4 MiB it had 95 and 201. Therefore `/ 512` is not taken (289 with 128 MiB live),
 * and a quarter of what is reserved stays as spares between trims, which about halves the number of new chunks
 * against an eighth: the mean over a life is 29 to 43 %, with chunks of 4 MiB it was 17 to 27.
 *
 * Invariants: `reservedBytes = Σ bytes of chunks`; `spareBytes ≤ maxSpareBytes`; a chunk is in the index if and only
 * if it is shared and not empty.
 */
import { Chunk } from './chunk.ts';
import { ChunkIndex } from './chunk-index.ts';
import { ChunkList } from './chunk-list.ts';
import { SpareChunks } from './spare-chunks.ts';

/** A shared chunk is at most a 384th of all that is reserved, where that is not less than the least. */
const PARTS_OF_RESERVED = 384;
/** Spares may be a fourth of all that is reserved, where `spareChunks` allows any. */
const SPARE_PART = 4;

/** Who says how much may be reserved. */
export interface Budget {
  /** Asks for memory of the runtime; false: refused, nothing changed. */
  reserve(bytes: number): boolean;
  /** Gives back what was granted. */
  unreserve(bytes: number): void;
}

/** What the chunks of an arena are to be like. */
export interface ChunkListsOptions {
  readonly pageBytes: number;
  /** The largest chunk: a multiple of `pageBytes`. */
  readonly chunkBytes: number;
  /** The smallest shared chunk: `chunkBytes` divided by a power of two. */
  readonly leastChunkBytes: number;
  /** Keep empty chunks of so many times `chunkBytes`; 0: none. */
  readonly spareChunks: number;
  /** Is asked before a chunk is made. */
  readonly budget: Budget;
}

/** All chunks of an arena. Owner: the arena. */
export class ChunkLists {
  readonly pageBytes: number;
  readonly chunkBytes: number;
  /** In which chunk's pages the last `allocate` found its run: the first page. */
  firstPage = 0;
  /** Chunks made so far. */
  made = 0;
  /** Chunks released so far. */
  released = 0;
  /** Bytes of all chunks. */
  reservedBytes = 0;
  /** Pages of the next chunk for runs of different lengths. */
  sharedPages: number;
  readonly #leastPages: number;
  /** Spares of so many bytes are kept whatever is reserved. */
  readonly #leastSpareBytes: number;
  readonly #budget: Budget;
  readonly #index: ChunkIndex;
  readonly #spares = new SpareChunks();
  readonly #qInit = new ChunkList('qInit', -1, 25);
  readonly #q000 = new ChunkList('q000', 1, 50);
  readonly #q025 = new ChunkList('q025', 25, 75);
  readonly #q050 = new ChunkList('q050', 50, 100);
  readonly #q075 = new ChunkList('q075', 75, 100);
  readonly #q100 = new ChunkList('q100', 100, 101);

  /** @param options belong to the lists */
  constructor(options: ChunkListsOptions) {
    const { pageBytes, chunkBytes, leastChunkBytes, spareChunks, budget } = options;
    this.pageBytes = pageBytes;
    this.chunkBytes = chunkBytes;
    this.#leastPages = leastChunkBytes / pageBytes;
    this.sharedPages = this.#leastPages;
    this.#leastSpareBytes = spareChunks * chunkBytes;
    this.#budget = budget;
    this.#index = new ChunkIndex(chunkBytes / pageBytes);
    this.#qInit.upper = this.#q000;
    link(this.#q000, this.#q025);
    link(this.#q025, this.#q050);
    link(this.#q050, this.#q075);
    link(this.#q075, this.#q100);
  }

  /** The lists from the spares to q100. */
  get all(): readonly ChunkList[] {
    return [this.#spares.list, this.#qInit, this.#q000, this.#q025, this.#q050, this.#q075, this.#q100];
  }

  /** Bytes of empty chunks that are kept. */
  get spareBytes(): number {
    return this.#spares.bytes;
  }

  /** Bytes of chunks that are not spare. */
  get usedBytes(): number {
    return this.reservedBytes - this.#spares.bytes;
  }

  /** How many bytes spares may have. */
  get maxSpareBytes(): number {
    const least = this.#leastSpareBytes;
    return least === 0 ? 0 : Math.max(least, this.reservedBytes / SPARE_PART);
  }

  /**
   * Takes a run in a chunk that it shares with others; it begins at {@link ChunkLists.firstPage}.
   *
   * @param pages at least 1, at most those of a chunk
   * @returns the chunk that it is in; undefined where a new one was wanted and the budget refused it, then nothing
   *   changed
   * @throws RangeError where the runtime has no memory for a new chunk; nothing changed
   */
  allocate(pages: number): Chunk | undefined {
    return this.allocateInside(pages) ?? this.#allocateInEmpty(pages);
  }

  /**
   * Takes a chunk of just the length of a run, which begins at {@link ChunkLists.firstPage}.
   *
   * @param pages at least 1, at most those of a chunk
   * @returns see {@link ChunkLists.allocate}
   * @throws RangeError likewise
   */
  allocateOwn(pages: number): Chunk | undefined {
    const chunk = this.#empty(pages);
    if (chunk === undefined) return undefined;
    this.firstPage = chunk.runs.allocate(pages);
    this.#q100.add(chunk);
    return chunk;
  }

  /**
   * As {@link ChunkLists.allocate}, out of the chunks that are in use; undefined where none has such a run.
   */
  allocateInside(pages: number): Chunk | undefined {
    const chunk = this.#index.find(pages);
    if (chunk === undefined) return undefined;
    this.firstPage = chunk.runs.allocate(pages);
    this.#index.update(chunk);
    (chunk.list as ChunkList).afterAllocate(chunk);
    return chunk;
  }

  /**
   * Makes a chunk of just so many pages that blocks may share, for {@link ChunkLists.allocateInside}. It must not stay
   * empty.
   *
   * @returns whether there is one; where the budget refused it nothing changed
   * @throws RangeError where the runtime has no memory for it; nothing changed
   */
  open(pages: number): boolean {
    return this.#open(this.#empty(pages)) > 0;
  }

  /**
   * Lets a spare be shared that has room for so many pages, likewise.
   *
   * @returns its pages; 0 where there is none
   */
  openSpare(pages: number): number {
    return this.sharedPages < pages ? 0 : this.#open(this.#spares.take(this.sharedPages));
  }

  /** Keeps runs of a chunk from being found, until {@link ChunkLists.restore}. */
  withdraw(chunk: Chunk): void {
    this.#index.remove(chunk);
  }

  /** Lets runs of a chunk be found again. */
  restore(chunk: Chunk): void {
    this.#index.update(chunk);
  }

  /** All chunks but the spares. */
  inUse(): Chunk[] {
    const chunks: Chunk[] = [];
    for (let list: ChunkList | undefined = this.#qInit; list !== undefined; list = list.upper) {
      for (let chunk = list.first; chunk !== undefined; chunk = chunk.next) chunks.push(chunk);
    }
    return chunks;
  }

  /**
   * Gives a run back.
   *
   * @param chunk one of these lists
   * @param firstPage where the run begins
   * @throws Error where none begins there; nothing changed
   */
  free(chunk: Chunk, firstPage: number): void {
    chunk.runs.free(firstPage);
    const list = chunk.list as ChunkList;
    if (!chunk.isEmpty) {
      this.#index.update(chunk);
      list.afterFree(chunk);
      return;
    }
    this.#index.remove(chunk);
    list.remove(chunk);
    if (this.#leastSpareBytes === 0) {
      this.#release(chunk);
      return;
    }
    this.#spares.add(chunk);
    while (this.#spares.bytes > this.maxSpareBytes) this.#release(this.#spares.takeOldest());
  }

  /** Releases the spares. */
  trim(): void {
    while (this.#spares.bytes > 0) this.#release(this.#spares.takeOldest());
  }

  /** Checks the invariants, of lists and chunks too; for tests and debug builds. */
  assertValid(): void {
    let chunks = 0;
    let bytes = 0;
    const indexed = new Set<Chunk>();
    for (const list of this.all) {
      list.assertValid();
      for (let chunk = list.first; chunk !== undefined; chunk = chunk.next) {
        chunks++;
        bytes += chunk.memory.byteLength;
        check(chunk.memory.byteLength <= this.chunkBytes, `chunk ${chunk.id} is too large`);
        if (chunk.place !== -1) indexed.add(chunk);
        else check(chunk.isEmpty || chunk.usage === 100, `chunk ${chunk.id} is in no index`);
      }
    }
    this.#spares.assertValid();
    this.#index.assertValid(indexed);
    const { spareBytes, maxSpareBytes } = this;
    check(spareBytes <= maxSpareBytes, `${spareBytes} bytes are spare, of at most ${maxSpareBytes}`);
    check(bytes === this.reservedBytes, `${bytes} bytes in chunks, reserved are ${this.reservedBytes}`);
    check(
      chunks === this.made - this.released,
      `${chunks} chunks, ${this.made} made, ${this.released} released`,
    );
  }

  #allocateInEmpty(pages: number): Chunk | undefined {
    const least = this.#leastPages;
    const chunk =
      this.#empty(Math.max(this.sharedPages, pages)) ??
      (least < this.sharedPages ? this.#empty(Math.max(least, pages)) : undefined);
    if (chunk === undefined) return undefined;
    this.firstPage = chunk.runs.allocate(pages);
    this.#index.update(chunk);
    this.#qInit.enter(chunk);
    return chunk;
  }

  #open(chunk: Chunk | undefined): number {
    if (chunk === undefined) return 0;
    this.#index.update(chunk);
    this.#qInit.add(chunk);
    return chunk.runs.pages;
  }

  /** An empty chunk that is in no list: a spare, else a new one. */
  #empty(pages: number): Chunk | undefined {
    return this.#spares.take(pages) ?? this.#make(pages);
  }

  #make(pages: number): Chunk | undefined {
    const bytes = pages * this.pageBytes;
    if (!this.#reserve(bytes)) return undefined;
    let chunk: Chunk;
    try {
      chunk = new Chunk(bytes, this.pageBytes, this.made);
    } catch (error) {
      this.#budget.unreserve(bytes);
      throw error;
    }
    this.made++;
    this.reservedBytes += bytes;
    this.#resize();
    return chunk;
  }

  /** Asks the budget; where it refuses, spares go if that helps. */
  #reserve(bytes: number): boolean {
    if (this.#budget.reserve(bytes)) return true;
    const spareBytes = this.#spares.bytes;
    if (spareBytes === 0) return false;
    this.#budget.unreserve(spareBytes);
    const possible = this.#budget.reserve(bytes);
    if (possible) this.#budget.unreserve(bytes);
    this.#budget.reserve(spareBytes);
    while (possible && this.#spares.bytes > 0) {
      this.#release(this.#spares.takeOldest());
      if (this.#budget.reserve(bytes)) return true;
    }
    return false;
  }

  /** Counts a chunk that is in no list any more: nothing refers to it. */
  #release(chunk: Chunk): void {
    const bytes = chunk.memory.byteLength;
    this.released++;
    this.reservedBytes -= bytes;
    this.#resize();
    this.#budget.unreserve(bytes);
  }

  /** Finds how large the next shared chunk is to be. */
  #resize(): void {
    const { chunkBytes, pageBytes } = this;
    const wanted = this.reservedBytes / PARTS_OF_RESERVED;
    let bytes = this.#leastPages * pageBytes;
    while (bytes * 2 <= wanted && bytes * 2 <= chunkBytes) bytes *= 2;
    this.sharedPages = bytes / pageBytes;
  }
}

function link(lower: ChunkList, upper: ChunkList): void {
  lower.upper = upper;
  upper.lower = lower;
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`chunks: ${what}`);
}

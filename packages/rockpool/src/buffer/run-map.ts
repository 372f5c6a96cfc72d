/**
 * Which pages of a chunk are free: runs of pages, allocated and coalesced.
 *
 *     page   0    1    2    3    4    5    6    7
 *     runs  −2    0    3    0    0   −1    2    0        at a run's first page: pages, negative while it is used
 *     tails  0    0    0    0    0    3    0    0    2   one past a free run's last page: pages
 *
 * `runs` tells what follows a run and `tails` what precedes it, so that a freed run finds both neighbours in two
 * loads (boundary tags: Knuth, The Art of Computer Programming 1, 2.5). Free runs lie in bins by length, four to a
 * doubling as the size classes are; a bin is a bitmap of first pages with a summary above it, and a mask tells
 * which bins are not empty. A request takes the lowest run of the lowest bin in which every run is long enough,
 * and leaves the tail. Nothing here is an object a run, and nothing is searched but words of bits.
 *
 * Runs and first best fit are Netty's (PoolChunk), which has a priority queue a bin and a hash map for tags.
 *
 * Invariants: `free + used = pages`; the runs tile the chunk; no two neighbours are free; a free run is in the
 * bin of its length, and nothing else is in a bin.
 */

/** The runs of one chunk. Owner: the chunk. Pages are counted from its start. */
export class RunMap {
  readonly pages: number;
  /** Pages in no used run. */
  freePages: number;
  /**
   * All tables, one after the other, as one array is loaded once; each begins at the field below that names it:
   *
   *     runs      pages + 1
   *     tails     pages + 1
   *     bins      1 a 32 bins             bit b set where bin b has runs
   *     summary   tops, in each bin       bit w set where word w is not 0
   *     bits      words, in each bin      bit p set where a run of the bin begins at page p
   */
  readonly #table: Int32Array;
  readonly #tails: number;
  readonly #bins: number;
  readonly #summary: number;
  readonly #bits: number;
  /** How many bins there are. */
  readonly #binCount: number;
  /** Words of summary a bin. */
  readonly #tops: number;
  /** Words of bits a bin. */
  readonly #words: number;

  /** @param pages at least 1, all free */
  constructor(pages: number) {
    this.pages = pages;
    this.freePages = pages;
    this.#binCount = floorBin(pages) + 1;
    this.#words = (pages + 31) >> 5;
    this.#tops = (this.#words + 31) >> 5;
    this.#tails = pages + 1;
    this.#bins = 2 * (pages + 1);
    this.#summary = this.#bins + ((this.#binCount + 31) >> 5);
    this.#bits = this.#summary + this.#binCount * this.#tops;
    this.#table = new Int32Array(this.#bits + this.#binCount * this.#words);
    this.#insert(0, pages);
  }

  /**
   * Takes a run of `pages` pages.
   *
   * @param pages at least 1
   * @returns its first page; −1 where no free run is long enough, then nothing changed
   */
  allocate(pages: number): number {
    if (pages > this.freePages) return -1;
    const bin = this.#lowestBin(leastBin(pages));
    const first = bin === -1 ? this.#lowestFit(pages) : this.#lowestIn(bin);
    if (first === -1) return -1;
    const found = this.#table[first] as number;
    this.#remove(first, found);
    if (found !== pages) this.#insert(first + pages, found - pages);
    this.#table[first] = -pages;
    this.freePages -= pages;
    return first;
  }

  /**
   * How tight a fit a run of `pages` pages would be: the bin that {@link RunMap.allocate} would take it from.
   *
   * @param pages at least 1
   * @returns {@link leastBin} of it at the tightest; −1 where no free run is long enough
   */
  fit(pages: number): number {
    if (pages > this.freePages) return -1;
    const bin = this.#lowestBin(leastBin(pages));
    return bin !== -1 || this.#lowestFit(pages) === -1 ? bin : floorBin(pages);
  }

  /**
   * Gives a run back; it is merged with what is free on either side.
   *
   * @param firstPage what {@link RunMap.allocate} returned
   * @throws Error where no used run begins there; nothing changed
   */
  free(firstPage: number): void {
    const pages = this.pagesAt(firstPage);
    const table = this.#table;
    let first = firstPage;
    let length = pages;
    table[first] = 0;
    const after = table[first + length] as number;
    if (after > 0) {
      this.#remove(first + length, after);
      length += after;
    }
    const before = table[this.#tails + first] as number;
    if (before !== 0) {
      first -= before;
      this.#remove(first, before);
      length += before;
    }
    this.#insert(first, length);
    this.freePages += pages;
  }

  /**
   * The length of the used run that begins at a page.
   *
   * @throws Error where none begins there
   */
  pagesAt(firstPage: number): number {
    const run = firstPage >= 0 && firstPage < this.pages ? (this.#table[firstPage] as number) : 0;
    if (!(run < 0)) throw new Error(`no used run begins at page ${firstPage} of ${this.pages}`);
    return -run;
  }

  /**
   * Which bins have runs: bit `b` of the word `b >> 5` for bin b.
   *
   * @param word 0 or more; words behind the last are 0
   */
  binsAt(word: number): number {
    const at = this.#bins + word;
    return at < this.#summary ? (this.#table[at] as number) : 0;
  }

  /** Pages of the longest free run. */
  get largestFreeRun(): number {
    let largest = 0;
    for (let page = 0; page < this.pages; page += Math.abs(this.#table[page] as number)) {
      largest = Math.max(largest, this.#table[page] as number);
    }
    return largest;
  }

  /** Calls `visit` for each run, used or free, in the order of pages. */
  forEach(visit: (firstPage: number, pages: number, used: boolean) => void): void {
    for (let page = 0; page < this.pages; ) {
      const run = this.#table[page] as number;
      visit(page, Math.abs(run), run < 0);
      page += Math.abs(run);
    }
  }

  /** Checks the invariants; for tests and debug builds. */
  assertValid(): void {
    let free = 0;
    let freeRuns = 0;
    let page = 0;
    while (page < this.pages) {
      const run = this.#table[page] as number;
      const pages = Math.abs(run);
      check(pages > 0 && page + pages <= this.pages, `a run of ${pages} pages at page ${page}`);
      for (let inner = page + 1; inner < page + pages; inner++) {
        check(this.#table[inner] === 0 && this.#tailAt(inner) === 0, `a tag at page ${inner}, inside a run`);
      }
      check(this.#tailAt(page + pages) === Math.max(0, run), `the tail of the run at page ${page} is wrong`);
      if (run > 0) {
        check(!((this.#table[page + pages] as number) > 0), `free neighbours at page ${page}`);
        check(this.#isIn(floorBin(pages), page), `the free run at page ${page} is not in its bin`);
        free += pages;
        freeRuns++;
      }
      page += pages;
    }
    check(free === this.freePages, `${free} pages are free, freePages is ${this.freePages}`);
    this.#assertBins(freeRuns);
  }

  #assertBins(freeRuns: number): void {
    const table = this.#table;
    let total = 0;
    for (let bin = 0; bin < this.#binCount; bin++) {
      let count = 0;
      for (let word = 0; word < this.#words; word++) {
        const bits = table[this.#bits + bin * this.#words + word] as number;
        count += countBits(bits);
        const summed = bitAt(table[this.#summary + bin * this.#tops + (word >> 5)] as number, word);
        check(summed === (bits !== 0), `the summary of word ${word} in bin ${bin} is ${summed}`);
      }
      const masked = bitAt(table[this.#bins + (bin >> 5)] as number, bin);
      check(masked === (count !== 0), `the mask of bin ${bin} with ${count} runs is ${masked}`);
      total += count;
    }
    check(total === freeRuns, `${freeRuns} free runs, ${total} in bins`);
  }

  #tailAt(page: number): number {
    return this.#table[this.#tails + page] as number;
  }

  #isIn(bin: number, first: number): boolean {
    return bitAt(this.#table[this.#bits + bin * this.#words + (first >> 5)] as number, first);
  }

  /** The lowest bin from `bin` on that has runs, or −1. */
  #lowestBin(bin: number): number {
    const table = this.#table;
    let word = this.#bins + (bin >> 5);
    if (word >= this.#summary) return -1;
    let mask = (table[word] as number) & (-1 << (bin & 31));
    while (mask === 0) {
      if (++word === this.#summary) return -1;
      mask = table[word] as number;
    }
    return ((word - this.#bins) << 5) + lowestBit(mask);
  }

  /** The first page of the lowest run in a bin that is not empty. */
  #lowestIn(bin: number): number {
    const table = this.#table;
    const tops = this.#summary + bin * this.#tops;
    let top = tops;
    while (table[top] === 0) top++;
    const word = ((top - tops) << 5) + lowestBit(table[top] as number);
    return (word << 5) + lowestBit(table[this.#bits + bin * this.#words + word] as number);
  }

  /** The lowest run that is long enough in the bin where some are too short; −1 where none is. */
  #lowestFit(pages: number): number {
    if (floorBin(pages) === leastBin(pages)) return -1;
    for (let page = 0; page < this.pages; page += Math.abs(this.#table[page] as number)) {
      if ((this.#table[page] as number) >= pages) return page;
    }
    return -1;
  }

  #insert(first: number, pages: number): void {
    const table = this.#table;
    table[first] = pages;
    table[this.#tails + first + pages] = pages;
    const bin = floorBin(pages);
    const word = first >> 5;
    setBits(table, this.#bits + bin * this.#words + word, 1 << (first & 31));
    setBits(table, this.#summary + bin * this.#tops + (word >> 5), 1 << (word & 31));
    setBits(table, this.#bins + (bin >> 5), 1 << (bin & 31));
  }

  #remove(first: number, pages: number): void {
    const table = this.#table;
    table[first] = 0;
    table[this.#tails + first + pages] = 0;
    const bin = floorBin(pages);
    const word = first >> 5;
    const at = this.#bits + bin * this.#words + word;
    const bits = (table[at] as number) & ~(1 << (first & 31));
    table[at] = bits;
    if (bits === 0) this.#wordEmptied(bin, word);
  }

  #wordEmptied(bin: number, word: number): void {
    const table = this.#table;
    const tops = this.#summary + bin * this.#tops;
    clearBits(table, tops + (word >> 5), 1 << (word & 31));
    for (let top = tops; top < tops + this.#tops; top++) if (table[top] !== 0) return;
    clearBits(table, this.#bins + (bin >> 5), 1 << (bin & 31));
  }
}

/** The first bin in which every run has `pages` pages or more. */
export function leastBin(pages: number): number {
  return pages === 1 ? 0 : floorBin(pages - 1) + 1;
}

/** How many bins chunks of up to `pages` pages have. */
export function binsFor(pages: number): number {
  return floorBin(pages) + 1;
}

/** The bin of free runs of `pages` pages: the last whose least length 1, 2, 3, 4, 5, 6, 7, 8, 10, 12 … is not more. */
export function floorBin(pages: number): number {
  if (pages < 4) return pages - 1;
  const log2 = 31 - Math.clz32(pages);
  return (log2 << 2) + ((pages >> (log2 - 2)) & 3) - 5;
}

function setBits(table: Int32Array, at: number, bits: number): void {
  table[at] = (table[at] as number) | bits;
}

function clearBits(table: Int32Array, at: number, bits: number): void {
  table[at] = (table[at] as number) & ~bits;
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** Whether bit `index` modulo 32 is set. */
function bitAt(word: number, index: number): boolean {
  return ((word >>> (index & 31)) & 1) === 1;
}

function countBits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`run map: ${what}`);
}

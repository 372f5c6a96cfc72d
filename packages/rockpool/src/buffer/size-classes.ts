/**
 * The sizes that blocks come in: four to a doubling, 16 bytes apart at first.
 *
 *     16  32  48  64 │ 80  96  112  128 │ 160  192  224  256 │ … │ … chunkBytes
 *
 * A request is rounded up to the next class, which wastes at most a fifth of a block above 64 bytes. The first
 * `slabCount` classes are slots of slabs, equal pieces of one run of pages; the others are runs of whole pages,
 * so that of their sizes only multiples of a page exist. `alignment` rounds all sizes up; equal ones are one class.
 *
 * The scheme is jemalloc's, as Netty has it since 4.1.52. A request of up to 4096 bytes is looked up in a table;
 * above, its class follows from the position of its highest bit, and a second, small table leaves out the sizes
 * that do not exist.
 *
 * A slab whose slots leave no rest is up to seven pages, which a class with few blocks does not fill: there are
 * smaller slabs for these (`firstSlabPages`).
 *
 * Invariants: `bytesOf(c) > bytesOf(c − 1)`, `bytesOf(classOf(b)) ≥ b > bytesOf(classOf(b) − 1)`,
 * `slabSlots(c) · bytesOf(c) ≤ slabPages(c) · pageBytes`.
 */

/** The step between the smallest classes, and the smallest class itself. */
const QUANTUM_BYTES = 16;
/** log2 of it. */
const QUANTUM_SHIFT = 4;
/** Requests up to this many bytes are looked up. A table of 257 bytes. */
const TABLE_MAX_BYTES = 4096;
/** A slab has at most so many slots, unless a single page has more. */
const MAX_SLOTS = 512;

/** What the table is made for; checked by whoever takes it from a user. */
export interface SizeClassOptions {
  /** A power of two from 4096. */
  readonly pageBytes: number;
  /** The largest class: a multiple of `pageBytes`, at most 2^30. */
  readonly chunkBytes: number;
  /** 0, or a power of two up to `pageBytes` of which every size is a multiple. */
  readonly alignment: number;
  /** Sizes up to this are slots of slabs; at most `chunkBytes`. */
  readonly slabMaxBytes: number;
}

/** The table of sizes; immutable, and of no arena in particular. */
export class SizeClasses {
  readonly pageBytes: number;
  readonly chunkBytes: number;
  readonly alignment: number;
  /** How many classes there are; the last is a whole chunk. */
  readonly count: number;
  /** Classes below this are slots of slabs, the others runs of pages. */
  readonly slabCount: number;
  /** Pages of a chunk. */
  readonly chunkPages: number;
  readonly #sizes: Int32Array;
  /** Class of a request of up to TABLE_MAX_BYTES, by its number of quanta. */
  readonly #small: Uint8Array;
  /** Class by the place of a size in the scheme without alignment and without gaps. */
  readonly #byPlace: Uint8Array;
  readonly #slabPages: Int32Array;
  readonly #firstSlabPages: Int32Array;

  /** @param options sizes in bytes */
  constructor(options: SizeClassOptions) {
    const { pageBytes, chunkBytes, alignment, slabMaxBytes } = options;
    this.pageBytes = pageBytes;
    this.chunkBytes = chunkBytes;
    this.alignment = alignment;
    this.chunkPages = chunkBytes / pageBytes;
    const places = placeOf(chunkBytes) + 1;
    const sizes: number[] = [];
    for (let place = 0; place < places; place++) {
      const bytes = Math.min(chunkBytes, alignUp(bytesAtPlace(place), alignment));
      const exists = bytes <= slabMaxBytes || bytes % pageBytes === 0;
      if (exists && bytes !== sizes.at(-1)) sizes.push(bytes);
    }
    this.#sizes = Int32Array.from(sizes);
    this.count = sizes.length;
    this.slabCount = sizes.filter((bytes) => bytes <= slabMaxBytes).length;
    this.#byPlace = new Uint8Array(places);
    for (let place = 0; place < places; place++) {
      this.#byPlace[place] = firstThatHolds(sizes, Math.min(chunkBytes, bytesAtPlace(place)));
    }
    this.#small = new Uint8Array((TABLE_MAX_BYTES >> QUANTUM_SHIFT) + 1);
    for (let quanta = 0; quanta < this.#small.length; quanta++) {
      this.#small[quanta] = firstThatHolds(sizes, quanta << QUANTUM_SHIFT);
    }
    this.#slabPages = new Int32Array(this.slabCount);
    this.#firstSlabPages = new Int32Array(this.slabCount);
    for (let c = 0; c < this.slabCount; c++) {
      const pages = slabPages(sizes[c] as number, pageBytes, this.chunkPages);
      this.#slabPages[c] = pages;
      this.#firstSlabPages[c] = firstSlabPages(sizes[c] as number, pageBytes, pages);
    }
  }

  /**
   * The size of a class.
   *
   * @param classIndex 0 ≤ classIndex < count
   * @returns bytes
   */
  bytesOf(classIndex: number): number {
    return this.#sizes[classIndex] as number;
  }

  /**
   * The smallest class that holds a request.
   *
   * @param bytes a non-negative integer
   * @returns its index; `count` where the request is larger than a chunk
   */
  classOf(bytes: number): number {
    if (bytes <= TABLE_MAX_BYTES)
      return this.#small[(bytes + (QUANTUM_BYTES - 1)) >> QUANTUM_SHIFT] as number;
    if (bytes > this.chunkBytes) return this.count;
    return this.#byPlace[placeOf(bytes)] as number;
  }

  /**
   * What a request is rounded up to: the size of its class, above a chunk a multiple of the alignment.
   *
   * @param bytes a non-negative integer
   * @returns bytes
   */
  normalize(bytes: number): number {
    return bytes > this.chunkBytes ? alignUp(bytes, this.alignment) : this.bytesOf(this.classOf(bytes));
  }

  /** Pages of one slab of a class; `classIndex < slabCount`. */
  slabPages(classIndex: number): number {
    return this.#slabPages[classIndex] as number;
  }

  /**
   * Pages of a slab of a class with few blocks; `classIndex < slabCount`. The fewest of which slots leave at most a
   * sixteenth, and no more than {@link SizeClasses.slabPages}.
   */
  firstSlabPages(classIndex: number): number {
    return this.#firstSlabPages[classIndex] as number;
  }

  /**
   * Slots of one slab of a class; `classIndex < slabCount`.
   *
   * @param pages of the slab
   */
  slabSlots(classIndex: number, pages: number = this.slabPages(classIndex)): number {
    return Math.floor((pages * this.pageBytes) / this.bytesOf(classIndex));
  }

  /** Pages of one block of a class that is a run; `slabCount ≤ classIndex < count`. */
  runPages(classIndex: number): number {
    return (this.#sizes[classIndex] as number) / this.pageBytes;
  }

  /** Checks the invariants; for tests and debug builds. */
  assertValid(): void {
    for (let c = 0; c < this.count; c++) {
      const bytes = this.bytesOf(c);
      const below = c === 0 ? -1 : this.bytesOf(c - 1);
      check(bytes > below, `class ${c} has ${bytes} bytes after ${below}`);
      check(
        this.alignment === 0 || bytes % this.alignment === 0,
        `class ${c} of ${bytes} bytes is unaligned`,
      );
      check(this.classOf(bytes) === c, `${bytes} bytes are of class ${this.classOf(bytes)}, not ${c}`);
      check(
        this.classOf(below + 1) === c,
        `${below + 1} bytes are of class ${this.classOf(below + 1)}, not ${c}`,
      );
      if (c >= this.slabCount) {
        check(Number.isInteger(this.runPages(c)), `class ${c} of ${bytes} bytes is no run`);
        continue;
      }
      const [pages, slots] = [this.slabPages(c), this.slabSlots(c)];
      check(
        slots >= 1 && pages <= this.chunkPages,
        `a slab of class ${c} has ${slots} slots in ${pages} pages`,
      );
      check(
        slots * bytes <= pages * this.pageBytes,
        `${slots} slots of ${bytes} bytes overflow ${pages} pages`,
      );
      const first = this.firstSlabPages(c);
      check(first <= pages && this.slabSlots(c, first) >= 1, `a first slab of class ${c} has ${first} pages`);
    }
    check(this.bytesOf(this.count - 1) === this.chunkBytes, 'the last class is no chunk');
    check(this.classOf(this.chunkBytes + 1) === this.count, 'a request above a chunk has a class');
  }
}

/** Where the smallest size of at least `bytes` stands in the scheme: 16, 32, 48, 64 are 0 to 3. */
function placeOf(bytes: number): number {
  if (bytes <= 64) return bytes === 0 ? 0 : (bytes - 1) >> QUANTUM_SHIFT;
  const log2 = 31 - Math.clz32(bytes - 1);
  return (log2 << 2) + (((bytes - 1) >> (log2 - 2)) & 3) - 20;
}

/** The inverse of {@link placeOf}. */
function bytesAtPlace(place: number): number {
  if (place < 4) return (place + 1) * QUANTUM_BYTES;
  const group = (place >> 2) - 1;
  return (QUANTUM_BYTES << group) * ((place & 3) + 5);
}

/**
 * Pages of a slab: the fewest in which slots leave no rest. A slab of odd multiples is up to 7 pages; where that
 * would be more than MAX_SLOTS, or more than a chunk, the most pages that are not.
 */
function slabPages(slotBytes: number, pageBytes: number, chunkPages: number): number {
  const maxSlots = Math.max(MAX_SLOTS, Math.floor(pageBytes / slotBytes));
  const least = Math.ceil(slotBytes / pageBytes);
  let pages = least;
  while ((pages * pageBytes) % slotBytes !== 0 && pages < chunkPages) {
    if (Math.floor(((pages + 1) * pageBytes) / slotBytes) > maxSlots) break;
    pages++;
  }
  return (pages * pageBytes) % slotBytes === 0 || pages < chunkPages ? pages : least;
}

/** The fewest pages, up to `most`, of which slots leave at most a sixteenth. */
function firstSlabPages(slotBytes: number, pageBytes: number, most: number): number {
  let pages = Math.ceil(slotBytes / pageBytes);
  while (pages < most && ((pages * pageBytes) % slotBytes) * 16 > pages * pageBytes) pages++;
  return pages;
}

/** The first of ascending `sizes` of at least `bytes`, or their count. */
function firstThatHolds(sizes: readonly number[], bytes: number): number {
  const index = sizes.findIndex((size) => size >= bytes);
  return index === -1 ? sizes.length : index;
}

function alignUp(bytes: number, alignment: number): number {
  return alignment === 0 ? bytes : Math.ceil(bytes / alignment) * alignment;
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`size classes: ${what}`);
}

/**
 * The control memory of a shared pool: what is where, in words of 32 bits.
 *
 *     header      4 lines   MAGIC VERSION WORDS …            written once, before anybody else sees it
 *     live        1 line    what changes and belongs to all: who waits for a release
 *     classes     1 line a size class                        bytes of a block, limit, blocks of a magazine
 *     registry    see worker-registry-layout.ts
 *     counters    1 line a worker, its own
 *     shelves     a worker and class: head, tail (a line each), hints
 *     slabs       1 line a slab: what it is, how far it was handed out
 *     words       a word a block, `blocksPerSlab` a slab: see ownership-word.ts
 *     lengths     a word a block: its length when its handle was given out; its owner's, then nobody's
 *     channels    a table, and room for rings: see channel-layout.ts
 *
 * The data memory holds nothing but blocks: slab n is its bytes from n · slabBytes on, block i of it begins i blocks
 * later. The index of a block is n · blocksPerSlab + i.
 */
import { ceilPowerOfTwo } from '../internal/power-of-two.ts';
import { SharedLayoutError } from './shared-errors.ts';
import { LINE, registryWords } from './worker-registry-layout.ts';

/** 'RPsm' */
const MAGIC = 0x52_50_73_6d;
/** Raised whenever a word means something else. */
export const LAYOUT_VERSION = 1;

/** Words of the header. */
const HEADER = {
  MAGIC: 0,
  VERSION: 1,
  /** Of the whole control memory. */
  WORDS: 2,
  MAX_WORKERS: 3,
  CLASSES: 4,
  SLAB_BYTES: 5,
  MAX_SLABS: 6,
  /** Slabs up to which a worker takes new blocks rather than others' idle ones. */
  SOFT_SLABS: 7,
  ZERO_POLICY: 8,
  CHANNEL_WORDS: 9,
  MAX_CHANNELS: 10,
} as const;
const HEADER_WORDS: number = 4 * LINE;

/** Of the live line: 1 + the number of releases that somebody was waiting for. */
export const RELEASES = 0;
/** Of the live line: how many wait for one. */
export const WAITERS = 1;
/** Of the live line: where the next channel's rings may begin, from the first, in words. */
export const CHANNEL_END = 2;

/** Of a class: bytes of a block, at most so many blocks, blocks of a magazine, hints of a shelf. */
const CLASS = { BYTES: 0, MAX_BLOCKS: 1, MAGAZINE: 2, SHELF: 3 } as const;

/** Of a shelf: taken from here, by anybody's CAS. */
export const SHELF_HEAD = 0;
/** Of a shelf: put here, by its owner's store. */
export const SHELF_TAIL: number = LINE;
export const SHELF_HINTS: number = 2 * LINE;

/** Of a slab: `(class + 1) << 24 | blocks`, 0 while nobody has it. Set once, by CAS, the lowest slab first. */
export const SLAB_CLASS = 0;
/** Of a slab: blocks that were offered to somebody; may go past the end. A hint. */
export const SLAB_CURSOR = 1;

/** A size class. */
export interface ClassGeometry {
  readonly bytes: number;
  readonly maxBlocks: number;
  readonly magazine: number;
  /** A power of two. */
  readonly shelf: number;
}

/** What a pool is made of; the same in all threads. */
export interface Geometry {
  readonly maxWorkers: number;
  readonly classes: readonly ClassGeometry[];
  readonly slabBytes: number;
  readonly maxSlabs: number;
  readonly softSlabs: number;
  /** 0 never, 1 on release, 2 on acquire. */
  readonly zero: number;
  readonly channelWords: number;
  readonly maxChannels: number;
}

/** Where things are. */
export class RegionLayout {
  readonly geometry: Geometry;
  /** Words of a slab: the blocks of the smallest class, rounded up to a power of two. */
  readonly blocksPerSlab: number;
  /** `index >> slabShift` is the slab. */
  readonly slabShift: number;
  readonly live: number;
  readonly classes: number;
  readonly registry: number;
  readonly counters: number;
  readonly shelves: number;
  /** Words of all shelves of one worker. */
  readonly shelfStride: number;
  /** Of each class's shelf, from the worker's first. */
  readonly shelfOffsets: readonly number[];
  readonly slabs: number;
  readonly words: number;
  readonly lengths: number;
  readonly channelTable: number;
  readonly rings: number;
  /** Of all. */
  readonly totalWords: number;

  constructor(geometry: Geometry) {
    this.geometry = geometry;
    const smallest = geometry.classes[0] as ClassGeometry;
    this.blocksPerSlab = ceilPowerOfTwo(Math.floor(geometry.slabBytes / smallest.bytes));
    this.slabShift = 31 - Math.clz32(this.blocksPerSlab);
    this.live = HEADER_WORDS;
    this.classes = this.live + LINE;
    this.registry = this.classes + LINE * geometry.classes.length;
    this.counters = this.registry + registryWords(geometry.maxWorkers);
    this.shelves = this.counters + LINE * geometry.maxWorkers;
    const offsets: number[] = [];
    let stride = 0;
    for (const { shelf } of geometry.classes) {
      offsets.push(stride);
      stride += SHELF_HINTS + roundUp(shelf, LINE);
    }
    this.shelfOffsets = offsets;
    this.shelfStride = stride;
    this.slabs = this.shelves + stride * geometry.maxWorkers;
    this.words = this.slabs + LINE * geometry.maxSlabs;
    this.lengths = this.words + roundUp(this.blocksPerSlab * geometry.maxSlabs, LINE);
    this.channelTable = this.lengths + roundUp(this.blocksPerSlab * geometry.maxSlabs, LINE);
    this.rings = this.channelTable + roundUp(geometry.maxChannels, LINE);
    this.totalWords = this.rings + geometry.channelWords;
  }

  shelf(slot: number, sizeClass: number): number {
    return this.shelves + slot * this.shelfStride + (this.shelfOffsets[sizeClass] as number);
  }

  slab(slab: number): number {
    return this.slabs + LINE * slab;
  }

  /** Blocks of a class that fit into a slab. */
  slabBlocks(sizeClass: number): number {
    return Math.floor(this.geometry.slabBytes / (this.geometry.classes[sizeClass] as ClassGeometry).bytes);
  }
}

/** Writes the header into fresh memory. */
export function writeHeader(words: Int32Array, layout: RegionLayout): void {
  const { geometry } = layout;
  words[HEADER.VERSION] = LAYOUT_VERSION;
  words[HEADER.WORDS] = layout.totalWords;
  words[HEADER.MAX_WORKERS] = geometry.maxWorkers;
  words[HEADER.CLASSES] = geometry.classes.length;
  words[HEADER.SLAB_BYTES] = geometry.slabBytes;
  words[HEADER.MAX_SLABS] = geometry.maxSlabs;
  words[HEADER.SOFT_SLABS] = geometry.softSlabs;
  words[HEADER.ZERO_POLICY] = geometry.zero;
  words[HEADER.CHANNEL_WORDS] = geometry.channelWords;
  words[HEADER.MAX_CHANNELS] = geometry.maxChannels;
  geometry.classes.forEach(({ bytes, maxBlocks, magazine, shelf }, index) => {
    const line = layout.classes + LINE * index;
    words[line + CLASS.BYTES] = bytes;
    words[line + CLASS.MAX_BLOCKS] = maxBlocks;
    words[line + CLASS.MAGAZINE] = magazine;
    words[line + CLASS.SHELF] = shelf;
  });
  words[HEADER.MAGIC] = MAGIC;
}

/**
 * Reads the header of memory that another thread made.
 *
 * @throws {SharedLayoutError} it is of another kind, of another version, or cut short
 */
export function readLayout(control: SharedArrayBuffer, data: SharedArrayBuffer): RegionLayout {
  const words = new Int32Array(control, 0, Math.floor(control.byteLength / 4));
  expectWord('magic number', MAGIC, words[HEADER.MAGIC]);
  expectWord('layout version', LAYOUT_VERSION, words[HEADER.VERSION]);
  expectWord('words of control memory', words.length, words[HEADER.WORDS]);
  const at = (index: number): number => words[index] as number;
  const classCount = at(HEADER.CLASSES);
  const maxWorkers = at(HEADER.MAX_WORKERS);
  if (!(classCount > 0 && HEADER_WORDS + LINE * (1 + classCount) <= words.length)) {
    throw new SharedLayoutError('number of size classes', 1, classCount);
  }
  const classes = Array.from({ length: classCount }, (_, index) => {
    const line = HEADER_WORDS + LINE + LINE * index;
    return {
      bytes: at(line + CLASS.BYTES),
      maxBlocks: at(line + CLASS.MAX_BLOCKS),
      magazine: at(line + CLASS.MAGAZINE),
      shelf: at(line + CLASS.SHELF),
    };
  });
  const layout = new RegionLayout({
    maxWorkers,
    classes,
    slabBytes: at(HEADER.SLAB_BYTES),
    maxSlabs: at(HEADER.MAX_SLABS),
    softSlabs: at(HEADER.SOFT_SLABS),
    zero: at(HEADER.ZERO_POLICY),
    channelWords: at(HEADER.CHANNEL_WORDS),
    maxChannels: at(HEADER.MAX_CHANNELS),
  });
  expectWord('size of the geometry in words', words.length, layout.totalWords);
  const reserved = layout.geometry.slabBytes * layout.geometry.maxSlabs;
  const { maxByteLength } = data as SharedArrayBuffer & { readonly maxByteLength: number };
  expectWord('bytes of data memory', reserved, maxByteLength);
  return layout;
}

function expectWord(what: string, expected: number, found: number | undefined): void {
  if (found !== expected) throw new SharedLayoutError(what, expected, found ?? 0);
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

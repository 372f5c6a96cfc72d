/**
 * The memory of a shared map, in words of 32 bits.
 *
 *     header      2 lines   MAGIC VERSION WORDS MAX_WORKERS SEGMENTS SLOTS ARENA_WORDS
 *     registry    see worker-registry-layout.ts
 *     segments    LOCK WAITING │ EPOCH USED COUNT FILLED │ two halves: SLOTS words of an index, ARENA_WORDS of entries
 *
 *     a slot      0 empty, −1 deleted, else  ┌ tag 12 ┬ entry 20, in units of 2 words ┐
 *     an entry    hash │ kind 2, key bytes 30 │ value bytes │ key, to a whole word │ value │ to a whole unit
 *
 * The half in use is that of EPOCH's last bit. Entries are only ever added to it: what a slot names does not change, so
 * readers need no lock. When it is full, what lives is copied to the other half, and EPOCH + 1 makes that the one in use:
 * a reader that finds another EPOCH behind its reads than before them reads again.
 */
import { SharedLayoutError } from './shared-errors.ts';
import { LINE, registryWords } from './worker-registry-layout.ts';

/** 'RPsh' */
const MAGIC = 0x52_50_73_68;
/** Raised whenever a word means something else. */
export const MAP_VERSION = 1;

const HEADER = {
  MAGIC: 0,
  VERSION: 1,
  WORDS: 2,
  MAX_WORKERS: 3,
  SEGMENTS: 4,
  SLOTS: 5,
  ARENA_WORDS: 6,
} as const;
const HEADER_WORDS: number = 2 * LINE;

/** Of a segment: the wid of who changes it; 0: nobody. By CAS; given back by a store, or by whoever reclaims. */
export const LOCK = 0;
/** Of a segment: 1 while somebody waits for the lock. */
export const WAITING = 1;
/** Of a segment: how often it was compacted. The holder's store publishes the other half. */
export const EPOCH: number = LINE;
/** Of a segment: words of the arena in use that are given out. The holder's, before it writes there. */
export const USED: number = LINE + 1;
/** Of a segment: its entries. The holder's, behind the change; counted anew after a death. */
export const COUNT: number = LINE + 2;

/** Of a segment: slots that are not empty, deleted ones among them. The holder's, before it takes another one. */
export const FILLED: number = LINE + 3;

/** Of a segment: its halves. */
export const HALVES: number = 2 * LINE;

export const EMPTY = 0;
export const DELETED = -1;
/** Of a slot: the entry. The other bits are those of the hash. */
export const ENTRY_MASK: number = 2 ** 20 - 1;

export const HASH = 0;
export const KEY = 1;
export const VALUE = 2;
export const ENTRY_HEADER = 3;
/** Words of a unit, by which entries are named. */
export const UNIT = 2;

/** What a map is made of. */
export interface MapGeometry {
  readonly maxWorkers: number;
  /** A power of two. */
  readonly segments: number;
  /** Of an index; a power of two. */
  readonly slots: number;
  /** Of a half; a multiple of `UNIT`, at most 2^21 − 4. */
  readonly arenaWords: number;
}

/** Where things are. */
export class MapLayout {
  readonly geometry: MapGeometry;
  readonly registry: number;
  readonly segments: number;
  /** Words of a half: an index, and an arena behind it. */
  readonly halfWords: number;
  /** Words of a segment: whole lines. */
  readonly segmentWords: number;
  readonly totalWords: number;

  constructor(geometry: MapGeometry) {
    const { maxWorkers, segments, slots, arenaWords } = geometry;
    this.geometry = geometry;
    this.registry = HEADER_WORDS;
    this.segments = this.registry + registryWords(maxWorkers);
    this.halfWords = slots + arenaWords;
    this.segmentWords = Math.ceil((HALVES + 2 * this.halfWords) / LINE) * LINE;
    this.totalWords = this.segments + segments * this.segmentWords;
  }

  /** The first word of a segment: what names it everywhere else. */
  segment(number: number): number {
    return this.segments + this.segmentWords * number;
  }

  /** The other way round. */
  numberOf(segment: number): number {
    return (segment - this.segments) / this.segmentWords;
  }

  /** The first words of all segments. */
  *allSegments(): Generator<number, void, undefined> {
    for (let number = 0; number < this.geometry.segments; number++) yield this.segment(number);
  }
}

/** Writes the header into fresh memory. */
export function writeMapHeader(words: Int32Array, layout: MapLayout): void {
  const { maxWorkers, segments, slots, arenaWords } = layout.geometry;
  words[HEADER.VERSION] = MAP_VERSION;
  words[HEADER.WORDS] = layout.totalWords;
  words[HEADER.MAX_WORKERS] = maxWorkers;
  words[HEADER.SEGMENTS] = segments;
  words[HEADER.SLOTS] = slots;
  words[HEADER.ARENA_WORDS] = arenaWords;
  // Unit 0 of an arena is nobody's: a slot that is 0 is empty.
  for (const segment of layout.allSegments()) words[segment + USED] = UNIT;
  words[HEADER.MAGIC] = MAGIC;
}

/** @throws {SharedLayoutError} it is of another kind, of another version, or cut short */
export function readMapLayout(memory: SharedArrayBuffer): MapLayout {
  const words = new Int32Array(memory, 0, Math.floor(memory.byteLength / 4));
  const expect = (what: string, expected: number, found: number | undefined): void => {
    if (found !== expected) throw new SharedLayoutError(what, expected, found ?? 0);
  };
  expect('magic number', MAGIC, words[HEADER.MAGIC]);
  expect('layout version', MAP_VERSION, words[HEADER.VERSION]);
  expect('words of memory', words.length, words[HEADER.WORDS]);
  const layout = new MapLayout({
    maxWorkers: words[HEADER.MAX_WORKERS] as number,
    segments: words[HEADER.SEGMENTS] as number,
    slots: words[HEADER.SLOTS] as number,
    arenaWords: words[HEADER.ARENA_WORDS] as number,
  });
  expect('size of the geometry in words', words.length, layout.totalWords);
  return layout;
}

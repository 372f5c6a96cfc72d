/**
 * Which chunks have a free run of a length: a bitmap of chunks for each bin of free runs.
 *
 *     bins      ▪ ▫ ▪ ▪ ▫ ▫ ▪ …        bit b: some chunk has a run in bin b
 *     chunks    ▪ ▫ ▫ ▪ │ ▫ ▪ ▫ ▫ …    for each bin, bit p: the chunk at place p has one
 *
 * Bins are those of `RunMap`, which tells by a mask which of its own are not empty; after each change of a chunk
 * the difference to the mask that was seen last is entered here. A request takes the lowest place in the lowest bin
 * that will do: the tightest fit over all chunks, in the same time for one chunk and for a thousand.
 *
 * Two levels of bitmaps, after the two-level segregated fit of Masmano, Ripoll, Crespo and Real (2004).
 *
 * Invariants: bit p of bin b is set if and only if the chunk at place p has a free run in bin b; a word's bit in
 * the summary is set if and only if the word is not 0; `chunk at place p`.place = p.
 */
import type { Chunk } from './chunk.ts';
import { binsFor, floorBin, leastBin } from './run-map.ts';

/** The index of one arena's chunks. Owner: its chunk lists. */
export class ChunkIndex {
  readonly #binCount: number;
  /** Words of a mask of bins. */
  readonly #maskWords: number;
  /** By place. */
  readonly #chunks: (Chunk | undefined)[] = [];
  /** No place below is free. */
  #lowestFree = 0;
  /** Words of places a bin; the summary above them has a thirty-second of that. A power of two times 32. */
  #words = 32;
  /** Bins with chunks. */
  readonly #bins: Int32Array;
  #summary: Int32Array;
  #bits: Int32Array;
  /** By place: the mask of its chunk's bins when it was last looked at. */
  #seen: Int32Array;

  /** @param pages of the largest chunk */
  constructor(pages: number) {
    this.#binCount = binsFor(pages);
    this.#maskWords = (this.#binCount + 31) >> 5;
    this.#bins = new Int32Array(this.#maskWords);
    this.#summary = new Int32Array(this.#binCount);
    this.#bits = new Int32Array(this.#binCount * this.#words);
    this.#seen = new Int32Array(this.#words * 32 * this.#maskWords);
  }

  /**
   * The chunk in which a run of `pages` pages fits tightest, as bins tell it; of several the one at the lowest place.
   *
   * @param pages at least 1
   * @returns undefined where no chunk in the index has such a run
   */
  find(pages: number): Chunk | undefined {
    const bins = this.#bins;
    const least = leastBin(pages);
    let word = least >> 5;
    if (word < bins.length) {
      let mask = (bins[word] as number) & (-1 << (least & 31));
      while (mask === 0 && ++word < bins.length) mask = bins[word] as number;
      if (mask !== 0) return this.#lowestIn((word << 5) + lowestBit(mask));
    }
    return floorBin(pages) === least ? undefined : this.#findInBelow(pages);
  }

  /** Enters what changed in a chunk; one that is not in the index is put there. */
  update(chunk: Chunk): void {
    if (chunk.place === -1) this.#settle(chunk);
    const { place, runs } = chunk;
    for (let word = 0; word < this.#maskWords; word++) {
      const at = place * this.#maskWords + word;
      const mask = runs.binsAt(word);
      let changed = mask ^ (this.#seen[at] as number);
      if (changed === 0) continue;
      this.#seen[at] = mask;
      for (; changed !== 0; changed &= changed - 1) {
        const bit = lowestBit(changed);
        if (((mask >>> bit) & 1) === 1) this.#set((word << 5) + bit, place);
        else this.#clear((word << 5) + bit, place);
      }
    }
  }

  /** Takes a chunk out, if it is in the index. */
  remove(chunk: Chunk): void {
    const { place } = chunk;
    if (place === -1) return;
    for (let word = 0; word < this.#maskWords; word++) {
      const at = place * this.#maskWords + word;
      for (let mask = this.#seen[at] as number; mask !== 0; mask &= mask - 1) {
        this.#clear((word << 5) + lowestBit(mask), place);
      }
      this.#seen[at] = 0;
    }
    this.#chunks[place] = undefined;
    this.#lowestFree = Math.min(this.#lowestFree, place);
    chunk.place = -1;
  }

  /** Checks the invariants for the chunks that should be here; for tests and debug builds. */
  assertValid(chunks: ReadonlySet<Chunk>): void {
    let count = 0;
    this.#chunks.forEach((chunk, place) => {
      check(chunk !== undefined || place >= this.#lowestFree, `place ${place} is free`);
      if (chunk === undefined) return;
      count++;
      check(chunks.has(chunk) && chunk.place === place, `chunk ${chunk.id} at place ${place} is elsewhere`);
    });
    check(count === chunks.size, `${count} chunks in the index, ${chunks.size} have free runs`);
    for (let bin = 0; bin < this.#binCount; bin++) this.#assertBin(bin);
  }

  #assertBin(bin: number): void {
    let any = false;
    for (let word = 0; word < this.#words; word++) {
      const bits = this.#bits[bin * this.#words + word] as number;
      const top = this.#summary[(bin * this.#words + word) >> 5] as number;
      check(isSet(top, word & 31) === (bits !== 0), `the summary of word ${word} in bin ${bin}`);
      any ||= bits !== 0;
      for (let bit = 0; bit < 32; bit++) {
        const chunk = this.#chunks[(word << 5) + bit];
        const has = chunk !== undefined && isSet(chunk.runs.binsAt(bin >> 5), bin & 31);
        check(isSet(bits, bit) === has, `place ${(word << 5) + bit} in bin ${bin}`);
      }
    }
    check(isSet(this.#bins[bin >> 5] as number, bin & 31) === any, `the mask of bin ${bin}`);
  }

  /** In the bin where some runs are too short: rare, as no size class has such a length. */
  #findInBelow(pages: number): Chunk | undefined {
    const bin = floorBin(pages);
    if (bin >= this.#binCount || !isSet(this.#bins[bin >> 5] as number, bin & 31)) return undefined;
    return this.#chunks.find((chunk) => chunk !== undefined && chunk.runs.fit(pages) !== -1);
  }

  #lowestIn(bin: number): Chunk {
    let top = (bin * this.#words) >> 5;
    while (this.#summary[top] === 0) top++;
    const word = (top << 5) + lowestBit(this.#summary[top] as number);
    const place = ((word - bin * this.#words) << 5) + lowestBit(this.#bits[word] as number);
    return this.#chunks[place] as Chunk;
  }

  #set(bin: number, place: number): void {
    const word = bin * this.#words + (place >> 5);
    this.#bits[word] = (this.#bits[word] as number) | (1 << (place & 31));
    this.#summary[word >> 5] = (this.#summary[word >> 5] as number) | (1 << (word & 31));
    this.#bins[bin >> 5] = (this.#bins[bin >> 5] as number) | (1 << (bin & 31));
  }

  #clear(bin: number, place: number): void {
    const word = bin * this.#words + (place >> 5);
    const bits = (this.#bits[word] as number) & ~(1 << (place & 31));
    this.#bits[word] = bits;
    if (bits !== 0) return;
    const top = (this.#summary[word >> 5] as number) & ~(1 << (word & 31));
    this.#summary[word >> 5] = top;
    if (top !== 0) return;
    const tops = this.#words >> 5;
    const first = bin * tops;
    for (let at = first; at < first + tops; at++) if (this.#summary[at] !== 0) return;
    this.#bins[bin >> 5] = (this.#bins[bin >> 5] as number) & ~(1 << (bin & 31));
  }

  /** Gives a chunk the lowest free place. */
  #settle(chunk: Chunk): void {
    let place = this.#lowestFree;
    while (this.#chunks[place] !== undefined) place++;
    this.#lowestFree = place + 1;
    if (place >= this.#words << 5) this.#grow();
    this.#chunks[place] = chunk;
    chunk.place = place;
  }

  /** Makes room for twice as many chunks. */
  #grow(): void {
    const seen = this.#seen;
    this.#words *= 2;
    this.#summary = new Int32Array((this.#binCount * this.#words) >> 5);
    this.#bits = new Int32Array(this.#binCount * this.#words);
    this.#seen = new Int32Array(seen.length * 2);
    this.#seen.set(seen);
    seen.forEach((mask, at) => {
      const place = Math.floor(at / this.#maskWords);
      for (let rest = mask; rest !== 0; rest &= rest - 1) {
        this.#set(((at % this.#maskWords) << 5) + lowestBit(rest), place);
      }
    });
  }
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

function isSet(word: number, bit: number): boolean {
  return ((word >>> bit) & 1) === 1;
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`chunk index: ${what}`);
}

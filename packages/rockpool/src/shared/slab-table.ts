/**
 * Which slabs there are, and how a size class gets one more.
 *
 * Slabs are given out in order: the lowest one without a class, by one exchange of its word, which says the class and
 * the number of blocks. All below it have their words then, and keep them; so a class's blocks can be summed up, and its
 * limit kept, without a word of its own that a death could leave wrong. The bytes are there before the exchange.
 */
import { add, compareExchange, load, peek } from '../internal/atomics.ts';
import { type ClassGeometry, type RegionLayout, SLAB_CLASS, SLAB_CURSOR } from './region-layout.ts';
import { Slab } from './slab.ts';

const BLOCKS = 0x00ffffff;

interface Growable {
  readonly byteLength: number;
  grow(bytes: number): void;
}

/** One worker's view of all slabs. */
export class SlabTable {
  readonly words: Int32Array;
  readonly layout: RegionLayout;
  readonly data: SharedArrayBuffer;
  /** What this worker has met, in order. */
  readonly slabs: Slab[] = [];
  /** The same, by class. */
  readonly byClass: Slab[][];

  constructor(words: Int32Array, layout: RegionLayout, data: SharedArrayBuffer) {
    this.words = words;
    this.layout = layout;
    this.data = data;
    this.byClass = layout.geometry.classes.map(() => []);
  }

  /** Meets the slabs that others took meanwhile. @returns how many there are */
  look(): number {
    const { words, layout, slabs } = this;
    while (slabs.length < layout.geometry.maxSlabs) {
      const entry = load(words, layout.slab(slabs.length) + SLAB_CLASS, 'slab-look');
      if (entry === 0) break;
      this.meet(entry);
    }
    return slabs.length;
  }

  /** A slab by its number, or undefined where nobody has taken it. */
  at(number: number): Slab | undefined {
    const slab = this.slabs[number];
    if (slab !== undefined || number >= this.layout.geometry.maxSlabs || number < 0) return slab;
    this.look();
    return this.slabs[number];
  }

  /**
   * Offers blocks of the class that perhaps nobody had yet. Hints: only a claim makes a block one's own.
   *
   * @param offer called with the slab and the position of each, until it says that it is enough
   */
  offerFresh(sizeClass: number, want: number, offer: (slab: Slab, position: number) => boolean): void {
    for (const slab of this.byClass[sizeClass] as Slab[]) {
      const cursor = this.layout.slab(slab.number) + SLAB_CURSOR;
      if (peek(this.words, cursor, 'fresh-look') >= slab.count) continue;
      const first = add(this.words, cursor, want, 'fresh-take');
      const end = Math.min(slab.count, first + want);
      for (let position = first; position < end; position++) if (!offer(slab, position)) return;
      if (first < slab.count) return;
    }
  }

  /**
   * Gets the class one more slab.
   *
   * @param maxSlabs at most so many in all
   * @returns false: there is no more, or the class has all that it may have
   */
  grow(sizeClass: number, maxSlabs: number): boolean {
    const { words, layout } = this;
    const { maxBlocks } = layout.geometry.classes[sizeClass] as ClassGeometry;
    for (;;) {
      const number = this.look();
      if (number >= maxSlabs) return false;
      let blocks = layout.slabBlocks(sizeClass);
      if (maxBlocks > 0) {
        const had = (this.byClass[sizeClass] as Slab[]).reduce((sum, slab) => sum + slab.count, 0);
        blocks = Math.min(blocks, maxBlocks - had);
        if (blocks <= 0) return false;
      }
      if (!this.growData((number + 1) * layout.geometry.slabBytes)) return false;
      const entry = ((sizeClass + 1) << 24) | blocks;
      if (compareExchange(words, layout.slab(number) + SLAB_CLASS, 0, entry, 'slab-take') === 0) {
        this.meet(entry);
        return true;
      }
    }
  }

  private meet(entry: number): void {
    const { layout, slabs } = this;
    const number = slabs.length;
    const sizeClass = (entry >>> 24) - 1;
    const firstIndex = number * layout.blocksPerSlab;
    const slab = new Slab(
      number,
      sizeClass,
      (layout.geometry.classes[sizeClass] as ClassGeometry).bytes,
      entry & BLOCKS,
      firstIndex,
      layout.words + firstIndex,
      this.data,
      layout.geometry.slabBytes,
    );
    slabs.push(slab);
    (this.byClass[sizeClass] as Slab[]).push(slab);
  }

  private growData(bytes: number): boolean {
    const data = this.data as SharedArrayBuffer & Growable;
    try {
      if (data.byteLength < bytes) data.grow(bytes);
    } catch {
      // Another worker was faster and made it larger, or there is no memory.
    }
    return data.byteLength >= bytes;
  }
}

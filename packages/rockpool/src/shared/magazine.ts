/**
 * The idle blocks of one size class in one worker: a stack of the worker's own, without any shared access.
 *
 * Their words say OWNED by the worker, as those of the blocks in use do; the difference is this list, and dies with the
 * worker.
 */
import type { SharedBlock } from './shared-block.ts';

/** A stack of blocks. What is at or above `count` is left from before, and means nothing: blocks are kept anyhow. */
export class Magazine {
  readonly sizeClass: number;
  readonly blockBytes: number;
  readonly capacity: number;
  /** Up to which `count` a release may push without a look at anything else; 0: where blocks are zeroed first. */
  readonly quickCapacity: number;
  /** What is taken, or given back, at once. */
  readonly batch: number;
  readonly blocks: (SharedBlock | undefined)[];
  count = 0;

  constructor(sizeClass: number, blockBytes: number, capacity: number, quick: boolean) {
    this.sizeClass = sizeClass;
    this.blockBytes = blockBytes;
    this.capacity = capacity;
    this.quickCapacity = quick ? capacity : 0;
    this.batch = Math.max(1, capacity >> 1);
    this.blocks = new Array<SharedBlock | undefined>(capacity).fill(undefined);
  }

  /** The caller has checked that there is room. */
  push(block: SharedBlock): void {
    this.blocks[this.count] = block;
    this.count++;
  }

  /** The block that came back last; undefined: none. */
  pop(): SharedBlock | undefined {
    if (this.count === 0) return undefined;
    const at = this.count - 1;
    this.count = at;
    return this.blocks[at];
  }

  /**
   * Takes the `count` blocks out that were idle longest.
   *
   * @param into gets them; at least so long
   */
  takeOldest(count: number, into: (SharedBlock | undefined)[]): void {
    const { blocks } = this;
    const left = this.count - count;
    for (let i = 0; i < count; i++) into[i] = blocks[i];
    // Shorter first, then shifted: interrupted between, some are lost, and none is here twice.
    this.count = 0;
    for (let i = 0; i < left; i++) blocks[i] = blocks[i + count];
    this.count = left;
  }
}

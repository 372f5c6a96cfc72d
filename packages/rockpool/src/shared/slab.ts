/**
 * One worker's view of a slab: as many bytes as `slabBytes`, cut into blocks of one size class for good.
 */
import type { SharedBlock } from './shared-block.ts';

/** What a worker knows of a slab. */
export class Slab {
  readonly number: number;
  readonly sizeClass: number;
  readonly blockBytes: number;
  /** Blocks that there are. */
  readonly count: number;
  /** Index of block 0. */
  readonly firstIndex: number;
  /** Word of block 0. */
  readonly firstWord: number;
  /** The blocks that this worker had, by their position. */
  readonly blocks: (SharedBlock | undefined)[];
  readonly data: SharedArrayBuffer;
  /** In `data`. */
  readonly offset: number;
  readonly byteLength: number;
  private whole: Uint8Array | undefined = undefined;
  private wholeWords: Int32Array | undefined = undefined;
  private wholeView: DataView | undefined = undefined;

  constructor(
    number: number,
    sizeClass: number,
    blockBytes: number,
    count: number,
    firstIndex: number,
    firstWord: number,
    data: SharedArrayBuffer,
    slabBytes: number,
  ) {
    this.number = number;
    this.sizeClass = sizeClass;
    this.blockBytes = blockBytes;
    this.count = count;
    this.firstIndex = firstIndex;
    this.firstWord = firstWord;
    this.blocks = new Array<SharedBlock | undefined>(count).fill(undefined);
    this.data = data;
    this.offset = number * slabBytes;
    this.byteLength = slabBytes;
  }

  /** A view of some of its bytes. Of fixed length: one that follows a growing buffer is 9 to 40 times slower. */
  bytesAt(offset: number, length: number): Uint8Array {
    return new Uint8Array(this.data, this.offset + offset, length);
  }

  /** All bytes, seen as byte buffers see theirs: a Buffer in Node. */
  get bytes(): Uint8Array {
    this.whole ??=
      typeof Buffer === 'undefined'
        ? new Uint8Array(this.data, this.offset, this.byteLength)
        : Buffer.from(this.data, this.offset, this.byteLength);
    return this.whole;
  }

  /** All bytes, by four. */
  get words(): Int32Array {
    this.wholeWords ??= new Int32Array(this.data, this.offset, this.byteLength >> 2);
    return this.wholeWords;
  }

  /** All bytes. */
  get view(): DataView {
    this.wholeView ??= new DataView(this.data, this.offset, this.byteLength);
    return this.wholeView;
  }
}

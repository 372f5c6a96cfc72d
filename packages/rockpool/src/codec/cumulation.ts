/**
 * How a decoder keeps the beginning of a frame, and joins to it what comes next.
 *
 *     merge        kept ░░░░░░ + ▒▒▒ of the input ─► ░░░░░░▒▒▒····   one buffer: each byte is copied once
 *     composite    kept ░░░░░░ + ▒▒▒ of the input ─► │░░░░░░│▒▒▒│    slices of both: nothing is copied
 *
 * What is kept is a handle of the decoder's own, never the input itself: whoever shares the input may move its
 * indices, and its memory is free as soon as the frames that were cut from it are.
 *
 * Source: Netty's MERGE_CUMULATOR and COMPOSITE_CUMULATOR. Unlike there, only the bytes that the frame lacks are
 * joined, where the decoder knows them; the rest of the input is decoded where it lies.
 */
import type { Allocator } from '../buffer/allocator.ts';
import type { ByteBuf } from '../buffer/byte-buf.ts';
import { CompositeByteBuf } from '../buffer/composite-byte-buf.ts';
import type { DecoderSettings } from './decoder-options.ts';

/** The smallest buffer for the beginning of a frame, in bytes: most headers tell more soon. */
const LEAST_BYTES = 256;
/**
 * What is reserved on a frame's word alone, in bytes. Beyond, the buffer doubles as bytes come, so that nobody
 * makes a decoder reserve much with a header only.
 */
const TRUSTED_BYTES = 65_536;
/** Components of a composite before they are copied into one: bounds what a trickle of bytes can hold. */
const MAX_COMPONENTS = 256;

/** Keeps and joins. A method that throws has changed nothing. */
export interface Cumulation {
  /**
   * A buffer of the decoder's own with the unread bytes of `input`, which is released.
   *
   * @param wanted bytes that it is expected to hold in the end
   */
  keep(input: ByteBuf, wanted: number): ByteBuf;
  /** What is kept, with the next `count` bytes of `input` behind; the reader index of `input` moves on. */
  join(kept: ByteBuf, input: ByteBuf, count: number, wanted: number): ByteBuf;
  /** Whether joining copies, so that bytes which are lent need not be copied before. */
  readonly copies: boolean;
  /** As `join`, from bytes that are lent; only where it copies. */
  joinBytes(kept: ByteBuf, input: Uint8Array, count: number, wanted: number): ByteBuf;
  /** What is kept, after some of it was read. */
  tidy(kept: ByteBuf): ByteBuf;
}

export function createCumulation(settings: DecoderSettings): Cumulation {
  return settings.cumulation === 'merge'
    ? new MergeCumulation(settings.allocator, settings.discardAfterReads)
    : new CompositeCumulation(settings.allocator);
}

class MergeCumulation implements Cumulation {
  readonly copies = true;
  readonly #allocator: Allocator;
  readonly #discardAfterReads: number;
  /** Joins since what is kept was last without read bytes. */
  #reads = 0;

  constructor(allocator: Allocator, discardAfterReads: number) {
    this.#allocator = allocator;
    this.#discardAfterReads = discardAfterReads;
  }

  keep(input: ByteBuf, wanted: number): ByteBuf {
    this.#reads = 0;
    const length = input.readableBytes;
    const kept = this.#allocator.buffer(reserve(length, wanted));
    moveBytes(input, kept, length);
    input.release();
    return kept;
  }

  join(kept: ByteBuf, input: ByteBuf, count: number, wanted: number): ByteBuf {
    const joined = this.#withRoom(kept, count, wanted);
    moveBytes(input, joined, count);
    return joined;
  }

  joinBytes(kept: ByteBuf, input: Uint8Array, count: number, wanted: number): ByteBuf {
    const joined = this.#withRoom(kept, count, wanted);
    joined._copyIn(joined._writer, input, 0, count);
    joined._writer += count;
    return joined;
  }

  tidy(kept: ByteBuf): ByteBuf {
    return kept;
  }

  /** What is kept, with room for `count` bytes more. Slices may look at it: then it stays where it is. */
  #withRoom(kept: ByteBuf, count: number, wanted: number): ByteBuf {
    const alone = kept.refCnt === 1 && kept.unwrap() === undefined && !(kept instanceof CompositeByteBuf);
    if (++this.#reads >= this.#discardAfterReads && alone) this.#discard(kept);
    if (count <= kept.writableBytes) return kept;
    const length = kept.readableBytes + count;
    const bytes = reserve(length, wanted);
    if (alone) {
      this.#discard(kept);
      return kept.ensureWritable(bytes - kept.readableBytes);
    }
    const larger = this.#allocator.buffer(bytes);
    moveBytes(kept, larger, kept.readableBytes);
    kept.release();
    this.#reads = 0;
    return larger;
  }

  #discard(kept: ByteBuf): void {
    kept.discardReadBytes();
    this.#reads = 0;
  }
}

class CompositeCumulation implements Cumulation {
  readonly copies = false;
  readonly #allocator: Allocator;
  /** The composite that was made here last: others do not take components. */
  #open: CompositeByteBuf | undefined = undefined;

  constructor(allocator: Allocator) {
    this.#allocator = allocator;
  }

  keep(input: ByteBuf): ByteBuf {
    const kept = input.retainedSlice();
    input.release();
    return kept;
  }

  join(kept: ByteBuf, input: ByteBuf, count: number): ByteBuf {
    const composite = kept === this.#open ? this.#open : this.#allocator.composite(MAX_COMPONENTS);
    const at = input.readerIndex;
    const part = input.readRetainedSlice(count);
    try {
      if (kept !== composite) composite.addComponent(kept, true);
      composite.addComponent(part, true);
    } catch (error) {
      input.readerIndex = at;
      throw error;
    }
    this.#open = composite;
    return composite;
  }

  joinBytes(): never {
    throw new Error('a composite takes buffers only');
  }

  /** Lets go of the components that are read; of the last one a slice is left, which is read faster. */
  tidy(kept: ByteBuf): ByteBuf {
    if (kept !== this.#open) return kept;
    this.#open.discardReadComponents();
    return this.#open.componentCount === 1 ? this.keep(kept) : kept;
  }
}

/** Copies the next `length` bytes of `source` behind those of `target`, which has room for them. */
function moveBytes(source: ByteBuf, target: ByteBuf, length: number): void {
  source._copyInto(source._reader, target, target._writer, length);
  source._reader += length;
  target._writer += length;
}

/** The capacity for `length` bytes now and `wanted` in the end. */
function reserve(length: number, wanted: number): number {
  return Math.max(length, LEAST_BYTES, Math.min(wanted, Math.max(TRUSTED_BYTES, 2 * length)));
}

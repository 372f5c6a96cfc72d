/// <reference lib="esnext.disposable" preserve="true" />
/**
 * `SharedBlock`: a worker's handle on one block. There is one object a block and worker, made when the worker first has
 * the block and used again whenever it has it anew; so its view of the bytes is made once.
 *
 * Its references are this worker's own, plain fields. Across workers there is the block's word; it changes only when the
 * first reference of a worker appears or its last one goes.
 */
import { ReleasedBufferError } from '../buffer/buffer-errors.ts';
import { ArgumentRangeError, RefCountError } from '../buffer/index.ts';
import type { Magazine } from './magazine.ts';
import { BlockHeldError, ShareLimitError } from './shared-errors.ts';
import type { Slab } from './slab.ts';
import type { WorkerView } from './worker-view.ts';

const MAX_REFERENCES: number = 2 ** 31 - 1;

/**
 * Bytes that may be passed to other workers without a copy.
 *
 * Ownership: whoever acquired or received it has one reference and releases it. `move()` gives the block away,
 * `share()` lets others hold it too; then nobody should write. A channel's `send` takes one reference over.
 *
 * Cost: acquire and release 8 to 10 ns while the worker's magazine has blocks, 35 to 45 a block otherwise (Node 20.20, 2-core AMD
 * EPYC, `npm run bench -- shared-pool`).
 *
 * As with pooled buffers at `basic`, the object is used again: one that is kept after its release is alive again when
 * the worker gets the same block. And `bytes.buffer` is the memory of all blocks.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { SharedPool } from 'rockpool';
 *
 * const pool = SharedPool.create({ bytes: 1 << 20 });
 * const block = pool.acquire(100);
 * block.bytes.set([1, 2, 3]);
 * assert.deepEqual([block.length, block.capacity, block.refCnt], [100, 128, 1]);
 * block.release();
 * assert.throws(() => block.bytes, /released/);
 * ```
 */
export class SharedBlock implements Disposable {
  /** @internal */
  readonly _view: WorkerView;
  /** @internal */
  readonly _magazine: Magazine;
  /** @internal */
  readonly _slab: Slab;
  /** Of its word, in the control memory. @internal */
  readonly _word: number;
  /** Its number, in all workers. */
  readonly index: number;
  /** Of its first byte, in the slab. @internal */
  readonly _offset: number;
  /** References of this worker, those of shares in flight among them; 0: it does not hold the block. @internal */
  _refs = 0;
  /** Whether the word is SHARED, with this worker's bit. @internal */
  _shared = false;
  /** The handle that `move()` gave out last. Any number may be one. @internal */
  _moved: number | undefined = undefined;
  /** @internal */
  _length = 0;
  /** The last `bytes`. @internal */
  _bytes: Uint8Array | undefined = undefined;
  /**
   * A number that goes with the block over a channel, 32 bits; yours. 0 after an acquire.
   */
  tag = 0;

  /** @internal */
  constructor(view: WorkerView, magazine: Magazine, slab: Slab, position: number) {
    this._view = view;
    this._magazine = magazine;
    this._slab = slab;
    this._word = slab.firstWord + position;
    this.index = slab.firstIndex + position;
    this._offset = position * slab.blockBytes;
  }

  /** The most that {@link length} may be, in bytes: what blocks of its size class have. */
  get capacity(): number {
    return this._slab.blockBytes;
  }

  /** Bytes that are in use; what was asked for. Goes with the block when it is sent. */
  get length(): number {
    return this._length;
  }

  /** @throws {ArgumentRangeError} not an integer from 0 to `capacity` @throws {ReleasedBufferError} */
  set length(bytes: number) {
    if (this._refs === 0) throw new ReleasedBufferError('set length');
    if (bytes >>> 0 !== bytes || bytes > this._slab.blockBytes) {
      throw new ArgumentRangeError(
        'set length',
        'length',
        `an integer from 0 to ${this._slab.blockBytes}`,
        bytes,
      );
    }
    this._length = bytes;
  }

  /**
   * The `length` bytes; the same view as long as the length stays. Valid until the release.
   *
   * @throws {ReleasedBufferError}
   */
  get bytes(): Uint8Array {
    if (this._refs === 0) throw new ReleasedBufferError('read bytes');
    const bytes = this._bytes;
    if (bytes !== undefined && bytes.length === this._length) return bytes;
    return this._makeBytes();
  }

  /** References of this worker. */
  get refCnt(): number {
    return this._refs;
  }

  /** Whether other workers hold, or may come to hold, the block too. */
  get isShared(): boolean {
    return this._shared;
  }

  /**
   * Adds references of this worker: as many releases are needed more.
   *
   * @throws {RefCountError} it is released, or would have more than 2^31 − 1
   */
  retain(increment = 1): this {
    const refs = this._refs;
    if (refs === 0 || increment >>> 0 !== increment || increment < 1 || increment > MAX_REFERENCES - refs) {
      throw new RefCountError(refs, 'increment', increment);
    }
    this._refs = refs + increment;
    return this;
  }

  /**
   * Gives references back. With the last one of the last worker the block is free.
   *
   * @returns whether this was the worker's last
   * @throws {RefCountError} there are fewer; nothing changed
   */
  release(decrement = 1): boolean {
    const refs = this._refs;
    if (decrement === 1 && refs === 1) {
      this._refs = 0;
      const magazine = this._magazine;
      const { count } = magazine;
      if (count < magazine.quickCapacity && !this._shared) {
        magazine.blocks[count] = this;
        magazine.count = count + 1;
        this._view.afterRelease(magazine);
      } else {
        this._view.giveBack(this);
      }
      return true;
    }
    if (decrement >>> 0 !== decrement || decrement < 1 || decrement > refs) {
      throw new RefCountError(refs, 'decrement', decrement);
    }
    this._refs = refs - decrement;
    if (refs !== decrement) return false;
    this._view.giveBack(this);
    return true;
  }

  /** Releases one reference; does nothing to what is released already. */
  [Symbol.dispose](): void {
    if (this._refs > 0) this.release();
  }

  /**
   * Gives the block away: whoever calls `receive` with the number first owns it. For `postMessage` and other ways of
   * one's own; a channel does it by itself. If nobody ever does, `recall` gets it back, and so does the end of this
   * worker.
   *
   * @returns a handle: a signed 32-bit integer
   * @throws {BlockHeldError} it is shared, or has more than one reference
   * @throws {RefCountError} it is released
   */
  move(): number {
    this._expectExclusive('move');
    this._view.writeLength(this);
    const handle = this._view.detach(this);
    this._moved = handle;
    return handle;
  }

  /**
   * Lets other workers hold the block too: `receive` with the number gives each of them a reference. The number is
   * good as long as somebody holds the block; so keep your reference until they have told you that they got it.
   *
   * @returns a handle: a signed 32-bit integer
   * @throws {ShareLimitError} this worker has no bit @throws {RefCountError} it is released
   */
  share(): number {
    if (this._refs === 0) throw new RefCountError(0, 'increment', 1);
    this._view.shareWord(this);
    return this._view.handleOf(this);
  }

  /** @internal */
  _expectExclusive(action: string): void {
    if (this._refs === 0) throw new RefCountError(0, 'decrement', 1);
    if (this._shared)
      throw new BlockHeldError(action, 'the block is shared; its references here are', this._refs);
    if (this._refs > 1) throw new BlockHeldError(action, 'the block has other references', this._refs);
  }

  /** @internal */
  _expectBit(action: string): void {
    const { slot, shareSlots } = this._view;
    if (slot >= shareSlots) throw new ShareLimitError(action, slot, shareSlots);
  }

  /** @internal */
  _makeBytes(): Uint8Array {
    const bytes = this._slab.bytesAt(this._offset, this._length);
    this._bytes = bytes;
    return bytes;
  }
}

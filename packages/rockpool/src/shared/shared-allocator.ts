/**
 * Byte buffers on shared memory: an `Allocator` whose blocks are a shared pool's, so that decoders, slices and reference
 * counts work there unchanged, and a block that was received can be read as a buffer.
 *
 * A buffer holds one reference of its block, and gives it back with its own last one. Buffers are this worker's; what
 * goes to another worker is the block.
 */
import type { Allocator } from '../buffer/allocator.ts';
import { ByteBuf } from '../buffer/byte-buf.ts';
import { MAX_CAPACITY, NO_BYTES, NO_VIEW } from '../buffer/byte-buf-state.ts';
import { CompositeByteBuf } from '../buffer/composite-byte-buf.ts';
import { expectSize } from '../buffer/expect-size.ts';
import type { Home } from '../buffer/home.ts';
import { RefCountError, ReleasedBufferError } from '../buffer/index.ts';
import { recycledSlices, type SliceHome } from '../buffer/slice-home.ts';
import { ArgumentTypeError } from '../internal/errors.ts';
import { SharedBlock } from './shared-block.ts';
import { BlockHeldError } from './shared-errors.ts';
import type { SharedPool } from './shared-pool.ts';

/** Capacity of a buffer whose size is not given, in bytes. */
const DEFAULT_BYTES = 256;
const DEFAULT_COMPONENTS = 16;
/** Idle handles kept: as many buffers in flight cost no allocation. A handle has 184 bytes. */
const MAX_IDLE = 1024;

/** Where the buffers of one allocator end: their blocks are released, and their handles used again. */
class SharedHome implements Home {
  readonly allocator: Allocator;
  readonly fixed = false;
  readonly #idle: ByteBuf[] = [];

  constructor(allocator: Allocator) {
    this.allocator = allocator;
  }

  get slices(): SliceHome {
    return recycledSlices;
  }

  /** Begins a life on a block, whose reference goes to the buffer. */
  begin(block: SharedBlock, capacity: number, maxCapacity: number): ByteBuf {
    const slab = block._slab;
    const buf = this.#idle.pop() ?? new ByteBuf(this, NO_BYTES, NO_VIEW, 0, 0);
    buf._bytes = slab.bytes;
    buf._view = slab.view;
    buf._base = block._offset;
    buf._blockBytes = block.capacity;
    buf._chunk = block;
    return buf._begin(capacity, maxCapacity);
  }

  takeBack(buf: ByteBuf): void {
    const block = buf._chunk as SharedBlock;
    buf._chunk = undefined;
    buf._seen = undefined;
    if (this.#idle.length < MAX_IDLE) this.#idle.push(buf);
    block.release();
  }

  inspect(): void {}

  moved(): void {}

  resized(): void {}
}

/**
 * Hands out buffers in the blocks of a {@link SharedPool}.
 *
 * Ownership: as with any allocator; see docs/guide/ownership.md. A buffer may grow up to the largest size class of the
 * pool. Thread: one worker's, as the pool's object is.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { LengthFieldFrameDecoder, SharedAllocator, SharedPool } from 'rockpool';
 *
 * const pool = SharedPool.create({ bytes: 1 << 20 });
 * const allocator = new SharedAllocator(pool);
 * const buf = allocator.buffer(64);
 * buf.writeUInt16BE(5).writeString('hello');
 *
 * // Another worker gets the block, and reads it as a buffer.
 * const block = pool.receive(allocator.take(buf).move());
 * const decoder = new LengthFieldFrameDecoder({ maxFrameLength: 64, lengthFieldOffset: 0, lengthFieldLength: 2 });
 * const texts: string[] = [];
 * decoder.feed(allocator.wrap(block), (frame) => {
 *   texts.push(frame.toString('utf8', 2, 5));
 *   frame.release();
 * });
 * decoder.end();
 * assert.deepEqual(texts, ['hello']);
 * pool.trim();
 * assert.equal(pool.audit().owned, 0);
 * ```
 */
export class SharedAllocator implements Allocator {
  readonly name: string;
  readonly #pool: SharedPool;
  readonly #home: SharedHome;
  readonly #largest: number;

  /** @param name stands in errors and reports; default 'shared' */
  constructor(pool: SharedPool, name = 'shared') {
    this.name = name;
    this.#pool = pool;
    this.#home = new SharedHome(this);
    this.#largest = pool._view.magazines.at(-1)?.blockBytes ?? 0;
  }

  /**
   * @param initialBytes 0 to the largest size class; default 256
   * @param maxBytes default, and at most: the largest size class
   * @throws {ArgumentRangeError} @throws {SharedExhaustedError} @throws {DetachedError}
   */
  buffer(initialBytes: number = DEFAULT_BYTES, maxBytes: number = MAX_CAPACITY): ByteBuf {
    expectSize('initialBytes', initialBytes, 0);
    expectSize('maxBytes', maxBytes, initialBytes);
    const block = this.#pool.acquire(initialBytes);
    return this.#home.begin(block, initialBytes, Math.max(initialBytes, Math.min(maxBytes, this.#largest)));
  }

  /** A buffer made of others. @param maxComponents more than this many are copied into one; default 16 */
  composite(maxComponents: number = DEFAULT_COMPONENTS): CompositeByteBuf {
    return new CompositeByteBuf(this, recycledSlices, maxComponents);
  }

  /**
   * A buffer over a block, all `length` bytes of it readable. One reference of the caller's goes to the buffer; others
   * keep the block alive beyond it, and should not write.
   *
   * @throws {RefCountError} the block is released
   */
  wrap(block: SharedBlock): ByteBuf {
    if (!(block instanceof SharedBlock)) throw new ArgumentTypeError('wrap', 'block', 'a SharedBlock', block);
    if (block.refCnt === 0) throw new RefCountError(0, 'decrement', 1);
    const buf = this.#home.begin(block, block.length, block.capacity);
    buf._writer = block.length;
    return buf;
  }

  /**
   * The block behind a buffer of this allocator, or behind a slice of one; lent. Who sends it retains it before, and lets
   * the others know where in it their bytes are.
   *
   * @throws {ArgumentTypeError} its memory is another's
   */
  blockOf(buf: ByteBuf): SharedBlock {
    const block = buf instanceof ByteBuf ? buf._root._chunk : undefined;
    if (buf?.refCnt === 0) throw new ReleasedBufferError('look at the block');
    if (!(block instanceof SharedBlock)) {
      throw new ArgumentTypeError('look at the block', 'buf', 'a buffer on shared memory', buf);
    }
    return block;
  }

  /**
   * Turns a buffer into its block, which is the caller's then, with the readable bytes as its `length`: they are moved to
   * the beginning where they are not there. The buffer is released.
   *
   * @throws {BlockHeldError} it is a slice, or has slices or other references; nothing changed
   * @throws {ArgumentTypeError} @throws {ReleasedBufferError}
   */
  take(buf: ByteBuf): SharedBlock {
    const block = this.blockOf(buf);
    if (buf._root !== buf || buf.refCnt > 1) {
      throw new BlockHeldError(
        'take the block',
        'the buffer is a slice, or has references',
        buf._root.refCnt,
      );
    }
    buf.discardReadBytes();
    const length = buf.readableBytes;
    block.retain();
    buf.release();
    block.length = length;
    return block;
  }
}

/**
 * The ways to come by a buffer: whatever they are made of, they read and write alike. The tests of contents run
 * over all of them; each buffer has the capacity asked for, unread and unwritten, and its `release()` gives
 * back everything behind it.
 */
import { type ByteBuf, type ByteBufAllocator, unpooled, wrap } from '../../src/buffer/index.ts';
import { SharedAllocator, SharedPool } from '../../src/shared/index.ts';
import { pattern, tinyAllocator } from './tools.ts';

export interface Way {
  readonly name: string;
  /** Whether the capacity can change. */
  readonly grows: boolean;
  /** Whether it lies in one piece, so that every view is of its own memory. */
  readonly contiguous: boolean;
  readonly make: (bytes: number) => ByteBuf;
}

/** Allocators that the ways take memory from; a test file checks at its end that they have it back. */
export const ALLOCATORS: readonly ByteBufAllocator[] = [
  tinyAllocator({ name: 'basic' }),
  tinyAllocator({ name: 'uncached', cache: false, checks: 'off' }),
  tinyAllocator({ name: 'strict', checks: 'strict' }),
  tinyAllocator({ name: 'paranoid', checks: 'paranoid' }),
];
const [basic, uncached, strict, paranoid] = ALLOCATORS as readonly [
  ByteBufAllocator,
  ByteBufAllocator,
  ByteBufAllocator,
  ByteBufAllocator,
];

const shared = new SharedAllocator(SharedPool.create({ bytes: 16 * 2 ** 20, zero: 'on-acquire' }));

/** Both indices at 0: derived buffers begin with all of their bytes readable. */
function unwritten(buf: ByteBuf): ByteBuf {
  return buf.setIndex(0, 0);
}

/** A buffer with `margin` bytes more on both sides of a window of `bytes`. */
function around(bytes: number, margin: number): ByteBuf {
  const buf = basic.buffer(bytes + 2 * margin);
  return buf.writeBytes(pattern(bytes + 2 * margin, 99));
}

/** A composite of components of 1, 2, 3, 1, 2, 3 … bytes, so that numbers of 2 bytes and more span them. */
function splinters(bytes: number): ByteBuf {
  const composite = basic.composite(1024);
  for (let at = 0, next = 1; at < bytes; next = (next % 3) + 1) {
    const length = Math.min(next, bytes - at);
    composite.addComponent(basic.buffer(length).setZero(0, length).setIndex(0, length), true);
    at += length;
  }
  return unwritten(composite);
}

const MAKERS: readonly Omit<Way, 'contiguous'>[] = [
  { name: 'pooled', grows: true, make: (bytes) => basic.buffer(bytes) },
  { name: 'pooled, uncached and unchecked', grows: true, make: (bytes) => uncached.buffer(bytes) },
  { name: 'strict', grows: true, make: (bytes) => strict.buffer(bytes) },
  { name: 'paranoid', grows: true, make: (bytes) => paranoid.buffer(bytes) },
  { name: 'unpooled', grows: true, make: (bytes) => unpooled.buffer(bytes) },
  { name: 'on shared memory', grows: true, make: (bytes) => shared.buffer(bytes) },
  {
    name: 'a slice on shared memory',
    grows: false,
    make: (bytes) =>
      unwritten(
        shared
          .buffer(bytes + 9)
          .writeBytes(pattern(bytes + 9, 7))
          .slice(5, bytes),
      ),
  },
  {
    name: 'wrapped',
    grows: false,
    make: (bytes) => unwritten(wrap(pattern(bytes + 5).subarray(3, 3 + bytes))),
  },
  { name: 'a slice', grows: false, make: (bytes) => unwritten(around(bytes, 3).slice(3, bytes)) },
  {
    name: 'a duplicate',
    grows: false,
    make: (bytes) => unwritten(basic.buffer(bytes).duplicate()),
  },
  {
    name: 'a retained slice of a released buffer',
    grows: false,
    make: (bytes) => {
      const whole = around(bytes, 1);
      const slice = whole.retainedSlice(1, bytes);
      whole.release();
      return unwritten(slice);
    },
  },
  {
    name: 'a slice of a nested retained slice',
    grows: false,
    make: (bytes) => {
      const whole = around(bytes, 6);
      const outer = whole.retainedSlice(2, bytes + 8);
      const inner = outer.retainedSlice(1, bytes + 6);
      whole.release();
      outer.release();
      return unwritten(inner.slice(3, bytes));
    },
  },
  { name: 'a composite of splinters', grows: true, make: splinters },
  {
    name: 'a slice of a composite',
    grows: false,
    make: (bytes) => unwritten(splinters(bytes + 5).slice(2, bytes)),
  },
  {
    name: 'a retained slice of a released composite',
    grows: false,
    make: (bytes) => {
      const whole = splinters(bytes + 5);
      const slice = whole.retainedSlice(4, bytes);
      whole.release();
      return unwritten(slice);
    },
  },
];

export const WAYS: readonly Way[] = MAKERS.map((way) => ({
  ...way,
  contiguous: !way.name.includes('composite'),
}));

/** `bytes` between the indices of a new buffer. */
export function filled(way: Way, bytes: Uint8Array): ByteBuf {
  const buf = way.make(bytes.length).writeBytes(bytes);
  return buf;
}

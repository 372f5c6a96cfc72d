/// <reference types="node" preserve="true" />
/**
 * Buffers without a pool: memory straight from the runtime, and the garbage collector's after use. The baseline
 * of every experiment, and what code that takes an {@link Allocator} runs on where nothing shall be pooled.
 */
import { ArgumentTypeError } from '../internal/errors.ts';
import type { Allocator } from './allocator.ts';
import { ByteBuf } from './byte-buf.ts';
import { MAX_CAPACITY, NO_BYTES, NO_VIEW } from './byte-buf-state.ts';
import { CompositeByteBuf } from './composite-byte-buf.ts';
import { expectSize } from './expect-size.ts';
import type { Home } from './home.ts';
import { freshSlices, type SliceHome } from './slice-home.ts';

/** Capacity of a buffer whose size is not given, in bytes. */
const DEFAULT_BYTES = 256;
const DEFAULT_COMPONENTS = 16;

/** Nothing is kept: a released handle stays dead, and lets go of its memory. */
class RuntimeHome implements Home {
  readonly allocator: Allocator;
  readonly fixed: boolean;

  constructor(allocator: Allocator, fixed: boolean) {
    this.allocator = allocator;
    this.fixed = fixed;
  }

  get slices(): SliceHome {
    return freshSlices;
  }

  takeBack(buf: ByteBuf): void {
    buf._bytes = NO_BYTES;
    buf._view = NO_VIEW;
    buf._seen = undefined;
  }

  inspect(): void {}

  moved(): void {}

  resized(): void {}
}

class Unpooled implements Allocator {
  readonly name = 'unpooled';
  readonly home: RuntimeHome = new RuntimeHome(this, false);
  readonly wrapped: RuntimeHome = new RuntimeHome(this, true);

  buffer(initialBytes: number = DEFAULT_BYTES, maxBytes: number = MAX_CAPACITY): ByteBuf {
    expectSize('initialBytes', initialBytes, 0);
    expectSize('maxBytes', maxBytes, initialBytes);
    return overBytes(this.home, Buffer.allocUnsafe(initialBytes))._begin(initialBytes, maxBytes);
  }

  composite(maxComponents: number = DEFAULT_COMPONENTS): CompositeByteBuf {
    return new CompositeByteBuf(this, freshSlices, maxComponents);
  }
}

const instance: Unpooled = new Unpooled();

/**
 * The allocator that does not pool: `Buffer.allocUnsafe`, and nothing comes back.
 *
 * @example
 * ```ts
 * import { unpooled } from 'rockpool';
 *
 * const buf = unpooled.buffer(16);
 * buf.writeUInt8(1);
 * buf.release(); // as with any buffer; the memory is collected
 * ```
 */
export const unpooled: Allocator = instance;

/**
 * A buffer over bytes that somebody else owns, all of them readable. Its capacity is fixed; its release frees
 * nothing, and the bytes are not copied.
 *
 * @throws {ArgumentTypeError} not a Uint8Array
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { wrap } from 'rockpool';
 *
 * const bytes = Buffer.from([0, 0, 0, 7]);
 * const buf = wrap(bytes);
 * assert.equal(buf.readUInt32BE(), 7);
 * buf.setUInt8(0, 1);
 * assert.equal(bytes[0], 1); // the same memory
 * buf.release();
 * ```
 */
export function wrap(bytes: Uint8Array): ByteBuf {
  if (!(bytes instanceof Uint8Array)) throw new ArgumentTypeError('wrap', 'bytes', 'a Uint8Array', bytes);
  const buf = overBytes(instance.wrapped, bytes)._begin(bytes.length, bytes.length);
  buf._writer = bytes.length;
  return buf;
}

function overBytes(home: Home, given: Uint8Array): ByteBuf {
  const bytes =
    given instanceof Buffer
      ? given
      : Buffer.from(given.buffer as ArrayBuffer, given.byteOffset, given.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return new ByteBuf(home, bytes, view, 0, bytes.length);
}

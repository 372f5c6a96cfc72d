/**
 * Where the handles of retained slices come from and go to: a stack of idle handles, one for all allocators of
 * an isolate, as a slice handle belongs to no memory.
 *
 * A slice that ends gives its reference on the root back. What it pointed to is cleared, so that an idle handle
 * keeps no chunk alive.
 */
import type { Allocator } from './allocator.ts';
import { ByteBuf } from './byte-buf.ts';
import { NO_BYTES, NO_VIEW } from './byte-buf-state.ts';
import type { Home } from './home.ts';

/** Idle handles kept, per stack: 1024 slices in flight cost no allocation. A handle has 184 bytes. */
const MAX_IDLE = 1024;

/** Makes, and perhaps recycles, the handles of retained slices. */
export class SliceHome implements Home {
  readonly #maxIdle: number;
  /** The last handle that came back; the others hang from it. */
  #idle: ByteBuf | undefined = undefined;
  #count = 0;

  /** @param recycle false: every slice is a new object, and one that is kept after its release stays dead */
  constructor(recycle: boolean) {
    this.#maxIdle = recycle ? MAX_IDLE : 0;
  }

  /** Slices come from their roots' homes; this is never asked. */
  get allocator(): Allocator {
    throw new Error('a slice has the allocator of its root');
  }

  get fixed(): boolean {
    return true;
  }

  get slices(): SliceHome {
    return this;
  }

  /** A handle without memory. */
  take(): ByteBuf {
    const slice = this.#idle;
    if (slice === undefined) return new ByteBuf(this, NO_BYTES, NO_VIEW, 0, 0);
    this.#idle = slice._next;
    slice._next = undefined;
    this.#count--;
    return slice;
  }

  takeBack(slice: ByteBuf): void {
    const root = slice._root;
    slice._root = slice;
    slice._bytes = NO_BYTES;
    slice._view = NO_VIEW;
    slice._seen = undefined;
    if (this.#count < this.#maxIdle) {
      slice._next = this.#idle;
      this.#idle = slice;
      this.#count++;
    }
    root._slices--;
    if (root._slices === 0 && root._refs === 0) root._end();
  }

  inspect(): void {}

  resized(): void {
    throw new Error('the capacity of a slice is fixed');
  }
}

/** Slices whose handles are used again. */
export const recycledSlices: SliceHome = new SliceHome(true);

/** Slices whose handles are not. */
export const freshSlices: SliceHome = new SliceHome(false);

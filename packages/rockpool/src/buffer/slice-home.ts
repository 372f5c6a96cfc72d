/**
 * Where the handles of retained slices come from and go to: a stack of idle handles, one for all allocators of
 * an isolate, as a slice handle belongs to no memory.
 *
 * A slice that ends gives its reference on the root back. What it pointed to stays in the idle handle, as its next
 * life mostly has the same root: a slice with its release costs 13 ns and not 15 (Node 20.20, `npm run bench --
 * buffer-slice`). So that an idle handle does not keep a chunk alive for long, all of them let go at each major
 * collection, and whenever an allocator is trimmed.
 */
import { type Ageable, onMajorGc } from '../internal/gc-epochs.ts';
import type { Allocator } from './allocator.ts';
import { ByteBuf } from './byte-buf.ts';
import { NO_BYTES, NO_VIEW } from './byte-buf-state.ts';
import type { Home } from './home.ts';

/** Idle handles kept, per stack: 1024 slices in flight cost no allocation. A handle has 184 bytes. */
const MAX_IDLE = 1024;

/** Makes, and perhaps recycles, the handles of retained slices. */
export class SliceHome implements Home, Ageable {
  readonly #maxIdle: number = 0;
  /** The last handle that came back; the others hang from it. */
  #idle: ByteBuf | undefined = undefined;
  #count = 0;
  #ageing = false;

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

  /** A handle without memory, or with that of its last life. */
  take(): ByteBuf {
    const slice = this.#idle;
    if (slice === undefined) return this.#make();
    this.#idle = slice._next;
    slice._next = undefined;
    this.#count--;
    return slice;
  }

  takeBack(slice: ByteBuf): void {
    const root = slice._root;
    slice._seen = undefined;
    if (this.#count < this.#maxIdle) {
      slice._next = this.#idle;
      this.#idle = slice;
      this.#count++;
    } else {
      forget(slice);
    }
    root._slices--;
    if (root._slices === 0 && root._refs === 0) root._end();
  }

  /** Idle handles let go of the memory of their last lives. */
  age(): void {
    for (let slice = this.#idle; slice !== undefined; slice = slice._next) forget(slice);
  }

  inspect(): void {}

  moved(): void {}

  resized(): void {
    throw new Error('the capacity of a slice is fixed');
  }

  #make(): ByteBuf {
    if (!this.#ageing && this.#maxIdle > 0) {
      this.#ageing = true;
      onMajorGc(this);
    }
    return new ByteBuf(this, NO_BYTES, NO_VIEW, 0, 0);
  }
}

function forget(slice: ByteBuf): void {
  slice._root = slice;
  slice._bytes = NO_BYTES;
  slice._view = NO_VIEW;
}

/** Slices whose handles are used again. */
export const recycledSlices: SliceHome = new SliceHome(true);

/** Slices whose handles are not. */
export const freshSlices: SliceHome = new SliceHome(false);

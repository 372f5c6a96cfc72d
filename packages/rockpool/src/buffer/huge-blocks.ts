/**
 * Buffers larger than a chunk: each has memory of its own, of exactly the size asked for, straight from the
 * runtime and back to it at the release.
 */
import type { Allocator } from './allocator.ts';
import type { ByteBuf } from './byte-buf.ts';
import type { Home } from './home.ts';
import type { SliceHome } from './slice-home.ts';

/** The home of an allocator's huge buffers. */
export class HugeBlocks implements Home {
  readonly allocator: Allocator;
  readonly slices: SliceHome;
  readonly #gone: (buf: ByteBuf) => void;
  allocations = 0;
  /** Live ones. */
  active = 0;
  /** Σ bytes of their memory. */
  bytes = 0;
  /** Σ capacity. */
  liveBytes = 0;

  /** @param gone told of each buffer that came back */
  constructor(allocator: Allocator, slices: SliceHome, gone: (buf: ByteBuf) => void) {
    this.allocator = allocator;
    this.slices = slices;
    this.#gone = gone;
  }

  /** A buffer begins its life. */
  begin(buf: ByteBuf, capacity: number, maxCapacity: number): ByteBuf {
    this.allocations++;
    this.active++;
    this.bytes += buf._blockBytes;
    this.liveBytes += capacity;
    return buf._begin(capacity, maxCapacity);
  }

  takeBack(buf: ByteBuf, capacity: number): void {
    this.active--;
    this.bytes -= buf._blockBytes;
    this.liveBytes -= capacity;
    this.#gone(buf);
  }

  get fixed(): boolean {
    return false;
  }

  inspect(): void {}

  moved(): void {}

  resized(_buf: ByteBuf, before: number, after: number): void {
    this.liveBytes += after - before;
  }
}

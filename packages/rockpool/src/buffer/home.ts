/**
 * Where a buffer's memory goes when its last reference is released.
 *
 * A counted handle (one with a reference count of its own) has a home for life: the magazine of its size class,
 * the huge blocks of an allocator, the runtime, or, for retained slices, the stack of idle handles.
 */
import type { CapturedStack } from '../internal/stack.ts';
import type { LeakTrack } from '../leak/leak-track.ts';
import type { Allocator } from './allocator.ts';
import type { ByteBuf } from './byte-buf.ts';
import type { SliceHome } from './slice-home.ts';

/** Takes memory back. */
export interface Home {
  /** Whose memory it is: copies and growth come from there. */
  readonly allocator: Allocator;
  /** Where the retained slices of its buffers come from. */
  readonly slices: SliceHome;
  /** Whether the capacity of its buffers cannot change. */
  readonly fixed: boolean;
  /**
   * The last reference is gone; `buf` is dead already, its fields of memory are as they were.
   *
   * @param capacity what it had, in bytes
   */
  takeBack(buf: ByteBuf, capacity: number): void;
  /** A live buffer is about to leave its block. @throws {CorruptionError} its bytes are damaged; at `strict` */
  inspect(buf: ByteBuf, capacity: number): void;
  /** A live buffer has a block of this home now that it did not have before. */
  moved(buf: ByteBuf): void;
  /** The capacity of a live buffer changed from `before` to `after` bytes, within its block. */
  resized(buf: ByteBuf, before: number, after: number): void;
}

/** What few buffers have, kept out of the others' way. */
export interface Extra {
  /** Set while the leak detector follows the buffer. */
  track: LeakTrack | undefined;
  /** A handle with the block that the buffer outgrew while slices of it were out; released with the buffer. */
  former: ByteBuf | undefined;
  /** Where the last reference was released; at `paranoid`. */
  released: CapturedStack | undefined;
}

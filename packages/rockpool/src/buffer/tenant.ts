/**
 * Who has a block of the arena, as far as the arena cares: somebody who knows how much of it is in use, and who can be
 * told that it lies elsewhere.
 *
 * The arena holds tenants strongly. The block of a buffer that is lost is lost with it, so that the handle may as well
 * stay. But what the leak detector follows must be seen to be lost: a {@link FollowedTenant} stands in its place.
 */
import type { Chunk } from './chunk.ts';

/** The holder of a block. */
export interface Tenant {
  /** Bytes of the block that a user asked for and has; 0 where nobody has it. @internal */
  readonly _liveBytes: number;
  /** Whether nobody but the tenant knows where its block is. @internal */
  readonly _movable: boolean;
  /** Its block is in `chunk` from now on, at `offset` bytes; the bytes are there already. @internal */
  _relocate(chunk: Chunk, offset: number): void;
  /** For tests: whether it believes its block there. @internal */
  _isAt(chunk: Chunk, offset: number): boolean;
}

/** A buffer that may be collected: its block does not move. */
export class FollowedTenant implements Tenant {
  readonly #buffer: WeakRef<Tenant>;
  /** What it had when it began to be followed, or grew into this block. */
  readonly #bytes: number;

  constructor(buffer: Tenant) {
    this.#buffer = new WeakRef(buffer);
    this.#bytes = buffer._liveBytes;
  }

  get _liveBytes(): number {
    return this.#buffer.deref()?._liveBytes ?? this.#bytes;
  }

  get _movable(): boolean {
    return false;
  }

  _relocate(): void {
    throw new Error('a buffer that is followed does not move');
  }

  _isAt(chunk: Chunk, offset: number): boolean {
    return this.#buffer.deref()?._isAt(chunk, offset) ?? true;
  }
}

/**
 * Who has a block of the arena, as far as the arena cares: somebody who can be told that it lies elsewhere.
 *
 * The arena knows tenants only to move them together (`compaction.ts`). It knows them strongly, so whoever must be
 * seen to be lost, as a buffer that the leak detector follows, is no tenant; its block stays where it is.
 */
import type { Chunk } from './chunk.ts';

/** The holder of a block. */
export interface Tenant {
  /** Whether nobody but the tenant knows where its block is. @internal */
  readonly _movable: boolean;
  /** Its block is in `chunk` from now on, at `offset` bytes; the bytes are there already. @internal */
  _relocate(chunk: Chunk, offset: number): void;
  /** For tests: whether it believes its block there. @internal */
  _isAt(chunk: Chunk, offset: number): boolean;
}

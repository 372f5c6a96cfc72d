/** Names for the parts of a map. */
import type { Snapshot } from '@rockpool/metrics';

export type ArenaMap = Snapshot['allocators'][number]['map'];
export type ChunkMap = ArenaMap['chunks'][number];
export type RunMap = ChunkMap['runs'][number];

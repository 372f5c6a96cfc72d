/** Shared memory for worker threads: `rockpool/shared`. */
export {
  ChannelClosedError,
  ChannelMemoryError,
  ChannelReceiverError,
  ChannelTimeoutError,
} from './channel-errors.ts';
export { MapFullError, MapNestedError } from './map-errors.ts';
export type { SharedMapKey } from './map-key.ts';
export type { SharedPoolAudit } from './pool-audit.ts';
export type { Reclaimed } from './reclaim.ts';
export type { LostBlock } from './self-audit.ts';
export { SharedAllocator } from './shared-allocator.ts';
export { SharedBlock } from './shared-block.ts';
export { SharedChannel, type SharedChannelHandle, type SharedChannelOptions } from './shared-channel.ts';
export {
  BlockHeldError,
  DetachedError,
  SharedExhaustedError,
  SharedLayoutError,
  ShareLimitError,
  StaleHandleError,
  TooManyWorkersError,
} from './shared-errors.ts';
export { SharedMap, type SharedMapHandle, type SharedMapOptions, type SharedMapStats } from './shared-map.ts';
export { type AdoptableWorker, SharedPool, type SharedPoolHandle } from './shared-pool.ts';
export type { SharedClassOptions, SharedPoolOptions } from './shared-pool-options.ts';
export type { Counters, SharedClassStats, SharedPoolStats, SharedWorkerStats } from './shared-stats.ts';

/** Resource pools: `rockpool/resource`. */
export { AcquireTimeoutError } from '../internal/acquire-timeout-error.ts';
export { HookError } from '../internal/hook-error.ts';
export { PoolClosedError } from '../internal/pool-closed-error.ts';
export {
  CreateError,
  type Holder,
  HookTimeoutError,
  QueueFullError,
  ResourceTimeoutError,
  type Shortage,
} from './resource-errors.ts';
export type { ResourcePoolEvent, ResourcePoolEvents } from './resource-events.ts';
export { ResourceLease } from './resource-lease.ts';
export { ResourcePool } from './resource-pool.ts';
export type {
  AcquireOptions,
  AcquireStacks,
  DestroyReason,
  PoolSize,
  ResourceInit,
  ResourcePoolOptions,
  RetryOptions,
} from './resource-pool-options.ts';
export type { ResourceCounts, ResourcePoolHistograms, ResourcePoolStats } from './resource-stats.ts';
export type { TimeBuckets, TimeSummary } from './time-histogram.ts';

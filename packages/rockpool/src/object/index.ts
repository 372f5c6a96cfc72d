/** Object pools: `rockpool/object`. */
export { HookError } from '../internal/hook-error.ts';
export { PoolClosedError } from '../internal/pool-closed-error.ts';
export { Pool } from './pool.ts';
export {
  DirtyResetError,
  DoublePutError,
  ForeignPutError,
  UseAfterPutError,
} from './pool-errors.ts';
export type {
  ChaosOptions,
  DropReason,
  PoolAging,
  PoolBounds,
  PoolChecks,
  PoolOptions,
  PoolStats,
  StrikeOptions,
} from './pool-options.ts';
export { auditReset } from './reset-audit.ts';

/** Object pools: `rockpool/object`. */
export { Pool } from './pool.ts';
export {
  DirtyResetError,
  DoublePutError,
  ForeignPutError,
  HookError,
  PoolClosedError,
  UseAfterPutError,
} from './pool-errors.ts';
export type {
  ChaosOptions,
  DropReason,
  PoolAging,
  PoolChecks,
  PoolOptions,
  PoolStats,
  StrikeOptions,
} from './pool-options.ts';
export { auditReset } from './reset-audit.ts';

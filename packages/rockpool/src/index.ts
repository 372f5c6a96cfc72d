/**
 * Rockpool: memory reuse for Node.js. The root has everything; each folder is a subpath of its own.
 */
export * from './buffer/index.ts';
export { type Census, census, type ResourcePoolView } from './census.ts';
export * from './codec/index.ts';
export { AcquireTimeoutError } from './internal/acquire-timeout-error.ts';
export { ArgumentTypeError, type ErrorCode, isRockpoolError, type RockpoolError } from './internal/errors.ts';
export {
  OptionRangeError,
  type OptionSite,
  OptionTypeError,
  UnknownOptionError,
} from './internal/options.ts';
export * from './leak/index.ts';
export * from './object/index.ts';
export * from './resource/index.ts';
export * from './scope/index.ts';
export * from './shared/index.ts';
export * from './tune/index.ts';

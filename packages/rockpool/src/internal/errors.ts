/**
 * What all of Rockpool's errors share: a stable `code` and a brand.
 *
 * Misuse throws the built-in class (`TypeError`, `RangeError`) or a small subclass of it; what callers catch
 * has a class of its own. The brand is registered (`Symbol.for`), so that an error is recognised even when two
 * copies of the library are loaded, where `instanceof` fails.
 */

const BRAND: unique symbol = Symbol.for('rockpool.error') as never;

/** Every code that an error of this library may carry. Codes are stable: they only ever get added. */
export type ErrorCode =
  | 'ERR_ROCKPOOL_OPTION_TYPE'
  | 'ERR_ROCKPOOL_OPTION_RANGE'
  | 'ERR_ROCKPOOL_OPTION_UNKNOWN'
  | 'ERR_ROCKPOOL_ARGUMENT_TYPE'
  | 'ERR_ROCKPOOL_ARGUMENT_RANGE'
  | 'ERR_ROCKPOOL_POOL_CLOSED'
  | 'ERR_ROCKPOOL_DOUBLE_PUT'
  | 'ERR_ROCKPOOL_FOREIGN_PUT'
  | 'ERR_ROCKPOOL_USE_AFTER_PUT'
  | 'ERR_ROCKPOOL_DIRTY_RESET'
  | 'ERR_ROCKPOOL_RESET_FAILED'
  | 'ERR_ROCKPOOL_DESTROY_FAILED'
  | 'ERR_ROCKPOOL_VALIDATE_FAILED'
  | 'ERR_ROCKPOOL_HOOK_TIMEOUT'
  | 'ERR_ROCKPOOL_CREATE_FAILED'
  | 'ERR_ROCKPOOL_QUEUE_FULL'
  | 'ERR_ROCKPOOL_DOUBLE_RELEASE'
  | 'ERR_ROCKPOOL_USE_AFTER_RELEASE'
  | 'ERR_ROCKPOOL_SCOPE_ENDED'
  | 'ERR_ROCKPOOL_SCOPE_ASYNC'
  | 'ERR_ROCKPOOL_INDEX_RANGE'
  | 'ERR_ROCKPOOL_VALUE_RANGE'
  | 'ERR_ROCKPOOL_CAPACITY'
  | 'ERR_ROCKPOOL_REF_COUNT'
  | 'ERR_ROCKPOOL_READ_ONLY'
  | 'ERR_ROCKPOOL_BYTE_BUDGET'
  | 'ERR_ROCKPOOL_CORRUPTION'
  | 'ERR_ROCKPOOL_ALLOCATOR_CLOSED'
  | 'ERR_ROCKPOOL_FRAME_TOO_LONG'
  | 'ERR_ROCKPOOL_FRAME_CORRUPTED'
  | 'ERR_ROCKPOOL_FRAME_TRUNCATED'
  | 'ERR_ROCKPOOL_FRAME_LENGTH'
  | 'ERR_ROCKPOOL_DECODER_CLOSED'
  | 'ERR_ROCKPOOL_DECODER_STALLED'
  | 'ERR_ROCKPOOL_WRITER_FULL'
  | 'ERR_ROCKPOOL_WRITER_CLOSED'
  | 'ERR_ROCKPOOL_SOURCE_CLOSED'
  | 'ERR_ROCKPOOL_CONCURRENT_NEXT'
  | 'ERR_ROCKPOOL_ACQUIRE_TIMEOUT'
  | 'ERR_ROCKPOOL_SHARED_LAYOUT'
  | 'ERR_ROCKPOOL_SHARED_EXHAUSTED'
  | 'ERR_ROCKPOOL_TOO_MANY_WORKERS'
  | 'ERR_ROCKPOOL_DETACHED'
  | 'ERR_ROCKPOOL_STALE_HANDLE'
  | 'ERR_ROCKPOOL_BLOCK_HELD'
  | 'ERR_ROCKPOOL_SHARE_LIMIT'
  | 'ERR_ROCKPOOL_CHANNEL_CLOSED'
  | 'ERR_ROCKPOOL_CHANNEL_TIMEOUT'
  | 'ERR_ROCKPOOL_CHANNEL_RECEIVER'
  | 'ERR_ROCKPOOL_CHANNEL_MEMORY'
  | 'ERR_ROCKPOOL_MAP_FULL'
  | 'ERR_ROCKPOOL_MAP_NESTED';

/** An error made by this library. */
export interface RockpoolError extends Error {
  readonly code: ErrorCode;
}

/**
 * Marks `error` as the library's own; called by the constructors of its error classes.
 */
export function brand(error: Error): void {
  Object.defineProperty(error, BRAND, { value: true });
}

/**
 * Tells whether `error` was made by this library, by any copy of it.
 *
 * @param error anything that was thrown
 * @returns true for every error that carries an `ERR_ROCKPOOL_…` code
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { isRockpoolError, Pool } from 'rockpool';
 *
 * try {
 *   new Pool({ create: () => ({}), maxIdle: -1 });
 * } catch (error) {
 *   assert(isRockpoolError(error));
 *   assert.equal(error.code, 'ERR_ROCKPOOL_OPTION_RANGE');
 * }
 * ```
 */
export function isRockpoolError(error: unknown): error is RockpoolError {
  return typeof error === 'object' && error !== null && (error as Record<symbol, unknown>)[BRAND] === true;
}

/**
 * An argument of the wrong kind: a `TypeError` that names it.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ArgumentTypeError, Pool } from 'rockpool';
 *
 * const pool = new Pool({ create: () => ({}) });
 * assert.throws(() => pool.put(null as never), ArgumentTypeError);
 * ```
 */
export class ArgumentTypeError extends TypeError {
  readonly code = 'ERR_ROCKPOOL_ARGUMENT_TYPE' as const;
  /** The argument's name. */
  readonly argument: string;
  /** What was received. */
  readonly value: unknown;

  /**
   * @param action what was asked for, as in "put into pool 'rows'"
   * @param argument the argument's name
   * @param expected what it must be, as in "a function"
   * @param value what was received
   */
  constructor(action: string, argument: string, expected: string, value: unknown) {
    super(`Cannot ${action} as '${argument}' must be ${expected}: received ${show(value)}`);
    this.name = 'ArgumentTypeError';
    this.argument = argument;
    this.value = value;
    brand(this);
  }
}

/** A value as it stands in an error message: short, quoted where it is a string, never throwing. */
export function show(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length > 60 ? `'${value.slice(0, 57)}…'` : `'${value}'`;
    case 'bigint':
      return `${value}n`;
    case 'function':
      return value.name === '' ? 'a function' : `function ${value.name}`;
    case 'object':
      return value === null ? 'null' : describeObject(value);
    default:
      return Object.is(value, -0) ? '-0' : String(value);
  }
}

/** What was thrown, as text; never throws, whatever it was. */
export function thrownText(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return show(thrown);
  }
}

function describeObject(value: object): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === 'string' && name !== '' && name !== 'Object'
    ? `an instance of ${name}`
    : 'an object';
}

/**
 * Checks of constructor options. Each names the option, the value and the range, in one grammar:
 * "Cannot create pool as 'maxIdle' must be an integer from 0 to 8388608: received -1".
 *
 * Runs at construction only, never on a hot path.
 */
import { brand, show } from './errors.ts';

/** Where options are read: what the user was about to do ("create pool"). */
export interface OptionSite {
  readonly action: string;
}

/**
 * An option of the wrong type.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { OptionTypeError, Pool } from 'rockpool';
 *
 * assert.throws(() => new Pool({ create: 'Buffer' as never }), (error: unknown) => {
 *   assert(error instanceof OptionTypeError);
 *   assert.equal(error.option, 'create');
 *   return true;
 * });
 * ```
 */
export class OptionTypeError extends TypeError {
  readonly code = 'ERR_ROCKPOOL_OPTION_TYPE' as const;
  readonly option: string;
  readonly value: unknown;

  constructor(site: OptionSite, option: string, expected: string, value: unknown) {
    super(`Cannot ${site.action} as '${option}' must be ${expected}: received ${show(value)}`);
    this.name = 'OptionTypeError';
    this.option = option;
    this.value = value;
    brand(this);
  }
}

/**
 * An option of the right type outside its range.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { OptionRangeError, Pool } from 'rockpool';
 *
 * assert.throws(() => new Pool({ create: () => ({}), maxIdle: -1 }), (error: unknown) => {
 *   assert(error instanceof OptionRangeError);
 *   assert.match(error.message, /'maxIdle' must be an integer from 0 to 8388608: received -1/);
 *   return true;
 * });
 * ```
 */
export class OptionRangeError extends RangeError {
  readonly code = 'ERR_ROCKPOOL_OPTION_RANGE' as const;
  readonly option: string;
  readonly value: unknown;

  constructor(site: OptionSite, option: string, expected: string, value: unknown) {
    super(`Cannot ${site.action} as '${option}' must be ${expected}: received ${show(value)}`);
    this.name = 'OptionRangeError';
    this.option = option;
    this.value = value;
    brand(this);
  }
}

/**
 * An option that does not exist: most often a spelling mistake.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { Pool, UnknownOptionError } from 'rockpool';
 *
 * const options = { create: () => ({}), maxidle: 3 };
 * assert.throws(() => new Pool(options), (error: unknown) => {
 *   assert(error instanceof UnknownOptionError);
 *   assert.match(error.message, /did you mean 'maxIdle'/);
 *   return true;
 * });
 * ```
 */
export class UnknownOptionError extends TypeError {
  readonly code = 'ERR_ROCKPOOL_OPTION_UNKNOWN' as const;
  readonly option: string;
  readonly value: unknown;

  constructor(site: OptionSite, option: string, known: readonly string[], value: unknown) {
    const near = known.find((name) => isNear(name.toLowerCase(), option.toLowerCase()));
    const hint = near === undefined ? `known are ${known.join(', ')}` : `did you mean '${near}'`;
    super(`Cannot ${site.action} as '${option}' is not an option: ${hint}`);
    this.name = 'UnknownOptionError';
    this.option = option;
    this.value = value;
    brand(this);
  }
}

/** Whether `b` is `a` but for one or two letters that were left out, added or changed. */
function isNear(a: string, b: string, budget = Math.min(2, a.length >> 1)): boolean {
  if (a === b) return true;
  if (budget === 0) return false;
  if (a[0] !== undefined && a[0] === b[0]) return isNear(a.slice(1), b.slice(1), budget);
  return (
    (a !== '' && isNear(a.slice(1), b, budget - 1)) ||
    (b !== '' && isNear(a, b.slice(1), budget - 1)) ||
    (a !== '' && b !== '' && isNear(a.slice(1), b.slice(1), budget - 1))
  );
}

/** Refuses what is not an object, and every name outside `known`. `path` prefixes nested options. */
export function readOptions<T extends object>(
  site: OptionSite,
  options: T,
  known: readonly (keyof T & string)[],
  path = 'options',
): T {
  if (typeof options !== 'object' || options === null) {
    throw new OptionTypeError(site, path, 'an object', options);
  }
  for (const name of Object.keys(options)) {
    if (!(known as readonly string[]).includes(name)) {
      throw new UnknownOptionError(site, name, known, (options as Record<string, unknown>)[name]);
    }
  }
  return options;
}

// Each check returns the value, or `fallback` where the option was left out.

export function expectFunction<F>(site: OptionSite, option: string, value: F): F {
  if (typeof value !== 'function') throw new OptionTypeError(site, option, 'a function', value);
  return value;
}

export function expectString(
  site: OptionSite,
  option: string,
  value: string | undefined,
  fallback: string,
): string {
  if (value === undefined) return fallback;
  if (typeof value !== 'string') throw new OptionTypeError(site, option, 'a string', value);
  return value;
}

export function expectBoolean(
  site: OptionSite,
  option: string,
  value: boolean | undefined,
  fallback: boolean,
): boolean {
  if (value === undefined) return fallback;
  if (typeof value !== 'boolean') throw new OptionTypeError(site, option, 'a boolean', value);
  return value;
}

export function expectOneOf<T extends string>(
  site: OptionSite,
  option: string,
  value: T | undefined,
  allowed: readonly T[],
  fallback: T,
): T {
  if (value === undefined) return fallback;
  const expected = `one of ${allowed.map((name) => `'${name}'`).join(', ')}`;
  if (typeof value !== 'string') throw new OptionTypeError(site, option, expected, value);
  if (!allowed.includes(value)) throw new OptionRangeError(site, option, expected, value);
  return value;
}

export function expectInteger(
  site: OptionSite,
  option: string,
  value: number | undefined,
  min: number,
  max: number,
  fallback: number,
): number {
  if (value === undefined) return smallInteger(fallback);
  const expected = `an integer from ${min} to ${max}`;
  if (typeof value !== 'number') throw new OptionTypeError(site, option, expected, value);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new OptionRangeError(site, option, expected, value);
  }
  return smallInteger(value);
}

/** As V8's small integer where it is one: `2 ** 20` is a double for it, and so is all that is computed from that. */
export function smallInteger(value: number): number {
  const small = value | 0;
  return small === value ? small : value;
}

/** Node's longest timer, almost 25 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A time: what a timer can be set to, or Infinity for never. */
export function expectMilliseconds(
  site: OptionSite,
  option: string,
  value: number | undefined,
  min: number,
  fallback: number,
): number {
  if (value === undefined) return fallback;
  const expected = `milliseconds from ${min} to ${LONGEST_TIMER_MS}, or Infinity`;
  if (typeof value !== 'number') throw new OptionTypeError(site, option, expected, value);
  if (value === Number.POSITIVE_INFINITY || (value >= min && value <= LONGEST_TIMER_MS)) return value;
  throw new OptionRangeError(site, option, expected, value);
}

export function expectFraction(
  site: OptionSite,
  option: string,
  value: number | undefined,
  fallback: number,
): number {
  if (value === undefined) return fallback;
  const expected = 'a number from 0 to 1';
  if (typeof value !== 'number') throw new OptionTypeError(site, option, expected, value);
  if (!(value >= 0 && value <= 1)) throw new OptionRangeError(site, option, expected, value);
  return value;
}

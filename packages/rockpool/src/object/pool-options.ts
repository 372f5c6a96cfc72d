/**
 * The options of a {@link Pool}, the shape of its statistics, and the checks that run at construction.
 *
 * Policy lives in `pool.ts`, the structure of the idle items in `idle-stack.ts`; here is only what a user
 * writes down, with units, ranges and defaults.
 */
import {
  expectFunction,
  expectInteger,
  expectOneOf,
  expectString,
  type OptionSite,
  OptionTypeError,
  readOptions,
} from '../internal/options.ts';
import { LeakDetector } from '../leak/leak-detector.ts';

/**
 * How closely a pool watches its users.
 *
 * | level | double put | foreign put | use after put | lost items |
 * |---|---|---|---|---|
 * | `off` | – | – | – | – |
 * | `basic` | the last item put, and any put beyond the number of gets | any put beyond the number of gets | through leases | sampled |
 * | `strict` | every one | every one | through leases | every one |
 * | `paranoid` | every one, with both stacks | every one | every one on ordinary objects; writes on typed arrays | every one |
 */
export type PoolChecks = 'off' | 'basic' | 'strict' | 'paranoid';

/** Why a pool let go of an item; handed to `destroy`. */
export type DropReason =
  /** It sat idle through two ageing epochs. */
  | 'aged'
  /** `maxIdle` or `maxIdleBytes` left no room for it. */
  | 'full'
  /** `reset` threw. */
  | 'reset-failed'
  /** The reset audit found it dirty, or it was written to after it was put back. */
  | 'corrupt'
  /** Its strikes ran out: large, and hardly used, several times in a row. */
  | 'oversized'
  /** `discard()` was called with it. */
  | 'discarded'
  /** `trim()` or `clear()` was called. */
  | 'cleared'
  /** The pool is closed. */
  | 'closed'
  /** The chaos mode took it. */
  | 'chaos';

/** When idle items age: at each major collection, when `age()` is called, or by a timer. */
export type PoolAging = 'gc' | 'manual' | { readonly intervalMs: number };

/** The strike policy for items that grow; see {@link PoolOptions.strikes}. */
export interface StrikeOptions<T> {
  /** Bytes of the item that its last user needed; read before `reset`. */
  readonly usedOf: (item: T) => number;
  /** Items of at most this many bytes never get a strike. Default 4096. */
  readonly freeBytes?: number;
  /** A use of at least this fraction of `sizeOf` clears the strikes. 0 to 1, default 0.25. */
  readonly minUse?: number;
  /** The strike that drops the item. 1 or more, default 5. */
  readonly limit?: number;
}

/** How the chaos mode misbehaves; see {@link PoolOptions.chaos}. */
export interface ChaosOptions {
  /** Probability that a put drops the item. 0 to 1, default 0.25. */
  readonly dropRate?: number;
  /** Whether `get` takes a random idle item rather than the last one put. Default true. */
  readonly shuffle?: boolean;
  /** Seed of the random sequence, a 32-bit integer, so that a failure can be run again. Default 1. */
  readonly seed?: number;
}

/** Options of {@link Pool}. Unknown names are refused. */
export interface PoolOptions<T extends object> {
  /**
   * Makes an item when no idle one is there. `hintBytes` is the size that users of dropped oversized items
   * really needed (0 while unknown; see `strikes`).
   */
  readonly create: (hintBytes: number) => T;
  /** Brings an item back to its first state. Runs in `put`, before anyone else can see the item. */
  readonly reset?: (item: T) => void;
  /** Frees what an item holds, once, when the pool lets go of it. */
  readonly destroy?: (item: T, reason: DropReason) => void;
  /** Name in errors, statistics and leak reports. Default `'pool'`. */
  readonly name?: string;
  /** Most items kept idle, victims included. 0 to 2^24, default 4096. */
  readonly maxIdle?: number;
  /** Ageing and `trim()` leave this many idle items alone. 0 to `maxIdle`, default 0. */
  readonly minIdle?: number;
  /** Bytes an item occupies. Read once, in `put`; the charge is stored with the idle item. */
  readonly sizeOf?: (item: T) => number;
  /** Most bytes kept idle. Needs `sizeOf`. Default 64 MiB when there is a `sizeOf`. */
  readonly maxIdleBytes?: number;
  /** Drops items that grew and are hardly used. Needs `sizeOf`. */
  readonly strikes?: StrikeOptions<T>;
  /** Default `'gc'`. */
  readonly aging?: PoolAging;
  /** Default `'basic'`. */
  readonly checks?: PoolChecks;
  /** For tests: drops a quarter of the puts and shuffles reuse, so that nobody relies on retention. */
  readonly chaos?: boolean | ChaosOptions;
  /** Told of every error thrown by `reset` and `destroy`; without it they become process warnings. */
  readonly onError?: (error: unknown) => void;
  /** Who is told of lost items. Default {@link LeakDetector.default}. */
  readonly leakDetector?: LeakDetector;
}

/**
 * A pool's counters at one moment. They obey
 * `gets = hits + misses` and `outstanding = gets − puts − discards − lost` (while nothing foreign is put).
 */
export interface PoolStats {
  readonly name: string;
  /** Calls of `get`, `use` and `lease`, and of `tryGet` that found an item. */
  readonly gets: number;
  /** Gets served from an idle item. */
  readonly hits: number;
  /** Gets that had to create. */
  readonly misses: number;
  /** Items made: misses and prewarmed ones. */
  readonly created: number;
  /** Calls of `put` that took back an item, whether it was then kept or dropped. */
  readonly puts: number;
  /** Items handed to `discard`. */
  readonly discards: number;
  /** Items that the pool let go of, for each reason. */
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Items ready to be handed out, victims included. */
  readonly idle: number;
  /** Idle items that the next epoch drops. */
  readonly victims: number;
  /** Bytes charged for the idle items; 0 without `sizeOf`. */
  readonly idleBytes: number;
  /** Bounds in force: the options, or what `resize` said since. */
  readonly maxIdle: number;
  readonly minIdle: number;
  readonly maxIdleBytes: number;
  /** Items out with users. */
  readonly outstanding: number;
  /** Items that were checked out and collected without coming back, as far as they were noticed. */
  readonly lost: number;
  /** Ageing epochs so far. */
  readonly epochs: number;
  readonly closed: boolean;
}

/** What {@link Pool.resize} changes; what is left out stays. Unknown names are refused. */
export interface PoolBounds {
  /** Most items kept idle, victims included. 2 to 2^23, of a pool that began with 0 or 1 from 0. */
  readonly maxIdle?: number;
  /** 0 to `maxIdle`. */
  readonly minIdle?: number;
  /** Needs `sizeOf`. */
  readonly maxIdleBytes?: number;
}

/** Options as read: checked, with defaults, and with the hooks that are absent as undefined. Only bounds change. */
export interface PoolSettings<T extends object> {
  readonly create: (hintBytes: number) => T;
  readonly reset: ((item: T) => void) | undefined;
  readonly destroy: ((item: T, reason: DropReason) => void) | undefined;
  readonly name: string;
  maxIdle: number;
  minIdle: number;
  readonly sizeOf: ((item: T) => number) | undefined;
  maxIdleBytes: number;
  readonly strikes: StrikeOptions<T> | undefined;
  readonly aging: PoolAging;
  readonly checks: PoolChecks;
  readonly chaos: ChaosOptions | undefined;
  readonly onError: ((error: unknown) => void) | undefined;
  readonly leakDetector: LeakDetector;
}

/** What the pool was about to do when an option is refused. */
export const SITE: OptionSite = { action: 'create pool' };

const NAMES: readonly (keyof PoolOptions<object>)[] = [
  'create',
  'reset',
  'destroy',
  'name',
  'maxIdle',
  'minIdle',
  'sizeOf',
  'maxIdleBytes',
  'strikes',
  'aging',
  'checks',
  'chaos',
  'onError',
  'leakDetector',
];
const CHECKS: readonly PoolChecks[] = ['off', 'basic', 'strict', 'paranoid'];

/** Most items a pool may keep: 16 Mi, the length at which an array still has fast elements. */
const MAX_IDLE = 2 ** 23;
const DEFAULT_MAX_IDLE = 4096;
const DEFAULT_MAX_IDLE_BYTES = 64 * 1024 * 1024;
/** Node's longest timer. */
const MAX_INTERVAL_MS = 2 ** 31 - 1;

/**
 * Checks `options` and fills in defaults.
 *
 * @throws {OptionTypeError} an option has the wrong type
 * @throws {OptionRangeError} an option lies outside its range
 * @throws {UnknownOptionError} an option does not exist
 */
export function readPoolOptions<T extends object>(options: PoolOptions<T>): PoolSettings<T> {
  const o = readOptions(SITE, options, NAMES);
  const maxIdle = expectInteger(SITE, 'maxIdle', o.maxIdle, 0, MAX_IDLE, DEFAULT_MAX_IDLE);
  const sizeOf = optionalFunction('sizeOf', o.sizeOf);
  if (sizeOf === undefined && o.maxIdleBytes !== undefined) needsSizeOf('maxIdleBytes', o.maxIdleBytes);
  if (sizeOf === undefined && o.strikes !== undefined) needsSizeOf('strikes', o.strikes);
  return {
    create: expectFunction(SITE, 'create', o.create),
    reset: optionalFunction('reset', o.reset),
    destroy: optionalFunction('destroy', o.destroy),
    name: expectString(SITE, 'name', o.name, 'pool'),
    maxIdle,
    minIdle: expectInteger(SITE, 'minIdle', o.minIdle, 0, maxIdle, 0),
    sizeOf,
    maxIdleBytes: expectInteger(
      SITE,
      'maxIdleBytes',
      o.maxIdleBytes,
      0,
      Number.MAX_SAFE_INTEGER,
      DEFAULT_MAX_IDLE_BYTES,
    ),
    strikes: o.strikes,
    aging: readAging(o.aging),
    checks: expectOneOf(SITE, 'checks', o.checks, CHECKS, 'basic'),
    chaos: readChaos(o.chaos),
    onError: optionalFunction('onError', o.onError),
    leakDetector: readDetector(o.leakDetector),
  };
}

/**
 * Checks new bounds against each other and against what is in force.
 *
 * @throws as {@link readPoolOptions}
 */
export function readPoolBounds<T extends object>(
  label: string,
  bounds: PoolBounds,
  now: PoolSettings<T>,
): Required<PoolBounds> {
  const site: OptionSite = { action: `resize ${label}` };
  const o = readOptions(site, bounds, ['maxIdle', 'minIdle', 'maxIdleBytes']);
  // The direct path keeps one item outside the stack, so that it cannot keep fewer than two.
  const least = now.maxIdle >= 2 ? 2 : 0;
  const maxIdle = expectInteger(site, 'maxIdle', o.maxIdle, least, MAX_IDLE, now.maxIdle);
  if (now.sizeOf === undefined && o.maxIdleBytes !== undefined) {
    throw new OptionTypeError(site, 'maxIdleBytes', "left out where there is no 'sizeOf'", o.maxIdleBytes);
  }
  const most = Number.MAX_SAFE_INTEGER;
  return {
    maxIdle,
    minIdle: expectInteger(site, 'minIdle', o.minIdle, 0, maxIdle, Math.min(now.minIdle, maxIdle)),
    maxIdleBytes: expectInteger(site, 'maxIdleBytes', o.maxIdleBytes, 0, most, now.maxIdleBytes),
  };
}

function optionalFunction<F>(option: string, value: F | undefined): F | undefined {
  return value === undefined ? undefined : expectFunction(SITE, option, value);
}

function needsSizeOf(option: string, value: unknown): never {
  throw new OptionTypeError(SITE, option, "left out where there is no 'sizeOf'", value);
}

function readAging(value: PoolAging | undefined): PoolAging {
  if (typeof value !== 'object')
    return expectOneOf<'gc' | 'manual'>(SITE, 'aging', value, ['gc', 'manual'], 'gc');
  const { intervalMs } = readOptions(SITE, value, ['intervalMs'], 'aging');
  if (intervalMs === undefined) throw new OptionTypeError(SITE, 'aging.intervalMs', 'a number', intervalMs);
  return { intervalMs: expectInteger(SITE, 'aging.intervalMs', intervalMs, 1, MAX_INTERVAL_MS, 1) };
}

function readChaos(value: boolean | ChaosOptions | undefined): ChaosOptions | undefined {
  if (value === undefined || value === false) return undefined;
  if (value === true) return {};
  if (typeof value !== 'object') throw new OptionTypeError(SITE, 'chaos', 'a boolean or an object', value);
  return value;
}

function readDetector(value: LeakDetector | undefined): LeakDetector {
  if (value === undefined) return LeakDetector.default;
  if (!(value instanceof LeakDetector)) {
    throw new OptionTypeError(SITE, 'leakDetector', 'a LeakDetector', value);
  }
  return value;
}

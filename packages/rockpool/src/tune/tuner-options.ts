/** The options of a {@link Tuner}, their defaults and checks. */
import { ByteBufAllocator } from '../buffer/byte-buf-allocator.ts';
import {
  expectBoolean,
  expectFraction,
  expectFunction,
  expectInteger,
  OptionRangeError,
  type OptionSite,
  OptionTypeError,
  readOptions,
} from '../internal/options.ts';
import { Pool } from '../object/pool.ts';
import type { PoolBounds, PoolStats } from '../object/pool-options.ts';
import type { Decision } from './decision.ts';
import { memoryLoads, type NamedLoad } from './memory-loads.ts';

/** What a tuner needs of an object pool: every {@link Pool} has it. */
export interface TunablePool {
  stats(): PoolStats;
  resize(bounds: PoolBounds): number;
  trim(): number;
}

/** What a tuner can steer: allocators and object pools. */
export type TunerTarget = ByteBufAllocator | TunablePool;

/** A least and a most. */
export type Bound = readonly [least: number, most: number];

/** What a tuner is to reach. */
export interface TunerGoals {
  /** Bytes that the caches of all allocators may keep together. 0 or more, default 64 MiB. */
  readonly budgetBytes?: number;
  /** From this hit rate on an allocator's bounds are not raised any more. 0 to 1, default 0.99. */
  readonly hitRate?: number;
}

/** What a tuner may set, at least and at most. */
export interface TunerBounds {
  /** Bytes in the cache of each allocator. Default 64 KiB to the budget. */
  readonly maxCachedBytes?: Bound;
  /** The largest buffer that is kept. Default 0 to 2^31 − 1; no cache keeps more than its allocator's chunk. */
  readonly maxBufferBytes?: Bound;
  /** Allocations between two trims. Default 1024 to 2^20. */
  readonly trimInterval?: Bound;
  /** Idle items of each object pool. Default 16 to 65,536. */
  readonly maxIdle?: Bound;
  /** Items that ageing leaves alone. Default 0 to 4096. */
  readonly minIdle?: Bound;
}

/** When memory is short; see {@link watchMemoryPressure}, which does the trims alone. */
export interface TunerPressure {
  /** Fraction of a limit from which on the budget is halved at each look, and what was not used lately is given back. 0 to 1, default 0.75. */
  readonly medium?: number;
  /** Fraction from which on everything idle is given back. `medium` to 1, default 0.9. */
  readonly high?: number;
  /** Tells the loads. Default: V8's heap against its limit, resident bytes against the container's or the machine's. */
  readonly measure?: () => readonly NamedLoad[];
}

/** Options of {@link Tuner}. Unknown names are refused. */
export interface TunerOptions {
  /** Allocators and object pools; known weakly. */
  readonly targets: Iterable<TunerTarget>;
  readonly goals?: TunerGoals;
  /** Milliseconds between two looks. 10 to 2^31 − 1, default 250. */
  readonly intervalMs?: number;
  /** Milliseconds for which a bound that was changed is not lowered. Default 5 intervals. */
  readonly coolDownMs?: number;
  /** Looks that are remembered: bounds are lowered when none of them wanted more. 2 to 1000, default 40. */
  readonly window?: number;
  readonly bounds?: TunerBounds;
  /** `false`: memory is not looked at. */
  readonly pressure?: false | TunerPressure;
  /** Decides, and changes nothing. */
  readonly dryRun?: boolean;
  /** Told of each decision, behind its effect. */
  readonly onDecision?: (decision: Decision) => void;
  /** Told of what a listener or a measurement throws; without it, that becomes a process warning. */
  readonly onError?: (error: unknown) => void;
}

/** What is in force. Holds no target. */
export interface TunerSettings {
  readonly budgetBytes: number;
  readonly hitRate: number;
  readonly intervalMs: number;
  readonly coolDownLooks: number;
  readonly window: number;
  readonly bounds: Required<TunerBounds>;
  readonly pressure: Required<TunerPressure> | undefined;
  readonly dryRun: boolean;
  readonly onDecision: ((decision: Decision) => void) | undefined;
  readonly onError: ((error: unknown) => void) | undefined;
}

const SITE: OptionSite = { action: 'create tuner' };
const MIB = 1024 * 1024;
const MOST = Number.MAX_SAFE_INTEGER;
const LONGEST_MS = 2 ** 31 - 1;

/** @throws {OptionTypeError} @throws {OptionRangeError} @throws {UnknownOptionError} */
export function readTunerOptions(
  options: TunerOptions,
): TunerSettings & { readonly targets: readonly TunerTarget[] } {
  const given = readOptions(SITE, options, [
    'targets',
    'goals',
    'intervalMs',
    'coolDownMs',
    'window',
    'bounds',
    'pressure',
    'dryRun',
    'onDecision',
    'onError',
  ]);
  const goals = readOptions(SITE, given.goals ?? {}, ['budgetBytes', 'hitRate'], 'goals');
  const budgetBytes = expectInteger(SITE, 'goals.budgetBytes', goals.budgetBytes, 0, MOST, 64 * MIB);
  const intervalMs = expectInteger(SITE, 'intervalMs', given.intervalMs, 10, LONGEST_MS, 250);
  const coolDownMs = expectInteger(SITE, 'coolDownMs', given.coolDownMs, 0, LONGEST_MS, 5 * intervalMs);
  return {
    targets: readTargets(given.targets),
    budgetBytes,
    hitRate: expectFraction(SITE, 'goals.hitRate', goals.hitRate, 0.99),
    intervalMs,
    coolDownLooks: Math.ceil(coolDownMs / intervalMs),
    window: expectInteger(SITE, 'window', given.window, 2, 1000, 40),
    bounds: readBounds(given.bounds, budgetBytes),
    pressure: readPressure(given.pressure),
    dryRun: expectBoolean(SITE, 'dryRun', given.dryRun, false),
    onDecision: optionalFunction('onDecision', given.onDecision),
    onError: optionalFunction('onError', given.onError),
  };
}

function optionalFunction<F>(option: string, value: F | undefined): F | undefined {
  return value === undefined ? undefined : expectFunction(SITE, option, value);
}

function readTargets(targets: Iterable<TunerTarget>): readonly TunerTarget[] {
  const expected = 'allocators and object pools';
  if (typeof targets?.[Symbol.iterator] !== 'function') {
    throw new OptionTypeError(SITE, 'targets', expected, targets);
  }
  const list = [...targets];
  for (const target of list) {
    if (!(target instanceof ByteBufAllocator || target instanceof Pool)) {
      throw new OptionTypeError(SITE, 'targets', expected, target);
    }
  }
  return [...new Set(list)];
}

function readBounds(bounds: TunerBounds | undefined, budgetBytes: number): Required<TunerBounds> {
  const given = readOptions(
    SITE,
    bounds ?? {},
    ['maxCachedBytes', 'maxBufferBytes', 'trimInterval', 'maxIdle', 'minIdle'],
    'bounds',
  );
  return {
    maxCachedBytes: readBound('maxCachedBytes', given.maxCachedBytes, 0, MOST, [
      Math.min(65_536, budgetBytes),
      budgetBytes,
    ]),
    maxBufferBytes: readBound('maxBufferBytes', given.maxBufferBytes, 0, LONGEST_MS, [0, LONGEST_MS]),
    trimInterval: readBound('trimInterval', given.trimInterval, 1, 2 ** 29, [1024, 2 ** 20]),
    maxIdle: readBound('maxIdle', given.maxIdle, 2, 2 ** 23, [16, 65_536]),
    minIdle: readBound('minIdle', given.minIdle, 0, 2 ** 23, [0, 4096]),
  };
}

function readBound(name: string, bound: Bound | undefined, min: number, max: number, fallback: Bound): Bound {
  if (bound === undefined) return fallback;
  const option = `bounds.${name}`;
  if (!Array.isArray(bound) || bound.length !== 2) {
    throw new OptionTypeError(SITE, option, 'a pair: the least and the most', bound);
  }
  const least = expectInteger(SITE, `${option}[0]`, bound[0], min, max, min);
  return [least, expectInteger(SITE, `${option}[1]`, bound[1], least, max, max)];
}

function readPressure(pressure: TunerOptions['pressure']): Required<TunerPressure> | undefined {
  if (pressure === false) return undefined;
  const given = readOptions(SITE, pressure ?? {}, ['medium', 'high', 'measure'], 'pressure');
  const medium = expectFraction(SITE, 'pressure.medium', given.medium, 0.75);
  const high = expectFraction(SITE, 'pressure.high', given.high, Math.max(0.9, medium));
  if (high < medium) {
    throw new OptionRangeError(SITE, 'pressure.high', `a number from ${medium} (medium) to 1`, high);
  }
  return {
    medium,
    high,
    measure:
      given.measure === undefined ? memoryLoads : expectFunction(SITE, 'pressure.measure', given.measure),
  };
}

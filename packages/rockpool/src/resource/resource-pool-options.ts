/** The options of a {@link ResourcePool} and of one acquire: what users write, with units, ranges and defaults. */
import { ArgumentTypeError } from '../internal/errors.ts';
import {
  expectBoolean,
  expectFraction,
  expectFunction,
  expectInteger,
  expectMilliseconds,
  expectOneOf,
  expectString,
  OptionRangeError,
  type OptionSite,
  OptionTypeError,
  readOptions,
} from '../internal/options.ts';
import { LeakDetector } from '../leak/leak-detector.ts';
import type { BackOffSettings } from './back-off.ts';

/**
 * When resources are made.
 *
 * | init | at construction | at the first acquire | later |
 * |---|---|---|---|
 * | `lazy` | nothing | the one that it needs | as many as are needed; `min` bounds eviction only |
 * | `eager` | `min` | those are waited for | never fewer than `min` |
 * | `first-use` | nothing | `min`, of which it waits for its own (`firstUse: 'behind'`) or for all (`'before'`) | never fewer than `min` |
 */
export type ResourceInit = 'lazy' | 'eager' | 'first-use';

/** Which acquires have the place they were called from recorded; see {@link ResourcePoolOptions.stacks}. */
export type AcquireStacks = 'none' | 'sampled' | 'all';

/** Why a resource was destroyed; handed to `destroy`. */
export type DestroyReason =
  /** It was idle for too long. */
  | 'idle'
  /** It was older than it may get. */
  | 'lifetime'
  /** It was used as often as it may be. */
  | 'uses'
  /** `validate` said no, threw, or took too long. */
  | 'invalid'
  /** `reset` threw, or took too long. */
  | 'reset'
  /** Its holder gave it up. */
  | 'discard'
  /** `max` was lowered. */
  | 'resize'
  /** `clear()`. */
  | 'clear'
  /** The pool was closed. */
  | 'close'
  /** It was made after `createTimeoutMs`, or after the pool was closed. */
  | 'late';

/** The pauses after a create that failed; see {@link ResourcePoolOptions.retry}. */
export interface RetryOptions {
  /** After the first failure. 1 or more, default 10. */
  readonly initialMs?: number;
  /** The longest. `initialMs` or more, default 5000. */
  readonly maxMs?: number;
  /** Each is so many times the one before. 1 to 100, default 2. */
  readonly factor?: number;
  /** Up to this fraction is taken off, at random. 0 to 1, default 0.5. */
  readonly jitter?: number;
}

/** Options of {@link ResourcePool}. Unknown names are refused. Times are in milliseconds; Infinity is never. */
export interface ResourcePoolOptions<T> {
  /** Makes a resource. `signal` is aborted when its time is over, or the pool is closed. Never `undefined` or `null`. */
  readonly create: (signal: AbortSignal) => T | PromiseLike<T>;
  /** Ends a resource, once. Until it is done, or `destroyTimeoutMs` is over, the resource counts towards `max`. */
  readonly destroy?: (resource: T, reason: DestroyReason) => unknown;
  /** Tells whether a resource still works. Throwing and rejecting are no. */
  readonly validate?: (resource: T) => boolean | PromiseLike<boolean>;
  /** Brings a resource back to its first state after use, before anyone else can see it. */
  readonly reset?: (resource: T) => unknown;
  /** Fewest resources that are kept, leased ones included. 0 to `max`, default 0. */
  readonly min?: number;
  /** Most resources that exist at any time, including those that are being made or destroyed. 1 to 2^20, default 10. */
  readonly max?: number;
  /** Default `'lazy'`. */
  readonly init?: ResourceInit;
  /** Default `'behind'`. */
  readonly firstUse?: 'behind' | 'before';
  /** Name in errors, statistics and reports. Default `'resources'`. */
  readonly name?: string;
  /** Which idle resource is taken: the last returned (the rest can expire), or the longest idle (all stay in use). Default `'lifo'`. */
  readonly order?: 'lifo' | 'fifo';
  /** Most that wait for a resource that nobody is making. Others are refused at once. 0 to 2^24, default 10,000. */
  readonly maxWaiting?: number;
  /** Longest wait of an acquire. 0: none that has to wait is served. Default 30,000. */
  readonly acquireTimeoutMs?: number;
  /** Default 30,000. */
  readonly createTimeoutMs?: number;
  /** Default 5,000. */
  readonly destroyTimeoutMs?: number;
  /** Default 5,000. */
  readonly validateTimeoutMs?: number;
  /** Default 5,000. */
  readonly resetTimeoutMs?: number;
  /** Whether an idle resource is validated before it is handed out. Default true where there is a `validate`. */
  readonly validateOnBorrow?: boolean;
  /** Whether one is validated when it comes back. Default false. */
  readonly validateOnReturn?: boolean;
  /** Whether a new one is validated. Default false. */
  readonly validateOnCreate?: boolean;
  /** An idle resource is validated as often as this. Default Infinity. */
  readonly keepaliveMs?: number;
  /** One that worked so short a time ago is not validated on borrow. 0: always validated. Default 500. */
  readonly aliveBypassMs?: number;
  /** What has been idle for so long goes, while there are more than `min`. 0: nothing above `min` is kept idle. Default 30,000. */
  readonly idleTimeoutMs?: number;
  /** As `idleTimeoutMs`, but only while more than `min` are idle. Default Infinity. */
  readonly softIdleTimeoutMs?: number;
  /** A resource of this age goes as soon as nobody has it. Default Infinity. */
  readonly maxLifetimeMs?: number;
  /** Up to this fraction is taken off each lifetime, at random, so that not all end at once. 0 to 1, default 0.025. */
  readonly lifetimeJitter?: number;
  /** A resource goes after so many uses. 1 or more, default Infinity. */
  readonly maxUses?: number;
  /** The pauses between attempts to create, while they fail. */
  readonly retry?: RetryOptions;
  /** Whether a create that fails before the pool has once been ready closes it, instead of being tried again. Default false. */
  readonly failFast?: boolean;
  /** A resource that is held for longer is reported, with where it was acquired. Default Infinity. */
  readonly leakThresholdMs?: number;
  /**
   * Which acquires have their place recorded, for the reports of leaks and shortages. `'sampled'`: 32 at once and 100 a
   * second at most, so that a program that acquires now and then has them all, and a busy one pays nothing to speak of.
   * Default `'sampled'`, `'all'` with a `leakThresholdMs`.
   */
  readonly stacks?: AcquireStacks;
  /** Watches a sample of the leases, as `stacks` says, for those that are lost. Default {@link LeakDetector.default}. */
  readonly leakDetector?: LeakDetector;
  /** Told of what fails where nobody can catch it: hooks, and creations that are tried again. Else process warnings. */
  readonly onError?: (error: unknown) => void;
}

/** Options of one acquire. */
export interface AcquireOptions {
  /** Ends the wait; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Instead of `acquireTimeoutMs`. */
  readonly timeoutMs?: number;
  /** Higher is served before lower, whoever came first. A small integer, default 0. */
  readonly priority?: number;
}

/** Options as read: checked, with defaults. */
export interface ResourcePoolSettings<T> {
  readonly create: (signal: AbortSignal) => T | PromiseLike<T>;
  readonly destroy: ((resource: T, reason: DestroyReason) => unknown) | undefined;
  readonly validate: ((resource: T) => boolean | PromiseLike<boolean>) | undefined;
  readonly reset: ((resource: T) => unknown) | undefined;
  readonly min: number;
  readonly max: number;
  readonly init: ResourceInit;
  readonly firstUse: 'behind' | 'before';
  readonly name: string;
  readonly lifo: boolean;
  readonly maxWaiting: number;
  readonly acquireTimeoutMs: number;
  readonly createTimeoutMs: number;
  readonly destroyTimeoutMs: number;
  readonly validateTimeoutMs: number;
  readonly resetTimeoutMs: number;
  readonly validateOnReturn: boolean;
  readonly validateOnCreate: boolean;
  readonly keepaliveMs: number;
  /** Infinite where nothing is validated on borrow. */
  readonly aliveBypassMs: number;
  readonly idleTimeoutMs: number;
  readonly softIdleTimeoutMs: number;
  readonly maxLifetimeMs: number;
  readonly lifetimeJitter: number;
  readonly maxUses: number;
  readonly retry: BackOffSettings;
  readonly failFast: boolean;
  readonly leakThresholdMs: number;
  readonly stacks: AcquireStacks;
  readonly leakDetector: LeakDetector;
  readonly onError: ((error: unknown) => void) | undefined;
}

const SITE: OptionSite = { action: 'create resource pool' };
const RESIZE: OptionSite = { action: 'resize resource pool' };

const NAMES: readonly (keyof ResourcePoolOptions<unknown>)[] = [
  'create',
  'destroy',
  'validate',
  'reset',
  'min',
  'max',
  'init',
  'firstUse',
  'name',
  'order',
  'maxWaiting',
  'acquireTimeoutMs',
  'createTimeoutMs',
  'destroyTimeoutMs',
  'validateTimeoutMs',
  'resetTimeoutMs',
  'validateOnBorrow',
  'validateOnReturn',
  'validateOnCreate',
  'keepaliveMs',
  'aliveBypassMs',
  'idleTimeoutMs',
  'softIdleTimeoutMs',
  'maxLifetimeMs',
  'lifetimeJitter',
  'maxUses',
  'retry',
  'failFast',
  'leakThresholdMs',
  'stacks',
  'leakDetector',
  'onError',
];

const MOST_RESOURCES = 2 ** 20;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * Checks `options` and fills in defaults.
 *
 * @throws {OptionTypeError} an option has the wrong type, or needs another one
 * @throws {OptionRangeError} an option lies outside its range
 * @throws {UnknownOptionError} an option does not exist
 */
export function readResourcePoolOptions<T>(options: ResourcePoolOptions<T>): ResourcePoolSettings<T> {
  const o = readOptions(SITE, options, NAMES);
  const validate = optional('validate', o.validate);
  const { min, max } = readSize(SITE, o, 0, 10);
  const ms = (option: keyof ResourcePoolOptions<T>, least: number, fallback: number) =>
    expectMilliseconds(SITE, option, o[option] as number | undefined, least, fallback);
  const needsValidate = (option: keyof ResourcePoolOptions<T>, asked: boolean) => {
    if (asked && validate === undefined) {
      throw new OptionTypeError(SITE, option, "left out where there is no 'validate'", o[option]);
    }
    return asked;
  };
  const onBorrow = expectBoolean(SITE, 'validateOnBorrow', o.validateOnBorrow, validate !== undefined);
  needsValidate('validateOnBorrow', onBorrow);
  const aliveBypassMs = ms('aliveBypassMs', 0, 500);
  const keepaliveMs = ms('keepaliveMs', 1, NEVER);
  needsValidate('keepaliveMs', keepaliveMs !== NEVER);
  const leakThresholdMs = ms('leakThresholdMs', 1, NEVER);
  return {
    create: expectFunction(SITE, 'create', o.create),
    destroy: optional('destroy', o.destroy),
    validate,
    reset: optional('reset', o.reset),
    min,
    max,
    init: expectOneOf(SITE, 'init', o.init, ['lazy', 'eager', 'first-use'], 'lazy'),
    firstUse: expectOneOf(SITE, 'firstUse', o.firstUse, ['behind', 'before'], 'behind'),
    name: expectString(SITE, 'name', o.name, 'resources'),
    lifo: expectOneOf(SITE, 'order', o.order, ['lifo', 'fifo'], 'lifo') === 'lifo',
    maxWaiting: expectInteger(SITE, 'maxWaiting', o.maxWaiting, 0, 2 ** 24, 10_000),
    acquireTimeoutMs: ms('acquireTimeoutMs', 0, 30_000),
    createTimeoutMs: ms('createTimeoutMs', 1, 30_000),
    destroyTimeoutMs: ms('destroyTimeoutMs', 1, 5_000),
    validateTimeoutMs: ms('validateTimeoutMs', 1, 5_000),
    resetTimeoutMs: ms('resetTimeoutMs', 1, 5_000),
    validateOnReturn: needsValidate(
      'validateOnReturn',
      expectBoolean(SITE, 'validateOnReturn', o.validateOnReturn, false),
    ),
    validateOnCreate: needsValidate(
      'validateOnCreate',
      expectBoolean(SITE, 'validateOnCreate', o.validateOnCreate, false),
    ),
    keepaliveMs,
    aliveBypassMs: onBorrow ? aliveBypassMs : NEVER,
    idleTimeoutMs: ms('idleTimeoutMs', 0, 30_000),
    softIdleTimeoutMs: ms('softIdleTimeoutMs', 0, NEVER),
    maxLifetimeMs: ms('maxLifetimeMs', 1, NEVER),
    lifetimeJitter: expectFraction(SITE, 'lifetimeJitter', o.lifetimeJitter, 0.025),
    maxUses:
      o.maxUses === NEVER
        ? NEVER
        : expectInteger(SITE, 'maxUses', o.maxUses, 1, Number.MAX_SAFE_INTEGER, NEVER),
    retry: readRetry(o.retry),
    failFast: expectBoolean(SITE, 'failFast', o.failFast, false),
    leakThresholdMs,
    stacks: expectOneOf(
      SITE,
      'stacks',
      o.stacks,
      ['none', 'sampled', 'all'],
      leakThresholdMs === NEVER ? 'sampled' : 'all',
    ),
    leakDetector: readDetector(o.leakDetector),
    onError: optional('onError', o.onError),
  };
}

/** The bounds of a pool: as it is created with them, or as it is resized to. */
export interface PoolSize {
  readonly min?: number;
  readonly max?: number;
}

function readSize(site: OptionSite, { min, max }: PoolSize, oldMin: number, oldMax: number) {
  const most = expectInteger(site, 'max', max, 1, MOST_RESOURCES, oldMax);
  const least = expectInteger(site, 'min', min, 0, most, oldMin);
  // Only where 'max' was given alone, and falls below what 'min' was.
  if (least > most) throw new OptionRangeError(site, 'max', `no less than 'min', which is ${least}`, most);
  return { min: least, max: most };
}

/** Reads what a pool is resized to; what is left out stays. */
export function readNewSize(size: PoolSize, oldMin: number, oldMax: number): { min: number; max: number } {
  return readSize(RESIZE, readOptions(RESIZE, size, ['min', 'max']), oldMin, oldMax);
}

/**
 * Checks the options of one acquire. Runs on each that has any, so it takes a few nanoseconds only, and does not ask the
 * signal whether it is aborted: that alone is 15–30.
 */
export function checkAcquireOptions(label: string, options: AcquireOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new ArgumentTypeError(`acquire from ${label}`, 'options', 'an object', options);
  }
  for (const name in options) {
    if (name !== 'signal' && name !== 'timeoutMs' && name !== 'priority') refuse(label, options);
  }
  const { signal, timeoutMs, priority } = options;
  if (timeoutMs !== undefined && !isTime(timeoutMs)) refuse(label, options);
  if (priority !== undefined && !isPriority(priority)) refuse(label, options);
  // Reading anything of a signal is dear, its prototype is not.
  if (signal !== undefined && !(signal instanceof AbortSignal) && !isSignal(signal)) refuse(label, options);
}

/** Whether it is one of another realm, or of a library. */
function isSignal(signal: Partial<AbortSignal> | null): boolean {
  return typeof signal?.aborted === 'boolean' && typeof signal.addEventListener === 'function';
}

function isTime(ms: unknown): boolean {
  return typeof ms === 'number' && ms >= 0 && (ms < 2 ** 31 || ms === NEVER);
}

function isPriority(priority: unknown): boolean {
  return typeof priority === 'number' && (priority | 0) === priority && Math.abs(priority) < 2 ** 30;
}

/** Says what is wrong with the options of an acquire. */
function refuse(label: string, options: AcquireOptions): never {
  const site: OptionSite = { action: `acquire from ${label}` };
  const { signal, timeoutMs, priority } = readOptions(site, options, ['signal', 'timeoutMs', 'priority']);
  expectMilliseconds(site, 'timeoutMs', timeoutMs, 0, 0);
  expectInteger(site, 'priority', priority, 1 - 2 ** 30, 2 ** 30 - 1, 0);
  throw new OptionTypeError(site, 'signal', 'an AbortSignal', signal);
}

function optional<F>(option: string, value: F | undefined): F | undefined {
  return value === undefined ? undefined : expectFunction(SITE, option, value);
}

function readRetry(value: RetryOptions | undefined): BackOffSettings {
  const o =
    value === undefined ? {} : readOptions(SITE, value, ['initialMs', 'maxMs', 'factor', 'jitter'], 'retry');
  const initialMs = expectMilliseconds(SITE, 'retry.initialMs', o.initialMs, 1, 10);
  const factor = o.factor ?? 2;
  if (typeof factor !== 'number')
    throw new OptionTypeError(SITE, 'retry.factor', 'a number from 1 to 100', factor);
  if (!(factor >= 1 && factor <= 100)) {
    throw new OptionRangeError(SITE, 'retry.factor', 'a number from 1 to 100', factor);
  }
  return {
    initialMs,
    maxMs: expectMilliseconds(SITE, 'retry.maxMs', o.maxMs, initialMs, Math.max(initialMs, 5_000)),
    factor,
    jitter: expectFraction(SITE, 'retry.jitter', o.jitter, 0.5),
  };
}

function readDetector(value: LeakDetector | undefined): LeakDetector {
  if (value === undefined) return LeakDetector.default;
  if (!(value instanceof LeakDetector)) {
    throw new OptionTypeError(SITE, 'leakDetector', 'a LeakDetector', value);
  }
  return value;
}

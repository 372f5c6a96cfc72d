/** Every option of a pool: what is refused, in which words, and what holds where it is left out. */
import { describe, expect, it } from 'vitest';
import {
  isRockpoolError,
  LeakDetector,
  OptionRangeError,
  OptionTypeError,
  Pool,
  type PoolOptions,
  UnknownOptionError,
} from '../../src/index.ts';

const create = () => ({});
const sizeOf = () => 1;
const usedOf = () => 1;

/** What `new Pool` throws for these options, which no type allows. */
function refusal(options: unknown): unknown {
  try {
    new Pool(options as PoolOptions<object>);
  } catch (error) {
    return error;
  }
  throw new Error('accepted');
}

/** Options, the refused option, the value as it stands in the message, and what was expected. */
type Case = readonly [options: object, option: string, shown: string, expected: string];

function named(cases: Case[]) {
  return cases.map(([options, option, shown, expected]) => ({ options, option, shown, expected }));
}

const integer = (max: number, min = 0) => `an integer from ${min} to ${max}`;
const MAX_IDLE = 8388608;
const MAX_BYTES = Number.MAX_SAFE_INTEGER;
const CHECKS = "one of 'off', 'basic', 'strict', 'paranoid'";
const AGING = "one of 'gc', 'manual'";

const WRONG_TYPES: Case[] = [
  [{}, 'create', 'undefined', 'a function'],
  [{ create: 'Buffer' }, 'create', "'Buffer'", 'a function'],
  [{ create, reset: 'yes' }, 'reset', "'yes'", 'a function'],
  [{ create, reset: null }, 'reset', 'null', 'a function'],
  [{ create, destroy: {} }, 'destroy', 'an object', 'a function'],
  [{ create, name: 7 }, 'name', '7', 'a string'],
  [{ create, maxIdle: '10' }, 'maxIdle', "'10'", integer(MAX_IDLE)],
  [{ create, minIdle: true }, 'minIdle', 'true', integer(4096)],
  [{ create, sizeOf: 100 }, 'sizeOf', '100', 'a function'],
  [{ create, sizeOf, maxIdleBytes: 5n }, 'maxIdleBytes', '5n', integer(MAX_BYTES)],
  [{ create, maxIdleBytes: 100 }, 'maxIdleBytes', '100', "left out where there is no 'sizeOf'"],
  [{ create, strikes: { usedOf } }, 'strikes', 'an object', "left out where there is no 'sizeOf'"],
  [{ create, sizeOf, strikes: true }, 'strikes', 'true', 'an object'],
  [{ create, sizeOf, strikes: null }, 'strikes', 'null', 'an object'],
  [{ create, sizeOf, strikes: {} }, 'strikes.usedOf', 'undefined', 'a function'],
  [{ create, sizeOf, strikes: { usedOf, freeBytes: '1k' } }, 'strikes.freeBytes', "'1k'", integer(MAX_BYTES)],
  [{ create, sizeOf, strikes: { usedOf, minUse: '1' } }, 'strikes.minUse', "'1'", 'a number from 0 to 1'],
  [{ create, sizeOf, strikes: { usedOf, limit: [] } }, 'strikes.limit', 'an array of 0', integer(2 ** 20, 1)],
  [{ create, aging: 5 }, 'aging', '5', AGING],
  [{ create, aging: null }, 'aging', 'null', 'an object'],
  [{ create, aging: {} }, 'aging.intervalMs', 'undefined', 'a number'],
  [{ create, aging: { intervalMs: '5' } }, 'aging.intervalMs', "'5'", integer(2 ** 31 - 1, 1)],
  [{ create, checks: 2 }, 'checks', '2', CHECKS],
  [{ create, chaos: 1 }, 'chaos', '1', 'a boolean or an object'],
  [{ create, chaos: null }, 'chaos', 'null', 'an object'],
  [{ create, chaos: { dropRate: '0' } }, 'chaos.dropRate', "'0'", 'a number from 0 to 1'],
  [{ create, chaos: { shuffle: 1 } }, 'chaos.shuffle', '1', 'a boolean'],
  [{ create, chaos: { seed: 'x' } }, 'chaos.seed', "'x'", integer(2 ** 32 - 1, -(2 ** 31))],
  [{ create, onError: 'log' }, 'onError', "'log'", 'a function'],
  [{ create, leakDetector: {} }, 'leakDetector', 'an object', 'a LeakDetector'],
];

const OUT_OF_RANGE: Case[] = [
  [{ create, maxIdle: -1 }, 'maxIdle', '-1', integer(MAX_IDLE)],
  [{ create, maxIdle: MAX_IDLE + 1 }, 'maxIdle', '8388609', integer(MAX_IDLE)],
  [{ create, maxIdle: 1.5 }, 'maxIdle', '1.5', integer(MAX_IDLE)],
  [{ create, maxIdle: Number.NaN }, 'maxIdle', 'NaN', integer(MAX_IDLE)],
  [{ create, minIdle: -1 }, 'minIdle', '-1', integer(4096)],
  [{ create, maxIdle: 10, minIdle: 11 }, 'minIdle', '11', integer(10)],
  [{ create, sizeOf, maxIdleBytes: -1 }, 'maxIdleBytes', '-1', integer(MAX_BYTES)],
  [
    { create, sizeOf, maxIdleBytes: Number.POSITIVE_INFINITY },
    'maxIdleBytes',
    'Infinity',
    integer(MAX_BYTES),
  ],
  [{ create, sizeOf, strikes: { usedOf, freeBytes: -1 } }, 'strikes.freeBytes', '-1', integer(MAX_BYTES)],
  [{ create, sizeOf, strikes: { usedOf, minUse: 1.01 } }, 'strikes.minUse', '1.01', 'a number from 0 to 1'],
  [{ create, sizeOf, strikes: { usedOf, limit: 0 } }, 'strikes.limit', '0', integer(2 ** 20, 1)],
  [{ create, aging: 'never' }, 'aging', "'never'", AGING],
  [{ create, aging: { intervalMs: 0 } }, 'aging.intervalMs', '0', integer(2 ** 31 - 1, 1)],
  [{ create, aging: { intervalMs: 2 ** 31 } }, 'aging.intervalMs', '2147483648', integer(2 ** 31 - 1, 1)],
  [{ create, checks: 'Strict' }, 'checks', "'Strict'", CHECKS],
  [{ create, chaos: { dropRate: -0.1 } }, 'chaos.dropRate', '-0.1', 'a number from 0 to 1'],
  [{ create, chaos: { dropRate: Number.NaN } }, 'chaos.dropRate', 'NaN', 'a number from 0 to 1'],
  [{ create, chaos: { seed: 2 ** 32 } }, 'chaos.seed', '4294967296', integer(2 ** 32 - 1, -(2 ** 31))],
];

/** The value at "a.b" in `options`. */
function valueAt(options: object, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], options);
}

describe('an option of the wrong type', () => {
  it.each(named(WRONG_TYPES))('is refused: $option $shown', ({ options, option, shown, expected }) => {
    const error = refusal(options);
    expect(error).toBeInstanceOf(OptionTypeError);
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({
      name: 'OptionTypeError',
      code: 'ERR_ROCKPOOL_OPTION_TYPE',
      option,
      value: valueAt(options, option),
      message: `Cannot create pool as '${option}' must be ${expected}: received ${shown}`,
    });
    expect(isRockpoolError(error)).toBe(true);
  });
});

describe('an option outside its range', () => {
  it.each(named(OUT_OF_RANGE))('is refused: $option $shown', ({ options, option, shown, expected }) => {
    const error = refusal(options);
    expect(error).toBeInstanceOf(OptionRangeError);
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({
      name: 'OptionRangeError',
      code: 'ERR_ROCKPOOL_OPTION_RANGE',
      option,
      value: valueAt(options, option),
      message: `Cannot create pool as '${option}' must be ${expected}: received ${shown}`,
    });
    expect(isRockpoolError(error)).toBe(true);
  });
});

describe('an option that does not exist', () => {
  it.each([
    [{ create, maxidle: 3 }, 'maxidle', 'maxIdle'],
    [{ create, maxIdl: 3 }, 'maxIdl', 'maxIdle'],
    [{ create, destory: () => {} }, 'destory', 'destroy'],
    [{ create, onerror: () => {} }, 'onerror', 'onError'],
    [{ create, sizeOf, strikes: { usedOf, freebytes: 1 } }, 'freebytes', 'freeBytes'],
    [{ create, aging: { intervallMs: 5 } }, 'intervallMs', 'intervalMs'],
    [{ create, chaos: { droprate: 0 } }, 'droprate', 'dropRate'],
  ])('is refused with the name that is near: %#', (options, option, near) => {
    const error = refusal(options);
    expect(error).toBeInstanceOf(UnknownOptionError);
    expect(error).toMatchObject({
      name: 'UnknownOptionError',
      code: 'ERR_ROCKPOOL_OPTION_UNKNOWN',
      option,
      message: `Cannot create pool as '${option}' is not an option: did you mean '${near}'`,
    });
  });

  it('is refused with all names where none is near', () => {
    const error = refusal({ create, validate: true });
    expect(error).toMatchObject({ option: 'validate', value: true });
    expect((error as Error).message).toBe(
      "Cannot create pool as 'validate' is not an option: known are create, reset, destroy, name, maxIdle, " +
        'minIdle, sizeOf, maxIdleBytes, strikes, aging, checks, chaos, onError, leakDetector',
    );
  });
});

describe('the options as a whole', () => {
  it.each([undefined, null, 5, 'x'])('must be an object, not %o', (options) => {
    expect(refusal(options)).toMatchObject({ code: 'ERR_ROCKPOOL_OPTION_TYPE', option: 'options' });
  });

  it('may name options and leave them undefined, where the type allows it', () => {
    const undefinedOptions = { reset: undefined, maxIdle: undefined, strikes: undefined, aging: undefined };
    new Pool({ create, ...undefinedOptions, checks: undefined, chaos: undefined } as never).close();
  });

  it('are accepted at both ends of every range', () => {
    const ends: Partial<PoolOptions<object>>[] = [
      { maxIdle: 0, minIdle: 0 },
      { maxIdle: 2 ** 23, minIdle: 2 ** 23 },
      { sizeOf, maxIdleBytes: 0, strikes: { usedOf, freeBytes: 0, minUse: 0, limit: 1 } },
      { sizeOf, maxIdleBytes: Number.MAX_SAFE_INTEGER, strikes: { usedOf, minUse: 1, limit: 2 ** 20 } },
      { aging: { intervalMs: 1 } },
      { aging: { intervalMs: 2 ** 31 - 1 } },
      { aging: 'gc' },
      { chaos: { dropRate: 0, seed: -(2 ** 31), shuffle: false } },
      { chaos: { dropRate: 1, seed: 2 ** 32 - 1 } },
      { chaos: false },
      { leakDetector: new LeakDetector() },
      { name: '' },
    ];
    for (const options of ends) new Pool<object>({ create, aging: 'manual', ...options }).close();
  });

  it('default to 4096 idle items, no floor, 64 MiB, the level basic and the name pool', () => {
    const MIB = 1024 * 1024;
    const pool = new Pool({ create, aging: 'manual' });
    const items = Array.from({ length: 4097 }, () => pool.get());
    for (const item of items) pool.put(item);
    expect(pool.stats()).toMatchObject({ name: 'pool', idle: 4096, dropped: { full: 1 } });
    expect(() => pool.put({})).toThrow('no item is out'); // not `off`
    for (let epoch = 0; epoch < 3; epoch++) pool.age();
    expect(pool.stats().idle).toBe(0);

    const sized = new Pool({ create, sizeOf: () => MIB, aging: 'manual' });
    sized.prewarm(100);
    expect(sized.stats()).toMatchObject({ idle: 64, idleBytes: 64 * MIB });
  });
});

describe('the argument of prewarm()', () => {
  it.each([-1, 11, 1.5, undefined])('must be an integer from 0 to maxIdle, not %o', (count) => {
    const pool = new Pool({ create, name: 'rows', maxIdle: 10, aging: 'manual' });
    const shown = count === undefined ? 'NaN' : String(count);
    expect(() => pool.prewarm(count as number)).toThrow(OptionRangeError);
    expect(() => pool.prewarm(count as number)).toThrow(
      `Cannot prewarm pool 'rows' as 'count' must be an integer from 0 to 10: received ${shown}`,
    );
    expect(pool.stats().created).toBe(0);
  });
});

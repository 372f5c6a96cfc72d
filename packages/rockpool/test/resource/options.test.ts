/** What is refused at construction, and at an acquire: the option, the value, the range. */
import { describe, expect, it } from 'vitest';
import {
  OptionRangeError,
  OptionTypeError,
  ResourcePool,
  type ResourcePoolOptions,
  UnknownOptionError,
} from '../../src/index.ts';
import { connections, rejection } from './tools.ts';

const create = async () => ({});
const validate = () => true;

const wrong: [Partial<ResourcePoolOptions<object>>, string][] = [
  [{ create: 1 as never }, "'create' must be a function: received 1"],
  [{ destroy: 1 as never }, "'destroy' must be a function: received 1"],
  [{ validate: 'yes' as never }, "'validate' must be a function: received 'yes'"],
  [{ reset: {} as never }, "'reset' must be a function: received an object"],
  [{ max: 0 }, "'max' must be an integer from 1 to 1048576: received 0"],
  [{ max: 1.5 }, "'max' must be an integer from 1 to 1048576: received 1.5"],
  [{ max: '5' as never }, "'max' must be an integer from 1 to 1048576: received '5'"],
  [{ min: -1 }, "'min' must be an integer from 0 to 10: received -1"],
  [{ min: 3, max: 2 }, "'min' must be an integer from 0 to 2: received 3"],
  [{ init: 'early' as never }, "'init' must be one of 'lazy', 'eager', 'first-use': received 'early'"],
  [{ firstUse: 'after' as never }, "'firstUse' must be one of 'behind', 'before': received 'after'"],
  [{ order: 'random' as never }, "'order' must be one of 'lifo', 'fifo': received 'random'"],
  [{ name: 5 as never }, "'name' must be a string: received 5"],
  [{ maxWaiting: -1 }, "'maxWaiting' must be an integer from 0 to 16777216: received -1"],
  [
    { acquireTimeoutMs: -1 },
    "'acquireTimeoutMs' must be milliseconds from 0 to 2147483647, or Infinity: received -1",
  ],
  [
    { createTimeoutMs: 0 },
    "'createTimeoutMs' must be milliseconds from 1 to 2147483647, or Infinity: received 0",
  ],
  [
    { destroyTimeoutMs: 2 ** 31 },
    "'destroyTimeoutMs' must be milliseconds from 1 to 2147483647, or Infinity: received 2147483648",
  ],
  [
    { validateTimeoutMs: Number.NaN },
    "'validateTimeoutMs' must be milliseconds from 1 to 2147483647, or Infinity: received NaN",
  ],
  [
    { resetTimeoutMs: '1' as never },
    "'resetTimeoutMs' must be milliseconds from 1 to 2147483647, or Infinity: received '1'",
  ],
  [
    { validateOnBorrow: true },
    "'validateOnBorrow' must be left out where there is no 'validate': received true",
  ],
  [
    { validateOnReturn: true },
    "'validateOnReturn' must be left out where there is no 'validate': received true",
  ],
  [{ keepaliveMs: 10 }, "'keepaliveMs' must be left out where there is no 'validate': received 10"],
  [
    { validate, keepaliveMs: 0 },
    "'keepaliveMs' must be milliseconds from 1 to 2147483647, or Infinity: received 0",
  ],
  [{ validate, validateOnBorrow: 1 as never }, "'validateOnBorrow' must be a boolean: received 1"],
  [
    { aliveBypassMs: -5 },
    "'aliveBypassMs' must be milliseconds from 0 to 2147483647, or Infinity: received -5",
  ],
  [
    { idleTimeoutMs: -1 },
    "'idleTimeoutMs' must be milliseconds from 0 to 2147483647, or Infinity: received -1",
  ],
  [
    { softIdleTimeoutMs: null as never },
    "'softIdleTimeoutMs' must be milliseconds from 0 to 2147483647, or Infinity: received null",
  ],
  [
    { maxLifetimeMs: 0 },
    "'maxLifetimeMs' must be milliseconds from 1 to 2147483647, or Infinity: received 0",
  ],
  [{ lifetimeJitter: 2 }, "'lifetimeJitter' must be a number from 0 to 1: received 2"],
  [{ maxUses: 0 }, "'maxUses' must be an integer from 1 to 9007199254740991: received 0"],
  [{ retry: 5 as never }, "'retry' must be an object: received 5"],
  [
    { retry: { initialMs: 0 } },
    "'retry.initialMs' must be milliseconds from 1 to 2147483647, or Infinity: received 0",
  ],
  [
    { retry: { initialMs: 100, maxMs: 50 } },
    "'retry.maxMs' must be milliseconds from 100 to 2147483647, or Infinity: received 50",
  ],
  [{ retry: { factor: 0.5 } }, "'retry.factor' must be a number from 1 to 100: received 0.5"],
  [{ retry: { factor: '2' as never } }, "'retry.factor' must be a number from 1 to 100: received '2'"],
  [{ retry: { jitter: 1.5 } }, "'retry.jitter' must be a number from 0 to 1: received 1.5"],
  [{ failFast: 'yes' as never }, "'failFast' must be a boolean: received 'yes'"],
  [
    { leakThresholdMs: 0 },
    "'leakThresholdMs' must be milliseconds from 1 to 2147483647, or Infinity: received 0",
  ],
  [{ stacks: 'some' as never }, "'stacks' must be one of 'none', 'sampled', 'all': received 'some'"],
  [{ leakDetector: {} as never }, "'leakDetector' must be a LeakDetector: received an object"],
  [{ onError: true as never }, "'onError' must be a function: received true"],
];

describe('an option', () => {
  it.each(wrong)('that is impossible is refused by name, value and range: %o', (options, message) => {
    let thrown: unknown;
    try {
      new ResourcePool({ create, ...options });
    } catch (error) {
      thrown = error;
    }
    expect(thrown instanceof OptionTypeError || thrown instanceof OptionRangeError, String(thrown)).toBe(
      true,
    );
    expect((thrown as Error).message).toBe(`Cannot create resource pool as ${message}`);
  });

  it('that does not exist is refused, with the one that was meant', () => {
    expect(() => new ResourcePool({ create, maxSize: 3 } as never)).toThrow(UnknownOptionError);
    expect(() => new ResourcePool({ create, idleTimeoutMS: 3 } as never)).toThrow(
      "did you mean 'idleTimeoutMs'",
    );
    expect(() => new ResourcePool({ create, retry: { maxms: 3 } } as never)).toThrow("did you mean 'maxMs'");
    expect(() => new ResourcePool(undefined as never)).toThrow(
      "'options' must be an object: received undefined",
    );
  });
});

describe('an option of acquire', () => {
  it.each([
    [{ timeoutMs: -1 }, "'timeoutMs' must be milliseconds from 0 to 2147483647, or Infinity: received -1"],
    [{ priority: 0.5 }, "'priority' must be an integer from -1073741823 to 1073741823: received 0.5"],
    [{ signal: {} }, "'signal' must be an AbortSignal: received an object"],
    [{ timeout: 5 }, "'timeout' is not an option: did you mean 'timeoutMs'"],
    [5, "'options' must be an object: received 5"],
  ])('that is impossible rejects, whether or not one is idle: %o', async (options, message) => {
    const { pool } = connections({ max: 1 });
    for (let i = 0; i < 2; i++) {
      const error = await rejection(pool.acquire(options as never));
      expect(String(error)).toMatch(`Cannot acquire from resource pool 'db' as ${message}`);
      await pool.use(() => {});
    }
    expect(pool.stats()).toMatchObject({ idle: 1, leased: 0, waiting: 0 });
  });
});

/** Errors of resource pools: what callers catch. */
import { AcquireTimeoutError } from '../internal/acquire-timeout-error.ts';
import { brand, thrownText } from '../internal/errors.ts';

/**
 * A resource could not be made: `create` threw, rejected, took too long, or gave nothing. What it threw is the `cause`.
 *
 * Reaches `onError` and the event `createFailed`; those who wait are told when their time is over, and at once where
 * the pool was to fail fast.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { CreateError, ResourcePool } from 'rockpool';
 *
 * const pool = new ResourcePool({
 *   create: async () => {
 *     throw new Error('connection refused');
 *   },
 *   min: 0,
 *   max: 2,
 *   failFast: true,
 * });
 * await assert.rejects(pool.acquire(), (error: unknown) => {
 *   assert(error instanceof CreateError);
 *   assert.match(String(error.cause), /connection refused/);
 *   return true;
 * });
 * ```
 */
export class CreateError extends Error {
  readonly code = 'ERR_ROCKPOOL_CREATE_FAILED' as const;
  readonly pool: string;
  /** Failures in a row, this one included. */
  readonly failures: number;

  constructor(pool: string, failures: number, cause: unknown) {
    super(`Cannot create a resource of pool '${pool}': ${thrownText(cause)}`, { cause });
    this.name = 'CreateError';
    this.pool = pool;
    this.failures = failures;
    brand(this);
  }
}

/**
 * A function that was given to a pool took longer than it may. The `cause` of a {@link CreateError} or a `HookError`.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { CreateError, HookTimeoutError, ResourcePool } from 'rockpool';
 *
 * const pool = new ResourcePool({
 *   create: () => new Promise<object>(() => {}), // never
 *   max: 1,
 *   createTimeoutMs: 5,
 *   failFast: true,
 * });
 * const alive = setTimeout(() => {}, 60_000); // a pool does not keep a process alive
 * await assert.rejects(pool.acquire(), (error: unknown) => {
 *   assert(error instanceof CreateError && error.cause instanceof HookTimeoutError);
 *   assert.equal(error.cause.timeoutMs, 5);
 *   return true;
 * });
 * clearTimeout(alive);
 * ```
 */
export class HookTimeoutError extends Error {
  readonly code = 'ERR_ROCKPOOL_HOOK_TIMEOUT' as const;
  readonly hook: string;
  readonly timeoutMs: number;

  constructor(hook: string, timeoutMs: number) {
    super(`${hook} took longer than ${timeoutMs} ms`);
    this.name = 'HookTimeoutError';
    this.hook = hook;
    this.timeoutMs = timeoutMs;
    brand(this);
  }
}

/**
 * More would wait than may: `maxWaiting`. Nothing was enqueued.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { QueueFullError, ResourcePool } from 'rockpool';
 *
 * const pool = new ResourcePool({ create: async () => ({}), max: 1, maxWaiting: 0 });
 * const lease = await pool.acquire();
 * await assert.rejects(pool.acquire(), QueueFullError);
 * lease.release();
 * ```
 */
export class QueueFullError extends Error {
  readonly code = 'ERR_ROCKPOOL_QUEUE_FULL' as const;
  readonly pool: string;
  readonly maxWaiting: number;

  constructor(pool: string, maxWaiting: number) {
    super(`Cannot acquire a resource of pool '${pool}' as ${maxWaiting} wait for one already: 'maxWaiting'`);
    this.name = 'QueueFullError';
    this.pool = pool;
    this.maxWaiting = maxWaiting;
    brand(this);
  }
}

/** One resource that somebody has. */
export interface Holder {
  /** For how long, in milliseconds. */
  readonly heldMs: number;
  /** Where it was acquired: lines beginning with "    at "; empty where that was not recorded. */
  readonly stack: string;
}

/** A pool at the moment when somebody had waited in vain. */
export interface Shortage {
  /** Who has a resource, the longest first. */
  readonly holders: readonly Holder[];
  /** Others that still wait. */
  readonly waiting: number;
  /** Resources that are being made. */
  readonly creating: number;
  readonly max: number;
}

/** Holders whose stacks stand in the message. */
const SHOWN_HOLDERS = 5;

/**
 * No resource became free in time. Says who holds them, since when and from where, which is what one wants to know of a
 * deadlock; and if resources could not be made, the last reason is the `cause`.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { AcquireTimeoutError, ResourcePool, ResourceTimeoutError } from 'rockpool';
 *
 * const pool = new ResourcePool({ create: async () => ({}), max: 1, name: 'db' });
 * const alive = setTimeout(() => {}, 60_000); // a pool does not keep a process alive
 * await pool.use(async () => {
 *   // The classic deadlock: who has the only one wants another.
 *   await assert.rejects(pool.acquire({ timeoutMs: 5 }), (error: unknown) => {
 *     assert(error instanceof ResourceTimeoutError && error instanceof AcquireTimeoutError);
 *     assert.equal(error.shortage.holders.length, 1);
 *     return true;
 *   });
 * });
 * clearTimeout(alive);
 * ```
 */
export class ResourceTimeoutError extends AcquireTimeoutError {
  readonly pool: string;
  /** Who had what at that moment. */
  readonly shortage: Shortage;

  constructor(pool: string, timeoutMs: number, shortage: Shortage, cause: unknown) {
    super(`a resource of pool '${pool}'`, timeoutMs);
    this.name = 'ResourceTimeoutError';
    this.pool = pool;
    this.shortage = shortage;
    this.message += describeShortage(shortage, cause);
    if (cause !== undefined) this.cause = cause;
  }
}

function describeShortage({ holders, waiting, creating, max }: Shortage, cause: unknown): string {
  const lines = [
    `: ${holders.length} of ${max} are held, ${creating} are being made, ${waiting} others wait`,
  ];
  if (cause !== undefined) lines.push(`Last failure: ${thrownText(cause)}`);
  for (const { heldMs, stack } of holders.slice(0, SHOWN_HOLDERS)) {
    lines.push(
      `Held for ${Math.round(heldMs)} ms, acquired ${stack === '' ? 'where was not recorded' : `at:\n${stack}`}`,
    );
  }
  if (holders.length > SHOWN_HOLDERS) lines.push(`… and ${holders.length - SHOWN_HOLDERS} more`);
  return lines.join('\n');
}

/** Errors of scopes and leases. */
import { brand } from '../internal/errors.ts';

/**
 * `defer` was called after its scope had ended, so the deferred call would never run.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { type Defer, scope, ScopeEndedError } from 'rockpool';
 *
 * let escaped: Defer | undefined;
 * scope((defer) => {
 *   escaped = defer;
 * });
 * assert.throws(() => escaped?.(() => {}), ScopeEndedError);
 * ```
 */
export class ScopeEndedError extends Error {
  readonly code = 'ERR_ROCKPOOL_SCOPE_ENDED' as const;

  constructor() {
    super('Cannot defer as the scope has ended: the call would never run');
    this.name = 'ScopeEndedError';
    brand(this);
  }
}

/**
 * The function of a synchronous `scope` returned a promise: its deferred calls would run before the work is
 * done. They were run; use `scope.async`.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { scope, ScopeAsyncError } from 'rockpool';
 *
 * assert.throws(() => scope(async () => 1), ScopeAsyncError);
 * ```
 */
export class ScopeAsyncError extends TypeError {
  readonly code = 'ERR_ROCKPOOL_SCOPE_ASYNC' as const;

  constructor() {
    super('Cannot end scope() with a promise as its deferred calls would run too early: use scope.async()');
    this.name = 'ScopeAsyncError';
    brand(this);
  }
}

/**
 * A lease was released a second time: whoever did so may have believed to own what somebody else has by now.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { DoubleReleaseError, Pool } from 'rockpool';
 *
 * const pool = new Pool({ create: () => ({}) });
 * const lease = pool.lease();
 * lease.release();
 * assert.throws(() => lease.release(), DoubleReleaseError);
 * ```
 */
export class DoubleReleaseError extends Error {
  readonly code = 'ERR_ROCKPOOL_DOUBLE_RELEASE' as const;

  constructor(name: string) {
    super(`Cannot release a lease of ${name} as it is released already`);
    this.name = 'DoubleReleaseError';
    brand(this);
  }
}

/**
 * The value of a lease was asked for after the lease was released.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { Pool, UseAfterReleaseError } from 'rockpool';
 *
 * const pool = new Pool({ create: () => ({ rows: [] }) });
 * const lease = pool.lease();
 * lease.release();
 * assert.throws(() => lease.value, UseAfterReleaseError);
 * ```
 */
export class UseAfterReleaseError extends Error {
  readonly code = 'ERR_ROCKPOOL_USE_AFTER_RELEASE' as const;

  constructor(name: string) {
    super(`Cannot use the value of a lease of ${name} as the lease is released`);
    this.name = 'UseAfterReleaseError';
    brand(this);
  }
}

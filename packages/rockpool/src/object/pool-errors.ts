/** Errors of object pools. */
import { brand } from '../internal/errors.ts';

/**
 * An item was put back twice: two users would have got the same one.
 *
 * `basic` sees the last item put again, and any put beyond the number of gets; `strict` and `paranoid` see
 * every double put. The pool is unchanged.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { DoublePutError, Pool } from 'rockpool';
 *
 * const pool = new Pool({ create: () => ({}), checks: 'strict' });
 * const item = pool.get();
 * pool.put(item);
 * assert.throws(() => pool.put(item), DoublePutError);
 * assert.equal(pool.stats().idle, 1);
 * ```
 */
export class DoublePutError extends Error {
  readonly code = 'ERR_ROCKPOOL_DOUBLE_PUT' as const;
  readonly pool: string;
  /** Where the item was put the first time; empty below `paranoid`. */
  readonly firstPut: string;

  constructor(pool: string, firstPut = '') {
    const where = firstPut === '' ? '' : `\nFirst put at:\n${firstPut}\nPut again at:`;
    super(`Cannot put into pool '${pool}' as the item is there already, or was dropped${where}`);
    this.name = 'DoublePutError';
    this.pool = pool;
    this.firstPut = firstPut;
    brand(this);
  }
}

/**
 * An item was put that this pool did not hand out, or more items were put than are out.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ForeignPutError, Pool } from 'rockpool';
 *
 * const pool = new Pool({ create: () => ({ n: 0 }) });
 * assert.throws(() => pool.put({ n: 1 }), ForeignPutError);
 * ```
 */
export class ForeignPutError extends Error {
  readonly code = 'ERR_ROCKPOOL_FOREIGN_PUT' as const;
  readonly pool: string;

  constructor(pool: string, reason: string) {
    super(`Cannot put into pool '${pool}' as ${reason}`);
    this.name = 'ForeignPutError';
    this.pool = pool;
    brand(this);
  }
}

/**
 * An item was used after it was put back. At `paranoid`, ordinary objects throw this at the very access;
 * a write to a typed array is found when the item is taken next, and goes to `onError`.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { Pool, scope, UseAfterPutError } from 'rockpool';
 *
 * const pool = new Pool({ create: () => ({ total: 0 }), checks: 'paranoid' });
 *
 * // The classic bug: the item outlives the scope that gives it back.
 * const escaped = scope((defer) => {
 *   const item = pool.get();
 *   defer.method(pool, 'put', item);
 *   return item;
 * });
 * assert.throws(() => escaped.total, UseAfterPutError);
 * ```
 */
export class UseAfterPutError extends Error {
  readonly code = 'ERR_ROCKPOOL_USE_AFTER_PUT' as const;
  readonly pool: string;
  /** Where the item was put. */
  readonly put: string;
  /** Paths that changed, where the use was found by comparison. */
  readonly paths: readonly string[];

  constructor(pool: string, access: string, put: string, paths: readonly string[] = []) {
    super(`Item of pool '${pool}' was used after it was put back: ${access}\nPut at:\n${put}`);
    this.name = 'UseAfterPutError';
    this.pool = pool;
    this.put = put;
    this.paths = paths;
    brand(this);
  }
}

/**
 * `reset` left something behind: the reset audit compared the item with a fresh one. Reaches `onError`.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { DirtyResetError, Pool } from 'rockpool';
 *
 * const errors: unknown[] = [];
 * const pool = new Pool({
 *   name: 'sessions',
 *   create: () => ({ id: 0, headers: new Map<string, string>() }),
 *   reset: (session) => {
 *     session.id = 0; // forgets the headers
 *   },
 *   checks: 'paranoid',
 *   onError: (error) => errors.push(error),
 * });
 * const session = pool.get();
 * session.headers.set('cookie', 'secret');
 * assert.equal(pool.put(session), false); // dropped: nobody will see the cookie
 * assert(errors[0] instanceof DirtyResetError);
 * assert.deepEqual(errors[0].paths, ['headers: Map(1), expected Map(0)']);
 * ```
 */
export class DirtyResetError extends Error {
  readonly code = 'ERR_ROCKPOOL_DIRTY_RESET' as const;
  readonly pool: string;
  /** What differs from a fresh item, as "headers: Map(3), expected Map(0)". */
  readonly paths: readonly string[];

  constructor(pool: string, paths: readonly string[]) {
    super(`Item of pool '${pool}' is dirty after reset:\n${paths.map(shownPath).join('\n')}`);
    this.name = 'DirtyResetError';
    this.pool = pool;
    this.paths = paths;
    brand(this);
  }
}

/** "headers: …" as "  item.headers: …", "[0]: …" as "  item[0]: …", "(item): …" as "  item: …" */
function shownPath(path: string): string {
  if (path.startsWith('(item)')) return `  item${path.slice('(item)'.length)}`;
  return path.startsWith('[') ? `  item${path}` : `  item.${path}`;
}

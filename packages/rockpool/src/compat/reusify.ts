/**
 * reusify over a {@link Pool}: `get` and `release` of objects that a constructor without arguments makes.
 * `rockpool/compat/reusify`.
 *
 * What differs, on purpose: an object that is released twice is refused, where reusify would hand it out to two; at most
 * 4,096 are kept, and those that nobody needs go with the garbage collector's epochs, where reusify keeps all for ever;
 * none is made before it is needed; and `next` is nobody's business but the object's.
 */
import { ArgumentTypeError } from '../internal/errors.ts';
import { Pool } from '../object/pool.ts';

/** What {@link reusify} gives. */
export interface Reusified<T extends object> {
  /** An object that was released, or a new one. */
  get(): T;
  /**
   * Gives an object back. The caller has brought it to its first state, or does so after `get`.
   *
   * @throws {DoublePutError} @throws {ForeignPutError}
   */
  release(object: T): void;
}

/**
 * @param Constructor called without arguments
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { reusify } from 'rockpool/compat/reusify';
 *
 * class Task {
 *   next: Task | null = null;
 *   path = '';
 * }
 * const tasks = reusify(Task);
 * const task = tasks.get();
 * tasks.release(task);
 * assert.equal(tasks.get(), task);
 * ```
 */
export function reusify<T extends object>(Constructor: new () => T): Reusified<T> {
  if (typeof Constructor !== 'function') {
    throw new ArgumentTypeError('reusify', 'Constructor', 'a class', Constructor);
  }
  const pool = new Pool<T>({ create: () => new Constructor(), name: Constructor.name || 'reusify' });
  return {
    get: () => pool.get(),
    release: (object) => {
      pool.put(object);
    },
  };
}

/**
 * The two loops that most experiments compare: make an item for each operation, or take one from a pool.
 *
 * Both store the item in the same holder, so that it escapes: else V8 would see that a small fresh object never
 * leaves the loop and not make it at all, which no real program gets. Each runs in a process of its own, so the
 * calls of `make` and `touch` are monomorphic and inlined.
 */
import type { Pool } from 'rockpool';
import type { LoopWorkload } from '../experiment.ts';

/** Uses an item. Returns something that depends on it. */
export type Touch<T> = (item: T, i: number) => number;

/** A new item for each operation. */
export function freshLoop<T extends object>(make: () => T, touch: Touch<T>): LoopWorkload {
  const holder: { item: T | undefined } = { item: undefined };
  return {
    kind: 'loop',
    run(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const item = make();
        holder.item = item;
        sum = (sum + touch(item, i)) | 0;
      }
      return sum;
    },
  };
}

/** An item of the pool for each operation. */
export function pooledLoop<T extends object>(pool: Pool<T>, touch: Touch<T>): LoopWorkload {
  const holder: { item: T | undefined } = { item: undefined };
  return {
    kind: 'loop',
    run(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const item = pool.get();
        holder.item = item;
        sum = (sum + touch(item, i)) | 0;
        pool.put(item);
      }
      return sum;
    },
  };
}

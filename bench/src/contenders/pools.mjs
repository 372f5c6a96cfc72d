// @ts-check
/**
 * The object pools that take part, and plain allocation. Libraries are loaded in `load` only, in the
 * contender's own process: one that is not installed costs its row and nothing else.
 */

/** @typedef {import('./adapter.mjs').Adapter} Adapter */

/** @type {Adapter} `keep` makes the object escape, so that it really is allocated */
export const allocation = {
  id: 'allocation',
  label: 'plain allocation',
  get: 'new ItemClass()',
  put: 'keep.item = item',
  load: async (ItemClass) => ({ ItemClass, keep: { item: new ItemClass() } }),
};

/**
 * @param {'off' | 'basic' | 'strict' | 'paranoid'} checks
 * @param {(item: import('../item.mjs').Item) => void} [reset]
 * @returns {Adapter}
 */
export function rockpool(checks, reset) {
  return {
    id: `rockpool-${checks}`,
    label: `Rockpool, checks ${checks}`,
    get: 'pool.get()',
    put: 'pool.put(item)',
    load: async (ItemClass) => {
      const { Pool } = await import('rockpool');
      const create = () => new ItemClass();
      return { pool: new Pool(reset === undefined ? { create, checks } : { create, checks, reset }) };
    },
  };
}

/** @type {Adapter} A linked list through the items, first in first out. */
export const reusify = {
  id: 'reusify',
  label: 'reusify',
  get: 'pool.get()',
  put: 'pool.release(item)',
  load: async (ItemClass) => {
    const { default: create } = await import('reusify');
    return { pool: create(ItemClass) };
  },
};

/** @type {Adapter} A list that items are added to and removed from; the caller creates on a miss. */
export const yapool = {
  id: 'yapool',
  label: 'yapool',
  get: 'take()',
  put: 'pool.add(item)',
  load: async (ItemClass) => {
    const { default: YaPool } = await import('yapool');
    const pool = new YaPool();
    const take = () => {
      const { head } = pool;
      if (head === null || pool.length === 0) return new ItemClass();
      const item = head.data;
      pool.remove(item);
      return item;
    };
    return { pool, take };
  },
};

/** @type {Adapter} A table of items that doubles when it runs dry. */
export const smikhalevski = {
  id: 'smikhalevski',
  label: '@smikhalevski/object-pool',
  get: 'pool.take()',
  put: 'pool.release(item)',
  load: async (ItemClass) => {
    const { ObjectPool } = await import('@smikhalevski/object-pool');
    return { pool: new ObjectPool(() => new ItemClass()) };
  },
};

/** @type {Adapter} Its table never shrinks: a `take` without `release` costs memory for good. */
export const smikhalevskiUnfit = {
  ...smikhalevski,
  skip: 'every take() without release() grows its table for good, so this loop would only measure that',
};

/**
 * @param {string} benchmark
 * @returns {import('../types.d.ts').GoContender}
 */
export function goPool(benchmark) {
  return { kind: 'go', id: 'go', label: 'Go sync.Pool', benchmark };
}

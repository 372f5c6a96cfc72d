// @ts-check
/**
 * Pools of resources, as their users write them: an expression that is awaited, and a statement that gives `lease` back.
 * All have at most ten resources of one field, and their defaults otherwise.
 */
import { compile } from './adapter.mjs';

const MAX = 10;
/** Those who hold a resource, and a thousand who wait. */
export const USERS = MAX + 1000;

/**
 * @typedef {object} ResourceAdapter
 * @property {string} id
 * @property {string} label
 * @property {string} acquire An expression to be awaited; may use `user`, the number of who acquires.
 * @property {string} resource The resource of `lease`.
 * @property {string} release A statement.
 * @property {(counters?: import('../types.d.ts').Counters) => Promise<Record<string, unknown>>} load
 */

/** @param {import('../types.d.ts').Counters | undefined} counters */
const creator = (counters) => async () => {
  if (counters !== undefined) counters.created++;
  return { used: 0 };
};

/** @type {ResourceAdapter} what no pool can be faster than, and no pool either */
export const array = {
  id: 'array',
  label: 'an array, awaited',
  acquire: 'Promise.resolve(items.pop())',
  resource: 'lease',
  release: 'items.push(lease)',
  load: async () => ({ items: [{ used: 0 }] }),
};

/**
 * @param {string} id
 * @param {string} label
 * @param {object} options
 * @param {string} [acquire]
 * @returns {ResourceAdapter}
 */
const rockpool = (id, label, options, acquire = 'pool.acquire()') => ({
  id,
  label,
  acquire,
  resource: 'lease.value',
  release: 'lease.release()',
  load: async (counters) => {
    const { ResourcePool } = await import('rockpool');
    const waits = Array.from({ length: USERS }, () => ({ signal: new AbortController().signal }));
    return { pool: new ResourcePool({ create: creator(counters), max: MAX, ...options }), waits };
  },
});

export const plain = rockpool('rockpool', 'Rockpool', {});
export const validating = rockpool('rockpool-validate', 'Rockpool, with validate', { validate: () => true });
export const abortable = rockpool(
  'rockpool-signal',
  'Rockpool, each with a signal',
  {},
  'pool.acquire(waits[user])',
);

/** @type {readonly ResourceAdapter[]} */
export const peers = [
  {
    id: 'generic-pool',
    label: 'generic-pool',
    acquire: 'pool.acquire()',
    resource: 'lease',
    release: 'pool.release(lease)',
    load: async (counters) => {
      const { default: generic } = await import('generic-pool');
      return {
        pool: generic.createPool({ create: creator(counters), destroy: async () => {} }, { max: MAX }),
      };
    },
  },
  {
    id: 'sequelize-pool',
    label: 'sequelize-pool',
    acquire: 'pool.acquire()',
    resource: 'lease',
    release: 'pool.release(lease)',
    load: async (counters) => {
      const { Pool } = (await import('sequelize-pool')).default;
      const create = creator(counters);
      return { pool: new Pool({ create, destroy: () => {}, validate: () => true, max: MAX, min: 0 }) };
    },
  },
  {
    id: 'lightning-pool',
    label: 'lightning-pool',
    acquire: 'pool.acquire()',
    resource: 'lease',
    release: 'pool.release(lease)',
    load: async (counters) => {
      const { createPool } = await import('lightning-pool');
      const factory = { create: creator(counters), destroy: async () => {} };
      return { pool: createPool(factory, { max: MAX, maxQueue: 2 * USERS }) };
    },
  },
  {
    id: 'tarn',
    label: 'tarn',
    acquire: 'pool.acquire().promise',
    resource: 'lease',
    release: 'pool.release(lease)',
    load: async (counters) => {
      const { Pool } = (await import('tarn')).default;
      return { pool: new Pool({ create: creator(counters), destroy: () => {}, min: 0, max: MAX }) };
    },
  },
];

export const PEER_IDS = peers.map(({ id }) => id);

/**
 * A contender that runs `body`, the source of `run`, over the adapter's names.
 *
 * @param {ResourceAdapter} adapter
 * @param {(adapter: ResourceAdapter) => string} body
 * @returns {import('../types.d.ts').JsContender}
 */
export const contender = (adapter, body) => ({
  kind: 'js',
  id: adapter.id,
  label: adapter.label,
  prepare: async (counters) => ({
    run: compile(body(adapter), { USERS, ...(await adapter.load(counters)) }),
  }),
});

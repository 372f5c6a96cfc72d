// @ts-check
/** Byte arrays of 1 KiB: what is dear to make is where a pool earns its keep. */
import { compile } from '../contenders/adapter.mjs';
import { goPool } from '../contenders/pools.mjs';

const BYTES = 1024;

/**
 * The pair loop over byte arrays: the first byte is written and read.
 *
 * @param {string} get
 * @param {string} put
 */
const byteLoop = (get, put) => `
  return function bytes(iterations) {
    let sum = 0;
    for (let i = 0; i < iterations; i++) {
      const item = ${get};
      item[0] = (item[0] + 1) | 0;
      sum = (sum + item[0]) | 0;
      ${put};
    }
    return sum;
  };`;

/**
 * @param {string} id
 * @param {string} label
 * @param {string} get
 * @param {string} put
 * @param {(counters?: import('../types.d.ts').Counters) => Promise<Record<string, unknown>>} load
 * @returns {import('../types.d.ts').JsContender}
 */
const bytesContender = (id, label, get, put, load) => ({
  kind: 'js',
  id,
  label,
  prepare: async (counters) => ({ run: compile(byteLoop(get, put), { BYTES, ...(await load(counters)) }) }),
});

const keep = { item: new Uint8Array(0) };

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'pool-buffer',
  title: 'Byte arrays of 1 KiB',
  about:
    'Takes 1,024 bytes, writes and reads the first of them, gives them back. `Buffer.alloc` hands out zeros; the others hand out what was there before.',
  unit: 'get + put',
  contenders: [
    bytesContender('alloc', 'Buffer.alloc', 'Buffer.alloc(BYTES)', 'keep.item = item', async () => ({
      keep,
    })),
    bytesContender(
      'alloc-unsafe',
      'Buffer.allocUnsafe',
      'Buffer.allocUnsafe(BYTES)',
      'keep.item = item',
      async () => ({ keep }),
    ),
    bytesContender(
      'rockpool-basic',
      'Rockpool, checks basic',
      'pool.get()',
      'pool.put(item)',
      async (counters) => {
        const { Pool } = await import('rockpool');
        const create = () => {
          if (counters !== undefined) counters.created++;
          return new Uint8Array(BYTES);
        };
        return { pool: new Pool({ create }) };
      },
    ),
    bytesContender(
      'typedarray-pool',
      'typedarray-pool',
      'pool.mallocUint8(BYTES)',
      'pool.freeUint8(item)',
      async () => ({ pool: (await import('typedarray-pool')).default }),
    ),
    goPool('Buffer'),
  ],
  baselines: ['go', 'alloc', 'alloc-unsafe'],
  targets: [],
};

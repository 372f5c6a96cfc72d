// @ts-check
/** A block of shared memory, taken and given back by one thread: with its magazine, and without. */
import { compile } from '../contenders/adapter.mjs';

const BYTES = 1024;
/** Blocks held at a time. 200 is more than a magazine has, so that each block goes over the shared words. */
const CASES = { 'one held': 1, '16 held': 16, 'shared path': 200 };

/**
 * @param {string} id
 * @param {string} label
 * @param {string} take
 * @param {string} touch
 * @param {string} drop
 * @param {() => Promise<Record<string, unknown>>} load
 * @returns {import('../types.d.ts').JsContender[]}
 */
const pairs = (id, label, take, touch, drop, load) =>
  Object.entries(CASES).map(([name, depth]) => ({
    kind: 'js',
    id,
    label,
    case: name,
    prepare: async () => ({
      run: compile(
        depth === 1
          ? `return function pairs(iterations) {
              let sum = 0;
              for (let i = 0; i < iterations; i++) { const item = ${take}; ${touch}; ${drop}; }
              return sum;
            };`
          : `const held = new Array(${depth}).fill(null);
            return function pairs(iterations) {
              let sum = 0;
              for (let i = 0; i < iterations; i += ${depth}) {
                for (let j = 0; j < ${depth}; j++) held[j] = ${take};
                for (let j = 0; j < ${depth}; j++) { const item = held[j]; ${touch}; ${drop}; }
              }
              return sum;
            };`,
        { BYTES, keep: { item: null }, ...(await load()) },
      ),
    }),
  }));

const sharedPool = async () => {
  const { SharedPool } = await import('rockpool');
  return { pool: SharedPool.create({ bytes: 4 * 2 ** 20 }) };
};

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'shared-pool',
  title: 'Blocks of shared memory, one thread',
  about: `Takes blocks of ${BYTES} bytes and gives them back. With 200 held at a time, more than a magazine has, every block is claimed and freed by its word in shared memory. \`Atomics.add\` on a word that nobody else uses is what one synchronised instruction costs here; \`Buffer.allocUnsafe\` is memory that no other thread sees.`,
  unit: 'pair',
  iterations: 3200,
  cases: Object.keys(CASES),
  contenders: [
    ...pairs(
      'rockpool',
      'Rockpool acquire + release',
      'pool.acquire(BYTES)',
      'sum = (sum + item.index) | 0',
      'item.release()',
      sharedPool,
    ),
    ...pairs(
      'rockpool-bytes',
      'the same, a byte written',
      'pool.acquire(BYTES)',
      'item.bytes[0] = sum; sum++',
      'item.release()',
      sharedPool,
    ),
    ...pairs(
      'atomics-add',
      'Atomics.add',
      'Atomics.add(words, 0, 1)',
      'sum = (sum + item) | 0',
      '',
      async () => ({
        words: new Int32Array(new SharedArrayBuffer(64)),
      }),
    ),
    ...pairs(
      'alloc-unsafe',
      'Buffer.allocUnsafe',
      'keep.item = Buffer.allocUnsafe(BYTES)',
      'item[0] = sum; sum++',
      '',
      async () => ({}),
    ),
  ],
  baselines: ['atomics-add', 'alloc-unsafe'],
  targets: [
    {
      contender: 'rockpool',
      baseline: 'atomics-add',
      atMost: 1.2,
      over: 'every',
      cases: ['one held', '16 held'],
    },
    { contender: 'rockpool', baseline: 'atomics-add', atMost: 6, over: 'every', cases: ['shared path'] },
  ],
};

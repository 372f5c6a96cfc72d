// @ts-check
/** Blocks of shared memory, taken and given back by several threads at once. */
import { availableParallelism } from 'node:os';
import { inThreads } from '../contenders/threads.mjs';

const THREADS = [1, 2, 4, 8, 16];
const cores = availableParallelism();

/** @param {number} threads */
const caseOf = (threads) => (threads === 1 ? '1 thread' : `${threads} threads`);

/**
 * @param {string} id
 * @param {string} label
 * @param {string} loop
 * @param {(threads: number) => Promise<Record<string, unknown>>} load
 * @returns {import('../types.d.ts').JsContender[]}
 */
const threads = (id, label, loop, load) =>
  THREADS.filter((count) => count <= cores).map((count) => ({
    kind: 'js',
    id,
    label,
    case: caseOf(count),
    prepare: async () => inThreads(count, loop, await load(count)),
  }));

/** @param {number} count */
const pool = async (count) => {
  const { SharedPool } = await import('rockpool');
  const bytes = count * 2 ** 20;
  return { pool: SharedPool.create({ bytes, classes: [1024], maxWorkers: count + 1 }).handle };
};

const BLOCKS = 4096;

const stack = async () => {
  const words = new Int32Array(new SharedArrayBuffer(4 * (16 + BLOCKS)));
  for (let index = 0; index < BLOCKS; index++) words[16 + index] = index + 1;
  words[16 + BLOCKS - 1] = 0xfffff;
  return { stack: words };
};

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'shared-scale',
  title: 'Blocks of shared memory, several threads',
  about:
    'Every thread takes blocks of 1 KiB and gives them back, as fast as it can: out of its magazine; with 200 held at a time, so that each block goes over the shared words; and, for comparison, one block at a time from one lock-free stack that all threads share. The figure is the time by the operations of all threads: with perfect scaling it halves from 1 thread to 2.',
  unit: 'pair, of all threads',
  cases: THREADS.filter((count) => count <= cores).map(caseOf),
  contenders: [
    ...threads('hot', 'Rockpool, from the magazine', 'hot', pool),
    ...threads('shared', 'Rockpool, shared path', 'shared', pool),
    ...threads('stack', 'one lock-free stack', 'stack', stack),
  ],
  baselines: ['stack'],
  targets: [
    ...(cores >= 2
      ? [
          {
            contender: 'shared',
            baseline: 'stack',
            atMost: 1 / 4,
            over: /** @type {const} */ ('every'),
            cases: [caseOf(2)],
          },
        ]
      : []),
    ...(cores >= 16
      ? [
          {
            contender: 'shared',
            baseline: 'stack',
            atMost: 1 / 50,
            over: /** @type {const} */ ('every'),
            cases: [caseOf(16)],
          },
        ]
      : []),
  ],
};

// @ts-check
/** The seam that all shared accesses go through, against the same accesses without it. */
import { readdirSync } from 'node:fs';
import { compile } from '../contenders/adapter.mjs';

/** The library's own file: nothing of it is public. */
async function loadSeam() {
  const dist = new URL('../../../packages/rockpool/dist/internal/', import.meta.url);
  if (!readdirSync(dist).includes('atomics.js')) throw new Error('the seam has moved');
  return import(new URL('atomics.js', dist).href);
}

const CASES = {
  load: ['Atomics.load(words, 0)', "seam.load(words, 0, 'site')"],
  exchange: [
    'Atomics.compareExchange(words, 0, i, i + 1)',
    "seam.compareExchange(words, 0, i, i + 1, 'site')",
  ],
  peek: ['words[0]', "seam.peek(words, 0, 'site')"],
};

/**
 * @param {string} id
 * @param {string} label
 * @param {number} which
 * @returns {import('../types.d.ts').JsContender[]}
 */
const accesses = (id, label, which) =>
  Object.entries(CASES).map(([name, sources]) => ({
    kind: 'js',
    id,
    label,
    case: name,
    prepare: async () => ({
      run: compile(
        `return function accesses(iterations) {
          let sum = 0;
          words[0] = 0;
          for (let i = 0; i < iterations; i++) sum = (sum + ${sources[which]}) | 0;
          return sum;
        };`,
        { words: new Int32Array(new SharedArrayBuffer(64)), seam: await loadSeam() },
      ),
    }),
  }));

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'shared-seam',
  title: 'The seam of shared accesses',
  about:
    'One access of a word that nobody else uses: through the seam of the library, where tests put an explorer, and directly. `peek` is a plain read.',
  unit: 'access',
  cases: Object.keys(CASES),
  contenders: [...accesses('seam', 'through the seam', 1), ...accesses('direct', 'Atomics', 0)],
  baselines: ['direct'],
  targets: [
    { contender: 'seam', baseline: 'direct', atMost: 1.05, over: 'every', cases: ['load', 'exchange'] },
  ],
};

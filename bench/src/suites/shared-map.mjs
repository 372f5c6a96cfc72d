// @ts-check
/** A map of all threads: look-ups, and look-ups with changes. */
import { availableParallelism } from 'node:os';
import { inThreads } from '../contenders/threads.mjs';

const KEYS = 3000;
const THREADS = [1, 2, 4, 8, 16];
const cores = availableParallelism();
const counts = THREADS.filter((count) => count <= cores);

/** @param {number} threads @param {string} mix */
const caseOf = (threads, mix) => `${threads === 1 ? '1 thread' : `${threads} threads`}, ${mix}`;
const MIXES = { gets: 'map-get', '10 % puts': 'map-mix' };

/**
 * @param {string} id
 * @param {string} label
 * @param {number | undefined} segments
 * @param {Record<string, string>} [mixes]
 * @returns {import('../types.d.ts').JsContender[]}
 */
const maps = (id, label, segments, mixes = MIXES) =>
  counts.flatMap((count) =>
    Object.entries(mixes).map(([mix, loop]) => ({
      kind: /** @type {const} */ ('js'),
      id,
      label,
      case: caseOf(count, mix),
      prepare: async () => {
        const { SharedMap } = await import('rockpool');
        const options = { capacityBytes: 2 ** 18, maxWorkers: count + 1 };
        const map = SharedMap.create(segments === undefined ? options : { ...options, segments });
        for (let key = 0; key < KEYS; key++) map.set(key, new Uint8Array(4));
        return inThreads(count, loop, { map: map.handle, keys: KEYS });
      },
    })),
  );

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'shared-map',
  title: 'A map of all threads',
  about: `Looks up values of 4 bytes by random integers, among ${KEYS}, and copies them into bytes that are there (\`getInto\`); in the mix one in ten sets the value instead. A map with one segment has one lock for all changes. Three atomic reads, at a random place, are what a probe cannot do without. The figure is the time by the operations of all threads.`,
  unit: 'operation, of all threads',
  cases: counts.flatMap((count) => Object.keys(MIXES).map((mix) => caseOf(count, mix))),
  contenders: [
    ...maps('rockpool', 'Rockpool SharedMap', undefined),
    ...maps('probe', 'a probe alone (`has`)', undefined, { gets: 'map-has' }),
    ...maps('one-lock', 'the same, one segment', 1),
    ...counts.map((count) => ({
      kind: /** @type {const} */ ('js'),
      id: 'three-loads',
      label: 'three atomic reads',
      case: caseOf(count, 'gets'),
      prepare: async () =>
        inThreads(count, 'three-loads', {
          words: new Int32Array(new SharedArrayBuffer(16 * (KEYS + 1))),
          keys: KEYS,
        }),
    })),
  ],
  baselines: ['three-loads', 'one-lock'],
  targets: [
    {
      contender: 'probe',
      baseline: 'three-loads',
      atMost: 1,
      over: 'every',
      cases: counts.map((count) => caseOf(count, 'gets')),
    },
    {
      contender: 'rockpool',
      baseline: 'three-loads',
      atMost: 1,
      over: 'every',
      cases: counts.map((count) => caseOf(count, 'gets')),
    },
    ...(cores >= 16
      ? [
          {
            contender: 'rockpool',
            baseline: 'one-lock',
            atMost: 1 / 8,
            over: /** @type {const} */ ('every'),
            cases: [caseOf(16, '10 % puts')],
          },
        ]
      : []),
  ],
};

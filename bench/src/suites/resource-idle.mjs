// @ts-check
/** A resource that is idle: taken and given back, one after the other. */
import {
  abortable,
  array,
  contender,
  PEER_IDS,
  peers,
  plain,
  validating,
} from '../contenders/resource-pools.mjs';

/** @param {import('../contenders/resource-pools.mjs').ResourceAdapter} adapter */
const loop = ({ acquire, resource, release }) => `
  const user = 0;
  return async function pairs(iterations) {
    let sum = 0;
    for (let i = 0; i < iterations; i++) {
      const lease = await ${acquire};
      const item = ${resource};
      item.used = (item.used + 1) | 0;
      sum = (sum + item.used) | 0;
      ${release};
    }
    return sum;
  };`;

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'resource-idle',
  title: 'A resource that is idle',
  about:
    'Acquires, uses and releases, one after the other; there is always an idle one. An awaited array is what remains of it without a pool. What validates has done so a moment ago.',
  unit: 'acquire + release',
  contenders: [array, plain, validating, abortable, ...peers].map((adapter) => contender(adapter, loop)),
  baselines: ['array', PEER_IDS, 'rockpool'],
  targets: [
    { contender: 'rockpool', baseline: PEER_IDS, atMost: 1 / 3 },
    { contender: 'rockpool-signal', baseline: 'rockpool', atMost: 1.5 },
  ],
};

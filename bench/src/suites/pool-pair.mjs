// @ts-check
/** One get and one put in turn, without a reset: the shortest way through a pool. */
import { contender, pairLoop } from '../contenders/loops.mjs';
import { allocation, goPool, reusify, rockpool, smikhalevski, yapool } from '../contenders/pools.mjs';

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'pool-pair',
  title: 'Get and put, one item',
  about:
    'Takes an item, writes and reads a field of it, puts it back. No reset. One item is in use at a time, so it stays in the processor’s cache: the figures are the fixed cost of a pool, and its least.',
  unit: 'get + put',
  contenders: [
    contender(allocation, pairLoop),
    contender(rockpool('off'), pairLoop),
    contender(rockpool('basic'), pairLoop),
    contender(rockpool('strict'), pairLoop),
    contender(rockpool('paranoid'), pairLoop),
    contender(reusify, pairLoop),
    contender(yapool, pairLoop),
    contender(smikhalevski, pairLoop),
    goPool('Pair'),
  ],
  baselines: ['go', 'reusify', 'allocation'],
  targets: [
    { contender: 'rockpool-basic', baseline: 'go', atMost: 0.8 },
    { contender: 'rockpool-basic', baseline: 'reusify', atMost: 1.1 },
  ],
};

// @ts-check
/** A hundred gets, then a hundred puts, as in Go's BenchmarkPoolOverflow. */
import { BURST, burstLoop, contender } from '../contenders/loops.mjs';
import { allocation, goPool, reusify, rockpool, smikhalevski, yapool } from '../contenders/pools.mjs';

const loop = burstLoop(BURST);

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'pool-burst',
  title: 'A hundred gets, then a hundred puts',
  about:
    'Holds a hundred items at once and puts them all back, as Go’s `BenchmarkPoolOverflow`. The time is that of one pair.',
  unit: 'get + put',
  iterations: 10,
  operations: BURST,
  contenders: [
    contender(allocation, loop),
    contender(rockpool('off'), loop),
    contender(rockpool('basic'), loop),
    contender(rockpool('strict'), loop),
    contender(rockpool('paranoid'), loop),
    contender(reusify, loop),
    contender(yapool, loop),
    contender(smikhalevski, loop),
    goPool('Burst'),
  ],
  baselines: ['go', 'reusify', 'allocation'],
  targets: [{ contender: 'rockpool-basic', baseline: 'go', atMost: 0.4 }],
};

// @ts-check
/** A third of the items never comes back, as in Go's BenchmarkPoolStarvation. */
import { BURST, burstLoop, contender, STARVED } from '../contenders/loops.mjs';
import { allocation, goPool, reusify, rockpool, smikhalevskiUnfit, yapool } from '../contenders/pools.mjs';

const loop = burstLoop(STARVED);

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'pool-starvation',
  title: 'A hundred gets, sixty-seven puts',
  about:
    'Takes a hundred items and puts sixty-seven back, as Go’s `BenchmarkPoolStarvation`; the rest is left to the collector, so a third of the gets must create. The time is that of one get with its share of the puts.',
  unit: 'get',
  iterations: 10,
  operations: BURST,
  contenders: [
    contender(allocation, loop),
    contender(rockpool('off'), loop),
    contender(rockpool('basic'), loop),
    contender(rockpool('strict'), loop),
    contender(reusify, loop),
    contender(yapool, loop),
    contender(smikhalevskiUnfit, loop),
    goPool('Starvation'),
  ],
  baselines: ['go', 'reusify', 'allocation'],
  targets: [],
};

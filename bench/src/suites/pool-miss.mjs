// @ts-check
/** Gets without a put: the case where pooling loses, and by how much. */
import { contender, missLoop } from '../contenders/loops.mjs';
import { allocation, goPool, reusify, rockpool, smikhalevskiUnfit, yapool } from '../contenders/pools.mjs';

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'pool-miss',
  title: 'Gets without a put',
  about:
    'Every get finds the pool empty and creates; nothing is put back. Here a pool can only lose: the ratio against plain allocation is the price of a miss.',
  unit: 'get',
  contenders: [
    contender(allocation, missLoop),
    contender(rockpool('off'), missLoop),
    contender(rockpool('basic'), missLoop),
    contender(rockpool('strict'), missLoop),
    contender(reusify, missLoop),
    contender(yapool, missLoop),
    contender(smikhalevskiUnfit, missLoop),
    { kind: 'go', id: 'go-allocation', label: 'Go, plain allocation', benchmark: 'Allocation' },
    goPool('Miss'),
  ],
  baselines: ['allocation', 'go'],
  targets: [],
};

// @ts-check
/** Get and put with a reset of five fields: what most users of a pool pay. */
import { contender, pairLoop } from '../contenders/loops.mjs';
import { allocation, goPool, reusify, rockpool, smikhalevski, yapool } from '../contenders/pools.mjs';
import { resetItem } from '../item.mjs';

/**
 * For a pool without a reset of its own: its user resets before giving back.
 *
 * @param {import('../contenders/adapter.mjs').Adapter} adapter
 * @returns {import('../contenders/adapter.mjs').Adapter}
 */
const resetByHand = (adapter) => ({
  ...adapter,
  put: `resetItem(item); ${adapter.put}`,
  load: async (ItemClass) => ({ ...(await adapter.load(ItemClass)), resetItem }),
});

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'pool-reset',
  title: 'Get and put with a reset',
  about:
    'As `pool-pair`, and five fields go back to their first values in between: in Rockpool by `reset`, elsewhere by a call before the item is given back. Plain allocation needs none.',
  unit: 'get + put',
  contenders: [
    contender(allocation, pairLoop),
    contender(rockpool('off', resetItem), pairLoop),
    contender(rockpool('basic', resetItem), pairLoop),
    contender(rockpool('strict', resetItem), pairLoop),
    contender(rockpool('paranoid', resetItem), pairLoop),
    contender(resetByHand(reusify), pairLoop),
    contender(resetByHand(yapool), pairLoop),
    contender(resetByHand(smikhalevski), pairLoop),
    goPool('Reset'),
  ],
  baselines: ['go', 'reusify', 'allocation'],
  targets: [],
};

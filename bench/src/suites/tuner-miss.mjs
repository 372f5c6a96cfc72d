// @ts-check
/** What a miss of the cache costs against a hit, size by size: what the tuner's plan goes by. */
import { bufferContender, heldLoop } from '../contenders/buffer-loops.mjs';
import { rockpoolChecks, rockpoolUncached } from '../contenders/buffers.mjs';
import { SIZES } from '../contenders/sizes.mjs';

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'tuner-miss',
  title: 'A hit and a miss, 32 buffers live',
  about:
    'Allocation and release through the cache, and with no cache at all, where each goes to the arena: the difference is what a miss costs. Up to 28 KiB it is a slot of a slab, above a run of pages, and from half a chunk on a chunk of its own, whose memory comes from the runtime.',
  unit: 'buffer',
  iterations: 100,
  timing: { warmMs: 200, sampleMs: 10 },
  cases: SIZES.map(({ label }) => label),
  contenders: SIZES.flatMap((size) => [
    bufferContender(rockpoolChecks('basic'), heldLoop, size),
    bufferContender(rockpoolUncached, heldLoop, size),
  ]),
  baselines: ['rockpool-basic'],
  targets: [],
};

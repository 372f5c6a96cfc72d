// @ts-check
/** Thirty-two buffers of one size live at once. */
import { bufferContender, HELD, heldLoop } from '../contenders/buffer-loops.mjs';
import {
  bl,
  bufferAlloc,
  bufferAllocUnsafe,
  rockpoolChecks,
  thingAddress,
  typedarrayPool,
} from '../contenders/buffers.mjs';
import { bothNetty, NETTY } from '../contenders/netty.mjs';
import { sizesFrom } from '../contenders/sizes.mjs';

const SIZES = sizesFrom(64, 64 * 1024);
const ADAPTERS = [rockpoolChecks('basic'), bufferAlloc, bufferAllocUnsafe, bl, thingAddress, typedarrayPool];

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'buffer-held',
  title: 'Thirty-two buffers held',
  about: `A ring of ${HELD} live buffers of the size: each turn makes one, writes and reads its first byte, puts it into the ring and gives back the one that was there, which is the oldest. So a pool goes through ${HELD + 1} buffers in turn, and the larger ones do not stay in the processor’s first cache.`,
  unit: 'buffer',
  iterations: 100,
  timing: { warmMs: 200, sampleMs: 10 },
  cases: SIZES.map(({ label }) => label),
  contenders: SIZES.flatMap((size) => [
    ...ADAPTERS.map((adapter) => bufferContender(adapter, heldLoop, size)),
    ...bothNetty('held', size),
  ]),
  baselines: [NETTY, 'alloc-unsafe', 'alloc'],
  targets: [{ contender: 'rockpool-basic', baseline: NETTY, atMost: 0.3 }],
};

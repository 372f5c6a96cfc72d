// @ts-check
/** Sizes that change with every buffer: what size classes are for. */
import { bufferContender, HELD, mixedHeldLoop, mixedLoop } from '../contenders/buffer-loops.mjs';
import {
  bl,
  bufferAlloc,
  bufferAllocUnsafe,
  rockpoolChecks,
  rockpoolUncached,
  thingAddress,
  typedarrayPool,
} from '../contenders/buffers.mjs';
import { bothNetty, bothNettyDefault, NETTY } from '../contenders/netty.mjs';
import { MIXED } from '../contenders/sizes.mjs';

const ADAPTERS = [
  rockpoolChecks('basic'),
  rockpoolChecks('off'),
  rockpoolUncached,
  bufferAlloc,
  bufferAllocUnsafe,
  bl,
  thingAddress,
  typedarrayPool,
];
const CASES = [
  { label: 'hot', loop: mixedLoop, benchmark: 'mixed' },
  { label: `held ${HELD}`, loop: mixedHeldLoop, benchmark: 'mixed-held' },
];

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'buffer-mixed',
  title: 'Mixed sizes',
  about: `${MIXED} sizes from 64 B to 64 KiB in a fixed order, log-uniform by octaves, the same in JavaScript and Java: one buffer at a time (hot), or with ${HELD} of them live (held), as in \`buffer-held\`. The first byte of each is written and read.`,
  unit: 'buffer',
  iterations: 256,
  cases: CASES.map(({ label }) => label),
  contenders: CASES.flatMap(({ loop, benchmark, ...of }) => [
    ...ADAPTERS.map((adapter) => bufferContender(adapter, loop, of)),
    ...bothNetty(benchmark, of),
    ...bothNettyDefault(benchmark, of),
  ]),
  baselines: [NETTY, 'alloc-unsafe', 'alloc'],
  targets: [{ contender: 'rockpool-basic', baseline: NETTY, atMost: 0.3, over: 'every' }],
};

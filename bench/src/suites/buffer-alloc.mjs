// @ts-check
/** One buffer made and given back, size by size: the fixed cost of an allocator, and its least. */
import { bufferContender, hotLoop } from '../contenders/buffer-loops.mjs';
import {
  bl,
  bufferAlloc,
  bufferAllocUnsafe,
  bufferAllocUnsafeSlow,
  rockpoolChecks,
  rockpoolUncached,
  rockpoolUnpooled,
  thingAddress,
  thingView,
  typedarrayPool,
} from '../contenders/buffers.mjs';
import { bothNetty, bothNettyDefault, NETTY } from '../contenders/netty.mjs';
import { SIZES, sizesFrom } from '../contenders/sizes.mjs';

const KIB = 1024;
const EVERY_SIZE = [
  rockpoolChecks('basic'),
  bufferAlloc,
  bufferAllocUnsafe,
  bufferAllocUnsafeSlow,
  bl,
  thingAddress,
  thingView,
  typedarrayPool,
];
/** What need not be seen at every size. */
const ONE_SIZE = [
  rockpoolChecks('off'),
  rockpoolChecks('strict'),
  rockpoolChecks('paranoid'),
  rockpoolUncached,
  rockpoolUnpooled,
];

/** @param {number} least */
const labelsFrom = (least) => sizesFrom(least).map(({ label }) => label);

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'buffer-alloc',
  title: 'Allocate and release, one buffer',
  about:
    'Makes a buffer of the size, writes and reads its first byte, gives it back. One buffer is in use at a time, so a pool hands out the same one again and it stays in the processor’s cache: the figures are the fixed cost, and the least. What is not pooled is left to the collector, whose work is in the time. `Buffer.alloc` hands out zeros; the others hand out what was there before. Nobody fills a buffer here: `buffer-fill` does, and is the fairer comparison for large ones. Netty’s loops are the same, on one of its FastThreadLocalThreads and direct memory; at 1 KiB also with its leak detector as it comes.',
  unit: 'buffer',
  iterations: 100,
  timing: { warmMs: 200, sampleMs: 10 },
  cases: SIZES.map(({ label }) => label),
  contenders: SIZES.flatMap((size) => [
    ...EVERY_SIZE.map((adapter) => bufferContender(adapter, hotLoop, size)),
    ...(size.bytes === KIB ? ONE_SIZE.map((adapter) => bufferContender(adapter, hotLoop, size)) : []),
    ...bothNetty('alloc', size),
    ...(size.bytes === KIB ? bothNettyDefault('alloc', size) : []),
  ]),
  baselines: [NETTY, 'alloc-unsafe', 'alloc'],
  targets: [
    { contender: 'rockpool-basic', baseline: NETTY, atMost: 0.3 },
    { contender: 'rockpool-basic', baseline: 'alloc-unsafe', atMost: 1, over: 'every' },
    {
      contender: 'rockpool-basic',
      baseline: 'alloc-unsafe',
      atMost: 1 / 8,
      over: 'every',
      cases: labelsFrom(4 * KIB),
    },
    {
      contender: 'rockpool-basic',
      baseline: 'alloc-unsafe',
      atMost: 1 / 40,
      over: 'every',
      cases: labelsFrom(64 * KIB),
    },
    { contender: 'rockpool-basic', baseline: 'alloc', atMost: 1 / 50, over: 'every', cases: labelsFrom(KIB) },
  ],
};

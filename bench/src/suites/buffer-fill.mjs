// @ts-check
/** Buffers that are filled and read, as buffers are: what is left of an allocator's lead when there is work to do. */
import { bufferContender, fillLoop } from '../contenders/buffer-loops.mjs';
import {
  bufferAlloc,
  bufferAllocUnsafe,
  bufferAllocUnsafeSlow,
  rockpoolChecks,
  thingAddress,
  typedarrayPool,
} from '../contenders/buffers.mjs';
import { bothNetty, NETTY } from '../contenders/netty.mjs';
import { SIZES as ALL } from '../contenders/sizes.mjs';

const SIZES = ALL.filter(({ label }) => ['64 B', '1 KiB', '16 KiB', '64 KiB', '1 MiB'].includes(label));
const ADAPTERS = [
  rockpoolChecks('basic'),
  bufferAlloc,
  bufferAllocUnsafe,
  bufferAllocUnsafeSlow,
  thingAddress,
  typedarrayPool,
];

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'buffer-fill',
  title: 'Allocate, fill, read and release',
  about:
    'As `buffer-alloc`, and every byte is used: all of it is copied in from an array and out to another one, whose last byte is summed up. What dominates in the large sizes is the memory itself, its page faults where it is new and the processor’s caches where it is not.',
  unit: 'buffer',
  iterations: 20,
  timing: { warmMs: 200, sampleMs: 10 },
  cases: SIZES.map(({ label }) => label),
  contenders: SIZES.flatMap((size) => [
    ...ADAPTERS.map((adapter) => bufferContender(adapter, fillLoop, size)),
    ...bothNetty('fill', size),
  ]),
  baselines: [NETTY, 'alloc-unsafe', 'alloc'],
  targets: [],
};

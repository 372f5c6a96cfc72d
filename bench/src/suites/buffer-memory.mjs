// @ts-check
/** Bytes that an operation leaves to the garbage collector. */
import { compile } from '../contenders/adapter.mjs';
import { hotLoop, mixedHeldLoop } from '../contenders/buffer-loops.mjs';
import { bufferAlloc, bufferAllocUnsafe, rockpoolChecks, rockpoolFresh } from '../contenders/buffers.mjs';
import { mixedSizes } from '../contenders/sizes.mjs';
import { HEAP_ARGV, heapBytes, longHeapBytes } from '../heap-bytes.mjs';

/** Turns of the loop at once: few enough that what the worst row allocates fits into the young generation. */
const ITERATIONS = 1000;
const BYTES = 1024;
/** Bytes an operation that count as none: an object in 160 operations; a batch’s own result may be one. */
const NOTHING = 0.1;

/** @typedef {import('../contenders/buffers.mjs').BufferAdapter} BufferAdapter */

/**
 * @param {string} before
 * @param {string} turn
 */
const loop = (before, turn) => `
  ${before}
  return function turns(iterations) {
    let sum = 0;
    for (let i = 0; i < iterations; i++) {
      ${turn}
    }
    return sum;
  };`;

/** @param {BufferAdapter} adapter */
const isNode = ({ id }) => id.startsWith('alloc');

/** A slice of a buffer, used. @param {BufferAdapter} adapter */
const sliceLoop = (adapter) => {
  const { make, touch, forget } = adapter;
  const slice = isNode(adapter) ? 'subarray(start, start + 256)' : 'retainedSlice(start, 256)';
  const written = isNode(adapter) ? '' : 'parent.writeZero(BYTES);';
  return loop(
    `const parent = ${make('BYTES')}; ${written}`,
    `const start = i & 511; const item = parent.${slice}; ${touch} ${forget};`,
  );
};

/** A message of five numbers, written and read. @param {BufferAdapter} adapter */
const messageLoop = (adapter) => {
  const { make, forget } = adapter;
  const turn = isNode(adapter)
    ? `item.writeUInt32BE(i, 0); item.writeUInt16LE(i & 65535, 4); item.writeUInt8(i & 255, 6);
       item.writeDoubleLE(i + 0.5, 7); item.writeInt32BE(-i, 15);
       sum = (sum + item.readUInt32BE(0) + item.readUInt16LE(4) + item.readUInt8(6)) | 0;
       if (item.readDoubleLE(7) > 0) sum = (sum + item.readInt32BE(15)) | 0;`
    : `item.writeUInt32BE(i).writeUInt16LE(i & 65535).writeUInt8(i & 255).writeDoubleLE(i + 0.5).writeInt32BE(-i);
       sum = (sum + item.readUInt32BE() + item.readUInt16LE() + item.readUInt8()) | 0;
       if (item.readDoubleLE() > 0) sum = (sum + item.readInt32BE()) | 0;`;
  return loop('', `const item = ${make('64')}; ${turn} ${forget};`);
};

/** @type {ReadonlyArray<{ label: string, loopOf: (adapter: BufferAdapter) => string }>} */
const CASES = [
  { label: '1 KiB', loopOf: hotLoop },
  { label: 'mixed, held 32', loopOf: mixedHeldLoop },
  { label: 'slice', loopOf: sliceLoop },
  { label: 'message of five numbers', loopOf: messageLoop },
];
const ADAPTERS = [
  rockpoolChecks('basic'),
  rockpoolChecks('off'),
  rockpoolFresh,
  bufferAllocUnsafe,
  bufferAlloc,
];

/**
 * @param {BufferAdapter} adapter
 * @param {typeof CASES[number]} of
 * @returns {import('../types.d.ts').JsContender}
 */
const memoryContender = (adapter, { label, loopOf }) => ({
  kind: 'js',
  id: adapter.id,
  label: adapter.label,
  case: label,
  execArgv: HEAP_ARGV,
  prepare: async () => {
    const env = await adapter.load();
    const run = compile(loopOf(adapter), { BYTES, SIZES: mixedSizes(), Buffer, ...env });
    const { allocator } = /** @type {{ allocator?: import('rockpool').ByteBufAllocator }} */ (env);
    return {
      run,
      figures: (operations) => {
        const heap = heapBytes(run, ITERATIONS);
        if (allocator === undefined) return heap;
        const { misses } = allocator.stats();
        return { 'arena blocks/op': misses / operations, ...heap, ...longHeapBytes(run, ITERATIONS) };
      },
    };
  },
});

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'buffer-memory',
  title: 'Bytes for the collector',
  about: `What one operation allocates in the steady state: on the heap, and in array buffers outside of it. The heap is read before and after ${ITERATIONS} operations, forty-one times, with a young generation so large that nothing is collected in between, and less what the reading itself allocates. \`heap B/op\` is the median of the batches; the long one, of batches of 20,000, has in it what happens once in a while: at \`basic\` one buffer in 8192 is sampled for the leak detector, and its stack taken. \`arena blocks/op\` are the allocations that the cache could not serve, by the allocator’s own count. The message’s 16 bytes, where there are any, are a double that V8 boxes because it has not inlined the call it is handed to. The times beside are those of a process with that large a young generation, which is kind to plain allocation.`,
  unit: 'operation',
  iterations: ITERATIONS,
  timing: { warmMs: 200, sampleMs: 10 },
  cases: CASES.map(({ label }) => label),
  contenders: CASES.flatMap((of) => ADAPTERS.map((adapter) => memoryContender(adapter, of))),
  baselines: ['alloc-unsafe', 'rockpool-fresh'],
  targets: [
    { contender: 'rockpool-basic', figure: 'heap B/op', atMost: NOTHING },
    { contender: 'rockpool-basic', figure: 'off-heap B/op', atMost: NOTHING },
  ],
};

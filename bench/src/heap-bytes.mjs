// @ts-check
/**
 * Bytes that a loop allocates, read from the heap: collect, read, run, read. Between the two readings nothing may be
 * collected, so the batch must fit into the young generation; `HEAP_ARGV` makes that large.
 */
import { memoryUsage } from 'node:process';
import { median } from './spread.mjs';

/** Options of Node for a process that measures. */
export const HEAP_ARGV = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];

/** Batches of one measurement. */
const BATCHES = 41;
/** Long batches, and the turns of one in batches. */
const LONG_BATCHES = 9;
const LONG = 20;

/** What was allocated on the heap and, by array buffers, outside of it. @param {() => unknown} work */
function allocated(work) {
  globalThis.gc?.();
  const before = memoryUsage();
  work();
  const after = memoryUsage();
  return { heap: after.heapUsed - before.heapUsed, outside: after.arrayBuffers - before.arrayBuffers };
}

/** What reading itself allocates, in the middle. @param {number} batches */
const ownBytes = (batches) => median(Array.from({ length: batches }, () => allocated(() => 0).heap));

/**
 * The batch in the middle is what is meant: V8 counts a page of 256 KiB at once now and then, where nothing was
 * allocated.
 *
 * @param {(iterations: number) => unknown} run
 * @param {number} iterations Turns of a batch.
 * @returns {Record<string, number>} bytes of one turn
 */
export function heapBytes(run, iterations) {
  if (globalThis.gc === undefined) throw new TypeError(`Cannot measure without ${HEAP_ARGV[0]}`);
  const own = ownBytes(BATCHES);
  const batches = Array.from({ length: BATCHES }, () => allocated(() => run(iterations)));
  return {
    'heap B/op': (median(batches.map(({ heap }) => heap)) - own) / iterations,
    'off-heap B/op': median(batches.map(({ outside }) => outside)) / iterations,
  };
}

/**
 * The same over batches so long that they have in them what happens once in ten thousand turns. For what allocates
 * little outside of the heap, or a collection comes in between.
 *
 * @param {(iterations: number) => unknown} run
 * @param {number} iterations Turns of a short batch.
 * @returns {Record<string, number>} bytes of one turn
 */
export function longHeapBytes(run, iterations) {
  const own = ownBytes(LONG_BATCHES);
  const batches = Array.from({ length: LONG_BATCHES }, () => allocated(() => run(LONG * iterations)).heap);
  return { 'heap B/op, long': (median(batches) - own) / (LONG * iterations) };
}

/**
 * Bytes allocated per operation: in the JavaScript heap, and in ArrayBuffers outside it.
 *
 * Heap, over a long run: between two collections the used size only grows, so with `GCProfiler`'s sizes before
 * and after each collection
 *
 *     allocated = Σ (before[i] − after[i−1]) + (end − after[last]),   after[−1] = start
 *
 * which gives 184.0 bytes for a Buffer of Buffer.alloc(1024) in every run (Node 20.20). Sweeping that is still
 * under way at the start would shrink it, so it is waited for.
 *
 * The same sum is wrong outside the heap: V8 frees ArrayBuffers on a helper thread after the collection, in
 * between two looks, and the sum came to 740–910 bytes of 1,024. There the count is taken in bursts without
 * any collection: after full ones, with their sweeping done, as many operations as fit before the next. A burst
 * that was cut by a collection is thrown away and tried with half the operations; the median of three stands.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { GCProfiler, getHeapStatistics } from 'node:v8';
import { median } from '../statistics.ts';

/** Bytes allocated per operation. */
export interface AllocationFigures {
  readonly heapBytes: number;
  /** Null where no burst was free of collections. */
  readonly externalBytes: number | null;
  readonly sink: number;
}

/** Time for the sweeper thread to finish after a full collection. */
const SWEEP_MS = 8;
/** Operations of the first burst. Slabs of 8 KiB are shared by a few operations; this many even them out. */
const BURST_OPERATIONS = 1024;
const BURSTS = 3;

/**
 * Measures what `run` allocates.
 *
 * @param run the operations; compiled by now
 * @param operations how many to count in the heap: the more, the finer
 */
export async function measureAllocation(
  run: (count: number) => number,
  operations: number,
): Promise<AllocationFigures> {
  await quietHeap();
  const heap = heapBytes(run, operations);
  let sink = heap.sink;
  const external: number[] = [];
  let size = Math.min(BURST_OPERATIONS, operations);
  while (external.length < BURSTS && size >= 1) {
    await quietHeap();
    const burst = externalBytes(run, size);
    sink += burst.sink;
    if (burst.cut) size >>= 1;
    else external.push(burst.bytes / size);
  }
  return {
    heapBytes: heap.bytes / operations,
    externalBytes: external.length === 0 ? null : median(external),
    sink,
  };
}

function heapBytes(run: (count: number) => number, operations: number): { bytes: number; sink: number } {
  const own = grossHeapBytes(() => 0, 0).bytes; // of the profiler itself
  const { bytes, sink } = grossHeapBytes(run, operations);
  return { bytes: Math.max(0, bytes - own), sink };
}

function grossHeapBytes(run: (count: number) => number, operations: number): { bytes: number; sink: number } {
  const profiler = new GCProfiler();
  profiler.start();
  let last = getHeapStatistics().used_heap_size;
  const sink = run(operations);
  const end = getHeapStatistics().used_heap_size;
  let bytes = 0;
  for (const { beforeGC, afterGC } of profiler.stop().statistics) {
    bytes += beforeGC.heapStatistics.usedHeapSize - last;
    last = afterGC.heapStatistics.usedHeapSize;
  }
  return { bytes: bytes + end - last, sink };
}

function externalBytes(
  run: (count: number) => number,
  operations: number,
): { bytes: number; cut: boolean; sink: number } {
  // What the full collection took from a pool is made again here, uncounted.
  let sink = run(operations);
  const profiler = new GCProfiler();
  profiler.start();
  const before = process.memoryUsage().arrayBuffers;
  sink += run(operations);
  const bytes = process.memoryUsage().arrayBuffers - before;
  return { bytes, cut: profiler.stop().statistics.length > 0, sink };
}

/** The second collection has nothing to free, and waits for the sweeping of the first. */
async function quietHeap(): Promise<void> {
  globalThis.gc?.();
  globalThis.gc?.();
  await sleep(SWEEP_MS);
}

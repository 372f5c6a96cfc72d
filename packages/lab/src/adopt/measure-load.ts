/**
 * Measures one side of a load: one warm-up, which finds how many operations take a slice of time, then slices until the
 * time is over. There is nothing else in here, as it also runs under a recorder that watches what is allocated.
 */
import { GcWatch } from '../harness/gc-watch.ts';
import type { Load } from './adopt-load.ts';

/** What a run found; times are per operation, but for those of the collector. */
export interface LoadFigures {
  readonly operations: number;
  /** With those of the warm-up. */
  readonly allOperations: number;
  readonly seconds: number;
  /** CPU time of all threads of this process: the collector's and those of the file system included. */
  readonly cpuNs: number;
  readonly wallNs: number;
  /** Σ of the pauses, and how many there were. */
  readonly gcMs: number;
  readonly gcCount: number;
  /** The most resident memory that was seen between two slices. */
  readonly rssBytes: number;
}

/** One slice: long against the clock, short against a run. */
const SLICE_MS = 50;
/** Warm-up, as a part of the run, and at least, in seconds. */
const WARM_UP = { part: 0.25, leastSeconds: 1 };

/**
 * Warms up, runs and measures. The load is not ended.
 *
 * @param seconds of the run, more than 0
 */
export async function measureLoad(load: Load, seconds: number): Promise<LoadFigures> {
  const { slice, done } = await warmUp(load, Math.max(WARM_UP.leastSeconds, seconds * WARM_UP.part) * 1000);
  const watch = new GcWatch();
  await watch.settle();
  let operations = 0;
  let rssBytes = 0;
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  const start = process.cpuUsage();
  let nowMs = startMs;
  while (nowMs < endMs) {
    await load.run(slice);
    operations += slice;
    nowMs = performance.now();
    rssBytes = Math.max(rssBytes, process.memoryUsage.rss());
  }
  const { user, system } = process.cpuUsage(start);
  await watch.settle();
  watch.stop();
  const gc = watch.between(startMs, nowMs);
  return {
    operations,
    allOperations: done + operations,
    seconds: (nowMs - startMs) / 1000,
    cpuNs: ((user + system) * 1000) / operations,
    wallNs: ((nowMs - startMs) * 1e6) / operations,
    gcMs: gc.totalMs,
    gcCount: gc.count,
    rssBytes,
  };
}

/** @returns operations that take a slice of time, and how many were done */
async function warmUp(load: Load, forMs: number): Promise<{ slice: number; done: number }> {
  const endMs = performance.now() + forMs;
  let count = 1;
  let done = 0;
  for (;;) {
    const startMs = performance.now();
    await load.run(count);
    done += count;
    const nowMs = performance.now();
    const tookMs = Math.max(nowMs - startMs, 0.001);
    const wanted = Math.max(1, Math.round((count * SLICE_MS) / tookMs));
    if (nowMs >= endMs) return { slice: wanted, done };
    count = Math.min(wanted, count * 4);
  }
}

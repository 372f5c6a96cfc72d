/**
 * What the machine does to a program that only looks at the clock: how much of its time it stands still, and for how
 * long. Percentiles of latencies below some milliseconds say as much of this as of what is measured: on a shared
 * machine they cannot be understood without it.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** A gap between two looks at the clock that counts, in ms: no collection happens here, and a look takes 50 ns. */
const GAP_MS = 0.5;

/** What one core saw. */
export interface Noise {
  /** Of the time, 0 to 1. */
  readonly share: number;
  readonly gaps: number;
  readonly longestMs: number;
}

const LOOK = `
const { parentPort, workerData } = require('node:worker_threads');
const { ms, gapMs } = workerData;
const start = performance.now();
let last = start, share = 0, gaps = 0, longestMs = 0;
while (last - start < ms) {
  const now = performance.now();
  const gap = now - last;
  if (gap > gapMs) { share += gap / ms; gaps++; longestMs = Math.max(longestMs, gap); }
  last = now;
}
parentPort.postMessage({ share, gaps, longestMs });`;

/** Looks at the clock on as many cores as there are, up to two: as many as a measurement keeps busy. */
export function listenToNoise(ms: number): Promise<Noise[]> {
  const cores = Math.min(2, availableParallelism());
  return Promise.all(
    Array.from({ length: cores }, () => {
      const worker = new Worker(LOOK, { eval: true, workerData: { ms, gapMs: GAP_MS } });
      return new Promise<Noise>((resolve, reject) => worker.once('message', resolve).once('error', reject));
    }),
  );
}

/** In a line. */
export function showNoise(noise: readonly Noise[]): string {
  const cores = noise.map(
    ({ share, gaps, longestMs }) =>
      `${(100 * share).toFixed(1)} % in ${gaps} gaps of up to ${longestMs.toFixed(1)} ms`,
  );
  return `The machine alone stands still, on each core: ${cores.join('; ')}`;
}

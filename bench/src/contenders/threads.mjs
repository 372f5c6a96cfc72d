// @ts-check
/**
 * Loops that run in several threads at once. `prepare` starts them, and each call of the returned function lets all of
 * them work for the same time and tells how long an operation took: the time, by the operations of all.
 */
import { Worker } from 'node:worker_threads';

/** Words that the threads share. */
const GO = 0;
const READY = 1;
const DONE = 2;
const STARTED = 3;
/** Each thread's operations, a line apart. */
const COUNTS = 16;

/** How long a sample takes, in ms. */
const SAMPLE_MS = 25;

/**
 * @param {number} count threads
 * @param {string} loop the name of a loop in `thread-loops.mjs`
 * @param {Record<string, unknown>} [data] for all of them
 * @returns {Promise<import('../types.d.ts').Prepared>}
 */
export async function inThreads(count, loop, data = {}) {
  const control = new Int32Array(new SharedArrayBuffer(4 * (COUNTS + 16 * count)));
  const workers = Array.from({ length: count }, (_, number) => {
    const worker = new Worker(new URL('thread-loops.mjs', import.meta.url), {
      workerData: { control, number, count, loop, ...data },
    });
    worker.on('error', (error) => {
      console.error(error);
      process.exit(1);
    });
    worker.unref();
    return worker;
  });
  while (Atomics.load(control, READY) < count) await new Promise((resolve) => setTimeout(resolve, 2));
  const sample = () => {
    const before = total(control, count);
    Atomics.store(control, DONE, 0);
    Atomics.store(control, STARTED, 0);
    Atomics.store(control, GO, 1);
    Atomics.notify(control, GO);
    while (Atomics.load(control, STARTED) < count) Atomics.wait(control, DONE, 0, 1);
    const start = performance.now();
    Atomics.wait(control, DONE, 0, SAMPLE_MS);
    Atomics.store(control, GO, 0);
    const took = performance.now() - start;
    while (Atomics.load(control, DONE) < count) Atomics.wait(control, DONE, Atomics.load(control, DONE), 1);
    return (took * 1e6) / Math.max(1, total(control, count) - before);
  };
  // The code of the threads gets warm.
  for (let n = 0; n < 20; n++) sample();
  void workers;
  return { sample };
}

/**
 * @param {Int32Array} control
 * @param {number} count
 */
function total(control, count) {
  let sum = 0;
  for (let n = 0; n < count; n++) sum += Atomics.load(control, COUNTS + 16 * n) >>> 0;
  return sum;
}

// @ts-check
/** Workers that count in a shared map and die: no count may be lost or made twice, no value torn, no lock left. */
import { Worker } from 'node:worker_threads';
import { SharedMap } from '../../../dist/index.js';
import { randomBelow } from './random-below.mjs';

const KEYS = 40;

/** @param {{ deaths: number, workers: number, seed: number }} plan */
export async function mapCrash({ deaths, workers, seed }) {
  const below = randomBelow(seed);
  // Small, so that it is compacted all the time.
  const map = SharedMap.create({ capacityBytes: 8192, segments: 2, maxWorkers: workers + 1 });
  const figures = new Int32Array(new SharedArrayBuffer(64));
  /** @type {string[]} */
  const failures = [];
  let died = 0;
  let living = 0;
  await new Promise((resolve) => {
    const start = () => {
      living++;
      const death = below(4) === 0 ? 'exit' : 'terminate';
      const worker = new Worker(new URL('map-worker.mjs', import.meta.url), {
        workerData: { handle: map.handle, seed: below(2 ** 31), keys: KEYS, figures, death },
      });
      map.adopt(worker);
      worker.on('error', (error) => failures.push(String(error.stack)));
      worker.on('message', (message) => {
        if (message !== 'ready') failures.push(message);
        else if (death === 'terminate') setTimeout(() => worker.terminate(), below(12));
      });
      worker.once('exit', () => {
        living--;
        died++;
        if (died < deaths && failures.length === 0) start();
        else Atomics.store(figures, 0, 1);
        if (living === 0) resolve(undefined);
      });
    };
    for (let n = 0; n < workers; n++) start();
  });
  let sum = 0;
  for (const value of map.values()) sum += new DataView(value.buffer).getUint32(0);
  // Whoever finds a lock that was left waits for ten seconds, and throws.
  for (let key = 0; key < KEYS; key++) map.set(key, new Uint8Array(1));
  return {
    died,
    failures,
    torn: figures[1],
    begun: /** @type {number} */ (figures[2]),
    done: /** @type {number} */ (figures[3]),
    sum,
    size: map.size,
  };
}

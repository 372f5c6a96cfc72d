// @ts-check
/** Workers that use a shared map and write down what they did, and when, by one clock; some die in the middle. */
import { Worker } from 'node:worker_threads';
import { SharedMap } from '../../../dist/index.js';
import { CALLED, CLOCK, COUNT, KINDS, LOG, OPERATION_WORDS, START } from './history-layout.mjs';
import { randomBelow } from './random-below.mjs';

/** @param {import('./history.d.mts').HistoryPlan} plan */
export async function recordHistory({ workers, operations, keys, deaths, seed }) {
  // So small that it is compacted all the time.
  const map = SharedMap.create({ capacityBytes: 1024, segments: 1, maxWorkers: workers + 1 });
  const shared = new Int32Array(new SharedArrayBuffer(64));
  const logs = Array.from(
    { length: workers },
    () => new Int32Array(new SharedArrayBuffer(4 * (LOG + OPERATION_WORDS * operations))),
  );
  /** @type {string[]} */
  const failures = [];
  const below = randomBelow(seed);
  const ends = logs.map(
    (log, number) =>
      new Promise((resolve) => {
        const worker = new Worker(new URL('history-worker.mjs', import.meta.url), {
          workerData: {
            handle: map.handle,
            log,
            shared,
            number,
            operations,
            keys,
            workers,
            seed: below(2 ** 31),
          },
        });
        map.adopt(worker);
        worker.on('error', (error) => failures.push(String(error.stack)));
        if (number < deaths) {
          const at = 1 + below(operations);
          const kill = () => {
            if (Atomics.load(log, COUNT) >= at) worker.terminate();
            else setTimeout(kill, 0);
          };
          kill();
        }
        worker.once('exit', resolve);
      }),
  );
  while (Atomics.load(shared, START) < workers) await new Promise((resolve) => setTimeout(resolve, 1));
  Atomics.add(shared, START, 1);
  Atomics.notify(shared, START);
  await Promise.all(ends);
  const history = logs.flatMap((log) => {
    const done = [];
    for (let n = 0; n < operations; n++) {
      const at = LOG + OPERATION_WORDS * n;
      if (log[at + CALLED] === 0) break;
      const [called, returned, kind, key, value, result] = log.subarray(at, at + OPERATION_WORDS);
      done.push({
        called,
        returned: returned === 0 ? Number.POSITIVE_INFINITY : returned,
        kind: KINDS[/** @type {number} */ (kind)],
        key,
        value,
        result,
      });
    }
    return done;
  });
  return {
    failures,
    history: /** @type {import('./history.d.mts').HistoryEntry[]} */ (history),
    end: shared[CLOCK],
  };
}

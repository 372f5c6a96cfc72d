/**
 * Users of one pool: each acquires, uses, holds for a turn of the microtask queue, releases, and begins again. What they
 * got is counted, so that it shows who was served and who was kept waiting.
 */
import { GCProfiler, getHeapStatistics } from 'node:v8';
import type { SampledWorkload } from '../experiment.ts';
import type { PeerPool } from './peer-pools.ts';

/** Acquires of one sample: enough for each of many users that its beginning and its end do not count. */
const LEAST_BATCH = 20_000;
const BATCH_PER_USER = 40;
/** Acquires whose allocation is counted: few enough to fit before the next collection. */
const COUNTED = 2_000;

/** `users` of a pool of `max` things, as a workload: what an acquire with its release takes, of all together. */
export function crowd<R>(pool: PeerPool<R>, users: number): SampledWorkload {
  const served = new Array<number>(users).fill(0);
  const batch = Math.max(LEAST_BATCH, BATCH_PER_USER * users);
  let fewestToMost = 1;
  let bytes = Number.NaN;

  /** Serves `total` acquires, however they fall to the users. */
  async function serve(total: number): Promise<void> {
    let left = total;
    const work = async (user: number) => {
      while (left > 0) {
        left--;
        const taken = await pool.acquire();
        pool.thing(taken).used++;
        served[user] = (served[user] as number) + 1;
        if (users > 1) await undefined;
        pool.release(taken);
      }
    };
    await Promise.all(served.map((_, user) => work(user)));
  }

  return {
    kind: 'sampled',
    verify: async () => {
      await serve(10 * users);
      const total = served.reduce((sum, count) => sum + count, 0);
      if (total !== 10 * users) throw new Error(`served ${total} instead of ${10 * users}`);
    },
    sample: async () => {
      if (Number.isNaN(bytes)) bytes = await bytesOf(serve);
      served.fill(0);
      const begin = performance.now();
      await serve(batch);
      const took = performance.now() - begin;
      fewestToMost = Math.min(...served) / Math.max(...served);
      return (took * 1e6) / batch;
    },
    facts: () => ({
      'bytes an acquire': bytes,
      ...(users > 1 ? { 'fewest served ÷ most': fewestToMost } : {}),
    }),
  };
}

/** Heap bytes of one acquire with its release, once the code is warm. */
async function bytesOf(serve: (total: number) => Promise<void>): Promise<number> {
  await serve(LEAST_BATCH);
  for (let count = COUNTED; count >= 100; count >>= 1) {
    globalThis.gc?.();
    const profiler = new GCProfiler();
    profiler.start();
    const before = getHeapStatistics().used_heap_size;
    await serve(count);
    const grown = getHeapStatistics().used_heap_size - before;
    if (profiler.stop().statistics.length === 0) return grown / count;
  }
  return Number.NaN;
}

/**
 * Blocks for several threads: fresh memory, one list of idle blocks under a lock, and a pool in which each thread has some
 * of its own and steals from others when it has none.
 *
 * One block at a time is what a handler does that needs a buffer for a moment. 200 at a time are more than a thread keeps
 * to itself, so that each of them goes over the words that all threads share.
 */
import { SharedPool } from 'rockpool';
import type { Case, Comparison, Experiment } from '../experiment.ts';
import { CREW_WARM_UP_MS, type Job, startCrew } from '../threads/crew.ts';
import { lockedBlocks } from '../threads/local-roles.ts';
import { THREADS, threadsTitle } from './thread-counts.ts';

const BLOCK_BYTES = 1024;
const HELD = [1, 200];

/** The experiment. */
export const local: Experiment = {
  name: 'local',
  summary: 'blocks of 1 KiB for 1 to 16 threads: fresh, from one list under a lock, from a SharedPool',
  secondsPerCase: 1.5,
  warmUpMs: CREW_WARM_UP_MS,
  notes: [
    'The figure is the time by the blocks of all threads: with perfect scaling it halves when the threads double.',
    'Buffers are one thread’s own, zeroed or not. What other threads can see is a SharedArrayBuffer: fresh, shared.',
    'As many threads as there are cores, and 16 at most.',
    'Figures of Go that this follows, for a burst of buffers: 150 µs allocated, 85 µs from a pool under one lock, ' +
      '40 µs from local pools that steal.',
  ],
  comparisons: HELD.flatMap((held) => THREADS.map((threads) => compare(threads, held))),
};

function compare(threads: number, held: number): Comparison {
  return {
    id: `${threads}-${held === 1 ? 'one' : 'held'}`,
    title: `${threadsTitle(threads)}, ${held === 1 ? 'one block' : `${held} blocks`} at a time`,
    operation: 'block',
    baseline: 'alloc-unsafe',
    pooled: ['pool'],
    cases: [
      crewCase('alloc-unsafe', 'allocUnsafe', threads, () => ({
        role: 'local/alloc-unsafe',
        data: { held },
      })),
      crewCase('alloc', 'Buffer.alloc', threads, () => ({ role: 'local/alloc', data: { held } })),
      crewCase('shared', 'fresh, shared', threads, () => ({ role: 'local/shared', data: { held } })),
      crewCase('lock', 'list, one lock', threads, () => ({
        role: 'local/lock',
        data: { held, ...lockedBlocks(threads * 256, BLOCK_BYTES) },
      })),
      crewCase('pool', 'SharedPool', threads, () => ({
        role: 'local/pool',
        data: { held, pool: pool(threads) },
      })),
    ],
    pairs: [
      { variant: 'pool', baseline: 'lock' },
      { variant: 'pool', baseline: 'shared' },
    ],
    targets:
      threads === 1
        ? []
        : [
            { variant: 'pool', baseline: 'lock', metric: 'speed', atLeast: 85 / 40 },
            { variant: 'pool', baseline: 'alloc-unsafe', metric: 'speed', atLeast: 150 / 40 },
          ],
  };
}

function crewCase(id: string, title: string, threads: number, job: () => Job): Case {
  return {
    id,
    title,
    prepare: () => {
      const { role, data } = job();
      return startCrew(new Array<Job>(threads).fill({ role, data: { blockBytes: BLOCK_BYTES, ...data } }));
    },
  };
}

function pool(threads: number): SharedPool['handle'] {
  const bytes = threads * 512 * BLOCK_BYTES;
  return SharedPool.create({ bytes, classes: [BLOCK_BYTES], maxWorkers: threads + 1 }).handle;
}

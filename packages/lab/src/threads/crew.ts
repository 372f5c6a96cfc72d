/**
 * Threads that work without a pause, and count what they do; who watches them reads the counts twice, and divides.
 *
 * So no thread is started, stopped or waited for within a measurement, and threads that wait for events are measured as
 * those that run in a loop are. Between two samples they go on.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type MessagePort, Worker } from 'node:worker_threads';
import type { SampledWorkload } from '../experiment.ts';
import { countOf, makeControl, READY, STOP, WRONG } from './crew-control.ts';
import type { RoleName } from './roles.ts';

/** What one thread is to do. */
export interface Job {
  readonly role: RoleName;
  /** For the role; structured clone. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly transfer?: readonly MessagePort[];
}

/** For an experiment with crews: each thread compiles its code for itself. */
export const CREW_WARM_UP_MS = 300;

/** What a thread of a crew gets. */
export interface CrewData extends Readonly<Record<string, unknown>> {
  readonly role: RoleName;
  readonly thread: number;
  readonly control: Int32Array;
}

/** Built code, also when this file itself runs from `src`: Node 20 runs no TypeScript. */
const THREAD = new URL('../../dist/threads/crew-thread.js', import.meta.url);
/** Long against the batch after which a thread counts, in ms. */
const SAMPLE_MS = 10;
/** Nothing was done in so long: something is wrong. */
const STALLED_MS = 10_000;
const START_MS = 20_000;

/**
 * Starts a thread for each job, and lets them run.
 *
 * @returns a workload: what an operation takes, by the time and the operations of all threads
 * @throws {Error} a thread ended before it ran
 */
export async function startCrew(jobs: readonly Job[]): Promise<SampledWorkload> {
  const control = makeControl(jobs.length);
  let failure: Error | undefined;
  const workers = jobs.map(({ role, data, transfer = [] }, thread) => {
    const workerData: CrewData = { ...data, role, thread, control };
    const worker = new Worker(THREAD, { workerData, transferList: [...transfer] });
    worker.on('error', (error) => {
      failure = error as Error;
    });
    worker.unref();
    return worker;
  });
  const check = (): void => {
    if (failure !== undefined) {
      throw new Error(`Cannot measure as a thread failed: ${failure.message}`, { cause: failure });
    }
    const wrong = Atomics.load(control, WRONG);
    if (wrong > 0) throw new Error(`Cannot measure as ${wrong} operations had a wrong result`);
  };
  const until = performance.now() + START_MS;
  while (Atomics.load(control, READY) < workers.length) {
    check();
    if (performance.now() > until) throw new Error('Cannot measure as the threads do not start');
    await sleep(2);
  }
  const counts = (): Uint32Array =>
    Uint32Array.from(workers, (_, thread) => Atomics.load(control, countOf(thread)));
  return {
    kind: 'sampled',
    sample() {
      const before = counts();
      const start = performance.now();
      for (;;) {
        Atomics.wait(control, STOP, 0, SAMPLE_MS);
        const took = performance.now() - start;
        check();
        const done = counts().reduce((sum, count, n) => sum + ((count - (before[n] as number)) >>> 0), 0);
        if (done > 0) return (took * 1e6) / done;
        if (took > STALLED_MS) throw new Error('Cannot measure as the threads do nothing');
      }
    },
    facts: () => ({ threads: workers.length }),
    end() {
      Atomics.store(control, STOP, 1);
    },
  };
}

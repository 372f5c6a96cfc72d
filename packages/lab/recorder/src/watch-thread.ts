/** Begins the recording of this thread, once, and ends it with the thread. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getEnvironmentData, isMainThread, setEnvironmentData, threadId } from 'node:worker_threads';
import { Recorder } from './recorder.ts';

/** What the threads of a process share. */
interface Run {
  readonly directory: string;
  readonly exact: boolean;
  readonly until: number | null;
}

/** Under which worker threads find the run, whatever environment they were given. */
const SHARED = 'rockpool.advise';

/** The run that this thread belongs to: from the environment, or from the thread that began it. */
export function currentRun(): Run | undefined {
  if (!isMainThread) return getEnvironmentData(SHARED) as unknown as Run | undefined;
  const directory = process.env['ROCKPOOL_ADVISE_DIR'];
  if (directory === undefined) return undefined;
  const until = Number(process.env['ROCKPOOL_ADVISE_UNTIL'] ?? Number.NaN);
  return {
    directory,
    exact: process.env['ROCKPOOL_ADVISE_MODE'] === 'exact',
    until: Number.isNaN(until) ? null : until,
  };
}

/** Where a thread has its recorder, however often it is preloaded. */
const RECORDER = Symbol.for('rockpool.advise.recorder');

/**
 * Begins, unless it has begun.
 *
 * @returns null where it cannot be: the program runs on, and the reporter finds out why
 */
export function watchThread(run: Run): Recorder | null {
  try {
    return begin(run);
  } catch (error) {
    tell(run, error);
    return null;
  }
}

function tell({ directory }: Run, error: unknown): void {
  try {
    writeFileSync(join(directory, `${process.pid}-${threadId}.error`), String(error));
  } catch {
    // Nobody is there to be told.
  }
}

function begin(run: Run): Recorder {
  const there = (globalThis as { [RECORDER]?: Recorder })[RECORDER];
  if (there !== undefined) return there;
  if (isMainThread) setEnvironmentData(SHARED, run as never);
  const recorder = new Recorder(run, join(__dirname, 'preload.js'));
  Object.defineProperty(globalThis, RECORDER, { value: recorder });
  // One listener more than the program knows of must not make Node warn.
  const most = process.getMaxListeners();
  if (most > 0) process.setMaxListeners(most + 1);
  process.on('exit', () => recorder.end());
  return recorder;
}

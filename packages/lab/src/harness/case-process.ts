/**
 * The parent's side of a case: starts a fresh process of the same Node binary, hands it the job, and waits for
 * the answer, for its death, for the time limit or for the caller's abort, whichever comes first.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CaseFailedError } from '../errors.ts';
import type { Answer, Job, Measurement, WatchNote } from './job.ts';

/** Built code, also when this file itself runs from `src`: Node 20 runs no TypeScript. */
const CHILD = fileURLToPath(new URL('../../dist/harness/case-child.js', import.meta.url));
/** For starting, preparing, verifying and counting, on a slow machine. */
const GRACE_MS = 60_000;
const STDERR_CHARS = 4000;

/**
 * Runs one case in a process of its own.
 *
 * @param job what to measure
 * @param signal ends the process and rejects with the signal's reason
 * @param onWatched told where a watched process serves its metrics
 * @throws {CaseFailedError} `ERR_ROCKPOOL_LAB_CASE`
 */
export async function runCase(
  job: Job,
  signal: AbortSignal,
  onWatched: (url: string) => void = () => {},
): Promise<Measurement> {
  signal.throwIfAborted();
  const path = `${job.experiment}/${job.comparison}/${job.case}`;
  const limitMs = Object.values(job.times).reduce((sum, ms) => sum + ms, GRACE_MS);
  const child = fork(CHILD, {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr = (stderr + chunk).slice(-STDERR_CHARS);
  });
  const kill = () => child.kill('SIGKILL');
  const timer = setTimeout(kill, limitMs);
  signal.addEventListener('abort', kill, { once: true });
  try {
    let answer: Answer | undefined;
    child.on('message', (message: Answer | WatchNote) => {
      if ('url' in message) onWatched(message.url);
      else answer = message;
    });
    child.send(job, () => {}); // a child that is gone by then is told by its exit
    const [code, killedBy] = (await once(child, 'close')) as [number | null, string | null];
    signal.throwIfAborted();
    if (answer?.ok === true) return answer.measurement;
    throw new CaseFailedError(
      path,
      answer?.message ?? `its process ended with ${killedBy ?? code}\n${stderr}`.trim(),
    );
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
  }
}

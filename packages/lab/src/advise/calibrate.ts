/** Starts calibrations, a process each, and remembers what was measured: sites of the same kind share one. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Costs, Job, WatchCosts } from './calibration-job.ts';

/** Built code, also when this file itself runs from `src`: Node 20 runs no TypeScript. */
const CHILD = fileURLToPath(new URL('../../dist/advise/calibration-child.js', import.meta.url));
/** Some ten times what it takes. */
const LIMIT_MS = 15_000;

/** Measures what jobs cost on this machine. */
export interface Calibration {
  /** Null where it could not be measured. */
  costs(job: Exclude<Job, { kind: 'watch' }>): Promise<Costs | null>;
  watchCosts(): Promise<WatchCosts | null>;
}

/** Calibrations in child processes, one after the other. */
export class ChildCalibration implements Calibration {
  readonly #known = new Map<string, Promise<unknown>>();

  costs(job: Exclude<Job, { kind: 'watch' }>): Promise<Costs | null> {
    return this.#once(job) as Promise<Costs | null>;
  }

  watchCosts(): Promise<WatchCosts | null> {
    return this.#once({ kind: 'watch' }) as Promise<WatchCosts | null>;
  }

  #once(job: Job): Promise<unknown> {
    const key = JSON.stringify(job);
    let answer = this.#known.get(key);
    if (answer === undefined) {
      answer = run(job);
      this.#known.set(key, answer);
    }
    return answer;
  }
}

async function run(job: Job): Promise<unknown> {
  // Neither watched nor changed by what the user's program was given.
  const { NODE_OPTIONS: _options, ROCKPOOL_ADVISE_DIR: _directory, ...env } = process.env;
  const child = fork(CHILD, { env, execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  try {
    let answer: unknown = null;
    child.on('message', (message) => {
      answer = message;
    });
    child.send(job, () => {});
    await once(child, 'close');
    return answer;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

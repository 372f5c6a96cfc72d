/**
 * Watches this process, and prints at its end where reuse would pay in it:
 * `node --import @rockpool/lab/advise app.js`.
 *
 * | environment                                     |                                               |
 * | ----------------------------------------------- | --------------------------------------------- |
 * | `ROCKPOOL_ADVISE_JSON`, `ROCKPOOL_ADVISE_HTML`  | files to write the report to, beside stderr   |
 * | `ROCKPOOL_ADVISE_MODE=exact`                    | looks at every allocation of bytes; slow      |
 * | `ROCKPOOL_ADVISE_DIR`                           | keeps the recordings, in this directory       |
 *
 * Child processes and worker threads are watched too. A signal that ends the process is handled, once, to print the
 * report; then it does what it would have done. `rockpool advise` needs no such handler, and no `--import`.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { currentRun, watchThread } from './watch-thread.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const REPORTER = join(__dirname, '../../dist/advise/report-run.js');
const PRELOAD = join(__dirname, 'preload.js');
/** Set for child processes: whoever set it reports. */
const REPORTING = 'ROCKPOOL_ADVISE_REPORTER';

if (!isMainThread || process.env[REPORTING] !== undefined) watchPart();
else watchWhole();

/** A part of a run that another process reports on. */
function watchPart(): void {
  const run = currentRun();
  if (run !== undefined && existsSync(run.directory)) watchThread(run);
}

function watchWhole(): void {
  const asked = process.env['ROCKPOOL_ADVISE_DIR'];
  const directory = asked ?? mkdtempSync(join(tmpdir(), 'rockpool-advise-'));
  mkdirSync(directory, { recursive: true });
  process.env['ROCKPOOL_ADVISE_DIR'] = directory;
  process.env[REPORTING] = String(process.pid);
  // Processes that this one starts; its own options were read long ago.
  const before = process.env['NODE_OPTIONS'];
  const preload = `--require "${PRELOAD.replace(/(["\\])/g, '\\$1')}"`;
  process.env['NODE_OPTIONS'] = before === undefined ? preload : `${before} ${preload}`;
  const run = currentRun();
  if (run === undefined) return;
  const recorder = watchThread(run);

  let reported = false;
  const report = (end: { code: number | null; signal: string | null }): void => {
    if (reported) return;
    reported = true;
    recorder?.end();
    const { NODE_OPTIONS: _options, ...environment } = process.env;
    // The reporter writes to stderr, where it goes in any case.
    spawnSync(process.execPath, [REPORTER, directory, JSON.stringify(end), JSON.stringify(process.argv)], {
      stdio: ['ignore', 2, 2],
      env: environment,
    });
    if (asked === undefined) rmSync(directory, { recursive: true, force: true });
  };
  process.on('exit', (code) => report({ code, signal: null }));
  for (const signal of SIGNALS) onSignal(signal, () => report({ code: null, signal }));
}

/** Runs something before a signal takes effect. First and once, so that the program's own handlers find none of ours. */
function onSignal(signal: NodeJS.Signals, run: () => void): void {
  process.prependOnceListener(signal, () => {
    run();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  });
}

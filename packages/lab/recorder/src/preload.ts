/**
 * Loaded by `--require` into every process and thread of a program that `rockpool advise` runs. Does nothing where the
 * run is over, or where there is none.
 */
import { existsSync } from 'node:fs';
import { currentRun, watchThread } from './watch-thread.ts';

const run = currentRun();
if (run !== undefined && existsSync(run.directory)) watchThread(run);

/**
 * Has threads and processes that the program begins watched too, where it gives them an environment or options of their
 * own: `NODE_OPTIONS` reaches the others by itself.
 */
import * as childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import type * as workerThreads from 'node:worker_threads';
import { copyFace } from './wrap-buffer.ts';

/** Variables that a child needs. */
const NAMES = [
  'NODE_OPTIONS',
  'ROCKPOOL_ADVISE_DIR',
  'ROCKPOOL_ADVISE_MODE',
  'ROCKPOOL_ADVISE_UNTIL',
  'ROCKPOOL_ADVISE_REPORTER',
];

/**
 * Follows from now on.
 *
 * @param preload path of what a thread is to load first
 * @param notes is told what could not be followed
 */
export function followChildren(preload: string, notes: string[]): void {
  try {
    followThreads(preload);
    followProcesses();
  } catch {
    notes.push('Threads and processes with an environment of their own could not be watched.');
  }
}

function followThreads(preload: string): void {
  const threads = require('node:worker_threads') as { Worker: typeof workerThreads.Worker };
  const Original = threads.Worker;
  const Following = class Worker extends Original {
    constructor(filename: string | URL, options?: workerThreads.WorkerOptions) {
      super(filename, options === undefined ? options : withPreload(options, preload));
    }
  };
  copyFace(Original, Following);
  threads.Worker = Following;
  syncBuiltinESMExports();
}

/** Untouched where the thread takes over what this one has. */
function withPreload(options: workerThreads.WorkerOptions, preload: string): workerThreads.WorkerOptions {
  const own = typeof options === 'object' && options !== null;
  if (!own || (typeof options.env !== 'object' && !Array.isArray(options.execArgv))) return options;
  const execArgv = Array.isArray(options.execArgv) ? options.execArgv : process.execArgv;
  return { ...options, execArgv: [...execArgv, '--require', preload] };
}

interface SpawnOptions {
  envPairs?: unknown;
}

/** All ways to start a process come through here. */
function followProcesses(): void {
  const prototype = childProcess.ChildProcess.prototype as unknown as {
    spawn(options: SpawnOptions): unknown;
  };
  const original = prototype.spawn;
  const spawn = function (this: unknown, options: SpawnOptions): unknown {
    addVariables(options?.envPairs);
    return original.call(this, options);
  };
  copyFace(original, spawn);
  prototype.spawn = spawn;
}

/** `pairs` is a list of `NAME=value`, made for this one process. */
function addVariables(pairs: unknown): void {
  if (!Array.isArray(pairs) || pairs.some((pair) => String(pair).startsWith('ROCKPOOL_ADVISE_DIR='))) return;
  for (const name of NAMES) {
    const value = process.env[name];
    if (value === undefined) continue;
    const at = pairs.findIndex((pair) => String(pair).startsWith(`${name}=`));
    if (at < 0) pairs.push(`${name}=${value}`);
    else if (name === 'NODE_OPTIONS') pairs[at] = `${pairs[at]} ${value}`;
  }
}

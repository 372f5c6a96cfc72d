/**
 * Watches one thread and leaves a recording of it: `<pid>-<thread>.json` in the directory of the run.
 *
 * The recording is written anew now and then, so that a program that is killed leaves what was seen until then, and a
 * last time when the thread ends. The program keeps its signals: none is handled here.
 *
 *     wrappers, profiler, observers ─► counters in memory ─► record() ─► file, by rename
 */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread, threadId } from 'node:worker_threads';
import { ByteSampler } from './byte-sites.ts';
import { ConnectionWatch } from './connections.ts';
import { followChildren } from './follow-children.ts';
import { GcWatch } from './gc-watch.ts';
import { HeapSampler } from './heap-sampler.ts';
import { Lifetimes } from './lifetimes.ts';
import { FrameTable } from './program-stack.ts';
import { RECORDING_VERSION, type Recording } from './recording.ts';
import { wrapArrays } from './wrap-arrays.ts';
import { wrapBuffer } from './wrap-buffer.ts';

/** What to watch, and where to write. */
export interface RecorderOptions {
  /** Directory of the run; must be there. */
  readonly directory: string;
  /** Take the stack of every allocation. */
  readonly exact: boolean;
  /** When to end, in ms since 1970; null: with the thread. */
  readonly until: number | null;
}

/** Between two writings; at least this many times what the last one took: 1 % at most. */
const PERIOD_MS = 1000;
const PERIOD_PER_WRITE = 100;
/** When the heap profiler is read out first; then after three times as long, and so on. */
const FIRST_READING_MS = 10_000;
const READING_FACTOR = 3;

/** Of one thread; watches from construction on. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #startedAt = Date.now();
  readonly #started = performance.now();
  readonly #notes: string[] = [];
  readonly #table = new FrameTable();
  readonly #bytes: ByteSampler;
  readonly #heap: HeapSampler;
  readonly #gc = new GcWatch();
  readonly #connections: ConnectionWatch;
  // The program may replace what is global.
  readonly #setTimeout = setTimeout;
  #writeMs = 0;
  #nextReadingMs = FIRST_READING_MS;
  #failed = false;
  #over = false;

  /** @param preload path of what begins a recorder, for threads and processes that this one begins */
  constructor(options: RecorderOptions, preload: string) {
    this.#options = options;
    const lifetimes = new Lifetimes(() => this.#gc.majors);
    this.#bytes = new ByteSampler(this.#table, lifetimes, options.exact);
    this.#heap = new HeapSampler(this.#table, this.#notes);
    this.#connections = new ConnectionWatch(this.#table, this.#notes);
    wrapBuffer(this.#bytes, this.#notes);
    wrapArrays(this.#bytes, this.#notes);
    followChildren(preload, this.#notes);
    this.#heap.start();
    this.#schedule();
    if (options.until !== null) {
      this.#setTimeout.call(globalThis, () => this.end(), Math.max(0, options.until - Date.now())).unref();
    }
  }

  /** Ends the watching and writes the last recording. What was wrapped stays wrapped, and counts no more. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#guard(() => {
      // First: any allocation may have V8 collect the program's scripts.
      this.#heap.listScripts();
      this.#gc.without(() => this.#heap.readOut(true));
    });
    this.#bytes.stop();
    this.#connections.stop();
    this.#guard(() => this.#write(true));
  }

  /** Runs a part of the watching. What goes wrong there ends it, and stays out of the program. */
  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#over = true;
      this.#bytes.stop();
      this.#connections.stop();
      this.#notes.push(`Watching ended early: ${(error as Error).message}.`);
    }
  }

  #schedule(lastMs = 0): void {
    const timer = this.#setTimeout.call(
      globalThis,
      () => {
        if (this.#over) return;
        const started = performance.now();
        this.#guard(() => {
          if (started > this.#nextReadingMs) {
            this.#nextReadingMs = started * READING_FACTOR;
            this.#gc.without(() => this.#heap.readOut());
          }
          this.#write(false);
          this.#schedule(performance.now() - started);
        });
      },
      Math.max(PERIOD_MS, lastMs * PERIOD_PER_WRITE),
    );
    timer.unref();
  }

  #write(complete: boolean): void {
    if (this.#failed) return;
    const started = performance.now();
    const path = join(this.#options.directory, `${process.pid}-${threadId}.json`);
    try {
      writeFileSync(`${path}.part`, JSON.stringify(this.#record(complete)));
      renameSync(`${path}.part`, path);
    } catch {
      // The directory is gone, or may not be written by whom the program became. The reporter says what is missing.
      this.#failed = true;
    }
    this.#writeMs += performance.now() - started;
  }

  #record(complete: boolean): Recording {
    const { user, system } = process.cpuUsage();
    return {
      version: RECORDING_VERSION,
      pid: process.pid,
      threadId,
      argv: process.argv.slice(1),
      node: process.version,
      cwd: workingDirectory(),
      startedAt: this.#startedAt,
      durationMs: performance.now() - this.#started,
      cpuMs: isMainThread ? (user + system) / 1000 : 0,
      maxRssBytes: process.resourceUsage().maxRSS * 1024,
      complete,
      mode: this.#options.exact ? 'exact' : 'sampled',
      gc: this.#gc.record(),
      cost: {
        calls: this.#bytes.calls,
        samples: this.#bytes.samples,
        sampleMs: this.#bytes.sampleMs,
        heapSamples: this.#heap.samples,
        readOutMs: this.#heap.readOutMs + this.#gc.profilerMs,
        writeMs: this.#writeMs,
      },
      frames: this.#table.records,
      byteSites: this.#bytes.record(),
      objectsMs: Math.max(0, this.#heap.untilMs - this.#started),
      objectSites: this.#heap.record(),
      connections: this.#connections.record(),
      notes: this.#notes,
    };
  }
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return ''; // it was removed
  }
}

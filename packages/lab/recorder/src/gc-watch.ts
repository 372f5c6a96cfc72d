/**
 * Collections of one thread.
 *
 * PerformanceObserver tells of them when the event loop turns. What a long turn collects is told too late where the
 * program ends with that turn, so V8's GCProfiler watches beside it, which can be asked at any time: it is started
 * anew whenever the observer has told of everything, and read with each recording. It costs some 100 µs a collection, up
 * to a fifth of the time of a program that collects 800 times a second (Node 20.20): so it rests while the observer
 * tells of many.
 */
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { GCProfiler, getHeapSpaceStatistics } from 'node:v8';
import { Powers } from './powers.ts';
import type { GcKindRecord, GcRecord } from './recording.ts';

type Kind = keyof GcRecord['kinds'];

/** The first entry of the histogram ends at 2^−7 ms, 8 µs. */
const PAUSE_SHIFT = 7;
/** Collections a second, above which the profiler rests: 0.3 % of the time. */
const MOST_PER_SECOND = 30;
/** The observer tells of a collection two turns later. */
const OWN_KEPT = 16;
const MAJORS_KEPT = 256;

class KindTally {
  count = 0;
  totalMs = 0;
  longestMs = 0;

  add(ms: number): void {
    this.count++;
    this.totalMs += ms;
    if (ms > this.longestMs) this.longestMs = ms;
  }

  record(): GcKindRecord {
    return { count: this.count, totalMs: this.totalMs, longestMs: this.longestMs };
  }
}

/** Counts from construction on. */
export class GcWatch {
  /**
   * When full collections began, in ms since the start of the process, the oldest first; also our own. One that marks
   * in steps began with the first of them: what is made after that survives it, whatever it is.
   */
  readonly majors: number[] = [];
  /** Time that restarts of the profiler took. */
  profilerMs = 0;
  readonly #kinds: Record<Kind, KindTally> = {
    minor: new KindTally(),
    major: new KindTally(),
    incremental: new KindTally(),
    weakcb: new KindTally(),
  };
  readonly #pauses = new Powers(PAUSE_SHIFT);
  readonly #externalMajor = new KindTally();
  /** Sees what the observer has not told of. */
  #profiler: GCProfiler | null = null;
  #restartedAt = performance.now();
  #markingSince: number | null = null;
  /** What began before is counted already, from the profiler. */
  #countedUntil = 0;
  /** When the recorder itself made V8 collect. */
  readonly #own: [fromMs: number, toMs: number][] = [];

  constructor() {
    this.#startProfiler();
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        this.#remember(entry);
        if (entry.startTime >= this.#countedUntil && !this.#isOwn(entry.startTime)) this.#entry(entry);
      }
      this.#restartProfiler(list.getEntries().length);
    }).observe({ entryTypes: ['gc'] });
  }

  /** Runs something whose collections are not the program's. */
  without(run: () => void): void {
    this.#takeUntold();
    const from = performance.now();
    run();
    this.#own.push([from, performance.now()]);
    if (this.#own.length > OWN_KEPT) this.#own.shift();
    this.#restartProfiler(0);
  }

  /** Collections up to now. */
  record(): GcRecord {
    this.#takeUntold();
    const { minor, major, incremental, weakcb } = this.#kinds;
    return {
      kinds: {
        minor: minor.record(),
        major: major.record(),
        incremental: incremental.record(),
        weakcb: weakcb.record(),
      },
      pauses: this.#pauses.counts,
      externalMajor: { count: this.#externalMajor.count, totalMs: this.#externalMajor.totalMs },
      youngBytes:
        getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0,
    };
  }

  #startProfiler(): void {
    this.#profiler = new GCProfiler();
    this.#profiler.start();
  }

  /** @param told collections since the last restart */
  #restartProfiler(told: number): void {
    const started = performance.now();
    this.#profiler?.stop();
    this.#profiler = null;
    if (told < ((started - this.#restartedAt) / 1000) * MOST_PER_SECOND + 1) this.#startProfiler();
    this.#restartedAt = started;
    this.profilerMs += performance.now() - started;
  }

  #remember({ startTime, detail }: { readonly startTime: number; readonly detail?: unknown }): void {
    const kind = kindOf((detail as { kind: number }).kind);
    if (kind === 'incremental') this.#markingSince ??= startTime;
    if (kind !== 'major') return;
    this.majors.push(this.#markingSince ?? startTime);
    this.#markingSince = null;
    if (this.majors.length > MAJORS_KEPT) this.majors.shift();
  }

  #isOwn(startTime: number): boolean {
    return this.#own.some(([from, to]) => startTime >= from && startTime <= to);
  }

  /** Counts what the observer has not told of yet; it will not be counted again. */
  #takeUntold(): void {
    if (this.#profiler === null) return;
    const result = this.#profiler.stop();
    for (const { gcType, cost, beforeGC } of result?.statistics ?? []) {
      const ms = cost / 1000;
      const kind = kindOfName(gcType);
      this.#add(kind, ms);
      // V8 does not tell the profiler why it collected; nor, of full collections, what became free outside of the heap.
      const { externalMemory, usedHeapSize } = beforeGC.heapStatistics;
      if (kind === 'major' && externalMemory > usedHeapSize) this.#externalMajor.add(ms);
    }
    this.#countedUntil = performance.now();
    this.#startProfiler();
  }

  #entry(entry: { readonly duration: number; readonly detail?: unknown }): void {
    const { kind, flags } = entry.detail as { kind: number; flags: number };
    const name = kindOf(kind);
    this.#add(name, entry.duration);
    if (name === 'major' && (flags & constants.NODE_PERFORMANCE_GC_FLAGS_ALL_EXTERNAL_MEMORY) !== 0) {
      this.#externalMajor.add(entry.duration);
    }
  }

  #add(kind: Kind, ms: number): void {
    this.#kinds[kind].add(ms);
    this.#pauses.add(ms);
  }
}

function kindOf(kind: number): Kind {
  switch (kind) {
    case constants.NODE_PERFORMANCE_GC_MAJOR:
      return 'major';
    case constants.NODE_PERFORMANCE_GC_INCREMENTAL:
      return 'incremental';
    case constants.NODE_PERFORMANCE_GC_WEAKCB:
      return 'weakcb';
    default:
      return 'minor';
  }
}

function kindOfName(name: string): Kind {
  switch (name) {
    case 'MarkSweepCompact':
      return 'major';
    case 'IncrementalMarking':
      return 'incremental';
    case 'ProcessWeakCallbacks':
      return 'weakcb';
    default:
      return 'minor';
  }
}

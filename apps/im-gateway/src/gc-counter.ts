/**
 * Collections of this process so far, from PerformanceObserver's `gc` entries: how many, and how long they stopped
 * the program. Entries come two turns of the event loop late, and what they are added to does not grow.
 */
import { PerformanceObserver } from 'node:perf_hooks';

/** Collections since the start. */
export interface GcFigures {
  readonly count: number;
  /** Time that the program stood still. */
  readonly totalMs: number;
  /** The longest pause. */
  readonly maxMs: number;
}

/** Counts from construction to `stop()`. */
export class GcCounter {
  #count = 0;
  #totalMs = 0;
  #maxMs = 0;
  readonly #observer: PerformanceObserver = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      this.#count++;
      this.#totalMs += duration;
      this.#maxMs = Math.max(this.#maxMs, duration);
    }
  });

  constructor() {
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  figures(): GcFigures {
    return { count: this.#count, totalMs: this.#totalMs, maxMs: this.#maxMs };
  }

  stop(): void {
    this.#observer.disconnect();
  }
}

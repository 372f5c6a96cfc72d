/**
 * Pauses of the garbage collector, by kind, since this began to look.
 *
 * Source: Node's PerformanceObserver for `gc`. It does not keep the process alive.
 */
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';

/** What kind of collection. */
export type GcKind = 'minor' | 'major' | 'incremental' | 'weak';

/** One pause. */
export interface GcPause {
  /** In milliseconds since 1970. */
  readonly atMs: number;
  readonly durationMs: number;
  readonly kind: GcKind;
}

type GcEntry = PerformanceEntry & { readonly detail?: { readonly kind?: number } };

/** Pauses that are kept by themselves; of older ones only the sums remain. */
const RECENT = 256;

const KINDS: Readonly<Record<number, GcKind>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weak',
};

/**
 * Sums of one kind, with counts by upper bounds.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { GcPauses } from '@rockpool/metrics';
 *
 * const pauses = new GcPauses();
 * assert.equal(pauses.totals.major.sumMs, 0);
 * pauses.stop();
 * ```
 */
export class GcTotals {
  readonly counts: number[];
  count = 0;
  sumMs = 0;

  constructor(bounds: number) {
    this.counts = new Array<number>(bounds).fill(0);
  }
}

/** Upper bounds of pauses, in milliseconds: from a quick scavenge to a long mark-compact. */
export const GC_BOUNDS_MS: readonly number[] = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/**
 * Watches the collector of this thread, from its making to `stop()`.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { GcPauses } from '@rockpool/metrics';
 *
 * const pauses = new GcPauses();
 * pauses.add({ atMs: Date.now(), durationMs: 3, kind: 'minor' }); // as the observer does
 * assert.equal(pauses.totals.minor.count, 1);
 * pauses.stop();
 * ```
 */
export class GcPauses {
  readonly totals: Readonly<Record<GcKind, GcTotals>> = {
    minor: new GcTotals(GC_BOUNDS_MS.length),
    major: new GcTotals(GC_BOUNDS_MS.length),
    incremental: new GcTotals(GC_BOUNDS_MS.length),
    weak: new GcTotals(GC_BOUNDS_MS.length),
  };
  readonly #recent: GcPause[] = [];
  readonly #observer: PerformanceObserver;

  constructor() {
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as GcEntry[]) {
        const { startTime, duration } = entry;
        const kind = KINDS[entry.detail?.kind ?? 0] ?? 'major';
        this.add({ atMs: performance.timeOrigin + startTime, durationMs: duration, kind });
      }
    });
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  /** The last pauses, the oldest first. */
  get recent(): readonly GcPause[] {
    return this.#recent;
  }

  /** Counts a pause. */
  add(pause: GcPause): void {
    const totals = this.totals[pause.kind];
    totals.count++;
    totals.sumMs += pause.durationMs;
    GC_BOUNDS_MS.forEach((bound, i) => {
      if (pause.durationMs <= bound) totals.counts[i] = (totals.counts[i] ?? 0) + 1;
    });
    this.#recent.push(pause);
    if (this.#recent.length > RECENT) this.#recent.shift();
  }

  /** Looks no longer. */
  stop(): void {
    this.#observer.disconnect();
  }
}

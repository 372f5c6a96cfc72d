/**
 * Collections of this process, by kind, from PerformanceObserver's `gc` entries.
 *
 * Entries come asynchronously, two turns of the event loop late, and carry their own start time: so a phase
 * yields now and then while it runs, `settle()`s at its end, and then asks for what began between two times. An
 * entry's duration is the pause of the main thread. V8's incremental marking steps between the pauses, and its
 * helper threads, are not in it; they show in the time per operation.
 */
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';

/** Kinds of collection, as they are named in reports. */
export const GC_KINDS = ['minor', 'major', 'incremental', 'weakcb'] as const;
/** A kind of collection. `weakcb`: the callbacks of weak references. */
export type GcKind = (typeof GC_KINDS)[number];

/** Collections of one kind. */
export interface GcKindFigures {
  readonly count: number;
  readonly totalMs: number;
  readonly maxMs: number;
}

/** Collections of a phase. `count = Σ kinds.count`, `totalMs = Σ kinds.totalMs`. */
export interface GcFigures {
  readonly count: number;
  readonly totalMs: number;
  /** The longest pause. */
  readonly maxMs: number;
  readonly kinds: Readonly<Record<GcKind, GcKindFigures>>;
}

interface Pause {
  readonly kind: GcKind;
  /** On the clock of `performance.now()`. */
  readonly startMs: number;
  readonly ms: number;
}

/** Watches from construction to `stop()`. */
export class GcWatch {
  readonly #pauses: Pause[] = [];
  readonly #observer: PerformanceObserver;

  constructor() {
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { kind } = (entry as { detail?: unknown }).detail as { kind: number };
        this.#pauses.push({ kind: kindOf(kind), startMs: entry.startTime, ms: entry.duration });
      }
    });
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  /** Waits until the entries of all past collections have been delivered. */
  async settle(): Promise<void> {
    for (let i = 0; i < 4; i++) await turn();
  }

  /** Collections that began in [fromMs, toMs), on the clock of `performance.now()`. */
  between(fromMs: number, toMs: number): GcFigures {
    return summarise(this.#pauses.filter(({ startMs }) => startMs >= fromMs && startMs < toMs));
  }

  stop(): void {
    this.#observer.disconnect();
  }
}

function kindOf(kind: number): GcKind {
  switch (kind) {
    case constants.NODE_PERFORMANCE_GC_MAJOR:
      return 'major';
    case constants.NODE_PERFORMANCE_GC_INCREMENTAL:
      return 'incremental';
    case constants.NODE_PERFORMANCE_GC_WEAKCB:
      return 'weakcb';
    default:
      // Scavenges, and what newer versions of V8 do in their place (minor mark-sweep).
      return 'minor';
  }
}

function summarise(pauses: readonly Pause[]): GcFigures {
  const total = figures(pauses);
  const kinds = Object.fromEntries(
    GC_KINDS.map((kind) => [kind, figures(pauses.filter((pause) => pause.kind === kind))]),
  ) as Record<GcKind, GcKindFigures>;
  return { ...total, kinds };
}

function figures(pauses: readonly Pause[]): GcKindFigures {
  return {
    count: pauses.length,
    totalMs: pauses.reduce((sum, { ms }) => sum + ms, 0),
    maxMs: pauses.reduce((max, { ms }) => Math.max(max, ms), 0),
  };
}

/** Leak detectors, tuners, and the collector's pauses. */
import type { LeakDetector, Tuner } from 'rockpool';
import type { GcKind, GcPauses } from '../gc-pauses.ts';
import { LazyCells, type Tables } from '../tables.ts';
import type { Reader } from './reader.ts';

/** Reads one leak detector. */
export function leakReader(detector: LeakDetector, tables: Tables): Reader {
  const closed = tables.counter('leaks', 'closed');
  const leaked = tables.counter('leaks', 'leaked');
  const tracked = tables.gauge('leaks_tracked');
  return {
    read() {
      const stats = detector.stats();
      closed.set(stats.closed);
      leaked.set(stats.leaked);
      tracked.set(stats.active);
    },
  };
}

/** Reads one tuner. */
export function tunerReader(tuner: Tuner, tables: Tables): Reader {
  const looks = tables.counter('tuner_looks');
  const decisions = new LazyCells((reason) => tables.counter('tuner_decisions', reason));
  const budget = tables.gauge('tuner_budget_bytes');
  return {
    read() {
      const stats = tuner.stats();
      looks.set(stats.looks);
      for (const [reason, count] of Object.entries(stats.byReason)) decisions.of(reason).set(count);
      budget.set(stats.budgetBytes);
    },
  };
}

/** Reads the pauses of this thread. */
export function gcReader(pauses: GcPauses, tables: Tables): Reader {
  const cells = Object.keys(pauses.totals).map(
    (kind) => [pauses.totals[kind as GcKind], tables.histogram('gc_pause', kind)] as const,
  );
  return {
    read() {
      for (const [totals, cell] of cells) cell.set({ ...totals, counts: [...totals.counts] });
    },
  };
}

/**
 * The report: everything a run found, in the shape in which `--json` writes it and the tables and the page read it.
 *
 * `version` grows when a field changes its meaning or goes; new fields may come at any time. The schema is
 * `report.schema.json` beside this package's `package.json`. Names carry their units; a figure that could not be
 * measured is null; `Spread` is over the rounds.
 */
import type { GcKind } from '../harness/gc-watch.ts';
import type { Measurement } from '../harness/job.ts';
import type { History } from '../history.ts';
import type { Machine } from '../machine.ts';
import type { Spread } from '../statistics.ts';

/** The `version` of reports that this package writes. */
export const REPORT_VERSION = 1;

/** A whole run. */
export interface LabReport {
  readonly schema: 'rockpool-lab-report';
  readonly version: typeof REPORT_VERSION;
  /** When the run began, ISO 8601. */
  readonly date: string;
  /** What to type to run it again. */
  readonly command: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly experiments: readonly ExperimentReport[];
}

export interface ExperimentReport {
  readonly name: string;
  readonly summary: string;
  readonly secondsPerCase: number;
  readonly notes: readonly string[];
  readonly comparisons: readonly ComparisonReport[];
}

export interface ComparisonReport {
  readonly id: string;
  readonly title: string;
  /** What one operation is, singular. */
  readonly operation: string;
  /** Id of the baseline case. */
  readonly baseline: string;
  readonly notes: readonly string[];
  readonly cases: readonly CaseReport[];
  readonly ratios: readonly RatioReport[];
  readonly targets: readonly TargetReport[];
  readonly limits: readonly LimitReport[];
}

export interface CaseReport {
  readonly id: string;
  readonly title: string;
  /** Why the case did not run here; null if it did. */
  readonly unavailable: string | null;
  /** Null if it did not run. */
  readonly figures: CaseFigures | null;
  /** As measured, in order. */
  readonly rounds: readonly Measurement[];
}

/** A case over all rounds. */
export interface CaseFigures {
  readonly nsPerOperation: Spread;
  readonly operationsPerSecond: Spread;
  readonly payloadBytesPerSecond: Spread | null;
  readonly heapBytesPerOperation: Spread | null;
  readonly externalBytesPerOperation: Spread | null;
  /** Null for work that times itself: its preparation collects too. */
  readonly gc: GcSummary | null;
  readonly p50Ns: Spread;
  readonly p99Ns: Spread;
  readonly p999Ns: Spread;
  readonly maxNs: Spread;
  /** What timing nothing takes; contained in the four above. */
  readonly clockNs: Spread;
  readonly rssPeakBytes: Spread;
  readonly rssEndBytes: Spread;
  readonly externalPeakBytes: Spread;
  readonly externalEndBytes: Spread;
  readonly facts: Readonly<Record<string, Spread>>;
  /** Medians of the rounds, look by look; null where the workload watched nothing. */
  readonly history: History | null;
}

/** Collections of the throughput phase. */
export interface GcSummary {
  /** Of one round. */
  readonly count: Spread;
  /** GC time divided by wall time, 0 to 1. */
  readonly share: Spread;
  /** GC time divided by operations; a part of the time per operation. */
  readonly nsPerOperation: Spread;
  /** The same by kind; medians, so they need not add up. */
  readonly kindNsPerOperation: Readonly<Record<GcKind, Spread>>;
  /** The longest pause of the main thread. */
  readonly maxPauseMs: Spread;
}

/** What a ratio says about pooling. */
export type Verdict = 'pool it' | 'no difference' | 'leave it';

/** Two cases, compared round by round. */
export interface RatioReport {
  readonly variant: string;
  readonly baseline: string;
  /** Times the operations a second of the baseline: above 1, the variant is faster. */
  readonly speed: Spread;
  readonly speedPerRound: readonly number[];
  /** GC time per operation of the variant divided by the baseline's; null where the baseline had none. */
  readonly gcTime: Spread | null;
  /** Null where the comparison asks for none. */
  readonly verdict: Verdict | null;
}

export interface TargetReport {
  readonly variant: string;
  readonly baseline: string;
  /** `speed`: times the operations a second; `gc`: share of the GC time per operation saved. */
  readonly metric: 'speed' | 'gc';
  readonly atLeast: number;
  /** The median; null where it could not be measured. */
  readonly measured: number | null;
  readonly reached: boolean | null;
}

/** A fact of one case, and what it must not exceed. */
export interface LimitReport {
  readonly case: string;
  /** Label of the fact. */
  readonly fact: string;
  readonly atMost: number;
  /** The median; null where the case did not run or has no such fact. */
  readonly measured: number | null;
  readonly reached: boolean | null;
}

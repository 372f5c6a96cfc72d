/**
 * From rounds to figures: spreads, ratios, verdicts, targets.
 *
 * GC time is compared per operation, not per second: the faster variant does more operations in its time, and
 * its user wants to know what the same work costs.
 */
import type { Comparison, Experiment, Limit, Pair, Target } from '../experiment.ts';
import { GC_KINDS } from '../harness/gc-watch.ts';
import type { Measurement } from '../harness/job.ts';
import type { CaseRounds } from '../harness/schedule.ts';
import { type History, medianHistory } from '../history.ts';
import { median, ratios, type Spread, spread } from '../statistics.ts';
import type {
  CaseFigures,
  CaseReport,
  ComparisonReport,
  ExperimentReport,
  GcSummary,
  LimitReport,
  RatioReport,
  TargetReport,
  Verdict,
} from './report.ts';

/** A difference of less than this, in any round, is none: two runs of the same code differ as much. */
const NOTICEABLE = 1.1;

/** Sums up one experiment. `results` as `runExperiment` gave them. */
export function summariseExperiment(
  experiment: Experiment,
  secondsPerCase: number,
  results: readonly (readonly CaseRounds[])[],
): ExperimentReport {
  return {
    name: experiment.name,
    summary: experiment.summary,
    secondsPerCase,
    notes: experiment.notes,
    comparisons: experiment.comparisons.map((comparison, i) => summarise(comparison, results[i] ?? [])),
  };
}

function summarise(comparison: Comparison, cases: readonly CaseRounds[]): ComparisonReport {
  const compared = pairsOf(comparison).flatMap((pair) =>
    compare(pair, cases, comparison.pooled?.includes(pair.variant) === true),
  );
  return {
    id: comparison.id,
    title: comparison.title,
    operation: comparison.operation,
    baseline: comparison.baseline,
    notes: comparison.notes ?? [],
    cases: cases.map(reportCase),
    ratios: compared,
    targets: (comparison.targets ?? []).map((target) => judge(target, compared)),
    limits: (comparison.limits ?? []).flatMap((limit) => judgeLimit(limit, cases)),
  };
}

function pairsOf({ baseline, cases, pairs = [] }: Comparison): Pair[] {
  const against = cases.filter(({ id }) => id !== baseline).map(({ id }) => ({ variant: id, baseline }));
  return [...against, ...pairs];
}

function reportCase({ case: { id, title }, unavailable, rounds }: CaseRounds): CaseReport {
  return {
    id,
    title,
    unavailable: unavailable ?? null,
    figures: rounds.length === 0 ? null : figuresOf(rounds),
    rounds,
  };
}

function figuresOf(rounds: readonly Measurement[]): CaseFigures {
  const over = (read: (round: Measurement) => number): Spread => spread(rounds.map(read));
  const perhaps = (read: (round: Measurement) => number | null): Spread | null => {
    const values = rounds.map(read).filter((value) => value !== null);
    return values.length === 0 ? null : spread(values);
  };
  return {
    nsPerOperation: over((r) => r.nsPerOperation),
    operationsPerSecond: over((r) => 1e9 / r.nsPerOperation),
    payloadBytesPerSecond: perhaps((r) =>
      r.payloadBytesPerOperation === null ? null : (r.payloadBytesPerOperation * 1e9) / r.nsPerOperation,
    ),
    heapBytesPerOperation: perhaps((r) => r.heapBytesPerOperation),
    externalBytesPerOperation: perhaps((r) => r.externalBytesPerOperation),
    gc: gcFiguresOf(rounds),
    p50Ns: over((r) => r.latency.p50Ns),
    p99Ns: over((r) => r.latency.p99Ns),
    p999Ns: over((r) => r.latency.p999Ns),
    maxNs: over((r) => r.latency.maxNs),
    clockNs: over((r) => r.latency.clockNs),
    rssPeakBytes: over((r) => r.memory.rssPeakBytes),
    rssEndBytes: over((r) => r.memory.rssEndBytes),
    externalPeakBytes: over((r) => r.memory.externalPeakBytes),
    externalEndBytes: over((r) => r.memory.externalEndBytes),
    facts: Object.fromEntries(
      Object.keys(rounds[0]?.facts ?? {}).map((label) => [label, over((r) => r.facts[label] ?? 0)]),
    ),
    history: historyOf(rounds),
  };
}

function historyOf(rounds: readonly Measurement[]): History | null {
  const histories = rounds.map(({ history }) => history).filter((history) => history !== null);
  return histories.length === 0 ? null : medianHistory(histories);
}

function gcFiguresOf(rounds: readonly Measurement[]): GcSummary | null {
  const measured = rounds.flatMap(({ gc, wallMs, operations }) =>
    gc === null ? [] : [{ gc, wallMs, operations }],
  );
  if (measured.length === 0) return null;
  return {
    count: spread(measured.map(({ gc }) => gc.count)),
    share: spread(measured.map(({ gc, wallMs }) => gc.totalMs / wallMs)),
    nsPerOperation: spread(measured.map(({ gc, operations }) => (gc.totalMs * 1e6) / operations)),
    kindNsPerOperation: Object.fromEntries(
      GC_KINDS.map((kind) => [
        kind,
        spread(measured.map(({ gc, operations }) => (gc.kinds[kind].totalMs * 1e6) / operations)),
      ]),
    ) as GcSummary['kindNsPerOperation'],
    maxPauseMs: spread(measured.map(({ gc }) => gc.maxMs)),
  };
}

/** Nothing where one of the two did not run. */
function compare(pair: Pair, cases: readonly CaseRounds[], judged: boolean): RatioReport[] {
  const variant = cases.find((it) => it.case.id === pair.variant)?.rounds ?? [];
  const baseline = cases.find((it) => it.case.id === pair.baseline)?.rounds ?? [];
  if (variant.length === 0 || baseline.length === 0) return [];
  const speedPerRound = ratios(
    baseline.map((r) => r.nsPerOperation),
    variant.map((r) => r.nsPerOperation),
  );
  const speed = spread(speedPerRound);
  return [
    {
      ...pair,
      speed,
      speedPerRound,
      gcTime: gcRatio(variant, baseline),
      verdict: judged ? verdictOf(speed) : null,
    },
  ];
}

/** Rounds in which the baseline never collected say nothing about a saving. */
function gcRatio(variant: readonly Measurement[], baseline: readonly Measurement[]): Spread | null {
  const perRound = baseline.flatMap((b, i) => {
    const v = variant[i];
    if (v === undefined || v.gc === null || b.gc === null || b.gc.totalMs === 0) return [];
    return [v.gc.totalMs / v.operations / (b.gc.totalMs / b.operations)];
  });
  return perRound.length === 0 ? null : spread(perRound);
}

/**
 * "pool it" if the variant was noticeably faster in every round, "leave it" if it was noticeably slower in every
 * round, else "no difference".
 */
export function verdictOf(speed: Spread): Verdict {
  if (speed.min > NOTICEABLE) return 'pool it';
  if (speed.max < 1 / NOTICEABLE) return 'leave it';
  return 'no difference';
}

function judge(target: Target, compared: readonly RatioReport[]): TargetReport {
  const ratio = compared.find(
    ({ variant, baseline }) => variant === target.variant && baseline === target.baseline,
  );
  const gcTime = ratio?.gcTime ?? null;
  const measured = target.metric === 'speed' ? (ratio?.speed.median ?? null) : gcTime && 1 - gcTime.median;
  return { ...target, measured, reached: measured === null ? null : measured >= target.atLeast };
}

function judgeLimit({ cases: ids, fact, atMost }: Limit, cases: readonly CaseRounds[]): LimitReport[] {
  return ids.map((id) => {
    const rounds = cases.find((it) => it.case.id === id)?.rounds ?? [];
    const values = rounds.map(({ facts }) => facts[fact]).filter((value) => value !== undefined);
    const measured = values.length === 0 ? null : median(values);
    return { case: id, fact, atMost, measured, reached: measured === null ? null : measured <= atMost };
  });
}

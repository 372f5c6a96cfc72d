/** Measurements and reports as tests need them: made up, with only the interesting figures given. */
import type { Comparison } from '../src/experiment.ts';
import type { Measurement } from '../src/harness/job.ts';
import type { CaseRounds } from '../src/harness/schedule.ts';
import type { History } from '../src/history.ts';
import type { ExperimentReport, LabReport } from '../src/report/report.ts';
import { summariseExperiment } from '../src/report/summarise.ts';

interface Given {
  readonly ns: number;
  readonly gcMs?: number;
  readonly facts?: Readonly<Record<string, number>>;
  readonly history?: History;
}

/** A round of a million operations. */
function measurement({ ns, gcMs = 0, facts = { items: 3 }, history }: Given): Measurement {
  const none = { count: 0, totalMs: 0, maxMs: 0 };
  const minor = gcMs === 0 ? none : { count: 2, totalMs: gcMs, maxMs: gcMs / 2 };
  return {
    operations: 1e6,
    wallMs: ns,
    nsPerOperation: ns,
    payloadBytesPerOperation: 100,
    heapBytesPerOperation: 16,
    externalBytesPerOperation: null,
    gc: { ...minor, kinds: { minor, major: none, incremental: none, weakcb: none } },
    latency: { p50Ns: ns, p99Ns: 2 * ns, p999Ns: 3 * ns, maxNs: 4 * ns, samples: 1000, clockNs: 40 },
    memory: {
      rssEndBytes: 5e7,
      rssPeakBytes: 6e7,
      externalEndBytes: 1e6,
      externalPeakBytes: 2e6,
      heapUsedEndBytes: 3e6,
    },
    facts,
    history: history ?? null,
    sink: 1,
  };
}

/** A case's rounds. */
function rounds(id: string, title: string, given: readonly Given[]): CaseRounds {
  const prepare = () => ({ kind: 'loop', run: () => 0 }) as const;
  return { case: { id, title, prepare }, unavailable: undefined, rounds: given.map(measurement) };
}

/** An experiment of one comparison, or the same several times: `fresh` against `pooled`, and a case that this Node lacks. */
export function experimentReport(
  fresh: readonly Given[],
  pooled: readonly Given[],
  title = 'Pool',
  times = 1,
): ExperimentReport {
  const cases: CaseRounds[] = [
    rounds('fresh', 'Fresh', fresh),
    rounds('pooled', title, pooled),
    { ...rounds('native', 'Native', []), unavailable: 'not in this Node' },
  ];
  const comparison: Comparison = {
    id: 'one',
    title: 'One thing',
    operation: 'thing',
    baseline: 'fresh',
    pooled: ['pooled'],
    cases: cases.map((it) => it.case),
    targets: [
      { variant: 'pooled', baseline: 'fresh', metric: 'speed', atLeast: 2 },
      { variant: 'pooled', baseline: 'fresh', metric: 'gc', atLeast: 0.9 },
      { variant: 'native', baseline: 'fresh', metric: 'speed', atLeast: 2 },
    ],
    limits: [{ cases: ['fresh', 'pooled', 'native'], fact: 'holes, %', atMost: 10 }],
  };
  return summariseExperiment(
    {
      name: 'sample',
      summary: 'made up',
      secondsPerCase: 1,
      notes: ['a note that is <b>plain text</b> & no markup'],
      comparisons: Array.from({ length: times }, () => comparison),
    },
    1,
    Array.from({ length: times }, () => cases),
  );
}

/** A report around experiments. */
export function labReport(...experiments: ExperimentReport[]): LabReport {
  return {
    schema: 'rockpool-lab-report',
    version: 1,
    date: '2024-01-02T03:04:05.678Z',
    command: 'npx rockpool lab sample',
    machine: {
      cpu: 'A processor',
      cores: 2,
      memoryBytes: 2 ** 34,
      os: 'Linux 6',
      arch: 'x64',
      node: 'v20.19.0',
      v8: '11.3',
      commit: null,
    },
    rounds: 2,
    experiments,
  };
}

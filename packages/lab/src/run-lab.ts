/** Runs experiments and makes the report. The command line is one user of this; a script may be another. */
import type { Experiment } from './experiment.ts';
import { type RunSettings, runExperiment, type Step, secondsPerCase } from './harness/schedule.ts';
import { describeMachine } from './machine.ts';
import { type ExperimentReport, type LabReport, REPORT_VERSION } from './report/report.ts';
import { summariseExperiment } from './report/summarise.ts';

/** What a run is told. */
export interface LabRun extends RunSettings {
  readonly experiments: readonly Experiment[];
  /** Stands in the report: what to type to run it again. */
  readonly command: string;
  /** Told before each case of each round. */
  readonly onStep?: (step: Step) => void;
  /** Told when an experiment is done. */
  readonly onExperiment?: (report: ExperimentReport) => void;
  /** Ends the run and its processes. */
  readonly signal?: AbortSignal;
}

/** The report of a run that has not measured anything yet. */
export function emptyReport({ command, rounds }: LabRun): LabReport {
  return {
    schema: 'rockpool-lab-report',
    version: REPORT_VERSION,
    date: new Date().toISOString(),
    command,
    machine: describeMachine(),
    rounds,
    experiments: [],
  };
}

/**
 * Runs the experiments one after another.
 *
 * Cost: seconds to minutes, and one process at a time beside this one.
 *
 * @param header as `emptyReport` gave it
 * @throws {CaseFailedError} `ERR_ROCKPOOL_LAB_CASE`
 * @throws the signal's reason
 */
export async function runLab(run: LabRun, header: LabReport = emptyReport(run)): Promise<LabReport> {
  const signal = run.signal ?? new AbortController().signal;
  const experiments: ExperimentReport[] = [];
  for (const experiment of run.experiments) {
    const results = await runExperiment(experiment, run, run.onStep ?? (() => {}), signal);
    const report = summariseExperiment(experiment, secondsPerCase(experiment, run), results);
    experiments.push(report);
    run.onExperiment?.(report);
  }
  return { ...header, experiments };
}

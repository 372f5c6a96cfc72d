/**
 * Runs experiments: for each comparison, rounds; in each round, every case in turn, each in a fresh process.
 *
 *     round 1:  baseline  variant A  variant B
 *     round 2:  variant A  variant B  baseline      each round begins one case further on,
 *     round 3:  variant B  baseline  variant A      so that no case always follows the same one
 *
 * Cases of a round run within seconds of each other, so a ratio is taken within the round.
 */
import type { Case, Comparison, Experiment } from '../experiment.ts';
import { runCase } from './case-process.ts';
import type { Measurement, PhaseTimes } from './job.ts';

/** How much to measure. */
export interface RunSettings {
  readonly rounds: number;
  /** Seconds per case over all rounds; left out, each experiment's own default. */
  readonly secondsPerCase: number | undefined;
  /** A quarter of the default time. */
  readonly quick: boolean;
  /** Told where the process of a case serves its metrics; without it none does, as that takes time from it. */
  readonly onWatched?: (url: string) => void;
}

/** One case's rounds, in order; empty where it cannot run here. */
export interface CaseRounds {
  readonly case: Case;
  /** Why it did not run. */
  readonly unavailable: string | undefined;
  readonly rounds: readonly Measurement[];
}

/** Where the run stands, told before each case. */
export interface Step {
  readonly experiment: Experiment;
  readonly comparison: Comparison;
  readonly case: Case;
  /** From 1. */
  readonly round: number;
  readonly rounds: number;
  /** Case runs done, and in all, within this experiment. */
  readonly done: number;
  readonly total: number;
}

/** Of `--quick`. */
const QUICK_FACTOR = 0.25;
/** Shares of a case's time. */
const WARM_UP_SHARE = 0.15;
const THROUGHPUT_SHARE = 0.6;
const LATENCY_SHARE = 0.25;
/** Time for the optimising compiler; chosen, not measured. */
const MIN_WARM_UP_MS = 100;
const MAX_WARM_UP_MS = 300;
/** On top of it. */
const ALLOCATION_SHARE = 0.1;
const MAX_ALLOCATION_MS = 100;

/** Seconds that each case of `experiment` is measured, over all rounds. */
export function secondsPerCase(experiment: Experiment, settings: RunSettings): number {
  return settings.secondsPerCase ?? experiment.secondsPerCase * (settings.quick ? QUICK_FACTOR : 1);
}

/** Splits the time of one case in one round into phases. */
export function phaseTimes(experiment: Experiment, settings: RunSettings): PhaseTimes {
  const ms = (secondsPerCase(experiment, settings) * 1000) / settings.rounds;
  return {
    warmUpMs: Math.min(
      MAX_WARM_UP_MS,
      Math.max(ms * WARM_UP_SHARE, Math.min(ms, experiment.warmUpMs ?? MIN_WARM_UP_MS)),
    ),
    throughputMs: ms * THROUGHPUT_SHARE,
    latencyMs: ms * LATENCY_SHARE,
    allocationMs: Math.min(MAX_ALLOCATION_MS, ms * ALLOCATION_SHARE),
  };
}

/**
 * Runs all comparisons of one experiment.
 *
 * @param onStep told before each case
 * @param signal ends the run
 * @returns for each comparison, in order, its cases in order
 * @throws {CaseFailedError} `ERR_ROCKPOOL_LAB_CASE`
 * @throws the signal's reason
 */
export async function runExperiment(
  experiment: Experiment,
  settings: RunSettings,
  onStep: (step: Step) => void,
  signal: AbortSignal,
): Promise<CaseRounds[][]> {
  const times = phaseTimes(experiment, settings);
  const plan = experiment.comparisons.map((comparison) => ({
    comparison,
    cases: comparison.cases.map((it) => ({
      case: it,
      unavailable: it.unavailable?.(),
      rounds: [] as Measurement[],
    })),
  }));
  const runnable = plan.flatMap(({ cases }) => cases.filter(isAvailable)).length;
  let done = 0;
  for (const { comparison, cases } of plan) {
    const present = cases.filter(isAvailable);
    for (let round = 0; round < settings.rounds; round++) {
      for (const taken of rotate(present, round)) {
        onStep({
          experiment,
          comparison,
          case: taken.case,
          round: round + 1,
          rounds: settings.rounds,
          done: done++,
          total: runnable * settings.rounds,
        });
        const job = {
          experiment: experiment.name,
          comparison: comparison.id,
          case: taken.case.id,
          times,
          watched: settings.onWatched !== undefined,
        };
        taken.rounds.push(await runCase(job, signal, settings.onWatched));
      }
    }
  }
  return plan.map(({ cases }) => cases);
}

function isAvailable(it: { readonly unavailable: string | undefined }): boolean {
  return it.unavailable === undefined;
}

/** `items` from index `by` on, then the ones before it. */
function rotate<T>(items: readonly T[], by: number): T[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

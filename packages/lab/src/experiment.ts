/**
 * What an experiment is: a question ("does reuse pay for 1 KiB buffers?") put as comparisons, each of one
 * baseline against variants that do the same work otherwise.
 *
 * An experiment only declares. The harness decides when and how often a case runs: baseline and variants in
 * turn, several rounds, each case of each round in a process of its own, so that neither heap nor compiled
 * code leaks from one case into another (`harness/`). To add one: write a file in `experiments/`, list it in
 * `registry.ts`.
 *
 *     Experiment ─► Comparison ─► Case ─ prepare() ─► Workload (lives in the child process)
 */
import type { History } from './history.ts';

/** A named set of comparisons that answer one question. */
export interface Experiment {
  /** As typed on the command line; kebab-case. */
  readonly name: string;
  /** One line, for `--list` and headings. */
  readonly summary: string;
  /** Seconds that each case is measured by default, over all rounds. */
  readonly secondsPerCase: number;
  /** Milliseconds before a case is measured, if it is measured for as long in a round. Default 100 to 300. */
  readonly warmUpMs?: number;
  /** What a reader must know to judge the figures: choices, figures to compare with, limits. */
  readonly notes: readonly string[];
  readonly comparisons: readonly Comparison[];
}

/** One baseline and its variants. */
export interface Comparison {
  /** Unique within the experiment; kebab-case. */
  readonly id: string;
  readonly title: string;
  /** What one operation is, singular: `message`, `buffer`. Stands in units: "messages/s". */
  readonly operation: string;
  /** Id of the case that ratios are taken against. */
  readonly baseline: string;
  readonly cases: readonly Case[];
  /** Further ratios, beside each variant against the baseline. */
  readonly pairs?: readonly Pair[];
  /** Ids of pooled cases: ratios of these as the variant get a verdict ("pool it", "no difference", "leave it"). */
  readonly pooled?: readonly string[];
  readonly targets?: readonly Target[];
  readonly limits?: readonly Limit[];
  readonly notes?: readonly string[];
}

/** A ratio of two cases: how much better `variant` is than `baseline`. */
export interface Pair {
  readonly variant: string;
  readonly baseline: string;
}

/** What a pair must reach. Missing it is reported, and is no error. */
export interface Target extends Pair {
  /** `speed`: times the operations a second. `gc`: fraction of GC time per operation that is saved, 0 to 1. */
  readonly metric: 'speed' | 'gc';
  readonly atLeast: number;
}

/** What a fact of some cases must not exceed. Exceeding it is reported, and is no error. */
export interface Limit {
  readonly cases: readonly string[];
  /** Label of the fact. */
  readonly fact: string;
  readonly atMost: number;
}

/** One way to do the work. */
export interface Case {
  /** Unique within the comparison; kebab-case. */
  readonly id: string;
  readonly title: string;
  /** Why this case cannot run on this Node, if so. */
  readonly unavailable?: () => string | undefined;
  /** Builds what is measured. Called once, in the case's own process. */
  readonly prepare: () => Workload | Promise<Workload>;
}

/** The measured code, ready to run. */
export type Workload = LoopWorkload | SampledWorkload;

interface WorkloadBase {
  /** Bytes of useful result per operation, on average; gives bytes a second. */
  readonly payloadBytes?: number;
  /** Proves that the work is done right. Called before the warm-up; throws if it is not. */
  readonly verify?: () => unknown;
  /** Figures of the workload itself, by label; read once, after all measurements. */
  readonly facts?: () => Readonly<Record<string, number>>;
  /** Called once, behind everything else, also when it failed: ends what would run on. */
  readonly end?: () => void;
  /** What was watched over a long life; read once, after all measurements. */
  readonly history?: () => History;
}

/** Work that runs many times between two looks at the clock. */
export interface LoopWorkload extends WorkloadBase {
  readonly kind: 'loop';
  /**
   * Runs `count` operations.
   *
   * @returns anything that depends on every operation; goes into a sink, so that no work is optimised away
   */
  readonly run: (count: number) => number;
}

/** Work that needs untimed preparation before each operation, and so times itself. */
export interface SampledWorkload extends WorkloadBase {
  readonly kind: 'sampled';
  /** Prepares, runs one operation, and returns its duration in nanoseconds, at once or by a promise. */
  readonly sample: () => number | Promise<number>;
}

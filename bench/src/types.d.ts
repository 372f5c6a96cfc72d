/**
 * The words of the harness. A suite asks one question of several contenders; a round gives each of them, in
 * turn, a fresh process; a process takes several samples; a sample is the mean time of one operation.
 *
 *   suite → round → contender (one process) → sample → run(iterations)
 *
 * A suite may ask its question of several cases, such as sizes. A contender then stands once for each case that it
 * takes part in, under the same id, and is divided by baselines of the same case.
 */

/** How long a contender's process works. */
export interface Timing {
  /** Milliseconds of unmeasured runs before the first sample. */
  readonly warmMs: number;
  /** Milliseconds a sample aims at. */
  readonly sampleMs: number;
  /** Samples of one process. */
  readonly samples: number;
}

/** What a contender may count while it is not timed. */
export interface Counters {
  /** Items made since the count began. */
  created: number;
}

/** A contender that is ready to run. It has either `run` or `sample`. */
export interface Prepared {
  /** Works through `iterations` turns of the loop; its result goes into a sink, so that nothing is dead code. */
  readonly run?: (iterations: number) => number | Promise<number>;
  /** Measures by itself, and returns ns per operation: for what cannot be repeated in a loop. */
  readonly sample?: () => number;
  /** Domain figures of its own, asked for after the counted run, per operation. */
  readonly figures?: (operations: number) => Readonly<Record<string, number>>;
}

interface ContenderName {
  /** Stands for one contender; once in a suite, or once in each of its cases. */
  readonly id: string;
  readonly label: string;
  /** One of the suite's cases. */
  readonly case?: string;
}

/** A contender written in JavaScript. */
export interface JsContender extends ContenderName {
  readonly kind: 'js';
  /** Options of `node` for its process. */
  readonly execArgv?: readonly string[];
  /** Why it does not take part, where that is known beforehand. */
  readonly skip?: string;
  /** Loads the library and builds the loop. With `counters`, creations are counted; never while timing. */
  readonly prepare: (counters?: Counters) => Promise<Prepared>;
}

/** A contender in `bench/go`. */
export interface GoContender extends ContenderName {
  readonly kind: 'go';
  /** The function's name without `Benchmark`. */
  readonly benchmark: string;
}

/** A contender in `bench/java`: one of Netty's allocators. */
export interface JavaContender extends ContenderName {
  readonly kind: 'java';
  readonly benchmark: string;
  readonly allocator: 'pooled' | 'adaptive';
  /** Bytes of a buffer, where the benchmark wants to know. */
  readonly bytes: number;
  readonly leakDetection: 'disabled' | 'simple';
}

export type Contender = JsContender | GoContender | JavaContender;

/** A ratio the library wants to reach. Reported, never a failure. */
export interface RatioTarget {
  readonly contender: string;
  /** Of several, the fastest of each round and case. */
  readonly baseline: string | readonly string[];
  /** The median ratio is at most this. */
  readonly atMost: number;
  /** Where there are cases: the geometric mean over them (the default), or each of them. */
  readonly over?: 'mean' | 'every';
  /** Default: all that the contender takes part in. */
  readonly cases?: readonly string[];
}

/** A figure beside the time that the library wants to reach, in each case. */
export interface FigureTarget {
  readonly contender: string;
  /** Its name in the report. */
  readonly figure: string;
  readonly atMost: number;
  readonly cases?: readonly string[];
}

export type Target = RatioTarget | FigureTarget;

export interface Suite {
  readonly name: string;
  readonly title: string;
  /** What is measured and how to read it; goes into the report. */
  readonly about: string;
  /** What one operation is. */
  readonly unit: string;
  /** Turns of the loop in one call of `run`. Default 1000. */
  readonly iterations?: number;
  /** Operations in one turn of the loop. Default 1. */
  readonly operations?: number;
  readonly timing?: Partial<Timing>;
  /** Work in the parent before the first round, such as compiling. */
  readonly setup?: () => Promise<void>;
  /** What the question is asked of, such as sizes, in the order of the report. */
  readonly cases?: readonly string[];
  readonly contenders: readonly Contender[];
  /** Contenders that the others are divided by; of several, the fastest. */
  readonly baselines: readonly (string | readonly string[])[];
  readonly targets: readonly Target[];
}

/** What the parent asks of a child. */
export interface ChildTask {
  readonly suite: string;
  readonly contender: string;
  readonly case?: string | undefined;
  readonly timing: Timing;
}

/** Figures beside the time, per operation or as named. */
export type Figures = Readonly<Record<string, number>>;

/** What came out of one contender in one round. */
export type Outcome =
  | { readonly status: 'ok'; readonly samples: readonly number[]; readonly figures: Figures }
  | { readonly status: 'skipped' | 'failed'; readonly reason: string };

/** A program that runs contenders: one Node binary, Go or Java. */
export interface Runtime {
  /** `node-20.20.2`, `go1.26.8` or `java-17.0.15`. */
  readonly name: string;
  readonly path: string;
  /** What matters besides: `V8 11.3.244.8-node.38`, `Netty 4.2.20.Final`. */
  readonly engine?: string;
}

/** One contender on one runtime, with the outcome of each round. */
export interface Row {
  readonly contender: string;
  readonly label: string;
  readonly case?: string | undefined;
  readonly runtime: string;
  readonly rounds: Outcome[];
}

/** The middle and the ends of several values. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly os: string;
  readonly runtimes: readonly string[];
  readonly commit: string;
  /** Processes at work when the suite began, on average of a minute; above 1, ratios are not to be trusted. */
  readonly load: number;
  readonly date: string;
  readonly command: string;
}

export interface SuiteResult {
  readonly suite: Suite;
  readonly rounds: number;
  readonly timing: Timing;
  readonly rows: readonly Row[];
}

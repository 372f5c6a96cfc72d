/**
 * What the recorder leaves of one thread: the file `<pid>-<thread>.json` in the directory of the run. The reporter
 * (`src/advise/`) reads them; nothing else does, so the format has no schema, and its version changes with it.
 */

/** Version of this format. */
export const RECORDING_VERSION = 1;

/** Everything that was seen of one thread. */
export interface Recording {
  readonly version: typeof RECORDING_VERSION;
  readonly pid: number;
  /** 0: the main thread. */
  readonly threadId: number;
  /** `process.argv` without the executable. */
  readonly argv: readonly string[];
  readonly node: string;
  readonly cwd: string;
  /** ms since 1970. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Processor time of the process so far, user and system; 0 for worker threads, which are part of their process. */
  readonly cpuMs: number;
  /** The most memory that the process has had in RAM. */
  readonly maxRssBytes: number;
  /** False: written while the thread ran, and its end was not seen. */
  readonly complete: boolean;
  readonly mode: 'sampled' | 'exact';
  readonly gc: GcRecord;
  readonly cost: WatchingCost;
  /** All positions that stacks are made of; sites have indexes into it. */
  readonly frames: readonly FrameRecord[];
  readonly byteSites: readonly ByteSiteRecord[];
  /** ms that object sites were watched for: until the profiler was read out last. */
  readonly objectsMs: number;
  readonly objectSites: readonly ObjectSiteRecord[];
  readonly connections: readonly ConnectionRecord[];
  /** What could not be watched, in sentences. */
  readonly notes: readonly string[];
}

/** One position of a stack, as V8 tells it: before source maps. */
export interface FrameRecord {
  /** A path, a `file:` address or `node:…`; `v8:` for V8's own functions; empty where the code is gone. */
  readonly file: string;
  readonly functionName: string;
  /** From 1; 0: unknown. Of the call for stacks of byte sites and connections; of the function's beginning for object sites. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** Collections by kind. Pauses are counted in powers of two: entry i has those below 2^(i−7) ms, and not below the half of it. */
export interface GcRecord {
  readonly kinds: Readonly<Record<'minor' | 'major' | 'incremental' | 'weakcb', GcKindRecord>>;
  readonly pauses: readonly number[];
  /** Full collections that V8 flagged as caused by external memory. */
  readonly externalMajor: { readonly count: number; readonly totalMs: number };
  /** Bytes of the young generation at the end: both halves, of which one is in use. */
  readonly youngBytes: number;
}

export interface GcKindRecord {
  readonly count: number;
  readonly totalMs: number;
  readonly longestMs: number;
}

/** What the watching did, and the time that it knows it took. */
export interface WatchingCost {
  /** Calls that went through a wrapper. */
  readonly calls: number;
  /** Stacks that were taken, and the time for them. */
  readonly samples: number;
  readonly sampleMs: number;
  /** Samples of V8's heap profiler, and the time to read them out. */
  readonly heapSamples: number;
  readonly readOutMs: number;
  /** Time to write recordings. */
  readonly writeMs: number;
}

/** A place that allocates bytes. */
export interface ByteSiteRecord {
  /** `Buffer.alloc`, `new Uint8Array` … */
  readonly what: string;
  /** Indexes into `frames`, the nearest first. */
  readonly stack: readonly number[];
  readonly samples: number;
  /** Estimates from samples, each weighted by one over its probability; exact in exact mode. */
  readonly count: number;
  readonly bytes: number;
  /** Pairs of size in bytes and estimated count; sizes are exact up to a number of different ones, then rounded up. */
  readonly sizes: readonly (readonly [bytes: number, count: number])[];
  readonly lifetime: LifetimeRecord;
}

/** Ages of those that were followed. */
export interface LifetimeRecord {
  readonly followed: number;
  /** How many died at the first full collection after they were made, at the second, and later. */
  readonly diedAtFirst: number;
  readonly diedAtSecond: number;
  readonly diedLater: number;
  /** Alive at the end, having seen no, one, or more full collections. */
  readonly aliveUntouched: number;
  readonly aliveAfterOne: number;
  readonly aliveAfterMore: number;
  /** Upper bounds of ages at death, counted in powers of two of ms: entry i has those below 2^i ms. */
  readonly agesMs: readonly number[];
}

/** A place that allocates objects in the heap, by V8's sampling heap profiler. */
export interface ObjectSiteRecord {
  /** Indexes into `frames`, the nearest first. The first may be one of V8's own functions, as `Map`. */
  readonly stack: readonly number[];
  /**
   * What the profiler told: sampling interval, bytes told for a sample (its size times its weight), how many of these.
   * Sizes are found from it by the reporter (`object-sizes.ts`).
   */
  readonly raw: readonly (readonly [intervalBytes: number, weightedBytes: number, samples: number])[];
}

/** Connections that were made to one address from one place. */
export interface ConnectionRecord {
  readonly stack: readonly number[];
  readonly address: string;
  readonly tls: boolean;
  /** Made by Node's own `http` or `fetch`. */
  readonly http: boolean;
  readonly count: number;
  readonly mostOpen: number;
  /** Times from call to connection, and from connection to close, counted in powers of two of ms: entry i below 2^(i−7). */
  readonly connectMs: readonly number[];
  readonly openMs: readonly number[];
}

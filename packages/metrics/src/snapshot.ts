/**
 * All figures of a process at one moment, as plain data: what the live page draws.
 *
 * A stream of them carries what is new since the one before (pauses, decisions), so that a page that draws all of it
 * misses nothing; the first has what is remembered.
 */
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import {
  type ArenaMap,
  type ByteBufAllocatorStats,
  type Census,
  census,
  type Decision,
  type LeakStats,
  type PoolStats,
  type ResourcePoolStats,
  type SharedMapStats,
  type SharedPoolStats,
  type TunerStats,
} from 'rockpool';
import type { GcPause, GcPauses } from './gc-pauses.ts';

/** Version of what follows; a page refuses others. */
const SNAPSHOT_VERSION = 1;

/** Of one latency, in milliseconds. */
export interface LatencySnapshot {
  readonly name: string;
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Figures of the process. */
export interface ProcessSnapshot {
  readonly pid: number;
  readonly title: string;
  readonly node: string;
  readonly uptimeS: number;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  readonly heapLimitBytes: number;
  readonly externalBytes: number;
  readonly arrayBufferBytes: number;
  /** Processor time since its start, in milliseconds. */
  readonly cpuMs: number;
}

/** A leak report, as text. */
export interface LeakSnapshot {
  readonly resource: string;
  readonly message: string;
}

/** All figures. */
export interface Snapshot {
  readonly version: number;
  readonly atMs: number;
  readonly process: ProcessSnapshot;
  readonly pools: readonly PoolStats[];
  readonly allocators: readonly (ByteBufAllocatorStats & { readonly map: ArenaMap })[];
  readonly resourcePools: readonly ResourcePoolStats[];
  readonly sharedPools: readonly (SharedPoolStats & { readonly name: string })[];
  readonly sharedMaps: readonly (SharedMapStats & { readonly name: string })[];
  readonly leaks: LeakStats & { readonly recent: readonly LeakSnapshot[] };
  readonly tuners: readonly TunerStats[];
  /** New since the snapshot before. */
  readonly decisions: readonly Decision[];
  /** New since the snapshot before. */
  readonly gcPauses: readonly GcPause[];
  readonly latencies: readonly LatencySnapshot[];
}

/** Chunks of each allocator that are drawn. */
const MAX_CHUNKS = 48;
/** Characters of a leak report. */
const LONGEST_REPORT = 4000;

/**
 * Takes one snapshot after the other for one reader. Owner: a stream.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { GcPauses, Snapshots } from '@rockpool/metrics';
 * import { ByteBufAllocator } from 'rockpool';
 *
 * const allocator = new ByteBufAllocator({ name: 'frames' });
 * const pauses = new GcPauses();
 * const snapshots = new Snapshots(pauses);
 * assert(snapshots.take().allocators.some(({ name }) => name === 'frames'));
 * snapshots.stop();
 * pauses.stop();
 * allocator.close();
 * ```
 */
export class Snapshots {
  readonly #sources: () => Census;
  readonly #pauses: GcPauses;
  readonly #latencies: () => readonly LatencySnapshot[];
  readonly #delay: IntervalHistogram;
  #pausesUntilMs = 0;
  readonly #decided = new WeakMap<object, number>();

  /**
   * @param pauses pauses of the collector; stay the caller's
   * @param latencies the program's own latencies; in each snapshot, beside that of the event loop
   */
  constructor(
    pauses: GcPauses,
    sources: () => Census = census,
    latencies: () => readonly LatencySnapshot[] = () => [],
  ) {
    this.#sources = sources;
    this.#pauses = pauses;
    this.#latencies = latencies;
    this.#delay = monitorEventLoopDelay({ resolution: 10 });
    this.#delay.enable();
  }

  /** Looks now. */
  take(): Snapshot {
    const alive = this.#sources();
    const recent = this.#pauses.recent.filter(({ atMs }) => atMs > this.#pausesUntilMs);
    this.#pausesUntilMs = recent.at(-1)?.atMs ?? this.#pausesUntilMs;
    return {
      version: SNAPSHOT_VERSION,
      atMs: Date.now(),
      process: processNow(),
      pools: told(alive.pools, (pool) => pool.stats()),
      allocators: told(alive.allocators, (it) => ({ ...it.stats(), map: it.map(MAX_CHUNKS) })),
      resourcePools: told(alive.resourcePools, (pool) => pool.stats()),
      sharedPools: told(alive.sharedPools, (pool) => ({ ...pool.stats(), name: pool.name })),
      sharedMaps: told(alive.sharedMaps, (map) => ({ ...map.stats(), name: map.name })),
      leaks: leaksOf(alive),
      tuners: told(alive.tuners, (tuner) => tuner.stats()),
      decisions: alive.tuners.flatMap((tuner) => {
        const since = this.#decided.get(tuner) ?? 0;
        const decisions = tuner.decisions.filter(({ id }) => id > since);
        this.#decided.set(tuner, decisions.at(-1)?.id ?? since);
        return decisions;
      }),
      gcPauses: recent,
      latencies: [this.#loopDelay(), ...this.#latencies()],
    };
  }

  /** Looks no longer. */
  stop(): void {
    this.#delay.disable();
  }

  #loopDelay(): LatencySnapshot {
    const delay = this.#delay;
    const ms = (ns: number): number => (delay.count === 0 ? 0 : ns / 1e6);
    const snapshot = {
      name: 'event loop',
      count: delay.count,
      p50: ms(delay.percentile(50)),
      p99: ms(delay.percentile(99)),
      p999: ms(delay.percentile(99.9)),
      max: ms(delay.max),
    };
    delay.reset();
    return snapshot;
  }
}

/** Of each thing what it tells; nothing of one that was closed in the middle of it. */
function told<T, R>(things: readonly T[], of: (thing: T) => R): R[] {
  const all: R[] = [];
  for (const thing of things) {
    try {
      all.push(of(thing));
    } catch {
      // Closed or detached since the census.
    }
  }
  return all;
}

function processNow(): ProcessSnapshot {
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return {
    pid: process.pid,
    title: process.title,
    node: process.version,
    uptimeS: process.uptime(),
    rssBytes: rss,
    heapUsedBytes: heapUsed,
    heapLimitBytes: getHeapStatistics().heap_size_limit,
    externalBytes: external,
    arrayBufferBytes: arrayBuffers,
    cpuMs: (user + system) / 1000,
  };
}

function leaksOf({ leakDetectors }: Census): Snapshot['leaks'] {
  const sum = { tracked: 0, closed: 0, leaked: 0, active: 0, reported: 0 };
  for (const detector of leakDetectors) {
    const stats = detector.stats();
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += stats[key];
  }
  const recent = leakDetectors.flatMap((detector) =>
    detector.recent.map(({ resource, message }) => ({ resource, message: message.slice(0, LONGEST_REPORT) })),
  );
  return { ...sum, recent };
}

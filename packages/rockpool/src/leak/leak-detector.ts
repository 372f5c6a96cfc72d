/**
 * Notices resources that are collected by the garbage collector without having been given back.
 *
 * The source is Netty's ResourceLeakDetector: sampled, so that it can stay on in production; access records
 * that thin out with growing number but always keep the last; identical reports once. Where Netty polls a
 * queue of phantom references, here a FinalizationRegistry calls back: late, and never when the process ends
 * first. So a report is evidence of a leak, but silence proves nothing, and no count depends on it.
 *
 * Cost of a tracked resource: 0.4–1.3 µs for the registration and 15–25 µs for each recorded stack (Node 20.20
 * and 26.10, 2-core AMD EPYC); of one that is not sampled: a decrement.
 */
import {
  expectFunction,
  expectInteger,
  expectOneOf,
  type OptionSite,
  readOptions,
} from '../internal/options.ts';
import { Random } from '../internal/random.ts';
import { Roll } from '../internal/roll.ts';
import { report, warn } from '../internal/warn.ts';
import { type LeakReport, LeakTrack, type TrackHost } from './leak-track.ts';

/**
 * How much a detector does.
 *
 * | level | resources tracked | records kept |
 * |---|---|---|
 * | `disabled` | none | – |
 * | `simple` | one in `samplingInterval` | where it was taken |
 * | `advanced` | one in `samplingInterval` | where it was taken and touched |
 * | `paranoid` | every one | where it was taken and touched |
 */
export type LeakLevel = 'disabled' | 'simple' | 'advanced' | 'paranoid';

/** Options of {@link LeakDetector}. Unknown names are refused. */
export interface LeakDetectorOptions {
  /** Default `'simple'`. */
  readonly level?: LeakLevel;
  /** One resource in so many is tracked, at random distances. 1 to 2^30, default 128. */
  readonly samplingInterval?: number;
  /** Access records kept for certain; later ones thin out. 1 to 1024, default 4. */
  readonly targetRecords?: number;
  /** Told of each new leak. Default: a process warning of type `RockpoolLeakWarning`. */
  readonly onLeak?: (leak: LeakReport) => void;
}

/** A detector's counters. `tracked = closed + leaked + active`. */
export interface LeakStats {
  /** Resources that were tracked, ever. */
  readonly tracked: number;
  /** Of those, given back. */
  readonly closed: number;
  /** Of those, collected without having been given back. */
  readonly leaked: number;
  /** Of those, still in use. */
  readonly active: number;
  /** Leaks told to the listener: `leaked` less those that repeat an earlier report. */
  readonly reported: number;
}

const SITE: OptionSite = { action: 'create leak detector' };
const LEVELS: readonly LeakLevel[] = ['disabled', 'simple', 'advanced', 'paranoid'];
const MAX_INTERVAL = 2 ** 30;

/** Distinct reports remembered; past it the oldest is forgotten and may be told again. */
const REMEMBERED_REPORTS = 1024;

/** Reports that a detector keeps for whoever asks later; the oldest go first. */
const RECENT_REPORTS = 32;

/** The detectors of this thread. */
export const leakDetectors: Roll<LeakDetector> = new Roll();

let detectors = 0;

/** Differs between detectors and between runs, so that not all sample the same calls. */
function nextSeed(): number {
  return Date.now() ^ Math.imul(++detectors, 0x9e3779b9);
}

/**
 * Tracks a sample of the resources it is shown and reports those that were lost.
 *
 * Thread: one isolate. Ownership: holds no tracked resource, only where it was taken.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { LeakDetector, Pool } from 'rockpool';
 *
 * const leaks: string[] = [];
 * const leakDetector = new LeakDetector({ level: 'paranoid', onLeak: (leak) => leaks.push(leak.message) });
 * const pool = new Pool({ create: () => ({ rows: [] }), name: 'rows', leakDetector });
 *
 * const item = pool.get();
 * pool.put(item); // without this line, a later collection would report where `item` was taken
 * assert.equal(leakDetector.stats().leaked, 0);
 * ```
 */
export class LeakDetector {
  /** The detector of everything that was not given one: level `simple`, one in 128. */
  static readonly default: LeakDetector = new LeakDetector();

  /** {@link LeakDetectorOptions.onLeak} */
  readonly #onLeak: ((leak: LeakReport) => void) | undefined;
  readonly #random = new Random(nextSeed());
  readonly #known = new Set<string>();
  readonly #registry: FinalizationRegistry<LeakTrack>;
  /** What tracks see of this detector. */
  readonly #host: TrackHost = {
    closed: (track) => {
      if (this.#registry.unregister(track)) this.#closed++;
    },
    fraction: () => this.#random.fraction(),
  };
  readonly #targetRecords: number;
  #level: LeakLevel;
  readonly #samplingInterval: number;
  #untilSample: number;
  #tracked = 0;
  #closed = 0;
  #leaked = 0;
  #reported = 0;
  readonly #recent: LeakReport[] = [];

  /**
   * @throws {OptionTypeError} `ERR_ROCKPOOL_OPTION_TYPE`
   * @throws {OptionRangeError} `ERR_ROCKPOOL_OPTION_RANGE`
   * @throws {UnknownOptionError} `ERR_ROCKPOOL_OPTION_UNKNOWN`
   */
  constructor(options: LeakDetectorOptions = {}) {
    const { level, samplingInterval, targetRecords, onLeak } = readOptions(SITE, options, [
      'level',
      'samplingInterval',
      'targetRecords',
      'onLeak',
    ]);
    this.#level = expectOneOf(SITE, 'level', level, LEVELS, 'simple');
    this.#samplingInterval = expectInteger(SITE, 'samplingInterval', samplingInterval, 1, MAX_INTERVAL, 128);
    this.#targetRecords = expectInteger(SITE, 'targetRecords', targetRecords, 1, 1024, 4);
    this.#onLeak = onLeak === undefined ? undefined : expectFunction(SITE, 'onLeak', onLeak);
    this.#untilSample = this.#nextDistance();
    this.#registry = new FinalizationRegistry((track) => this.#collected(track));
    leakDetectors.enter(this);
  }

  /** The level in force; may be set at any time and holds for resources taken from then on. */
  get level(): LeakLevel {
    return this.#level;
  }

  set level(level: LeakLevel) {
    this.#level = expectOneOf({ action: 'set leak detection' }, 'level', level, LEVELS, 'simple');
  }

  /** One resource in so many is tracked at the levels `simple` and `advanced`. */
  get samplingInterval(): number {
    return this.#samplingInterval;
  }

  /**
   * Shows the detector a resource that was just taken. Most calls return `undefined`: not sampled.
   *
   * @param resource held weakly
   * @param name what it is, as it stands in the report: "Pool 'rows'"
   * @param below the function that the user called; the record begins at its caller
   * @returns the track to `touch` and to `close` when the resource is given back
   */
  track(resource: object, name: string, below: (...args: never[]) => unknown): LeakTrack | undefined {
    if (this.#level === 'disabled') return undefined;
    if (this.#level !== 'paranoid') {
      if (--this.#untilSample > 0) return undefined;
      this.#untilSample = this.#nextDistance();
    }
    return this.follow(resource, new LeakTrack(this.#host, name, this.#recordLimit(), below));
  }

  /**
   * Begins to watch `resource` under a track that was made before: for owners that sample by a rule of their
   * own, as the object pool does.
   *
   * @param onLost called when the resource was collected without having been given back
   */
  follow(resource: object, track: LeakTrack, onLost?: () => void): LeakTrack {
    this.#tracked++;
    track.onLost = onLost;
    track.settle();
    this.#registry.register(resource, track, track);
    return track;
  }

  /** A track that watches nothing yet, with a record of where this was called from. */
  begin(name: string, below: (...args: never[]) => unknown): LeakTrack {
    return new LeakTrack(this.#host, name, this.#recordLimit(), below);
  }

  /** A track without any record: tells that something was lost, not where it was taken. */
  beginBlind(name: string): LeakTrack {
    return new LeakTrack(this.#host, name, 0, undefined);
  }

  /** The counters now. */
  stats(): LeakStats {
    return {
      tracked: this.#tracked,
      closed: this.#closed,
      leaked: this.#leaked,
      active: this.#tracked - this.#closed - this.#leaked,
      reported: this.#reported,
    };
  }

  /** The last 32 leaks that were told, the oldest first. */
  get recent(): readonly LeakReport[] {
    return [...this.#recent];
  }

  /** 0 keeps the record of the taking only. */
  #recordLimit(): number {
    return this.#level === 'simple' ? 0 : this.#targetRecords;
  }

  /** Uniform on 1 … 2·interval − 1, so that a periodic program does not fall into step with the samples. */
  #nextDistance(): number {
    return 1 + this.#random.below(2 * this.#samplingInterval - 1);
  }

  #collected(track: LeakTrack): void {
    this.#leaked++;
    track.onLost?.();
    const leak = track.report();
    if (this.#known.has(leak.message)) return;
    if (this.#known.size >= REMEMBERED_REPORTS) {
      for (const oldest of this.#known) {
        this.#known.delete(oldest);
        break;
      }
    }
    this.#known.add(leak.message);
    this.#reported++;
    this.#recent.push(leak);
    if (this.#recent.length > RECENT_REPORTS) this.#recent.shift();
    if (this.#onLeak === undefined) {
      warn(leak.message, 'RockpoolLeakWarning', 'ROCKPOOL_LEAK');
      return;
    }
    try {
      this.#onLeak(leak);
    } catch (error) {
      report(undefined, error, 'ROCKPOOL_LEAK');
    }
  }
}

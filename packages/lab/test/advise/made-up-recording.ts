/** Recordings, sites and calibrations as tests need them: made up, with only the interesting figures given. */
import type {
  ByteSiteRecord,
  ConnectionRecord,
  FrameRecord,
  GcRecord,
  LifetimeRecord,
  ObjectSiteRecord,
  Recording,
} from '#recorder/recording';
import type { Calibration } from '../../src/advise/calibrate.ts';
import type { ArrayJob, BytesJob, Costs, ObjectJob } from '../../src/advise/calibration-job.ts';
import type { Frame } from '../../src/advise/merge-sites.ts';
import { SourceFiles } from '../../src/advise/source/original-place.ts';
import { Whole } from '../../src/advise/whole.ts';

export const NO_AGES: LifetimeRecord = {
  followed: 0,
  diedAtFirst: 0,
  diedAtSecond: 0,
  diedLater: 0,
  aliveUntouched: 0,
  aliveAfterOne: 0,
  aliveAfterMore: 0,
  agesMs: [],
};

const NO_KIND = { count: 0, totalMs: 0, longestMs: 0 };
export const NO_GC: GcRecord = {
  kinds: { minor: NO_KIND, major: NO_KIND, incremental: NO_KIND, weakcb: NO_KIND },
  pauses: [],
  externalMajor: { count: 0, totalMs: 0 },
  youngBytes: 0,
};

/** A thread of which nothing was seen, if nothing else is given. */
export function recording(given: Partial<Recording> = {}): Recording {
  return {
    version: 1,
    pid: 10,
    threadId: 0,
    argv: ['/app/main.js'],
    node: 'v20.20.2',
    cwd: '/app',
    startedAt: 1_700_000_000_000,
    durationMs: 2000,
    cpuMs: 1000,
    maxRssBytes: 2 ** 26,
    complete: true,
    mode: 'sampled',
    gc: NO_GC,
    cost: { calls: 0, samples: 0, sampleMs: 0, heapSamples: 0, readOutMs: 0, writeMs: 0 },
    frames: [],
    byteSites: [],
    objectsMs: 2000,
    objectSites: [],
    connections: [],
    notes: [],
    ...given,
  };
}

/** `file:line functionName`; line 0 where none is given. */
export function frameRecord(text: string): FrameRecord {
  const [position = '', functionName = ''] = text.split(' ');
  const [, file = '', line = '0'] = /^(.*?)(?::(\d+))?$/.exec(position) ?? [];
  return { file, functionName, line: Number(line), column: Number(line) === 0 ? 0 : 5 };
}

/** A position of a merged site. */
export function frame(text: string): Frame {
  const record = frameRecord(text);
  return { ...record, isNode: record.file.startsWith('node:') };
}

/** Thousand allocations of 100 bytes, if nothing else is given. */
export function byteSite(
  stack: readonly number[],
  given: Partial<Omit<ByteSiteRecord, 'stack'>> = {},
): ByteSiteRecord {
  return {
    what: 'Buffer.alloc',
    stack,
    samples: 10,
    count: 1000,
    bytes: 100_000,
    sizes: [[100, 1000]],
    lifetime: NO_AGES,
    ...given,
  };
}

export function objectSite(stack: readonly number[], raw: ObjectSiteRecord['raw'] = []): ObjectSiteRecord {
  return { stack, raw };
}

/** Three that were open one after the other, if nothing else is given. */
export function connectionRecord(
  stack: readonly number[],
  given: Partial<Omit<ConnectionRecord, 'stack'>> = {},
): ConnectionRecord {
  return {
    stack,
    address: 'db:5432',
    tls: false,
    http: false,
    count: 3,
    mostOpen: 1,
    connectMs: [],
    openMs: [],
    ...given,
  };
}

/** A program of 10 s, of which the processor worked one, if nothing else is given. */
export function whole(given: Partial<ConstructorParameters<typeof Whole>[0]> = {}): Whole {
  return new Whole({
    seconds: 10,
    cpuMs: 1000,
    gcMs: 400,
    memoryBytes: 2 ** 26,
    sources: new SourceFiles('/app'),
    ...given,
  });
}

type MeasuredJob = BytesJob | ArrayJob | ObjectJob;

/** Answers with what it is given, and remembers what it was asked. */
export class MadeUpCalibration implements Calibration {
  readonly jobs: MeasuredJob[] = [];
  readonly #costs: Costs | null;

  /** Processor time in ns, each; a tenth of the fresh one's is in collections. */
  constructor(freshNs: number, pooledNs: number) {
    this.#costs = { fresh: { cpuNs: freshNs, gcNs: freshNs / 10 }, pooled: { cpuNs: pooledNs, gcNs: 0 } };
  }

  async costs(job: MeasuredJob): Promise<Costs | null> {
    this.jobs.push(job);
    return this.#costs;
  }

  async watchCosts(): Promise<null> {
    return null;
  }
}

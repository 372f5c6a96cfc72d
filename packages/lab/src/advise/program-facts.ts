/** The program as a whole: its processes, its collections, and what watching it cost. */
import type { GcKindRecord, GcRecord, Recording } from '#recorder/recording';
import type { GcAdvice, GcKindAdvice, ProcessFacts, Program, Watching } from './advice.ts';
import type { WatchCosts } from './calibration-job.ts';
import { addCounts } from './merge-sites.ts';

/** Pauses are counted from 2^−7 ms on. */
const PAUSE_SHIFT = 7;
const KINDS = ['minor', 'major', 'incremental', 'weakcb'] as const;

export function programFacts(recordings: readonly Recording[], end: Program['end']): Program {
  const processes = new Map<number, Recording[]>();
  for (const recording of recordings) {
    const threads = processes.get(recording.pid);
    if (threads === undefined) processes.set(recording.pid, [recording]);
    else threads.push(recording);
  }
  const first = Math.min(...recordings.map(({ startedAt }) => startedAt));
  const last = Math.max(...recordings.map(({ startedAt, durationMs }) => startedAt + durationMs));
  const facts = [...processes.values()].map(processFacts);
  return {
    end,
    seconds: recordings.length === 0 ? 0 : (last - first) / 1000,
    cpuMs: facts.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    processes: facts,
  };
}

function processFacts(threads: readonly Recording[]): ProcessFacts {
  const main = threads.find(({ threadId }) => threadId === 0) ?? (threads[0] as Recording);
  return {
    pid: main.pid,
    title: main.argv.join(' '),
    node: main.node,
    seconds: main.durationMs / 1000,
    cpuMs: main.cpuMs,
    threads: threads.length,
    complete: main.complete,
  };
}

/**
 * Collections of all threads.
 *
 * @param heapBytes allocated in the heap, by thread
 */
export function gcFacts(
  recordings: readonly Recording[],
  heapBytes: ReadonlyMap<Recording, number>,
  cpuMs: number,
): GcAdvice {
  const kinds = Object.fromEntries(
    KINDS.map((kind) => [kind, addKinds(recordings.map(({ gc }) => gc.kinds[kind]))]),
  ) as Record<(typeof KINDS)[number], GcKindAdvice>;
  const totalMs = KINDS.reduce((sum, kind) => sum + kinds[kind].totalMs, 0);
  const externalMs = recordings.reduce(
    (sum, recording) => sum + externalPart(recording.gc, heapBytes.get(recording) ?? 0),
    0,
  );
  return {
    count: KINDS.reduce((sum, kind) => sum + kinds[kind].count, 0),
    totalMs,
    longestMs: Math.max(...KINDS.map((kind) => kinds[kind].longestMs)),
    cpuShare: cpuMs === 0 ? 0 : totalMs / cpuMs,
    kinds,
    externalShare: totalMs === 0 ? 0 : externalMs / totalMs,
    pauses: addCounts(recordings.map(({ gc }) => gc.pauses)).flatMap((count, i) =>
      count === 0
        ? []
        : [{ fromMs: i === 0 ? 0 : 2 ** (i - 1 - PAUSE_SHIFT), toMs: 2 ** (i - PAUSE_SHIFT), count }],
    ),
  };
}

/**
 * Time in collections that came about for memory outside of the heap.
 *
 * Full ones carry V8's own word for it. Young ones do not: but the heap alone would have brought about one for each
 * half of the young generation that it filled, and what there were more came from outside.
 */
function externalPart({ kinds, externalMajor, youngBytes }: GcRecord, heapBytes: number): number {
  const { minor, major, incremental } = kinds;
  const byHeap = youngBytes === 0 ? minor.count : heapBytes / (youngBytes / 2);
  const minorShare = minor.count === 0 ? 0 : Math.max(0, 1 - byHeap / minor.count);
  const majorShare = major.count === 0 ? 0 : Math.min(1, externalMajor.count / major.count);
  return minor.totalMs * minorShare + externalMajor.totalMs + incremental.totalMs * majorShare;
}

function addKinds(all: readonly GcKindRecord[]): GcKindAdvice {
  return {
    count: all.reduce((sum, { count }) => sum + count, 0),
    totalMs: all.reduce((sum, { totalMs }) => sum + totalMs, 0),
    longestMs: Math.max(0, ...all.map(({ longestMs }) => longestMs)),
  };
}

/** What watching took, by what was measured while it went on, and by what a calibration says that wrappers cost. */
export function watchingFacts(
  recordings: readonly Recording[],
  costs: WatchCosts | null,
  cpuMs: number,
): Watching {
  const sum = (of: (cost: Recording['cost']) => number): number =>
    recordings.reduce((total, { cost }) => total + of(cost), 0);
  const parts = {
    stacks: sum(({ sampleMs }) => sampleMs),
    wrappers: (sum(({ calls }) => calls) * (costs?.callNs ?? 0)) / 1e6,
    'heap profiler':
      sum(({ readOutMs }) => readOutMs) +
      (sum(({ heapSamples }) => heapSamples) * (costs?.heapSampleNs ?? 0)) / 1e6,
    writing: sum(({ writeMs }) => writeMs),
  };
  const total = Object.values(parts).reduce((all, ms) => all + ms, 0);
  return {
    mode: recordings.some(({ mode }) => mode === 'exact') ? 'exact' : 'sampled',
    cpuShare: cpuMs === 0 ? 0 : total / cpuMs,
    parts,
    samples: sum(({ samples, heapSamples }) => samples + heapSamples),
  };
}

/** From the recordings of a run to advice: merges, calibrates, judges, ranks. */
import type { Recording } from '#recorder/recording';
import { describeMachine } from '../machine.ts';
import { ADVICE_VERSION, type Advice, type Program, type SiteAdvice } from './advice.ts';
import { adviseBytes } from './byte-advice.ts';
import type { Calibration } from './calibrate.ts';
import { adviseConnections } from './connection-advice.ts';
import { keepToTotal } from './keep-to-total.ts';
import { mergeByteSites, mergeConnections, mergeObjectSites } from './merge-sites.ts';
import { adviseObjects } from './object-advice.ts';
import { gcFacts, programFacts, watchingFacts } from './program-facts.ts';
import type { Recordings } from './recordings.ts';
import { SourceFiles } from './source/original-place.ts';
import { Whole } from './whole.ts';

/** A run that is over, or goes on. */
export interface Run {
  readonly recordings: Recordings;
  /** As typed. */
  readonly command: string;
  readonly end: Program['end'];
  /** What happened that a reader must know. */
  readonly notes: readonly string[];
}

/** A site with a smaller part of all bytes of its kind is not listed. */
const LEAST_SHARE = 0.001;
const MOST_LISTED = 60;
/** 4 MiB that are kept. */
const KEPT_BYTES = 4 * 1024 * 1024;

/**
 * Advises.
 *
 * Cost: a process of half a second for each site that might matter, one after the other.
 *
 * @param onStep told what is done next, for a progress line
 */
export async function advise(
  run: Run,
  calibration: Calibration,
  onStep: (step: string) => void = () => {},
): Promise<Advice> {
  const { all, notes } = run.recordings;
  const program = programFacts(all, run.end);
  const heapBytes = new Map(all.map((recording) => [recording, heapBytesOf(recording)]));
  const gc = gcFacts(all, heapBytes, program.cpuMs);
  const sources = new SourceFiles(all[0]?.cwd);
  const whole = new Whole({ ...program, gcMs: gc.totalMs, memoryBytes: memoryOf(all), sources });
  const heap = {
    bytes: [...heapBytes.values()].reduce((sum, bytes) => sum + bytes, 0),
    gcMs: gc.totalMs * (1 - gc.externalShare),
  };

  onStep('what watching costs');
  const watching = watchingFacts(all, await calibration.watchCosts(), program.cpuMs);
  const sites: SiteAdvice[] = [];
  const byteSites = mergeByteSites(all);
  for (const site of byteSites) {
    onStep(`${site.what} of ${site.frame.file}:${site.frame.line}`);
    sites.push(await adviseBytes(site, whole, calibration));
  }
  for (const site of mergeObjectSites(all)) {
    onStep(`objects of ${site.frame.file}`);
    sites.push(...(await adviseObjects(site, heap, whole, calibration)));
  }
  const kept = keepToTotal(sites, program.cpuMs, gc.totalMs);
  const { listed, others } = list(kept.sites, heap.bytes);
  return {
    schema: 'rockpool-advice',
    version: ADVICE_VERSION,
    date: new Date().toISOString(),
    command: run.command,
    machine: describeMachine(),
    program,
    gc,
    watching,
    sites: listed,
    connections: mergeConnections(all)
      .map((site) => adviseConnections(site, whole))
      .sort((a, b) => b.count - a.count),
    others,
    notes: [
      ...run.notes,
      ...notes,
      ...notesOf(all),
      ...scaleNotes(kept.divisor),
      ...sources.notes.map(({ file, message }) => `${file}: ${message}.`),
    ],
  };
}

function heapBytesOf({ objectSites }: Recording): number {
  return objectSites.reduce(
    (total, { raw }) => raw.reduce((sum, [, told, samples]) => sum + told * samples, total),
    0,
  );
}

/** The most of each process, added: what all of them may have kept. */
function memoryOf(recordings: readonly Recording[]): number {
  const most = new Map<number, number>();
  for (const { pid, maxRssBytes } of recordings) most.set(pid, Math.max(most.get(pid) ?? 0, maxRssBytes));
  return [...most.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** What saves most comes first; then what is left alone, by bytes. */
function list(
  sites: readonly SiteAdvice[],
  heapBytes: number,
): { listed: SiteAdvice[]; others: Advice['others'] } {
  const byteTotal = sites.reduce((sum, { kind, bytes }) => sum + (kind === 'bytes' ? bytes : 0), 0);
  const total = { bytes: byteTotal, objects: heapBytes };
  const ranked = [...sites].sort((a, b) => rankOf(b) - rankOf(a) || b.bytes - a.bytes);
  const listed = ranked.filter((site) => isWorthListing(site, total[site.kind])).slice(0, MOST_LISTED);
  const rest = ranked.filter((site) => !listed.includes(site));
  return {
    listed,
    others: {
      sites: rest.length,
      count: rest.reduce((sum, { count }) => sum + count, 0),
      bytes: rest.reduce((sum, { bytes }) => sum + bytes, 0),
    },
  };
}

function rankOf({ verdict, saving }: SiteAdvice): number {
  return verdict === 'leave it' ? 0 : (saving?.cpuMs ?? 0);
}

/** What is kept is worth knowing, however little it is beside what goes round. */
function isWorthListing({ verdict, bytes, lifetime }: SiteAdvice, total: number): boolean {
  if (verdict !== 'leave it' || bytes >= total * LEAST_SHARE) return true;
  return lifetime.kind === 'long' && bytes >= KEPT_BYTES;
}

function scaleNotes(divisor: number): string[] {
  if (divisor < 1.05) return [];
  return [
    `The sites were calibrated one by one, and together came to more than the program took: their savings are divided by ${divisor.toFixed(1)}.`,
  ];
}

function notesOf(recordings: readonly Recording[]): string[] {
  const own = new Set(recordings.flatMap(({ notes }) => notes));
  const cut = recordings.filter(({ complete }) => !complete);
  const seen = recordings.filter(({ objectsMs, durationMs }) => objectsMs < durationMs * 0.9);
  if (seen.length > 0) {
    const part = Math.max(...seen.map(({ objectsMs }) => objectsMs)) / 1000;
    own.add(
      part === 0
        ? 'Objects were not seen: the program was ended before they were read out, after 10 s. A program that ends by itself is read out at its end; --for reads out in time.'
        : `Of ${seen.length} threads objects were seen for the first ${part.toFixed(1)} s only, when they were read out last.`,
    );
  }
  if (cut.length > 0) {
    own.add(
      `${cut.length} of ${recordings.length} threads were watched up to their last recording, at most some seconds before their end.`,
    );
  }
  return [...own];
}

/** The report's figures as sentences, for the terminal and the page alike. */
import { formatBytes, formatPercent, formatTally, formatTime } from '../../report/format.ts';
import type {
  Advice,
  AdviceVerdict,
  ConnectionAdvice,
  GcAdvice,
  Place,
  Program,
  Saving,
  SiteAdvice,
  SizeBand,
  Watching,
} from '../advice.ts';

const LIFETIMES = { short: 'short-lived', long: 'long-lived', mixed: 'some short-lived, some not' } as const;
/** Below this part of the processor time, collections are nothing to worry about. */
const SMALL_GC_SHARE = 0.02;
/** Threads that a line names. */
const MOST_THREADS = 3;

/** What all that is to be pooled saves together. */
export interface Totals {
  readonly sites: number;
  readonly cpuMs: number;
  readonly cpuShare: number;
  readonly gcMs: number;
  readonly bytesPerSecond: number;
}

/** Whether something is to be done. */
export function isToDo({ verdict }: { readonly verdict: AdviceVerdict }): boolean {
  return verdict !== 'leave it';
}

/** Adds the savings of the sites where something is to be done. */
export function totalsOf({ sites }: Advice): Totals {
  const changed = sites.filter(isToDo);
  const sum = (of: (saving: Saving) => number): number =>
    changed.reduce((total, { saving }) => total + (saving === null ? 0 : of(saving)), 0);
  return {
    sites: changed.length,
    cpuMs: sum(({ cpuMs }) => cpuMs),
    cpuShare: sum(({ cpuShare }) => cpuShare),
    gcMs: sum(({ gcMs }) => gcMs),
    bytesPerSecond: sum(({ bytesPerSecond }) => bytesPerSecond),
  };
}

export function programText({ end, seconds, cpuMs, processes }: Program): string {
  const threads = processes.reduce((sum, process) => sum + process.threads, 0);
  return [
    `${endText(end)} after ${formatMs(seconds * 1e3)}`,
    `${formatMs(cpuMs)} of CPU`,
    `${counted(processes.length, 'process', 'processes')}, ${counted(threads, 'thread', 'threads')}`,
  ].join('; ');
}

function endText(end: Program['end']): string {
  if (end === null) return 'still running';
  if (end.signal !== null) return `ended by ${end.signal}`;
  return end.code === null ? 'ended' : `exit code ${end.code}`;
}

export function gcText({ count, totalMs, cpuShare, longestMs, externalShare }: GcAdvice): string {
  if (count === 0) return 'no collections';
  return [
    `${counted(count, 'collection', 'collections')}, ${formatMs(totalMs)}, ${formatPercent(cpuShare)} of CPU`,
    `longest pause ${formatMs(longestMs)}`,
    ...(externalShare > 0 ? [`${formatPercent(externalShare)} by external memory`] : []),
  ].join('; ');
}

export function watchingText({ mode, cpuShare, samples }: Watching): string {
  const how = mode === 'exact' ? 'every allocation counted' : 'sampled';
  return `cost ${formatPercent(cpuShare)} of CPU; ${how}, ${counted(samples, 'stack', 'stacks')}`;
}

/** What to do, a sentence each; the one sentence that there is nothing to do, if so. */
export function summaryTexts(advice: Advice): string[] {
  const { sites, connections } = advice;
  const totals = totalsOf(advice);
  const texts = [
    ...(totals.sites === 0 ? [] : [poolText(totals, advice.gc)]),
    ...connectionTexts(connections.filter(isToDo)),
  ];
  if (texts.length === 0) return [nothingText(advice)];
  const left = [
    leftText(sites.length, sites.filter(isToDo).length, 'site', 'sites'),
    leftText(connections.length, connections.filter(isToDo).length, 'connection', 'connections'),
  ].filter((text) => text !== '');
  return left.length === 0 ? texts : [...texts, `Leave ${left.join(' and ')} alone.`];
}

function leftText(all: number, toDo: number, one: string, many: string): string {
  const left = all - toDo;
  if (left === 0) return '';
  if (toDo === 0) return counted(left, one, many);
  return left === 1 ? `the other ${one}` : `the other ${counted(left, one, many)}`;
}

function poolText({ sites, cpuMs, cpuShare, gcMs, bytesPerSecond }: Totals, gc: GcAdvice): string {
  const gcShare = gc.totalMs > 0 ? ` (${formatPercent(Math.min(1, gcMs / gc.totalMs))} of it)` : '';
  const saved = `${formatPercent(cpuShare)} of CPU (${formatMs(cpuMs)})`;
  return `Pool ${counted(sites, 'site', 'sites')}: saves about ${saved}, ${formatMs(gcMs)} of GC${gcShare}, and ${formatBytes(bytesPerSecond)}/s of allocation.`;
}

function connectionTexts(connections: readonly ConnectionAdvice[]): string[] {
  const texts = [...new Set(connections.map((it) => it.verdict))];
  return texts.map((text) => {
    const own = connections.filter((it) => it.verdict === text);
    const addresses = [...new Set(own.map(({ address }) => address))];
    const savedMs = own.reduce((sum, { waitSavedMs }) => sum + waitSavedMs, 0);
    return `${capital(text)} for ${listed(addresses)}: saves about ${formatMs(savedMs)} of waiting.`;
  });
}

/** Why nothing to do is good news, as far as it is. */
function nothingText({ gc, program, sites, watching }: Advice): string {
  if (program.processes.length === 0) return 'No process of Node.js was seen, so there is nothing to advise.';
  const nothing = 'Nothing here is worth pooling.';
  if (watching.samples === 0) {
    return `${nothing} The program allocated too little to be seen. If it was idle, run it again under its usual load; otherwise this is a fine result: there is nothing to reuse.`;
  }
  if (gc.cpuShare < SMALL_GC_SHARE) {
    return `${nothing} GC took ${formatPercent(gc.cpuShare)} of CPU: V8 makes and frees what this program allocates for less than a pool would cost. That is a fine result: code without pools is simpler.`;
  }
  const why = sites.length === 0 ? 'no site allocates enough to matter by itself' : 'the reasons stand below';
  return `${nothing} GC took ${formatPercent(gc.cpuShare)} of CPU, but reuse would not lower it: ${why}. That is a fine result too: code without pools is simpler.`;
}

/** `src/frames.ts:42:18`, as editors and terminals link it. */
export function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

/** Where in the code, with the function. */
export function fullPlaceText(place: Place): string {
  return place.functionName === '' ? placeText(place) : `${place.functionName} ${placeText(place)}`;
}

/** `12.0 k/s (361 k)`, or what there was in all where it is too seldom for a rate. */
export function countText(countPerSecond: number, count: number): string {
  if (countPerSecond < 1) return `${formatTally(count)} in all`;
  return `${formatTally(countPerSecond)}/s (${formatTally(count)})`;
}

export function bytesText(bytesPerSecond: number, bytes: number): string {
  return `${formatBytes(bytesPerSecond)}/s (${formatBytes(bytes)})`;
}

export function threadsText(threads: readonly string[]): string {
  const more = threads.length - MOST_THREADS;
  const named = threads.slice(0, more > 1 ? MOST_THREADS : threads.length).join(', ');
  return more > 1 ? `${named} and ${more} more` : named;
}

/** `16–64 KiB` without needless digits: sizes of buffers are round. */
export function bandText({ fromBytes, toBytes }: SizeBand): string {
  const to = formatSize(toBytes);
  const from = formatSize(fromBytes);
  return from === to ? to : `${from}–${to}`;
}

/** From the smallest to the largest. */
export function rangeText(sizes: readonly SizeBand[]): string {
  const [first] = sizes;
  const last = sizes.at(-1);
  if (first === undefined || last === undefined) return 'unknown';
  return bandText({ fromBytes: first.fromBytes, toBytes: last.toBytes, share: 1 });
}

export function formatSize(bytes: number): string {
  return formatRound(formatBytes(bytes));
}

/** A figure that is round without its zeros: `64.0 KiB` as `64 KiB`. */
export function formatRound(figure: string): string {
  return figure.replace(/\.0+ /, ' ');
}

/** The band that most allocations fall into. */
export function fullestBand(sizes: readonly SizeBand[]): SizeBand | undefined {
  return sizes.reduce<SizeBand | undefined>(
    (best, band) => (best === undefined || band.share > best.share ? band : best),
    undefined,
  );
}

/** How long what a site allocates lives, and how many are held. */
export function lifetimeText({
  lifetime,
  heldAtATime,
}: Pick<SiteAdvice, 'lifetime' | 'heldAtATime'>): string {
  const { kind, medianMs, followed, aliveShare } = lifetime;
  const held = heldAtATime === null ? [] : [heldText(heldAtATime)];
  if (kind === 'unknown') {
    return [`unknown: of ${formatTally(followed)} followed, too few ended to tell`, ...held].join('; ');
  }
  return [
    LIFETIMES[kind],
    ...(medianMs === null ? [] : [`half are gone within ${formatRound(formatMs(medianMs))}`]),
    ...(aliveShare > 0 ? [`${formatPercent(aliveShare)} alive at the end`] : []),
    ...held,
  ].join('; ');
}

function heldText(held: number): string {
  return held < 1
    ? 'less than one held at a time'
    : `about ${formatTally(Number(held.toPrecision(2)))} held at a time`;
}

/** What is saved over the run. */
export function savingText({ cpuMs, cpuShare, gcMs, bytesPerSecond }: Saving): string {
  return `${formatPercent(cpuShare)} of CPU (${formatMs(cpuMs)}), ${formatMs(gcMs)} of GC, ${formatBytes(bytesPerSecond)}/s of allocation`;
}

/** Without a sign: what is lost has a name of its own beside it. */
export function operationSavingText({ nsPerOperation, gcNsPerOperation }: Saving): string {
  if (nsPerOperation < 0) return `${formatTime(-nsPerOperation)} an operation`;
  return `${formatTime(nsPerOperation)} an operation, ${formatTime(gcNsPerOperation)} of it GC`;
}

/** How long connecting takes, and how long what was connected stays. */
export function connectionTimesText({ connectMs, openMs, mostOpen }: ConnectionAdvice): string {
  return [
    connectMs === null ? 'none was made' : `${formatMs(connectMs)} to connect`,
    ...(openMs === null ? [] : [`open for ${formatMs(openMs)}`]),
    `at most ${formatTally(mostOpen)} open at a time`,
  ].join(', ');
}

/** What is not listed. */
export function othersText({ others }: Advice): string | null {
  const { sites, count, bytes } = others;
  if (sites === 0) return null;
  return `Not listed: ${counted(sites, 'site', 'sites')} of less than a thousandth of all bytes each, together ${counted(count, 'allocation', 'allocations')} of ${formatBytes(bytes)}.`;
}

export function formatMs(ms: number): string {
  return ms === 0 ? '0 s' : formatTime(ms * 1e6);
}

function counted(count: number, one: string, many: string): string {
  return `${formatTally(count)} ${count === 1 ? one : many}`;
}

/** `a, b and 3 more` */
function listed(names: readonly string[]): string {
  if (names.length > 3) return `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

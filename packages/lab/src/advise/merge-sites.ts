/**
 * Stacks of all threads as sites: what is allocated at one place is one site, whoever called and wherever it ran.
 *
 * The place is the nearest frame of the program; where there is none, as in a read that the event loop began, the
 * nearest one of Node's own. What Node's function was called there stands in the name: `fs.readFileSync`.
 */
import { fileURLToPath } from 'node:url';
import type {
  ByteSiteRecord,
  FrameRecord,
  LifetimeRecord,
  ObjectSiteRecord,
  Recording,
} from '#recorder/recording';

const BUILT_IN = 'v8:';
const CALLERS = 3;
const EVENT_LOOP = /^node:internal\/(process|timers)/;

/** In the place of a file, where there was no stack. */
export const UNKNOWN_FILE = 'unknown';
const UNKNOWN: Frame = { file: UNKNOWN_FILE, functionName: '', line: 0, column: 0, isNode: false };

/** A position, before source maps; `file` is a path. */
export interface Frame extends FrameRecord {
  readonly isNode: boolean;
}

/** A stack in its parts. */
interface Stack {
  readonly builtIn: string | null;
  /** Node's own frames, the nearest first. */
  readonly node: readonly Frame[];
  /** The program's, the nearest first; Node's where there are none. */
  readonly own: readonly Frame[];
}

/** What all kinds of sites have. */
export interface Located {
  readonly frame: Frame;
  readonly callers: readonly Frame[];
  readonly threads: readonly string[];
}

export interface MergedByteSite extends Located {
  readonly what: string;
  /** Node's function that the program called, with its module: `node:fs readFileSync`; null where it called none. */
  readonly nodeFunction: string | null;
  /** Node's frames between the allocation and the program, by module and function, the nearest first. */
  readonly nodeFrames: readonly string[];
  readonly samples: number;
  readonly count: number;
  readonly bytes: number;
  readonly sizes: readonly (readonly [bytes: number, count: number])[];
  readonly lifetime: LifetimeRecord;
}

export interface MergedObjectSite extends Located {
  readonly builtIn: string | null;
  readonly nodeFunction: string | null;
  /** Bytes of all samples. */
  readonly bytes: number;
  readonly raw: ObjectSiteRecord['raw'];
}

export interface MergedConnections extends Located {
  readonly address: string;
  readonly tls: boolean;
  readonly http: boolean;
  readonly count: number;
  readonly mostOpen: number;
  readonly connectMs: readonly number[];
  readonly openMs: readonly number[];
}

/** What of one site comes from one stack of one thread. */
interface Part<R> {
  readonly record: R;
  readonly stack: Stack;
  readonly thread: string;
}

export function mergeByteSites(recordings: readonly Recording[]): MergedByteSite[] {
  const groups = group(
    recordings,
    ({ byteSites }) => byteSites,
    ({ record, stack }) => `${record.what} ${nodeFunction(stack)} ${keyOf(stack.own[0])}`,
    true,
  );
  return groups.map((parts) => {
    const [first] = parts;
    return {
      ...locate(parts, ({ bytes }) => bytes),
      what: first.record.what,
      nodeFunction: nodeFunction(first.stack),
      nodeFrames: first.stack.node.map(({ file, functionName }) => `${file} ${functionName}`),
      samples: sum(parts, ({ samples }) => samples),
      count: sum(parts, ({ count }) => count),
      bytes: sum(parts, ({ bytes }) => bytes),
      sizes: mergeSizes(parts.map(({ record }) => record)),
      lifetime: mergeLifetimes(parts.map(({ record }) => record.lifetime)),
    };
  });
}

export function mergeObjectSites(recordings: readonly Recording[]): MergedObjectSite[] {
  const groups = group(
    recordings,
    ({ objectSites }) => objectSites,
    ({ stack }) => `${stack.builtIn} ${nodeFunction(stack)} ${keyOf(stack.own[0])}`,
    false, // the code is gone, and nobody knows where it was
  );
  return groups.map((parts) => {
    const [first] = parts;
    return {
      ...locate(parts, bytesOf),
      builtIn: first.stack.builtIn,
      nodeFunction: nodeFunction(first.stack),
      bytes: sum(parts, bytesOf),
      raw: parts.flatMap(({ record }) => record.raw),
    };
  });
}

/** The place of a connection is the nearest frame that is no library's: who uses a client, rather than the client. */
export function mergeConnections(recordings: readonly Recording[]): MergedConnections[] {
  const groups = group(
    recordings,
    ({ connections }) => connections,
    ({ record, stack }) => `${record.address} ${record.tls} ${keyOf(userFrame(stack))}`,
    true,
  );
  return groups.map((parts) => {
    const [{ record, stack }] = parts;
    const frame = userFrame(stack);
    return {
      frame,
      callers: stack.own.filter((other) => other !== frame).slice(0, CALLERS),
      threads: threadsOf(parts),
      address: record.address,
      tls: record.tls,
      http: parts.some((part) => part.record.http),
      count: sum(parts, ({ count }) => count),
      mostOpen: sum(parts, ({ mostOpen }) => mostOpen),
      connectMs: addCounts(parts.map((part) => part.record.connectMs)),
      openMs: addCounts(parts.map((part) => part.record.openMs)),
    };
  });
}

/** Entries of histograms, added. */
export function addCounts(all: readonly (readonly number[])[]): number[] {
  const length = Math.max(0, ...all.map((counts) => counts.length));
  return Array.from({ length }, (_, i) => all.reduce((total, counts) => total + (counts[i] ?? 0), 0));
}

/** Names a thread: `main`, `worker 2`, and its process where there are several. */
function threadName({ pid, threadId }: Recording, processes: number): string {
  const thread = threadId === 0 ? 'main' : `worker ${threadId}`;
  if (processes === 1) return thread;
  return threadId === 0 ? `pid ${pid}` : `pid ${pid} ${thread}`;
}

function group<R extends { readonly stack: readonly number[] }>(
  recordings: readonly Recording[],
  records: (recording: Recording) => readonly R[],
  key: (part: Part<R>) => string,
  keepUnknown: boolean,
): [Part<R>, ...Part<R>[]][] {
  const processes = new Set(recordings.map(({ pid }) => pid)).size;
  const groups = new Map<string, [Part<R>, ...Part<R>[]]>();
  for (const recording of recordings) {
    const thread = threadName(recording, processes);
    const frames = recording.frames.map(cleanFrame);
    for (const record of records(recording)) {
      const stack = partsOf(record.stack.map((index) => frames[index] as Frame));
      if (stack.own.length === 0 && !keepUnknown) continue;
      const part = { record, stack, thread };
      const found = groups.get(key(part));
      if (found === undefined) groups.set(key(part), [part]);
      else found.push(part);
    }
  }
  return [...groups.values()];
}

function cleanFrame(frame: FrameRecord): Frame {
  const file = frame.file.startsWith('file:') ? pathOf(frame.file) : frame.file;
  return { ...frame, file, isNode: file.startsWith('node:') };
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
}

function partsOf(frames: readonly Frame[]): Stack {
  const builtIn = frames[0]?.file === BUILT_IN ? (frames[0].functionName ?? null) : null;
  const known = frames.filter(({ file }) => file !== BUILT_IN && file !== '');
  const node = known.filter(({ isNode }) => isNode);
  const own = known.filter(({ isNode }) => !isNode);
  return { builtIn, node, own: own.length > 0 ? own : node };
}

/** Where the program waits for Node, the event loop called and not the program: the nearest function says what it was. */
function nodeFunction({ node, own }: Stack): string | null {
  const last = node.at(-1);
  const called = last !== undefined && EVENT_LOOP.test(last.file) ? node[0] : last;
  if (called === undefined || own[0]?.isNode === true || called.functionName === '') return null;
  return `${called.file} ${called.functionName}`;
}

function userFrame({ own }: Stack): Frame {
  return own.find(({ file }) => !file.includes('node_modules')) ?? own[0] ?? UNKNOWN;
}

function keyOf(frame: Frame | undefined): string {
  if (frame === undefined) return '';
  const { file, line, column, functionName } = frame;
  return line === 0 ? `${file} ${functionName}` : `${file}:${line}:${column}`;
}

function locate<R>(parts: readonly Part<R>[], weight: (record: R) => number): Located {
  const heaviest = parts.reduce((a, b) => (weight(b.record) > weight(a.record) ? b : a));
  const [frame = UNKNOWN, ...callers] = heaviest.stack.own;
  return { frame, callers: callers.slice(0, CALLERS), threads: threadsOf(parts) };
}

function threadsOf<R>(parts: readonly Part<R>[]): string[] {
  return [...new Set(parts.map(({ thread }) => thread))];
}

function sum<R>(parts: readonly Part<R>[], of: (record: R) => number): number {
  return parts.reduce((total, { record }) => total + of(record), 0);
}

function bytesOf({ raw }: ObjectSiteRecord): number {
  return raw.reduce((total, [, told, samples]) => total + told * samples, 0);
}

function mergeSizes(records: readonly ByteSiteRecord[]): (readonly [number, number])[] {
  const sizes = new Map<number, number>();
  for (const [bytes, count] of records.flatMap((record) => record.sizes)) {
    sizes.set(bytes, (sizes.get(bytes) ?? 0) + count);
  }
  return [...sizes].sort(([a], [b]) => a - b);
}

function mergeLifetimes(all: readonly LifetimeRecord[]): LifetimeRecord {
  const add = (of: (record: LifetimeRecord) => number): number =>
    all.reduce((total, record) => total + of(record), 0);
  return {
    followed: add(({ followed }) => followed),
    diedAtFirst: add(({ diedAtFirst }) => diedAtFirst),
    diedAtSecond: add(({ diedAtSecond }) => diedAtSecond),
    diedLater: add(({ diedLater }) => diedLater),
    aliveUntouched: add(({ aliveUntouched }) => aliveUntouched),
    aliveAfterOne: add(({ aliveAfterOne }) => aliveAfterOne),
    aliveAfterMore: add(({ aliveAfterMore }) => aliveAfterMore),
    agesMs: addCounts(all.map(({ agesMs }) => agesMs)),
  };
}

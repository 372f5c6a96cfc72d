/**
 * What `rockpool advise` says of a program: where it allocates, what reuse would save there, and what to do. This is
 * the report that `--json` writes (`advice.schema.json`), and what the terminal and the page show.
 *
 *     recordings ─► sites, merged ─► calibration ─► Advice ─► terminal, page, JSON
 */
import type { Machine } from '../machine.ts';

/** Version of this format. */
export const ADVICE_VERSION = 1;

/** The whole report. All numbers are finite; a saving below 0 is a loss. */
export interface Advice {
  readonly schema: 'rockpool-advice';
  readonly version: typeof ADVICE_VERSION;
  /** ISO 8601. */
  readonly date: string;
  /** What was run, as typed. */
  readonly command: string;
  readonly machine: Machine;
  readonly program: Program;
  readonly gc: GcAdvice;
  readonly watching: Watching;
  /** The largest saving first, then what is left alone, the most bytes first. */
  readonly sites: readonly SiteAdvice[];
  /** The most connections first. */
  readonly connections: readonly ConnectionAdvice[];
  /** Sites that are not listed, since they allocate less than one part in a thousand. */
  readonly others: { readonly sites: number; readonly count: number; readonly bytes: number };
  /** What a reader must know to judge the figures: what was not seen, what was lost. */
  readonly notes: readonly string[];
}

/** The program, all its processes and threads together. */
export interface Program {
  /** How it ended; null: it was still running. */
  readonly end: { readonly code: number | null; readonly signal: string | null } | null;
  /** From the start of the first process to the end of the last. */
  readonly seconds: number;
  /** Processor time, user and system. */
  readonly cpuMs: number;
  readonly processes: readonly ProcessFacts[];
}

/** One process. */
export interface ProcessFacts {
  readonly pid: number;
  /** Its script and arguments. */
  readonly title: string;
  readonly node: string;
  readonly seconds: number;
  readonly cpuMs: number;
  /** Threads that were watched, the main one included. */
  readonly threads: number;
  /** False: it left what it had written before its end, up to a few seconds earlier. */
  readonly complete: boolean;
}

/** Collections of all threads. */
export interface GcAdvice {
  readonly count: number;
  readonly totalMs: number;
  readonly longestMs: number;
  /** `totalMs` over `Program.cpuMs`. */
  readonly cpuShare: number;
  readonly kinds: Readonly<Record<'minor' | 'major' | 'incremental' | 'weakcb', GcKindAdvice>>;
  /** Part of `totalMs` that came about for memory outside of the heap (buffers): 0 to 1. */
  readonly externalShare: number;
  /** Pauses by length: how many lasted from `fromMs` to below `toMs`. */
  readonly pauses: readonly { readonly fromMs: number; readonly toMs: number; readonly count: number }[];
}

export interface GcKindAdvice {
  readonly count: number;
  readonly totalMs: number;
  readonly longestMs: number;
}

/** What the watching cost, as measured while it went on. */
export interface Watching {
  readonly mode: 'sampled' | 'exact';
  /** Part of the program's processor time: 0 to 1. */
  readonly cpuShare: number;
  /** Its parts, by name, in ms. */
  readonly parts: Readonly<Record<string, number>>;
  /** Stacks that were taken. */
  readonly samples: number;
}

/** A position in a source file; through source maps where there are any. */
export interface Place {
  /** Path, relative to the working directory where it lies below it; `node:…` for Node's own. */
  readonly file: string;
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Of the function; empty for the top level of a module. */
  readonly functionName: string;
  /** The line itself, trimmed; null where the file cannot be read. */
  readonly source: string | null;
}

/** How many allocations were how large. */
export interface SizeBand {
  readonly fromBytes: number;
  /** Inclusive. */
  readonly toBytes: number;
  /** Part of all allocations of the site: 0 to 1. */
  readonly share: number;
}

/** How long what a site allocates lives. */
export interface Lifetime {
  /**
   * `short`: most of it is gone at the first full collection after it was made. `long`: most of it outlives two of
   * them, or is still alive at the end. `mixed`: neither. `unknown`: too few ended to tell.
   */
  readonly kind: 'short' | 'long' | 'mixed' | 'unknown';
  /** Upper bound of the median age at death, in ms; null where nothing died. */
  readonly medianMs: number | null;
  /** How many were followed. */
  readonly followed: number;
  /** Of those that are known to have seen a full collection, the part that was alive at the end: 0 to 1. */
  readonly aliveShare: number;
}

/** What to do. */
export type AdviceVerdict = 'pool it' | 'leave it' | 'use a resource pool' | 'use an agent';

/** Why, in one word; the sentence stands beside it. */
export type AdviceReason =
  | 'pays'
  | 'few'
  | 'small'
  | 'long-lived'
  | 'complex'
  | 'no-seam'
  | 'no-gain'
  | 'connections';

/** What reuse would save at a site. Estimates, from a calibration on this machine. */
export interface Saving {
  /** Per allocation, collections included. */
  readonly nsPerOperation: number;
  /** Of that, in collections. */
  readonly gcNsPerOperation: number;
  /** Over the run. */
  readonly cpuMs: number;
  /** Part of the program's processor time: 0 to 1. */
  readonly cpuShare: number;
  readonly gcMs: number;
  /** Bytes a second that would not be allocated. */
  readonly bytesPerSecond: number;
}

/** One allocation site. */
export interface SiteAdvice {
  /** `bytes`: Buffers, ArrayBuffers, typed arrays. `objects`: what lies in the heap. */
  readonly kind: 'bytes' | 'objects';
  /** What is allocated, as a reader would find it: `Buffer.alloc`, `new Float64Array`, `new Order`, `{…}`. */
  readonly what: string;
  readonly place: Place;
  /** Who called, the nearest first; at most three. */
  readonly callers: readonly Place[];
  /** The npm package that the place lies in; null for the program's own code. */
  readonly library: string | null;
  /** Where it ran: `main`, `worker 3`, `pid 4711`. */
  readonly threads: readonly string[];
  readonly count: number;
  readonly countPerSecond: number;
  readonly bytes: number;
  readonly bytesPerSecond: number;
  /** Smallest first. Shares add up to 1. */
  readonly sizes: readonly SizeBand[];
  readonly lifetime: Lifetime;
  /** How many are alive at a time, estimated; null where that is unknown. */
  readonly heldAtATime: number | null;
  readonly verdict: AdviceVerdict;
  readonly reason: AdviceReason;
  /** One or two sentences, with the figures that decided. */
  readonly because: string;
  /** Null where nothing was estimated. */
  readonly saving: Saving | null;
  /** The part of Rockpool: `ByteBufAllocator`, `Pool`, `rockpool/compat/msgpackr`; null where it is left. */
  readonly use: string | null;
  /** A few lines of TypeScript; null where it is left. */
  readonly snippet: string | null;
  /** Stacks that the figures rest on. */
  readonly samples: number;
}

/** Connections that the program makes to one address from one place. */
export interface ConnectionAdvice {
  readonly place: Place;
  readonly callers: readonly Place[];
  /** The npm package that connects; null: the program itself. */
  readonly library: string | null;
  /** `host:port` or a path. */
  readonly address: string;
  readonly tls: boolean;
  readonly count: number;
  readonly countPerSecond: number;
  /** Most that were open at a time. */
  readonly mostOpen: number;
  /** Median time from the call to a connection, in ms; null where none was made. */
  readonly connectMs: number | null;
  /** Median time that a connection was open, in ms; null where none was closed. */
  readonly openMs: number | null;
  readonly verdict: AdviceVerdict;
  readonly reason: AdviceReason;
  readonly because: string;
  /** Time that the program's users would not wait, over the run, in ms. */
  readonly waitSavedMs: number;
  readonly use: string | null;
  readonly snippet: string | null;
}

/**
 * What parent and child say to each other: a job goes in, one measurement or one failure comes out, both as JSON
 * over the IPC channel.
 */
import type { History } from '../history.ts';
import type { GcFigures } from './gc-watch.ts';
import type { LatencyFigures } from './latency-pass.ts';
import type { MemoryFigures } from './memory-watch.ts';

/** One case of one round. */
export interface Job {
  readonly experiment: string;
  readonly comparison: string;
  readonly case: string;
  readonly times: PhaseTimes;
  /** Whether the process is to serve its metrics while it runs, for the live page. */
  readonly watched?: boolean;
}

/** How long each phase of a case lasts. */
export interface PhaseTimes {
  readonly warmUpMs: number;
  readonly throughputMs: number;
  readonly latencyMs: number;
  readonly allocationMs: number;
}

/** What one case gave in one round. */
export interface Measurement {
  /** Operations of the throughput phase. */
  readonly operations: number;
  /** Wall time of the throughput phase, collections and event-loop turns included. */
  readonly wallMs: number;
  readonly nsPerOperation: number;
  /** Bytes of useful result per operation; null where the workload does not say. */
  readonly payloadBytesPerOperation: number | null;
  /** Bytes allocated in the JavaScript heap; null where it is not measured (self-timed work). */
  readonly heapBytesPerOperation: number | null;
  /** Bytes of ArrayBuffers allocated outside the heap; null where every attempt was cut by a collection. */
  readonly externalBytesPerOperation: number | null;
  /** Collections during the throughput phase; null for self-timed work, whose preparation collects too. */
  readonly gc: GcFigures | null;
  readonly latency: LatencyFigures;
  readonly memory: MemoryFigures;
  readonly facts: Readonly<Record<string, number>>;
  /** Null where the workload watched nothing. */
  readonly history: History | null;
  /** Depends on every operation that ran; proves that none was optimised away. */
  readonly sink: number;
}

/** Before the answer: where a watched child serves its metrics. */
export interface WatchNote {
  readonly url: string;
}

/** The child's answer. */
export type Answer =
  | { readonly ok: true; readonly measurement: Measurement }
  | { readonly ok: false; readonly message: string };

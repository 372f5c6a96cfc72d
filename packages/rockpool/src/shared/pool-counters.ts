/**
 * What a worker counts: plain fields, and now and then, on paths that are slow anyhow, a copy in the worker's line of the
 * control memory, where the others read it. A copy may be old, and torn between two fields; nothing is decided by it.
 */
import type { Counters } from './shared-stats.ts';

const FIELDS = [
  'acquired',
  'refills',
  'ownShelf',
  'fresh',
  'stolen',
  'scanned',
  'flushes',
  'exhausted',
  'staleHints',
  'sent',
  'received',
  'undeliverable',
] as const satisfies readonly (keyof Counters)[];

/** One worker's counters, as many as fit a line. They wrap at 2^32. */
export class PoolCounters implements Counters {
  acquired = 0;
  refills = 0;
  ownShelf = 0;
  fresh = 0;
  stolen = 0;
  scanned = 0;
  flushes = 0;
  exhausted = 0;
  staleHints = 0;
  sent = 0;
  received = 0;
  undeliverable = 0;

  /** Copies them to the worker's own line; plain writes, as it alone writes there. */
  publish(words: Int32Array, line: number): void {
    words[line] = this.acquired;
    words[line + 1] = this.refills;
    words[line + 2] = this.ownShelf;
    words[line + 3] = this.fresh;
    words[line + 4] = this.stolen;
    words[line + 5] = this.scanned;
    words[line + 6] = this.flushes;
    words[line + 7] = this.exhausted;
    words[line + 8] = this.staleHints;
    words[line + 9] = this.sent;
    words[line + 10] = this.received;
    words[line + 11] = this.undeliverable;
  }
}

/** What a worker published last. */
export function readCounters(words: Int32Array, line: number): Counters {
  const counters = new PoolCounters();
  FIELDS.forEach((field, index) => {
    counters[field] = (words[line + index] as number) >>> 0;
  });
  return counters;
}

/** Adds `from` to `to`. */
export function addCounters(to: PoolCounters, from: Counters): void {
  for (const field of FIELDS) to[field] += from[field];
}

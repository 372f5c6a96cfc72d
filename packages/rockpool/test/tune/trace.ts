/** Recorded allocations of an order gateway (`packages/lab/scripts/record-trace.mjs` has the format), and their replay. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { ByteBuf, ByteBufAllocator } from '../../src/index.ts';
import { missCostNs } from '../../src/tune/budget-plan.ts';

/** 0: a hundredth of a second has passed; 2·bytes + 2: a buffer; 2·index + 1: the release of a live one. */
export type Trace = readonly number[];

/** A recorded trace. */
export function readTrace(name: string): Trace {
  const bytes = gunzipSync(readFileSync(new URL(`./traces/${name}.trace.gz`, import.meta.url)));
  const events: number[] = [];
  let [value, unit] = [0, 1];
  for (const byte of bytes) {
    value += (byte & 127) * unit;
    unit *= 128;
    if (byte < 128) {
      events.push(value);
      [value, unit] = [0, 1];
    }
  }
  return events;
}

/** So many hundredths of a second of a trace, from one on, as a trace that begins and ends with nothing live. */
export function excerpt(trace: Trace, from: number, count: number): Trace {
  const events: number[] = [];
  /** Of all that are live, those that the excerpt has seen the beginning of. */
  const live: boolean[] = [];
  let at = 0;
  for (const event of trace) {
    const inside = at >= from && at < from + count;
    if (event === 0) {
      at++;
      if (inside) events.push(0);
    } else if (event % 2 === 0) {
      live.push(inside);
      if (inside) events.push(event);
    } else {
      const index = (event - 1) / 2;
      const [known] = live.splice(index, 1);
      if (known) events.push(2 * live.slice(0, index).filter(Boolean).length + 1);
    }
  }
  return events;
}

/** What a pair of a hit costs, in nanoseconds. */
const HIT_NS = 9;

/** What a replay came to. */
export interface Replay {
  readonly allocations: number;
  readonly hits: number;
  /** Time that hits and misses take by the tuner's own costs, in milliseconds. */
  readonly costMs: number;
  readonly mostCachedBytes: number;
}

/**
 * Replays a trace.
 *
 * @param onHundredth called at each hundredth of a second
 * @param skip hundredths of a second that are not counted: what a cache is filled in
 */
export function replay(
  trace: Trace,
  allocator: ByteBufAllocator,
  onHundredth: (at: number) => void = () => {},
  skip = 200,
): Replay {
  const live: ByteBuf[] = [];
  let before = allocator.stats();
  let [at, most] = [0, 0];
  for (const event of trace) {
    if (event === 0) {
      onHundredth(++at);
      if (at === skip) before = allocator.stats();
      if (at % 10 === 0 && at >= skip) most = Math.max(most, allocator.stats().cachedBytes);
    } else if (event % 2 === 0) {
      live.push(allocator.buffer((event - 2) / 2));
    } else {
      const [buf] = live.splice((event - 1) / 2, 1);
      buf?.release();
    }
  }
  const after = allocator.stats();
  for (const buf of live) buf.release();
  const missed = new Map(before.sizeClasses.map(({ blockBytes, misses }) => [blockBytes, misses]));
  let ns = HIT_NS * (after.allocations - before.allocations);
  for (const { blockBytes, misses } of after.sizeClasses) {
    ns += missCostNs(blockBytes) * (misses - (missed.get(blockBytes) ?? 0));
  }
  return {
    allocations: after.allocations - before.allocations,
    hits: after.hits - before.hits,
    costMs: ns / 1e6,
    mostCachedBytes: most,
  };
}

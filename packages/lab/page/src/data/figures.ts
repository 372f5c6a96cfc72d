/** A snapshot as values of lines, by key, and what the tiles tell of rates. */
import type { Snapshot } from '@rockpool/metrics';
import { ratio } from '../format.ts';
import type { Deltas } from './deltas.ts';
import { Labels, sourcesOf } from './sources.ts';

/** Rates since the snapshot before; undefined where there was none, or nothing was asked. */
export interface Rates {
  readonly hitRate: number | undefined;
  readonly hitRateEver: number | undefined;
  readonly allocationsPerS: number | undefined;
}

/** How latencies of resource pools begin. */
export const WAIT = 'wait for ';

/** Values of lines. Null: nothing to say at this moment. */
export type Values = Map<string, number | null>;

/** Sums over all allocators. */
export interface BufferBytes {
  readonly inUse: number;
  readonly asked: number;
  readonly cached: number;
  readonly maxCached: number;
  readonly reserved: number;
  readonly chunks: number;
}

/** Adds up the allocators. */
export function bufferBytes({ allocators }: Snapshot): BufferBytes {
  const sum = { inUse: 0, asked: 0, cached: 0, maxCached: 0, reserved: 0, chunks: 0 };
  for (const it of allocators) {
    sum.inUse += it.activeBlockBytes;
    sum.asked += it.activeBytes;
    sum.cached += it.cachedBytes;
    sum.maxCached += it.maxCachedBytes;
    sum.reserved += it.reservedBytes;
    sum.chunks += it.arena.chunks.active;
  }
  return sum;
}

/**
 * Rates of all sources, and a line `hit/…` for each.
 *
 * @param seconds since the snapshot before; 0 where there is none
 */
export function rates(snapshot: Snapshot, deltas: Deltas, seconds: number, values: Values): Rates {
  const sum = { hits: 0, requests: 0, hitsEver: 0, requestsEver: 0 };
  const grown = { allocator: { requests: 0, made: 0 }, pool: { requests: 0, made: 0 } };
  for (const { key, kind, hits, requests, made } of sourcesOf(snapshot)) {
    sum.hitsEver += hits;
    sum.requestsEver += requests;
    const [newHits, newRequests] = [deltas.of(`hits/${key}`, hits), deltas.of(`requests/${key}`, requests)];
    const newMade = deltas.of(`made/${key}`, made);
    const known = newHits !== undefined && newRequests !== undefined;
    values.set(`hit/${key}`, known && newRequests > 0 ? (newHits / newRequests) * 100 : null);
    if (!known) continue;
    sum.hits += newHits;
    sum.requests += newRequests;
    grown[kind].requests += newRequests;
    grown[kind].made += newMade ?? 0;
  }
  const perS = (n: number): number | null => (seconds > 0 ? n / seconds : null);
  if (snapshot.allocators.length > 0) {
    values.set('rate/allocations', perS(grown.allocator.requests));
    values.set('rate/arena', perS(grown.allocator.made));
  }
  if (snapshot.pools.length > 0) {
    values.set('rate/gets', perS(grown.pool.requests));
    values.set('rate/created', perS(grown.pool.made));
  }
  return {
    hitRate: ratio(sum.hits, sum.requests),
    hitRateEver: ratio(sum.hitsEver, sum.requestsEver),
    allocationsPerS: perS(grown.allocator.requests) ?? undefined,
  };
}

/** Lines of what needs no snapshot before: bytes, memory, latencies. */
export function levels(snapshot: Snapshot, values: Values): void {
  const { process, latencies, resourcePools, allocators } = snapshot;
  if (allocators.length > 0) {
    const { inUse, cached, reserved } = bufferBytes(snapshot);
    values.set('bytes/in use', inUse);
    values.set('bytes/cached', cached);
    values.set('bytes/reserved', reserved);
  }
  values.set('memory/rss', process.rssBytes);
  values.set('memory/heap', process.heapUsedBytes);
  values.set('memory/external', process.externalBytes);
  const latency = (name: string, count: number, percentiles: readonly number[]): void => {
    percentiles.forEach((ms, i) => {
      values.set(`latency/${name}/${i}`, count > 0 ? ms : null);
    });
  };
  for (const { name, count, p50, p99, p999 } of latencies) latency(name, count, [p50, p99, p999]);
  const labels = new Labels();
  for (const { name, waitMs } of resourcePools) {
    latency(`${WAIT}${labels.of(name)}`, waitMs.count, [waitMs.p50, waitMs.p95, waitMs.p99]);
  }
}

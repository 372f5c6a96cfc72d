/**
 * Shared memory's counters. They are kept a worker, as a worker that leaves takes its counts with it; they wrap at 2^32.
 */
import type { SharedMap, SharedPool, SharedWorkerStats } from 'rockpool';
import type { CounterCell, GaugeCell } from '../cells.ts';
import { LazyCells, type Tables } from '../tables.ts';
import type { Reader } from './reader.ts';

const SOURCES = ['ownShelf', 'fresh', 'stolen', 'scanned', 'exhausted'] as const;
const DIRECTIONS = ['sent', 'received', 'undeliverable'] as const;
const STATES = ['free', 'owned', 'detached', 'shared'] as const;

/** Reads one shared pool. */
export function sharedPoolReader(pool: SharedPool, name: string, tables: Tables): Reader {
  const counter = (metric: string, ...labels: string[]): CounterCell =>
    tables.counter(`shared_${metric}`, name, ...labels);
  const gauge = (metric: string, ...labels: string[]): GaugeCell =>
    tables.gauge(`shared_${metric}`, name, ...labels);
  const acquired = counter('acquired');
  const staleHints = counter('stale_hints');
  const refills = SOURCES.map((source) => [source, counter('refills', source)] as const);
  const messages = DIRECTIONS.map((direction) => [direction, counter('messages', direction)] as const);
  const blocks = new LazyCells((bytes) =>
    STATES.map((state) => [state, gauge('blocks', bytes, state)] as const),
  );
  const slabBytes = gauge('slab_bytes');
  const maxBytes = gauge('max_bytes');
  const channels = gauge('channels');
  const workers = gauge('workers');
  let seen = new Map<number, SharedWorkerStats['counters']>();
  return {
    read() {
      const stats = pool.stats();
      for (const { workerId, counters: now } of stats.workers) {
        const before = seen.get(workerId);
        acquired.add(since(now.acquired, before?.acquired));
        staleHints.add(since(now.staleHints, before?.staleHints));
        for (const [source, cell] of refills) cell.add(since(now[source], before?.[source]));
        for (const [direction, cell] of messages) cell.add(since(now[direction], before?.[direction]));
      }
      seen = new Map(stats.workers.map(({ workerId, counters }) => [workerId, counters]));
      for (const sizeClass of stats.classes) {
        for (const [state, cell] of blocks.of(String(sizeClass.blockBytes))) cell.set(sizeClass[state]);
      }
      slabBytes.set(stats.slabBytes);
      maxBytes.set(stats.maxBytes);
      channels.set(stats.channels);
      workers.set(stats.workers.length);
    },
  };
}

function since(now: number, before = 0): number {
  return (now - before) >>> 0;
}

/** Reads one shared map. */
export function sharedMapReader(map: SharedMap, name: string, tables: Tables): Reader {
  const entries = tables.gauge('shared_map_entries', name);
  const usedBytes = tables.gauge('shared_map_used_bytes', name);
  const capacityBytes = tables.gauge('shared_map_capacity_bytes', name);
  return {
    read() {
      const stats = map.stats();
      entries.set(stats.entries);
      usedBytes.set(stats.usedBytes);
      capacityBytes.set(stats.capacityBytes);
    },
  };
}

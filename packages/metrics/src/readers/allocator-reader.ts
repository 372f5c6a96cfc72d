/** An allocator's counters, its arena's and its cache's. */
import type { ByteBufAllocator, ByteBufAllocatorStats, SizeClassStats } from 'rockpool';
import type { CounterCell, GaugeCell } from '../cells.ts';
import { LazyCells, type Tables } from '../tables.ts';
import type { Reader } from './reader.ts';

/** Reads one allocator. */
export function allocatorReader(allocator: ByteBufAllocator, name: string, tables: Tables): Reader {
  const parts = [totals(name, tables), arena(name, tables), cache(name, tables)];
  return {
    read() {
      const stats = allocator.stats();
      for (const part of parts) part(stats);
    },
  };
}

type Part = (stats: ByteBufAllocatorStats) => void;

function totals(name: string, tables: Tables): Part {
  const counter = (metric: string, ...labels: string[]): CounterCell =>
    tables.counter(`allocator_${metric}`, name, ...labels);
  const gauge = (metric: string): GaugeCell => tables.gauge(`allocator_${metric}`, name);
  const fromCache = counter('allocations', 'cache');
  const fromArena = counter('allocations', 'arena');
  const huge = counter('allocations', 'huge');
  const deallocations = counter('deallocations');
  const trims = counter('trims');
  const trimmedBytes = counter('trimmed_bytes');
  const moved = counter('moved_buffers');
  const movedBytes = counter('moved_bytes');
  const lost = counter('lost_buffers');
  const gauges: readonly (readonly [GaugeCell, (stats: ByteBufAllocatorStats) => number])[] = [
    [gauge('active_buffers'), (s) => s.activeBuffers],
    [gauge('active_bytes'), (s) => s.activeBytes],
    [gauge('active_block_bytes'), (s) => s.activeBlockBytes],
    [gauge('cached_buffers'), (s) => s.cachedBuffers],
    [gauge('cached_bytes'), (s) => s.cachedBytes],
    [gauge('quarantined_bytes'), (s) => s.quarantinedBytes],
    [gauge('huge_bytes'), (s) => s.hugeBytes],
    [gauge('used_bytes'), (s) => s.arena.usedBytes],
    [gauge('reserved_bytes'), (s) => s.reservedBytes],
    [gauge('max_bytes'), (s) => s.maxBytes],
    [gauge('max_cached_bytes'), (s) => s.maxCachedBytes],
    [gauge('max_cached_buffer_bytes'), (s) => s.maxCachedBufferBytes],
    [gauge('trim_interval_allocations'), (s) => s.trimInterval],
    [gauge('internal_fragmentation_ratio'), (s) => s.internalFragmentation],
    [gauge('external_fragmentation_ratio'), (s) => s.externalFragmentation],
  ];
  return (stats) => {
    fromCache.set(stats.hits);
    fromArena.set(stats.misses);
    huge.set(stats.hugeAllocations);
    deallocations.set(stats.deallocations);
    trims.set(stats.trims);
    trimmedBytes.set(stats.trimmedBytes);
    moved.set(stats.movedBuffers);
    movedBytes.set(stats.movedBytes);
    lost.set(stats.lostBuffers);
    for (const [cell, of] of gauges) cell.set(of(stats));
  };
}

function arena(name: string, tables: Tables): Part {
  const counter = (metric: string, ...labels: string[]): CounterCell =>
    tables.counter(`arena_${metric}`, name, ...labels);
  const gauge = (metric: string, ...labels: string[]): GaugeCell =>
    tables.gauge(`arena_${metric}`, name, ...labels);
  const taken = {
    small: counter('block_allocations', 'small'),
    normal: counter('block_allocations', 'normal'),
  };
  const given = {
    small: counter('block_deallocations', 'small'),
    normal: counter('block_deallocations', 'normal'),
  };
  const chunksMade = counter('chunk_allocations');
  const chunksReleased = counter('chunk_deallocations');
  const lists = new LazyCells((list) => ({
    chunks: gauge('chunks', list),
    free: gauge('chunk_free_bytes', list),
  }));
  const slabs = new LazyCells((bytes) => ({
    slabs: gauge('slabs', bytes),
    slots: gauge('slab_slots', bytes),
    free: gauge('slab_free_slots', bytes),
  }));
  const free = gauge('free_bytes');
  const spare = gauge('spare_bytes');
  const largestRun = gauge('largest_free_run_bytes');
  const chunkBytes = gauge('chunk_bytes');
  const pageBytes = gauge('page_bytes');
  return ({ arena: stats }) => {
    for (const kind of ['small', 'normal'] as const) {
      taken[kind].set(stats[kind].allocations);
      given[kind].set(stats[kind].deallocations);
    }
    chunksMade.set(stats.chunks.allocations);
    chunksReleased.set(stats.chunks.deallocations);
    for (const { name: list, chunks } of stats.chunkLists) {
      const cells = lists.of(list);
      cells.chunks.set(chunks.length);
      cells.free.set(chunks.reduce((sum, { freeBytes }) => sum + freeBytes, 0));
    }
    for (const slab of stats.slabs) {
      const cells = slabs.of(String(slab.slotBytes));
      cells.slabs.set(slab.slabs);
      cells.slots.set(slab.slots);
      cells.free.set(slab.freeSlots);
    }
    free.set(stats.freeBytes);
    spare.set(stats.spareBytes);
    largestRun.set(stats.largestFreeRunBytes);
    chunkBytes.set(stats.chunkBytes);
    pageBytes.set(stats.pageBytes);
  };
}

function cache(name: string, tables: Tables): Part {
  const counter = (metric: string, ...labels: string[]): CounterCell =>
    tables.counter(`cache_${metric}`, name, ...labels);
  const gauge = (metric: string, bytes: string): GaugeCell => tables.gauge(`cache_${metric}`, name, bytes);
  const classes = new LazyCells((bytes) => {
    const hits = counter('requests', bytes, 'hit');
    const misses = counter('requests', bytes, 'miss');
    const trimmed = counter('trimmed', bytes);
    const turnedAway = counter('turned_away', bytes);
    const buffers = gauge('buffers', bytes);
    const capacity = gauge('capacity', bytes);
    const maxEntries = gauge('max_entries', bytes);
    const active = gauge('active_buffers', bytes);
    const waste = gauge('waste_bytes', bytes);
    return (stats: SizeClassStats): void => {
      hits.set(stats.hits);
      misses.set(stats.misses);
      trimmed.set(stats.trimmed);
      turnedAway.set(stats.turnedAway);
      buffers.set(stats.cached);
      capacity.set(stats.capacity);
      maxEntries.set(stats.maxEntries);
      active.set(stats.active);
      waste.set(stats.wasteBytes);
    };
  });
  return ({ sizeClasses }) => {
    for (const stats of sizeClasses) classes.of(String(stats.blockBytes))(stats);
  };
}

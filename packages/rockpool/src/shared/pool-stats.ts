/** Counts what the words of a pool say, for `stats()` and `dump()`. */
import { load } from '../internal/atomics.ts';
import { channelBases } from './channel-table.ts';
import { DETACHED, FIELD, KIND, MASK_SLOTS, SHARED } from './ownership-word.ts';
import { addCounters, PoolCounters, readCounters } from './pool-counters.ts';
import type { SharedClassStats, SharedPoolStats, SharedWorkerStats } from './shared-stats.ts';
import { LINE } from './worker-registry-layout.ts';
import type { WorkerView } from './worker-view.ts';

interface Holdings {
  owned: number;
  detached: number;
  shared: number;
}

/** One pass over all words: 1 to 2 ns each. */
export function poolStats(view: WorkerView): SharedPoolStats {
  const { layout, registry, words } = view;
  const { geometry } = layout;
  view.publishCounters();
  view.slabs.look();
  const byWid = new Map<number, Holdings>();
  const bySlot: Holdings[] = [];
  const wids: number[] = [];
  for (let slot = 0; slot < geometry.maxWorkers; slot++) {
    const holdings = { owned: 0, detached: 0, shared: 0 };
    const wid = registry.widOf(slot);
    bySlot.push(holdings);
    wids.push(wid);
    if (wid !== 0) byWid.set(wid, holdings);
  }
  const classes: SharedClassStats[] = view.slabs.byClass.map((slabs, sizeClass) => {
    let free = 0;
    let blocks = 0;
    const all = { owned: 0, detached: 0, shared: 0 };
    for (const slab of slabs) {
      blocks += slab.count;
      for (let position = 0; position < slab.count; position++) {
        const word = load(words, slab.firstWord + position, 'stats-word');
        if (!countWord(word, all, byWid, bySlot)) free++;
      }
    }
    return {
      blockBytes: geometry.classes[sizeClass]?.bytes ?? 0,
      maxBlocks: geometry.classes[sizeClass]?.maxBlocks ?? 0,
      slabs: slabs.length,
      blocks,
      free,
      ...all,
      idleHere: view.magazines[sizeClass]?.count ?? 0,
    };
  });
  const total = new PoolCounters();
  const workers: SharedWorkerStats[] = [];
  wids.forEach((workerId, slot) => {
    if (workerId === 0) return;
    const counters = readCounters(words, layout.counters + LINE * slot);
    addCounters(total, counters);
    const { owned, detached, shared } = bySlot[slot] as Holdings;
    workers.push({
      workerId,
      slot,
      ownedBlocks: owned,
      detachedBlocks: detached,
      sharedBlocks: shared,
      counters: { ...counters },
    });
  });
  return {
    workerId: view.wid,
    slabBytes: view.slabs.slabs.length * geometry.slabBytes,
    maxBytes: geometry.maxSlabs * geometry.slabBytes,
    controlBytes: words.byteLength,
    channels: channelBases(words, layout).length,
    classes,
    workers,
    total: { ...total },
  };
}

/** @returns false: it is free */
function countWord(
  word: number,
  all: Holdings,
  byWid: ReadonlyMap<number, Holdings>,
  bySlot: readonly Holdings[],
): boolean {
  const kind = word & KIND;
  const field = word & FIELD;
  if (kind === SHARED) {
    all.shared++;
    for (let slot = 0; slot < MASK_SLOTS; slot++) {
      const holdings = bySlot[slot];
      if ((field & (1 << slot)) !== 0 && holdings !== undefined) holdings.shared++;
    }
    return true;
  }
  if (field === 0) return false;
  const what = kind === DETACHED ? 'detached' : 'owned';
  all[what]++;
  const holdings = byWid.get(field);
  if (holdings !== undefined) holdings[what]++;
  return true;
}

/** A picture of a pool: a line a size class, a line a worker. */
export function dumpPool(stats: SharedPoolStats): string {
  const lines = [
    `shared pool, seen by worker ${stats.workerId}: ${stats.slabBytes} of ${stats.maxBytes} bytes in slabs, ` +
      `${stats.channels} channels, ${stats.workers.length} workers`,
    '   block bytes  slabs  blocks    free   owned  detached  shared  idle here',
  ];
  for (const c of stats.classes) {
    if (c.slabs === 0) continue;
    lines.push(
      [
        cell(c.blockBytes, 14),
        cell(c.slabs, 7),
        cell(c.blocks, 8),
        cell(c.free, 8),
        cell(c.owned, 8),
        cell(c.detached, 10),
        cell(c.shared, 8),
        cell(c.idleHere, 11),
      ].join(''),
    );
  }
  lines.push('        worker  place   owned  detached  shared  acquired   sent  received  stolen  exhausted');
  for (const w of stats.workers) {
    lines.push(
      [
        cell(w.workerId, 14),
        cell(w.slot, 7),
        cell(w.ownedBlocks, 8),
        cell(w.detachedBlocks, 10),
        cell(w.sharedBlocks, 8),
        cell(w.counters.acquired, 10),
        cell(w.counters.sent, 7),
        cell(w.counters.received, 10),
        cell(w.counters.stolen, 8),
        cell(w.counters.exhausted, 11),
      ].join(''),
    );
  }
  return lines.join('\n');
}

function cell(value: number, width: number): string {
  return String(value).padStart(width);
}

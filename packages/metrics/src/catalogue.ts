/**
 * All metrics there are, by room. The list in docs/guide/metrics.md is made from it, the board and the rules ask for
 * nothing else, and a test holds them to it.
 */
import type { Aggregation, FamilySpec } from './family.ts';

type Row = readonly [name: string, help: string, labels?: readonly string[], aggregation?: Aggregation];

function counters(prefix: string, own: string, rows: readonly Row[]): FamilySpec[] {
  return rows.map(([name, help, labels = []]) => ({
    name: `rockpool_${prefix}_${name}_total`,
    kind: 'counter',
    help,
    unit: name.endsWith('bytes') ? 'By' : '1',
    labels: [own, ...labels],
  }));
}

function gauges(prefix: string, own: string, rows: readonly Row[]): FamilySpec[] {
  return rows.map(([name, help, labels = [], aggregation = 'sum']) => ({
    name: `rockpool_${prefix}_${name}`,
    kind: 'gauge',
    help,
    unit: name.endsWith('bytes') ? 'By' : '1',
    labels: [own, ...labels],
    aggregation,
  }));
}

function histograms(prefix: string, own: string, rows: readonly Row[]): FamilySpec[] {
  return rows.map(([name, help]) => ({
    name: `rockpool_${prefix}_${name}_seconds`,
    kind: 'histogram',
    help,
    unit: 's',
    labels: [own],
  }));
}

const POOL: readonly FamilySpec[] = [
  ...counters('pool', 'pool', [
    ['gets', 'Items taken: from the idle ones (hit), or made for it (miss)', ['result']],
    ['puts', 'Items that came back, whether they were then kept or dropped'],
    ['created', 'Items made, prewarmed ones included'],
    ['discards', 'Items given up by their users'],
    ['dropped', 'Items that the pool let go of', ['reason']],
    ['lost', 'Items that were collected without having come back, as far as that was noticed'],
    ['epochs', 'Ageing epochs'],
  ]),
  ...gauges('pool', 'pool', [
    ['idle_items', 'Items ready to be taken, victims included'],
    ['victim_items', 'Idle items that the next epoch drops'],
    ['idle_bytes', 'Bytes charged for idle items; 0 where the pool does not know their size'],
    ['outstanding_items', 'Items out with users'],
    ['max_idle_items', 'Bound of the idle items'],
    ['min_idle_items', 'Idle items that ageing leaves alone'],
  ]),
];

const ALLOCATOR: readonly FamilySpec[] = [
  ...counters('allocator', 'allocator', [
    [
      'allocations',
      'Buffers handed out: out of the cache, the arena, or memory of their own (huge)',
      ['source'],
    ],
    ['deallocations', 'Buffers whose memory came back'],
    ['trims', 'Passes over the cache that gave back what nobody used'],
    ['trimmed_bytes', 'Bytes that they gave back to the arena'],
    ['moved_buffers', 'Live buffers that trims moved together, so that chunks became empty'],
    ['moved_bytes', 'Bytes of their blocks'],
    ['lost_buffers', 'Buffers that were collected without release, among those that are followed'],
  ]),
  ...gauges('allocator', 'allocator', [
    ['active_buffers', 'Buffers that users have'],
    ['active_bytes', 'Bytes that users asked for'],
    ['active_block_bytes', 'Bytes of the blocks that they got: pinned memory'],
    ['cached_buffers', 'Free buffers in the cache'],
    ['cached_bytes', 'Bytes of free buffers in the cache'],
    ['quarantined_bytes', 'Bytes of released blocks that wait, at the checks strict and paranoid'],
    ['huge_bytes', 'Bytes of live buffers that are larger than a chunk'],
    ['used_bytes', 'Bytes of blocks that are out of the arena: with users or in the cache'],
    ['reserved_bytes', 'Bytes held from the runtime: chunks and huge buffers'],
    ['max_bytes', 'Bound of the reserved bytes', [], 'max'],
    ['max_cached_bytes', 'Bound of the cached bytes', [], 'max'],
    ['max_cached_buffer_bytes', 'Largest buffer that the cache keeps', [], 'max'],
    ['trim_interval_allocations', 'Allocations between two trims', [], 'max'],
    ['internal_fragmentation_ratio', 'Part of live blocks that their buffers do not use', [], 'max'],
    ['external_fragmentation_ratio', 'Free bytes of chunks to used ones', [], 'max'],
  ]),
];

const ARENA: readonly FamilySpec[] = [
  ...counters('arena', 'allocator', [
    ['block_allocations', 'Blocks taken out of the arena', ['kind']],
    ['block_deallocations', 'Blocks given back to the arena', ['kind']],
    ['chunk_allocations', 'Chunks taken from the runtime'],
    ['chunk_deallocations', 'Chunks given back to the runtime'],
  ]),
  ...gauges('arena', 'allocator', [
    ['chunks', 'Chunks by how full they are; the list is named after its least usage', ['list']],
    ['chunk_free_bytes', 'Free bytes of the chunks of a list', ['list']],
    ['free_bytes', 'Bytes of chunks in no block'],
    ['spare_bytes', 'Bytes of empty chunks that are kept'],
    ['largest_free_run_bytes', 'Longest run of free pages', [], 'max'],
    ['chunk_bytes', 'Bytes of the largest chunk that is shared', [], 'max'],
    ['page_bytes', 'Bytes of a page', [], 'max'],
    ['slabs', 'Slabs of a size class', ['block_bytes']],
    ['slab_slots', 'Slots of all slabs of a size class', ['block_bytes']],
    ['slab_free_slots', 'Free slots of all slabs of a size class', ['block_bytes']],
  ]),
];

const CACHE: readonly FamilySpec[] = [
  ...counters('cache', 'allocator', [
    ['requests', 'Allocations of a size class: hit or miss', ['block_bytes', 'result']],
    ['trimmed', 'Free buffers of a size class given back to the arena, as nobody used them', ['block_bytes']],
    ['turned_away', 'Buffers that came back and found no room', ['block_bytes']],
  ]),
  ...gauges('cache', 'allocator', [
    ['buffers', 'Free buffers of a size class', ['block_bytes']],
    ['capacity', 'Free buffers of a size class that may be kept now', ['block_bytes']],
    ['max_entries', 'What that capacity may grow to', ['block_bytes'], 'max'],
    ['active_buffers', 'Live buffers of a size class', ['block_bytes']],
    ['waste_bytes', 'Bytes of live blocks that their buffers do not use', ['block_bytes']],
  ]),
];

const RESOURCE: readonly FamilySpec[] = [
  ...counters('resource', 'pool', [
    ['acquires', 'Acquires: served at once (hit), or after a wait, or in vain', ['result']],
    ['created', 'Resources made'],
    ['create_failures', 'Creations that failed'],
    ['destroyed', 'Resources that went', ['reason']],
    ['validations', 'Validations'],
    ['invalid', 'Validations that said no, threw, or took too long'],
    ['hook_failures', 'Calls of validate, reset and destroy that threw or took too long'],
    ['overdue', 'Leases that were reported as held for too long'],
    ['lost', 'Leases that were collected without having been released'],
  ]),
  ...gauges('resource', 'pool', [
    ['resources', 'Resources by what they are doing', ['state']],
    ['waiting', 'Acquires that wait'],
    ['min_resources', 'Resources that are kept'],
    ['max_resources', 'Bound of the resources'],
  ]),
  ...histograms('resource', 'pool', [
    ['wait', 'How long acquires waited that had to; of a busy pool a sample'],
    ['use', 'How long resources were held; of a busy pool a sample'],
    ['create', 'How long creations took that succeeded'],
  ]),
];

const SHARED: readonly FamilySpec[] = [
  ...counters('shared', 'pool', [
    ['acquired', 'Blocks handed out by workers that are attached'],
    ['refills', 'Acquires that found the magazine empty, by where blocks came from', ['source']],
    ['messages', 'Messages over channels', ['direction']],
    ['stale_hints', 'Hints whose block was not free'],
  ]).map((spec) => ({ ...spec, aggregation: 'max' as const })),
  ...gauges('shared', 'pool', [
    ['blocks', 'Blocks of a size class by state', ['block_bytes', 'state'], 'max'],
    ['slab_bytes', 'Bytes that size classes have', [], 'max'],
    ['max_bytes', 'What they may grow to', [], 'max'],
    ['channels', 'Channels that are open', [], 'max'],
    ['workers', 'Workers that are attached', [], 'max'],
  ]),
  ...gauges('shared_map', 'map', [
    ['entries', 'Entries', [], 'max'],
    ['used_bytes', 'Bytes given out since the last compaction', [], 'max'],
    ['capacity_bytes', 'Bytes for entries', [], 'max'],
  ]),
];

const OTHER: readonly FamilySpec[] = [
  {
    name: 'rockpool_leaks_total',
    kind: 'counter',
    help: 'Things that leak detectors followed: given back (closed), or collected without (leaked)',
    unit: '1',
    labels: ['outcome'],
  },
  {
    name: 'rockpool_leaks_tracked',
    kind: 'gauge',
    help: 'Things that leak detectors follow now',
    unit: '1',
    labels: [],
  },
  {
    name: 'rockpool_gc_pause_seconds',
    kind: 'histogram',
    help: 'Pauses of the garbage collector',
    unit: 's',
    labels: ['kind'],
  },
  {
    name: 'rockpool_tuner_decisions_total',
    kind: 'counter',
    help: 'Decisions of tuners',
    unit: '1',
    labels: ['reason'],
  },
  { name: 'rockpool_tuner_looks_total', kind: 'counter', help: 'Looks of tuners', unit: '1', labels: [] },
  {
    name: 'rockpool_tuner_budget_bytes',
    kind: 'gauge',
    help: 'Bytes for all caches of tuned allocators; less than the goal while memory is short',
    unit: 'By',
    labels: [],
  },
];

/**
 * Every metric.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { CATALOGUE } from '@rockpool/metrics';
 *
 * const gets = CATALOGUE.find(({ name }) => name === 'rockpool_pool_gets_total');
 * assert.deepEqual(gets?.labels, ['pool', 'result']);
 * ```
 */
export const CATALOGUE: readonly FamilySpec[] = [
  ...POOL,
  ...ALLOCATOR,
  ...ARENA,
  ...CACHE,
  ...RESOURCE,
  ...SHARED,
  ...OTHER,
];

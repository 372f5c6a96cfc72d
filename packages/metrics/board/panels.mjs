// @ts-check
/** The panels of the Grafana board, by row: title, unit and expressions. What they ask for is in `src/catalogue.ts`. */

/**
 * @typedef {object} PanelSpec
 * @property {string} title
 * @property {string} help shown behind the panel's corner
 * @property {string} unit as Grafana names it
 * @property {readonly (readonly [expression: string, legend: string])[]} queries
 * @property {number} [width] of 24; default 8
 * @property {'timeseries' | 'stat' | 'heatmap'} [kind]
 * @property {boolean} [stacked]
 * @property {readonly [min: number, max: number]} [range]
 */

/** @typedef {{ readonly title: string, readonly panels: readonly PanelSpec[] }} RowSpec */

/** What every selector begins with: the board's variables. */
const S = 'job=~"$job",instance=~"$instance"';
const RATE = '$__rate_interval';

/** A part of a whole as a rate. @param {string} metric @param {string} by @param {string} part */
function ratio(metric, by, part) {
  const sum = (/** @type {string} */ more) => `sum by (${by}) (rate(${metric}{${S}${more}}[${RATE}]))`;
  return `${sum(`,${part}`)} / (${sum('')} > 0)`;
}

/** @param {string} metric @param {string} by @param {string} [more] */
function rate(metric, by, more = '') {
  return `sum by (${by}) (rate(${metric}{${S}${more}}[${RATE}]))`;
}

/** @param {string} metric @param {string} by @param {string} [more] */
function sum(metric, by, more = '') {
  return `sum by (${by}) (${metric}{${S}${more}})`;
}

/** @param {string} metric @param {number} q @param {string} by */
function quantile(metric, q, by) {
  return `histogram_quantile(${q}, sum by (le, ${by}) (rate(${metric}_bucket{${S}}[${RATE}])))`;
}

/** @type {readonly RowSpec[]} */
export const ROWS = [
  {
    title: 'Does reuse work?',
    panels: [
      {
        title: 'Hit rate of buffer caches',
        help: 'Allocations that the cache served. A fall means that sizes or depths have shifted: see the size classes, or use a Tuner.',
        unit: 'percentunit',
        range: [0, 1],
        queries: [
          [ratio('rockpool_allocator_allocations_total', 'allocator', 'source="cache"'), '{{allocator}}'],
        ],
      },
      {
        title: 'Hit rate of object pools',
        help: 'Items that came out of the pool rather than being made.',
        unit: 'percentunit',
        range: [0, 1],
        queries: [[ratio('rockpool_pool_gets_total', 'pool', 'result="hit"'), '{{pool}}']],
      },
      {
        title: 'Time in collections',
        help: 'Seconds of pauses for each second. Pools are there to keep it down.',
        unit: 'percentunit',
        stacked: true,
        queries: [[rate('rockpool_gc_pause_seconds_sum', 'kind'), '{{kind}}']],
      },
      {
        title: 'Leaks',
        help: 'Buffers, items and leases that were collected without having been given back, among those that are followed.',
        unit: 'short',
        kind: 'stat',
        width: 4,
        queries: [[`sum(rockpool_leaks_total{${S},outcome="leaked"})`, 'leaked']],
      },
      {
        title: 'Held from the runtime',
        help: 'Chunks and huge buffers of all allocators.',
        unit: 'bytes',
        kind: 'stat',
        width: 4,
        queries: [[`sum(rockpool_allocator_reserved_bytes{${S}})`, 'reserved']],
      },
      {
        title: 'Longest 1 % of pauses',
        help: 'The 99th percentile of the collector’s pauses.',
        unit: 's',
        width: 8,
        queries: [[quantile('rockpool_gc_pause_seconds', 0.99, 'kind'), '{{kind}}']],
      },
      {
        title: 'Allocations',
        help: 'Buffers handed out, by where they came from.',
        unit: 'ops',
        width: 8,
        stacked: true,
        queries: [[rate('rockpool_allocator_allocations_total', 'source'), '{{source}}']],
      },
    ],
  },
  {
    title: 'Byte buffers',
    panels: [
      {
        title: 'Bytes',
        help: 'Asked for by users; in their blocks; in blocks and the cache; held from the runtime.',
        unit: 'bytes',
        queries: [
          [sum('rockpool_allocator_active_bytes', 'allocator'), '{{allocator}} asked for'],
          [sum('rockpool_allocator_active_block_bytes', 'allocator'), '{{allocator}} in blocks'],
          [sum('rockpool_allocator_used_bytes', 'allocator'), '{{allocator}} used'],
          [sum('rockpool_allocator_reserved_bytes', 'allocator'), '{{allocator}} reserved'],
        ],
      },
      {
        title: 'Cached bytes and their bound',
        help: 'Free buffers ready for use. The bound moves where a Tuner sets it.',
        unit: 'bytes',
        queries: [
          [sum('rockpool_allocator_cached_bytes', 'allocator'), '{{allocator}}'],
          [`${sum('rockpool_allocator_max_cached_bytes', 'allocator')} < 9e15`, '{{allocator}} bound'],
        ],
      },
      {
        title: 'Fragmentation',
        help: 'Internal: part of live blocks that their buffers do not use. External: free bytes of chunks to used ones.',
        unit: 'percentunit',
        queries: [
          [
            `max by (allocator) (rockpool_allocator_internal_fragmentation_ratio{${S}})`,
            '{{allocator}} internal',
          ],
          [
            `max by (allocator) (rockpool_allocator_external_fragmentation_ratio{${S}})`,
            '{{allocator}} external',
          ],
        ],
      },
      {
        title: 'Misses by size class',
        help: 'The ten size classes that miss most.',
        unit: 'ops',
        queries: [
          [
            `topk(10, ${rate('rockpool_cache_requests_total', 'allocator, block_bytes', ',result="miss"')})`,
            '{{allocator}} {{block_bytes}} B',
          ],
        ],
      },
      {
        title: 'Turned away by size class',
        help: 'Buffers that came back and found no room: the cache is too small for the class.',
        unit: 'ops',
        queries: [
          [
            `topk(10, ${rate('rockpool_cache_turned_away_total', 'allocator, block_bytes')})`,
            '{{allocator}} {{block_bytes}} B',
          ],
        ],
      },
      {
        title: 'Waste by size class',
        help: 'Bytes of live blocks that their buffers do not use.',
        unit: 'bytes',
        stacked: true,
        queries: [[`topk(10, ${sum('rockpool_cache_waste_bytes', 'block_bytes')})`, '{{block_bytes}} B']],
      },
      {
        title: 'Chunks by how full they are',
        help: 'The list is named after the least usage of its chunks: many in q000 are memory that cannot go back.',
        unit: 'short',
        stacked: true,
        queries: [[sum('rockpool_arena_chunks', 'list'), '{{list}}']],
      },
      {
        title: 'Chunks taken and given back',
        help: 'A load that hovers about the edge of a chunk shows here.',
        unit: 'ops',
        queries: [
          [rate('rockpool_arena_chunk_allocations_total', 'allocator'), '{{allocator}} taken'],
          [rate('rockpool_arena_chunk_deallocations_total', 'allocator'), '{{allocator}} given back'],
        ],
      },
      {
        title: 'Trims',
        help: 'Bytes that lay in caches unused and went back to the arena; bytes of live buffers that were moved together.',
        unit: 'Bps',
        queries: [
          [rate('rockpool_allocator_trimmed_bytes_total', 'allocator'), '{{allocator}} given back'],
          [rate('rockpool_allocator_moved_bytes_total', 'allocator'), '{{allocator}} moved'],
        ],
      },
    ],
  },
  {
    title: 'Object pools',
    panels: [
      {
        title: 'Items',
        help: 'Idle and out with users.',
        unit: 'short',
        queries: [
          [sum('rockpool_pool_idle_items', 'pool'), '{{pool}} idle'],
          [sum('rockpool_pool_outstanding_items', 'pool'), '{{pool}} out'],
        ],
      },
      {
        title: 'Items dropped',
        help: 'Full: the bound is too low. Aged: nobody needed them. Oversized, corrupt, reset-failed: look into the pool’s errors.',
        unit: 'ops',
        stacked: true,
        queries: [[rate('rockpool_pool_dropped_total', 'reason'), '{{reason}}']],
      },
      {
        title: 'Items made',
        help: 'Each is work that a pool should save.',
        unit: 'ops',
        queries: [[rate('rockpool_pool_created_total', 'pool'), '{{pool}}']],
      },
    ],
  },
  {
    title: 'Resource pools',
    panels: [
      {
        title: 'Resources',
        help: 'By what they are doing.',
        unit: 'short',
        stacked: true,
        queries: [[sum('rockpool_resource_resources', 'pool, state'), '{{pool}} {{state}}']],
      },
      {
        title: 'Who waits',
        help: 'Acquires that wait now, against the bound of resources.',
        unit: 'short',
        queries: [
          [sum('rockpool_resource_waiting', 'pool'), '{{pool}} waiting'],
          [sum('rockpool_resource_max_resources', 'pool'), '{{pool}} bound'],
        ],
      },
      {
        title: 'How long they wait',
        help: 'Of acquires that had to; of a busy pool a sample.',
        unit: 's',
        queries: [
          [quantile('rockpool_resource_wait_seconds', 0.5, 'pool'), '{{pool}} p50'],
          [quantile('rockpool_resource_wait_seconds', 0.99, 'pool'), '{{pool}} p99'],
        ],
      },
      {
        title: 'Acquires',
        help: 'Served at once, after a wait, or in vain.',
        unit: 'ops',
        queries: [[rate('rockpool_resource_acquires_total', 'pool, result'), '{{pool}} {{result}}']],
      },
      {
        title: 'How long they are held',
        help: 'The 99th percentile.',
        unit: 's',
        queries: [[quantile('rockpool_resource_use_seconds', 0.99, 'pool'), '{{pool}}']],
      },
      {
        title: 'Made and destroyed',
        help: 'Churn: resources that go soon after they came.',
        unit: 'ops',
        queries: [
          [rate('rockpool_resource_created_total', 'pool'), '{{pool}} made'],
          [rate('rockpool_resource_destroyed_total', 'pool, reason'), '{{pool}} {{reason}}'],
        ],
      },
    ],
  },
  {
    title: 'Shared memory',
    panels: [
      {
        title: 'Blocks by state',
        help: 'Of all size classes.',
        unit: 'short',
        stacked: true,
        queries: [[`sum by (pool, state) (rockpool_shared_blocks{${S}})`, '{{pool}} {{state}}']],
      },
      {
        title: 'Messages',
        help: 'Over channels.',
        unit: 'ops',
        queries: [[rate('rockpool_shared_messages_total', 'pool, direction'), '{{pool}} {{direction}}']],
      },
      {
        title: 'Where blocks come from',
        help: 'When a magazine is empty. Exhausted: nothing was found.',
        unit: 'ops',
        queries: [[rate('rockpool_shared_refills_total', 'pool, source'), '{{pool}} {{source}}']],
      },
    ],
  },
  {
    title: 'The tuner',
    panels: [
      {
        title: 'Decisions',
        help: 'By reason, in the last minutes.',
        unit: 'short',
        queries: [[`sum by (reason) (increase(rockpool_tuner_decisions_total{${S}}[5m]))`, '{{reason}}']],
      },
      {
        title: 'Budget',
        help: 'Bytes for all caches; less than the goal while memory is short.',
        unit: 'bytes',
        queries: [[sum('rockpool_tuner_budget_bytes', 'instance'), '{{instance}}']],
      },
      {
        title: 'Bounds that it set',
        help: 'The largest cached buffer and the interval of trims.',
        unit: 'short',
        queries: [
          [
            `max by (allocator) (rockpool_allocator_max_cached_buffer_bytes{${S}})`,
            '{{allocator}} largest cached, B',
          ],
          [
            `max by (allocator) (rockpool_allocator_trim_interval_allocations{${S}})`,
            '{{allocator}} allocations a trim',
          ],
        ],
      },
    ],
  },
];

/**
 * All that is alive in this thread: what metrics, the live page and tuners look at unless they are told otherwise.
 *
 * Each kind keeps weak references to its own (`internal/roll.ts`), so that nothing lives longer for being listed, and
 * what is closed or detached is off the list.
 */
import type { ByteBufAllocator } from './buffer/byte-buf-allocator.ts';
import { allocators } from './buffer/byte-buf-allocator.ts';
import { type LeakDetector, leakDetectors } from './leak/leak-detector.ts';
import { type Pool, pools } from './object/pool.ts';
import { resourcePools } from './resource/pool-engine.ts';
import type { ResourcePoolHistograms, ResourcePoolStats } from './resource/resource-stats.ts';
import { type SharedMap, sharedMaps } from './shared/shared-map.ts';
import { type SharedPool, sharedPools } from './shared/shared-pool.ts';
import { type Tuner, tuners } from './tune/tuner.ts';

/** What can be told of a resource pool: those of `rockpool/compat` are here too. */
export interface ResourcePoolView {
  readonly name: string;
  stats(): ResourcePoolStats;
  histograms(boundsMs: readonly number[]): ResourcePoolHistograms;
}

/** What is alive in this thread, each in the order of making. */
export interface Census {
  readonly pools: readonly Pool<object>[];
  readonly allocators: readonly ByteBufAllocator[];
  readonly resourcePools: readonly ResourcePoolView[];
  readonly sharedPools: readonly SharedPool[];
  readonly sharedMaps: readonly SharedMap[];
  readonly leakDetectors: readonly LeakDetector[];
  readonly tuners: readonly Tuner[];
}

/**
 * Takes a census of this thread.
 *
 * Ownership: the result holds what it lists; keep it no longer than you need it. Cost: linear in what is alive.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { census, Pool } from 'rockpool';
 *
 * const pool = new Pool({ name: 'rows', create: () => ({ cells: [] }) });
 * assert(census().pools.includes(pool));
 * pool.close();
 * assert(!census().pools.includes(pool));
 * ```
 */
export function census(): Census {
  return {
    pools: [...pools],
    allocators: [...allocators],
    resourcePools: [...resourcePools],
    sharedPools: [...sharedPools],
    sharedMaps: [...sharedMaps],
    leakDetectors: [...leakDetectors],
    tuners: [...tuners],
  };
}

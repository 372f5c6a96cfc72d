/** The equations that a pool's counters obey after every operation. */
import { expect } from 'vitest';
import type { Pool, PoolStats } from '../../src/index.ts';

/** Items dropped, for whatever reason. */
function droppedIn(stats: PoolStats): number {
  return Object.values(stats.dropped).reduce((a, b) => a + b, 0);
}

/**
 * Fails unless the counters balance: each item that was made is idle, out, lost or dropped, exactly once.
 * Holds while nothing foreign was put.
 */
export function expectBalanced<T extends object>(pool: Pool<T>): void {
  const stats = pool.stats();
  const { gets, hits, misses, puts, discards, created, idle, victims, outstanding, lost } = stats;
  const counters = Object.entries({ ...stats, ...stats.dropped });
  const broken = counters.filter(([, value]) => typeof value === 'number' && value < 0).map(([name]) => name);
  if (gets !== hits + misses) broken.push('gets = hits + misses');
  if (outstanding !== gets - puts - discards - lost)
    broken.push('outstanding = gets − puts − discards − lost');
  if (created !== idle + outstanding + lost + droppedIn(stats)) {
    broken.push('created = idle + outstanding + lost + dropped');
  }
  if (victims > idle) broken.push('victims ≤ idle');
  if (broken.length > 0) expect(broken, JSON.stringify(stats)).toEqual([]);
}

/** From what one costs to what all of a site would save. */
import type { Saving } from './advice.ts';
import type { Costs } from './calibration-job.ts';
import type { Whole } from './whole.ts';

/**
 * The saving of a site, as calibrated: all die young there, which costs the collector next to nothing for objects. How
 * many of the program's live longer is not known; that would speak for a pool, and the age of what it keeps against it.
 *
 * @param mostGcMs time in collections that the kind of site brought about: no more can be saved of it
 */
export function savingOf(
  { count, bytes }: { readonly count: number; readonly bytes: number },
  { fresh, pooled }: Costs,
  { cpuMs: programMs, seconds }: Whole,
  mostGcMs: number,
): Saving {
  const nsPerOperation = fresh.cpuNs - pooled.cpuNs;
  const gcNsPerOperation = Math.max(0, fresh.gcNs - pooled.gcNs);
  const cpuMs = (nsPerOperation * count) / 1e6;
  return {
    nsPerOperation,
    gcNsPerOperation,
    cpuMs,
    cpuShare: programMs === 0 ? 0 : cpuMs / programMs,
    gcMs: Math.min(mostGcMs, (gcNsPerOperation * count) / 1e6),
    bytesPerSecond: bytes / seconds,
  };
}

/**
 * Estimates kept to what there is to save. Sites are calibrated one by one, at another moment and in a heap of their
 * own; together they may come to more than the program took, and are scaled down then.
 */
import type { Saving, SiteAdvice } from './advice.ts';

/** No program does nothing but allocate. */
const MOST_SHARE = 0.95;

/** The sites, and by what their savings were divided; 1: by nothing. */
export interface Kept {
  readonly sites: readonly SiteAdvice[];
  readonly divisor: number;
}

/**
 * Scales savings down, where they exceed what the program spent.
 *
 * @param cpuMs processor time of the program
 * @param gcMs of that in collections
 */
export function keepToTotal(sites: readonly SiteAdvice[], cpuMs: number, gcMs: number): Kept {
  if (cpuMs <= 0) return { sites, divisor: 1 };
  const savings = sites.flatMap(({ saving }) => (saving === null || saving.cpuMs <= 0 ? [] : [saving]));
  const total = (of: (saving: Saving) => number): number =>
    savings.reduce((sum, saving) => sum + of(saving), 0);
  const divisor = Math.max(1, total((saving) => saving.cpuMs) / (cpuMs * MOST_SHARE));
  const gcDivisor = Math.max(divisor, gcMs === 0 ? 1 : total((saving) => saving.gcMs) / gcMs);
  if (divisor === 1 && gcDivisor === 1) return { sites, divisor };
  return {
    divisor,
    sites: sites.map((site) =>
      site.saving === null || site.saving.cpuMs <= 0
        ? site
        : { ...site, saving: scaled(site.saving, divisor, gcDivisor) },
    ),
  };
}

function scaled(saving: Saving, divisor: number, gcDivisor: number): Saving {
  return {
    ...saving,
    nsPerOperation: saving.nsPerOperation / divisor,
    gcNsPerOperation: saving.gcNsPerOperation / gcDivisor,
    cpuMs: saving.cpuMs / divisor,
    cpuShare: saving.cpuShare / divisor,
    gcMs: saving.gcMs / gcDivisor,
  };
}

/**
 * The charts of the page, as data: what is drawn, and its unit. The page's script (`assets/advice.js`) turns them into
 * pictures; their figures stand in the page's tables, too.
 */
import { formatBytes, formatPercent, formatTally } from '../../report/format.ts';
import type { Advice, AdviceVerdict, GcAdvice, SiteAdvice } from '../advice.ts';
import { bandText, formatMs, formatRound, isToDo, placeText } from './advice-words.ts';

/** What is drawn. */
export interface AdviceChart {
  /**
   * `rows`: lying bars, a site each, with their names above them, for names are long and a telephone is narrow.
   * `columns`: a histogram.
   */
  readonly kind: 'rows' | 'columns';
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  readonly unit: 'percent' | 'bytes' | 'count';
  readonly labels: readonly string[];
  readonly series: readonly AdviceSeries[];
  /** Of each label: written at its bar's end, or above its column. */
  readonly texts: readonly string[];
}

/** Values by label; bars of several series lie behind each other. */
export interface AdviceSeries {
  readonly name: string;
  /** Which of the page's colours, from 0. */
  readonly hue: number;
  readonly values: readonly number[];
}

/** Bars that a chart has room for; the table below it has all. */
const MOST_BARS = 12;
/** Which of the page's colours. */
export const VERDICT_HUES: Readonly<Record<AdviceVerdict, number>> = {
  'pool it': 3,
  'use a resource pool': 1,
  'use an agent': 1,
  'leave it': 0,
};
const GC_HUE = 2;
const REST_HUE = 1;

/** What reuse saves, of the processor time; null where nothing is to be done. */
export function savingChart({ sites }: Advice): AdviceChart | null {
  const entries = sites.flatMap((site, i) =>
    isToDo(site) && site.saving !== null ? [{ label: siteLabel(site, i), saving: site.saving }] : [],
  );
  if (entries.length === 0) return null;
  const shown = entries.slice(0, MOST_BARS);
  // Of what is saved per operation; the rest is making, zeroing and filling.
  const gcShares = shown.map(({ saving }) =>
    saving.nsPerOperation > 0 ? Math.min(1, saving.gcNsPerOperation / saving.nsPerOperation) : 0,
  );
  return {
    kind: 'rows',
    id: 'saving',
    title: `Predicted saving by site, part of the processor time${limited(entries.length)}`,
    unit: 'percent',
    labels: shown.map(({ label }) => label),
    series: [
      {
        name: 'in collections',
        hue: GC_HUE,
        values: shown.map(({ saving }, i) => saving.cpuShare * (gcShares[i] as number)),
      },
      {
        name: 'in allocation',
        hue: REST_HUE,
        values: shown.map(({ saving }, i) => saving.cpuShare * (1 - (gcShares[i] as number))),
      },
    ],
    texts: shown.map(({ saving }) => formatPercent(saving.cpuShare)),
  };
}

/** Who allocates most, coloured by what to do; null where there are no sites. */
export function bytesChart({ sites }: Advice): AdviceChart | null {
  const entries = sites
    .map((site, i) => ({ label: siteLabel(site, i), site }))
    .sort((a, b) => b.site.bytesPerSecond - a.site.bytesPerSecond);
  if (entries.length === 0) return null;
  const shown = entries.slice(0, MOST_BARS);
  const verdicts = (Object.keys(VERDICT_HUES) as AdviceVerdict[]).filter((verdict) =>
    shown.some(({ site }) => site.verdict === verdict),
  );
  return {
    kind: 'rows',
    id: 'bytes',
    title: `Bytes allocated a second by site${limited(entries.length)}`,
    unit: 'bytes',
    labels: shown.map(({ label }) => label),
    series: verdicts.map((verdict) => ({
      name: verdict,
      hue: VERDICT_HUES[verdict],
      values: shown.map(({ site }) => (site.verdict === verdict ? site.bytesPerSecond : 0)),
    })),
    texts: shown.map(({ site }) => `${formatBytes(site.bytesPerSecond)}/s`),
  };
}

/** Sizes of what one site allocates. */
export function sizesChart(site: SiteAdvice, i: number): AdviceChart {
  return {
    kind: 'columns',
    id: `sizes-${i + 1}`,
    title: 'Allocations by size',
    unit: 'percent',
    labels: site.sizes.map(bandText),
    series: [
      { name: 'allocations', hue: VERDICT_HUES[site.verdict], values: site.sizes.map(({ share }) => share) },
    ],
    texts: site.sizes.map(({ share }) => (share === 0 ? '' : formatPercent(share))),
  };
}

/** Pauses by length; null where nothing was collected. */
export function pausesChart({ pauses }: GcAdvice): AdviceChart | null {
  const shown = pauses
    .filter(({ count }) => count > 0)
    // Lengths that nobody had lie together in one empty column.
    .flatMap((band, i, all) => {
      const fromMs = all[i - 1]?.toMs ?? band.fromMs;
      return fromMs < band.fromMs ? [{ fromMs, toMs: band.fromMs, count: 0 }, band] : [band];
    });
  if (shown.length === 0) return null;
  return {
    kind: 'columns',
    id: 'pauses',
    title: 'Pauses by length',
    unit: 'count',
    labels: shown.map(({ fromMs, toMs }) => `${formatBound(fromMs)}–${formatBound(toMs)}`),
    series: [{ name: 'pauses', hue: GC_HUE, values: shown.map(({ count }) => count) }],
    texts: shown.map(({ count }) => (count === 0 ? '' : formatTally(count))),
  };
}

/** `1  Buffer.alloc  frames.ts:42`: the card has the whole path. */
function siteLabel({ what, place }: SiteAdvice, i: number): string {
  const file = placeText(place).split(/[/\\]/).at(-1) ?? '';
  return `${i + 1}  ${what}  ${file.replace(/:\d+$/, '')}`;
}

function formatBound(ms: number): string {
  return ms === 0 ? '0' : formatRound(formatMs(ms));
}

function limited(count: number): string {
  return count > MOST_BARS ? `, the first ${MOST_BARS} of ${count}` : '';
}

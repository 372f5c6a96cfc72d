/**
 * The verdicts of an experiment in one place: where its many comparisons say to pool, where it makes no difference,
 * and where they say to leave it.
 */
import { formatNumber } from './format.ts';
import type { ExperimentReport, Verdict } from './report.ts';

/** All comparisons in which a pair got the same verdict. */
export interface VerdictGroup {
  readonly verdict: Verdict;
  /** `ByteBuf vs Buffer.alloc` */
  readonly pair: string;
  /** `64 B, one byte used: 5.10×` */
  readonly places: readonly string[];
}

const ORDER: readonly Verdict[] = ['pool it', 'no difference', 'leave it'];

/** By pair, then from "pool it" to "leave it". None where there is only one comparison: it speaks for itself. */
export function verdictGroups({ comparisons }: ExperimentReport): VerdictGroup[] {
  if (comparisons.length < 2) return [];
  const judged = comparisons.flatMap(({ title, cases, ratios }) => {
    const titles = new Map(cases.map((it) => [it.id, it.title]));
    return ratios.flatMap(({ variant, baseline, speed, verdict }) => {
      if (verdict === null) return [];
      const pair = `${titles.get(variant)} vs ${titles.get(baseline)}`;
      return [{ pair, verdict, place: `${title}: ${formatNumber(speed.median)}×` }];
    });
  });
  const pairs = [...new Set(judged.map(({ pair }) => pair))];
  return pairs.flatMap((pair) =>
    ORDER.flatMap((verdict) => {
      const found = judged.filter((it) => it.pair === pair && it.verdict === verdict);
      return found.length === 0 ? [] : [{ verdict, pair, places: found.map(({ place }) => place) }];
    }),
  );
}

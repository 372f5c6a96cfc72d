/**
 * Values over a life: what a workload watched while it lived, for charts over its operations.
 *
 *     operations   0   1000   2000   2000   3000 …     ascending; two looks at one point: before and after something
 *     series       a      b      c      d      e …     each as long as `operations`
 *     moments                    │      └ 'trimmed'    looks with a name: columns of the table, marks of the chart
 */
import { median } from './statistics.ts';

/** A life, as watched. */
export interface History {
  /** Operations done at each look; ascending. */
  readonly operations: readonly number[];
  readonly series: readonly HistorySeries[];
  /** What the operations are, plural, where they are not those that are timed. */
  readonly along?: string;
  readonly moments: readonly HistoryMoment[];
}

/** One value over the looks. */
export interface HistorySeries {
  readonly name: string;
  /** Series of one unit share a chart. `percent` is 0 to 100. */
  readonly unit: HistoryUnit;
  /** Null where the value has no meaning, as a share of nothing. */
  readonly values: readonly (number | null)[];
}

export type HistoryUnit = 'bytes' | 'percent' | 'count';

/** A look with a name. */
export interface HistoryMoment {
  /** Index into `operations`. */
  readonly look: number;
  readonly name: string;
}

/**
 * The medians over rounds, look by look. Rounds are of the same seed, so their looks are at the same operations.
 *
 * @param rounds at least one
 * @throws {RangeError} they differ in their looks or series
 */
export function medianHistory(rounds: readonly History[]): History {
  const [first] = rounds;
  if (first === undefined) throw new RangeError('Cannot take the median of no histories');
  for (const { operations, series } of rounds) {
    const same =
      operations.length === first.operations.length &&
      operations.every((at, look) => at === first.operations[look]) &&
      series.length === first.series.length &&
      series.every(({ name }, i) => name === first.series[i]?.name);
    if (!same)
      throw new RangeError('Cannot take the median of histories that looked at different operations');
  }
  return {
    ...first,
    series: first.series.map((it, i) => ({
      ...it,
      values: it.values.map((_, look) => {
        const values = rounds.map((round) => round.series[i]?.values[look] ?? null).filter((v) => v !== null);
        return values.length === 0 ? null : median(values);
      }),
    })),
  };
}

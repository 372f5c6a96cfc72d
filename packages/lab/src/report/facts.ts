/** What the workloads say of themselves, as text: once where all cases say the same, else with a column a case. */
import { formatNumber, formatNumberSpread } from './format.ts';
import type { ComparisonReport } from './report.ts';

/** The facts of a comparison. */
export interface FactTable {
  /** Label and text. */
  readonly shared: readonly (readonly [string, string])[];
  /** Null where all facts are shared. The first row is the head: '', 'at most' if there are limits, the cases. */
  readonly differing: readonly (readonly string[])[] | null;
}

/** What stands behind a value that is over its limit. */
const OVER = ' over';

/** All facts of the cases that ran. */
export function factTable({ cases, limits }: ComparisonReport): FactTable {
  const said = cases.flatMap(({ id, title, figures }) =>
    figures === null || Object.keys(figures.facts).length === 0 ? [] : [{ id, title, facts: figures.facts }],
  );
  const labels = [...new Set(said.flatMap(({ facts }) => Object.keys(facts)))];
  const shared: [string, string][] = [];
  const rows: string[][] = [];
  for (const label of labels) {
    const limit = limits.find(({ fact }) => fact === label);
    const texts = said.map(({ id, facts }) => {
      const value = facts[label];
      if (value === undefined) return '–';
      const over = limits.some((it) => it.fact === label && it.case === id && it.reached === false);
      return formatNumberSpread(value) + (over ? OVER : '');
    });
    const [first = ''] = texts;
    if (limit === undefined && texts.every((text) => text === first)) shared.push([label, first]);
    else
      rows.push([label, ...(limits.length > 0 ? [limit ? formatNumber(limit.atMost) : ''] : []), ...texts]);
  }
  const head = ['', ...(limits.length > 0 ? ['at most'] : []), ...said.map(({ title }) => title)];
  return { shared, differing: rows.length === 0 ? null : [head, ...rows] };
}

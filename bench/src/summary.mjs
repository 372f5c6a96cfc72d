// @ts-check
/**
 * From samples to figures. A round's figure is the median of its samples; a row's is the median of its
 * rounds, with the slowest and fastest round beside it, and the best single sample of all. A ratio is taken
 * in each round against the same round's baseline on the same Node (or Go), and its median is reported.
 */
import { median, spread } from './spread.mjs';

/** @typedef {import('./types.d.ts').Row} Row */
/** @typedef {import('./types.d.ts').Spread} Spread */
/** @typedef {import('./types.d.ts').SuiteResult} SuiteResult */

/**
 * @param {Row} row
 * @returns {Array<number | undefined>} ns per operation of each round
 */
function roundFigures(row) {
  return row.rounds.map((outcome) => (outcome.status === 'ok' ? median(outcome.samples) : undefined));
}

/**
 * @param {Row} row
 * @returns {(Spread & { best: number }) | undefined} undefined where no round gave a figure
 */
export function timeOf(row) {
  const figures = roundFigures(row).filter((figure) => figure !== undefined);
  if (figures.length === 0) return undefined;
  const best = Math.min(...row.rounds.flatMap((outcome) => (outcome.status === 'ok' ? outcome.samples : [])));
  return { ...spread(figures), best };
}

/**
 * @param {Row} row
 * @returns {string | undefined} what kept the row from a round
 */
export function troubleOf(row) {
  const bad = row.rounds.filter((outcome) => outcome.status !== 'ok');
  const [first] = bad;
  if (first === undefined) return undefined;
  const rounds = bad.length < row.rounds.length ? ` (${bad.length} of ${row.rounds.length} rounds)` : '';
  return `${first.status}${rounds}: ${first.reason}`;
}

/**
 * The row that `row` is divided by: of the same runtime, unless the baseline has only one (Go).
 *
 * @param {SuiteResult} result
 * @param {Row} row
 * @param {string} baseline
 * @returns {Row | undefined}
 */
function baselineOf({ suite, rows }, row, baseline) {
  const candidates = rows.filter(({ contender }) => contender === baseline);
  const isGo = suite.contenders.some(({ id, kind }) => id === baseline && kind === 'go');
  // A row of Go is divided by the first Node's baseline.
  const same = candidates.find(({ runtime }) => runtime === row.runtime);
  return isGo || !row.runtime.startsWith('node') ? candidates[0] : same;
}

/**
 * @param {SuiteResult} result
 * @param {Row} row
 * @param {string} baseline A contender's id.
 * @returns {Spread | undefined} undefined where no round has both
 */
export function ratioOf(result, row, baseline) {
  const base = baselineOf(result, row, baseline);
  if (base === undefined) return undefined;
  const below = roundFigures(base);
  const ratios = roundFigures(row).flatMap((figure, round) => {
    const divisor = below[round];
    return figure === undefined || divisor === undefined ? [] : [figure / divisor];
  });
  return ratios.length === 0 ? undefined : spread(ratios);
}

/**
 * The fastest sample by the baseline's fastest: what is left where the processor changes its speed within a
 * round.
 *
 * @param {SuiteResult} result
 * @param {Row} row
 * @param {string} baseline A contender's id.
 * @returns {number | undefined}
 */
function bestRatioOf(result, row, baseline) {
  const base = baselineOf(result, row, baseline);
  const own = timeOf(row);
  const other = base === undefined ? undefined : timeOf(base);
  return own === undefined || other === undefined ? undefined : own.best / other.best;
}

/**
 * @param {Row} row
 * @returns {Record<string, number>} the median over the rounds of each figure beside the time
 */
export function figuresOf(row) {
  /** @type {Record<string, number[]>} */
  const collected = {};
  for (const outcome of row.rounds) {
    if (outcome.status !== 'ok') continue;
    for (const [name, value] of Object.entries(outcome.figures)) {
      collected[name] ??= [];
      collected[name].push(value);
    }
  }
  return Object.fromEntries(Object.entries(collected).map(([name, values]) => [name, median(values)]));
}

/**
 * @typedef {object} Verdict
 * @property {import('./types.d.ts').Target} target
 * @property {string} runtime
 * @property {Spread | undefined} ratio What the verdict is about.
 * @property {number | undefined} bestRatio
 * @property {'pass' | 'miss' | 'no figure'} verdict
 */

/**
 * @param {SuiteResult} result
 * @returns {Verdict[]} one for each target and runtime
 */
export function verdictsOf(result) {
  return result.suite.targets.flatMap((target) =>
    result.rows
      .filter(({ contender }) => contender === target.contender)
      .map((row) => {
        const ratio = ratioOf(result, row, target.baseline);
        const verdict = ratio === undefined ? 'no figure' : ratio.median <= target.atMost ? 'pass' : 'miss';
        const bestRatio = bestRatioOf(result, row, target.baseline);
        return { target, runtime: row.runtime, ratio, bestRatio, verdict };
      }),
  );
}

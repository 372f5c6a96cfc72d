// @ts-check
/**
 * From samples to figures. A round's figure is the median of its samples; a row's is the median of its
 * rounds, with the slowest and fastest round beside it, and the best single sample of all. A ratio is taken
 * in each round against the same round's baseline in the same case on the same Node (or Go, or Java), and its
 * median is reported. Over several cases it is the geometric mean of each round.
 */
import { geometricMean, median, spread } from './spread.mjs';

/** @typedef {import('./types.d.ts').Row} Row */
/** @typedef {import('./types.d.ts').Spread} Spread */
/** @typedef {import('./types.d.ts').SuiteResult} SuiteResult */
/** @typedef {import('./types.d.ts').RatioTarget} RatioTarget */
/** @typedef {import('./types.d.ts').FigureTarget} FigureTarget */

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

/** @param {string | readonly string[]} baseline @returns {readonly string[]} */
const idsOf = (baseline) => (typeof baseline === 'string' ? [baseline] : baseline);

/**
 * The rows that `row` may be divided by: of the same case and runtime, unless the baseline has one runtime of its
 * own (Go, Java).
 *
 * @param {SuiteResult} result
 * @param {Row} row
 * @param {string | readonly string[]} baseline
 * @returns {Row[]}
 */
function baselinesOf({ suite, rows }, row, baseline) {
  return idsOf(baseline).flatMap((id) => {
    const candidates = rows.filter((one) => one.contender === id && one.case === row.case);
    const isJs = suite.contenders.some((one) => one.id === id && one.kind === 'js');
    // A row of Go or Java is divided by the first Node's baseline.
    if (!isJs || !row.runtime.startsWith('node')) return candidates.slice(0, 1);
    return candidates.filter(({ runtime }) => runtime === row.runtime);
  });
}

/**
 * @param {SuiteResult} result
 * @param {Row} row
 * @param {string | readonly string[]} baseline
 * @returns {Array<number | undefined>} the ratio of each round, to the fastest baseline of the round
 */
function roundRatios(result, row, baseline) {
  const bases = baselinesOf(result, row, baseline).map(roundFigures);
  return roundFigures(row).map((figure, round) => {
    const divisors = bases.map((figures) => figures[round]).filter((divisor) => divisor !== undefined);
    return figure === undefined || divisors.length === 0 ? undefined : figure / Math.min(...divisors);
  });
}

/** @param {ReadonlyArray<number | undefined>} ratios @returns {Spread | undefined} */
function spreadOf(ratios) {
  const known = ratios.filter((ratio) => ratio !== undefined);
  return known.length === 0 ? undefined : spread(known);
}

/**
 * @param {SuiteResult} result
 * @param {Row} row
 * @param {string | readonly string[]} baseline Contenders' ids.
 * @returns {Spread | undefined} undefined where no round has both
 */
export function ratioOf(result, row, baseline) {
  return spreadOf(roundRatios(result, row, baseline));
}

/**
 * The geometric mean over several rows, a case each.
 *
 * @param {SuiteResult} result
 * @param {readonly Row[]} rows
 * @param {string | readonly string[]} baseline
 * @returns {Spread | undefined} undefined where no round has all of them
 */
export function meanRatioOf(result, rows, baseline) {
  const ratios = rows.map((row) => roundRatios(result, row, baseline));
  return spreadOf(
    Array.from({ length: result.rounds }, (_, round) => geometricMean(ratios.map((of) => of[round]))),
  );
}

/**
 * The fastest sample by the baseline's fastest: what is left where the processor changes its speed within a
 * round.
 *
 * @param {SuiteResult} result
 * @param {Row} row
 * @param {string | readonly string[]} baseline Contenders' ids.
 * @returns {number | undefined}
 */
function bestRatioOf(result, row, baseline) {
  const own = timeOf(row);
  const others = baselinesOf(result, row, baseline).flatMap((base) => timeOf(base)?.best ?? []);
  return own === undefined || others.length === 0 ? undefined : own.best / Math.min(...others);
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
 * @property {Spread | undefined} ratio What the verdict is about; of a figure, its median alone.
 * @property {number | undefined} bestRatio
 * @property {string | undefined} worstCase Where each case must reach it.
 * @property {'pass' | 'miss' | 'no figure'} verdict
 */

/**
 * What there is to judge: one thing for the mean, one for each case otherwise.
 *
 * @param {SuiteResult} result
 * @param {RatioTarget} target
 * @param {readonly Row[]} rows
 */
function ratiosToJudge(result, { baseline, over = 'mean' }, rows) {
  const best = rows.map((row) => bestRatioOf(result, row, baseline));
  if (over === 'mean') {
    const ratio = meanRatioOf(result, rows, baseline);
    return [{ ratio, bestRatio: geometricMean(best), worstCase: undefined }];
  }
  return rows.map((row, at) => ({
    ratio: ratioOf(result, row, baseline),
    bestRatio: best[at],
    worstCase: row.case,
  }));
}

/**
 * @param {FigureTarget} target
 * @param {readonly Row[]} rows
 */
function figuresToJudge({ figure }, rows) {
  return rows.map((row) => {
    const value = figuresOf(row)[figure];
    const ratio = value === undefined ? undefined : { median: value, min: value, max: value };
    return { ratio, bestRatio: undefined, worstCase: row.case };
  });
}

/**
 * @param {SuiteResult} result
 * @returns {Verdict[]} one for each target and runtime
 */
export function verdictsOf(result) {
  return result.suite.targets.flatMap((target) => {
    const { contender, cases } = target;
    const rows = result.rows.filter(
      (row) =>
        row.contender === contender &&
        (cases === undefined || (row.case !== undefined && cases.includes(row.case))),
    );
    const runtimes = [...new Set(rows.map(({ runtime }) => runtime))];
    return runtimes.map((runtime) => {
      const own = rows.filter((row) => row.runtime === runtime);
      const all = 'figure' in target ? figuresToJudge(target, own) : ratiosToJudge(result, target, own);
      // What has no figure is the worst: nobody knows.
      const [worst] = all.sort((a, b) => (b.ratio?.median ?? Infinity) - (a.ratio?.median ?? Infinity));
      const { ratio, bestRatio, worstCase } = worst ?? {};
      const verdict = ratio === undefined ? 'no figure' : ratio.median <= target.atMost ? 'pass' : 'miss';
      return { target, runtime, ratio, bestRatio, worstCase, verdict };
    });
  });
}

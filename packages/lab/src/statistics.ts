/**
 * Medians and spreads. A figure of this lab is the median over rounds, with the smallest and the largest round
 * beside it: with 3 to 10 rounds there is no distribution to speak of, and the range hides nothing.
 */

/** A figure over the rounds. `min ≤ median ≤ max`. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/**
 * The middle value; the mean of the two middle ones if their number is even.
 *
 * @param values at least one, none NaN
 * @throws {RangeError} there are none
 */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new RangeError('Cannot take the median of nothing');
  return lower === upper ? lower : (lower + upper) / 2;
}

/**
 * Median and range of at least one value.
 *
 * @throws {RangeError} there are none
 */
export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * `numerators[i] / denominators[i]` for each round i: rounds are compared with themselves, so that a slow minute
 * of the machine, which slows both, cancels out.
 *
 * 0 / 0 is 1: two rounds without any collection are equal.
 *
 * @throws {RangeError} the lengths differ
 */
export function ratios(numerators: readonly number[], denominators: readonly number[]): number[] {
  if (numerators.length !== denominators.length) {
    throw new RangeError(`Cannot compare ${numerators.length} rounds with ${denominators.length}`);
  }
  return numerators.map((n, i) => {
    const d = denominators[i] as number;
    return n === d ? 1 : n / d;
  });
}

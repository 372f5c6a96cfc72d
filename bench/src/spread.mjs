// @ts-check
/** Medians and spreads. */

/**
 * @param {readonly number[]} values At least one.
 * @returns {number}
 */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  const lower = sorted[sorted.length % 2 === 0 ? middle - 1 : middle];
  if (upper === undefined || lower === undefined) throw new RangeError('Cannot take the median of nothing');
  return (lower + upper) / 2;
}

/**
 * @param {readonly number[]} values At least one.
 * @returns {import('./types.d.ts').Spread}
 */
export function spread(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * @param {ReadonlyArray<number | undefined>} values
 * @returns {number | undefined} undefined where one is missing, or there is none
 */
export function geometricMean(values) {
  let logs = 0;
  for (const value of values) {
    if (value === undefined) return undefined;
    logs += Math.log(value);
  }
  return values.length === 0 ? undefined : Math.exp(logs / values.length);
}

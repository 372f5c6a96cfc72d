/**
 * How large the objects are that V8's sampling heap profiler saw. For a sample the inspector tells one number,
 *
 *     X = z × c      c = ⌊1 / (1 − e^(−z / R)) + ½⌋
 *
 * where z is the object's size, a multiple of 8, R the sampling interval, and c the objects that the sample stands
 * for. X lies just above R whatever z is (the multiple of z nearest to R + z / 2), so several z give the same X. Two
 * intervals give the same z different X, and another set of wrong candidates: the recorder changes R from period to
 * period, and the true z is a candidate under each.
 *
 * The mixture of sizes at a site is the most likely one, by expectation maximisation for Poisson counts
 * (Shepp and Vardi 1982) with a penalty on small components (Figueiredo and Jain 2002), so that few sizes explain the
 * samples. Whatever the sizes, Σ bytes × count stays Σ X × samples, up to the rounding of counts.
 */

/** Samples of one X: the interval, `X`, how many. */
export type RawSize = readonly [interval: number, weightedBytes: number, samples: number];

/** Objects of one size. */
export interface ObjectSize {
  readonly bytes: number;
  readonly count: number;
  /** Samples that the count rests on; rounded, at least 1. */
  readonly samples: number;
}

/**
 * Intervals to sample with in turn, in bytes. Near 32, 64 and 128 KiB, found by hill climbing over the primes within
 * 10 % of them: of the 130,816 pairs of sizes from 16 to 4096 B, 21 cannot be told apart by all three (432, 648 and
 * 1296 B; 496 and 992 B; …), where 32, 64 and 128 KiB leave 211; one alone leaves 1025, 1003 and 1092.
 */
export const SAMPLING_INTERVALS: readonly [number, number, number] = [33287, 60493, 126733];

/** Smallest object of the heap: a header and a word. */
const SMALLEST_BYTES = 16;
/** Sizes are multiples of this. */
const WORD_BYTES = 8;
/** Rounds without the penalty, then with it. */
const FREE_ROUNDS = 60;
const SPARSE_ROUNDS = 120;
/** Samples that a size has to earn more than others would. */
const SPARSE_PENALTY = 0.5;
/** Sizes with a smaller part of the samples have to stand a test; at most that many do. */
const DOUBTFUL_SHARE = 0.1;
const MOST_DOUBTFUL = 32;
/** How much more likely a size has to make the samples, as a logarithm: e⁸ is four standard deviations. */
const CHANCE_LIKELIHOOD = 8;
/** Cached candidate lists; beyond that the cache starts anew. */
const MOST_CACHED = 20_000;

/** Samples with the same interval and X. */
interface Cell {
  readonly interval: number;
  readonly weighted: number;
  samples: number;
  /** Indices of sizes. */
  sizes: number[];
}

/** Objects that V8 counts for one sample of an object of `bytes`. */
export function objectsPerSample(bytes: number, interval: number): number {
  return Math.floor(1 / sampledShare(bytes, interval) + 0.5);
}

/**
 * The sizes behind what the profiler tells. Samples of one site, of all intervals together.
 *
 * @param raw Several of the same interval and X add up.
 * @returns The most bytes first.
 */
export function objectSizes(raw: readonly RawSize[]): ObjectSize[] {
  const cells = cellsOf(raw);
  if (cells.length === 0) return [];
  const sizes = distinguishableSizes(cells);
  const weights = fit(cells, sizes);
  return tally(cells, sizes, weights);
}

/** Probability that an object of `bytes` is sampled. */
function sampledShare(bytes: number, interval: number): number {
  return -Math.expm1(-bytes / interval);
}

function cellsOf(raw: readonly RawSize[]): Cell[] {
  const cells = new Map<string, Cell>();
  for (const [interval, weighted, samples] of raw) {
    if (!(samples > 0) || !(weighted > 0) || !(interval > 0)) continue;
    const key = `${interval} ${weighted}`;
    const cell = cells.get(key);
    if (cell) cell.samples += samples;
    else cells.set(key, { interval, weighted, samples, sizes: [] });
  }
  return [...cells.values()];
}

const candidateCache = new Map<string, readonly number[]>();

/** Sizes that give X under the interval, smallest first; X itself where none does. */
function candidates(interval: number, weighted: number): readonly number[] {
  const key = `${interval} ${weighted}`;
  const cached = candidateCache.get(key);
  if (cached) return cached;
  const found: number[] = [];
  for (let count = Math.floor(weighted / SMALLEST_BYTES); count >= 1; count--) {
    if (weighted % (count * WORD_BYTES) !== 0) continue;
    const bytes = weighted / count;
    if (objectsPerSample(bytes, interval) === count) found.push(bytes);
  }
  if (found.length === 0) found.push(weighted);
  if (candidateCache.size >= MOST_CACHED) candidateCache.clear();
  candidateCache.set(key, found);
  return found;
}

/**
 * Sizes below 32 B are mostly numbers and short strings, large ones are rare. Only ratios matter, and only where
 * samples do not decide.
 */
function plausibility(bytes: number): number {
  return bytes < 32 ? 0.5 : Math.min(1, 64 / bytes);
}

function likelier(bytes: number, other: number): boolean {
  const difference = plausibility(bytes) - plausibility(other);
  return difference > 0 || (difference === 0 && bytes < other);
}

/** Fills `cell.sizes`. Of sizes that are candidates for the same cells, none can be preferred: the likeliest stays. */
function distinguishableSizes(cells: readonly Cell[]): number[] {
  const cellsBySize = new Map<number, number[]>();
  cells.forEach((cell, index) => {
    for (const bytes of candidates(cell.interval, cell.weighted)) {
      const list = cellsBySize.get(bytes);
      if (list) list.push(index);
      else cellsBySize.set(bytes, [index]);
    }
  });
  const likeliest = new Map<string, number>();
  for (const [bytes, list] of cellsBySize) {
    const key = list.join();
    const other = likeliest.get(key);
    if (other === undefined || likelier(bytes, other)) likeliest.set(key, bytes);
  }
  const sizes = [...likeliest.values()];
  sizes.forEach((bytes, index) => {
    for (const cell of cellsBySize.get(bytes) ?? []) cells[cell]?.sizes.push(index);
  });
  return sizes;
}

/** Objects of each size, relative to each other; 0 for sizes that explain nothing. */
function fit(cells: readonly Cell[], sizes: readonly number[]): Float64Array {
  const exposure = exposures(cells);
  const expected = Float64Array.from(sizes, (bytes) => {
    let sum = 0;
    for (const [interval, share] of exposure) sum += share * sampledShare(bytes, interval);
    return sum;
  });
  const start = Float64Array.from(sizes, plausibility);
  const free = maximise(cells, sizes, expected, start, FREE_ROUNDS, 0);
  const sparse = maximise(cells, sizes, expected, free, SPARSE_ROUNDS, SPARSE_PENALTY);
  return withoutChance(cells, sizes, expected, sparse, exposure);
}

function maximise(
  cells: readonly Cell[],
  sizes: readonly number[],
  expected: Float64Array,
  start: Float64Array,
  rounds: number,
  penalty: number,
): Float64Array {
  const weights = start.slice();
  const earned = new Float64Array(sizes.length);
  for (let round = 0; round < rounds; round++) {
    earned.fill(0);
    for (const cell of cells) shareOut(cell, sizes, weights, (size, samples) => addTo(earned, size, samples));
    let change = 0;
    for (let size = 0; size < sizes.length; size++) {
      const before = weights[size] ?? 0;
      const after = Math.max(0, (earned[size] ?? 0) - penalty) / (expected[size] ?? 1);
      weights[size] = after;
      change = Math.max(change, Math.abs(after - before) / (before + after + Number.MIN_VALUE));
    }
    if (change < 1e-6) break;
  }
  return weights;
}

/** Leaves out small sizes that explain no more than chance does: what others leave over of a cell they share. */
function withoutChance(
  cells: readonly Cell[],
  sizes: readonly number[],
  expected: Float64Array,
  fitted: Float64Array,
  exposure: ReadonlyMap<number, number>,
): Float64Array {
  const samples = cells.reduce((sum, cell) => sum + cell.samples, 0);
  const worth = (size: number): number => (fitted[size] ?? 0) * (expected[size] ?? 0);
  const doubtful = [...sizes.keys()]
    .filter((size) => worth(size) > 0 && worth(size) < DOUBTFUL_SHARE * samples)
    .sort((a, b) => worth(a) - worth(b));
  let weights = fitted;
  let likelihood = logLikelihood(cells, sizes, weights, expected, exposure);
  for (const size of doubtful.slice(0, MOST_DOUBTFUL)) {
    const without = weights.slice();
    without[size] = 0;
    if (!Number.isFinite(logLikelihood(cells, sizes, without, expected, exposure))) continue;
    const fittedWithout = maximise(cells, sizes, expected, without, FREE_ROUNDS, 0);
    const other = logLikelihood(cells, sizes, fittedWithout, expected, exposure);
    if (likelihood - other > CHANCE_LIKELIHOOD) continue;
    weights = fittedWithout;
    likelihood = other;
  }
  return weights;
}

/** Of Poisson counts, without what does not depend on the weights; −∞ where a cell is left unexplained. */
function logLikelihood(
  cells: readonly Cell[],
  sizes: readonly number[],
  weights: Float64Array,
  expected: Float64Array,
  exposure: ReadonlyMap<number, number>,
): number {
  let sum = 0;
  for (let size = 0; size < sizes.length; size++) sum -= (weights[size] ?? 0) * (expected[size] ?? 0);
  for (const cell of cells) {
    let mean = 0;
    for (const size of cell.sizes)
      mean += (weights[size] ?? 0) * sampledShare(sizes[size] ?? 0, cell.interval);
    sum += cell.samples * Math.log(mean * (exposure.get(cell.interval) ?? 0));
  }
  return sum;
}

/** Part of the site's bytes that each interval saw. */
function exposures(cells: readonly Cell[]): Map<number, number> {
  const bytes = new Map<number, number>();
  let total = 0;
  for (const { interval, weighted, samples } of cells) {
    bytes.set(interval, (bytes.get(interval) ?? 0) + weighted * samples);
    total += weighted * samples;
  }
  for (const [interval, seen] of bytes) bytes.set(interval, seen / total);
  return bytes;
}

/** Gives the samples of a cell to its sizes, by how many of each are expected in it. */
function shareOut(
  cell: Cell,
  sizes: readonly number[],
  weights: Float64Array,
  give: (size: number, samples: number) => void,
): void {
  let sum = 0;
  for (const size of cell.sizes) sum += (weights[size] ?? 0) * sampledShare(sizes[size] ?? 0, cell.interval);
  if (sum > 0) {
    for (const size of cell.sizes) {
      const part = ((weights[size] ?? 0) * sampledShare(sizes[size] ?? 0, cell.interval)) / sum;
      if (part > 0) give(size, cell.samples * part);
    }
    return;
  }
  let best = cell.sizes[0] ?? 0;
  for (const size of cell.sizes) {
    if (likelier(sizes[size] ?? 0, sizes[best] ?? 0)) best = size;
  }
  give(best, cell.samples);
}

function tally(cells: readonly Cell[], sizes: readonly number[], weights: Float64Array): ObjectSize[] {
  const counts = new Float64Array(sizes.length);
  const samples = new Float64Array(sizes.length);
  for (const cell of cells) {
    shareOut(cell, sizes, weights, (size, given) => {
      addTo(samples, size, given);
      addTo(counts, size, (given * cell.weighted) / (sizes[size] ?? 1));
    });
  }
  const result: ObjectSize[] = [];
  sizes.forEach((bytes, size) => {
    const count = Math.round(counts[size] ?? 0);
    if (count > 0) result.push({ bytes, count, samples: Math.max(1, Math.round(samples[size] ?? 0)) });
  });
  return result.sort((a, b) => b.bytes * b.count - a.bytes * a.count || a.bytes - b.bytes);
}

function addTo(array: Float64Array, index: number, value: number): void {
  array[index] = (array[index] ?? 0) + value;
}

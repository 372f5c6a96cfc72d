/**
 * Who gets how many entries of the cache, out of one byte budget.
 *
 * The level of a class's cache walks: down with each allocation, up with each release, and it misses where it would fall
 * below nothing. Of a walk between 0 and k the ends are met about once in k + 1 steps, so that with k entries
 *
 *     misses(k) ≈ s · allocations ÷ (k + 1)     up to w, from where on there are none
 *
 * with s measured: 1 for a class of which nobody knows more. The budget is spent where the next byte avoids most, which
 * by Lagrange is the same everywhere: k · (k + 1) = s · allocations · cost of a miss ÷ (λ · block bytes), and λ is such
 * that the sum of all entries' bytes is the budget. So a class gets entries by the root of its use, and even the rare and the
 * large ones get their first: that is worth more than the last of others.
 *
 * Source: convex allocation by marginal utility (Stone, Turek and Wolf, "Optimal partitioning of cache memory", 1992).
 */

/** A class that wants entries. */
export interface Bid {
  readonly blockBytes: number;
  /** w: entries from which on it would not miss. */
  readonly wanted: number;
  /** In a look. */
  readonly allocations: number;
  /** s: how often it meets the end of its cache, of how often a random walk would. */
  readonly intensity: number;
  /** Cost of a miss, in nanoseconds. */
  readonly costNs: number;
}

/** The entries of one cache's classes. */
export interface Plan {
  readonly bids: readonly Bid[];
  /** Of each bid. */
  readonly entries: readonly number[];
}

/** One cache's part of the budget. */
export interface Share {
  /** What its bound is to be. */
  readonly bytes: number;
  /** Up to where it may stay. */
  readonly mostBytes: number;
}

/** Of several caches, the budget is so many times what is planned. */
const KEPT_BACK = 1.1;
/** Halvings of the interval in which λ is looked for; the last one is a part in 10^12 of it. */
const HALVINGS = 48;

/**
 * What a miss costs against a hit, in nanoseconds, by block bytes: 35 to 39 up to 4 KiB, 90 to 125 from 16 KiB to 1 MiB
 * (Node 20.20, 2-core AMD EPYC, November 2026, `npm run bench -- tuner-miss`).
 */
export function missCostNs(blockBytes: number): number {
  return blockBytes > 8192 ? 120 : 40;
}

/**
 * Shares `budgetBytes` out.
 *
 * @returns the entries of each bid, in the order of the bids; Σ entries · block bytes ≤ budgetBytes
 */
export function shareOut(bids: readonly Bid[], budgetBytes: number): readonly number[] {
  const all = bids.map(({ wanted }) => wanted);
  if (bytesOf(bids, all) <= budgetBytes) return all;
  const worths = bids.map(worthOf);
  let [low, high] = [0, Math.max(1, ...worths)];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (bytesOf(bids, entriesAt(bids, worths, middle)) > budgetBytes) low = middle;
    else high = middle;
  }
  return entriesAt(bids, worths, high);
}

/**
 * Splits the budget between caches by what was planned for each; what is left over is shared equally. Of several, a tenth
 * is kept back, so that a bound may stay where it is while the plans move a little.
 *
 * @param planned bytes of each cache's entries
 * @returns of each, the bytes to set and the bytes up to which a bound may stay; Σ of these ≤ budgetBytes
 */
export function splitBudget(planned: readonly number[], budgetBytes: number): readonly Share[] {
  if (planned.length === 1) return [{ bytes: budgetBytes, mostBytes: budgetBytes }];
  const sum = planned.reduce((a, b) => a + b, 0);
  const kept = budgetBytes / KEPT_BACK;
  const rest = Math.max(0, kept - sum) / planned.length;
  return planned.map((bytes) => {
    const share = sum > kept ? (kept * bytes) / sum : bytes + rest;
    return { bytes: Math.floor(share), mostBytes: Math.floor(share * KEPT_BACK) };
  });
}

/** s · allocations · cost ÷ bytes: k · (k + 1) · λ. */
function worthOf({ allocations, intensity, costNs, blockBytes }: Bid): number {
  return (allocations * intensity * costNs) / blockBytes;
}

function entriesAt(bids: readonly Bid[], worths: readonly number[], lambda: number): number[] {
  return bids.map(({ wanted }, i) => {
    // The last entry avoids worth · (1 ÷ k − 1 ÷ (k + 1)): the largest k for which that is λ or more.
    const entries = Math.floor((Math.sqrt(1 + (4 * (worths[i] as number)) / lambda) - 1) / 2);
    return Math.min(wanted, entries);
  });
}

/** Bytes that a plan's entries take when all are full. */
export function bytesOfPlan({ bids, entries }: Plan): number {
  return bytesOf(bids, entries);
}

function bytesOf(bids: readonly Bid[], entries: readonly number[]): number {
  return bids.reduce((sum, { blockBytes }, i) => sum + blockBytes * (entries[i] as number), 0);
}

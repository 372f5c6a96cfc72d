/**
 * Who gets the bytes: the classes whose misses cost most for each byte that their entries take.
 *
 *     worth of a class = allocations · cost of a miss ÷ (entries wanted · block bytes)
 *
 * Classes are served by falling worth until the budget is used up; the last one may get a part of what it wants. That is
 * the greedy answer to the fractional knapsack, and optimal where each entry of a class is worth as much as another.
 *
 * Source: the fractional knapsack (Dantzig, 1957); .NET's and jemalloc's caches have fixed bounds here.
 */

/** A class that wants entries. */
export interface Bid {
  readonly blockBytes: number;
  /** Entries that would be of use. */
  readonly wanted: number;
  /** Allocations in a look. */
  readonly allocations: number;
}

/**
 * What a miss costs against a hit, in nanoseconds, by block bytes. Measured as `step` of a pair that always misses less
 * one that hits (Node 20.20, 2-core AMD EPYC, November 2026, `npm run bench -- tuner-miss`): slots of slabs; runs of
 * pages; and what has a chunk of its own, whose memory comes from the runtime and is zeroed by it.
 */
export function missCostNs(blockBytes: number, sharedChunkBytes: number): number {
  if (blockBytes * 2 > sharedChunkBytes) return 1000 + blockBytes / 16;
  return blockBytes > 32_768 ? 200 : 80;
}

/**
 * Shares `budgetBytes` out.
 *
 * @param bids with their cost of a miss in nanoseconds
 * @returns the entries of each bid, in the order of the bids
 */
export function shareOut(
  bids: readonly (Bid & { readonly costNs: number })[],
  budgetBytes: number,
): readonly number[] {
  const granted = bids.map(() => 0);
  const order = bids.map((_, i) => i).sort((a, b) => worth(bids[b] as Worth) - worth(bids[a] as Worth));
  let left = budgetBytes;
  for (const i of order) {
    const { wanted, blockBytes } = bids[i] as Bid;
    const entries = Math.min(wanted, Math.floor(left / blockBytes));
    granted[i] = entries;
    left -= entries * blockBytes;
  }
  return granted;
}

type Worth = Bid & { readonly costNs: number };

function worth({ allocations, costNs, wanted, blockBytes }: Worth): number {
  return wanted === 0 ? 0 : (allocations * costNs) / (wanted * blockBytes);
}

/** How long a site's bytes live, from the few that were followed, and from what the memory of the process allows. */
import type { LifetimeRecord } from '#recorder/recording';
import type { Lifetime } from './advice.ts';

/** As many are too few to tell. */
const FEW = 4;
const SHORT_SHARE = 0.8;
const LONG_SHARE = 0.5;
/** A site that allocates that many times what the process ever had in memory cannot keep it. */
const TIMES_MEMORY = 4;

/**
 * Judges.
 *
 * @param bytes that the site allocated
 * @param memoryBytes the most that its processes had in memory
 */
export function judgeLifetime(record: LifetimeRecord, bytes: number, memoryBytes: number): Lifetime {
  const { followed, diedAtFirst, diedAtSecond, diedLater } = record;
  const stayed = record.aliveAfterOne + record.aliveAfterMore;
  const judged = diedAtFirst + diedAtSecond + diedLater + stayed;
  return {
    kind: kindOf(diedAtFirst, diedAtSecond, diedLater + stayed, bytes, memoryBytes),
    medianMs: medianAge(record.agesMs),
    followed,
    aliveShare: judged === 0 ? 0 : stayed / judged,
  };
}

function kindOf(
  first: number,
  second: number,
  longer: number,
  bytes: number,
  memoryBytes: number,
): Lifetime['kind'] {
  const judged = first + second + longer;
  if (judged >= FEW || longer > first + second) {
    if (longer / judged >= LONG_SHARE) return 'long';
    if (first / judged >= SHORT_SHARE) return 'short';
    return 'mixed';
  }
  return bytes > TIMES_MEMORY * memoryBytes ? 'short' : 'unknown';
}

/** The upper end of the histogram's middle entry: entry i has ages below 2^i ms. */
function medianAge(ages: readonly number[]): number | null {
  const total = ages.reduce((sum, count) => sum + count, 0);
  let passed = 0;
  for (const [i, count] of ages.entries()) {
    passed += count;
    if (total > 0 && passed * 2 >= total) return 2 ** i;
  }
  return null;
}

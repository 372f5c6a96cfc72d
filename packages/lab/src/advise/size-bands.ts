/** Sizes of a site in a few bands, for reading. */
import type { SizeBand } from './advice.ts';

type Sizes = readonly (readonly [bytes: number, count: number])[];

/** As many different sizes are told one by one; more are told by powers of two. */
const EXACT_BANDS = 5;

/**
 * Bands of sizes.
 *
 * @param sizes pairs of bytes and count, smallest first
 * @returns the smallest first; shares add up to 1
 */
export function sizeBands(sizes: Sizes): SizeBand[] {
  const total = sizes.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return [];
  if (sizes.length <= EXACT_BANDS) {
    return sizes.map(([bytes, count]) => ({ fromBytes: bytes, toBytes: bytes, share: count / total }));
  }
  const bands = new Map<number, { from: number; to: number; count: number }>();
  for (const [bytes, count] of sizes) {
    const power = bytes === 0 ? 0 : 2 ** Math.ceil(Math.log2(bytes));
    const band = bands.get(power);
    if (band === undefined) bands.set(power, { from: bytes, to: bytes, count });
    else {
      band.to = bytes;
      band.count += count;
    }
  }
  return Array.from(bands.values(), ({ from, to, count }) => ({
    fromBytes: from,
    toBytes: to,
    share: count / total,
  }));
}

/** A step that comes by every entry of a list, and far from the last at a time. */
function stepThrough(length: number): number {
  let step = Math.max(1, Math.round(length * 0.382));
  while (commonDivisor(step, length) > 1) step++;
  return step;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/**
 * Sizes in the proportion of their counts, mixed, for a loop that goes through them again and again.
 *
 * @param most how many at most
 */
export function representativeSizes(sizes: Sizes, most: number): number[] {
  const total = sizes.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return [];
  const list: number[] = [];
  let passed = 0;
  let at = 0;
  // The middles of `most` equal parts of the distribution: each size as often as it is frequent.
  for (let i = 0; i < most; i++) {
    const wanted = ((i + 0.5) / most) * total;
    while (at < sizes.length - 1 && passed + (sizes[at]?.[1] ?? 0) < wanted) passed += sizes[at++]?.[1] ?? 0;
    list.push(sizes[at]?.[0] ?? 0);
  }
  if (new Set(list).size === 1) return [list[0] as number];
  const step = stepThrough(most);
  return list.map((_, i) => list[(i * step) % most] as number);
}

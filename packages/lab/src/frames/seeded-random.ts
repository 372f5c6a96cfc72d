/**
 * A seeded random sequence: the same messages on every machine and in every case.
 *
 * Source: mulberry32, Tommy Ettinger, public domain.
 */

/**
 * Makes a generator of numbers in [0, 1).
 *
 * @param seed a 32-bit integer
 */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

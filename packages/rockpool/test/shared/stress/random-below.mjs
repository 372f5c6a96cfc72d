// @ts-check
/**
 * Random whole numbers from 0 up to a bound, the same for the same seed: xorshift.
 *
 * @param {number} seed
 * @returns {(bound: number) => number}
 */
export function randomBelow(seed) {
  let state = seed | 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

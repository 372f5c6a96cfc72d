// @ts-check
/**
 * The sizes that the buffer suites ask for. The mixed table stands in `bench/java` too, made of integers only, so
 * that both sides have the same; the runner compares their checksums. Change them together.
 */

/** Entries of the mixed table, a power of two. */
export const MIXED = 1024;

const SEED = 0x2545f491;
const LEAST_OCTAVE = 6; // 64 bytes
const OCTAVES = 10; // up to 64 KiB

const KIB = 1024;

/** A size of its own case. */
const size = (/** @type {number} */ bytes) => {
  if (bytes < KIB) return { bytes, label: `${bytes} B` };
  return bytes < KIB * KIB
    ? { bytes, label: `${bytes / KIB} KiB` }
    : { bytes, label: `${bytes / KIB / KIB} MiB` };
};

/** @typedef {ReturnType<typeof size>} Size */

/** 64 B to 1 MiB. */
export const SIZES = [64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, KIB * KIB].map(size);

/**
 * The sizes from `least` to `most` bytes.
 *
 * @param {number} least
 * @param {number} [most]
 */
export const sizesFrom = (least, most = Infinity) =>
  SIZES.filter(({ bytes }) => least <= bytes && bytes <= most);

/** Marsaglia's xorshift of 32 bits. @param {number} state */
function step(state) {
  let next = state;
  next ^= next << 13;
  next ^= next >>> 17;
  return next ^ (next << 5);
}

/** Log-uniform by octaves: an octave is drawn, then a size in it. */
export function mixedSizes() {
  const sizes = new Int32Array(MIXED);
  let state = SEED;
  for (let k = 0; k < MIXED; k++) {
    state = step(state);
    const octave = 1 << (LEAST_OCTAVE + ((state >>> 8) % OCTAVES));
    state = step(state);
    sizes[k] = octave + ((state >>> 8) % octave);
  }
  return sizes;
}

/** Tells two tables apart. */
export function mixedChecksum() {
  return mixedSizes().reduce((sum, bytes) => (Math.imul(sum, 31) + bytes) | 0, 0);
}

/**
 * Colours of size classes: a scale over log2 of the bytes whose lightness only goes one way, so that order can be seen
 * without a legend, and without telling hues apart. The larger, the farther from the ground.
 *
 *     light ground   L 0.82 ─► 0.34        dark ground   L 0.46 ─► 0.92        hue 115 (yellow-green) ─► 290 (violet)
 */
import { isDark } from '../palette.ts';

/** Where the scale ends: 32 B and 2 MiB. */
const LEAST_LOG = 5;
const MOST_LOG = 21;
const CHROMA = 0.125;

/** The colour of blocks of so many bytes, as CSS has it. */
export function classColour(blockBytes: number, alpha = 1): string {
  const log = Math.log2(Math.max(1, blockBytes));
  const at = Math.min(1, Math.max(0, (log - LEAST_LOG) / (MOST_LOG - LEAST_LOG)));
  const [from, to, firstHue, lastHue] = isDark() ? [0.46, 0.92, 290, 115] : [0.82, 0.34, 115, 290];
  const lightness = from + (to - from) * at;
  const hue = firstHue + (lastHue - firstHue) * at;
  return `oklch(${lightness.toFixed(3)} ${CHROMA} ${hue.toFixed(1)} / ${alpha})`;
}

/** The powers of two from the smallest to the largest of these, for a legend. */
export function powersBetween(sizes: readonly number[]): readonly number[] {
  if (sizes.length === 0) return [];
  const first = Math.floor(Math.log2(Math.min(...sizes)));
  const last = Math.ceil(Math.log2(Math.max(...sizes)));
  return Array.from({ length: last - first + 1 }, (_, i) => 2 ** (first + i));
}

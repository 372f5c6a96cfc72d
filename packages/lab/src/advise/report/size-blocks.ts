/** A histogram of sizes in a line of text: `256 B ▁▂█▁·▃ 64 KiB, 81.2 % of 1–4 KiB`. */
import { formatPercent } from '../../report/format.ts';
import type { SizeBand } from '../advice.ts';
import { bandText, formatSize, fullestBand } from './advice-words.ts';

const BLOCKS = '▁▂▃▄▅▆▇█';
/** Of a histogram; bands are merged until it has room. */
const MOST_BLOCKS = 24;
/** For the labels on both sides. */
const LABEL_COLUMNS = 20;

/**
 * Sizes as blocks, the fullest band as the highest. `·`: a gap of at least a factor of two where nothing was
 * allocated.
 *
 * @param columns that it may take, with its labels
 */
export function sizesText(sizes: readonly SizeBand[], columns: number): string {
  const [first] = sizes;
  const last = sizes.at(-1);
  const fullest = fullestBand(sizes);
  if (first === undefined || last === undefined || fullest === undefined) return 'unknown';
  if (first === last) return `all ${bandText(first)}`;
  const bands = mergeBands(sizes, Math.max(4, Math.min(MOST_BLOCKS, columns - LABEL_COLUMNS)));
  const most = Math.max(...bands.map(({ share }) => share));
  const blocks = bands.map((band, i) => {
    const before = bands[i - 1];
    const gap = before !== undefined && band.fromBytes > 2 * before.toBytes ? '·' : '';
    return gap + block(band.share, most);
  });
  const ends = [formatSize(first.fromBytes), formatSize(last.toBytes)].map((text) =>
    text.replace(' ', '\u00a0'),
  );
  return `${ends[0]}\u00a0${blocks.join('')}\u00a0${ends[1]}, ${formatPercent(fullest.share)} of ${bandText(fullest)}`;
}

function block(share: number, most: number): string {
  const level = most > 0 ? Math.ceil((share / most) * BLOCKS.length) : 0;
  return share > 0 ? (BLOCKS[Math.max(0, level - 1)] as string) : '·';
}

/** Neighbours together, so many that at most `most` bands remain. */
function mergeBands(sizes: readonly SizeBand[], most: number): SizeBand[] {
  const together = Math.ceil(sizes.length / most);
  const merged: SizeBand[] = [];
  for (let at = 0; at < sizes.length; at += together) {
    const group = sizes.slice(at, at + together);
    const [first] = group;
    const last = group.at(-1);
    if (first === undefined || last === undefined) continue;
    const share = group.reduce((sum, band) => sum + band.share, 0);
    merged.push({ fromBytes: first.fromBytes, toBytes: last.toBytes, share });
  }
  return merged;
}

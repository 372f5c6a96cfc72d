// @ts-check
/** Figures, ratios and tables as text. */

/** Stands where there is no figure. */
export const NOTHING = '–';

/**
 * Three figures that matter, whatever the size.
 *
 * @param {number | undefined} value
 */
export function number(value) {
  if (value === undefined) return NOTHING;
  if (value === 0) return '0';
  if (Math.abs(value) < 0.0001) return '<0.0001';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 0.1 ? 2 : 4);
}

/** Two decimals, or two figures that matter. @param {number} ratio */
export function ratioNumber(ratio) {
  return ratio >= 0.1 || ratio === 0 ? ratio.toFixed(2) : ratio.toPrecision(2);
}

/** @param {import('./types.d.ts').Spread | undefined} ratio */
export function ratioText(ratio) {
  if (ratio === undefined) return NOTHING;
  const { median, min, max } = ratio;
  if (min === 1 && max === 1) return '1';
  return `${ratioNumber(median)} (${ratioNumber(min)}–${ratioNumber(max)})`;
}

/**
 * A Markdown table with padded cells.
 *
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} body
 * @param {number} [words] How many of the columns, from the left, are text; the rest are figures.
 */
export function table(head, body, words = 2) {
  const widths = head.map((title, at) =>
    Math.max(3, title.length, ...body.map((row) => row[at]?.length ?? 0)),
  );
  /** @param {readonly string[]} cells */
  const line = (cells) =>
    `| ${cells.map((cell, at) => (at < words ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, at) => (at < words ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), line(rule), ...body.map(line)].join('\n');
}

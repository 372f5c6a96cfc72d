/** Lines that fit a terminal: how wide a text is, where it breaks, and where it is cut. */
import { stripVTControlCharacters } from 'node:util';

/** How pieces are laid out. */
export interface Layout {
  readonly width: number;
  /** Before the first line, and before those that follow. */
  readonly first: string;
  readonly rest: string;
  /** Between two pieces of a line; a space if left out. */
  readonly between?: string;
}

const WIDE =
  /[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff01-\uff60]/u;
const BEFORE_UNIT = /(\d) (?=(?:%|[nµm]?s|[KMGT]?i?B|[kMG])(?![a-z]))/gi;

/** Columns that a text takes; colours take none. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of stripVTControlCharacters(text)) columns += columnsOfCharacter(character);
  return columns;
}

/** Puts pieces into lines. One that is wider than a line stays whole, on a line of its own. */
export function flow(pieces: readonly string[], { width, first, rest, between = ' ' }: Layout): string[] {
  const lines: string[] = [];
  let line = first;
  let begun = false;
  for (const piece of pieces) {
    if (begun && columnsOf(line + between + piece) > width) {
      lines.push(line);
      line = rest;
      begun = false;
    }
    line += begun ? between + piece : piece;
    begun = true;
  }
  return [...lines, line];
}

/** The same with spaces that do not break between figures and their units. */
export function keepUnits(text: string): string {
  return text.replace(BEFORE_UNIT, '$1\u00a0');
}

/** Breaks sentences at spaces, but not between a figure and its unit. */
export function wrap(text: string, layout: Layout): string[] {
  return flow(keepUnits(text).split(' '), layout).map((line) => line.replaceAll('\u00a0', ' '));
}

/** At most so many columns, the last of them `…` where something was cut. */
export function clip(text: string, most: number): string {
  if (columnsOf(text) <= most) return text;
  let columns = 1;
  let kept = '';
  for (const character of text) {
    columns += columnsOfCharacter(character);
    if (columns > most) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

/**
 * At most so many characters of a source line: its start, or what is around a column that lies farther on. A minified
 * file has all its code in one line.
 *
 * @param column from 1
 */
export function excerpt(source: string, column: number, most: number): string {
  if (source.length <= most) return source;
  const start = column < most ? 0 : Math.min(column - 1 - Math.floor(most / 3), source.length - most);
  const end = start + most;
  const before = start > 0 ? '…' : '';
  const after = end < source.length ? '…' : '';
  return before + source.slice(start + before.length, end - after.length) + after;
}

function columnsOfCharacter(character: string): number {
  if (/\p{M}/u.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

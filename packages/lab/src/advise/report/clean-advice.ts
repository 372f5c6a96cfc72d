/**
 * Advice without what could steer a terminal or turn a line around. File names, function names, source lines and
 * addresses come from a stranger's program; they may hold escape sequences, line breaks and bidirectional controls.
 * The whole report is cleaned once, at the entrance of a renderer, so that no name can be forgotten.
 */
import { stripVTControlCharacters } from 'node:util';
import type { Advice } from '../advice.ts';

/** The same figures, all texts of one line, but for the snippets, which keep theirs. */
export function cleanAdvice(advice: Advice): Advice {
  return cleanValue(advice, '') as Advice;
}

function cleanValue(value: unknown, key: string): unknown {
  if (typeof value === 'string') {
    return key === 'snippet' ? value.split('\n').map(cleanLine).join('\n') : cleanLine(value);
  }
  if (Array.isArray(value)) return value.map((item) => cleanValue(item, ''));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([name, item]) => [cleanLine(name), cleanValue(item, name)]);
  return Object.fromEntries(entries);
}

/** Cc: control characters. Cf: those that order, join or hide others. Cs: halves of characters. */
function cleanLine(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll('\t', '  ')
    .replace(/[\n\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '');
}

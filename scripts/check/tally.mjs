// @ts-check
/**
 * How many tests passed, failed and were skipped: what the steps of a check hand to it. A step that counts more
 * than itself writes its tally to the file that `ROCKPOOL_TALLY` names.
 */
import { readFile, writeFile } from 'node:fs/promises';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * @typedef {object} Tally
 * @property {Counts} counts
 * @property {string[]} notes what must be said even if all is well: what was skipped, and why
 */

/** The variable that names the file. */
export const TALLY_FILE = 'ROCKPOOL_TALLY';

/** The sum of `all`. @param {readonly Counts[]} all @returns {Counts} */
export function sum(all) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of all) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  return total;
}

/** "3 passed, 0 failed", and what was skipped if anything was. @param {Counts} counts */
export function show({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** For a step: hands its tally to the check, if one asked. @param {Counts} counts @param {string[]} [notes] */
export async function saveTally(counts, notes = []) {
  const file = process.env[TALLY_FILE];
  if (file !== undefined) await writeFile(file, JSON.stringify({ counts, notes }));
}

/** For the check: the tally that a step left in `file`; undefined if it left none. @param {string} file */
export async function loadTally(file) {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : /** @type {Tally} */ (JSON.parse(text));
}

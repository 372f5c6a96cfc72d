// @ts-check
/**
 * Runs the library's tests on other versions of Node: `node scripts/test-matrix.mjs [major…]`, all of the table
 * if none is named. Wants the packages built. A version that cannot be had here is skipped, and said to be.
 */
import { join } from 'node:path';
import { saveTally, show, sum } from './check/tally.mjs';
import { runVitest } from './check/vitest.mjs';
import { nodeBinary, RELEASES, UnavailableError } from './matrix/node-binaries.mjs';
import { ROOT } from './tools.mjs';

const CACHE = join(ROOT, '.cache', 'node');
const TESTS = ['packages/rockpool/'];
/** Interleavings of simulated workers, a minute and more: plain JavaScript in one thread, the same on every Node. */
const ONCE = ['packages/rockpool/test/shared/explorer/**'];
/**
 * Workers that die, half a minute of it, and databases that are started and killed: on the oldest Node, which is not of
 * this table, and on the newest.
 */
const NEWEST_ONLY = [
  'packages/rockpool/test/shared/shared-stress.test.ts',
  'packages/rockpool/test/databases/**',
];
const NEWEST = Object.keys(RELEASES).at(-1);

/** @typedef {import('./check/tally.mjs').Counts} Counts */

/** @type {Counts[]} */
const all = [];
/** @type {string[]} */
const notes = [];

/** @param {string} major */
async function testOn(major) {
  const release = RELEASES[major];
  if (release === undefined) {
    const known = Object.keys(RELEASES).join(', ');
    throw new Error(`Cannot test on Node '${major}' as the matrix has ${known} only`);
  }
  const node = await nodeBinary(CACHE, release);
  const exclude = major === NEWEST ? ONCE : [...ONCE, ...NEWEST_ONLY];
  const { counts, output } = await runVitest({ node, filters: TESTS, exclude });
  if (counts.failed > 0) console.log(output);
  return counts;
}

const args = process.argv.slice(2);
for (const major of args.length > 0 ? args : Object.keys(RELEASES)) {
  try {
    const counts = await testOn(major);
    all.push(counts);
    notes.push(`Node ${RELEASES[major]?.version}: ${show(counts)}`);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    const skipped = error instanceof UnavailableError;
    all.push({ passed: 0, failed: skipped ? 0 : 1, skipped: skipped ? 1 : 0 });
    notes.push(skipped ? `Node ${major} SKIPPED: ${message}` : `Node ${major} FAILED: ${message}`);
  }
  console.log(notes.at(-1));
}
const total = sum(all);
await saveTally(total, notes);
process.exitCode = total.failed === 0 ? 0 : 1;

// @ts-check
/**
 * The steps of the check, in their order: what is quick or helps to understand later failures comes first. All but
 * the first take the build as it is.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProcess } from '../process.mjs';
import { ROOT, toolPath } from '../tools.mjs';
import { ensureSystemPackages } from './system-packages.mjs';
import { loadTally, TALLY_FILE } from './tally.mjs';
import { runVitest } from './vitest.mjs';

/** @typedef {import('./tally.mjs').Tally} Tally */
/** @typedef {Tally & { output: string }} Result */

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string} what in a few words, for `--help`
 * @property {(echo: boolean) => Promise<Result>} run never rejects because something failed
 */

/** No colours: the output goes through pipes. @type {NodeJS.ProcessEnv} */
const ENV = { ...process.env, NO_COLOR: '1' };
delete ENV['FORCE_COLOR'];

const tsc = toolPath('typescript', 'tsc');
const biome = toolPath('@biomejs/biome', 'biome');
const knip = toolPath('knip', 'knip');
const publint = toolPath('publint', 'publint');
const vite = toolPath('vite', 'vite');
const attw = toolPath('@arethetypeswrong/cli', 'attw');

/** @type {readonly Step[]} */
export const STEPS = [
  {
    name: 'build',
    what: 'compile the packages and the live page',
    run: commands([tsc, '-b'], [vite, 'build', 'packages/lab/page', '--logLevel', 'warn']),
  },
  {
    name: 'lint',
    what: 'format, lint and order of imports',
    run: commands([biome, 'check', '--error-on-warnings', '.']),
  },
  {
    name: 'types',
    what: 'types of tests, examples, scripts and benchmarks',
    run: commands(
      [tsc, '-p', 'tsconfig.test.json'],
      [tsc, '-p', 'scripts'],
      [tsc, '-p', 'bench'],
      [tsc, '-p', 'packages/lab/page'],
    ),
  },
  {
    name: 'dead-code',
    what: 'unused files, exports and dependencies',
    run: commands([knip, '--no-progress']),
  },
  { name: 'arrows', what: 'direction of imports', run: commands(['scripts/check-arrows.mjs']) },
  {
    name: 'packages',
    what: 'what users get: entry points, and types as compilers resolve them',
    run: commands(
      [publint, 'packages/rockpool', '--strict'],
      [publint, 'packages/metrics', '--strict'],
      [publint, 'packages/lab'],
      [attw, '--pack', 'packages/rockpool', '--profile', 'esm-only', '--no-emoji'],
      [attw, '--pack', 'packages/metrics', '--profile', 'esm-only', '--no-emoji'],
    ),
  },
  {
    name: 'doc-examples',
    what: 'compile and run the examples of the documentation',
    run: counted('scripts/doc-examples.mjs'),
  },
  { name: 'tests', what: 'all tests on this Node', run: tests },
  { name: 'matrix', what: 'tests of the library on other Nodes', run: counted('scripts/test-matrix.mjs') },
];

/** A step that passes if all commands do; all are run. @param {string[][]} all scripts with their arguments */
function commands(...all) {
  return async (/** @type {boolean} */ echo) => {
    const outcomes = [];
    for (const args of all)
      outcomes.push(await runProcess(process.execPath, args, { cwd: ROOT, env: ENV, echo }));
    const passed = outcomes.every(({ code }) => code === 0);
    return {
      counts: { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 },
      notes: [],
      output: outcomes.map(({ output }) => output).join(''),
    };
  };
}

/** A step that counts for itself. @param {string} script */
function counted(script) {
  return async (/** @type {boolean} */ echo) => {
    const folder = await mkdtemp(join(tmpdir(), 'rockpool-check-'));
    try {
      const file = join(folder, 'tally.json');
      const env = { ...ENV, [TALLY_FILE]: file };
      const { code, output } = await runProcess(process.execPath, [script], { cwd: ROOT, env, echo });
      const tally = await loadTally(file);
      const { passed, failed, skipped } = tally?.counts ?? { passed: 0, failed: 0, skipped: 0 };
      const counts = { passed, failed: failed === 0 && code !== 0 ? 1 : failed, skipped };
      return { counts, notes: tally?.notes ?? [], output };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

/** @param {boolean} echo @returns {Promise<Result>} */
async function tests(echo) {
  const notes = await ensureSystemPackages(ENV);
  return { ...(await runVitest({ env: ENV, echo })), notes };
}

// @ts-check
/** Runs Vitest on any Node and counts, by its JSON report: the printed summary is for people. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { runProcess } from '../process.mjs';
import { ROOT, toolPath } from '../tools.mjs';

/** @typedef {import('./tally.mjs').Counts} Counts */

/**
 * The part of the report that is read.
 *
 * @typedef {object} Report
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {readonly { status: string, assertionResults: readonly unknown[] }[]} testResults files
 */

/**
 * @param {object} options
 * @param {string} [options.node] the binary; tests that start `node` get this one too
 * @param {readonly string[]} [options.filters] parts of paths of test files; default: all
 * @param {readonly string[]} [options.exclude] globs of test files to leave out
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {boolean} [options.echo] passes the output on as it comes
 * @returns {Promise<{ counts: Counts, output: string }>}
 */
export async function runVitest({
  node = process.execPath,
  filters = [],
  exclude = [],
  env = process.env,
  echo = false,
}) {
  const folder = await mkdtemp(join(tmpdir(), 'rockpool-vitest-'));
  try {
    const file = join(folder, 'report.json');
    const { code, output } = await runProcess(
      node,
      [
        toolPath('vitest', 'vitest'),
        'run',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${file}`,
        ...exclude.map((glob) => `--exclude=${glob}`),
        ...filters,
      ],
      {
        cwd: ROOT,
        env: { ...env, PATH: `${dirname(node)}${delimiter}${env['PATH'] ?? ''}` },
        echo,
      },
    );
    const text = await readFile(file, 'utf8').catch(() => undefined);
    return { counts: count(text === undefined ? undefined : JSON.parse(text), code === 0), output };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Counts tests; a file that could not be loaded counts as a failed one, and so does a run that failed without
 * saying where (an unhandled error, no tests at all).
 *
 * @param {Report | undefined} report
 * @param {boolean} succeeded whether Vitest says so
 * @returns {Counts}
 */
export function count(report, succeeded) {
  const brokenFiles =
    report?.testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
    ).length ?? 0;
  const failed = (report?.numFailedTests ?? 0) + brokenFiles;
  return {
    passed: report?.numPassedTests ?? 0,
    failed: failed === 0 && !succeeded ? 1 : failed,
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  };
}

// @ts-check
/**
 * Runs a suite: round after round, and in each round every contender once, A B C Go A B C Go …, so that a
 * slow minute of the machine falls on all of them. Ratios are taken within a round.
 */
import { withoutPaths } from './machine.mjs';
import { compileGo, GO_MISSING, runGo } from './run-go.mjs';
import { runJs } from './run-js.mjs';

/** @typedef {import('./types.d.ts').Runtime} Runtime */
/** @typedef {import('./types.d.ts').Outcome} Outcome */

/**
 * @typedef {object} Runtimes
 * @property {readonly Runtime[]} nodes The first is the Node that runs the harness.
 * @property {Runtime | undefined} go
 */

/**
 * @typedef {object} Entry A row, and what fills it once a round.
 * @property {import('./types.d.ts').Row} row
 * @property {() => Promise<Outcome>} once
 */

/**
 * Compiles the Go side where there is Go and the suite has a row for it.
 *
 * @param {import('./types.d.ts').Suite} suite
 * @param {Runtime | undefined} go
 * @returns {Promise<Outcome | undefined>} why the Go rows cannot run
 */
async function prepareGo(suite, go) {
  if (!suite.contenders.some(({ kind }) => kind === 'go')) return undefined;
  if (go === undefined) return { status: 'skipped', reason: GO_MISSING };
  try {
    await compileGo();
    return undefined;
  } catch (error) {
    return {
      status: 'failed',
      reason: withoutPaths(`bench/go does not compile: ${error}`.split('\n')[0] ?? ''),
    };
  }
}

/**
 * @param {import('./types.d.ts').Suite} suite
 * @param {import('./types.d.ts').Timing} timing
 * @param {Runtimes} runtimes
 * @param {Outcome | undefined} goFault
 * @returns {Entry[]}
 */
function entries(suite, timing, { nodes, go }, goFault) {
  return suite.contenders.flatMap((contender) => {
    const { id, label } = contender;
    if (contender.kind === 'go') {
      const row = { contender: id, label, runtime: go?.name ?? 'go', rounds: [] };
      return [{ row, once: async () => goFault ?? runGo(contender, suite.operations ?? 1, timing) }];
    }
    return nodes.map((node) => ({
      row: { contender: id, label, runtime: node.name, rounds: [] },
      once: () => runJs(contender, node, { suite: suite.name, contender: id, timing }),
    }));
  });
}

/**
 * @param {import('./types.d.ts').Suite} suite
 * @param {{ readonly timing: import('./types.d.ts').Timing, readonly rounds: number }} options
 * @param {Runtimes} runtimes
 * @param {(text: string) => void} progress
 * @returns {Promise<import('./types.d.ts').SuiteResult>}
 */
export async function runSuite(suite, { timing, rounds }, runtimes, progress) {
  try {
    await suite.setup?.();
  } catch (error) {
    // The contenders that need it fail for themselves, in their rows.
    const { message, stdout = '' } = /** @type {Error & { stdout?: string }} */ (error);
    console.error(withoutPaths(`The set-up of ${suite.name} failed: ${message}${stdout}`));
  }
  const all = entries(suite, timing, runtimes, await prepareGo(suite, runtimes.go));
  for (let round = 1; round <= rounds; round++) {
    for (const { row, once } of all) {
      progress(`${suite.name}: round ${round} of ${rounds}, ${row.label} on ${row.runtime}`);
      row.rounds.push(await once());
    }
  }
  progress('');
  return { suite, rounds, timing, rows: all.map(({ row }) => row) };
}

// @ts-check
/**
 * Runs a suite: round after round, and in each round every contender once, A B C Go A B C Go …, so that a
 * slow minute of the machine falls on all of them. Ratios are taken within a round.
 */

import { Unavailable } from './contenders/adapter.mjs';
import { withoutPaths } from './machine.mjs';
import { compileGo, GO_MISSING, runGo } from './run-go.mjs';
import { compileJava, JAVA_MISSING, runJava } from './run-java.mjs';
import { runJs } from './run-js.mjs';

/** @typedef {import('./types.d.ts').Runtime} Runtime */
/** @typedef {import('./types.d.ts').Outcome} Outcome */

/**
 * @typedef {object} Runtimes
 * @property {readonly Runtime[]} nodes The first is the Node that runs the harness.
 * @property {Runtime | undefined} go
 * @property {Runtime | undefined} java
 */

/**
 * @typedef {object} Entry A row, and what fills it once a round.
 * @property {import('./types.d.ts').Row} row
 * @property {() => Promise<Outcome>} once
 */

/** Why the rows of a kind cannot run. @typedef {{ go?: Outcome | undefined, java?: Outcome | undefined }} Faults */

/**
 * Compiles one side where there is a compiler and the suite has a row for it.
 *
 * @param {'go' | 'java'} kind
 * @param {import('./types.d.ts').Suite} suite
 * @param {Runtime | undefined} runtime
 * @returns {Promise<Outcome | undefined>} why its rows cannot run
 */
async function compileSide(kind, suite, runtime) {
  if (!suite.contenders.some((contender) => contender.kind === kind)) return undefined;
  if (runtime === undefined) {
    return { status: 'skipped', reason: kind === 'go' ? GO_MISSING : JAVA_MISSING };
  }
  try {
    await (kind === 'go' ? compileGo() : compileJava());
    return undefined;
  } catch (error) {
    if (error instanceof Unavailable) {
      console.error(`${error.message}.\n`);
      return { status: 'skipped', reason: error.message };
    }
    const reason = withoutPaths(`bench/${kind} does not compile: ${error}`.split('\n')[0] ?? '');
    return { status: 'failed', reason };
  }
}

/**
 * @param {import('./types.d.ts').Suite} suite
 * @param {import('./types.d.ts').Timing} timing
 * @param {Runtimes} runtimes
 * @param {Faults} faults
 * @returns {Entry[]}
 */
function entries(suite, timing, { nodes, go, java }, faults) {
  return suite.contenders.flatMap((contender) => {
    const { kind, id, label, case: of } = contender;
    /** @param {string} runtime */
    const rowOn = (runtime) => ({ contender: id, label, case: of, runtime, rounds: [] });
    if (kind === 'go') {
      const once = async () => faults.go ?? runGo(contender, suite.operations ?? 1, timing);
      return [{ row: rowOn(go?.name ?? kind), once }];
    }
    if (kind === 'java') {
      const once = async () => faults.java ?? runJava(contender, suite, timing);
      return [{ row: rowOn(java?.name ?? kind), once }];
    }
    return nodes.map((node) => ({
      row: rowOn(node.name),
      once: () => runJs(contender, node, { suite: suite.name, contender: id, case: of, timing }),
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
  const faults = {
    go: await compileSide('go', suite, runtimes.go),
    java: await compileSide('java', suite, runtimes.java),
  };
  const all = entries(suite, timing, runtimes, faults);
  for (let round = 1; round <= rounds; round++) {
    for (const { row, once } of all) {
      progress(
        `${suite.name}: round ${round} of ${rounds}, ${row.case === undefined ? '' : `${row.case}, `}${row.label} on ${row.runtime}`,
      );
      row.rounds.push(await once());
    }
  }
  progress('');
  return { suite, rounds, timing, rows: all.map(({ row }) => row) };
}

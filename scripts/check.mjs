// @ts-check
/**
 * Everything that must hold before a change goes in, in one command: `npm run check`, which is `npm test`.
 *
 * Each step says whether it passed and how long it took; the output of those that failed follows at once, and the
 * rest goes on. The last line sums up: tests and examples count one each, and so does every other step.
 */
import { parseArgs } from 'node:util';
import { STEPS } from './check/steps.mjs';
import { show, sum } from './check/tally.mjs';

/** @typedef {import('./check/steps.mjs').Step} Step */

const USAGE = `npm run check -- [--only step,step] [--skip step,step] [--verbose]

${STEPS.map(({ name, what }) => `  ${name.padEnd(14)}${what}`).join('\n')}`;

/** @param {string | undefined} list @returns {string[] | undefined} */
function stepNames(list) {
  const names = list?.split(',').map((name) => name.trim());
  const unknown = names?.find((name) => STEPS.every((step) => step.name !== name));
  if (unknown !== undefined) throw new Error(`There is no step '${unknown}'`);
  return names;
}

/** @returns {{ steps: Step[], verbose: boolean }} */
function readCommandLine() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        skip: { type: 'string' },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const only = stepNames(values.only);
    const skip = stepNames(values.skip);
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    const steps = STEPS.filter(({ name }) => (only?.includes(name) ?? true) && !skip?.includes(name));
    return { steps, verbose: values.verbose };
  } catch (error) {
    console.error(`${/** @type {Error} */ (error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}

const { steps, verbose } = readCommandLine();
const all = [];
for (const { name, run } of steps) {
  const start = performance.now();
  const { counts, notes, output } = await run(verbose);
  const seconds = `${((performance.now() - start) / 1000).toFixed(1)} s`;
  const tests = counts.passed + counts.failed + counts.skipped > 1 ? show(counts) : '';
  const result = counts.failed > 0 ? 'FAILED' : 'ok';
  console.log(`${result.padEnd(8)}${name.padEnd(14)}${seconds.padStart(8)}   ${tests}`.trimEnd());
  for (const note of notes) console.log(`${' '.repeat(8)}${note}`);
  if (counts.failed > 0 && !verbose) console.log(`\n${output.trimEnd()}\n`);
  all.push(counts);
}

const total = sum(all);
console.log(`\n${show(total)}`);
process.exitCode = total.failed === 0 ? 0 : 1;

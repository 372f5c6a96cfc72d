// @ts-check
/** The command line. */
import { parseArgs } from 'node:util';
import { suiteNames } from './suites/registry.mjs';

/** @type {import('./types.d.ts').Timing} long enough for the median of 11 samples to settle within 2 % */
const THOROUGH = { warmMs: 300, sampleMs: 20, samples: 11 };
/** @type {import('./types.d.ts').Timing} for a first look: V8 has just optimised the loop */
const QUICK = { warmMs: 100, sampleMs: 5, samples: 5 };

export const usage = `usage: npm run bench [-- suite… options]

  suite…        ${suiteNames.join(', ')} (default: all)
  --quick       short samples and two rounds: a first look, not a result
  --rounds N    rounds, in each of which every contender runs once (default 7, quick 2)
  --node PATH   also run the JavaScript contenders on this Node binary (repeatable)
  --json FILE   write everything that was measured to FILE
  --write       write bench/results/<suite>.md and .json
  --list        print suites and contenders, and measure nothing
  --help`;

/** A command line that cannot be followed: exit status 2. */
export class UsageError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'UsageError';
  }
}

/**
 * @typedef {object} Options
 * @property {readonly string[]} suites
 * @property {import('./types.d.ts').Timing} timing
 * @property {boolean} quick
 * @property {number} rounds
 * @property {readonly string[]} nodes Paths.
 * @property {string | undefined} json
 * @property {boolean} write
 * @property {boolean} list
 * @property {boolean} help
 */

/** @param {readonly string[]} args */
function parse(args) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        node: { type: 'string', multiple: true, default: [] },
        json: { type: 'string' },
        write: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    // Node adds advice on positional arguments after the first sentence.
    const [sentence = ''] = String(error instanceof Error ? error.message : error).split('. ');
    throw new UsageError(sentence);
  }
}

/**
 * @param {readonly string[]} args
 * @returns {Options}
 * @throws {UsageError}
 */
export function parseOptions(args) {
  const { values, positionals } = parse(args);
  const unknown = positionals.filter((name) => !suiteNames.includes(name));
  if (unknown.length > 0) {
    throw new UsageError(`Unknown suite '${unknown.join("', '")}': known are ${suiteNames.join(', ')}`);
  }
  const { quick = false, rounds = quick ? '2' : '7' } = values;
  if (!/^[1-9]\d{0,3}$/.test(rounds)) {
    throw new UsageError(`'--rounds' must be a whole number from 1 to 9999: received '${rounds}'`);
  }
  return {
    suites: positionals.length > 0 ? suiteNames.filter((name) => positionals.includes(name)) : suiteNames,
    timing: quick ? QUICK : THOROUGH,
    quick,
    rounds: Number(rounds),
    nodes: values.node ?? [],
    json: values.json,
    write: values.write ?? false,
    list: values.list ?? false,
    help: values.help ?? false,
  };
}

/**
 * The command that runs one suite again. Paths are the reader's own: only versions are kept.
 *
 * @param {Options} options
 * @param {string} suite
 * @param {readonly import('./types.d.ts').Runtime[]} nodes The additional ones.
 * @returns {string}
 */
export function commandFor(options, suite, nodes) {
  const words = ['npm run bench --', suite, `--rounds ${options.rounds}`];
  if (options.quick) words.push('--quick');
  for (const { name } of nodes) words.push(`--node <${name}>`);
  return words.join(' ');
}

// @ts-check
/**
 * The benchmarks' entry: `npm run bench [-- suite… options]`. Exit status 0 whatever the figures, 1 where a
 * suite gave none at all, 2 for a command line that cannot be followed.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeMachine } from './machine.mjs';
import { commandFor, parseOptions, UsageError, usage } from './options.mjs';
import { report, reportData } from './report.mjs';
import { GO_MISSING, goRuntime } from './run-go.mjs';
import { JAVA_MISSING, javaRuntime } from './run-java.mjs';
import { nodeRuntime } from './run-js.mjs';
import { runSuite } from './run-suite.mjs';
import { loadSuite } from './suites/registry.mjs';
import { timeOf } from './summary.mjs';

const results = fileURLToPath(new URL('../results', import.meta.url));

/** Tells what is running, on a terminal only. @param {string} text */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

/**
 * @param {string} file
 * @param {string} text
 */
async function save(file, text) {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

/** @param {readonly string[]} names */
async function list(names) {
  for (const name of names) {
    const { title, contenders, cases } = await loadSuite(name);
    console.log(`${name}: ${title}`);
    if (cases !== undefined) console.log(`  cases: ${cases.join(', ')}`);
    const labels = new Map(contenders.map(({ id, label }) => [id, label]));
    for (const [id, label] of labels) console.log(`  ${id.padEnd(22)} ${label}`);
  }
}

/**
 * @param {readonly string[]} paths
 * @returns {Promise<import('./types.d.ts').Runtime[]>}
 */
async function additionalNodes(paths) {
  /** @type {import('./types.d.ts').Runtime[]} */
  const nodes = [];
  for (const path of paths) {
    const node = await nodeRuntime(path).catch((error) => {
      throw new UsageError(
        `'--node' must be a Node binary: received '${path}' (${error.message.split('\n')[0]})`,
      );
    });
    if (node.name !== `node-${process.versions.node}` && nodes.every(({ name }) => name !== node.name)) {
      nodes.push(node);
    }
  }
  return nodes;
}

/**
 * What runs the rows that aren't JavaScript; what is missing is said aloud, where a suite has a use for it.
 *
 * @param {readonly import('./types.d.ts').Suite[]} suites
 */
async function otherRuntimes(suites) {
  /** @param {import('./types.d.ts').Contender['kind']} kind */
  const wanted = (kind) => suites.some(({ contenders }) => contenders.some((one) => one.kind === kind));
  const go = wanted('go') ? await goRuntime() : undefined;
  if (go === undefined && wanted('go')) console.error(`${GO_MISSING}.\n`);
  const java = wanted('java') ? await javaRuntime() : undefined;
  if (java === undefined && wanted('java')) console.error(`${JAVA_MISSING}.\n`);
  return { go, java };
}

/** @param {import('./options.mjs').Options} options */
async function measure(options) {
  const more = await additionalNodes(options.nodes);
  const suites = await Promise.all(options.suites.map(loadSuite));
  const { node, v8 } = process.versions;
  const own = { name: `node-${node}`, path: process.execPath, engine: `V8 ${v8}` };
  const runtimes = { nodes: [own, ...more], ...(await otherRuntimes(suites)) };
  const data = [];
  for (const suite of suites) {
    const { name } = suite;
    const { go, java } = runtimes;
    const others = [go, java].filter((runtime) => runtime !== undefined);
    const machine = describeMachine([...runtimes.nodes, ...others], commandFor(options, name, more));
    const timing = options.quick ? options.timing : { ...options.timing, ...suite.timing };
    const result = await runSuite(suite, { timing, rounds: options.rounds }, runtimes, progress);
    const text = report(result, machine);
    const entry = reportData(result, machine);
    console.log(text);
    if (result.rows.every((row) => timeOf(row) === undefined)) process.exitCode = 1;
    if (options.write) {
      await save(resolve(results, `${name}.md`), text.replace('## ', '# ').replaceAll('\n### ', '\n## '));
      await save(resolve(results, `${name}.json`), `${JSON.stringify(entry, null, 2)}\n`);
    }
    data.push(entry);
  }
  if (options.json !== undefined) await save(resolve(options.json), `${JSON.stringify(data, null, 2)}\n`);
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) console.log(usage);
  else if (options.list) await list(options.suites);
  else await measure(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}

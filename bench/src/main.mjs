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
    const { title, contenders } = await loadSuite(name);
    console.log(`${name}: ${title}`);
    for (const { id, label } of contenders) console.log(`  ${id.padEnd(22)} ${label}`);
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

/** @param {import('./options.mjs').Options} options */
async function measure(options) {
  const more = await additionalNodes(options.nodes);
  const go = await goRuntime();
  if (go === undefined) console.error(`${GO_MISSING}.\n`);
  const own = { name: `node-${process.versions.node}`, path: process.execPath, v8: process.versions.v8 };
  const runtimes = { nodes: [own, ...more], go };
  const data = [];
  for (const name of options.suites) {
    const suite = await loadSuite(name);
    const machine = describeMachine(
      [...runtimes.nodes, ...(go === undefined ? [] : [go])],
      commandFor(options, name, more),
    );
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

// @ts-check
/**
 * The process of one contender in one round: prepares, warms up, takes samples, then counts creations and
 * collections in a second run that is not timed. Prints one line of JSON: an Outcome.
 *
 * To look into one contender, start it by itself under any option of Node:
 *
 *     node --cpu-prof bench/src/child.mjs '{"suite":"pool-pair","contender":"rockpool-basic"}'
 *     node bench/src/child.mjs '{"suite":"buffer-alloc","contender":"rockpool-basic","case":"1 KiB"}'
 */
import { setImmediate as turn } from 'node:timers/promises';
import { GCProfiler } from 'node:v8';
import { Unavailable } from './contenders/adapter.mjs';
import { withoutPaths } from './machine.mjs';
import { loadSuite } from './suites/registry.mjs';

/** @typedef {import('./types.d.ts').Prepared} Prepared */
/** @typedef {import('./types.d.ts').Timing} Timing */

/** Takes every result, and is printed: nothing that was computed can be optimised away. */
let sink = 0;

/**
 * Runs the loop `calls` times.
 *
 * @param {NonNullable<Prepared['run']>} run
 * @param {number} calls
 * @param {number} iterations
 */
async function repeat(run, calls, iterations) {
  for (let call = 0; call < calls; call++) {
    const result = run(iterations);
    // No await for a synchronous loop: its turn of the microtask queue would be in the figure.
    sink = (sink + (typeof result === 'number' ? result : await result)) | 0;
  }
}

/**
 * @param {NonNullable<Prepared['run']>} run
 * @param {number} iterations
 * @param {number} operations
 * @param {Timing} timing
 * @returns {Promise<{ samples: number[], calls: number }>} ns per operation, and the calls of a sample
 */
async function timeLoop(run, iterations, operations, { warmMs, sampleMs, samples }) {
  let calls = 1;
  let took = 0;
  const warm = performance.now() + warmMs;
  // Ends with as many calls as fill a sample, once the code is warm.
  for (;;) {
    const begin = performance.now();
    await repeat(run, calls, iterations);
    took = performance.now() - begin;
    if (took < sampleMs / 2) calls *= 2;
    else if (performance.now() >= warm) break;
    await turn();
  }
  calls = Math.max(1, Math.round((calls * sampleMs) / took));
  const taken = [];
  for (let k = 0; k < samples; k++) {
    const begin = performance.now();
    await repeat(run, calls, iterations);
    taken.push(((performance.now() - begin) * 1e6) / (calls * iterations * operations));
    await turn();
  }
  return { samples: taken, calls };
}

/**
 * @param {NonNullable<Prepared['sample']>} sample
 * @param {Timing} timing
 * @returns {number[]}
 */
function takeSamples(sample, { warmMs, samples }) {
  const warm = performance.now() + warmMs;
  do sink += sample();
  while (performance.now() < warm);
  return Array.from({ length: samples }, sample);
}

/**
 * Runs a fresh instance, counting, for as many operations as the samples had.
 *
 * @param {import('./types.d.ts').JsContender} contender
 * @param {number} calls
 * @param {number} iterations
 * @param {number} perIteration
 * @returns {Promise<import('./types.d.ts').Figures>}
 */
async function count(contender, calls, iterations, perIteration) {
  const counters = { created: 0 };
  const { run, figures } = await contender.prepare(counters);
  if (run === undefined) return {};
  await repeat(run, 1, iterations);
  const counts = counters.created > 0; // whoever counts has created something by now
  counters.created = 0;
  const profiler = new GCProfiler();
  profiler.start();
  await repeat(run, calls, iterations);
  const { statistics } = profiler.stop();
  const operations = calls * iterations * perIteration;
  const own = figures?.(operations + iterations * perIteration) ?? {};
  const scavenges = statistics.filter(({ gcType }) => gcType.startsWith('Scavenge')).length;
  const micros = statistics.reduce((sum, { cost }) => sum + cost, 0);
  return {
    ...(counts ? { 'creates/op': counters.created / operations } : {}),
    'minor GC/M op': (scavenges / operations) * 1e6,
    'major GC/M op': ((statistics.length - scavenges) / operations) * 1e6,
    'GC ns/op': (micros * 1000) / operations,
    ...own,
  };
}

/**
 * @param {import('./types.d.ts').ChildTask} task
 * @returns {Promise<import('./types.d.ts').Outcome>}
 */
async function work(task) {
  const suite = await loadSuite(task.suite);
  const contender = suite.contenders.find(
    (candidate) => candidate.id === task.contender && candidate.case === task.case,
  );
  if (contender?.kind !== 'js') {
    const which = task.case === undefined ? '' : ` with the case '${task.case}'`;
    throw new RangeError(`Cannot run '${task.contender}'${which}: unknown contender`);
  }
  const { iterations = 1000, operations = 1 } = suite;
  const { run, sample } = await contender.prepare();
  if (sample !== undefined) {
    return { status: 'ok', samples: takeSamples(sample, task.timing), figures: {} };
  }
  if (run === undefined) throw new TypeError(`Cannot run '${task.contender}': neither run nor sample`);
  const { samples, calls } = await timeLoop(run, iterations, operations, task.timing);
  const rss = { 'RSS MiB': process.memoryUsage.rss() / 2 ** 20 };
  const figures = await count(contender, calls * samples.length, iterations, operations);
  return { status: 'ok', samples, figures: { ...figures, ...rss } };
}

/** @returns {Promise<import('./types.d.ts').Outcome>} */
async function main() {
  const task = { timing: { warmMs: 300, sampleMs: 20, samples: 11 }, ...JSON.parse(process.argv[2] ?? '{}') };
  try {
    return await work(task);
  } catch (error) {
    if (error instanceof Unavailable) return { status: 'skipped', reason: error.message };
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    const missing = code === 'ERR_MODULE_NOT_FOUND' ? 'not installed or not built: ' : '';
    return { status: 'failed', reason: withoutPaths(`${missing}${message.split('\n')[0]}`) };
  }
}

const outcome = await main();
process.stdout.write(`${JSON.stringify({ ...outcome, sink })}\n`, () => process.exit(0));

// @ts-check
/**
 * Workers that die: at random, by `terminate`, `process.exit` or an error, or at one shared access of the library. After
 * each death its blocks are reclaimed and another worker takes the place; at the end nothing may be wrong, lost or held.
 */
import { readdir, readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { SharedChannel, SharedPool } from '../../../dist/index.js';
import { ACCESSES, ERRORS, OPERATIONS, RECEIVED, SENT, STOP } from './crash-shared.mjs';
import { randomBelow } from './random-below.mjs';

/** @typedef {{ deaths: number, workers: number, seed: number, sites: boolean, onProgress?: (line: string) => void }} CrashPlan */

/** Where the library accesses shared memory: every site that its sources name, and a worker can come by. */
export async function findSites() {
  const folder = new URL('../../../dist/shared/', import.meta.url);
  const sites = new Set();
  for (const file of await readdir(folder)) {
    if (!file.endsWith('.js')) continue;
    const text = await readFile(new URL(file, folder), 'utf8');
    for (const [, site] of text.matchAll(/, '([a-z]+(?:-[a-z]+)*)'\)/g)) sites.add(site);
  }
  return [.../** @type {Set<string>} */ (sites)].sort();
}

/**
 * Runs it.
 *
 * @param {CrashPlan} plan
 */
export async function crash({ deaths, workers, seed, sites, onProgress }) {
  const below = randomBelow(seed);
  const names = sites ? await findSites() : [];
  const pool = SharedPool.create({
    bytes: 128 * 1024,
    maxBytes: 1024 * 1024,
    classes: [
      { bytes: 64, magazine: 16 },
      { bytes: 1024, magazine: 8 },
    ],
    maxWorkers: workers + 1,
  });
  for (let n = 0; n < workers; n++) SharedChannel.create(pool, { capacity: 32 });
  const figures = new Int32Array(new SharedArrayBuffer(64));
  /** @type {string[]} */
  const failures = [];
  /** @type {Map<number, Worker>} */
  const living = new Map();
  const met = new Set();
  /** @type {Map<string, number>} */
  const tries = new Map();
  let turn = 0;
  /** Each in turn, but for those that nobody came by twice. */
  const nextSite = () => {
    for (;;) {
      const site = /** @type {string} */ (names[turn++ % names.length]);
      const tried = tries.get(site) ?? 0;
      if (!met.has(site) && tried >= 2) continue;
      tries.set(site, tried + 1);
      return site;
    }
  };
  const totals = { freed: 0, inFlight: 0, shared: 0, drained: 0 };
  let died = 0;
  let audited = 0;
  let reclaimMs = 0;

  await new Promise((resolve, reject) => {
    /** @param {number} number */
    const start = (number) => {
      const death = sites
        ? { kind: 'site', site: nextSite(), count: 1 + below(below(2) === 0 ? 2 : 60) }
        : { kind: ['terminate', 'terminate', 'terminate', 'exit', 'throw'][below(5)] };
      const worker = new Worker(new URL('crash-worker.mjs', import.meta.url), {
        workerData: { handle: pool.handle, number, workers, figures, seed: below(2 ** 31), death },
      });
      living.set(number, worker);
      let startMs = 0;
      worker.once('exit', () => {
        startMs = performance.now();
      });
      pool.adopt(worker, (reclaimed) => {
        reclaimMs += performance.now() - startMs;
        totals.freed += reclaimed.freed;
        totals.inFlight += reclaimed.inFlight;
        totals.shared += reclaimed.shared;
        totals.drained += reclaimed.drained;
      });
      worker.on('error', (error) => {
        if (!error.message.includes('as it was told to')) {
          failures.push(`worker ${number}: ${error.stack}`);
        }
      });
      worker.on('message', (message) => {
        if (message === 'ready') {
          // One that never comes by its site dies like the others.
          if (death.kind === 'terminate') setTimeout(() => worker.terminate(), below(15));
          if (death.kind === 'site') setTimeout(() => worker.terminate(), 150);
        } else if (message === 'fused') {
          met.add(death.site);
          void worker.terminate();
        } else if (message === 'audited') {
          if (++audited === living.size) void end();
        } else failures.push(message);
      });
      worker.once('exit', () => {
        if (living.get(number) !== worker) return;
        living.delete(number);
        died++;
        if (died % 250 === 0)
          onProgress?.(`${died} deaths, ${figures[OPERATIONS]} operations, ${failures.length} failures`);
        if (failures.length > 0 || Atomics.load(figures, ERRORS) > 0) void end();
        else if (died < deaths) start(number);
        else if (Atomics.exchange(figures, STOP, 1) === 0 && living.size === 0) void end();
        else if (audited === living.size) void end();
      });
    };
    let ending = false;
    const end = async () => {
      if (ending) return;
      ending = true;
      await Promise.all([...living.values()].map((worker) => worker.terminate()));
      // The exit events of all have been told by then.
      setTimeout(resolve, 20);
    };
    for (let number = 0; number < workers; number++) start(number);
    setTimeout(() => reject(new Error('the crash test hangs')), 120_000 + deaths * 600).unref();
  });

  // What is still in the rings is for receivers that will never come.
  for (let channel = 0; channel < workers; channel++) SharedChannel.attach(pool, { channel }).abandon();
  pool.trim();
  const audit = pool.audit();
  return {
    died,
    failures,
    errors: figures[ERRORS],
    operations: figures[OPERATIONS],
    sent: figures[SENT],
    received: figures[RECEIVED],
    atSites: figures[ACCESSES],
    met: /** @type {string[]} */ ([...met].sort()),
    missed: names.filter((name) => !met.has(name)),
    reclaimed: totals,
    reclaimMs: reclaimMs / Math.max(1, died),
    audit,
  };
}

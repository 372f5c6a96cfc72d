// @ts-check
/**
 * A worker of the crash test: takes, stamps, checks, passes on and gives back blocks at random, until it dies in the way
 * that it was told to, or everybody stops.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { SharedChannel, SharedPool, ShareLimitError } from '../../../dist/index.js';
import { drive } from '../../../dist/internal/atomics.js';
import { ACCESSES, BLOCKS, ERRORS, OPERATIONS, RECEIVED, SENT, STOP } from './crash-shared.mjs';
import { randomBelow } from './random-below.mjs';

const { handle, number, workers, figures, seed, death } = workerData;
const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);

const below = randomBelow(seed);

if (death.kind === 'site') blowAt(death.site, death.count);
const pool = SharedPool.attach(handle);
const channels = Array.from({ length: workers }, (_, channel) => SharedChannel.attach(pool, { channel }));
const inbox = /** @type {SharedChannel} */ (channels[number]);
/** @typedef {{ block: import('../../../dist/index.js').SharedBlock, stamp: number }} Held */
/** @type {Held[]} */
const held = [];
let operations = 0;
const lastOperation = 200 + below(40_000);

port.postMessage('ready');
setInterval(() => {}, 1000); // somebody has to
setImmediate(turn);

function turn() {
  for (let n = 0; n < 300; n++) step();
  operations += 300;
  Atomics.add(figures, OPERATIONS, 300);
  if (Atomics.load(figures, STOP) === 1) {
    drive();
    finish();
    return;
  }
  if (operations > lastOperation && death.kind === 'exit') process.exit(0);
  if (operations > lastOperation && death.kind === 'throw') throw new Error('dies as it was told to');
  setImmediate(turn);
}

function step() {
  const roll = below(100);
  if (roll < 32) {
    if (held.length >= 60) return;
    const block = pool.tryAcquire(below(2) === 0 ? 64 : 1024);
    if (block === undefined) return;
    if (block.refCnt !== 1) fail('a block with references', block);
    held.push({ block, stamp: stamp(block) });
  } else if (roll < 55) {
    const one = pick();
    if (one === undefined) return;
    check(one);
    drop(one);
    one.block.release();
  } else if (roll < 80) {
    const one = pick();
    const to = below(workers);
    if (one === undefined || to === number) return;
    check(one);
    // Who keeps a reference shares; who does not, moves.
    const shares = roll < 62;
    if (shares) one.block.retain();
    const sent = trySend(to, one);
    if (sent) Atomics.add(figures, SENT, 1);
    if (sent && !shares) drop(one);
    if (!sent && shares) one.block.release();
  } else if (roll < 98) {
    if (held.length >= 100) return;
    const block = inbox.tryReceive();
    if (block === undefined) return;
    Atomics.add(figures, RECEIVED, 1);
    const one = { block, stamp: block.tag };
    check(one);
    held.push(one);
  } else pool.trim();
}

/**
 * @param {number} to
 * @param {Held} one
 */
function trySend(to, { block, stamp }) {
  try {
    return channels[to]?.trySend(block, stamp) === true;
  } catch (error) {
    // Of more than 22 workers, not all can share.
    if (error instanceof ShareLimitError) return false;
    throw error;
  }
}

/** Checks everything once more, and looks for what it lost. */
function finish() {
  for (const one of held) check(one);
  const { lost } = pool.audit();
  if (lost.length > 0) fail(`lost ${JSON.stringify(lost)}`);
  port.postMessage('audited');
}

/** @param {import('../../../dist/index.js').SharedBlock} block */
function words(block) {
  const { bytes } = block;
  return new Int32Array(bytes.buffer, bytes.byteOffset, block.capacity >> 2);
}

/** @param {import('../../../dist/index.js').SharedBlock} block */
function stamp(block) {
  const number = below(0x7fffffff);
  const view = words(block);
  view[0] = number;
  view[1] = number ^ 0x5a5a5a5a;
  view[view.length - 1] = number;
  return number;
}

/** @param {Held} held */
function check({ block, stamp }) {
  const view = words(block);
  if (view[0] !== stamp || view[1] !== (stamp ^ 0x5a5a5a5a) || view[view.length - 1] !== stamp) {
    fail(`block ${block.index} has ${view[0]} and not ${stamp}`);
  }
}

function pick() {
  return held[below(Math.max(1, held.length))];
}

/** @param {Held} one */
function drop(one) {
  held[held.indexOf(one)] = /** @type {Held} */ (held[held.length - 1]);
  held.pop();
}

/**
 * @param {string} what
 * @param {unknown} [detail]
 */
function fail(what, detail = '') {
  Atomics.add(figures, ERRORS, 1);
  port.postMessage(`worker ${number}: ${what} ${String(detail)}`);
}

/**
 * Stops for good at an access, as a worker that is terminated there does.
 *
 * @param {string} site
 * @param {number} count its how manieth
 */
function blowAt(site, count) {
  let left = count;
  /** @param {string} at */
  const pass = (at) => {
    if (at !== site || --left > 0) return;
    port.postMessage('fused');
    Atomics.add(figures, ACCESSES, 1);
    Atomics.wait(figures, BLOCKS, 0);
  };
  drive({
    load: (array, index, at) => {
      pass(at);
      return Atomics.load(array, index);
    },
    store: (array, index, value, at) => {
      pass(at);
      Atomics.store(array, index, value);
    },
    storeRelease: (array, index, value, at) => {
      pass(at);
      Atomics.store(array, index, value);
    },
    compareExchange: (array, index, expected, value, at) => {
      pass(at);
      return Atomics.compareExchange(array, index, expected, value);
    },
    add: (array, index, value, at) => {
      pass(at);
      return Atomics.add(array, index, value);
    },
    poke: (array, index, value, at) => {
      pass(at);
      array[index] = value;
    },
  });
}

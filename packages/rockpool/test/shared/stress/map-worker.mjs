// @ts-check
/**
 * A worker of the map test: counts up values of a shared map under its locks, reads others, and dies when it is told to.
 * A value is a counter twice, the second time inverted, and as many bytes behind it as it says: torn, it shows.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { SharedMap } from '../../../dist/index.js';
import { randomBelow } from './random-below.mjs';

const { handle, seed, keys, figures, death } = workerData;
const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);
const map = SharedMap.attach(handle);

const below = randomBelow(seed);

/**
 * @param {Uint8Array | undefined} value
 * @returns {number}
 */
function check(value) {
  if (value === undefined) return 0;
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  const count = view.getUint32(0);
  if (view.getUint32(4) !== ~count >>> 0 || value.length !== 8 + (count % 57)) {
    Atomics.add(figures, 1, 1);
    port.postMessage(`torn: ${Buffer.from(value).toString('hex')}`);
  }
  return count;
}

/** @param {number} count */
function make(count) {
  const value = new Uint8Array(8 + (count % 57));
  const view = new DataView(value.buffer);
  view.setUint32(0, count);
  view.setUint32(4, ~count >>> 0);
  return value;
}

port.postMessage('ready');
let operations = 0;
setImmediate(turn);

function turn() {
  for (let n = 0; n < 100; n++) {
    const key = below(keys);
    if (below(10) < 6) check(map.get(key));
    else {
      // Counted before and behind: a death between is one of either.
      Atomics.add(figures, 2, 1);
      map.update(key, (value) => make(check(value) + 1));
      Atomics.add(figures, 3, 1);
    }
  }
  operations += 100;
  if (Atomics.load(figures, 0) === 1) {
    port.close();
    return;
  }
  if (death === 'exit' && operations > 2000) process.exit(0);
  setImmediate(turn);
}

// @ts-check
/** A worker of `history.mjs`. */
import { workerData } from 'node:worker_threads';
import { SharedMap } from '../../../dist/index.js';
import { CALLED, CLOCK, COUNT, KINDS, LOG, OPERATION_WORDS, RETURNED, START } from './history-layout.mjs';
import { randomBelow } from './random-below.mjs';

const { handle, number, operations, keys, workers, seed } = workerData;
/** @type {Int32Array} */
const log = workerData.log;
/** @type {Int32Array} */
const shared = workerData.shared;
const map = SharedMap.attach(handle);

const below = randomBelow(seed);

/** @param {Uint8Array | undefined} bytes */
const readValue = (bytes) =>
  bytes === undefined ? 0 : new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getInt32(0);

/** @param {number} value */
function bytesOf(value) {
  const bytes = new Uint8Array(4 + (value % 13));
  new DataView(bytes.buffer).setInt32(0, value);
  return bytes;
}

/** @type {Record<(typeof KINDS)[number], (key: number, value: number) => number>} */
const kinds = {
  get: (key) => readValue(map.get(key)),
  has: (key) => Number(map.has(key)),
  set: (key, value) => {
    map.set(key, bytesOf(value));
    return 0;
  },
  setIfAbsent: (key, value) => Number(map.setIfAbsent(key, bytesOf(value))),
  delete: (key) => Number(map.delete(key)),
  update: (key, value) => {
    let before = 0;
    map.update(key, (bytes) => {
      before = readValue(bytes);
      return bytesOf(value);
    });
    return before;
  },
  clear: () => {
    map.clear();
    return 0;
  },
};
/** How often each is drawn, of 100. */
const WEIGHTS = [40, 8, 22, 8, 10, 11, 1];

Atomics.add(shared, START, 1);
for (let seen = Atomics.load(shared, START); seen <= workers; seen = Atomics.load(shared, START)) {
  Atomics.wait(shared, START, seen, 5);
}
for (let n = 0; n < operations; n++) {
  let roll = below(100);
  let kind = 0;
  while (roll >= /** @type {number} */ (WEIGHTS[kind])) roll -= /** @type {number} */ (WEIGHTS[kind++]);
  const key = below(keys);
  const value = 1 + number * operations + n;
  const at = LOG + OPERATION_WORDS * n;
  log[at + 2] = kind;
  log[at + 3] = key;
  log[at + 4] = value;
  Atomics.store(log, COUNT, n + 1);
  Atomics.store(log, at + CALLED, Atomics.add(shared, CLOCK, 1) + 1);
  const result = kinds[/** @type {(typeof KINDS)[number]} */ (KINDS[kind])](key, value);
  log[at + 5] = result;
  Atomics.store(log, at + RETURNED, Atomics.add(shared, CLOCK, 1) + 1);
}

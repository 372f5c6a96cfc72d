// @ts-check
/** The threads of `threads.mjs`: each waits for the word to go, works as long as it stands, and counts. */
import { workerData } from 'node:worker_threads';

const { number, loop } = workerData;
/** @type {Int32Array} */
const control = workerData.control;
const GO = 0;
const READY = 1;
const DONE = 2;
const STARTED = 3;
const COUNT = 16 + 16 * number;

/** @type {Record<string, () => Promise<() => number>>} */
const loops = {
  /** Blocks from a magazine. */
  hot: async () => {
    const pool = await attach();
    return () => {
      for (let n = 0; n < 500; n++) pool.acquire(1024).release();
      return 500;
    };
  },
  /** More blocks than a magazine has. */
  shared: async () => {
    const pool = await attach();
    const held = new Array(200).fill(null);
    return () => {
      for (let n = 0; n < 200; n++) held[n] = pool.acquire(1024);
      for (let n = 0; n < 200; n++) held[n].release();
      return 200;
    };
  },
  /** The naive way: one lock-free stack of free blocks for all threads. Treiber's, with a tag against ABA. */
  stack: async () => {
    /** @type {Int32Array} */
    const words = workerData.stack;
    const HEAD = 0;
    const NEXT = 16;
    const INDEX = 0xfffff;
    const TAG = 0x100000;
    const pop = () => {
      for (;;) {
        const head = Atomics.load(words, HEAD);
        const index = head & INDEX;
        if (index === INDEX) return -1;
        const next = Atomics.load(words, NEXT + index);
        const word = ((head + TAG) & ~INDEX) | (next & INDEX);
        if (Atomics.compareExchange(words, HEAD, head, word) === head) return index;
      }
    };
    /** @param {number} index */
    const push = (index) => {
      for (;;) {
        const head = Atomics.load(words, HEAD);
        Atomics.store(words, NEXT + index, head & INDEX);
        const word = ((head + TAG) & ~INDEX) | index;
        if (Atomics.compareExchange(words, HEAD, head, word) === head) return;
      }
    };
    return () => {
      for (let n = 0; n < 100; n++) {
        const index = pop();
        if (index >= 0) push(index);
      }
      return 100;
    };
  },
};

/** Keys of the maps below. */
const KEYS = workerData.keys ?? 0;
let random = 12_345 + 7919 * number;
function nextKey() {
  random ^= random << 13;
  random ^= random >>> 17;
  random ^= random << 5;
  return (random >>> 0) % KEYS;
}

/** A look-up of a value of 4 bytes by an integer; one in ten sets it instead, if `puts`. @param {boolean} puts */
async function mapLoop(puts) {
  const { SharedMap } = await import('rockpool');
  const map = SharedMap.attach(workerData.map);
  const value = new Uint8Array(4);
  let sum = 0;
  return () => {
    for (let n = 0; n < 500; n++) {
      const key = nextKey();
      if (puts && n % 10 === 0) map.set(key, value);
      else sum += map.getInto(key, value);
    }
    return sum >= 0 ? 500 : 0;
  };
}
loops['map-get'] = () => mapLoop(false);

/** A probe alone: whether the key is there. */
loops['map-has'] = async () => {
  const { SharedMap } = await import('rockpool');
  const map = SharedMap.attach(workerData.map);
  let found = 0;
  return () => {
    for (let n = 0; n < 500; n++) if (map.has(nextKey())) found++;
    return found >= 0 ? 500 : 0;
  };
};
loops['map-mix'] = () => mapLoop(true);

/** What a probe cannot do without: three atomic reads of words that others read as well. */
loops['three-loads'] = async () => {
  /** @type {Int32Array} */
  const words = workerData.words;
  let sum = 0;
  return () => {
    for (let n = 0; n < 500; n++) {
      const at = nextKey() * 4;
      sum += Atomics.load(words, at) + Atomics.load(words, at + 1) + Atomics.load(words, at + 2);
    }
    return sum >= 0 ? 500 : 0;
  };
};

async function attach() {
  const { SharedPool } = await import('rockpool');
  return SharedPool.attach(workerData.pool);
}

const make = loops[loop];
if (make === undefined) throw new RangeError(`Cannot run '${loop}': there is no such loop`);
const work = await make();
Atomics.add(control, READY, 1);
for (;;) {
  while (Atomics.load(control, GO) === 0) Atomics.wait(control, GO, 0);
  let count = 0;
  Atomics.add(control, STARTED, 1);
  while (Atomics.load(control, GO) === 1) count += work();
  Atomics.add(control, COUNT, count);
  Atomics.add(control, DONE, 1);
  Atomics.notify(control, DONE);
}

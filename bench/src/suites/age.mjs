// @ts-check
/** Ageing must not grow with the number of idle items: it runs when the program has better things to do. */

/** Most idle items of the suite, and the items of a pool with its ballast in every row. */
const MOST = 100_000;
/** Pools that age in one go: reading the clock with a cold cache costs more than an epoch. */
const POOLS = 16;
/** Epochs of each pool before the first sample, so that V8 has optimised `age` in every row. */
const WARM = 2000;

/** 64 MiB: more than the processor's last cache. */
const strangers = new Float64Array(2 ** 23).fill(0);
/** Elements of a cache line of 64 bytes. */
const LINE = 8;

/** Reads other memory, so that every row is timed with a cold cache. */
function emptyCache() {
  let sum = 0;
  for (let k = 0; k < strangers.length; k += LINE) sum += strangers[k] ?? 0;
  if (sum !== 0) throw new Error('Cannot be: the memory is all zero');
}

/**
 * @param {readonly { age(): unknown }[]} pools
 * @returns {number} ns for one epoch of one pool
 */
function timeEpoch(pools) {
  emptyCache();
  const begin = performance.now();
  for (const pool of pools) pool.age();
  return ((performance.now() - begin) * 1e6) / POOLS;
}

/**
 * Each pool has a ballast: a pool with as many items as it lacks to `MOST`, filled beside it and aged untimed.
 * So the heap, the garbage and what the caches hold are the same in every row, and the rows differ only in
 * what the timed pools hold.
 *
 * @param {string} id
 * @param {string} label
 * @param {number} idle
 * @param {number} maxIdle
 * @returns {import('../types.d.ts').JsContender}
 */
const ageContender = (id, label, idle, maxIdle) => ({
  kind: 'js',
  id,
  label,
  prepare: async () => {
    const { Pool } = await import('rockpool');
    const options = { create: () => ({ uses: 0 }), aging: /** @type {const} */ ('manual'), maxIdle };
    const pools = Array.from({ length: POOLS }, () => ({
      timed: new Pool(options),
      ballast: new Pool(options),
    }));
    const timed = pools.map((pair) => pair.timed);
    const ballast = pools.map((pair) => pair.ballast);
    /** @type {Array<{ uses: number }>} */
    const held = [];
    /**
     * @param {typeof timed[number]} pool
     * @param {number} count
     */
    const refill = (pool, count) => {
      for (let k = 0; k < count; k++) held.push(pool.get());
      for (const item of held) pool.put(item);
      held.length = 0;
    };
    /** @returns {number} ns for one epoch of one timed pool */
    const epoch = () => {
      const took = timeEpoch(timed);
      for (const pool of ballast) pool.age();
      return took;
    };
    for (let k = 0; k < WARM; k++) {
      for (const pool of timed) {
        refill(pool, 2);
        pool.age();
      }
    }
    return {
      sample: () => {
        for (const pair of pools) {
          refill(pair.ballast, MOST - idle);
          refill(pair.timed, idle);
        }
        // The first epoch makes every idle item a victim, the second drops them all.
        return (epoch() + epoch()) / 2;
      },
    };
  },
});

const nothing = Array.from({ length: POOLS }, () => ({ age() {} }));

/** @type {import('../types.d.ts').JsContender} */
const clock = {
  kind: 'js',
  id: 'clock',
  label: 'nothing: the clock alone',
  prepare: async () => ({ sample: () => (timeEpoch(nothing) + timeEpoch(nothing)) / 2 }),
};

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'age',
  title: 'One ageing epoch',
  about:
    'Sixteen pools with so many idle items each are aged one after the other: the epoch that makes the idle items victims, and the one that drops them; the time is the mean of both, for one pool. Beside each pool lies another one, untimed, that makes up the difference to 100,000 items, and 64 MiB of other memory are read before each epoch: all rows have the same heap and a cold cache. The clock’s own cost is in every figure; the first row shows it. Pools with a `destroy` hook pay for each dropped item besides.',
  unit: 'epoch',
  timing: { warmMs: 500, samples: 15 },
  contenders: [
    clock,
    ageContender('age-10', '10 idle items', 10, 2 * MOST),
    ageContender('age-1000', '1,000 idle items', 1000, 2 * MOST),
    ageContender('age-100000', '100,000 idle items', MOST, 2 * MOST),
    ageContender('age-100000-full', '100,000 idle items, which is maxIdle', MOST, MOST),
  ],
  baselines: ['age-10'],
  targets: [
    { contender: 'age-100000', baseline: 'age-10', atMost: 3 },
    { contender: 'age-100000-full', baseline: 'age-10', atMost: 3 },
  ],
};

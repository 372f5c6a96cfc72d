// @ts-check
/** Ageing must not grow with the number of idle items: it runs when the program has better things to do. */

/** Most idle items of the suite; what the processor's cache is emptied with has the same number. */
const MOST = 100_000;
/** Pools that age in one go: reading the clock with a cold cache costs more than an epoch. */
const POOLS = 16;

const strangers = Array.from({ length: MOST }, () => ({ uses: 0, a: 0, b: 0, c: 0, d: 0 }));

/** Reads other objects, so that small pools are not timed warm and large ones cold. */
function emptyCache() {
  let sum = 0;
  for (const stranger of strangers) {
    stranger.uses = (stranger.uses + 1) | 0;
    sum = (sum + stranger.uses) | 0;
  }
  return sum;
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
 * @param {number} idle
 * @returns {import('../types.d.ts').JsContender}
 */
const ageContender = (idle) => ({
  kind: 'js',
  id: `age-${idle}`,
  label: `${idle.toLocaleString('en-US')} idle items`,
  prepare: async () => {
    const { Pool } = await import('rockpool');
    const options = { create: () => ({ uses: 0 }), aging: /** @type {const} */ ('manual'), maxIdle: MOST };
    const pools = Array.from({ length: POOLS }, () => new Pool(options));
    /** @type {Array<{ uses: number }>} */
    const held = [];
    const refill = () => {
      for (const pool of pools) {
        for (let k = 0; k < idle; k++) held.push(pool.get());
        for (const item of held) pool.put(item);
        held.length = 0;
      }
    };
    return {
      sample: () => {
        refill();
        // The first epoch makes every idle item a victim, the second drops them all.
        return (timeEpoch(pools) + timeEpoch(pools)) / 2;
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
    'Sixteen pools with so many idle items each are aged one after the other: the epoch that makes the idle items victims, and the one that drops them; the time is the mean of both, for one pool. Before each, 100,000 other objects are read, so that small pools are timed with a cold cache too. The clock’s own cost is in every figure; the first row shows it. Pools with a `destroy` hook pay for each dropped item besides.',
  unit: 'epoch',
  timing: { warmMs: 500, samples: 15 },
  contenders: [clock, ageContender(10), ageContender(1000), ageContender(MOST)],
  baselines: ['age-10'],
  targets: [{ contender: `age-${MOST}`, baseline: 'age-10', atMost: 3 }],
};

// @ts-check
/** What it costs a program that allocates to learn of collections. */
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';

/** Allocations between two turns of the event loop, where observers are told. */
const PER_TURN = 20_000;
/** Objects that outlive a scavenge, so that major collections happen too. */
const SURVIVORS = 1 << 15;

/** An observer: begins to watch, and counts what it was told. */
class Watch {
  /** Collections told of. */
  seen = 0;
}

/** Node's own entries: one for each collection of any kind. */
class EntryWatch extends Watch {
  constructor() {
    super();
    const observer = new PerformanceObserver((list) => {
      this.seen += list.getEntries().length;
    });
    observer.observe({ entryTypes: ['gc'] });
  }
}

/** An object that nobody holds, registered anew each time a major collection has taken it. */
class SentinelWatch extends Watch {
  #registry = new FinalizationRegistry(() => {
    this.seen++;
    this.#arm();
  });

  constructor() {
    super();
    this.#arm();
  }

  #arm() {
    this.#registry.register(Symbol('epoch'), undefined);
  }
}

/** A pool that ages at major collections, idle beside the program. */
async function poolWatch() {
  const { Pool } = await import('rockpool');
  const pool = new Pool({ create: () => ({}), aging: 'gc' });
  pool.put(pool.get());
  return {
    pool,
    get seen() {
      return pool.stats().epochs;
    },
  };
}

/**
 * @param {string} id
 * @param {string} label
 * @param {() => Promise<{ readonly seen: number }> | { readonly seen: number }} watch
 * @returns {import('../types.d.ts').JsContender}
 */
const watchContender = (id, label, watch) => ({
  kind: 'js',
  id,
  label,
  // A young generation of 1 MiB: a scavenge every few thousand objects instead of every hundred thousand.
  execArgv: ['--max-semi-space-size=1'],
  prepare: async () => {
    const watched = await watch();
    const before = watched.seen;
    /** @type {Array<{ value: number, next: null } | null>} */
    const survivors = new Array(SURVIVORS).fill(null);
    let index = 0;

    /** @param {number} count */
    const allocate = (count) => {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const made = { value: i, next: null };
        if ((i & 15) === 0) {
          survivors[index] = made;
          index = (index + 1) & (SURVIVORS - 1);
        }
        sum = (sum + made.value) | 0;
        last.made = made;
      }
      return sum;
    };
    return {
      run: async (iterations) => {
        const sum = allocate(iterations);
        await turn();
        return sum;
      },
      figures: (operations) => ({ 'seen/M op': ((watched.seen - before) / operations) * 1e6 }),
    };
  },
});

/** @type {{ made: unknown }} */
const last = { made: null };

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'epoch-observer',
  title: 'Observing collections',
  about:
    'A program allocates small objects, one in sixteen of which lives for a while, with a young generation of 1 MiB, so that thousands of scavenges and some major collections happen. It turns the event loop every 20,000 objects. The time is that of one allocation with its share of everything; `seen` is what the observer was told of.',
  unit: 'allocation',
  iterations: PER_TURN,
  timing: { sampleMs: 100 },
  contenders: [
    watchContender('nothing', 'nobody observes', () => new Watch()),
    watchContender('sentinel', 'FinalizationRegistry sentinel', () => new SentinelWatch()),
    watchContender('entries', 'PerformanceObserver, gc entries', () => new EntryWatch()),
    watchContender('rockpool', 'Rockpool, aging gc', poolWatch),
  ],
  baselines: ['nothing'],
  targets: [],
};

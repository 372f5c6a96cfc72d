// @ts-check
/** What it costs to look: a scrape, and a snapshot for the live page, of a hundred pools and fifty size classes. */

const POOLS = 100;
const CLASSES = 50;

/** A hundred pools and an allocator with fifty size classes, all used. */
async function crowd() {
  const { ByteBufAllocator, Pool } = await import('rockpool');
  const pools = Array.from({ length: POOLS }, (_, i) => {
    const pool = new Pool({ name: `pool ${i}`, create: () => ({}), aging: 'manual' });
    for (const item of [pool.get(), pool.get()]) pool.put(item);
    return pool;
  });
  const allocator = new ByteBufAllocator({ name: 'buffers' });
  for (let bytes = 16; allocator.stats().sizeClasses.length < CLASSES; bytes = Math.ceil(bytes * 1.2) + 16) {
    allocator.buffer(Math.min(bytes, 4 * 1024 * 1024)).release();
  }
  return { pools, allocator };
}

/**
 * @param {string} id
 * @param {string} label
 * @param {(metrics: typeof import('@rockpool/metrics')) => Promise<() => Promise<number>>} make how to look once
 * @returns {import('../types.d.ts').JsContender}
 */
const looker = (id, label, make) => ({
  kind: 'js',
  id,
  label,
  prepare: async () => {
    const all = await crowd();
    const look = await make(await import('@rockpool/metrics'));
    let [longestMs, sum] = [0, 0];
    return {
      run: async (iterations) => {
        let bytes = 0;
        for (let i = 0; i < iterations; i++) {
          const begin = performance.now();
          bytes = (bytes + (await look())) | 0;
          const ms = performance.now() - begin;
          sum += ms;
          longestMs = Math.max(longestMs, ms);
        }
        return bytes + all.pools.length;
      },
      figures: () => ({ 'longest, ms': longestMs, 'all, ms': sum }),
    };
  },
});

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'metrics-scrape',
  title: 'Looking at a hundred pools and fifty size classes',
  about:
    'Collect: all counters are read into their series. Scrape: the same, and the text for Prometheus. Snapshot: what the live page gets each second, as JSON; so a hundredth of its milliseconds is the share of a core that a page costs.',
  unit: 'look',
  iterations: 1,
  timing: { warmMs: 500, sampleMs: 100 },
  contenders: [
    looker('collect', 'collect', async ({ Collector }) => {
      const collector = new Collector();
      return async () => [...collector.collect().families].length;
    }),
    looker('scrape', 'scrape: text for Prometheus', async ({ registerMetrics }) => {
      const registry = registerMetrics();
      return async () => (await registry.metrics()).length;
    }),
    looker('snapshot', 'snapshot: JSON for the page', async ({ Collector, Snapshots }) => {
      const snapshots = new Snapshots(new Collector().gcPauses);
      return async () => JSON.stringify(snapshots.take()).length;
    }),
  ],
  baselines: ['collect'],
  targets: [],
};

// @ts-check
/** The suites by name. Each is loaded on demand: a child loads its own and no other. */

/** @type {Readonly<Record<string, () => Promise<{ suite: import('../types.d.ts').Suite }>>>} */
const loaders = {
  'pool-pair': () => import('./pool-pair.mjs'),
  'pool-reset': () => import('./pool-reset.mjs'),
  'pool-burst': () => import('./pool-burst.mjs'),
  'pool-starvation': () => import('./pool-starvation.mjs'),
  'pool-miss': () => import('./pool-miss.mjs'),
  'pool-buffer': () => import('./pool-buffer.mjs'),
  scope: () => import('./scope.mjs'),
  age: () => import('./age.mjs'),
  'epoch-observer': () => import('./epoch-observer.mjs'),
  'buffer-alloc': () => import('./buffer-alloc.mjs'),
  'buffer-held': () => import('./buffer-held.mjs'),
  'buffer-mixed': () => import('./buffer-mixed.mjs'),
  'buffer-fill': () => import('./buffer-fill.mjs'),
  'buffer-slice': () => import('./buffer-slice.mjs'),
  'buffer-typed': () => import('./buffer-typed.mjs'),
  'buffer-memory': () => import('./buffer-memory.mjs'),
  'codec-decode': () => import('./codec-decode.mjs'),
  'socket-read': () => import('./socket-read.mjs'),
  'socket-write': () => import('./socket-write.mjs'),
  'file-read': () => import('./file-read.mjs'),
  'resource-idle': () => import('./resource-idle.mjs'),
  'resource-waiters': () => import('./resource-waiters.mjs'),
  counters: () => import('./counters.mjs'),
  'metrics-scrape': () => import('./metrics-scrape.mjs'),
  'tuner-miss': () => import('./tuner-miss.mjs'),
  'shared-seam': () => import('./shared-seam.mjs'),
  'shared-zero': () => import('./shared-zero.mjs'),
  'shared-pool': () => import('./shared-pool.mjs'),
  'shared-scale': () => import('./shared-scale.mjs'),
  'shared-channel': () => import('./shared-channel.mjs'),
  'shared-map': () => import('./shared-map.mjs'),
};

/** The names, in the order in which they run. */
export const suiteNames = Object.keys(loaders);

/**
 * @param {string} name One of {@link suiteNames}.
 * @returns {Promise<import('../types.d.ts').Suite>}
 */
export async function loadSuite(name) {
  const load = loaders[name];
  if (load === undefined)
    throw new RangeError(`Cannot load suite '${name}': known are ${suiteNames.join(', ')}`);
  return (await load()).suite;
}

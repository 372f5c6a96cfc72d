// @ts-check
/** What the counters of hot paths cost: the library as it is, against itself without them. */
import { compile } from '../contenders/adapter.mjs';
import { hotLoop } from '../contenders/buffer-loops.mjs';
import { rockpoolChecks } from '../contenders/buffers.mjs';
import { pairLoop } from '../contenders/loops.mjs';
import { loadUncounted } from '../contenders/uncounted.mjs';
import { itemClass } from '../item.mjs';

const PAIR = 'get + put';
const RESET = 'get + put, with a reset';
const BUFFER = 'allocate + release, 1 KiB';

/**
 * A pool that has been about: bursts, an epoch, samples of leaks. Else the copy, whose samples seldom come due, would be
 * compiled for fewer cases.
 *
 * @template {object} T
 * @param {import('rockpool').Pool<T>} pool
 */
function used(pool) {
  for (let burst = 0; burst < 2000; burst++) {
    const items = Array.from({ length: 100 }, () => pool.get());
    for (const item of items) pool.put(item);
    if (burst % 500 === 0) pool.age();
  }
  return pool;
}

/** @param {import('../item.mjs').Item} item */
const reset = (item) => {
  item.uses = 0;
};

/** @param {string} id @param {string} label @param {() => Promise<typeof import('rockpool')>} load @returns {import('../types.d.ts').JsContender[]} */
const both = (id, label, load) => [
  ...[
    { name: PAIR, hooks: {} },
    { name: RESET, hooks: { reset } },
  ].map(({ name, hooks }) => ({
    kind: /** @type {const} */ ('js'),
    id,
    label,
    case: name,
    prepare: async () => {
      const { Pool } = await load();
      const ItemClass = itemClass();
      const pool = used(new Pool({ create: () => new ItemClass(), ...hooks }));
      return { run: compile(pairLoop('pool.get()', 'pool.put(item)'), { pool }) };
    },
  })),
  {
    kind: 'js',
    id,
    label,
    case: BUFFER,
    prepare: async () => {
      const { ByteBufAllocator } = await load();
      const allocator = new ByteBufAllocator();
      return { run: compile(hotLoop(rockpoolChecks('basic')), { allocator, BYTES: 1024 }) };
    },
  },
];

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'counters',
  title: 'Counters on the hot paths',
  about:
    'The same code with and without what a hit counts: one increment of a get, and one of a buffer. The copy without is the built code with these statements cut out, loaded from another folder.',
  unit: 'pair',
  cases: [PAIR, RESET, BUFFER],
  contenders: [
    ...both('counted', 'as it is', () => import('rockpool')),
    ...both('uncounted', 'without counters', loadUncounted),
  ],
  baselines: ['uncounted'],
  targets: [{ contender: 'counted', baseline: 'uncounted', atMost: 1.05, over: 'every' }],
};

// @ts-check
/** What the counters of hot paths cost: the library as it is, against itself without them. */
import { compile } from '../contenders/adapter.mjs';
import { hotLoop } from '../contenders/buffer-loops.mjs';
import { rockpoolChecks } from '../contenders/buffers.mjs';
import { pairLoop } from '../contenders/loops.mjs';
import { loadUncounted } from '../contenders/uncounted.mjs';
import { itemClass } from '../item.mjs';

const PAIR = 'get + put';
const BUFFER = 'allocate + release, 1 KiB';

/** @param {string} id @param {string} label @param {() => Promise<typeof import('rockpool')>} load @returns {import('../types.d.ts').JsContender[]} */
const both = (id, label, load) => [
  {
    kind: 'js',
    id,
    label,
    case: PAIR,
    prepare: async () => {
      const { Pool } = await load();
      const ItemClass = itemClass();
      const pool = new Pool({ create: () => new ItemClass() });
      return { run: compile(pairLoop('pool.get()', 'pool.put(item)'), { pool }) };
    },
  },
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
    'The same code with and without what a hit counts: of a get one decrement, which is the sampling of leaks too; of a buffer its hit and the live bytes, both ways. The copy without is the built code with these statements cut out, loaded from another folder.',
  unit: 'pair',
  cases: [PAIR, BUFFER],
  contenders: [
    ...both('counted', 'as it is', () => import('rockpool')),
    ...both('uncounted', 'without counters', loadUncounted),
  ],
  baselines: ['uncounted'],
  targets: [{ contender: 'counted', baseline: 'uncounted', atMost: 1.05, over: 'every' }],
};

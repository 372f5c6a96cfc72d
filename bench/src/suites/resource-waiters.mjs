// @ts-check
/** Ten resources for a thousand and ten: whoever gives one back goes to the end of the line. */
import {
  abortable,
  contender,
  PEER_IDS,
  peers,
  plain,
  USERS,
  validating,
} from '../contenders/resource-pools.mjs';

/** Turns of each user in one call, so that beginning and end, when few wait, are a small part. */
const TURNS = 40;

/** @param {import('../contenders/resource-pools.mjs').ResourceAdapter} adapter */
const loop = ({ acquire, resource, release }) => `
  async function work(user, turns) {
    let sum = 0;
    for (let i = 0; i < turns; i++) {
      const lease = await ${acquire};
      const item = ${resource};
      item.used = (item.used + 1) | 0;
      await undefined;
      sum = (sum + item.used) | 0;
      ${release};
    }
    return sum;
  }
  return async function crowd(turns) {
    const users = [];
    for (let user = 0; user < USERS; user++) users.push(work(user, turns));
    let sum = 0;
    for (const result of await Promise.all(users)) sum = (sum + result) | 0;
    return sum;
  };`;

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'resource-waiters',
  title: 'Ten resources for a thousand and ten',
  about:
    'Each acquires, holds the resource for a microtask, releases it and acquires again, 40 times: ten hold one, a thousand wait. All of it is within one turn of the event loop.',
  unit: 'acquire + release',
  iterations: TURNS,
  operations: USERS,
  timing: { warmMs: 600, sampleMs: 60 },
  contenders: [plain, validating, abortable, ...peers].map((adapter) => contender(adapter, loop)),
  baselines: [PEER_IDS, 'rockpool'],
  targets: [
    { contender: 'rockpool', baseline: PEER_IDS, atMost: 1 / 2 },
    { contender: 'rockpool-signal', baseline: 'rockpool', atMost: 1.5 },
  ],
};

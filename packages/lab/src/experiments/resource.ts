/** Pools of resources against each other: one user with an idle resource, and a thousand and ten users of ten. */
import type { Case, Comparison, Experiment } from '../experiment.ts';
import { crowd } from '../resources/crowd.ts';
import { PEER_POOLS, type PeerName, type PeerPool } from '../resources/peer-pools.ts';

const MAX = 10;
const PEERS = ['generic-pool', 'sequelize-pool', 'lightning-pool', 'tarn'] as const;

/** The experiment. */
export const resource: Experiment = {
  name: 'resource',
  summary: 'pools of resources: an acquire with its release, alone and with a thousand who wait',
  secondsPerCase: 2,
  notes: [
    'The resource is an object of one field: what is measured is the pool alone. A query takes a thousand times as long, ' +
      'so none of these is what makes a service slow; it shows in one that acquires for every small thing.',
    'One call is between the loop and each pool, the same for all.',
    'Fewest served ÷ most: of the users in one run of 40 acquires for each. 1 is fair.',
    'Latencies are of means over a whole run, not of single acquires: those are shorter than a look at the clock.',
    'Bytes: of the heap, an acquire with its release and the promise that is awaited.',
  ],
  comparisons: [
    compare('idle', 'One user, and a resource that is idle', 1, 3),
    compare('crowd', 'A thousand and ten users of ten resources', MAX + 1000, 2),
  ],
};

function compare(id: string, title: string, users: number, atLeast: number): Comparison {
  const case_ = (name: PeerName, shown: string): Case => ({
    id: name,
    title: shown,
    prepare: () => crowd(PEER_POOLS[name](MAX) as PeerPool<unknown>, users),
  });
  return {
    id,
    title,
    operation: 'acquire',
    baseline: 'generic-pool',
    cases: [...PEERS.map((name) => case_(name, name)), case_('rockpool', 'ResourcePool')],
    pairs: PEERS.slice(1).map((baseline) => ({ variant: 'rockpool', baseline })),
    targets: PEERS.map((baseline) => ({ variant: 'rockpool', baseline, metric: 'speed', atLeast })),
  };
}

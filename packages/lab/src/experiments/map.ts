/**
 * One map for several threads: a SharedMap, which is read without a lock; the same with one lock around everything; and
 * what a program has without shared memory, a Map in a thread of its own, which the others ask by messages.
 */
import { MessageChannel } from 'node:worker_threads';
import { SharedMap } from 'rockpool';
import type { Case, Comparison, Experiment, SampledWorkload } from '../experiment.ts';
import { CREW_WARM_UP_MS, type Job, startCrew } from '../threads/crew.ts';
import { valueOfKey } from '../threads/map-roles.ts';
import { THREADS, threadsTitle } from './thread-counts.ts';

const KEYS = 3000;
const MIXES: readonly (readonly [id: string, title: string, putShare: number])[] = [
  ['gets', 'look-ups', 0],
  ['puts-10', 'one in ten sets', 0.1],
  ['puts-50', 'every second one sets', 0.5],
];

/** The experiment. */
export const map: Experiment = {
  name: 'map',
  summary: 'a map for 1 to 16 threads: a Map behind postMessage, a map under one lock, a SharedMap',
  secondsPerCase: 1.5,
  warmUpMs: CREW_WARM_UP_MS,
  notes: [
    `${KEYS} numbers as keys, values of 4 bytes; each value that is read is checked.`,
    'Behind postMessage: one thread more has the Map, and each of the others has 64 requests on their way, so that ' +
      'nobody waits for a single answer. A request that waits for its answer takes 50 µs or more.',
    'Under one lock: the same SharedMap, and a lock that is taken for look-ups too.',
  ],
  comparisons: MIXES.flatMap(([id, title, putShare]) =>
    THREADS.map((threads): Comparison => compare(id, title, threads, putShare)),
  ),
};

function compare(mix: string, title: string, threads: number, putShare: number): Comparison {
  const inMemory = (id: string, label: string, lock: () => object): Case => ({
    id,
    title: label,
    prepare: () => {
      const data = { keys: KEYS, putShare, map: filled(threads), ...lock() };
      return startCrew(new Array<Job>(threads).fill({ role: 'map/shared', data }));
    },
  });
  return {
    id: `${mix}-${threads}`,
    title: `${threadsTitle(threads)}, ${title}`,
    operation: 'operation',
    baseline: 'messages',
    cases: [
      {
        id: 'messages',
        title: 'Map, postMessage',
        prepare: () => behindMessages(threads, putShare),
      },
      inMemory('lock', 'one lock', () => ({ lock: new Int32Array(new SharedArrayBuffer(8)) })),
      inMemory('shared', 'SharedMap', () => ({})),
    ],
    pairs: [{ variant: 'shared', baseline: 'lock' }],
  };
}

function filled(threads: number): SharedMap['handle'] {
  const map = SharedMap.create({ capacityBytes: 2 ** 18, maxWorkers: threads + 1 });
  for (let key = 0; key < KEYS; key++) map.set(key, valueOfKey(key));
  return map.handle;
}

function behindMessages(threads: number, putShare: number): Promise<SampledWorkload> {
  const channels = Array.from({ length: threads }, () => new MessageChannel());
  const ports = channels.map(({ port1 }) => port1);
  return startCrew([
    { role: 'map/server', data: { keys: KEYS, ports }, transfer: ports },
    ...channels.map(({ port2 }) => ({
      role: 'map/client' as const,
      data: { keys: KEYS, putShare, port: port2 },
      transfer: [port2],
    })),
  ]);
}

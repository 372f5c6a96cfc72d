/**
 * When to make connections: at the start, at the first use, or one by one. Each sample is the beginning of one service:
 * a pool, and ten requests, one behind the other, each of which keeps its connection.
 */
import { ResourcePool, type ResourcePoolOptions } from 'rockpool';
import type { Case, Comparison, Experiment, SampledWorkload } from '../experiment.ts';
import { type Connection, type LoginServer, startLoginServer } from '../resources/login-server.ts';

const CONNECTIONS = 10;

type Options = Pick<ResourcePoolOptions<Connection>, 'init' | 'firstUse' | 'min'>;

const WAYS: readonly { readonly id: string; readonly title: string; readonly options: Options }[] = [
  { id: 'lazy', title: 'lazy', options: { init: 'lazy' } },
  { id: 'eager', title: 'eager', options: { init: 'eager', min: CONNECTIONS } },
  {
    id: 'first-use',
    title: 'first-use, rest behind',
    options: { init: 'first-use', firstUse: 'behind', min: CONNECTIONS },
  },
  {
    id: 'first-use-before',
    title: 'first-use, all before',
    options: { init: 'first-use', firstUse: 'before', min: CONNECTIONS },
  },
];

/** What one beginning took, in milliseconds, and what stood idle behind its first request. */
interface Beginning {
  readonly start: number;
  readonly first: number;
  readonly second: number;
  readonly tenth: number;
  readonly idle: number;
}

/** The experiment. */
export const init: Experiment = {
  name: 'init',
  summary: 'connections made at the start, at the first use, or one by one: who waits, and for how long',
  secondsPerCase: 1.5,
  notes: [
    'A connection is a TCP handshake on this machine and a login with PBKDF2 of 4,096 rounds on both sides, as PostgreSQL ' +
      'has it. A real server is further away, and forks a process: all figures grow, the order stays.',
    'Start: until the pool says that it is ready; what is lazy says so at once.',
    'First, second, tenth: how long that request waits for its connection. Each keeps it and makes one round trip ' +
      'before the next begins.',
    'Idle behind the first: connections that were made and that nobody uses. They cost the server memory whether or not ' +
      'there will be ten requests at a time.',
  ],
  comparisons: [
    compare('start', 'Until the service is ready', 'start', ({ start }) => start),
    compare('first', 'What the first request waits', 'request', ({ first }) => first),
    compare('second', 'What the second request waits', 'request', ({ second }) => second),
    compare('tenth', 'What the tenth request waits', 'request', ({ tenth }) => tenth),
  ],
};

function compare(
  id: string,
  title: string,
  operation: string,
  figure: (beginning: Beginning) => number,
): Comparison {
  return {
    id,
    title,
    operation,
    baseline: 'lazy',
    cases: WAYS.map(
      (way): Case => ({ id: way.id, title: way.title, prepare: () => prepare(way.options, figure) }),
    ),
  };
}

async function prepare(options: Options, figure: (beginning: Beginning) => number): Promise<SampledWorkload> {
  const server = await startLoginServer();
  let idle = 0;
  return {
    kind: 'sampled',
    verify: async () => {
      const expected = options.init === 'lazy' ? 0 : undefined;
      const { idle: found } = await begin(server, options);
      if (expected !== undefined && found !== expected) throw new Error(`${found} idle, not ${expected}`);
    },
    sample: async () => {
      const beginning = await begin(server, options);
      idle = beginning.idle;
      return figure(beginning) * 1e6;
    },
    facts: () => ({ 'idle behind the first': idle }),
    end: () => server.end(),
  };
}

/** The beginning of one service. Nothing of it is left behind. */
async function begin(server: LoginServer, options: Options): Promise<Beginning> {
  const from = performance.now();
  await using pool = new ResourcePool<Connection>({
    create: (signal) => server.connect(signal),
    destroy: (connection) => connection.end(),
    max: CONNECTIONS,
    failFast: true,
    ...options,
  });
  if (options.init === 'eager') await pool.ready();
  const start = performance.now() - from;
  const waits: number[] = [];
  const leases = [];
  let idle = 0;
  for (let request = 1; request <= CONNECTIONS; request++) {
    const before = performance.now();
    const lease = await pool.acquire();
    waits.push(performance.now() - before);
    leases.push(lease);
    await lease.value.ask();
    if (request === 1) {
      const { creating, idle: waiting } = pool.stats();
      idle = creating + waiting;
    }
  }
  for (const lease of leases) lease.release();
  const [first, second] = waits as [number, number];
  return { start, first, second, tenth: waits.at(-1) as number, idle };
}

import { expect, test } from 'vitest';
import { adviseConnections } from '../../src/advise/connection-advice.ts';
import type { MergedConnections } from '../../src/advise/merge-sites.ts';
import { frame, whole } from './made-up-recording.ts';

/** A hundred, one after the other, of up to 4 ms to connect and 32 ms open, if nothing else is given. */
function connections(given: Partial<MergedConnections> = {}): MergedConnections {
  return {
    frame: frame('/app/src/ask.js:5 ask'),
    callers: [],
    threads: ['main'],
    address: 'db:5432',
    tls: true,
    http: false,
    count: 100,
    mostOpen: 1,
    connectMs: [0, 0, 0, 0, 0, 0, 0, 0, 0, 100],
    openMs: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100],
    ...given,
  };
}

test('made again and again, they belong in a resource pool', () => {
  const advice = adviseConnections(connections(), whole());
  expect(advice).toMatchObject({
    place: { file: 'src/ask.js', line: 5, functionName: 'ask' },
    library: null,
    address: 'db:5432',
    tls: true,
    count: 100,
    countPerSecond: 10,
    mostOpen: 1,
    connectMs: 4,
    openMs: 32,
    verdict: 'use a resource pool',
    reason: 'connections',
    use: 'ResourcePool',
    // All but the one that stays.
    waitSavedMs: 99 * 4,
  });
  expect(advice.because).toContain(
    '100 were made, at most 1 open at a time. Each takes up to 4.00 ms to connect',
  );
  expect(advice.because).toContain('is open for up to 32.0 ms');
  expect(advice.snippet).toContain('create: async () => connect()');
});

test('by Node’s HTTP they want an agent', () => {
  const advice = adviseConnections(connections({ http: true }), whole());
  expect(advice).toMatchObject({ verdict: 'use an agent', reason: 'connections', use: 'http.Agent' });
  expect(advice.snippet).toContain('keepAlive: true');
  expect(advice.waitSavedMs).toBe(396);
});

test.each([
  ['pg', 'pg', 'new pg.Client(settings)'],
  ['pg-pool', 'pg', 'new pg.Client(settings)'],
  ['mysql2', 'mysql2', 'mysql.createConnection(settings)'],
  ['ioredis', 'ioredis', 'create: async () => connect()'],
])('a client is found among the callers: %s', (folder, library, create) => {
  const callers = [
    frame(`/app/node_modules/${folder}/lib/connection.js:3 connect`),
    frame('/app/src/main.js:1 main'),
  ];
  const advice = adviseConnections(connections({ callers }), whole());
  expect(advice.library).toBe(library);
  expect(advice.snippet).toContain(create);
});

test.each([
  ['fewer than ten', { count: 9 }],
  ['all open at a time', { count: 60, mostOpen: 60 }],
  ['hardly any of them a second time', { count: 119, mostOpen: 60 }],
])('%s: there is little to use again', (_, given) => {
  const advice = adviseConnections(connections(given), whole());
  expect(advice).toMatchObject({
    verdict: 'leave it',
    reason: 'few',
    waitSavedMs: 0,
    use: null,
    snippet: null,
  });
  expect(advice.because).toContain('there is little to use again');
});

test.each([
  [10, 1],
  [10, 5],
  [120, 60],
])('%i of which %i are open at a time are enough', (count, mostOpen) => {
  expect(adviseConnections(connections({ count, mostOpen }), whole()).verdict).toBe('use a resource pool');
});

test('what was never made has no times, and saves no waiting', () => {
  const advice = adviseConnections(connections({ connectMs: [], openMs: [] }), whole());
  expect(advice).toMatchObject({
    connectMs: null,
    openMs: null,
    waitSavedMs: 0,
    verdict: 'use a resource pool',
  });
  expect(advice.because).not.toContain('Each takes');
});

test('the median is the upper end of the middle entry', () => {
  const { connectMs, openMs } = adviseConnections(
    connections({ connectMs: [1, 2], openMs: [3, 0, 1, 2] }),
    whole(),
  );
  expect(connectMs).toBe(2 ** -6);
  expect(openMs).toBe(2 ** -7);
});

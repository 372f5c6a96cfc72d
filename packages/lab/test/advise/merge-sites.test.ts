import { describe, expect, test } from 'vitest';
import {
  addCounts,
  mergeByteSites,
  mergeConnections,
  mergeObjectSites,
} from '../../src/advise/merge-sites.ts';
import {
  byteSite,
  connectionRecord,
  frameRecord,
  NO_AGES,
  objectSite,
  recording,
} from './made-up-recording.ts';

const frames = (...texts: readonly string[]) => texts.map(frameRecord);

describe('sites of bytes', () => {
  test('what is allocated at one place is one site, whoever called and wherever it ran', () => {
    const texts = ['/app/a.js:7 read', '/app/b.js:1 main', '/app/c.js:2 other'];
    const [site, ...others] = mergeByteSites([
      recording({
        frames: frames(...texts),
        byteSites: [
          byteSite([0, 1], { bytes: 1000, count: 10, sizes: [[100, 10]] }),
          byteSite([0, 2], { bytes: 5000, count: 20, sizes: [[250, 20]] }),
        ],
      }),
      recording({
        threadId: 1,
        frames: frames('/app/x.js:9 x', 'file:///app/a.js:7 read'),
        byteSites: [
          byteSite([1, 0], {
            bytes: 600,
            count: 6,
            sizes: [
              [50, 1],
              [110, 5],
            ],
          }),
        ],
      }),
      recording({
        pid: 20,
        frames: frames('/app/a.js:7 read'),
        byteSites: [byteSite([0], { bytes: 700, count: 7, sizes: [[100, 7]] })],
      }),
    ]);
    expect(others).toEqual([]);
    expect(site).toMatchObject({
      what: 'Buffer.alloc',
      frame: { file: '/app/a.js', line: 7, functionName: 'read', isNode: false },
      // Of the part with the most bytes.
      callers: [{ file: '/app/c.js' }],
      threads: ['pid 10', 'pid 10 worker 1', 'pid 20'],
      samples: 40,
      count: 43,
      bytes: 7300,
      nodeFunction: null,
      nodeFrames: [],
    });
    expect(site?.sizes).toEqual([
      [50, 1],
      [100, 17],
      [110, 5],
      [250, 20],
    ]);
  });

  test('threads of one process have no number of it', () => {
    const byteSites = [byteSite([0])];
    const at = frames('/app/a.js:7 read');
    const threads = [0, 2, 3].map((threadId) => recording({ threadId, frames: at, byteSites }));
    expect(mergeByteSites(threads)[0]?.threads).toEqual(['main', 'worker 2', 'worker 3']);
    // Of one and the same thread there may be two stacks.
    const twice = recording({ frames: at, byteSites: [byteSite([0]), byteSite([0, 0])] });
    expect(mergeByteSites([twice])[0]?.threads).toEqual(['main']);
  });

  test('another line, another maker or another function of Node is another site', () => {
    const sites = mergeByteSites([
      recording({
        frames: frames(
          '/app/a.js:7 read',
          '/app/a.js:8 read',
          'node:fs:1 readFileSync',
          'node:zlib:1 gzipSync',
        ),
        byteSites: [
          byteSite([0]),
          byteSite([1]),
          byteSite([0], { what: 'new Uint8Array' }),
          byteSite([2, 0]),
          byteSite([3, 0]),
        ],
      }),
    ]);
    expect(sites.map(({ what, frame, nodeFunction }) => `${what} ${frame.line} ${nodeFunction}`)).toEqual([
      'Buffer.alloc 7 null',
      'Buffer.alloc 8 null',
      'new Uint8Array 7 null',
      'Buffer.alloc 7 node:fs readFileSync',
      'Buffer.alloc 7 node:zlib gzipSync',
    ]);
  });

  test('the function of Node that the program called has the name; frames between are kept', () => {
    const [site] = mergeByteSites([
      recording({
        frames: frames(
          'node:buffer:3 allocate',
          'node:fs:1 tryCreateBuffer',
          'node:fs:2 readFileSync',
          '/app/a.js:7 f',
        ),
        byteSites: [byteSite([0, 1, 2, 3])],
      }),
    ]);
    expect(site).toMatchObject({
      nodeFunction: 'node:fs readFileSync',
      nodeFrames: ['node:buffer allocate', 'node:fs tryCreateBuffer', 'node:fs readFileSync'],
      frame: { file: '/app/a.js' },
      callers: [],
    });
  });

  test('where the event loop called, the nearest function of Node has the name', () => {
    const [site] = mergeByteSites([
      recording({
        frames: frames(
          'node:internal/fs/promises:3 readFileHandle',
          'node:internal/process/task_queues:9 processTicksAndRejections',
          '/app/a.js:7 f',
        ),
        byteSites: [byteSite([0, 1, 2])],
      }),
    ]);
    expect(site?.nodeFunction).toBe('node:internal/fs/promises readFileHandle');
  });

  test('without a frame of the program the nearest of Node is the place, and names nothing', () => {
    const [site] = mergeByteSites([
      recording({
        frames: frames('node:internal/stream_base_commons:3 onStreamRead', 'node:net:2 read'),
        byteSites: [byteSite([0, 1])],
      }),
    ]);
    expect(site).toMatchObject({
      frame: { functionName: 'onStreamRead', isNode: true },
      callers: [{ functionName: 'read' }],
      nodeFunction: null,
    });
  });

  test('of the callers the nearest three are kept', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const [site] = mergeByteSites([
      recording({
        frames: frames(...names.map((name) => `/app/${name}.js:1 ${name}`)),
        byteSites: [byteSite([0, 1, 2, 3, 4])],
      }),
    ]);
    expect(site?.frame.functionName).toBe('a');
    expect(site?.callers.map(({ functionName }) => functionName)).toEqual(['b', 'c', 'd']);
  });

  test('ages of all threads add up', () => {
    const at = frames('/app/a.js:7 read');
    const of = (threadId: number, ages: Partial<typeof NO_AGES>) =>
      recording({ threadId, frames: at, byteSites: [byteSite([0], { lifetime: { ...NO_AGES, ...ages } })] });
    const [site] = mergeByteSites([
      of(0, { followed: 9, diedAtFirst: 3, diedAtSecond: 2, aliveUntouched: 4, agesMs: [1, 4] }),
      of(1, {
        followed: 8,
        diedAtFirst: 1,
        diedLater: 2,
        aliveAfterOne: 3,
        aliveAfterMore: 2,
        agesMs: [0, 0, 3],
      }),
    ]);
    expect(site?.lifetime).toEqual({
      followed: 17,
      diedAtFirst: 4,
      diedAtSecond: 2,
      diedLater: 2,
      aliveUntouched: 4,
      aliveAfterOne: 3,
      aliveAfterMore: 2,
      agesMs: [1, 4, 3],
    });
  });
});

describe('sites of objects', () => {
  test('a function of V8 on top is its name, and no place', () => {
    const [site] = mergeObjectSites([
      recording({
        frames: frames('v8: Map', '/app/a.js:7 index', '/app/b.js:1 main'),
        objectSites: [objectSite([0, 1, 2], [[32_768, 400, 2]])],
      }),
    ]);
    expect(site).toMatchObject({
      builtIn: 'Map',
      frame: { file: '/app/a.js', functionName: 'index' },
      callers: [{ functionName: 'main' }],
      bytes: 800,
    });
  });

  test('with and without such a function are two sites; samples of one are put together', () => {
    const at = frames('v8: Map', '/app/a.js:7 index');
    const sites = mergeObjectSites([
      recording({
        frames: at,
        objectSites: [objectSite([1], [[32_768, 100, 1]]), objectSite([0, 1], [[1, 50, 2]])],
      }),
      recording({ threadId: 1, frames: at, objectSites: [objectSite([1], [[60_493, 200, 3]])] }),
    ]);
    expect(sites.map(({ builtIn, bytes }) => [builtIn, bytes])).toEqual([
      [null, 700],
      ['Map', 100],
    ]);
    expect(sites[0]?.raw).toEqual([
      [32_768, 100, 1],
      [60_493, 200, 3],
    ]);
  });

  test('code that is gone is dropped, and passed over where something else is known', () => {
    const sites = mergeObjectSites([
      recording({
        frames: frames(' gone', '/app/a.js:7 index', 'v8: Map'),
        objectSites: [
          objectSite([0], [[1, 10, 1]]),
          objectSite([], [[1, 10, 1]]),
          objectSite([2], [[1, 10, 1]]),
          objectSite([0, 1], [[1, 10, 1]]),
        ],
      }),
    ]);
    expect(sites).toHaveLength(1);
    expect(sites[0]).toMatchObject({ frame: { file: '/app/a.js' }, bytes: 10 });
  });

  test('functions whose position is not known are told apart by name', () => {
    const sites = mergeObjectSites([
      recording({
        frames: frames('/app/a.js f', '/app/a.js g', '/app/a.js f'),
        objectSites: [0, 1, 2].map((index) => objectSite([index], [[1, 10, 1]])),
      }),
    ]);
    expect(sites.map(({ frame, bytes }) => [frame.functionName, bytes])).toEqual([
      ['f', 20],
      ['g', 10],
    ]);
  });
});

describe('connections', () => {
  const texts = [
    '/app/node_modules/pg/lib/connection.js:3 connect',
    '/app/node_modules/pg/lib/client.js:9 connect',
    '/app/ask.js:5 ask',
    '/app/main.js:1 main',
    '/app/other.js:4 other',
  ];

  test('the place is the nearest frame that is no library’s, and the client is among the callers', () => {
    const [site, ...others] = mergeConnections([
      recording({
        frames: frames(...texts),
        connections: [
          connectionRecord([0, 1, 2, 3], { count: 5, mostOpen: 2, connectMs: [0, 5], openMs: [2] }),
          connectionRecord([0, 1, 2], { count: 4, connectMs: [1], openMs: [1, 3] }),
        ],
      }),
      recording({
        threadId: 1,
        frames: frames(...texts),
        connections: [connectionRecord([1, 2], { count: 2, mostOpen: 2, http: true })],
      }),
    ]);
    expect(others).toEqual([]);
    expect(site).toMatchObject({
      address: 'db:5432',
      tls: false,
      http: true,
      count: 11,
      mostOpen: 5,
      connectMs: [1, 5],
      openMs: [3, 3],
      frame: { file: '/app/ask.js', line: 5 },
      threads: ['main', 'worker 1'],
    });
    expect(site?.callers.map(({ file }) => file)).toEqual([
      '/app/node_modules/pg/lib/connection.js',
      '/app/node_modules/pg/lib/client.js',
      '/app/main.js',
    ]);
  });

  test('other users, addresses and ways are connections of their own', () => {
    const sites = mergeConnections([
      recording({
        frames: frames(...texts),
        connections: [
          connectionRecord([0, 2]),
          connectionRecord([0, 4]),
          connectionRecord([0, 2], { address: 'db:5433' }),
          connectionRecord([0, 2], { tls: true }),
        ],
      }),
    ]);
    expect(sites).toHaveLength(4);
  });

  test('a library that nobody called is the place itself', () => {
    const [site] = mergeConnections([
      recording({ frames: frames(...texts), connections: [connectionRecord([0, 1])] }),
    ]);
    expect(site?.frame.file).toBe('/app/node_modules/pg/lib/connection.js');
    expect(site?.callers).toHaveLength(1);
  });
});

test('histograms of different lengths add up', () => {
  expect(addCounts([[1, 2], [], [0, 1, 5]])).toEqual([1, 3, 5]);
  expect(addCounts([])).toEqual([]);
});

test('of no recordings there are no sites', () => {
  for (const merge of [mergeByteSites, mergeObjectSites, mergeConnections]) expect(merge([])).toEqual([]);
});

/** A made-up report with every kind of advice in it, for the tests of its renderings. */
import type { Advice, ConnectionAdvice, Place, SiteAdvice } from '../../../src/advise/advice.ts';

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const GIB = 2 ** 30;
const SECONDS = 30.2;

/** A place in a program's code. */
export function place(file: string, line: number, functionName: string, source: string | null = null): Place {
  return { file, line, column: 18, functionName, source };
}

/** A site that is left, if nothing else is given. */
export function site(given: Partial<SiteAdvice> & Pick<SiteAdvice, 'what' | 'place'>): SiteAdvice {
  const count = given.count ?? 4000;
  const bytes = given.bytes ?? count * 96;
  return {
    kind: 'objects',
    callers: [],
    library: null,
    threads: ['main'],
    count,
    countPerSecond: count / SECONDS,
    bytes,
    bytesPerSecond: bytes / SECONDS,
    sizes: [{ fromBytes: 65, toBytes: 128, share: 1 }],
    lifetime: { kind: 'short', medianMs: 16, followed: 80, aliveShare: 0 },
    heldAtATime: 1.6,
    verdict: 'leave it',
    reason: 'few',
    because: 'Made 132 times a second: a pool would save less than 0.01 % of the CPU time.',
    saving: null,
    use: null,
    snippet: null,
    samples: 40,
    ...given,
  };
}

/** A connection that is left, if nothing else is given. */
function connection(
  given: Partial<ConnectionAdvice> & Pick<ConnectionAdvice, 'address' | 'place'>,
): ConnectionAdvice {
  const count = given.count ?? 2;
  return {
    callers: [],
    library: null,
    tls: false,
    count,
    countPerSecond: count / SECONDS,
    mostOpen: 1,
    connectMs: 0.8,
    openMs: null,
    verdict: 'leave it',
    reason: 'few',
    because: '2 connections that stay open: there is nothing to reuse.',
    waitSavedMs: 0,
    use: null,
    snippet: null,
    ...given,
  };
}

const hotFrames = site({
  kind: 'bytes',
  what: 'Buffer.alloc',
  place: place('src/gateway/frames.ts', 42, 'readFrame', 'const frame = Buffer.alloc(header.length);'),
  callers: [
    place('src/gateway/socket.ts', 118, 'onData'),
    place('node:net', 1024, 'Socket.emit'),
    place('src/gateway/main.ts', 12, ''),
  ],
  threads: ['main', 'worker 1', 'worker 2', 'worker 3', 'worker 4'],
  count: 361_000,
  bytes: 21.9 * GIB,
  sizes: [
    { fromBytes: 257, toBytes: 512, share: 0.02 },
    { fromBytes: 8193, toBytes: 16 * KIB, share: 0.03 },
    { fromBytes: 16 * KIB + 1, toBytes: 32 * KIB, share: 0.13 },
    { fromBytes: 32 * KIB + 1, toBytes: 64 * KIB, share: 0.81 },
    { fromBytes: 64 * KIB + 1, toBytes: 128 * KIB, share: 0.01 },
  ],
  lifetime: { kind: 'short', medianMs: 64, followed: 512, aliveShare: 0.003 },
  heldAtATime: 24.1,
  verdict: 'pool it',
  reason: 'pays',
  because:
    'Each costs 6.1 µs to zero and to collect, a leased one 0.3 µs; 24 held at a time need 1.5 MiB of arena.',
  saving: {
    nsPerOperation: 5800,
    gcNsPerOperation: 3900,
    cpuMs: 2094,
    cpuShare: 0.0507,
    gcMs: 1408,
    bytesPerSecond: 742 * MIB,
  },
  use: 'ByteBufAllocator',
  snippet: `import { ByteBufAllocator } from 'rockpool';

const allocator = new ByteBufAllocator({ name: 'frames' });

const frame = allocator.buffer(header.length);
try {
  handle(frame);
} finally {
  frame.release();
}
`,
  samples: 2210,
});

const libraryBytes = site({
  kind: 'bytes',
  what: 'Buffer.allocUnsafeSlow',
  place: place('node_modules/msgpackr/pack.js', 96, 'Packr.pack', 'target = ByteArrayAllocate(8192)'),
  callers: [place('src/gateway/reply.ts', 31, 'encodeReply')],
  library: 'msgpackr',
  count: 48_000,
  bytes: 48_000 * 8 * KIB,
  sizes: [{ fromBytes: 8 * KIB, toBytes: 8 * KIB, share: 1 }],
  verdict: 'pool it',
  reason: 'pays',
  because: 'msgpackr takes a new buffer of 8 KiB when one is full; the adapter lends it one of an arena.',
  saving: {
    nsPerOperation: 1650,
    gcNsPerOperation: 1200,
    cpuMs: 79,
    cpuShare: 0.0019,
    gcMs: 58,
    bytesPerSecond: 12.4 * MIB,
  },
  use: 'rockpool/compat/msgpackr',
  snippet: `import { pooledPackr } from 'rockpool/compat/msgpackr';

const packr = pooledPackr({ name: 'replies' });
`,
});

const workerSamples = site({
  kind: 'bytes',
  what: 'new Float64Array',
  place: place(
    'src/workers/resample.ts',
    77,
    'resample',
    'const output = new Float64Array(frames * channels);',
  ),
  threads: ['worker 3'],
  count: 90_000,
  bytes: 90_000 * 32 * KIB,
  sizes: [
    { fromBytes: 16 * KIB, toBytes: 16 * KIB, share: 0.4 },
    { fromBytes: 32 * KIB, toBytes: 32 * KIB, share: 0.6 },
  ],
  verdict: 'pool it',
  reason: 'pays',
  because: 'Two sizes, and never more than 3 at a time.',
  saving: {
    nsPerOperation: 3100,
    gcNsPerOperation: 2600,
    cpuMs: 279,
    cpuShare: 0.0068,
    gcMs: 234,
    bytesPerSecond: 93 * MIB,
  },
  use: 'ByteBufAllocator',
  snippet: `const buf = allocator.buffer(frames * channels * 8);\nconst output = buf.float64Array();\n`,
});

const parseStates = site({
  what: 'new ParseState',
  place: place('src/query/parser.ts', 15, 'parse', 'const state = new ParseState(tokens);'),
  count: 1_400_000,
  bytes: 1_400_000 * 480,
  sizes: [{ fromBytes: 257, toBytes: 512, share: 1 }],
  verdict: 'pool it',
  reason: 'pays',
  because: 'Made of 9 objects with 3 arrays that grow again each time; a pooled one keeps them.',
  saving: {
    nsPerOperation: 240,
    gcNsPerOperation: 95,
    cpuMs: 336,
    cpuShare: 0.0081,
    gcMs: 133,
    bytesPerSecond: 21 * MIB,
  },
  use: 'Pool',
  snippet: `const states = new Pool({ name: 'states', create: () => new ParseState(), reset: (it) => it.clear() });\n`,
});

const left: SiteAdvice[] = [
  site({
    what: '{…}',
    place: place('src/book/levels.ts', 203, 'levelOf', 'return { price, quantity };'),
    count: 9_800_000,
    bytes: 9_800_000 * 40,
    sizes: [{ fromBytes: 33, toBytes: 64, share: 1 }],
    lifetime: { kind: 'short', medianMs: 4, followed: 900, aliveShare: 0 },
    reason: 'small',
    because: 'V8 makes and frees one of 40 B in 7 ns; taking it from a pool and giving it back costs 11 ns.',
    saving: {
      nsPerOperation: -4,
      gcNsPerOperation: 2,
      cpuMs: -39,
      cpuShare: -0.00095,
      gcMs: 20,
      bytesPerSecond: 12.4 * MIB,
    },
  }),
  site({
    what: 'new Peer',
    place: place('src/gateway/peer.ts', 10, 'open', 'const peer = new Peer(socket);'),
    count: 5200,
    bytes: 5200 * 12 * KIB,
    lifetime: { kind: 'long', medianMs: null, followed: 300, aliveShare: 0.94 },
    heldAtATime: null,
    reason: 'long-lived',
    because: '94 % were alive at the end: there is nothing to give back while they are in use.',
  }),
  site({
    what: 'JSON.parse',
    place: place('src/gateway/orders.ts', 55, 'readOrder', 'const order = JSON.parse(text);'),
    threads: ['main', 'pid 4711'],
    lifetime: { kind: 'unknown', medianMs: null, followed: 1, aliveShare: 1 },
    heldAtATime: null,
    reason: 'no-seam',
    because: 'JSON.parse makes its objects itself; it cannot be given any.',
  }),
  site({
    what: 'Map.set',
    place: place('src/book/book.ts', 88, 'Book.add', null),
    lifetime: { kind: 'mixed', medianMs: 4096, followed: 120, aliveShare: 0.31 },
    reason: 'no-gain',
    because: 'The table grows twice an hour.',
  }),
  ...Array.from({ length: 7 }, (_, i) =>
    site({ what: 'Array.push', place: place(`src/jobs/job-${i + 1}.ts`, 7 + i, '') }),
  ),
];

const connections: ConnectionAdvice[] = [
  connection({
    address: 'db.internal:5432',
    place: place('src/store/rows.ts', 24, 'loadRow', 'const client = new Client(settings);'),
    callers: [place('src/gateway/orders.ts', 61, 'placeOrder')],
    library: 'pg',
    count: 3600,
    mostOpen: 14,
    connectMs: 4.2,
    openMs: 7.5,
    verdict: 'use a resource pool',
    reason: 'connections',
    because: 'A connection is made for each query: 4.2 ms to connect, 1.1 ms to ask. 14 at a time suffice.',
    waitSavedMs: 15_100,
    use: 'ResourcePool',
    snippet: `const clients = new ResourcePool({\n  name: 'rows',\n  max: 14,\n  create: async () => {\n    const client = new Client(settings);\n    await client.connect();\n    return client;\n  },\n  destroy: (client) => client.end(),\n});\n`,
  }),
  connection({
    address: 'prices.example.com:443',
    tls: true,
    place: place(
      'src/prices/fetch-price.ts',
      9,
      'fetchPrice',
      'https.get({ host, path, agent: false }, done);',
    ),
    count: 910,
    mostOpen: 6,
    connectMs: 31,
    openMs: 44,
    verdict: 'use an agent',
    reason: 'connections',
    because: 'Every request shakes hands anew; an agent that keeps 6 sockets open answers them all.',
    waitSavedMs: 27_900,
    use: 'https.Agent',
    snippet: `const agent = new https.Agent({ keepAlive: true, maxSockets: 6 });\n`,
  }),
  connection({ address: '/run/metrics.sock', place: place('src/metrics.ts', 3, '') }),
];

/** All of it. */
export const sampleAdvice: Advice = {
  schema: 'rockpool-advice',
  version: 1,
  date: '2026-05-04T10:20:30.000Z',
  command: 'npx rockpool advise -- node dist/gateway/main.js --port 3000 --workers 4',
  machine: {
    cpu: 'A processor',
    cores: 8,
    memoryBytes: 16 * GIB,
    os: 'Linux 6.1.0',
    arch: 'x64',
    node: 'v20.20.0',
    v8: '11.3.244',
    commit: null,
  },
  program: {
    end: { code: 0, signal: null },
    seconds: SECONDS,
    cpuMs: 41_300,
    processes: [
      {
        pid: 4700,
        title: 'node dist/gateway/main.js --port 3000 --workers 4',
        node: 'v20.20.0',
        seconds: SECONDS,
        cpuMs: 39_900,
        threads: 5,
        complete: true,
      },
      {
        pid: 4711,
        title: 'node dist/gateway/audit.js',
        node: 'v20.20.0',
        seconds: 29.1,
        cpuMs: 1400,
        threads: 1,
        complete: false,
      },
    ],
  },
  gc: {
    count: 1482,
    totalMs: 4120,
    longestMs: 38.2,
    cpuShare: 0.0998,
    kinds: {
      minor: { count: 1301, totalMs: 1490, longestMs: 6.1 },
      major: { count: 88, totalMs: 2210, longestMs: 38.2 },
      incremental: { count: 88, totalMs: 402, longestMs: 9.3 },
      weakcb: { count: 5, totalMs: 18, longestMs: 4.2 },
    },
    externalShare: 0.61,
    pauses: [
      { fromMs: 0.25, toMs: 0.5, count: 402 },
      { fromMs: 0.5, toMs: 1, count: 610 },
      { fromMs: 1, toMs: 2, count: 270 },
      { fromMs: 2, toMs: 4, count: 101 },
      { fromMs: 4, toMs: 8, count: 20 },
      { fromMs: 32, toMs: 64, count: 79 },
    ],
  },
  watching: {
    mode: 'sampled',
    cpuShare: 0.0121,
    parts: { stacks: 310, 'lifetimes followed': 120, writing: 70 },
    samples: 8412,
  },
  sites: [hotFrames, parseStates, workerSamples, libraryBytes, ...left],
  connections,
  others: { sites: 214, count: 1_210_000, bytes: 34 * MIB },
  notes: [
    'Process 4711 was killed; what it did in its last 2 s is missing.',
    'Savings are estimates from a calibration on this machine. They are sums of single sites; sites that share a collection share its saving.',
  ],
};

/** A program that has nothing to gain. */
export const emptyAdvice: Advice = {
  ...sampleAdvice,
  gc: { ...sampleAdvice.gc, cpuShare: 0.004 },
  sites: [],
  connections: [],
  others: { sites: 0, count: 0, bytes: 0 },
  notes: [],
};

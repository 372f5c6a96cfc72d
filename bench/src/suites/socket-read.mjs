// @ts-check
/** Reads of accepted sockets: into pooled memory, and by 'data' events. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { startSender } from '../contenders/traffic.mjs';

const CONNECTIONS = 20;
const MIB = 2 ** 20;
const CASES = [
  ['pieces of 1 KiB', 1024],
  ['pieces of 16 KiB', 16_384],
  ['pieces of 64 KiB', 65_536],
];

/** Ends the traffic of the instance before, which would be in the figures of the next. */
let endLast = () => {};

/**
 * @typedef {(socket: import('node:net').Socket, count: (bytes: number, first: number) => void) => void} Attach
 */

/** @type {Attach} */
const byData = (socket, count) => {
  socket.on('data', (/** @type {Buffer} */ chunk) => count(chunk.length, /** @type {number} */ (chunk[0])));
};

/**
 * @param {import('rockpool').PooledReaderOptions} options
 * @returns {() => Promise<Attach>}
 */
const pooled = (options) => async () => {
  const { PooledReader } = await import('rockpool');
  return (socket, count) => {
    const reader = new PooledReader(
      socket,
      (input) => {
        count(input.readableBytes, input.getUInt8(0));
        input.release();
      },
      options,
    );
    if (options.via !== 'data' && reader.via !== 'pooled') throw new Error('not into pooled memory');
  };
};

/**
 * @param {string} id
 * @param {string} label
 * @param {() => Promise<Attach>} load
 * @returns {import('../types.d.ts').JsContender[]}
 */
const contender = (id, label, load) =>
  CASES.map(([name, bytes]) => ({
    kind: 'js',
    id,
    label,
    case: String(name),
    prepare: async () => {
      endLast();
      const attach = await load();
      let received = 0;
      let reads = 0;
      let sum = 0;
      let wanted = 0;
      /** @type {(() => void) | undefined} */
      let reached;
      const count = (/** @type {number} */ length, /** @type {number} */ first) => {
        received += length;
        reads++;
        sum = (sum + first) | 0;
        if (received >= wanted && reached !== undefined) {
          const resolve = reached;
          reached = undefined;
          resolve();
        }
      };
      const server = createServer((socket) => {
        socket.on('error', () => {});
        attach(socket, count);
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      const sender = startSender(port, CONNECTIONS, Number(bytes));
      endLast = () => {
        sender.kill();
        server.close();
      };
      /** @type {{ cpu: NodeJS.CpuUsage, received: number, reads: number } | undefined} */
      let since;
      return {
        run: async (iterations) => {
          since ??= { cpu: process.cpuUsage(), received, reads };
          wanted = received + iterations * MIB;
          await new Promise((resolve) => {
            reached = () => resolve(undefined);
          });
          return sum;
        },
        figures: () => {
          const { cpu, ...before } = /** @type {NonNullable<typeof since>} */ (since);
          const { user, system } = process.cpuUsage(cpu);
          const mib = (received - before.received) / MIB;
          return {
            'CPU µs/MiB': (user + system) / mib,
            'B/read': (received - before.received) / (reads - before.reads),
          };
        },
      };
    },
  }));

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'socket-read',
  title: 'What accepted sockets read',
  about:
    'Another process writes to 20 connections without end. One byte of each read is looked at. The time is between two MiB and hangs on the sender as well; `CPU µs/MiB` is the processor time of the reading process alone, the kernel’s included, and what to look at.',
  unit: 'MiB',
  iterations: 16,
  timing: { warmMs: 500, sampleMs: 60, samples: 9 },
  cases: CASES.map(([name]) => String(name)),
  contenders: [
    ...contender('data', "'data' events", async () => byData),
    ...contender('reader-data', "PooledReader, via 'data'", pooled({ via: 'data' })),
    ...contender('reader', 'PooledReader', pooled({})),
    ...contender(
      'reader-copies',
      'PooledReader, copies all',
      pooled({ handOverBytes: 65_536, blockBytes: 65_536 }),
    ),
    ...contender('reader-own', 'PooledReader, hands over from 8 KiB', pooled({ handOverBytes: 8192 })),
  ],
  baselines: ['data'],
  targets: [
    { contender: 'reader', baseline: 'data', atMost: 0.8, over: 'every', cases: ['pieces of 64 KiB'] },
  ],
};

// @ts-check
/** Frames to 50 connections: one write each, gathered by hand, and by the writer. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { startSink } from '../contenders/traffic.mjs';

const CONNECTIONS = 50;
/** Frames that each connection gets between two flushes. */
const FRAMES = 20;
const CASES = [
  ['100 B', 100],
  ['1 KiB', 1024],
  ['2 KiB', 2048],
  ['4 KiB', 4096],
  ['16 KiB', 16_384],
];

/** @typedef {import('node:net').Socket} Socket */
/**
 * Sends FRAMES frames to every socket, and resolves when all are taken.
 *
 * @typedef {(bytes: number) => Promise<void>} Turn
 */

/** @param {Socket} socket @param {Buffer} bytes */
const written = (socket, bytes) =>
  new Promise((resolve, reject) =>
    socket.write(bytes, (error) => (error ? reject(error) : resolve(undefined))),
  );

/** @param {number} bytes @param {number} at */
const fresh = (bytes, at) => {
  const frame = Buffer.allocUnsafe(bytes);
  frame[0] = at;
  frame[bytes - 1] = at;
  return frame;
};

/** @type {(sockets: Socket[]) => Turn} */
const oneByOne = (sockets) => async (bytes) => {
  const last = [];
  for (let at = 0; at < FRAMES; at++) {
    for (const socket of sockets) {
      if (at === FRAMES - 1) last.push(written(socket, fresh(bytes, at)));
      else socket.write(fresh(bytes, at));
    }
  }
  await Promise.all(last);
};

/** @type {(sockets: Socket[]) => Turn} */
const corked = (sockets) => async (bytes) => {
  const last = [];
  for (const socket of sockets) socket.cork();
  for (let at = 0; at < FRAMES; at++) {
    for (const socket of sockets) {
      if (at === FRAMES - 1) last.push(written(socket, fresh(bytes, at)));
      else socket.write(fresh(bytes, at));
    }
  }
  for (const socket of sockets) socket.uncork();
  await Promise.all(last);
};

/**
 * @param {'write' | 'reserve' | 'borrowed'} how
 * @param {import('rockpool').BufferedSocketWriterOptions} options
 */
const writers = (how, options) => async (/** @type {Socket[]} */ sockets) => {
  const { BufferedSocketWriter, ByteBufAllocator } = await import('rockpool');
  const allocator = new ByteBufAllocator();
  const all = sockets.map(
    (socket) => new BufferedSocketWriter(socket, { allocator, flush: 'manual', ...options }),
  );
  /** @param {import('rockpool').ByteBuf} out @param {number} bytes @param {number} at */
  const fill = (out, bytes, at) => {
    const start = out.writerIndex;
    out.setUInt8(start, at);
    out.setUInt8(start + bytes - 1, at);
    out.writerIndex = start + bytes;
  };
  /** @type {Turn} */
  const turn = async (bytes) => {
    for (let at = 0; at < FRAMES; at++) {
      if (how === 'borrowed') {
        const frame = allocator.buffer(bytes, bytes);
        fill(frame, bytes, at);
        for (const writer of all) writer.writeBorrowed(frame);
        frame.release();
        continue;
      }
      for (const writer of all) {
        if (how === 'reserve') {
          fill(writer.reserve(bytes), bytes, at);
          writer.commit();
        } else {
          const frame = allocator.buffer(bytes, bytes);
          fill(frame, bytes, at);
          writer.write(frame);
        }
      }
    }
    await Promise.all(all.map((writer) => writer.drained()));
  };
  return turn;
};

/**
 * @param {string} id
 * @param {string} label
 * @param {(sockets: Socket[]) => Turn | Promise<Turn>} load
 * @returns {import('../types.d.ts').JsContender[]}
 */
const contender = (id, label, load) =>
  CASES.map(([name, bytes]) => ({
    kind: 'js',
    id,
    label,
    case: String(name),
    prepare: async () => {
      const port = await startSink();
      const sockets = Array.from({ length: CONNECTIONS }, () => connect(port, '127.0.0.1'));
      await Promise.all(sockets.map((socket) => once(socket, 'connect')));
      const turn = await load(sockets);
      /** @type {NodeJS.CpuUsage | undefined} */
      let since;
      let frames = 0;
      return {
        run: async (iterations) => {
          since ??= process.cpuUsage();
          for (let i = 0; i < iterations; i++) await turn(Number(bytes));
          frames += iterations * FRAMES * CONNECTIONS;
          return iterations;
        },
        figures: () => {
          const { user, system } = process.cpuUsage(since);
          return { 'CPU ns/frame': ((user + system) * 1000) / frames };
        },
      };
    },
  }));

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'socket-write',
  title: 'Frames to fifty connections',
  about:
    'Twenty frames for each of 50 connections, which another process reads, then the wait until the kernel has taken all. Two bytes of each frame are written, so that what is measured is the way of a frame and not its making. `CPU ns/frame` is the processor time of the writing process, the kernel’s included; the time hangs on the reader as well.',
  unit: 'frame',
  iterations: 2,
  operations: FRAMES * CONNECTIONS,
  timing: { warmMs: 400, sampleMs: 40, samples: 9 },
  cases: CASES.map(([name]) => String(name)),
  contenders: [
    ...contender('write', 'socket.write of new Buffers', oneByOne),
    ...contender('cork', 'the same, corked', corked),
    ...contender('writer', 'BufferedSocketWriter', writers('write', {})),
    ...contender('writer-copies', 'the same, copies all', writers('write', { copyMaxBytes: 16_384 })),
    ...contender('writer-refers', 'the same, copies nothing', writers('write', { copyMaxBytes: 0 })),
    ...contender('writer-reserve', 'encoded into the batch', writers('reserve', {})),
    ...contender('writer-fan-out', 'one frame to all', writers('borrowed', {})),
  ],
  baselines: ['write', 'cork'],
  targets: [
    { contender: 'writer', baseline: 'write', atMost: 0.25, cases: ['100 B'] },
    { contender: 'writer', baseline: 'cork', atMost: 1, over: 'mean' },
  ],
};

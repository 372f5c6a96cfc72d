/**
 * ws: a server sends messages of 256 B to 64 KiB, each encoded afresh, to a client in a process of its own over loopback.
 * 64 are in flight.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { ByteBufAllocator } from 'rockpool';
import { sendBuffer } from 'rockpool/compat/ws';
import { WebSocket, WebSocketServer } from 'ws';
import { seededRandom } from '../../frames/seeded-random.ts';
import type { AdoptLoad, Load } from '../adopt-load.ts';
import { IN_FLIGHT } from '../in-flight.ts';
import { expectSame } from '../results.ts';
import { someText } from '../some-text.ts';

const MESSAGES = 64;
const LEAST_BYTES = 256;
const MOST_BYTES = 64 * 1024;
/** Sequence number, time, bytes of the body. */
const HEADER_BYTES = 16;
/** Built code, also when this file itself runs from `src`: Node 20 runs no TypeScript. */
const PEER = fileURLToPath(new URL('../../../dist/adopt/loads/ws-peer.js', import.meta.url));

/** Encodes message `i`, sends it, and calls back when ws is done with it. */
type Send = (socket: WebSocket, i: number, done: () => void) => void;

/** The load. */
export const ws: AdoptLoad = {
  library: 'ws',
  title: 'A server sends messages of 256 B to 64 KiB, 64 in flight',
  operation: 'message',
  seam: 'send() passes a Buffer to the socket as it is, unless it masks or compresses it, and calls back when the system has it.',
  adapter: 'rockpool/compat/ws',
  plain: () => serve(plainSend, () => {}),
  adopted: () => {
    const allocator = new ByteBufAllocator({ name: 'messages' });
    const send: Send = (socket, i, done) => {
      const bytes = sizes[i % MESSAGES] as number;
      const buf = allocator.buffer(HEADER_BYTES + bytes);
      buf
        .writeUInt32BE(i)
        .writeDoubleBE(TIME + i)
        .writeUInt32BE(bytes)
        .writeBytes(body, 0, bytes);
      sendBuffer(socket, buf, undefined, done);
    };
    return serve(send, () => allocator.close());
  },
};

const TIME = 1.7e12;
const random = seededRandom(4);
const sizes = Array.from({ length: MESSAGES }, () =>
  Math.floor(LEAST_BYTES * (MOST_BYTES / LEAST_BYTES) ** random()),
);
const body = Buffer.from(someText(random, MOST_BYTES));

function encode(i: number): Buffer {
  const bytes = sizes[i % MESSAGES] as number;
  const message = Buffer.allocUnsafe(HEADER_BYTES + bytes);
  message.writeUInt32BE(i, 0);
  message.writeDoubleBE(TIME + i, 4);
  message.writeUInt32BE(bytes, 12);
  body.copy(message, HEADER_BYTES, 0, bytes);
  return message;
}

const plainSend: Send = (socket, i, done) => socket.send(encode(i), done);

async function serve(send: Send, end: () => void): Promise<Load> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let peer: ChildProcess | undefined;
  let socket: WebSocket | undefined;
  let next = 0;

  /** The connection to the other process, which is started when it is needed. */
  async function connect(): Promise<WebSocket> {
    // What is preloaded into this process is not meant for that one.
    const { NODE_OPTIONS: _, ...env } = process.env;
    const connected = once(server, 'connection');
    peer = fork(PEER, [url], { env, execArgv: [], stdio: 'ignore' });
    return (await connected)[0] as WebSocket;
  }

  return {
    async run(operations) {
      socket ??= await connect();
      await sendAll(socket, send, next, operations);
      next = (next + operations) % 2 ** 30;
      return next;
    },
    async verify() {
      const connected = once(server, 'connection');
      const client = new WebSocket(url);
      const [here] = (await connected) as [WebSocket];
      let seen = 0;
      const checked = new Promise<void>((resolve, reject) => {
        client.on('message', (message: Buffer) => {
          try {
            expectSame(message, encode(seen));
          } catch (error) {
            reject(error);
          }
          if (++seen === MESSAGES) resolve();
        });
      });
      await Promise.all([checked, sendAll(here, send, 0, MESSAGES)]);
      client.terminate();
    },
    async end() {
      for (const client of server.clients) client.terminate();
      server.close();
      await once(server, 'close');
      end();
      if (peer?.exitCode === null && peer.kill()) await once(peer, 'exit');
    },
  };
}

function sendAll(socket: WebSocket, send: Send, from: number, count: number): Promise<void> {
  return new Promise((resolve) => {
    let started = 0;
    let ended = 0;
    const done = (): void => {
      if (++ended === count) resolve();
      else if (started < count) send(socket, from + started++, done);
    };
    const first = Math.min(IN_FLIGHT, count);
    while (started < first) send(socket, from + started++, done);
  });
}

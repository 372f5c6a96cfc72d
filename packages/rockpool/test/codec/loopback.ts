/** What the tests of the adapters share: pairs of real sockets, allocators that see everything, and waiting. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type ServerOpts, type Socket } from 'node:net';
import type { Duplex, Readable, Writable } from 'node:stream';
import { expect } from 'vitest';
import { ByteBufAllocator } from '../../src/buffer/index.ts';
import { LeakDetector } from '../../src/leak/index.ts';

/** An allocator that poisons what is released and never uses a handle twice. */
export function paranoidAllocator(): ByteBufAllocator {
  return new ByteBufAllocator({
    name: 'adapters',
    checks: 'paranoid',
    leakDetector: new LeakDetector({ level: 'paranoid', onLeak: (report) => leaks.push(String(report)) }),
  });
}

const leaks: string[] = [];

/** Nothing is out, and what came back was not written to. */
export function expectNothingOut(allocator: ByteBufAllocator): void {
  expect(allocator.stats().activeBuffers).toBe(0);
  allocator.trim(); // empties the quarantine, which finds what was written after a release
  allocator.assertValid();
  expect(leaks).toEqual([]);
}

export interface Pair {
  /** The accepted end. */
  readonly server: Socket;
  /** The connecting end. */
  readonly client: Socket;
  close(): Promise<void>;
}

/** Two ends of a connection over loopback, neither of which reads yet. Errors of both are swallowed. */
export async function pair(options: ServerOpts = {}): Promise<Pair> {
  const listener = createServer({ pauseOnConnect: true, ...options }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const client = connect((listener.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => {});
  const [[server]] = (await Promise.all([once(listener, 'connection'), once(client, 'connect')])) as [
    [Socket],
    unknown,
  ];
  server.on('error', () => {});
  const closed = Promise.all([closeOf(server), closeOf(client)]);
  return {
    server,
    client,
    async close() {
      server.destroy();
      client.destroy();
      await closed;
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

/** Settles at the `'close'` event, whatever error came before. */
export function closeOf(stream: Duplex | Readable | Writable): Promise<void> {
  return new Promise((resolve) => stream.once('close', resolve));
}

/** Waits until `condition` holds: 10 s at most. */
export async function until(condition: () => boolean, what = 'the condition'): Promise<void> {
  for (let i = 0; i < 10_000; i++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error(`${what} did not come true`);
}

/** All bytes that arrive at a socket, until it ends. */
export async function received(socket: Socket): Promise<Buffer> {
  const parts: Buffer[] = [];
  socket.on('data', (part) => parts.push(part));
  socket.resume();
  await closeOf(socket);
  return Buffer.concat(parts);
}

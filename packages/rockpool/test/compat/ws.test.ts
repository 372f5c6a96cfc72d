/** Messages of ws in pooled buffers: they arrive, and each is released once, whatever becomes of it. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { sendBuffer, type WsSendOptions } from '../../src/compat/ws.ts';
import { ArgumentTypeError, ByteBufAllocator, ReleasedBufferError } from '../../src/index.ts';

let allocator: ByteBufAllocator;
let server: WebSocketServer;
let here: WebSocket;
let client: WebSocket;

async function open(perMessageDeflate = false): Promise<void> {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate });
  await once(server, 'listening');
  const connected = once(server, 'connection');
  client = new WebSocket(url(), { perMessageDeflate });
  [here] = (await connected) as [WebSocket];
  if (client.readyState !== WebSocket.OPEN) await once(client, 'open');
}

function url(): string {
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function bufferOf(text: string) {
  const buf = allocator.buffer(16);
  buf.writeString(text);
  return buf;
}

/** Sends, and waits for ws's word. */
function send(socket: WebSocket, text: string, options?: WsSendOptions): Promise<Error | undefined> {
  return new Promise((resolve) =>
    sendBuffer(socket, bufferOf(text), options, (error) => resolve(error ?? undefined)),
  );
}

function received(socket: WebSocket, count: number): Promise<string[]> {
  const texts: string[] = [];
  return new Promise((resolve) => {
    socket.on('message', (data) => {
      texts.push(String(data));
      if (texts.length === count) resolve(texts);
    });
  });
}

beforeEach(() => {
  allocator = new ByteBufAllocator({ name: 'messages' });
});

afterEach(() => {
  client?.terminate();
  for (const socket of server?.clients ?? []) socket.terminate();
  server?.close();
});

describe('a message', () => {
  it.each([
    ['as it is', false],
    ['compressed', true],
  ])('arrives in both directions, and is released: %s', async (_, compressed) => {
    await open(compressed);
    const texts = ['', 'short', 'x'.repeat(200), 'y'.repeat(5000), 'z'.repeat(100_000), 'last'];
    for (const [from, to] of [
      [here, client],
      [client, here],
    ] as const) {
      const arrived = received(to, texts.length);
      const told = await Promise.all(texts.map((text) => send(from, text)));
      expect(told).toEqual(texts.map(() => undefined));
      expect(allocator.stats().activeBuffers).toBe(0);
      expect(await arrived).toEqual(texts);
    }
  });

  it('is lent memory that nobody has while it waits', async () => {
    await open();
    const count = 300;
    const arrived = received(client, count);
    const texts = Array.from({ length: count }, (_, i) => `${i}`.padEnd(10_000, String(i % 10)));
    await Promise.all(texts.map((text) => send(here, text)));
    expect(await arrived).toEqual(texts);
    expect(allocator.stats().activeBuffers).toBe(0);
  });

  it('is a text where that is asked for', async () => {
    await open();
    const arrived = once(client, 'message');
    await send(here, 'text', { binary: false });
    const [data, isBinary] = await arrived;
    expect([String(data), isBinary]).toEqual(['text', false]);
  });

  it('goes to many that each have a reference', async () => {
    await open();
    const other = new WebSocket(url());
    const [there] = (await once(server, 'connection')) as [WebSocket];
    const both = Promise.all([received(client, 1), received(other, 1)]);
    const buf = bufferOf('to all').retain();
    sendBuffer(here, buf);
    sendBuffer(there, buf);
    expect(await both).toEqual([['to all'], ['to all']]);
    await expect.poll(() => buf.refCnt).toBe(0);
    other.terminate();
  });
});

describe('when it is not sent', () => {
  it('is released when the connection is closed already, and the callback told', async () => {
    await open();
    here.terminate();
    await once(here, 'close');
    expect(await send(here, 'too late')).toBeInstanceOf(Error);
    sendBuffer(here, bufferOf('too late, and nobody asks'));
    await expect.poll(() => allocator.stats().activeBuffers).toBe(0);
  });

  it('is released when ws throws, as it does while it connects', async () => {
    await open();
    const connecting = new WebSocket(url());
    expect(() => sendBuffer(connecting, bufferOf('too early'))).toThrow('CONNECTING');
    expect(allocator.stats().activeBuffers).toBe(0);
    await once(connecting, 'open');
    connecting.terminate();
  });

  it.each([
    ['as they are', false],
    ['compressed', true],
  ])('are all released when the connection ends under them: %s', async (_, compressed) => {
    await open(compressed);
    client.pause();
    const ends = Array.from({ length: 200 }, (_, i) => send(here, `${i}`.padEnd(100_000, '.')));
    await new Promise(setImmediate);
    expect(allocator.stats().activeBuffers).toBeGreaterThan(0);
    here.terminate();
    await Promise.all(ends);
    expect(allocator.stats().activeBuffers).toBe(0);
  });

  it('is released once when a socket calls back and throws behind that, or calls back twice', () => {
    const told: unknown[] = [];
    const throws = {
      send(_data: Buffer, _options: WsSendOptions, callback: (error?: Error) => void) {
        callback();
        throw new Error('behind');
      },
    };
    const buf = bufferOf('x').retain();
    expect(() => sendBuffer(throws, buf, {}, (error) => told.push(error))).toThrow('behind');
    expect(buf.refCnt).toBe(1);
    const twice = {
      send(_data: Buffer, _options: WsSendOptions, callback: (error?: Error) => void) {
        callback();
        callback(new Error('again'));
      },
    };
    buf.retain();
    sendBuffer(twice, buf, {}, (error) => told.push(error));
    expect(buf.refCnt).toBe(1);
    expect(told).toEqual([undefined, undefined]);
    buf.release();
  });
});

describe('misuse', () => {
  it('takes nothing over where an argument is wrong', () => {
    const socket = { send: () => {} };
    const buf = bufferOf('x');
    expect(() => sendBuffer({} as never, buf)).toThrow(ArgumentTypeError);
    expect(() => sendBuffer(socket, Buffer.from('x') as never)).toThrow("'buf' must be a ByteBuf");
    expect(() => sendBuffer(socket, buf, {}, 1 as never)).toThrow("'callback' must be a function");
    expect(buf.refCnt).toBe(1);
    buf.release();
    expect(() => sendBuffer(socket, buf)).toThrow(ReleasedBufferError);
  });
});

/** The reader on real sockets, by both ways, which must not differ; and on other streams. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, Socket } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ByteBuf, ByteBufAllocator, unpooled } from '../../src/buffer/index.ts';
import { PooledReader, type PooledReaderOptions } from '../../src/codec/index.ts';
import { OptionRangeError, OptionTypeError, UnknownOptionError } from '../../src/internal/options.ts';
import { closeOf, expectNothingOut, type Pair, pair, paranoidAllocator, until } from './loopback.ts';

let allocator: ByteBufAllocator;
beforeEach(() => {
  allocator = paranoidAllocator();
});
afterEach(() => expectNothingOut(allocator));

/** Collects what a reader hands on, and releases it. */
class Sink {
  readonly parts: Buffer[] = [];
  readonly capacities: number[] = [];
  bytes = 0;
  readonly take = (input: ByteBuf): void => {
    this.parts.push(Buffer.from(input.toBuffer()));
    this.capacities.push(input.capacity);
    this.bytes += input.readableBytes;
    input.release();
  };
  get all(): Buffer {
    return Buffer.concat(this.parts);
  }
}

function bytesOf(length: number, seed = 0): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) + seed) & 255));
}

describe.each(['auto', 'data'] as const)("via '%s'", (via) => {
  const reading = (source: Readable, take: (input: ByteBuf) => void, options: PooledReaderOptions = {}) =>
    new PooledReader(source, take, { allocator, via, ...options });
  const expected = via === 'auto' ? 'pooled' : 'data';

  it.each(['server', 'client'] as const)('reads small and large pieces on the %s side', async (side) => {
    const ends = await pair();
    const [reader, writer] = side === 'server' ? [ends.server, ends.client] : [ends.client, ends.server];
    const sink = new Sink();
    const pooled = reading(reader, sink.take);
    expect(pooled.via).toBe(expected);
    const sent: Buffer[] = [];
    for (let i = 0; i < 200; i++) {
      const bytes = bytesOf([1, 100, 5000, 400_000][i % 4] as number, i);
      sent.push(bytes);
      if (!writer.write(bytes)) await once(writer, 'drain');
    }
    const ended = closeOf(reader);
    writer.end();
    await ended;
    expect(Buffer.concat(sent).equals(sink.all)).toBe(true);
    expect(pooled.stats()).toMatchObject({ reads: sink.parts.length, bytes: sink.bytes });
    await ends.close();
  });

  it('reads a socket that is still connecting, and what came before it began', async () => {
    const listener = createServer((socket) => socket.write('hello')).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const early = connect(port, '127.0.0.1');
    const sink = new Sink();
    const pooled = reading(early, sink.take);
    expect(pooled.via).toBe('data');
    await until(() => sink.bytes === 5);
    expect(pooled.via).toBe(expected);

    const late = connect(port, '127.0.0.1');
    late.read(0);
    await until(() => late.readableLength === 5);
    late.unshift('> ');
    const lateSink = new Sink();
    reading(late, lateSink.take);
    await until(() => lateSink.bytes === 7);
    expect(lateSink.all.toString()).toBe('> hello');
    for (const socket of [early, late]) {
      const closed = closeOf(socket);
      socket.destroy();
      await closed;
    }
    listener.close();
  });

  it('copies small reads into buffers of their size', async () => {
    const { server, client, close } = await pair();
    const sink = new Sink();
    reading(server, sink.take);
    for (const size of [10, 1000, 20_000]) {
      client.write(bytesOf(size));
      await until(() => sink.bytes >= size);
      sink.bytes = 0;
    }
    expect(sink.capacities.reduce((sum, bytes) => sum + bytes, 0)).toBe(21_010);
    expect(allocator.stats().activeBuffers).toBe(0); // a quiet socket holds nothing
    await close();
  });

  it('bounds what arrives while it is paused', async () => {
    const { server, client, close } = await pair();
    const kept: ByteBuf[] = [];
    const reader = reading(server, (input) => {
      kept.push(input);
      reader.pause();
    });
    client.on('error', () => {});
    let sent = 0;
    const chunk = bytesOf(65_536);
    for (let i = 0; i < 2000 && client.write(chunk); i++) sent += chunk.length;
    await until(() => kept.length > 0);
    for (let i = 0; i < 50; i++) await turn();
    expect(kept.length).toBe(1);
    expect(allocator.stats().activeBytes).toBeLessThanOrEqual(2 * 65_536 + 65_536);
    for (let i = 0; i < 10; i++) {
      reader.resume();
      await until(() => kept.length > i + 1);
    }
    for (let i = 0; i < 20; i++) await turn();
    expect(kept.length).toBe(11);
    const all = Buffer.concat(kept.map((input) => input.toBuffer()));
    expect(all.equals(Buffer.concat(Array(20).fill(chunk)).subarray(0, all.length))).toBe(true);
    expect(sent).toBeGreaterThan(0);
    for (const input of kept) input.release();
    await close();
  });

  it.each(['destroy', 'resetAndDestroy'] as const)('holds nothing after a %s in the middle', async (how) => {
    for (const whose of ['server', 'client'] as const) {
      const ends = await pair();
      const sink = new Sink();
      reading(ends.server, sink.take);
      const closed = closeOf(ends.server);
      const timer = setInterval(() => ends.client.write(bytesOf(100_000)), 1);
      await until(() => sink.bytes > 500_000);
      clearInterval(timer);
      ends[whose][how]();
      await closed;
      expect(allocator.stats().activeBuffers).toBe(0);
      await ends.close();
    }
  });

  it('destroys the source with what the handler throws', async () => {
    const { server, client, close } = await pair();
    const cause = new Error('a bad frame');
    const sink = new Sink();
    reading(server, (input) => {
      sink.take(input);
      throw cause;
    });
    const errors: Error[] = [];
    server.on('error', (error) => errors.push(error));
    const closed = closeOf(server);
    client.write(bytesOf(300_000));
    await closed;
    expect(errors).toEqual([cause]);
    expect(sink.parts.length).toBe(1);
    await close();
  });

  it('tells the end of a half-open socket, which stays open', async () => {
    const { server, client, close } = await pair({ allowHalfOpen: true });
    const sink = new Sink();
    let ends = 0;
    reading(server, sink.take, { onEnd: () => void ends++ });
    client.write(bytesOf(2_000_000)); // a busy one, with a block of its own
    client.end('bye');
    await until(() => ends === 1);
    expect(allocator.stats().activeBuffers).toBe(0);
    expect(sink.all.subarray(-3).toString()).toBe('bye');
    expect([server.destroyed, server.writable]).toEqual([false, true]);
    const answer = once(client, 'data');
    server.end('so long');
    expect(String((await answer)[0])).toBe('so long');
    await close();
    expect(ends).toBe(1);
  });

  it('destroys the source with what onEnd throws', async () => {
    const { server, client, close } = await pair();
    const cause = new Error('half a frame');
    const errors: Error[] = [];
    server.on('error', (error) => errors.push(error));
    reading(server, new Sink().take, {
      onEnd: () => {
        throw cause;
      },
    });
    const closed = closeOf(server);
    client.end('x');
    await closed;
    expect(errors).toEqual([cause]);
    await close();
  });

  it('hands on nothing after close()', async () => {
    const { server, client, close } = await pair();
    const sink = new Sink();
    const reader = reading(server, (input) => {
      sink.take(input);
      reader.close();
      reader.resume();
    });
    client.write(bytesOf(500_000));
    await until(() => sink.bytes > 0);
    for (let i = 0; i < 20; i++) await turn();
    server.resume(); // somebody else
    for (let i = 0; i < 20; i++) await turn();
    expect(sink.parts.length).toBe(1);
    await close();
  });

  it('destroys the source when there is no memory', async () => {
    const small = new ByteBufAllocator({ chunkBytes: 65_536, leastChunkBytes: 65_536, maxBytes: 65_536 });
    const hog = small.buffer(65_536);
    const { server, client, close } = await pair();
    const errors: (Error & { code?: string })[] = [];
    server.on('error', (error) => errors.push(error));
    reading(server, new Sink().take, { allocator: small });
    const closed = closeOf(server);
    client.write('x');
    await closed;
    expect(errors.map(({ code }) => code)).toEqual(['ERR_ROCKPOOL_BYTE_BUDGET']);
    hog.release();
    expectNothingOut(small);
    await close();
  });

  it('counts its connections as before, so that the server closes', async () => {
    const listener = createServer((socket) => {
      socket.on('error', () => {});
      reading(socket, new Sink().take);
    }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const clients = Array.from({ length: 5 }, () => connect(port, '127.0.0.1'));
    for (const client of clients) {
      client.end('x');
      client.resume();
    }
    await Promise.all(clients.map(closeOf));
    await new Promise((resolve) => listener.close(resolve));
  });
});

it('hands large reads over with their block, and gives the block back when reads are small', async () => {
  const { server, client, close }: Pair = await pair();
  const sink = new Sink();
  const reader = new PooledReader(server, sink.take, { allocator });
  for (let i = 0; i < 100; i++) if (!client.write(bytesOf(200_000))) await once(client, 'drain');
  await until(() => sink.bytes === 20_000_000);
  const { handedOver } = reader.stats();
  expect(handedOver).toBeGreaterThan(10);
  expect(sink.capacities.filter((bytes) => bytes === 65_536).length).toBeGreaterThanOrEqual(handedOver);
  for (let i = 1; i <= 40; i++) {
    client.write('small');
    await until(() => sink.bytes === 20_000_000 + i * 5);
  }
  expect(allocator.stats().activeBuffers).toBe(0);
  await close();
});

it('reads other streams, and closes with them', async () => {
  const through = new PassThrough();
  const sink = new Sink();
  const reader = new PooledReader(through, sink.take, { allocator });
  expect(reader.via).toBe('data');
  through.write('abc');
  through.end('def');
  await closeOf(through);
  expect(sink.all.toString()).toBe('abcdef');
});

it('wraps what it is given where nothing is pooled', async () => {
  const sink = new Sink();
  const source = Readable.from([Buffer.from('abc')], { objectMode: false });
  new PooledReader(source, sink.take, { allocator: unpooled });
  await closeOf(source);
  expect(sink.all.toString()).toBe('abc');
});

it('destroys a source that begins to read text', async () => {
  const { server, client, close } = await pair();
  new PooledReader(server, new Sink().take, { allocator, via: 'data' });
  server.setEncoding('utf8');
  const failed = new Promise<Error>((resolve) => server.on('error', resolve));
  client.write('text');
  expect((await failed).message).toMatch(/'source' must be a stream without an encoding: received 'text'/);
  await close();
});

it('refuses what is no stream of bytes', () => {
  const take = new Sink().take;
  const onread = { buffer: new Uint8Array(8), callback: () => true };
  for (const [source, why] of [
    [{}, /'source' must be a Readable/],
    [null, /'source' must be a Readable/],
    [Readable.from([1]), /not of objects/],
    [new PassThrough().setEncoding('utf8'), /without an encoding/],
    [new Socket({ onread } as never), /without onread/],
  ] as const) {
    expect(() => new PooledReader(source as never, take)).toThrow(why);
  }
  expect(() => new PooledReader(new PassThrough(), 1 as never)).toThrow(
    /'onRead' must be a function: received 1/,
  );
});

it.each([
  [{ via: 'magic' }, OptionRangeError, 'via'],
  [{ blockBytes: 100 }, OptionRangeError, 'blockBytes'],
  [{ handOverBytes: 70_000 }, OptionRangeError, 'handOverBytes'],
  [{ allocator: 1 }, OptionTypeError, 'allocator'],
  [{ onEnd: 1 }, OptionTypeError, 'onEnd'],
  [{ block: 1 }, UnknownOptionError, 'block'],
])('refuses the options %o', (options, type, option) => {
  try {
    new PooledReader(new PassThrough(), new Sink().take, options as never);
  } catch (error) {
    expect(error).toBeInstanceOf(type);
    expect((error as OptionRangeError).option).toBe(option);
    return;
  }
  throw new Error('nothing was thrown');
});

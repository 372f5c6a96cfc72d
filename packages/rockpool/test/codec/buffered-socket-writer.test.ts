/** The writer on real sockets, and on streams that take nothing, fail, or throw. */
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ByteBuf, type ByteBufAllocator, ReleasedBufferError } from '../../src/buffer/index.ts';
import {
  BufferedSocketWriter,
  type BufferedSocketWriterOptions,
  type Flushable,
  WriterClosedError,
  WriterFullError,
} from '../../src/codec/index.ts';
import { OptionRangeError, OptionTypeError, UnknownOptionError } from '../../src/internal/options.ts';
import { closeOf, expectNothingOut, pair, paranoidAllocator, received, until } from './loopback.ts';

let allocator: ByteBufAllocator;
beforeEach(() => {
  allocator = paranoidAllocator();
});
afterEach(() => expectNothingOut(allocator));

function frameOf(bytes: number, seed = 1): ByteBuf {
  const frame = allocator.buffer(bytes);
  for (let i = 0; i < bytes; i++) frame.writeUInt8((i * 7 + seed) & 255);
  return frame;
}

function bytesOf(bytes: number, seed = 1): Buffer {
  return Buffer.from(Uint8Array.from({ length: bytes }, (_, i) => (i * 7 + seed) & 255));
}

/** A stream that takes what it is told to: `take()` calls back. */
class Tap extends Writable {
  readonly writes: Buffer[][] = [];
  pending: ((error?: Error | null) => void) | undefined;
  constructor(open = true) {
    super({ highWaterMark: 1 });
    this.open = open;
  }
  readonly open: boolean;
  override _write(bytes: Buffer, _: string, done: (error?: Error | null) => void): void {
    this.#got([bytes], done);
  }
  override _writev(parts: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#got(
      parts.map(({ chunk }) => chunk),
      done,
    );
  }
  #got(parts: Buffer[], done: (error?: Error | null) => void): void {
    this.writes.push(parts.map((part) => Buffer.from(part)));
    if (this.open) done();
    else this.pending = done;
  }
  take(error?: Error): void {
    const done = this.pending;
    this.pending = undefined;
    done?.(error);
  }
  get text(): string {
    return this.writes.flat().join('');
  }
}

function writerOf(target: Writable, options: BufferedSocketWriterOptions = {}): BufferedSocketWriter {
  return new BufferedSocketWriter(target, { allocator, ...options });
}

describe('on a socket', () => {
  it('delivers small and large frames, bytes and reserved room in order', async () => {
    const { server, client, close } = await pair();
    const writer = writerOf(server);
    const expected: Buffer[] = [];
    for (let i = 0; i < 300; i++) {
      const size = [1, 100, 4096, 4097, 30_000][i % 5] as number;
      const bytes = bytesOf(size, i);
      expected.push(bytes);
      if (i % 3 === 0) writer.write(frameOf(size, i));
      else if (i % 3 === 1) writer.write(bytes);
      else {
        writer.reserve(size).writeBytes(bytes);
        writer.commit();
      }
    }
    const all = received(client);
    await writer.end();
    expect(Buffer.concat(expected).equals(await all)).toBe(true);
    expect(writer.stats()).toMatchObject({ frames: 300, pendingBytes: 0 });
    await close();
  });

  it('sends what was gathered in one turn as one flush', async () => {
    const { server, client, close } = await pair();
    const writer = writerOf(server);
    for (let i = 0; i < 100; i++) writer.write(frameOf(100));
    expect(writer.stats()).toEqual({ frames: 100, bytes: 10_000, flushes: 0, pendingBytes: 10_000 });
    await once(client.resume(), 'data');
    await writer.drained();
    expect(writer.stats()).toEqual({ frames: 100, bytes: 10_000, flushes: 1, pendingBytes: 0 });
    await close();
  });

  it('lends one frame to many writers', async () => {
    const pairs = await Promise.all([pair(), pair(), pair()]);
    for (const size of [100, 10_000]) {
      const frame = frameOf(size, size);
      const writers = pairs.map(({ server }) => writerOf(server));
      const arrivals = pairs.map(({ client }) => once(client.resume(), 'data'));
      for (const writer of writers) writer.writeBorrowed(frame);
      expect(frame.readableBytes).toBe(size);
      frame.release();
      await Promise.all(writers.map((writer) => writer.drained()));
      for (const [bytes] of await Promise.all(arrivals)) expect(bytes.equals(bytesOf(size, size))).toBe(true);
    }
    await Promise.all(pairs.map(({ close }) => close()));
  });

  it.each([
    ['destroy', 'server'],
    ['resetAndDestroy', 'client'],
  ] as const)('releases everything at %s of the %s in the middle of a flush', async (how, whose) => {
    const ends = await pair();
    const writer = writerOf(ends.server, { maxPendingBytes: 2 ** 26 });
    // Nobody reads: the kernel takes some, the rest is in flight or gathered.
    for (let i = 0; i < 200; i++) writer.write(frameOf(50_000, i));
    for (let i = 0; i < 2000; i++) writer.write(frameOf(100, i));
    await turn();
    const left = writer.pendingBytes;
    expect(left).toBeGreaterThan(1_000_000);
    expect(allocator.stats().activeBuffers).toBeGreaterThan(1);
    const closed = closeOf(ends.server);
    const drained = writer.drained();
    const lost = expect(drained).rejects.toBeInstanceOf(WriterClosedError);
    ends[whose][how]();
    await closed;
    await lost;
    expect(writer.closed).toBe(true);
    expect(writer.pendingBytes).toBe(0);
    expect(allocator.stats().activeBuffers).toBe(0);
    expect(() => writer.write(frameOf(10))).toThrow(WriterClosedError);
    expect(() => writer.write(frameOf(10_000))).toThrow(WriterClosedError);
    await expect(writer.end()).rejects.toBeInstanceOf(WriterClosedError);
    await ends.close();
  });

  it('goes on writing to a half-open socket', async () => {
    const { server, client, close } = await pair({ allowHalfOpen: true });
    const writer = writerOf(server);
    client.end();
    await once(server.resume(), 'end');
    const all = received(client);
    writer.write(frameOf(5000));
    await writer.end();
    expect((await all).length).toBe(5000);
    await close();
  });

  it('sends what is gathered when the other side ends, before the socket is ended by that', async () => {
    const { server, client, close } = await pair();
    const writer = writerOf(server, { flush: 'manual' });
    const all = received(client);
    server.once('data', () => writer.write(frameOf(5000))).resume();
    client.end('question');
    expect((await all).length).toBe(5000);
    await until(() => writer.closed);
    await close();
  });

  it('loses what is written behind an end by somebody else, without an error of the socket', async () => {
    const { server, client, close } = await pair();
    const errors: unknown[] = [];
    server.on('error', (error) => errors.push(error));
    client.resume();
    const writer = writerOf(server);
    writer.write(frameOf(100));
    const drained = writer.ready().then(() => writer.drained());
    server.end();
    await expect(drained).rejects.toBeInstanceOf(WriterClosedError);
    expect([errors, writer.closed, writer.pendingBytes]).toEqual([[], true, 0]);
    await close();
  });

  it('bounds what waits for a slow reader, in small frames too', async () => {
    const { server, close } = await pair();
    const writer = writerOf(server, { highWaterBytes: 65_536, maxPendingBytes: 262_144, batchBytes: 4096 });
    let refused = 0;
    let more = true;
    for (let i = 0; i < 200_000 && refused < 3; i++) {
      try {
        more = writer.write(frameOf(100)) && more;
      } catch (error) {
        expect(error).toBeInstanceOf(WriterFullError);
        refused++;
      }
      if (i % 1000 === 0) await turn();
    }
    expect([refused, more]).toEqual([3, false]);
    expect(writer.pendingBytes).toBeLessThanOrEqual(262_144);
    expect(allocator.stats().activeBytes).toBeLessThan(262_144 * 1.1 + 2 * 4096);
    await close();
  });
});

describe('flushing', () => {
  it.each(['tick', 'immediate', 1, 20] as const)('%s sends by itself', async (flush) => {
    const tap = new Tap();
    const writer = writerOf(tap, { flush });
    writer.write(Buffer.from('a'));
    writer.write(Buffer.from('b'));
    expect(tap.writes).toEqual([]);
    await until(() => tap.writes.length === 1);
    expect(tap.text).toBe('ab');
    writer.write(Buffer.from('c'));
    await until(() => tap.writes.length === 2);
    writer.destroy();
  });

  it('manual sends when told to, or when there are flushBytes', async () => {
    const tap = new Tap();
    const writer = writerOf(tap, { flush: 'manual', flushBytes: 4 });
    writer.write(Buffer.from('abc'));
    await turn();
    expect(tap.text).toBe('');
    writer.flush();
    expect(tap.text).toBe('abc');
    await turn();
    writer.write(Buffer.from('defg'));
    expect(tap.text).toBe('abcdefg');
    await writer.end();
  });

  it('is left to a schedule of one’s own: a writer enters once until it is flushed', async () => {
    const tap = new Tap();
    const due: Flushable[] = [];
    const writer = writerOf(tap, { flush: { add: (entered) => due.push(entered) } });
    writer.write(Buffer.from('a'));
    writer.write(Buffer.from('b'));
    await turn();
    expect([due, tap.text]).toEqual([[writer], '']);
    due.pop()?.flushDue();
    writer.write(Buffer.from('c'));
    await turn();
    expect([due, tap.text]).toEqual([[writer], 'ab']);
    writer.flushDue();
    await turn();
    expect(tap.text).toBe('abc');
    expect(() => writerOf(new Tap(), { flush: {} as never })).toThrow(OptionTypeError);
  });

  it('works on one flush at a time, and gathers meanwhile', async () => {
    const tap = new Tap(false);
    const writer = writerOf(tap);
    writer.write(Buffer.from('a'));
    writer.flush();
    for (const letter of 'bcd') {
      writer.write(Buffer.from(letter));
      writer.flush();
      await turn();
    }
    expect(tap.writes.length).toBe(1);
    const drained = writer.drained();
    tap.take();
    await until(() => tap.writes.length === 2);
    tap.take();
    await drained;
    expect(tap.text).toBe('abcd');
    writer.destroy();
  });

  it('passes large frames by reference, between batches', async () => {
    const tap = new Tap();
    const writer = writerOf(tap, { copyMaxBytes: 10 });
    writer.write(Buffer.from('small '));
    const large = frameOf(0).writeBytes(Buffer.from('a large frame '));
    writer.write(large);
    expect(large.refCnt).toBe(1);
    writer.write(Buffer.from('small'));
    await writer.drained();
    expect(large.refCnt).toBe(0);
    expect(tap.writes.at(-1)?.map(String)).toEqual(['small ', 'a large frame ', 'small']);
    writer.destroy();
  });

  it('writes composites of any size', async () => {
    const tap = new Tap();
    const writer = writerOf(tap, { copyMaxBytes: 8 });
    for (const [a, b] of [
      ['ab', 'cd'],
      ['abcdef', 'ghijkl'],
    ] as const) {
      const whole = allocator.composite();
      for (const part of [a, b]) whole.addComponent(frameOf(0).writeBytes(Buffer.from(part)), true);
      writer.writeBorrowed(whole);
      writer.write(whole);
    }
    await writer.end();
    expect(tap.text).toBe('abcdabcdabcdefghijklabcdefghijkl');
  });

  it('forgets what was reserved and not committed', async () => {
    const tap = new Tap();
    const writer = writerOf(tap);
    writer.write(Buffer.from('a'));
    writer.reserve(10).writeBytes(Buffer.from('lost'));
    writer.write(Buffer.from('b'));
    expect(writer.commit()).toBe(true);
    writer.reserve(10).writeBytes(Buffer.from('c'));
    writer.commit();
    await writer.end();
    expect(tap.text).toBe('abc');
  });

  it('accepts nothing at all', async () => {
    const tap = new Tap();
    const writer = writerOf(tap);
    writer.write(new Uint8Array(0));
    writer.write(allocator.buffer(16));
    writer.reserve(0);
    writer.commit();
    await writer.end();
    expect(tap.writes).toEqual([]);
  });
});

describe('backpressure', () => {
  it('says when to wait, and wakes at the low water mark', async () => {
    const tap = new Tap(false);
    const writer = writerOf(tap, { highWaterBytes: 100, lowWaterBytes: 50, flush: 'manual' });
    expect(writer.writableBytes).toBe(100);
    expect(writer.write(new Uint8Array(60))).toBe(true);
    await writer.ready();
    writer.flush();
    expect(writer.write(new Uint8Array(45))).toBe(false);
    expect(writer.writableBytes).toBe(0);
    let ready = false;
    const waiting = writer.ready().then(() => {
      ready = true;
    });
    await turn();
    expect(ready).toBe(false);
    tap.take();
    await waiting;
    expect(writer.pendingBytes).toBe(45);
    writer.destroy();
    await closeOf(tap);
  });

  it('refuses more than the limit, and releases what it refused', () => {
    const writer = writerOf(new Tap(false), {
      highWaterBytes: 1000,
      maxPendingBytes: 1000,
      copyMaxBytes: 100,
    });
    writer.write(new Uint8Array(950));
    for (const bytes of [51, 500]) {
      const frame = frameOf(bytes);
      expect(() => writer.write(frame)).toThrow(WriterFullError);
      expect(frame.refCnt).toBe(0);
      const lent = frameOf(bytes);
      expect(() => writer.writeBorrowed(lent)).toThrow(WriterFullError);
      expect(lent.release()).toBe(true);
      expect(() => writer.reserve(bytes)).toThrow(WriterFullError);
    }
    expect(writer.write(frameOf(50))).toBe(false);
    expect(writer.pendingBytes).toBe(1000);
    writer.destroy();
  });
});

describe('failure', () => {
  it('gives the cause of the end to those who wait, and to later writes', async () => {
    const tap = new Tap(false);
    const seen = once(tap, 'error');
    const writer = writerOf(tap, { highWaterBytes: 10 });
    writer.write(frameOf(5000));
    writer.write(frameOf(50));
    writer.flush();
    writer.write(frameOf(50));
    const failed = [writer.ready(), writer.drained(), writer.end()].map((wait) =>
      wait.catch((e: unknown) => e),
    );
    const cause = new Error('the disk is full');
    tap.take(cause);
    for (const error of await Promise.all(failed)) {
      expect(error).toBeInstanceOf(WriterClosedError);
      expect((error as Error).cause).toBe(cause);
    }
    expect(await seen).toEqual([cause]);
    expect(() => writer.reserve(1)).toThrow(WriterClosedError);
    expect(allocator.stats().activeBuffers).toBe(0);
  });

  it('survives a stream whose write throws', async () => {
    const cause = new Error('no');
    const target = new Writable({
      write() {
        throw cause;
      },
    });
    const seen = once(target, 'error');
    const writer = writerOf(target);
    writer.write(frameOf(50));
    expect(await seen).toEqual([cause]);
    await until(() => writer.closed);
  });

  it('keeps what the stream still reads until it is done, when it is destroyed', async () => {
    const tap = new Tap(false);
    const writer = writerOf(tap);
    const large = frameOf(5000);
    writer.write(large);
    writer.flush();
    writer.write(frameOf(50));
    const closed = closeOf(tap);
    writer.destroy();
    writer.destroy();
    expect(large.refCnt).toBe(1);
    expect(allocator.stats().activeBuffers).toBe(1);
    await closed;
    expect(large.refCnt).toBe(0);
    tap.take();
  });

  it('is closed from the start on a stream that is', async () => {
    const tap = new Tap();
    tap.destroy();
    const writer = writerOf(tap);
    expect(writer.closed).toBe(true);
    expect(() => writer.write(frameOf(1))).toThrow(WriterClosedError);
    await expect(writer.ready()).rejects.toBeInstanceOf(WriterClosedError);
  });

  it('refuses what is released, and what is no bytes', () => {
    const writer = writerOf(new Tap());
    const frame = frameOf(1);
    frame.release();
    expect(() => writer.write(frame)).toThrow(ReleasedBufferError);
    expect(() => writer.writeBorrowed(frame)).toThrow(ReleasedBufferError);
    expect(() => writer.write('text' as never)).toThrow(
      /'data' must be a ByteBuf or a Uint8Array: received 'text'/,
    );
    expect(() => writer.reserve(-1)).toThrow(/'bytes' must be an integer from 0 to 1073741824: received -1/);
    writer.destroy();
  });
});

it.each([
  [{ flush: 'later' }, OptionRangeError, 'flush'],
  [{ flush: 0 }, OptionRangeError, 'flush'],
  [{ flush: true }, OptionTypeError, 'flush'],
  [{ flushBytes: 0 }, OptionRangeError, 'flushBytes'],
  [{ batchBytes: 255 }, OptionRangeError, 'batchBytes'],
  [{ copyMaxBytes: 20_000 }, OptionRangeError, 'copyMaxBytes'],
  [{ highWaterBytes: 0 }, OptionRangeError, 'highWaterBytes'],
  [{ highWaterBytes: 10, lowWaterBytes: 11 }, OptionRangeError, 'lowWaterBytes'],
  [{ maxPendingBytes: 1 }, OptionRangeError, 'maxPendingBytes'],
  [{ allocator: null }, OptionTypeError, 'allocator'],
  [{ highWater: 1 }, UnknownOptionError, 'highWater'],
])('refuses the options %o', (options, type, option) => {
  try {
    new BufferedSocketWriter(new Tap(), options as never);
  } catch (error) {
    expect(error).toBeInstanceOf(type);
    expect((error as OptionRangeError).option).toBe(option);
    return;
  }
  throw new Error('nothing was thrown');
});

it('refuses what is no stream of bytes', () => {
  expect(() => new BufferedSocketWriter({} as never)).toThrow(/'target' must be a Writable/);
  expect(() => new BufferedSocketWriter(undefined as never)).toThrow(/'target' must be a Writable/);
  expect(() => new BufferedSocketWriter(new Writable({ objectMode: true }))).toThrow(/not of objects/);
});

/** Iterating over frames: what each way of ending leaves behind, which is nothing. */
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ByteBuf, type ByteBufAllocator, RefCountError } from '../../src/buffer/index.ts';
import {
  ByteToMessageDecoder,
  ConcurrentNextError,
  FixedLengthFrameDecoder,
  type FramesOptions,
  FrameTooLongError,
  frames,
  LengthFieldFrameDecoder,
  SourceClosedError,
  TruncatedFrameError,
} from '../../src/codec/index.ts';
import { OptionRangeError, OptionTypeError, UnknownOptionError } from '../../src/internal/options.ts';
import { closeOf, expectNothingOut, pair, paranoidAllocator, until } from './loopback.ts';

let allocator: ByteBufAllocator;
beforeEach(() => {
  allocator = paranoidAllocator();
});
afterEach(() => expectNothingOut(allocator));

const decoder = (): LengthFieldFrameDecoder =>
  new LengthFieldFrameDecoder({
    allocator,
    maxFrameLength: 100_000,
    lengthFieldOffset: 0,
    lengthFieldLength: 4,
    initialBytesToStrip: 4,
  });

function encode(...texts: string[]): Buffer {
  const parts = texts.flatMap((text) => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(Buffer.byteLength(text));
    return [head, Buffer.from(text)];
  });
  return Buffer.concat(parts);
}

const read = (source: Readable | AsyncIterable<ByteBuf | Uint8Array>, options: FramesOptions = {}) =>
  frames(source, decoder(), { allocator, ...options });

describe('a socket', () => {
  it('gives its frames in order, each for the body of the loop', async () => {
    const { server, client, close } = await pair();
    const texts = Array.from({ length: 500 }, (_, i) => `${i}:${'x'.repeat((i * 37) % 900)}`);
    client.end(encode(...texts));
    const got: string[] = [];
    let last: ByteBuf | undefined;
    for await (const frame of read(server)) {
      if (last !== undefined) expect(last.refCnt).toBe(0);
      last = frame;
      got.push(frame.toString());
    }
    expect(got).toEqual(texts);
    await close();
  });

  it('leaves what was retained to who retained it', async () => {
    const { server, client, close } = await pair();
    client.end(encode('one', 'two', 'three'));
    const kept: ByteBuf[] = [];
    for await (const frame of read(server)) if (frame.readableBytes === 3) kept.push(frame.retain());
    expect(kept.map((frame) => [frame.toString(), frame.refCnt])).toEqual([
      ['one', 1],
      ['two', 1],
    ]);
    for (const frame of kept) frame.release();
    await close();
  });

  it('pauses it while the loop is behind', async () => {
    const { server, client, close } = await pair();
    const block = encode(...Array.from({ length: 600 }, (_, i) => `${i}`.padEnd(100, '.')));
    let sent = 0;
    const stuffing = setInterval(() => {
      while (client.writableLength < 1_000_000 && sent < 100 * block.length) {
        client.write(block);
        sent += block.length;
      }
    }, 1);
    let most = 0;
    let count = 0;
    for await (const frame of read(server, { highWaterFrames: 50, highWaterBytes: 20_000 })) {
      if (count % 1000 === 0) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        most = Math.max(most, allocator.stats().activeBytes);
      }
      expect(frame.readableBytes).toBe(100);
      if (++count === 30_000) break;
    }
    clearInterval(stuffing);
    expect(most).toBeGreaterThan(0);
    // 20,000 in the queue, a read of 64 KiB and the block for the next, a frame.
    expect(most).toBeLessThanOrEqual(20_000 + 3 * 65_536);
    await close();
  });

  it.each(['break', 'throw', 'return'] as const)('is destroyed by a %s, and all is released', async (how) => {
    const { server, client, close } = await pair();
    client.write(encode('one', 'two', 'three', 'four'));
    const closed = closeOf(server);
    const cause = new Error('enough');
    const loop = async (): Promise<string> => {
      for await (const frame of read(server)) {
        if (frame.toString() !== 'two') continue;
        if (how === 'break') break;
        if (how === 'throw') throw cause;
        return 'returned';
      }
      return 'left';
    };
    if (how === 'throw') await expect(loop()).rejects.toBe(cause);
    else expect(await loop()).toBe(how === 'break' ? 'left' : 'returned');
    await closed;
    await close();
  });

  it.each([
    ['destroy', 'server', SourceClosedError],
    ['resetAndDestroy', 'server', SourceClosedError],
    ['destroy', 'client', TruncatedFrameError],
    ['resetAndDestroy', 'client', Error],
  ] as const)('delivers what was whole, then fails, after a %s of the %s', async (how, whose, error) => {
    const ends = await pair();
    const got: string[] = [];
    ends.client.write(Buffer.concat([encode('one', 'two'), encode('half a frame').subarray(0, 9)]));
    const loop = async (): Promise<void> => {
      for await (const frame of read(ends.server)) {
        got.push(frame.toString());
        if (got.length === 2) setTimeout(() => ends[whose][how](), 10);
      }
    };
    await expect(loop()).rejects.toBeInstanceOf(error);
    expect(got).toEqual(['one', 'two']);
    await ends.close();
  });

  it('says that it ends with half a frame', async () => {
    const { server, client, close } = await pair({ allowHalfOpen: true });
    client.end(Buffer.concat([encode('one'), encode('half').subarray(0, 6)]));
    const iterator = read(server);
    expect((await iterator.next()).value?.toString()).toBe('one');
    await expect(iterator.next()).rejects.toMatchObject({ code: 'ERR_ROCKPOOL_FRAME_TRUNCATED', length: 6 });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(server.destroyed).toBe(true);
    await close();
  });

  it('says that a frame is bad, after the good ones before it', async () => {
    const { server, client, close } = await pair();
    client.write(Buffer.concat([encode('one', 'two'), Buffer.from([255, 0, 0, 0]), encode('three')]));
    const got: string[] = [];
    const loop = async (): Promise<void> => {
      for await (const frame of read(server)) got.push(frame.toString());
    };
    await expect(loop()).rejects.toBeInstanceOf(FrameTooLongError);
    expect(got).toEqual(['one', 'two']);
    expect(server.destroyed).toBe(true);
    await close();
  });

  it('holds nothing while nobody asks for the first frame', async () => {
    const { server, client, close } = await pair();
    client.write(encode('one'));
    const iterator = read(server);
    for (let i = 0; i < 20; i++) await turn();
    expect(allocator.stats().allocations).toBe(0);
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
    expect(server.destroyed).toBe(true);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    await close();
  });

  it('fails at once where it is closed already, and ends where it has ended', async () => {
    const { server, close } = await pair();
    const closed = closeOf(server);
    server.destroy();
    await closed;
    await expect(read(server).next()).rejects.toBeInstanceOf(SourceClosedError);
    await close();
    const ended = Readable.from([], { objectMode: false });
    await once(ended.resume(), 'end');
    expect(await read(ended).next()).toEqual({ done: true, value: undefined });
  });
});

describe('the iterator', () => {
  it('refuses a call before the last one is answered', async () => {
    const source = new PassThrough();
    const iterator = read(source);
    const first = iterator.next();
    await expect(iterator.next()).rejects.toBeInstanceOf(ConcurrentNextError);
    source.end(encode('one'));
    expect((await first).value?.toString()).toBe('one');
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it('answers who waits when it is ended, and throws what it is told to throw', async () => {
    const source = new PassThrough();
    const iterator = read(source);
    const waiting = iterator.next();
    const cause = new Error('stop');
    await expect(iterator.throw?.(cause)).rejects.toBe(cause);
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(source.destroyed).toBe(true);
  });

  it('ends with its block', async () => {
    const source = new PassThrough();
    source.write(encode('one', 'two'));
    const iterator = read(source) as AsyncIterableIterator<ByteBuf> & AsyncDisposable;
    await iterator.next();
    await iterator[Symbol.asyncDispose]();
    expect(source.destroyed).toBe(true);
  });

  it('refuses a release too many, as any buffer does', async () => {
    const source = new PassThrough();
    source.end(encode('one'));
    const loop = async (): Promise<void> => {
      for await (const frame of read(source)) frame.release();
    };
    await expect(loop()).rejects.toBeInstanceOf(RefCountError);
  });

  it('tells the error of a source after its frames', async () => {
    const cause = new Error('the disk is gone');
    async function* blocks(): AsyncGenerator<Uint8Array> {
      yield encode('one');
      throw cause;
    }
    const got: string[] = [];
    for (const source of [blocks(), Readable.from(blocks(), { objectMode: false })]) {
      const loop = async (): Promise<void> => {
        for await (const frame of read(source)) got.push(frame.toString());
      };
      await expect(loop()).rejects.toBe(cause);
    }
    expect(got).toEqual(['one', 'one']);
  });

  it('gives messages that are no buffers, and lets go of those that nobody took', async () => {
    class Words extends ByteToMessageDecoder<{ text: string; frame: ByteBuf }> {
      protected override decode(
        input: ByteBuf,
        emit: (message: { text: string; frame: ByteBuf }) => void,
      ): void {
        const end = input.bytesBefore(' ');
        if (end < 0) return;
        const frame = input.readRetainedSlice(end);
        input.skipBytes(1);
        emit({ text: frame.toString(), frame });
      }
    }
    const source = new PassThrough();
    source.write('one two three four ');
    const got: string[] = [];
    const messages = frames(source, new Words({ allocator }), {
      allocator,
      release: ({ frame }) => frame.release(),
    });
    for await (const { text } of messages) {
      got.push(text);
      if (got.length === 2) break;
    }
    expect(got).toEqual(['one', 'two']);
  });
});

describe('an iterable', () => {
  it('lends its blocks, and is ended by a break', async () => {
    let ended = false;
    async function* blocks(): AsyncGenerator<ByteBuf> {
      const bytes = encode(...Array.from({ length: 100 }, (_, i) => `frame ${i}`));
      try {
        for (let at = 0; at < bytes.length; at += 64) {
          const block = allocator.buffer(64).writeBytes(bytes.subarray(at, at + 64));
          try {
            yield block;
          } finally {
            block.release();
          }
        }
      } finally {
        ended = true;
      }
    }
    const got: string[] = [];
    for await (const frame of read(blocks())) got.push(frame.toString());
    expect(got).toEqual(Array.from({ length: 100 }, (_, i) => `frame ${i}`));
    expect(ended).toBe(true);
    ended = false;
    for await (const _ of read(blocks())) break;
    await until(() => ended);
  });

  it('is asked for no more than the queue takes', async () => {
    let asked = 0;
    async function* blocks(): AsyncGenerator<Uint8Array> {
      for (; asked < 1000; asked++) yield encode('x'.repeat(1000));
    }
    for await (const _ of read(blocks(), { highWaterBytes: 5000 })) {
      await turn();
      expect(asked).toBeLessThan(8);
      break;
    }
  });
});

it.each([
  [{ highWaterFrames: 0 }, OptionRangeError, 'highWaterFrames'],
  [{ highWaterBytes: 1.5 }, OptionRangeError, 'highWaterBytes'],
  [{ allocator: 'pooled' }, OptionTypeError, 'allocator'],
  [{ release: true }, OptionTypeError, 'release'],
  [{ highWater: 1 }, UnknownOptionError, 'highWater'],
])('refuses the options %o', (options, type, option) => {
  try {
    frames(new PassThrough(), new FixedLengthFrameDecoder({ length: 4 }), options as never);
  } catch (error) {
    expect(error).toBeInstanceOf(type);
    expect((error as OptionRangeError).option).toBe(option);
    return;
  }
  throw new Error('nothing was thrown');
});

it('refuses what is no source and no decoder', () => {
  const fixed = new FixedLengthFrameDecoder({ length: 4 });
  expect(() => frames({} as never, fixed)).toThrow(/'source' must be a Readable or an async iterable/);
  expect(() => frames(null as never, fixed)).toThrow(/'source' must be a Readable or an async iterable/);
  expect(() => frames(Readable.from([1]), fixed)).toThrow(/not of objects/);
  expect(() => frames(new PassThrough(), {} as never)).toThrow(/'decoder' must be a Decoder/);
});

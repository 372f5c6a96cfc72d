/** Decoders and encoders in pipelines, and what a destroyed one leaves behind, which is nothing. */
import { once } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ByteBuf, ByteBufAllocator } from '../../src/buffer/index.ts';
import {
  decoderStream,
  encoderStream,
  FixedLengthFrameDecoder,
  FrameTooLongError,
  LengthFieldFrameDecoder,
  LengthFieldPrepender,
  TruncatedFrameError,
} from '../../src/codec/index.ts';
import { OptionRangeError, OptionTypeError, UnknownOptionError } from '../../src/internal/options.ts';
import { closeOf, expectNothingOut, pair, paranoidAllocator } from './loopback.ts';

let allocator: ByteBufAllocator;
beforeEach(() => {
  allocator = paranoidAllocator();
});
afterEach(() => expectNothingOut(allocator));

const decoder = (): LengthFieldFrameDecoder =>
  new LengthFieldFrameDecoder({
    allocator,
    maxFrameLength: 1000,
    lengthFieldOffset: 0,
    lengthFieldLength: 1,
    initialBytesToStrip: 1,
  });

function encode(text: string): ByteBuf {
  const frame = allocator.buffer(64);
  frame.writeUInt8(text.length).writeString(text);
  return frame;
}

const bytesOf = (...texts: string[]): Buffer =>
  Buffer.from(texts.map((t) => String.fromCharCode(t.length) + t).join(''));

it('carries messages over a socket and back, through a pipeline', async () => {
  const { server, client, close } = await pair();
  const texts = Array.from({ length: 500 }, (_, i) => `message ${i}`);
  const echo = pipeline(
    server,
    decoderStream(decoder()),
    encoderStream((frame: ByteBuf) => {
      const text = frame.toString();
      frame.release();
      return encode(text.toUpperCase());
    }),
    server,
  );
  const got: string[] = [];
  const back = pipeline(
    client,
    decoderStream(decoder()),
    new Writable({
      objectMode: true,
      write(frame: ByteBuf, _, done) {
        got.push(frame.toString());
        frame.release();
        if (got.length === texts.length) client.end();
        done();
      },
    }),
  );
  for (const text of texts) client.write(bytesOf(text));
  await Promise.all([echo, back]);
  expect(got).toEqual(texts.map((text) => text.toUpperCase()));
  await close();
});

it('releases the frames that wait when it is destroyed, with an error or without', async () => {
  for (const error of [undefined, new Error('stop')]) {
    const stream = decoderStream(decoder(), { highWaterMessages: 2 });
    stream.on('error', () => {});
    stream.write(bytesOf('one', 'two', 'three', 'four'));
    stream.write(bytesOf('five').subarray(0, 3));
    await turn();
    const first = stream.read() as ByteBuf;
    expect(first.toString()).toBe('one');
    first.release();
    expect(allocator.stats().activeBuffers).toBeGreaterThan(0);
    const closed = closeOf(stream);
    stream.destroy(error);
    await closed;
    expect(allocator.stats().activeBuffers).toBe(0);
    expect(stream.read()).toBe(null);
  }
});

it('releases what waits when a loop over it is left', async () => {
  const source = new PassThrough();
  source.write(bytesOf('one', 'two', 'three'));
  const stream = source.pipe(decoderStream(decoder()));
  for await (const frame of stream) {
    expect((frame as ByteBuf).toString()).toBe('one');
    (frame as ByteBuf).release();
    break;
  }
  expect(stream.destroyed).toBe(true);
});

it.each([
  ['a frame that is too long', Buffer.from([255, 1]), FrameTooLongError],
  ['an end inside of a frame', bytesOf('half').subarray(0, 3), TruncatedFrameError],
] as const)('fails at %s, and releases all', async (_, bad, type) => {
  const got: string[] = [];
  const strict = new LengthFieldFrameDecoder({
    allocator,
    maxFrameLength: 100,
    lengthFieldOffset: 0,
    lengthFieldLength: 1,
    initialBytesToStrip: 1,
  });
  const running = pipeline(
    Readable.from([bytesOf('one'), bad], { objectMode: false }),
    decoderStream(strict),
    new Writable({
      objectMode: true,
      write(frame: ByteBuf, _encoding, done) {
        got.push(frame.toString());
        frame.release();
        done();
      },
    }),
  );
  await expect(running).rejects.toBeInstanceOf(type);
  expect(got).toEqual(['one']);
});

it('puts lengths in front of frames with a prepender', async () => {
  const prepender = new LengthFieldPrepender({ allocator, lengthFieldLength: 1 });
  const stream = encoderStream((frame: ByteBuf) => prepender.prepend(frame));
  const parts: Buffer[] = [];
  stream.on('data', (bytes) => parts.push(bytes));
  const ended = once(stream, 'end');
  for (const text of ['one', 'three']) stream.write(allocator.buffer(8).writeBytes(Buffer.from(text)));
  stream.end();
  await ended;
  expect(Buffer.concat(parts).equals(bytesOf('one', 'three'))).toBe(true);
});

it('passes buffers through an encoder of none, and refuses what is no buffer', async () => {
  const stream = encoderStream();
  stream.write(encode('one'));
  const [bytes] = (await once(stream, 'data')) as [Buffer];
  expect([...bytes]).toEqual([...bytesOf('one')]);
  const failed = once(stream, 'error');
  stream.write('text');
  expect(String((await failed)[0])).toMatch(/'message' must be a ByteBuf: received 'text'/);
});

it('releases messages that wait in a destroyed encoder', async () => {
  for (const error of [undefined, new Error('stop')]) {
    const stream = encoderStream(undefined, { highWaterMessages: 1 });
    stream.on('error', () => {});
    for (let i = 0; i < 2000; i++) stream.write(encode(`a message of some length, the ${i}th`)); // 16 KiB are read ahead
    await turn();
    expect(allocator.stats().activeBuffers).toBeGreaterThan(0);
    const closed = closeOf(stream);
    stream.destroy(error);
    await closed;
    expect(allocator.stats().activeBuffers).toBe(0);
  }
});

it('fails with what encode throws', async () => {
  const cause = new Error('cannot be encoded');
  const stream = encoderStream((): ByteBuf => {
    throw cause;
  });
  const failed = once(stream, 'error');
  stream.write('x');
  expect(await failed).toEqual([cause]);
});

it.each([
  [{ highWaterMessages: 0 }, OptionRangeError, 'highWaterMessages'],
  [{ highWaterMessages: 'many' }, OptionTypeError, 'highWaterMessages'],
  [{ highWaterMark: 1 }, UnknownOptionError, 'highWaterMark'],
])('refuses the options %o', (options, type, option) => {
  for (const make of [
    () => decoderStream(new FixedLengthFrameDecoder({ length: 1 }), options as never),
    () => encoderStream(undefined, options as never),
  ]) {
    expect(make).toThrow(type);
    expect(make).toThrow(`'${option}'`);
  }
});

it('refuses what is no decoder and no function', () => {
  expect(() => decoderStream({} as never)).toThrow(/'decoder' must be a Decoder/);
  expect(() => encoderStream(1 as never)).toThrow(/'encode' must be a function: received 1/);
});

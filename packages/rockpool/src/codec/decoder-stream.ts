/// <reference types="node" preserve="true" />
/**
 * Decoders and encoders as streams, for `pipeline()`.
 *
 *     bytes ─► decoderStream ─► frames (objects) ─► … ─► encoderStream ─► bytes
 *
 * A frame that was pushed is its reader's. One that still waits in the stream when that is destroyed has no reader
 * and never will: it is released. What an encoder pushes is a copy of its own, as nobody tells a stream when its reader
 * is done with a chunk; a {@link BufferedSocketWriter} knows that, and copies less.
 */

import type { Transform, TransformCallback } from 'node:stream';
import { ByteBuf } from '../buffer/byte-buf.ts';
import { ArgumentTypeError } from '../internal/errors.ts';
import { expectFunction, expectInteger, type OptionSite, readOptions } from '../internal/options.ts';
import type { Decoder } from './decoder.ts';
import { expectNodeBuiltin } from './node-builtin.ts';

/** Options of {@link decoderStream} and {@link encoderStream}. */
export interface CodecStreamOptions {
  /** Messages that may wait in the stream before it takes no more; those of the bytes at work come on top. 1 to 2^30; default 64. */
  readonly highWaterMessages?: number;
}

/**
 * A `Transform` that takes bytes and gives what a decoder makes of them, one object each.
 *
 * Ownership: a frame that was read belongs to the reader, who releases it. When the stream is destroyed, those that
 * wait in it are released and the decoder is closed. Errors of the decoder are errors of the stream, and so is an end
 * inside of a frame.
 *
 * @param decoder one that was not fed yet; the stream closes it
 * @throws {ArgumentTypeError} `ERR_ROCKPOOL_ARGUMENT_TYPE` @throws {OptionTypeError} @throws {OptionRangeError}
 * @throws {UnknownOptionError}
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { Readable, Writable } from 'node:stream';
 * import { pipeline } from 'node:stream/promises';
 * import { type ByteBuf, decoderStream, FixedLengthFrameDecoder } from 'rockpool';
 *
 * const words: string[] = [];
 * await pipeline(
 *   Readable.from([Buffer.from('onet'), Buffer.from('wosix')], { objectMode: false }),
 *   decoderStream(new FixedLengthFrameDecoder({ length: 3 })),
 *   new Writable({
 *     objectMode: true,
 *     write(frame: ByteBuf, _, done) {
 *       words.push(frame.toString());
 *       frame.release();
 *       done();
 *     },
 *   }),
 * );
 * assert.deepEqual(words, ['one', 'two', 'six']);
 * ```
 */
export function decoderStream<M = ByteBuf>(decoder: Decoder<M>, options: CodecStreamOptions = {}): Transform {
  const site: OptionSite = { action: 'create decoder stream' };
  if (typeof decoder?.feed !== 'function' || typeof decoder.end !== 'function') {
    throw new ArgumentTypeError(site.action, 'decoder', 'a Decoder', decoder);
  }
  const { Transform } = expectNodeBuiltin(site.action, 'node:stream');
  const stream: Transform = new Transform({
    readableObjectMode: true,
    readableHighWaterMark: readHighWater(site, options),
    transform(chunk: Uint8Array, _, done) {
      attempt(() => decoder.feed(chunk, push), done);
    },
    flush(done) {
      attempt(() => decoder.end(push), done);
    },
    destroy(error, done) {
      decoder.close();
      releaseUnread(stream);
      done(error);
    },
  });
  const push = (message: M): void => {
    if (stream.destroyed) releaseMessage(message);
    else stream.push(message);
  };
  return stream;
}

/**
 * A `Transform` that takes messages and gives their bytes.
 *
 * Ownership: a message that was written belongs to the stream, or to `encode`; what `encode` returns is released as
 * soon as it is copied. When the stream is destroyed, buffers that wait in it are released.
 *
 * @param encode takes a message over and returns the buffer to send, which may be the message itself. Default: messages
 * are buffers. With a `LengthFieldPrepender`: `(frame) => prepender.prepend(frame)`
 * @throws {OptionTypeError} @throws {OptionRangeError} @throws {UnknownOptionError}
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { once } from 'node:events';
 * import { ByteBufAllocator, encoderStream } from 'rockpool';
 *
 * const lines = encoderStream((text: string) => {
 *   const line = ByteBufAllocator.default.buffer(64);
 *   line.writeString(`${text}\n`);
 *   return line;
 * });
 * lines.write('one');
 * const [bytes] = await once(lines, 'data');
 * assert.equal(String(bytes), 'one\n');
 * lines.end();
 * ```
 */
export function encoderStream<M = ByteBuf>(
  encode: (message: M) => ByteBuf = expectBuffer,
  options: CodecStreamOptions = {},
): Transform {
  const site: OptionSite = { action: 'create encoder stream' };
  expectFunction(site, 'encode', encode);
  const { Transform } = expectNodeBuiltin(site.action, 'node:stream');
  const stream: Transform = new Transform({
    writableObjectMode: true,
    writableHighWaterMark: readHighWater(site, options),
    transform(message: M, _, done) {
      attempt(() => {
        const out = encode(message);
        try {
          stream.push(Buffer.from(out.toBuffer()));
        } finally {
          out.release();
        }
      }, done);
    },
    destroy(error, done) {
      releaseUnwritten(stream);
      done(error);
    },
  });
  return stream;
}

/** The queues of a stream: Node has them as getters, which its types leave out. */
interface Queues {
  /** Objects to be read; those that were read are gone, or null. */
  readonly readableBuffer?: Iterable<unknown>;
  readonly writableBuffer?: Iterable<{ readonly chunk: unknown }>;
}

function releaseUnread(stream: Transform): void {
  stream.read = () => null; // what is released stays in the queue, and is nobody's
  for (const message of (stream as Queues).readableBuffer ?? []) releaseMessage(message);
}

function releaseUnwritten(stream: Transform): void {
  for (const { chunk } of (stream as Queues).writableBuffer ?? []) releaseMessage(chunk);
}

function releaseMessage(message: unknown): void {
  if (message instanceof ByteBuf) message.release();
}

function expectBuffer(message: unknown): ByteBuf {
  if (message instanceof ByteBuf) return message;
  throw new ArgumentTypeError('encode', 'message', 'a ByteBuf', message);
}

/** Runs a step of a stream; what it throws is the stream's error. */
function attempt(step: () => void, done: TransformCallback): void {
  try {
    step();
  } catch (error) {
    done(error as Error);
    return;
  }
  done();
}

function readHighWater(site: OptionSite, options: CodecStreamOptions): number {
  const given = readOptions(site, options, ['highWaterMessages']);
  return expectInteger(site, 'highWaterMessages', given.highWaterMessages, 1, 2 ** 30, 64);
}

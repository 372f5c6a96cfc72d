/// <reference types="node" preserve="true" />
/**
 * `frames`: the frames of a socket, a stream or a file, one after the other, in a `for await`. What it does is in
 * `frame-iterator.ts`.
 */

import type { Readable } from 'node:stream';
import type { ByteBuf } from '../buffer/byte-buf.ts';
import type { Decoder } from './decoder.ts';
import { FrameIterator, type FramesOptions } from './frame-iterator.ts';

/**
 * The frames of a source, in order. Each is lent for the body of the loop and released when that is left: `retain()` it to
 * keep it, and do not release it otherwise. Leaving the loop early, by whatever way, releases all frames that wait,
 * closes the decoder and destroys the source. Nothing is read before the first frame is asked for.
 *
 * Memory: no more than `highWaterBytes`, one read (64 KiB of a socket, one chunk of another stream, one block of a
 * file) and what the decoder keeps of an unfinished frame; the buffers of socket reads may be twice as large as what is
 * in them.
 *
 * Cost: some 100 ns for each frame, a promise and a turn of the microtask queue. Where that is too much, feed a decoder
 * from a {@link PooledReader} yourself.
 *
 * @param source a socket, which reads into pooled memory; another `Readable` of bytes; or an async iterable of bytes
 * or of buffers, which it lends, such as {@link readFileBlocks}
 * @param decoder one that was not fed yet; it is closed at the end
 * @throws {ArgumentTypeError} `ERR_ROCKPOOL_ARGUMENT_TYPE` @throws {OptionTypeError} @throws {OptionRangeError}
 * @throws {UnknownOptionError} at the call; from the loop: the errors of the source and of the decoder, among them
 * `TruncatedFrameError` where the source ends inside of a frame, and {@link SourceClosedError} where it does not end
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { PassThrough } from 'node:stream';
 * import { FixedLengthFrameDecoder, frames } from 'rockpool';
 *
 * const socket = new PassThrough(); // stands for a net.Socket
 * socket.write('one two ');
 * socket.end('six ');
 * const words: string[] = [];
 * for await (const frame of frames(socket, new FixedLengthFrameDecoder({ length: 4 }))) {
 *   words.push(frame.toString('utf8', 0, 3));
 * }
 * assert.deepEqual(words, ['one', 'two', 'six']);
 * ```
 */
export function frames<M = ByteBuf>(
  source: Readable | AsyncIterable<ByteBuf | Uint8Array>,
  decoder: Decoder<M>,
  options: FramesOptions<M> = {},
): AsyncIterableIterator<M, undefined> {
  return new FrameIterator(source, decoder, options);
}

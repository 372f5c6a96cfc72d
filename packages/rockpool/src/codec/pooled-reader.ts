/// <reference types="node" preserve="true" />
/**
 * `PooledReader`: what a socket, or any stream of bytes, reads arrives in pooled buffers.
 *
 *     quiet      one view of 64 KiB for all sockets of the thread ─► copied into a buffer of its size
 *     busy       a block of its own ─► handed over as it is when at least half full, else copied
 *     elsewhere  'data' ─► copied
 *
 * A small read is copied, so that a frame of 100 bytes does not hold 64 KiB, and so that a quiet connection holds
 * nothing at all. A connection whose reads are large gets a block of its own, as long as there are fewer than
 * `MAX_OWN_BLOCKS`, and gives it back after a while of small ones: 4 MiB are what all of them may hold.
 *
 * How a socket is made to read into memory of ours is in `user-buffer.ts`. Where it cannot be, reads come by `'data'`
 * events; whoever uses this sees no difference but the speed (docs/adr/0009-reads-into-pooled-memory.md).
 */

import type { Readable } from 'node:stream';
import type { Allocator } from '../buffer/allocator.ts';
import type { ByteBuf } from '../buffer/byte-buf.ts';
import { unpooled, wrap } from '../buffer/unpooled.ts';
import { ArgumentTypeError } from '../internal/errors.ts';
import {
  expectFunction,
  expectInteger,
  expectOneOf,
  type OptionSite,
  readOptions,
} from '../internal/options.ts';
import { expectAllocator } from './socket-writer-options.ts';
import { hasUserBuffer, readIntoUserBuffer, takesUserBuffer } from './user-buffer.ts';

/** Options of a {@link PooledReader}. */
export interface PooledReaderOptions {
  /** Where buffers come from. Default `ByteBufAllocator.default`. */
  readonly allocator?: Allocator;
  /** How a socket reads: `'auto'` (default) into pooled memory where that is possible, or `'data'`: by events. */
  readonly via?: 'auto' | 'data';
  /** Bytes of a block that a busy socket reads into. 4 KiB to 4 MiB; default 64 KiB. */
  readonly blockBytes?: number;
  /** Reads of so many bytes are handed over with their block, smaller ones are copied. 1 to `blockBytes`; default half of it. */
  readonly handOverBytes?: number;
  /** Called at the end of the source; if it throws, the source is destroyed with that. */
  readonly onEnd?: () => void;
}

/** Counters of a {@link PooledReader}. */
export interface PooledReaderStats {
  /** Reads that arrived. */
  readonly reads: number;
  /** Bytes in them. */
  readonly bytes: number;
  /** Reads that were handed over without a copy. */
  readonly handedOver: number;
}

const SITE: OptionSite = { action: 'create reader' };
/** Blocks that busy sockets of a thread may have together. */
const MAX_OWN_BLOCKS = 64;
/** Small reads in a row after which a socket gives its block back. */
const QUIET_READS = 16;
/** What the socket reads at most at once; what Node itself asks for. */
const SHARED_BYTES = 65_536;

/** Where quiet sockets read: empty again before the callback of the read returns. */
let shared: Uint8Array | undefined;
let ownBlocks = 0;

/**
 * Reads a socket, or another stream of bytes, into pooled buffers, and hands each read on.
 *
 * Ownership: each buffer belongs to `onRead`, also when that throws. Errors: what `onRead` throws destroys the source,
 * whose `'error'` event tells it; the source's own errors are the source's. Backpressure: `pause()` and `resume()`.
 * What the reader holds is released at the source's `'end'` or `'close'`.
 *
 * Sources: a `net.Socket`, accepted or connected, reads into pooled memory; a TLS socket, an HTTP body
 * and every other `Readable` come by `'data'`. One with an encoding is refused, as its bytes are text, and so
 * is one with an `onread` of its own. A half-open socket stays one.
 *
 * Cost: 50 ns and the copy for a small read, nothing allocated but what the pool lacks; against `'data'` events the
 * processor time of large reads is about half (`npm run bench -- socket-read`).
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { once } from 'node:events';
 * import { type AddressInfo, connect, createServer } from 'node:net';
 * import { PooledReader } from 'rockpool';
 *
 * let text = '';
 * const server = createServer((socket) => {
 *   new PooledReader(socket, (input) => {
 *     text += input.toString();
 *     input.release(); // it is ours
 *   });
 * }).listen(0, '127.0.0.1');
 * await once(server, 'listening');
 * const client = connect((server.address() as AddressInfo).port, '127.0.0.1').resume();
 * client.end('hello');
 * await once(client, 'close');
 * server.close();
 * assert.equal(text, 'hello');
 * ```
 */
export class PooledReader {
  readonly #source: Readable;
  readonly #onRead: (input: ByteBuf) => void;
  readonly #allocator: Allocator;
  readonly #blockBytes: number;
  readonly #handOverBytes: number;
  /** The block of a busy socket, which it reads into now or next. */
  #block: ByteBuf | undefined = undefined;
  #busy = false;
  #smallReads = 0;
  #via: 'pooled' | 'data' = 'data';
  #closed = false;
  #reads = 0;
  #bytes = 0;
  #handedOver = 0;

  /**
   * Starts reading.
   *
   * @param source must not have another consumer
   * @param onRead takes each buffer over; all its bytes are readable
   * @throws {ArgumentTypeError} `ERR_ROCKPOOL_ARGUMENT_TYPE`: no `Readable` of bytes
   * @throws {OptionTypeError} `ERR_ROCKPOOL_OPTION_TYPE`
   * @throws {OptionRangeError} `ERR_ROCKPOOL_OPTION_RANGE`
   * @throws {UnknownOptionError} `ERR_ROCKPOOL_OPTION_UNKNOWN`
   */
  constructor(source: Readable, onRead: (input: ByteBuf) => void, options: PooledReaderOptions = {}) {
    expectByteSource(SITE.action, source);
    if (typeof onRead !== 'function') {
      throw new ArgumentTypeError(SITE.action, 'onRead', 'a function', onRead);
    }
    const given = readOptions(SITE, options, ['allocator', 'via', 'blockBytes', 'handOverBytes', 'onEnd']);
    const { onEnd } = given;
    if (onEnd !== undefined) expectFunction(SITE, 'onEnd', onEnd);
    this.#source = source;
    this.#onRead = onRead;
    this.#allocator = expectAllocator(SITE, given.allocator);
    this.#blockBytes = expectInteger(
      SITE,
      'blockBytes',
      given.blockBytes,
      4096,
      4 * 1024 * 1024,
      SHARED_BYTES,
    );
    this.#handOverBytes = expectInteger(
      SITE,
      'handOverBytes',
      given.handOverBytes,
      1,
      this.#blockBytes,
      this.#blockBytes >>> 1,
    );
    const via = expectOneOf(SITE, 'via', given.via, ['auto', 'data'], 'auto');
    // Behind the end nothing is read any more, although a half-open socket may live on.
    source.once('end', () => this.#release());
    source.once('close', () => this.#release());
    if (onEnd !== undefined) source.once('end', () => this.#guard(onEnd));
    // Bytes that came before, that were unshifted, or that no buffer of ours can catch.
    source.on('data', (chunk: Uint8Array) => this.#onData(chunk));
    if (via === 'auto') this.#takeOver();
    source.resume();
  }

  /** How reads arrive: straight into pooled memory, or by `'data'` events. */
  get via(): 'pooled' | 'data' {
    return this.#via;
  }

  /** Stops reading; at most the read at work still arrives. */
  pause(): void {
    this.#source.pause();
  }

  /** Goes on. */
  resume(): void {
    if (!this.#closed) this.#source.resume();
  }

  /** Stops reading for good; the source stays open, and discards what is read from it. */
  close(): void {
    this.#closed = true;
    this.#source.pause();
  }

  /** The counters now. */
  stats(): PooledReaderStats {
    return { reads: this.#reads, bytes: this.#bytes, handedOver: this.#handedOver };
  }

  /** Makes the socket read into our memory: now, or when it is connected. */
  #takeOver(): void {
    const source = this.#source;
    if ('connecting' in source && source.connecting === true) {
      source.once('connect', () => this.#takeOver());
    } else if (takesUserBuffer(source)) {
      shared ??= Buffer.allocUnsafeSlow(SHARED_BYTES);
      readIntoUserBuffer(source, {
        first: shared,
        received: (bytes, view) => this.#received(bytes, view),
        next: () => this.#next(),
      });
      this.#via = 'pooled';
    }
  }

  #received(bytes: number, view: Uint8Array): void {
    const block = this.#block;
    const large = bytes >= this.#handOverBytes;
    if (block === undefined || view === shared) {
      this.#busy = large;
      this.#smallReads = 0;
      this.#copy(view, bytes);
    } else if (large) {
      this.#smallReads = 0;
      this.#forgetBlock();
      block._writer = bytes;
      this.#handedOver++;
      this.#deliver(block);
    } else {
      this.#copy(view, bytes);
      if (++this.#smallReads >= QUIET_READS) this.#busy = false;
    }
  }

  /** The view for the next read. */
  #next(): Uint8Array {
    if (this.#busy && !this.#closed && !this.#source.destroyed) {
      try {
        this.#block ??= this.#newBlock();
        if (this.#block !== undefined) return this.#block.toBuffer(0, this.#blockBytes);
      } catch {
        // No memory for a block: it shares, and the copy reports what is the matter.
      }
    }
    this.#release();
    return shared as Uint8Array;
  }

  #newBlock(): ByteBuf | undefined {
    if (ownBlocks >= MAX_OWN_BLOCKS) return undefined;
    const block = this.#allocator.buffer(this.#blockBytes, this.#blockBytes);
    ownBlocks++;
    return block;
  }

  #forgetBlock(): void {
    this.#block = undefined;
    ownBlocks--;
  }

  /** The source reads into the block no more. */
  #release(): void {
    const block = this.#block;
    if (block === undefined) return;
    this.#forgetBlock();
    block.release();
  }

  #onData(chunk: Uint8Array): void {
    if (typeof chunk === 'string') {
      this.#source.destroy(new ArgumentTypeError('read', 'source', 'a stream without an encoding', chunk));
    } else if (this.#allocator === unpooled) {
      this.#deliver(wrap(chunk));
    } else {
      this.#copy(chunk, chunk.length);
    }
  }

  #copy(view: Uint8Array, bytes: number): void {
    let input: ByteBuf;
    try {
      input = this.#allocator.buffer(bytes, bytes);
    } catch (error) {
      this.#source.destroy(error as Error);
      return;
    }
    input._copyIn(0, view, 0, bytes);
    input._writer = bytes;
    this.#deliver(input);
  }

  #deliver(input: ByteBuf): void {
    if (this.#closed || this.#source.destroyed) {
      input.release();
      return;
    }
    this.#reads++;
    this.#bytes += input._writer;
    try {
      this.#onRead(input);
    } catch (error) {
      this.#source.destroy(error as Error);
    }
  }

  #guard(onEnd: () => void): void {
    try {
      if (!this.#closed) onEnd();
    } catch (error) {
      this.#source.destroy(error as Error);
    }
  }
}

/** Refuses what is no stream of bytes, or one whose bytes go elsewhere. */
export function expectByteSource(action: string, source: Readable): void {
  const refuse = (expected: string): never => {
    throw new ArgumentTypeError(action, 'source', expected, source);
  };
  if (typeof source?.on !== 'function' || typeof source.resume !== 'function') refuse('a Readable');
  if (source.readableObjectMode) refuse('a Readable of bytes, not of objects');
  if ((source.readableEncoding ?? null) !== null) refuse('a Readable without an encoding');
  if (hasUserBuffer(source)) refuse('a socket without onread');
}

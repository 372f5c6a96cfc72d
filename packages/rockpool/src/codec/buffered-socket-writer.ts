/// <reference types="node" preserve="true" />
/**
 * `BufferedSocketWriter`: many small writes gathered into few large ones.
 *
 *     write(small) ─► copied into the batch, released          ┐  flush()     ┌ writev: batch, frame, batch
 *     write(large) ─► kept by reference, the batch sealed      ├────────────► │        one at a time
 *     reserve(n), commit() ─► encoded into the batch itself    ┘              └ taken by the stream: released
 *
 * A system call for each frame of 100 bytes is what a server would spend its time on. Small frames are copied, as
 * every piece of a `writev` costs more than the copy. Large ones are passed as they are.
 *
 * One gathered write is at work at a time. What comes meanwhile fills batches, so that a reader who is slow costs
 * the bytes that wait for him and at most a batch more, not a batch for each flush.
 *
 * Invariants: `pendingBytes = gathered + in flight ≤ maxPendingBytes`; every buffer taken over is gathered or in flight,
 * and leaves by a release. `#limit` is −1 once nothing more is accepted, so that one comparison tells all.
 */

import type { Duplex, Writable } from 'node:stream';
import { ArgumentRangeError } from '../buffer/buffer-errors.ts';
import { ByteBuf } from '../buffer/byte-buf.ts';
import { ArgumentTypeError } from '../internal/errors.ts';
import { type FlushTiming, scheduleOf } from './flush-schedule.ts';
import { GatheredWrites, releaseAll } from './gathered-writes.ts';
import { type BufferedSocketWriterOptions, readWriterOptions } from './socket-writer-options.ts';
import { WriteWaiters } from './write-waiters.ts';
import { WriterClosedError, WriterFullError } from './writer-errors.ts';

/** Counters of a {@link BufferedSocketWriter}. */
export interface SocketWriterStats {
  /** Writes accepted. */
  readonly frames: number;
  /** Bytes accepted. */
  readonly bytes: number;
  /** Gathered writes that were given to the stream. */
  readonly flushes: number;
  /** Bytes accepted that the stream has not taken yet. */
  readonly pendingBytes: number;
}

/**
 * Writes buffers to a socket in few large pieces.
 *
 * Good for: many small frames on many connections; frames that go to many connections at once. Not for: a stream of
 * large blocks, which `pipeline` serves as well; a `Transform` as target, which passes on the bytes that it was
 * given: they are somebody else's by the time they are read. A target is done with the bytes when it calls back, as
 * sockets, TLS, pipes and files are.
 *
 * A socket that is not half-open (`allowHalfOpen`, of servers and clients) is ended by Node when the other side ends:
 * whoever answers later than that makes it so.
 *
 * Ownership: `write` takes a `ByteBuf` over, also when it throws. It is released when its bytes are copied, or when the
 * stream has taken them; when the stream dies all that is pending is released. Errors of the stream stay the stream's:
 * listen to its `'error'`. Thread: one isolate. Cost: some tens of ns for a frame of 100 bytes, nothing allocated, and
 * one system call a flush (`npm run bench -- socket-write`).
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { once } from 'node:events';
 * import { type AddressInfo, connect, createServer } from 'node:net';
 * import { BufferedSocketWriter, ByteBufAllocator } from 'rockpool';
 *
 * const server = createServer((socket) => {
 *   const writer = new BufferedSocketWriter(socket);
 *   for (const word of ['hello', ', ', 'world']) {
 *     const frame = ByteBufAllocator.default.buffer(16);
 *     frame.writeString(word);
 *     writer.write(frame); // taken over: nothing more to release
 *   }
 *   writer.end(); // one system call for all three
 * }).listen(0, '127.0.0.1');
 * await once(server, 'listening');
 * const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setEncoding('utf8');
 * let text = '';
 * for await (const part of socket) text += part;
 * assert.equal(text, 'hello, world');
 * server.close();
 * ```
 */
export class BufferedSocketWriter {
  readonly #target: Writable;
  readonly #schedule: FlushTiming | undefined;
  readonly #copyMaxBytes: number;
  readonly #flushBytes: number;
  readonly #highWaterBytes: number;
  readonly #lowWaterBytes: number;
  readonly #maxPendingBytes: number;
  readonly #gathered: GatheredWrites;
  readonly #waiters: WriteWaiters = new WriteWaiters();
  /** `#maxPendingBytes`; −1 once nothing more is accepted. */
  #limit: number;
  #pending = 0;
  /** Of these, what the stream was given and has not taken yet; and the buffers of it. */
  #inFlightBytes = 0;
  readonly #inFlight: ByteBuf[] = [];
  readonly #views: Uint8Array[] = [];
  /** A gathered write is at work. */
  #writing = false;
  /** Is in the list of its schedule. */
  #due = false;
  #frames = 0;
  #bytes = 0;
  #flushes = 0;
  #cause: unknown = undefined;
  readonly #onTaken = (error?: Error | null): void => this.#taken(error);

  /**
   * @param target where bytes go; its `'error'` events are not listened to
   * @throws {ArgumentTypeError} `ERR_ROCKPOOL_ARGUMENT_TYPE`: no `Writable`, or one of objects
   * @throws {OptionTypeError} `ERR_ROCKPOOL_OPTION_TYPE`
   * @throws {OptionRangeError} `ERR_ROCKPOOL_OPTION_RANGE`
   * @throws {UnknownOptionError} `ERR_ROCKPOOL_OPTION_UNKNOWN`
   */
  constructor(target: Writable, options: BufferedSocketWriterOptions = {}) {
    if (typeof target?.write !== 'function' || typeof target.cork !== 'function') {
      throw new ArgumentTypeError('create writer', 'target', 'a Writable', target);
    }
    if (target.writableObjectMode) {
      throw new ArgumentTypeError('create writer', 'target', 'a Writable of bytes, not of objects', target);
    }
    const settings = readWriterOptions(options);
    this.#target = target;
    this.#schedule = scheduleOf(settings.flush);
    this.#copyMaxBytes = settings.copyMaxBytes;
    this.#flushBytes = settings.flushBytes;
    this.#highWaterBytes = settings.highWaterBytes;
    this.#lowWaterBytes = settings.lowWaterBytes;
    this.#maxPendingBytes = settings.maxPendingBytes;
    this.#gathered = new GatheredWrites(settings.allocator, settings.batchBytes);
    this.#limit = settings.maxPendingBytes;
    if (!target.writable) {
      this.#limit = -1;
      return;
    }
    target.once('close', () => this.#shut(target.errored));
    // Node ends such a socket itself when the other side has ended: the last chance, and before Node's own listener.
    if ((target as Duplex).allowHalfOpen === false) target.prependOnceListener('end', () => this.flush());
  }

  /** Bytes accepted that the stream has not taken yet. */
  get pendingBytes(): number {
    return this.#pending;
  }

  /** Bytes that can be written before `write` returns false. */
  get writableBytes(): number {
    return this.#limit < 0 ? 0 : Math.max(0, this.#highWaterBytes - this.#pending);
  }

  /** Whether nothing more is accepted. */
  get closed(): boolean {
    return this.#limit < 0;
  }

  /**
   * Appends the readable bytes of a buffer, which is taken over in any case, or bytes, which are copied before this
   * returns. A buffer of up to `copyMaxBytes` is copied and released; a larger one is kept until the stream has
   * taken it, and must not be changed until then.
   *
   * @returns false from `highWaterBytes` pending on: wait for {@link ready}. The bytes are accepted all the same
   * @throws {WriterFullError} `ERR_ROCKPOOL_WRITER_FULL`: more than `maxPendingBytes` would be pending
   * @throws {WriterClosedError} `ERR_ROCKPOOL_WRITER_CLOSED`
   * @throws {ReleasedBufferError} `ERR_ROCKPOOL_USE_AFTER_RELEASE`
   * @throws {ArgumentTypeError} `ERR_ROCKPOOL_ARGUMENT_TYPE`
   */
  write(data: ByteBuf | Uint8Array): boolean {
    if (!(data instanceof ByteBuf)) return this.#writeBytes(data);
    const bytes = data.readableBytes;
    if (bytes > this.#copyMaxBytes) return this.#keep(data, bytes);
    try {
      if (bytes > this.#limit - this.#pending) this.#refuse(bytes);
      this.#gathered.copy(data, bytes);
    } finally {
      data.release();
    }
    return this.#appended(bytes);
  }

  /**
   * As {@link write}, of a buffer that is lent: the caller keeps its reference. So one encoded frame goes to many
   * writers, and who made it releases it once. A large one is retained until the stream has taken it.
   *
   * @returns as {@link write}
   * @throws {WriterFullError} @throws {WriterClosedError} @throws {ReleasedBufferError}
   * @example
   * ```ts
   * import assert from 'node:assert';
   * import { Writable } from 'node:stream';
   * import { BufferedSocketWriter, ByteBufAllocator } from 'rockpool';
   *
   * const received: string[] = [];
   * const sockets = ['a', 'b'].map(
   *   (name) => new Writable({ write: (bytes, _, done) => (received.push(name + bytes), done()) }),
   * );
   * const writers = sockets.map((socket) => new BufferedSocketWriter(socket));
   * const news = ByteBufAllocator.default.buffer(16);
   * news.writeString(': for everybody');
   * for (const writer of writers) writer.writeBorrowed(news);
   * news.release();
   * await Promise.all(writers.map((writer) => writer.drained()));
   * assert.deepEqual(received, ['a: for everybody', 'b: for everybody']);
   * ```
   */
  writeBorrowed(frame: ByteBuf): boolean {
    const bytes = frame.readableBytes;
    if (bytes > this.#copyMaxBytes) return this.#keep(frame.retain(), bytes);
    if (bytes > this.#limit - this.#pending) this.#refuse(bytes);
    this.#gathered.copyShared(frame, bytes);
    return this.#appended(bytes);
  }

  /**
   * The batch itself, to encode into: saves the frame, and the copy. Write up to `bytes` bytes at its `writerIndex`,
   * then {@link commit}. It stays the writer's: do not release or keep it. Without a commit nothing is appended.
   *
   * @param bytes the most that will be written; 0 to 2^30
   * @throws {ArgumentRangeError} `ERR_ROCKPOOL_ARGUMENT_RANGE`
   * @throws {WriterFullError} @throws {WriterClosedError}
   * @example
   * ```ts
   * import assert from 'node:assert';
   * import { Writable } from 'node:stream';
   * import { BufferedSocketWriter } from 'rockpool';
   *
   * const received: string[] = [];
   * const socket = new Writable({ write: (bytes, _, done) => (received.push(bytes.toString('hex')), done()) });
   * const writer = new BufferedSocketWriter(socket);
   * const out = writer.reserve(64);
   * const start = out.writerIndex;
   * const length = out.writeUInt32BE(0).writeString('hello');
   * out.setUInt32BE(start, length); // now that it is known
   * writer.commit();
   * await writer.drained();
   * assert.deepEqual(received, ['0000000568656c6c6f']);
   * ```
   */
  reserve(bytes: number): ByteBuf {
    if (!Number.isInteger(bytes) || bytes < 0 || bytes > 2 ** 30) {
      throw new ArgumentRangeError('reserve', 'bytes', `an integer from 0 to ${2 ** 30}`, bytes);
    }
    if (bytes > this.#limit - this.#pending) this.#refuse(bytes);
    return this.#gathered.reserve(bytes);
  }

  /**
   * Appends what was written into the reserved batch.
   *
   * @returns as {@link write}
   * @throws {WriterFullError} @throws {WriterClosedError}
   */
  commit(): boolean {
    const bytes = this.#gathered.reservedBytes;
    if (bytes > this.#limit - this.#pending) this.#refuse(bytes);
    this.#gathered.commit(bytes);
    return this.#appended(bytes);
  }

  /** Gives what is gathered to the stream now; while it still works on the last flush, when that is done. */
  flush(): void {
    if (this.#writing || this.#pending === 0) return;
    const views = this.#views;
    const target = this.#target;
    if (!target.writable) {
      this.#shut(target.errored);
      return;
    }
    this.#gathered.takeInto(this.#inFlight, views);
    this.#inFlightBytes = this.#pending;
    this.#writing = true;
    this.#flushes++;
    const last = views.length - 1;
    try {
      if (last > 0) target.cork();
      for (let i = 0; i < last; i++) target.write(views[i]);
      target.write(views[last], this.#onTaken);
      if (last > 0) target.uncork();
    } catch (error) {
      target.destroy(error as Error); // a stream of somebody's own whose write throws
    }
    views.length = 0;
  }

  /**
   * Waits until there is room: at once below `highWaterBytes`, else until no more than `lowWaterBytes` are pending.
   *
   * @throws {WriterClosedError} the stream ended before
   */
  ready(): Promise<void> {
    return this.#until(this.#pending < this.#highWaterBytes ? this.#pending : this.#lowWaterBytes);
  }

  /**
   * Flushes, and waits until the stream has taken everything.
   *
   * @throws {WriterClosedError} the stream ended before; `cause` is its error
   */
  drained(): Promise<void> {
    this.flush();
    return this.#until(0);
  }

  /**
   * Flushes, then ends the stream. Nothing more is accepted from now on.
   *
   * @throws {WriterClosedError} the stream was destroyed before all was written; `cause` is its error
   */
  async end(): Promise<void> {
    const drained = this.drained();
    this.#limit = -1;
    await drained;
    await new Promise<void>((resolve, reject) => {
      this.#target.end((error?: Error | null) => {
        if (error == null) resolve();
        else reject(new WriterClosedError('end', error));
      });
    });
  }

  /** Destroys the stream and releases all that is pending. @param error what the stream's `'error'` event gets */
  destroy(error?: Error): void {
    this.#cause ??= error;
    this.#limit = -1;
    this.#gathered.drop();
    this.#pending = this.#inFlightBytes;
    this.#waiters.reject(new WriterClosedError('flush', this.#cause));
    this.#target.destroy(error);
  }

  /** The counters now. */
  stats(): SocketWriterStats {
    return {
      frames: this.#frames,
      bytes: this.#bytes,
      flushes: this.#flushes,
      pendingBytes: this.#pending,
    };
  }

  /** For the schedule that this writer entered: the same as {@link flush}, and it may enter again. */
  flushDue(): void {
    this.#due = false;
    this.flush();
  }

  #writeBytes(data: Uint8Array): boolean {
    if (!(data instanceof Uint8Array)) {
      throw new ArgumentTypeError('write', 'data', 'a ByteBuf or a Uint8Array', data);
    }
    if (data.length > this.#limit - this.#pending) this.#refuse(data.length);
    this.#gathered.copyBytes(data);
    return this.#appended(data.length);
  }

  /** Gathers a buffer that is the writer's now, without a copy. */
  #keep(frame: ByteBuf, bytes: number): boolean {
    try {
      if (bytes > this.#limit - this.#pending) this.#refuse(bytes);
      this.#gathered.keep(frame);
    } catch (error) {
      frame.release();
      throw error;
    }
    return this.#appended(bytes);
  }

  #appended(bytes: number): boolean {
    const pending = this.#pending + bytes;
    this.#pending = pending;
    this.#frames++;
    this.#bytes += bytes;
    if (pending - this.#inFlightBytes >= this.#flushBytes) this.flush();
    else if (!this.#due) this.#enter();
    return pending < this.#highWaterBytes;
  }

  /** Enters the schedule, unless the end of the write at work will see to it. */
  #enter(): void {
    if (this.#writing || this.#schedule === undefined || this.#pending === 0) return;
    this.#due = true;
    this.#schedule.add(this);
  }

  #refuse(bytes: number): never {
    if (this.#limit < 0) throw new WriterClosedError('write', this.#cause);
    throw new WriterFullError(bytes, this.#pending, this.#maxPendingBytes);
  }

  /** The stream is done with the gathered write. */
  #taken(error: Error | null | undefined): void {
    this.#writing = false;
    this.#pending -= this.#inFlightBytes;
    this.#inFlightBytes = 0;
    releaseAll(this.#inFlight);
    // A socket that was destroyed meanwhile says nothing of an error, although it wrote only some of it.
    if (error != null || this.#target.destroyed) {
      this.#shut(error ?? this.#target.errored);
      return;
    }
    const urgent = this.#limit < 0 || this.#waiters.any || this.#pending >= this.#flushBytes;
    this.#waiters.wake(this.#pending);
    if (urgent) this.flush();
    else if (!this.#due) this.#enter();
  }

  /** The stream takes nothing more. */
  #shut(cause: unknown): void {
    this.#cause ??= cause ?? undefined;
    this.#limit = -1;
    this.#gathered.drop();
    this.#inFlightBytes = 0;
    this.#pending = 0;
    releaseAll(this.#inFlight);
    this.#waiters.reject(new WriterClosedError('flush', this.#cause));
  }

  #until(mostBytes: number): Promise<void> {
    if (this.#limit < 0) return Promise.reject(new WriterClosedError('wait', this.#cause));
    return this.#pending <= mostBytes ? Promise.resolve() : this.#waiters.until(mostBytes);
  }
}

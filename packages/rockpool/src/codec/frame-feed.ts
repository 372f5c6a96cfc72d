/// <reference types="node" preserve="true" />
/**
 * Where the bytes of {@link frames} come from: a stream, which pushes and is paused, or an async iterable, which is
 * asked. Both do nothing before `resume()` is called the first time, so that an iteration that never begins holds
 * nothing.
 */

import type { Readable } from 'node:stream';
import type { Allocator } from '../buffer/allocator.ts';
import { ByteBuf } from '../buffer/byte-buf.ts';
import { SourceClosedError } from './frames-errors.ts';
import { PooledReader } from './pooled-reader.ts';

/** What a feed tells. None of it throws. */
export interface FeedSink {
  /** Takes a `ByteBuf` over; bytes are lent. */
  bytes(input: ByteBuf | Uint8Array): void;
  /** There will be no more. */
  ended(): void;
  failed(error: unknown): void;
}

/** A source of bytes. */
export interface Feed {
  /** Bytes are wanted. */
  resume(): void;
  /** None are, until the next `resume`. */
  pause(): void;
  /** None ever will be: the source is destroyed. */
  stop(): void;
}

/** A stream: each read arrives in pooled memory. */
export class StreamFeed implements Feed {
  readonly #source: Readable;
  readonly #sink: FeedSink;
  readonly #allocator: Allocator;
  #reader: PooledReader | undefined = undefined;
  #over = false;

  constructor(source: Readable, sink: FeedSink, allocator: Allocator) {
    this.#source = source;
    this.#sink = sink;
    this.#allocator = allocator;
  }

  resume(): void {
    if (this.#reader === undefined) this.#begin();
    else this.#reader.resume();
  }

  pause(): void {
    this.#reader?.pause();
  }

  stop(): void {
    this.#over = true;
    // Errors of a source that nobody wants any more are nobody's.
    if (this.#reader === undefined) this.#source.on('error', () => {});
    this.#source.destroy();
  }

  #begin(): void {
    const source = this.#source;
    const sink = this.#sink;
    if (source.destroyed || source.readableEnded) {
      if (source.readableEnded) this.#finish(() => sink.ended());
      else this.#finish(() => sink.failed(source.errored ?? new SourceClosedError()));
      return;
    }
    source.on('error', (error) => this.#finish(() => sink.failed(error)));
    source.once('close', () => this.#finish(() => sink.failed(new SourceClosedError())));
    this.#reader = new PooledReader(source, (input) => sink.bytes(input), {
      allocator: this.#allocator,
      onEnd: () => this.#finish(() => sink.ended()),
    });
  }

  #finish(tell: () => void): void {
    if (this.#over) return;
    this.#over = true;
    tell();
  }
}

/** An async iterable: what it yields is lent until the next is asked for. */
export class IterableFeed implements Feed {
  readonly #iterator: AsyncIterator<ByteBuf | Uint8Array>;
  readonly #sink: FeedSink;
  #wanted = false;
  #asking = false;
  #over = false;

  constructor(source: AsyncIterable<ByteBuf | Uint8Array>, sink: FeedSink) {
    this.#iterator = source[Symbol.asyncIterator]();
    this.#sink = sink;
  }

  resume(): void {
    this.#wanted = true;
    if (!this.#asking && !this.#over) void this.#ask();
  }

  pause(): void {
    this.#wanted = false;
  }

  stop(): void {
    if (this.#over) return;
    this.#over = true;
    // What goes wrong while a source ends that nobody wants any more is nobody's.
    void this.#iterator.return?.().catch(() => {});
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    try {
      while (this.#wanted && !this.#over) {
        const { done, value } = await this.#iterator.next();
        if (this.#over) return;
        if (done === true) {
          this.#over = true;
          this.#sink.ended();
        } else {
          this.#sink.bytes(value instanceof ByteBuf ? value.retain() : value);
        }
      }
    } catch (error) {
      if (!this.#over) {
        this.#over = true;
        this.#sink.failed(error);
      }
    } finally {
      this.#asking = false;
    }
  }
}

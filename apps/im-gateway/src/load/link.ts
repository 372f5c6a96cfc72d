/**
 * One connection of the load generator.
 *
 * All connections read into one pooled buffer, as only one read is at work at a time. Frames are looked at where
 * they lie; the beginning of one that is not whole goes into a small pooled buffer of the connection's own until the
 * rest comes. So thousands of connections need no more memory than one, and nothing is made for a delivery.
 */
import { connect, type Socket } from 'node:net';
import { type Allocator, BufferedSocketWriter, type ByteBuf, type FlushTiming } from 'rockpool';
import { HEADER_BYTES, LENGTH_OFFSET } from '../protocol/frame-layout.ts';
import type { FrameType } from '../protocol/frame-type.ts';
import { writeFrame } from '../protocol/frame-writing.ts';

/** The one buffer that all connections read into. */
export class ReadSpace {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly #buf: ByteBuf;

  /** @param capacityBytes of one read at most */
  constructor(allocator: Allocator, capacityBytes: number) {
    this.#buf = allocator.buffer(capacityBytes, capacityBytes);
    this.bytes = this.#buf.toBuffer(0, capacityBytes);
    this.view = viewOf(this.bytes);
  }

  close(): void {
    this.#buf.release();
  }
}

/** What a connection tells: whole frames, where they lie. */
export interface LinkListener {
  /** A read begins, whose frames follow. */
  reading(): void;
  /** The `length` bytes at `at` are a frame; `view` is good for the call. */
  frame(link: Link, view: DataView, bytes: Buffer, at: number, length: number): void;
  closed(link: Link, error: Error | undefined): void;
}

/** A connection. */
export class Link {
  /** Its place among the clients. */
  readonly index: number;
  /** What the gateway calls it. */
  number = 0;
  /** The room's number. */
  room = 0;
  readonly writer: BufferedSocketWriter;
  readonly #socket: Socket;
  readonly #space: ReadSpace;
  readonly #allocator: Allocator;
  readonly #listener: LinkListener;
  /** The beginning of a frame. */
  #carry: ByteBuf | undefined = undefined;
  #error: Error | undefined = undefined;

  constructor(
    index: number,
    address: { readonly host: string; readonly port: number },
    allocator: Allocator,
    space: ReadSpace,
    flush: FlushTiming,
    listener: LinkListener,
  ) {
    this.index = index;
    this.#allocator = allocator;
    this.#space = space;
    this.#listener = listener;
    const onread = {
      buffer: space.bytes,
      callback: (bytes: number): boolean => {
        this.#read(bytes);
        return true;
      },
    };
    this.#socket = connect({ ...address, noDelay: true, onread });
    this.#socket.on('error', (error) => {
      this.#error = error;
    });
    this.#socket.on('close', () => {
      this.#carry?.release();
      this.#carry = undefined;
      listener.closed(this, this.#error);
    });
    this.writer = new BufferedSocketWriter(this.#socket, { allocator, flush, flushBytes: 256 * 1024 });
  }

  /** Sends a frame of a text. For what is rare. */
  send(type: FrameType, body: string): void {
    const out = this.writer.reserve(HEADER_BYTES + 3 * body.length);
    writeFrame(out, { type, id: 0 }, body);
    this.writer.commit();
  }

  end(): void {
    this.writer.end().catch(() => {});
  }

  destroy(): void {
    this.writer.destroy();
  }

  #read(read: number): void {
    this.#listener.reading();
    let at = this.#carry === undefined ? 0 : this.#complete(this.#carry, read);
    const { bytes, view } = this.#space;
    while (read - at >= LENGTH_OFFSET + 4) {
      const length = view.getUint32(at + LENGTH_OFFSET);
      if (length > read - at) break;
      this.#listener.frame(this, view, bytes, at, length);
      at += length;
    }
    if (at < read) this.#keep(at, read);
  }

  /** Fills up the frame that was begun before. @returns where the next one begins */
  #complete(carry: ByteBuf, read: number): number {
    const { bytes } = this.#space;
    let at = 0;
    const headMissing = LENGTH_OFFSET + 4 - carry.readableBytes;
    if (headMissing > 0) {
      at = Math.min(headMissing, read);
      carry.writeBytes(bytes, 0, at);
      if (at < headMissing) return read;
    }
    const length = carry.getUInt32BE(LENGTH_OFFSET);
    const missing = length - carry.readableBytes;
    const take = Math.min(missing, read - at);
    carry.writeBytes(bytes, at, take);
    if (take < missing) return read;
    this.#carry = undefined;
    const frame = carry.toBuffer(0, length);
    this.#listener.frame(this, viewOf(frame), frame, 0, length);
    carry.release();
    return at + take;
  }

  #keep(at: number, read: number): void {
    const { bytes, view } = this.#space;
    const length = read - at >= LENGTH_OFFSET + 4 ? view.getUint32(at + LENGTH_OFFSET) : HEADER_BYTES;
    this.#carry = this.#allocator.buffer(Math.max(length, HEADER_BYTES)).writeBytes(bytes, at, read - at);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/**
 * An order gateway over TCP: each order is copied out of what was read into a record of its own, stays in the book until
 * it is settled, and is confirmed then.
 *
 *     socket ─► pooled reads ─► frames ─► record: a buffer of the order's size ─┐
 *     socket ◄─ confirmation ◄─ checksum of the record ◄─ settled after a while ◄┘
 *
 * So what is live is what came within the time that settling takes, in the sizes that came: when sizes shift, the cache in
 * front of the arena has the wrong ones.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import {
  type Allocator,
  BufferedSocketWriter,
  type ByteBuf,
  LengthFieldFrameDecoder,
  PooledReader,
} from 'rockpool';
import {
  CONFIRMATION,
  CONFIRMATION_BYTES,
  checksum,
  LENGTH_BYTES,
  MAX_TERMS_BYTES,
  ORDER,
  ORDER_HEAD_BYTES,
} from './order-frame.ts';

/** How often the book is looked through, in milliseconds. */
const SETTLE_EVERY_MS = 5;

/** Options of an {@link OrderGateway}. */
export interface OrderGatewayOptions {
  readonly allocator: Allocator;
  /** Milliseconds from an order to its confirmation. 0 to 60,000, default 60. */
  readonly settleMs?: number;
  readonly host?: string;
  /** 0: one that is free, which is the default. */
  readonly port?: number;
}

/** What a gateway counts. `received = settled + refused + open` while its clients are there. */
export interface OrderGatewayStats {
  readonly connections: number;
  readonly received: number;
  readonly settled: number;
  /** Orders that could not be read; each costs its connection. */
  readonly refused: number;
  /** Orders in the book. */
  readonly open: number;
}

/** An order in the book. */
interface Entry {
  readonly writer: BufferedSocketWriter;
  readonly socket: Socket;
  readonly record: ByteBuf;
  readonly dueMs: number;
}

/** A gateway. Owner of all records in its book. */
export class OrderGateway implements AsyncDisposable {
  readonly #allocator: Allocator;
  readonly #settleMs: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #timer: NodeJS.Timeout;
  #book: Entry[] = [];
  #received = 0;
  #settled = 0;
  #refused = 0;

  private constructor({ allocator, settleMs = 60 }: OrderGatewayOptions) {
    this.#allocator = allocator;
    this.#settleMs = settleMs;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.#timer = setInterval(() => this.#settle(performance.now()), SETTLE_EVERY_MS).unref();
  }

  /**
   * Starts one.
   *
   * @throws {RangeError} `settleMs` is out of range
   * @throws Error the port is taken
   */
  static async start(options: OrderGatewayOptions): Promise<OrderGateway> {
    const { settleMs = 60, host = '127.0.0.1', port = 0 } = options;
    if (!(settleMs >= 0 && settleMs <= 60_000)) {
      throw new RangeError(
        `Cannot start gateway as 'settleMs' must be a number from 0 to 60000: received ${settleMs}`,
      );
    }
    const gateway = new OrderGateway(options);
    gateway.#server.listen({ host, port });
    try {
      await once(gateway.#server, 'listening');
    } catch (error) {
      clearInterval(gateway.#timer);
      throw error;
    }
    return gateway;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The counters now. */
  stats(): OrderGatewayStats {
    return {
      connections: this.#sockets.size,
      received: this.#received,
      settled: this.#settled,
      refused: this.#refused,
      open: this.#book.length,
    };
  }

  /** Ends it; what is in the book is released without a confirmation. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    // Readers and writers release what they have when their socket says so, which may be behind the server's end.
    const ended = [...this.#sockets].map((socket) => once(socket.destroy(), 'close'));
    await Promise.all([closed, ...ended]);
    for (const { record } of this.#book) record.release();
    this.#book = [];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    const allocator = this.#allocator;
    const writer = new BufferedSocketWriter(socket, { allocator });
    const decoder = new LengthFieldFrameDecoder({
      maxFrameLength: LENGTH_BYTES + ORDER_HEAD_BYTES + MAX_TERMS_BYTES,
      lengthFieldOffset: 0,
      lengthFieldLength: LENGTH_BYTES,
      initialBytesToStrip: LENGTH_BYTES,
      allocator,
    });
    const onFrame = (frame: ByteBuf): void => {
      try {
        this.#take(frame, socket, writer);
      } finally {
        frame.release();
      }
    };
    new PooledReader(socket, (input) => this.#feed(() => decoder.feed(input, onFrame), socket), {
      allocator,
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      decoder.close();
    });
  }

  #feed(decode: () => void, socket: Socket): void {
    try {
      decode();
    } catch {
      this.#refused++;
      socket.destroy();
    }
  }

  #take(frame: ByteBuf, socket: Socket, writer: BufferedSocketWriter): void {
    if (frame.readableBytes < ORDER_HEAD_BYTES || frame.getUInt8(frame.readerIndex) !== ORDER) {
      throw new Error('no order');
    }
    const record = this.#allocator.buffer(frame.readableBytes);
    record.writeBytes(frame);
    this.#received++;
    this.#book.push({ writer, socket, record, dueMs: performance.now() + this.#settleMs });
  }

  /** Confirms what is due; the book is in the order of arrival, and so of that. */
  #settle(now: number): void {
    const book = this.#book;
    let due = 0;
    while (due < book.length && (book[due] as Entry).dueMs <= now) {
      const { writer, socket, record } = book[due] as Entry;
      due++;
      try {
        if (!socket.destroyed) confirm(writer, record);
      } catch {
        socket.destroy(); // it does not take its confirmations
      } finally {
        this.#settled++;
        record.release();
      }
    }
    if (due > 0) this.#book = book.slice(due);
  }
}

function confirm(writer: BufferedSocketWriter, record: ByteBuf): void {
  const number = record.skipBytes(1).readUInt32BE();
  const terms = record.skipBytes(ORDER_HEAD_BYTES - 5).toBuffer();
  const answer = writer.reserve(CONFIRMATION_BYTES);
  answer.writeUInt32BE(CONFIRMATION_BYTES - LENGTH_BYTES).writeUInt8(CONFIRMATION);
  answer.writeUInt32BE(number).writeInt32BE(checksum(terms));
  writer.commit();
}

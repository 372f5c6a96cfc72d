/**
 * A client that sends a schedule's orders when they are due, whatever the gateway does, and verifies each confirmation:
 * once, with the checksum of what was sent.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ByteBuf, LengthFieldFrameDecoder, PooledReader, unpooled } from 'rockpool';
import { CONFIRMATION, checksum, encodeOrder, LENGTH_BYTES, termsOf } from './order-frame.ts';
import { type Phase, type Slice, slices } from './order-schedule.ts';

/** How often orders go out, in milliseconds. */
const SLICE_MS = 10;
/** Confirmations that are waited for at the end, at most for so long. */
const LAST_MS = 10_000;

/** What a feed is told. */
export interface OrderFeedOptions {
  readonly port: number;
  readonly host?: string;
  readonly phases: readonly Phase[];
  /** Told behind each slice. */
  readonly onSlice?: (slice: Slice) => void;
  readonly signal?: AbortSignal;
}

/** A confirmation that should not be. */
export class OrderFeedError extends Error {
  override readonly name = 'OrderFeedError';
}

/** Feeds one connection. */
export class OrderFeed {
  readonly #socket: Socket;
  /** Checksums of orders that are not confirmed yet. */
  readonly #open = new Map<number, number>();
  #failure: unknown = undefined;
  #sent = 0;
  #confirmed = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const decoder = new LengthFieldFrameDecoder({
      maxFrameLength: 64,
      lengthFieldOffset: 0,
      lengthFieldLength: LENGTH_BYTES,
      initialBytesToStrip: LENGTH_BYTES,
      allocator: unpooled,
    });
    const onFrame = (frame: ByteBuf): void => {
      this.#confirmation(frame);
      frame.release();
    };
    new PooledReader(socket, (input) => decoder.feed(input, onFrame), { allocator: unpooled });
    socket.on('error', (error) => {
      this.#failure ??= error;
    });
    socket.on('close', () => decoder.close());
  }

  /** Connects. */
  static async connect(port: number, host = '127.0.0.1'): Promise<OrderFeed> {
    const socket = connect({ port, host, noDelay: true });
    await once(socket, 'connect');
    return new OrderFeed(socket);
  }

  get sent(): number {
    return this.#sent;
  }

  get confirmed(): number {
    return this.#confirmed;
  }

  /** Sends one order with so many bytes of terms. */
  send(bytes: number): void {
    const number = ++this.#sent;
    const terms = termsOf(number, bytes);
    this.#open.set(number, checksum(terms));
    const order = encodeOrder(
      unpooled,
      { number, instrument: number % 997, quantity: 100 + (number % 900), price: 100 + (number % 50) / 8 },
      terms,
    );
    this.#socket.write(order.toBuffer());
  }

  /**
   * Waits until all that was sent is confirmed.
   *
   * @throws {OrderFeedError} one was wrong, or did not come
   */
  async settled(): Promise<void> {
    const end = performance.now() + LAST_MS;
    while (this.#open.size > 0 && this.#failure === undefined) {
      if (performance.now() > end) throw new OrderFeedError(`${this.#open.size} orders were not confirmed`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  close(): void {
    this.#socket.destroy();
  }

  #confirmation(frame: ByteBuf): void {
    const type = frame.readUInt8();
    const number = frame.readUInt32BE();
    const sum = frame.readInt32BE();
    const expected = this.#open.get(number);
    if (type !== CONFIRMATION || expected !== sum) {
      this.#failure ??= new OrderFeedError(
        `order ${number} was confirmed with ${sum} instead of ${expected}`,
      );
    }
    this.#open.delete(number);
    this.#confirmed++;
  }
}

/**
 * Sends a whole schedule, in time.
 *
 * @returns orders that were sent, all of them confirmed
 * @throws {OrderFeedError} @throws the signal's reason
 */
export async function feedOrders({ port, host, phases, onSlice, signal }: OrderFeedOptions): Promise<number> {
  const feed = await OrderFeed.connect(port, host);
  try {
    const start = performance.now();
    for (const slice of slices(phases, SLICE_MS)) {
      const wait = start + slice.atMs - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      signal?.throwIfAborted();
      for (const bytes of slice.sizes) feed.send(bytes);
      onSlice?.(slice);
    }
    await feed.settled();
    return feed.sent;
  } finally {
    feed.close();
  }
}

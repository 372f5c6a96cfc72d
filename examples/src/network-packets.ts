/**
 * Packets out of a TCP connection, cut without a copy from the memory that the socket reads into.
 *
 * Shows: the socket reads straight into a pooled buffer (`onread`); each packet is a retained slice of it, which
 * goes to a handler that works later and releases it then. The input is let go of as soon as it is full, while
 * packets of it are still in the queue: their slices keep its memory until the last of them is done. Only a packet
 * that lies across two inputs is copied, by its beginning.
 *
 * Do it when packets are many and handled soon. Do not when a few of them are kept for long: a packet of ten bytes
 * holds its whole input. Keep a `copy()` of such a one and release the slice.
 */

import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { type ByteBuf, ByteBufAllocator } from 'rockpool';

const PACKETS = 20_000;
const INPUT_BYTES = 16 * 1024;
const HEADER_BYTES = 6; // sequence number, length of the body
const MAX_BODY_BYTES = 2000;

const allocator = new ByteBufAllocator({ name: 'packets' });

/** Cuts a stream of bytes into packets. */
class PacketReader {
  readonly #handle: (packet: ByteBuf) => void;
  #input: ByteBuf = allocator.buffer(INPUT_BYTES, INPUT_BYTES);
  inputs = 1;
  carriedBytes = 0;

  /** @param handle takes each packet over, and releases it */
  constructor(handle: (packet: ByteBuf) => void) {
    this.#handle = handle;
  }

  /** Where the next bytes go. The view is the socket's until it says `received`, or is closed. */
  get space(): Buffer {
    const { writerIndex, writableBytes } = this.#input;
    return this.#input.toBuffer(writerIndex, writableBytes);
  }

  /** So many bytes have arrived in `space`. */
  received(bytes: number): void {
    const input = this.#input;
    input.writerIndex += bytes;
    while (input.readableBytes >= HEADER_BYTES) {
      const bodyBytes = input.getUInt16BE(input.readerIndex + 4);
      if (bodyBytes > MAX_BODY_BYTES) throw new Error(`a packet of ${bodyBytes} bytes`);
      if (input.readableBytes < HEADER_BYTES + bodyBytes) break;
      this.#handle(input.readRetainedSlice(HEADER_BYTES + bodyBytes));
    }
    if (input.writableBytes === 0) this.#change();
  }

  /** Begins a new input with the packet that the old one has only the beginning of. */
  #change(): void {
    const old = this.#input;
    this.carriedBytes += old.readableBytes;
    this.#input = allocator.buffer(INPUT_BYTES, INPUT_BYTES).writeBytes(old);
    this.inputs++;
    old.release(); // the packets in the queue have references of their own
  }

  /** Only when the socket is closed: until then it may write into the input. */
  close(): void {
    this.#input.release();
  }
}

/** The body of packet `sequence`; whoever knows the number knows what must be in it. */
function bodyOf(sequence: number): Buffer {
  return Buffer.alloc(1 + ((sequence * 37) % 700), sequence & 255);
}

const sent = { packets: 0, bytes: 0 };
const server = createServer((socket) => {
  for (let sequence = 0; sequence < PACKETS; sequence++) {
    const body = bodyOf(sequence);
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32BE(sequence, 0);
    header.writeUInt16BE(body.length, 4);
    socket.write(header);
    socket.write(body);
    sent.packets++;
    sent.bytes += header.length + body.length;
  }
  socket.end();
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

const queue: ByteBuf[] = [];
const received = { packets: 0, bytes: 0, wrong: 0, deepest: 0 };

/** A handler that takes its time: packets wait until the next turn of the event loop. */
function handle(packet: ByteBuf): void {
  if (queue.push(packet) === 1) setImmediate(work);
  received.deepest = Math.max(received.deepest, queue.length);
}

function work(): void {
  for (const packet of queue.splice(0)) {
    try {
      received.bytes += packet.readableBytes;
      const sequence = packet.readUInt32BE();
      const body = bodyOf(sequence);
      const right = sequence === received.packets && packet.readUInt16BE() === body.length;
      if (!right || !packet.equals(body)) received.wrong++;
      received.packets++;
    } finally {
      packet.release();
    }
  }
}

const reader = new PacketReader(handle);
const { port } = server.address() as AddressInfo;
await new Promise<void>((resolve, reject) => {
  const socket = connect({
    port,
    host: '127.0.0.1',
    onread: {
      buffer: () => reader.space,
      callback: (bytes) => {
        reader.received(bytes);
        return true;
      },
    },
  });
  socket.on('error', reject).on('close', () => resolve());
});
reader.close();
await new Promise((resolve) => setImmediate(resolve)); // what is still in the queue
await new Promise((resolve) => server.close(resolve));

const { allocations, hits, activeBuffers, reservedBytes } = allocator.stats();
console.log(`packets sent:              ${sent.packets}, ${sent.bytes} bytes`);
console.log(`packets received:          ${received.packets}, ${received.bytes} bytes`);
console.log(`wrong or out of order:     ${received.wrong}`);
console.log(`most in the queue at once: ${received.deepest}`);
console.log(`inputs:                    ${reader.inputs} of ${INPUT_BYTES} bytes`);
console.log(`bytes copied:              ${((100 * reader.carriedBytes) / received.bytes).toFixed(1)} %`);
console.log(`buffers taken:             ${allocations}, of which used before ${hits}`);
console.log(`buffers not given back:    ${activeBuffers}`);
console.log(`memory held:               ${reservedBytes / 2 ** 20} MiB`);

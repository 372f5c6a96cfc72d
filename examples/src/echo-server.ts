/**
 * A server that sends every frame back, over TCP, with a slow client among quick ones.
 *
 * Shows: sockets read into pooled memory, `frames` cuts them without a copy, and a `BufferedSocketWriter` gathers the
 * answers: many frames a system call. A client that does not read makes its own loop wait (`ready`), so that
 * what waits for it is bounded, and nobody else notices.
 *
 * Mind `allowHalfOpen`: a client that ends after its last question still wants its last answer.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { BufferedSocketWriter, ByteBufAllocator, frames, LengthFieldFrameDecoder } from 'rockpool';

const CLIENTS = 8;
const FRAMES = 5000;
const HEADER_BYTES = 4;
const HIGH_WATER_BYTES = 64 * 1024;

const allocator = new ByteBufAllocator({ name: 'echo' });
const decoder = (): LengthFieldFrameDecoder =>
  new LengthFieldFrameDecoder({
    allocator,
    maxFrameLength: 4096,
    lengthFieldOffset: 0,
    lengthFieldLength: HEADER_BYTES,
  });

const served = { frames: 0, flushes: 0, waits: 0, mostPending: 0 };

async function serve(socket: Socket): Promise<void> {
  const writer = new BufferedSocketWriter(socket, { allocator, highWaterBytes: HIGH_WATER_BYTES });
  for await (const frame of frames(socket, decoder(), { allocator })) {
    served.frames++;
    // The loop releases its reference, the writer takes one of its own.
    if (!writer.write(frame.retain())) {
      served.waits++;
      served.mostPending = Math.max(served.mostPending, writer.pendingBytes);
      await writer.ready();
    }
  }
  await writer.end();
  served.flushes += writer.stats().flushes;
}

const failures: unknown[] = [];
const server = createServer({ allowHalfOpen: true }, (socket) => {
  serve(socket).catch((error) => {
    failures.push(error);
    socket.destroy();
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

/** Sends its frames and counts those that come back in order, and whole. */
async function ask(client: number): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  await once(socket, 'connect');
  const writer = new BufferedSocketWriter(socket, { allocator });
  const asking = (async () => {
    for (let i = 0; i < FRAMES; i++) {
      const frame = allocator.buffer(HEADER_BYTES + 64);
      const bytes = frame.writeUInt32BE(0).writeString(`client ${client}, frame ${i}, ${'x'.repeat(i % 30)}`);
      frame.setUInt32BE(0, bytes);
      if (!writer.write(frame)) await writer.ready();
    }
    await writer.end();
  })();
  let right = 0;
  for await (const frame of frames(socket, decoder(), { allocator })) {
    const text = frame.toString('utf8', HEADER_BYTES, frame.readableBytes - HEADER_BYTES);
    if (text === `client ${client}, frame ${right}, ${'x'.repeat(right % 30)}`) right++;
    // The first client is slow: it takes a rest now and then.
    if (client === 0 && right % 1000 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await asking;
  return right;
}

const answered = await Promise.all(Array.from({ length: CLIENTS }, (_, client) => ask(client)));
await new Promise((resolve) => server.close(resolve));

const { activeBuffers, reservedBytes } = allocator.stats();
console.log(`frames sent:            ${CLIENTS * FRAMES}`);
console.log(`frames served:          ${served.frames}`);
console.log(`right and in order:     ${answered.reduce((sum, right) => sum + right, 0)}`);
console.log(`frames a flush:         ${Math.round(served.frames / served.flushes)}`);
console.log(`waits for a client:     ${served.waits}`);
console.log(`most bytes that waited: ${served.mostPending}`);
console.log(`failures:               ${failures.length}`);
console.log(`buffers not given back: ${activeBuffers}`);
console.log(`memory held:            ${reservedBytes / 2 ** 20} MiB`);

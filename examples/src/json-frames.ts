/**
 * Orders encoded as JSON into pooled bytes, framed, and decoded again.
 *
 * Shows: a frame, which is a length and a text, is written into one pooled buffer with room for nearly any (it
 * grows for the rest); the length is filled in when it is known, so nobody measures the text first. Whoever gets
 * the frame releases it. The program prints what memory and time this takes, and what Buffers take that are made
 * for each message.
 *
 * Do it when messages are many and live briefly, and their garbage is the trouble: none of it is made. Do not
 * expect a faster program from it alone: `JSON.stringify` makes its text either way, which is most of the work, and
 * the ratios that are printed are near 1. Do not when the bytes are kept (a cache, an archive): a buffer that never
 * comes back is memory that the pool cannot use again.
 */
import { type ByteBuf, ByteBufAllocator } from 'rockpool';

const ORDERS = 1000;
const ROUNDS = 20;
const HEADER_BYTES = 4;
const FRAME_BYTES = 4096;

const MiB = 1024 * 1024;

interface Order {
  readonly id: number;
  readonly customer: string;
  readonly lines: readonly { readonly article: string; readonly amount: number; readonly price: number }[];
}

/** 1 to 60 lines, now and then 200, some names outside of ASCII; the same in each run. */
const orders: Order[] = Array.from({ length: ORDERS }, (_, id) => ({
  id,
  customer: `${id % 8 === 0 ? 'Zoë Müller' : 'Ada Miller'} ${id % 97}`,
  lines: Array.from({ length: id % 100 === 99 ? 200 : 1 + (id % 60) }, (_, n) => ({
    article: `A-${(id * 31 + n) % 9973}`,
    amount: 1 + (n % 9),
    price: ((id * 7 + n * 13) % 10_000) / 100,
  })),
}));

const allocator = new ByteBufAllocator({ name: 'frames' });

/** A frame that belongs to the caller. */
function encode(order: Order): ByteBuf {
  const frame = allocator.buffer(FRAME_BYTES);
  try {
    const bytes = frame.writeUInt32BE(0).writeString(JSON.stringify(order));
    return frame.setUInt32BE(0, bytes);
  } catch (error) {
    frame.release(); // nobody else knows of it yet
    throw error;
  }
}

/** The same without a pool: the text must be measured before there is memory for it. */
function encodePlain(order: Order, make: (bytes: number) => Buffer): Buffer {
  const text = JSON.stringify(order);
  const bytes = Buffer.byteLength(text);
  const frame = make(HEADER_BYTES + bytes);
  frame.writeUInt32BE(bytes, 0);
  frame.write(text, HEADER_BYTES);
  return frame;
}

/** Reads a frame; it stays the caller's. */
function decode(frame: ByteBuf): Order {
  return JSON.parse(frame.readString(frame.readUInt32BE()));
}

/** Stands for a socket. */
let bytesSent = 0;
function send(bytes: Buffer): void {
  bytesSent += bytes.readUInt32BE(0);
}

function pooledRound(): void {
  for (const order of orders) {
    const frame = encode(order);
    try {
      send(frame.toBuffer());
    } finally {
      frame.release();
    }
  }
}

function plainRound(make: (bytes: number) => Buffer): void {
  for (const order of orders) send(encodePlain(order, make));
}

/** Nanoseconds of processor time a message, the collector's included; others on the machine do not count. */
function time(round: () => void): number {
  const start = process.cpuUsage();
  round();
  const { user, system } = process.cpuUsage(start);
  return (1000 * (user + system)) / ORDERS;
}

let alike = 0;
let decoded = 0;
let bytes = 0;
let grown = 0;
for (const order of orders) {
  const frame = encode(order);
  try {
    bytes += frame.readableBytes;
    if (frame.capacity > FRAME_BYTES) grown++;
    if (frame.equals(encodePlain(order, Buffer.alloc))) alike++;
    if (JSON.stringify(decode(frame)) === JSON.stringify(order)) decoded++;
  } finally {
    frame.release();
  }
}

// In turn, the first round of each to warm up.
const rounds = Array.from({ length: 1 + ROUNDS }, () => ({
  alloc: time(() => plainRound(Buffer.alloc)),
  allocUnsafe: time(() => plainRound(Buffer.allocUnsafe)),
  pooled: time(pooledRound),
}));
type Way = keyof (typeof rounds)[number];
function median(way: Way): number {
  const times = rounds.slice(1).map((round) => round[way]);
  return times.sort((a, b) => a - b)[ROUNDS >> 1] as number;
}
const ratio = (way: Way) => `ratio to pooled ${(median(way) / median('pooled')).toFixed(2)}`;

const { hitRate, activeBuffers, reservedBytes } = allocator.stats();
const madePerWay = (1 + ROUNDS) * bytes;
console.log(`orders:                      ${ORDERS}, ${Math.round(bytes / ORDERS)} bytes a frame on average`);
console.log(`frames alike both ways:      ${alike}, of which grown ${grown}`);
console.log(`orders decoded as they were: ${decoded}`);
console.log(`buffers not given back:      ${activeBuffers}`);
console.log(`served from the cache:       ${(100 * hitRate).toFixed(1)} %`);
console.log(`memory made, plain:          ${(madePerWay / MiB).toFixed(1)} MiB of Buffers, each way`);
console.log(`memory made, pooled:         ${(reservedBytes / MiB).toFixed(1)} MiB, still there`);
console.log(`Buffer.alloc:                ${median('alloc').toFixed(0)} ns a message, ${ratio('alloc')}`);
console.log(
  `Buffer.allocUnsafe:          ${median('allocUnsafe').toFixed(0)} ns a message, ${ratio('allocUnsafe')}`,
);
console.log(`pooled:                      ${median('pooled').toFixed(0)} ns a message`);
if (bytesSent === 0) throw new Error('nothing was sent');

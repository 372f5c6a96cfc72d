// @ts-check
/** Messages from another thread, by every way there is. The receiver's side; `message-sender.mjs` is the other. */
import { MessageChannel, Worker } from 'node:worker_threads';

/** A word that both share: how many messages were received. Behind it: whether the sender is there. */
export const RECEIVED = 16;
/**
 * Messages on their way at most, by any way: 128, or of large ones as many as 16 MiB hold.
 *
 * @param {number} bytes of a message
 */
export function windowOf(bytes) {
  return Math.max(1, Math.min(128, 2 ** 24 / bytes));
}

/**
 * Writes to every `step`th byte; to all of them, as words.
 *
 * @param {Uint8Array} bytes
 * @param {number} value
 * @param {number} step
 */
export function fillBytes(bytes, value, step) {
  if (step === 1) {
    const words = wordsOf(bytes);
    for (let i = 0; i < words.length; i++) words[i] = value;
    return;
  }
  for (let i = 0; i < bytes.length; i += step) bytes[i] = value;
}

/**
 * Reads what {@link fillBytes} wrote.
 *
 * @param {Uint8Array} bytes
 * @param {number} step
 */
function sumBytes(bytes, step) {
  let sum = 0;
  if (step === 1) {
    const words = wordsOf(bytes);
    for (let i = 0; i < words.length; i++) sum = (sum + /** @type {number} */ (words[i])) | 0;
    return sum;
  }
  for (let i = 0; i < bytes.length; i += step) sum = (sum + /** @type {number} */ (bytes[i])) | 0;
  return sum;
}

/** @type {WeakMap<Uint8Array, Int32Array>} */
const views = new WeakMap();

/** The same bytes as words; made once for bytes that are used again. @param {Uint8Array} bytes */
function wordsOf(bytes) {
  let words = views.get(bytes);
  if (words === undefined) {
    words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
    views.set(bytes, words);
  }
  return words;
}

/**
 * @param {string} way
 * @param {number} bytes of a message
 * @param {number} step which bytes are written and read: 1 all, 64 one a cache line
 * @returns {Promise<import('../types.d.ts').Prepared>}
 */
export async function receiving(way, bytes, step) {
  const control = new Int32Array(new SharedArrayBuffer(256));
  const { port1, port2 } = new MessageChannel();
  /** @type {import('rockpool').SharedChannel | undefined} */
  let channel;
  /** @type {Record<string, unknown>} */
  const data = { way, bytes, step, control, port: port2 };
  if (way === 'channel' || way === 'inline') {
    const { SharedChannel, SharedPool } = await import('rockpool');
    const blockBytes = Math.max(64, bytes);
    // A message in the ring takes a slot of its own, and one for each 16 bytes.
    const slots = way === 'inline' ? 1 + Math.ceil(bytes / 16) : 1;
    const capacity = 2 ** Math.floor(Math.log2(windowOf(bytes) * slots));
    const magazine = Math.max(4, Math.min(32, capacity / 4));
    // What is in the ring, and in the magazines of both sides.
    const blocks = capacity + 2 * magazine;
    const pool = SharedPool.create({
      bytes: blockBytes * blocks,
      classes: [{ bytes: blockBytes, magazine }],
      maxWorkers: 2,
    });
    channel = SharedChannel.create(pool, { capacity });
    data['pool'] = pool.handle;
    data['channel'] = channel.handle;
  }
  const worker = new Worker(new URL('message-sender.mjs', import.meta.url), {
    workerData: data,
    transferList: [port2],
  });
  worker.on('error', (error) => {
    console.error(error);
    process.exit(1);
  });
  while (Atomics.load(control, RECEIVED + 1) === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  worker.unref();
  if (channel !== undefined) {
    const from = channel;
    return {
      run: (count) => {
        let sum = 0;
        for (let n = 0; n < count; n++) {
          const block = /** @type {import('rockpool').SharedBlock} */ (from.receive());
          sum = (sum + sumBytes(block.bytes, step)) | 0;
          block.release();
        }
        return sum;
      },
    };
  }
  let left = 0;
  let sum = 0;
  /** @type {(sum: number) => void} */
  let resolve = () => {};
  port1.on('message', (message) => {
    if (way === 'number') sum = (sum + message) | 0;
    else sum = (sum + sumBytes(message, step)) | 0;
    if (way === 'recycled') port1.postMessage(message, [message.buffer]);
    Atomics.add(control, RECEIVED, 1);
    if ((left & 31) === 0) Atomics.notify(control, RECEIVED);
    left--;
    if (left === 0) resolve(sum);
  });
  return {
    run: (count) =>
      new Promise((done) => {
        left = count;
        resolve = done;
      }),
  };
}

// @ts-check
/**
 * The thread that sends, of the suites about messages: makes and sends them as fast as the receiver lets it, for ever.
 */
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { fillBytes, RECEIVED, windowOf } from './messages.mjs';

const { way, bytes, step, port } = workerData;
/** @type {Int32Array} */
const control = workerData.control;

const window = windowOf(bytes);

/** Waits until fewer than a window are on their way. @param {number} sent */
function hold(sent) {
  for (;;) {
    const received = Atomics.load(control, RECEIVED);
    if (sent - received < window) return;
    Atomics.wait(control, RECEIVED, received, 1);
  }
}

/** @type {Record<string, () => Promise<(count: number) => void>>} */
const ways = {
  channel: async () => {
    const { SharedChannel, SharedPool } = await import('rockpool');
    const pool = SharedPool.attach(workerData.pool);
    const channel = SharedChannel.attach(pool, workerData.channel);
    return (count) => {
      for (let n = 0; n < count; n++) {
        const block = pool.acquire(bytes);
        fillBytes(block.bytes, n, step);
        channel.send(block);
      }
    };
  },
  inline: async () => {
    const { SharedChannel, SharedPool } = await import('rockpool');
    const pool = SharedPool.attach(workerData.pool);
    const channel = SharedChannel.attach(pool, workerData.channel);
    const own = new Uint8Array(bytes);
    return (count) => {
      for (let n = 0; n < count; n++) {
        fillBytes(own, n, step);
        channel.send(own);
      }
    };
  },
  copy: async () => {
    const own = new Uint8Array(bytes);
    let sent = 0;
    return (count) => {
      for (let n = 0; n < count; n++) {
        hold(sent++);
        fillBytes(own, n, step);
        port.postMessage(own);
      }
    };
  },
  transfer: async () => {
    let sent = 0;
    return (count) => {
      for (let n = 0; n < count; n++) {
        hold(sent++);
        const own = new Uint8Array(bytes);
        fillBytes(own, n, step);
        port.postMessage(own, [own.buffer]);
      }
    };
  },
  recycled: async () => {
    /** @type {Uint8Array[]} */
    const idle = [];
    let sent = 0;
    return (count) => {
      for (let n = 0; n < count; n++) {
        hold(sent++);
        for (let back = receiveMessageOnPort(port); back !== undefined; back = receiveMessageOnPort(port)) {
          idle.push(back.message);
        }
        const own = idle.pop() ?? new Uint8Array(bytes);
        fillBytes(own, n, step);
        port.postMessage(own, [/** @type {ArrayBuffer} */ (own.buffer)]);
      }
    };
  },
  number: async () => {
    let sent = 0;
    return (count) => {
      for (let n = 0; n < count; n++) {
        hold(sent++);
        port.postMessage(n);
      }
    };
  },
};

const make = ways[way];
if (make === undefined) throw new RangeError(`Cannot send by '${way}': there is no such way`);
const send = await make();
Atomics.store(control, RECEIVED + 1, 1);
for (;;) send(1000);

/**
 * A thread that sends messages as fast as it is let, and one that receives them: by `postMessage`, or by a channel of shared
 * memory. A message is words, of which one in each line of the cache is written and read, or all; the first is its number,
 * and whoever receives checks it.
 */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import {
  ChannelTimeoutError,
  type SharedBlock,
  SharedChannel,
  type SharedChannelHandle,
  SharedPool,
  type SharedPoolHandle,
} from 'rockpool';
import type { Crewman, Role } from './roles.ts';

interface HandoffData {
  readonly bytes: number;
  /** Words from one that is written to the next. */
  readonly step: number;
}

interface PortData extends HandoffData {
  readonly port: MessagePort;
  /** How many were received. */
  readonly received: Int32Array;
  /** Messages on their way, at most. */
  readonly window: number;
}

interface ChannelData extends HandoffData {
  readonly pool: SharedPoolHandle;
  readonly channel: SharedChannelHandle;
}

/** Messages of a batch. */
const BATCH = 16;
/** A sender that waits is told at every so manieth message. */
const TELL_EVERY = 8;
const SLICE_MS = 1;

const sendCopy: Role = async ({ port, bytes, step, ...flow }: PortData, self) => {
  const message = new Int32Array(bytes / 4);
  return sending(flow, self, (number) => {
    write(message, number, step);
    port.postMessage(message);
  });
};

const sendTransfer: Role = async ({ port, bytes, step, ...flow }: PortData, self) =>
  sending(flow, self, (number) => {
    const message = new Int32Array(bytes / 4);
    write(message, number, step);
    port.postMessage(message, [message.buffer]);
  });

const sendRecycled: Role = async ({ port, bytes, step, ...flow }: PortData, self) => {
  const idle: Int32Array<ArrayBuffer>[] = [];
  return sending(flow, self, (number) => {
    for (let back = receiveMessageOnPort(port); back !== undefined; back = receiveMessageOnPort(port)) {
      idle.push(back.message);
    }
    const message = idle.pop() ?? new Int32Array(bytes / 4);
    write(message, number, step);
    port.postMessage(message, [message.buffer]);
  });
};

const receivePort: Role = async ({ port, step, received }: PortData, self) => {
  listen(port, step, received, self, () => {});
  return undefined;
};

const receiveRecycling: Role = async ({ port, step, received }: PortData, self) => {
  listen(port, step, received, self, (message) => port.postMessage(message, [message.buffer]));
  return undefined;
};

const sendChannel: Role = async ({ pool: handle, channel: to, bytes, step }: ChannelData, self) => {
  const pool = SharedPool.attach(handle);
  const channel = SharedChannel.attach(pool, to);
  const words = wordsOfBlocks();
  let number = 0;
  return () => {
    for (let n = 0; n < BATCH; n++) {
      const block = pool.acquire(bytes);
      write(words(block), number, step);
      while (!sent(channel, block)) if (self.stopped()) return 0;
      number = (number + 1) | 0;
    }
    return 0;
  };
};

const receiveChannel: Role = async ({ pool: handle, channel: from, step }: ChannelData, self) => {
  const channel = SharedChannel.attach(SharedPool.attach(handle), from);
  const words = wordsOfBlocks();
  const check = checking(step, self);
  return () => {
    for (let done = 0; done < BATCH; done++) {
      const block = channel.receive(SLICE_MS);
      if (block === undefined) return done;
      check(words(block));
      block.release();
    }
    return BATCH;
  };
};

/** @returns false: there was no room for a while */
function sent(channel: SharedChannel, block: SharedBlock): boolean {
  try {
    channel.send(block, SLICE_MS);
    return true;
  } catch (error) {
    if (error instanceof ChannelTimeoutError) return false;
    throw error;
  }
}

/** The words of a block; one view for each of them, as they come again. */
function wordsOfBlocks(): (block: SharedBlock) => Int32Array {
  const known: (Int32Array | undefined)[] = [];
  return (block) => {
    const view = known[block.index];
    if (view !== undefined) return view;
    const { buffer, byteOffset, length } = block.bytes;
    const made = new Int32Array(buffer, byteOffset, length >> 2);
    known[block.index] = made;
    return made;
  };
}

function sending(
  { received, window }: Pick<PortData, 'received' | 'window'>,
  self: Crewman,
  send: (number: number) => void,
): () => number {
  let number = 0;
  return () => {
    for (let n = 0; n < BATCH; n++) {
      for (;;) {
        const seen = Atomics.load(received, 0);
        if (((number - seen) | 0) < window) break;
        if (self.stopped()) return 0;
        Atomics.wait(received, 0, seen, SLICE_MS);
      }
      send(number);
      number = (number + 1) | 0;
    }
    return 0;
  };
}

function listen(
  port: MessagePort,
  step: number,
  received: Int32Array,
  self: Crewman,
  giveBack: (message: Int32Array<ArrayBuffer>) => void,
): void {
  const check = checking(step, self);
  let count = 0;
  port.on('message', (message: Int32Array<ArrayBuffer>) => {
    check(message);
    giveBack(message);
    count++;
    self.count(1);
    Atomics.add(received, 0, 1);
    if (count % TELL_EVERY === 0) {
      Atomics.notify(received, 0);
      if (self.stopped()) port.close();
    }
  });
}

function write(words: Int32Array, number: number, step: number): void {
  for (let i = 0; i < words.length; i += step) words[i] = number;
}

/** Reads what was written, and compares it with the number that is due. */
function checking(step: number, self: Crewman): (words: Int32Array) => void {
  let due = 0;
  return (words) => {
    let sum = 0;
    for (let i = 0; i < words.length; i += step) sum = (sum + (words[i] as number)) | 0;
    if (sum !== Math.imul(due, Math.ceil(words.length / step))) self.wrong();
    due = (due + 1) | 0;
  };
}

/** Their names. */
export type HandoffRoleName =
  | 'handoff/send-copy'
  | 'handoff/send-transfer'
  | 'handoff/send-recycled'
  | 'handoff/send-channel'
  | 'handoff/receive-port'
  | 'handoff/receive-recycling'
  | 'handoff/receive-channel';

/** By name. */
export const HANDOFF_ROLES: Record<HandoffRoleName, Role> = {
  'handoff/send-copy': sendCopy,
  'handoff/send-transfer': sendTransfer,
  'handoff/send-recycled': sendRecycled,
  'handoff/send-channel': sendChannel,
  'handoff/receive-port': receivePort,
  'handoff/receive-recycling': receiveRecycling,
  'handoff/receive-channel': receiveChannel,
};

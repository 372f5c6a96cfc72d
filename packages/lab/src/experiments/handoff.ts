/**
 * Messages from one thread to another: copied or transferred by `postMessage`, or as blocks of a SharedPool, by a channel.
 *
 * A byte in every line of the cache is the least that a program does with a message that it got; all of them the most that
 * reading and writing once can be. The larger a message, the more of its time is memory itself, whichever way it comes.
 */
import { MessageChannel } from 'node:worker_threads';
import { SharedChannel, SharedPool } from 'rockpool';
import type { Case, Comparison, Experiment, SampledWorkload } from '../experiment.ts';
import { CREW_WARM_UP_MS, startCrew } from '../threads/crew.ts';
import type { RoleName } from '../threads/roles.ts';
import { lacksTwoCores } from './thread-counts.ts';

const KIB = 1024;
const MIB = KIB * KIB;
const SIZES: readonly (readonly [string, number])[] = [
  ['64 B', 64],
  ['4 KiB', 4 * KIB],
  ['64 KiB', 64 * KIB],
  ['1 MiB', MIB],
];
/** Words of a line. */
const LINE = 16;
/** Messages on their way, by any way: as many, and not more than so many bytes. */
const WINDOW = 128;
const WINDOW_BYTES = 16 * MIB;

/** The experiment. */
export const handoff: Experiment = {
  name: 'handoff',
  summary: 'messages between two threads, 64 B to 1 MiB: postMessage against a SharedChannel',
  secondsPerCase: 2,
  warmUpMs: CREW_WARM_UP_MS,
  notes: [
    'One thread sends as fast as it can, one receives; a third looks at the count. Each message is checked.',
    `Not more than ${WINDOW} messages are on their way, nor ${WINDOW_BYTES / MIB} MiB of them.`,
    'Transfer: a fresh message each time. There and back: its memory is transferred back and used again.',
  ],
  comparisons: SIZES.flatMap(([size, bytes]) => [
    compare(`${size}, a word of each line`, `${idOf(size)}-lines`, bytes, LINE),
    compare(`${size}, all words`, `${idOf(size)}-all`, bytes, 1),
  ]),
};

function idOf(size: string): string {
  return size.toLowerCase().replace(' ', '');
}

function compare(title: string, id: string, bytes: number, step: number): Comparison {
  const post = (name: string, label: string, send: RoleName, receive: RoleName): Case =>
    twoThreads(name, label, () => byPort(send, receive, bytes, step));
  return {
    id,
    title,
    operation: 'message',
    baseline: 'copy',
    pooled: ['channel'],
    cases: [
      post('copy', 'postMessage, copy', 'handoff/send-copy', 'handoff/receive-port'),
      post('transfer', 'transfer', 'handoff/send-transfer', 'handoff/receive-port'),
      post('recycled', 'there and back', 'handoff/send-recycled', 'handoff/receive-recycling'),
      twoThreads('channel', 'SharedChannel', () => byChannel(bytes, step)),
    ],
    pairs: [{ variant: 'channel', baseline: 'recycled' }],
  };
}

function twoThreads(id: string, title: string, start: () => Promise<SampledWorkload>): Case {
  return {
    id,
    title,
    unavailable: lacksTwoCores,
    prepare: start,
  };
}

async function byPort(
  send: RoleName,
  receive: RoleName,
  bytes: number,
  step: number,
): Promise<SampledWorkload> {
  const { port1, port2 } = new MessageChannel();
  const flow = {
    bytes,
    step,
    window: windowOf(bytes),
    received: new Int32Array(new SharedArrayBuffer(4)),
  };
  const workload = await startCrew([
    { role: receive, data: { ...flow, port: port1 }, transfer: [port1] },
    { role: send, data: { ...flow, port: port2 }, transfer: [port2] },
  ]);
  return { ...workload, payloadBytes: bytes };
}

async function byChannel(bytes: number, step: number): Promise<SampledWorkload> {
  const capacity = windowOf(bytes);
  const magazine = Math.max(4, Math.min(32, capacity / 4));
  // What is on its way, and what both threads keep to themselves.
  const blocks = capacity + 2 * magazine;
  const pool = SharedPool.create({ bytes: bytes * blocks, classes: [{ bytes, magazine }], maxWorkers: 3 });
  const channel = SharedChannel.create(pool, { capacity });
  const data = { bytes, step, pool: pool.handle, channel: channel.handle };
  const workload = await startCrew([
    { role: 'handoff/receive-channel', data },
    { role: 'handoff/send-channel', data },
  ]);
  return { ...workload, payloadBytes: bytes };
}

function windowOf(bytes: number): number {
  return Math.min(WINDOW, WINDOW_BYTES / bytes);
}

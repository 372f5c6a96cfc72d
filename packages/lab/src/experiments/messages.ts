/**
 * The main job: encode chat messages into frames, 256 of them in flight, as a gateway does.
 *
 *     8,192 messages with real texts ─► encode ─► ring of 256 frames ─► the oldest is dropped or put back
 *
 * Choices, made to be fair to every variant:
 * - The allocating variants ask `Buffer.byteLength` first and allocate exactly: an upper bound of three bytes a
 *   character would have `Buffer.alloc` clear three times the memory.
 * - The pooled variant is what a user of `ByteBufAllocator` writes: a buffer that is big enough for any legal message,
 *   default options, released when it falls out of the ring. Not having to know the size in advance is part of what
 *   reuse buys.
 * - Messages exist before the loop, with their time in them: no clock is read and no message is made. Both cost the
 *   same in every variant, so leaving them out makes the ratios larger than a program that does them will see.
 * - All variants write the body by the same call, and the header each in its fastest way (`frames/frame-codec.ts`).
 */
import { type ByteBuf, ByteBufAllocator } from 'rockpool';
import type { Case, Experiment, LoopWorkload } from '../experiment.ts';
import { decodeFrame, encodeFresh, encodePooled, type Message } from '../frames/frame-codec.ts';
import { HEADER_BYTES } from '../frames/frame-layout.ts';
import { type MessageBodies, makeBodies } from '../frames/message-bodies.ts';

/** Frames in flight. A power of two. */
const WINDOW = 256;
/** Different messages, encoded in turn. A power of two. */
const MESSAGES = 8192;
const SENDERS = 1024;
const SEED = 20_240_229;
const FIRST_MS = 1_700_000_000_000;

interface Corpus {
  readonly messages: readonly Message[];
  readonly bodies: MessageBodies;
}

const alloc = (bytes: number): Buffer => Buffer.alloc(bytes);
const allocUnsafe = (bytes: number): Buffer => Buffer.allocUnsafe(bytes);

/** The experiment. */
export const messages: Experiment = {
  name: 'messages',
  summary: 'encode real messages into frames, 256 of them in flight: allocated against pooled',
  secondsPerCase: 10,
  notes: [
    'Frame: 24 bytes of header, then 18–1,000 bytes of UTF-8: sentences of nlp-corpus, joined and cut, seeded.',
    'Allocating variants measure the body first and allocate exactly; pooled buffers hold any legal message.',
    'The ratios depend on two choices: messages carry their time (no clock is read while encoding), and the pooled ' +
      'encoder does not measure the body. With either undone the ratios are smaller.',
    'Before measuring, each process proves that all variants make identical bytes that decode to the text.',
  ],
  comparisons: [
    {
      id: 'encode',
      title: 'Encoding messages',
      operation: 'message',
      baseline: 'alloc',
      cases: [
        fresh('alloc', 'Buffer.alloc', alloc),
        fresh('alloc-unsafe', 'Buffer.allocUnsafe', allocUnsafe),
        { id: 'pooled', title: 'ByteBuf', prepare: pooled },
      ],
      pairs: [{ variant: 'pooled', baseline: 'alloc-unsafe' }],
      targets: [
        { variant: 'pooled', baseline: 'alloc', metric: 'speed', atLeast: 4 },
        { variant: 'pooled', baseline: 'alloc', metric: 'gc', atLeast: 0.95 },
        { variant: 'pooled', baseline: 'alloc-unsafe', metric: 'speed', atLeast: 1.6 },
        { variant: 'pooled', baseline: 'alloc-unsafe', metric: 'gc', atLeast: 0.9 },
      ],
    },
  ],
};

function fresh(id: string, title: string, allocate: (bytes: number) => Buffer): Case {
  return { id, title, prepare: () => freshWorkload(allocate) };
}

function freshWorkload(allocate: (bytes: number) => Buffer): LoopWorkload {
  const corpus = makeCorpus();
  const ring = new Array<Buffer | undefined>(WINDOW).fill(undefined);
  let next = 0;
  const run = (count: number): number => {
    let bytes = 0;
    for (let i = 0; i < count; i++) {
      const frame = encodeFresh(allocate, corpus.messages[next & (MESSAGES - 1)] as Message);
      ring[next & (WINDOW - 1)] = frame;
      bytes = (bytes + frame.length) | 0;
      next = (next + 1) | 0;
    }
    return bytes;
  };
  return { kind: 'loop', run, ...shared(corpus) };
}

function pooled(): LoopWorkload {
  const corpus = makeCorpus();
  const allocator = new ByteBufAllocator({ name: 'frames' });
  const ring = new Array<ByteBuf | undefined>(WINDOW).fill(undefined);
  let next = 0;
  const run = (count: number): number => {
    let bytes = 0;
    for (let i = 0; i < count; i++) {
      const frame = encodePooled(allocator, corpus.messages[next & (MESSAGES - 1)] as Message);
      const oldest = ring[next & (WINDOW - 1)];
      ring[next & (WINDOW - 1)] = frame;
      if (oldest !== undefined) oldest.release();
      bytes = (bytes + frame.readableBytes) | 0;
      next = (next + 1) | 0;
    }
    return bytes;
  };
  return { kind: 'loop', run, ...shared(corpus) };
}

function makeCorpus(): Corpus {
  const bodies = makeBodies(MESSAGES, SEED);
  const messages = bodies.texts.map((body, i) => ({
    id: 2 ** 32 - 1 - i,
    sender: i % SENDERS,
    timeMs: FIRST_MS + i,
    body,
  }));
  return { messages, bodies };
}

function shared({ messages, bodies }: Corpus): Omit<LoopWorkload, 'kind' | 'run'> {
  return {
    payloadBytes: HEADER_BYTES + bodies.meanBytes,
    verify: () => verifyEncoders(messages),
    facts: () => ({
      'different messages': messages.length,
      'mean bytes of a body': bodies.meanBytes,
      'share of bodies with multi-byte text': bodies.multiByteShare,
    }),
  };
}

/**
 * Proves that all variants make the same bytes and that those decode to the message.
 *
 * @throws {Error} they do not
 */
export function verifyEncoders(messages: readonly Message[]): void {
  const allocator = new ByteBufAllocator({ name: 'verified frames' });
  for (const message of messages) {
    const expected = encodeFresh(alloc, message);
    const frame = encodePooled(allocator, message);
    const same = expected.equals(encodeFresh(allocUnsafe, message)) && frame.equals(expected);
    frame.release();
    if (!same) throw new Error(`Cannot measure as the variants encode message ${message.id} differently`);
    const decoded = decodeFrame(expected);
    for (const key of ['id', 'sender', 'timeMs', 'body'] as const) {
      if (decoded[key] !== message[key]) {
        throw new Error(`Cannot measure as '${key}' of message ${message.id} decodes to ${decoded[key]}`);
      }
    }
  }
  allocator.close();
}

/**
 * A stream of frames as it was recorded from a socket: whole frames in a row, cut into reads where they happened to
 * be cut. The same reads for the same arguments, so that all decoders have the same work.
 *
 *     frames   │ 0     │ 1   │ 2         │ 3  │ 4     │     the stream ends with a frame, so that it can be
 *     reads    │ 0  │ 1        │ 2    │ 3          │ 4 │     played again and again
 *
 * Lengths of reads are log-uniform from 512 bytes to 64 KiB, which is what Node reads at most: mean about 13 KiB.
 */
import {
  HEADER_BYTES,
  ID_OFFSET,
  LENGTH_OFFSET,
  MAGIC,
  MAGIC_OFFSET,
  SENDER_OFFSET,
} from './frame-layout.ts';
import { makeBodies } from './message-bodies.ts';
import { seededRandom } from './seeded-random.ts';

const SHORTEST_READ = 512;
const LONGEST_READ = 65_536;
/** Bytes of a recording, about: more than the caches of a processor core hold. */
const RECORDED_BYTES = 8 * 1024 * 1024;
const SEED = 20_230_606;

/** Which frames are in a stream. */
export type FrameSize = 'small' | 'corpus' | 'large';

/** What was recorded. */
export interface RecordedStream {
  readonly reads: readonly Buffer[];
  /** The frames, header and all: what every decoder must find. */
  readonly frames: readonly Buffer[];
}

/**
 * Records a stream.
 *
 * @param size `small`: about 100 bytes; `corpus`: the messages of the `messages` experiment, mean 270 bytes;
 * `large`: 16 to 64 KiB
 */
export function recordStream(size: FrameSize): RecordedStream {
  const random = seededRandom(SEED);
  const contents = contentsOf(size, random);
  const frames: Buffer[] = [];
  for (let bytes = 0; bytes < RECORDED_BYTES; ) {
    const frame = frameOf(contents[frames.length % contents.length] as Buffer, frames.length);
    frames.push(frame);
    bytes += frame.length;
  }
  const stream = Buffer.concat(frames);
  const reads: Buffer[] = [];
  for (let at = 0; at < stream.length; ) {
    const length = Math.round(SHORTEST_READ * (LONGEST_READ / SHORTEST_READ) ** random());
    // A copy each, as every read of a socket has memory of its own.
    reads.push(Buffer.from(stream.subarray(at, at + length)));
    at += length;
  }
  return { reads, frames };
}

function contentsOf(size: FrameSize, random: () => number): readonly Buffer[] {
  const bodies = makeBodies(8192, SEED).texts.map((text) => Buffer.from(text));
  switch (size) {
    case 'small':
      return bodies.filter(({ length }) => length >= 40 && length <= 120);
    case 'corpus':
      return bodies;
    case 'large': {
      const text = Buffer.concat(bodies);
      return Array.from({ length: 64 }, () => {
        const length = Math.round(16_384 * 4 ** random());
        const at = Math.floor(random() * (text.length - length));
        return text.subarray(at, at + length);
      });
    }
  }
}

function frameOf(content: Buffer, id: number): Buffer {
  const frame = Buffer.alloc(HEADER_BYTES + content.length);
  frame.writeUInt32BE(MAGIC, MAGIC_OFFSET);
  frame.writeUInt32BE(frame.length, LENGTH_OFFSET);
  frame.writeUInt32BE(id, ID_OFFSET);
  frame.writeUInt32BE(id & 1023, SENDER_OFFSET);
  frame.set(content, HEADER_BYTES);
  return frame;
}

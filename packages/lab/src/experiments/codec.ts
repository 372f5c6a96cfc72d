/**
 * Cutting frames out of a stream: what a server does before anything else with what it reads.
 *
 * Choices, made to be fair to every variant:
 * - All have the same reads, recorded and cut at random once. A read costs the plain decoder nothing here, while in a
 *   program Node allocates 64 KiB for each: that is left out, in favour of the plain one.
 * - Of each frame its number and its last byte are read, and it is dropped at once.
 * - The baseline is the loop that programs have. The variant that cuts the rest once a read is there as well, with
 *   ratios of its own.
 */
import { ByteBufAllocator } from 'rockpool';
import type { Case, Comparison, Experiment, LoopWorkload } from '../experiment.ts';
import {
  bufferList,
  type FrameReader,
  pausedReadable,
  plain,
  plainOffset,
  rockpool,
} from '../frames/frame-readers.ts';
import { type FrameSize, recordStream } from '../frames/recorded-stream.ts';

/** The experiment. */
export const codec: Experiment = {
  name: 'codec',
  summary: 'frames out of a stream: Buffer.concat and subarray against LengthFieldFrameDecoder',
  secondsPerCase: 3,
  notes: [
    'Frames have their length at offset 4. The stream is 8 MiB of them with real text, in reads of 512 B to 64 KiB ' +
      'that are cut at random: the same ones for every variant.',
    'Lent: reads are bytes, which the decoder copies once. Pooled: they come in pooled buffers, as from a socket; the copy ' +
      'into those is paid for here, where the plain variants are given their reads.',
    'Before measuring, each process proves that its variant finds all frames, byte for byte.',
    'Composites copy nothing, and cost an object for each frame that lies in two reads: they are for large frames.',
  ],
  comparisons: [
    compare('small', 'Small frames, about 100 B', [
      { variant: 'lent', baseline: 'plain', metric: 'speed', atLeast: 3 },
      { variant: 'lent', baseline: 'plain', metric: 'gc', atLeast: 0.9 },
      { variant: 'pooled', baseline: 'plain', metric: 'speed', atLeast: 3 },
      { variant: 'pooled', baseline: 'plain', metric: 'gc', atLeast: 0.9 },
    ]),
    compare('corpus', 'Chat messages, mean 270 B'),
    compare('large', 'Large frames, 16 to 64 KiB'),
  ],
};

function compare(size: FrameSize, title: string, targets: Comparison['targets'] = []): Comparison {
  return {
    id: size,
    title,
    operation: 'frame',
    baseline: 'plain',
    pooled: ['lent', 'pooled', 'composite'],
    cases: [
      caseOf('plain', 'concat, subarray', size, () => plain),
      caseOf('plain-offset', 'concat, offset', size, () => plainOffset),
      caseOf('bl', 'bl', size, () => bufferList),
      caseOf('readable', 'readable.read(n)', size, () => pausedReadable),
      caseOf('lent', 'Rockpool, lent', size, () => rockpool(allocator(), 'merge', false)),
      caseOf('pooled', 'Rockpool, pooled', size, () => rockpool(allocator(), 'merge', true)),
      caseOf('composite', 'Rockpool, composite', size, () => rockpool(allocator(), 'composite', true)),
    ],
    pairs: [
      { variant: 'lent', baseline: 'plain-offset' },
      { variant: 'pooled', baseline: 'plain-offset' },
    ],
    targets,
  };
}

function allocator(): ByteBufAllocator {
  return new ByteBufAllocator({ name: 'reads' });
}

function caseOf<T>(id: string, title: string, size: FrameSize, reader: () => FrameReader<T>): Case {
  return { id, title, prepare: () => workload(size, reader()) };
}

function workload<T>(size: FrameSize, reader: FrameReader<T>): LoopWorkload {
  const { reads, frames } = recordStream(size);
  let decoded = 0;
  let sum = 0;
  let next = 0;
  const feed = reader.start((frame) => {
    sum = (sum + reader.finish(frame)) | 0;
    decoded++;
  });
  const run = (count: number): number => {
    // A read gives as many frames as it gives: what is too much counts for the next run.
    while (decoded < count) {
      feed(reads[next] as Buffer);
      next = next + 1 === reads.length ? 0 : next + 1;
    }
    decoded -= count;
    return sum;
  };
  const bytes = frames.reduce((total, frame) => total + frame.length, 0);
  return {
    kind: 'loop',
    run,
    payloadBytes: bytes / frames.length,
    verify: () => verify(reader, reads, frames),
    facts: () => ({
      'mean bytes of a frame': bytes / frames.length,
      'mean bytes of a read': bytes / reads.length,
    }),
  };
}

/**
 * Proves that a reader finds every frame of two plays, byte for byte.
 *
 * @throws {Error} it does not
 */
function verify<T>(reader: FrameReader<T>, reads: readonly Buffer[], frames: readonly Buffer[]): void {
  let found = 0;
  const feed = reader.start((frame) => {
    const expected = frames[found % frames.length] as Buffer;
    if (Buffer.compare(reader.copy(frame), expected) !== 0) throw new Error(`frame ${found} differs`);
    reader.finish(frame);
    found++;
  });
  for (const read of [...reads, ...reads]) feed(read);
  if (found !== 2 * frames.length) throw new Error(`${found} frames of ${2 * frames.length} were found`);
}

/**
 * However a stream is cut, whatever it comes in and wherever memory comes from: the same frames and errors in the
 * same order, the frames intact until they are released, and no memory held in the end.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ByteBuf,
  type Decoder,
  type DecoderOptions,
  DelimiterFrameDecoder,
  FixedLengthFrameDecoder,
  LengthFieldFrameDecoder,
  LineFrameDecoder,
} from '../../src/index.ts';
import { LONG } from '../buffer/long.ts';
import { type Event, feedAll, inputOf, KINDS, SOURCES, textOf } from './inputs.ts';

/** A stream, what it must give, and the decoder that is to do it. */
interface Task {
  readonly stream: Buffer;
  readonly events: readonly Event[];
  readonly decoder: (options: DecoderOptions) => Decoder<ByteBuf>;
}

const MAX = 40;
const TOO_LONG = '! ERR_ROCKPOOL_FRAME_TOO_LONG';
const CORRUPTED = '! ERR_ROCKPOOL_FRAME_CORRUPTED';
const TRUNCATED = '! ERR_ROCKPOOL_FRAME_TRUNCATED';

/** Frames with a length field: good ones, too long ones, and ones shorter than what is to be stripped. */
const lengthField: fc.Arbitrary<Task> = fc
  .record({
    contents: fc.array(
      fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 0, max: MAX }) }, fc.integer({ min: 0, max: 300 })),
      { maxLength: 12 },
    ),
    width: fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const, 8 as const),
    offset: fc.integer({ min: 0, max: 3 }),
    counts: fc.constantFrom('content', 'field', 'frame'),
    strip: fc.integer({ min: 0, max: 16 }),
    little: fc.boolean(),
    failFast: fc.boolean(),
    rest: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ contents, width, offset, counts, strip, little, failFast, rest }) => {
    const header = offset + width;
    const lengthAdjustment = counts === 'content' ? 0 : counts === 'field' ? -width : -header;
    const maxFrameLength = header + MAX;
    const lengths = contents.map((length) => (width === 1 ? Math.min(length, 200) : length));
    const frames = lengths.map((length, number) => {
      const frame = Buffer.alloc(header + length, number + 1);
      const field = BigInt(length - lengthAdjustment);
      for (let i = 0; i < width; i++) {
        const shift = BigInt(8 * (little ? i : width - 1 - i));
        frame[offset + i] = Number((field >> shift) & 255n);
      }
      return frame;
    });
    const left = Math.min(rest, header - 1);
    const events = frames.map((frame) => {
      if (frame.length > maxFrameLength) return TOO_LONG;
      return frame.length < strip ? CORRUPTED : frame.toString('latin1', strip);
    });
    return {
      stream: Buffer.concat([...frames, Buffer.alloc(left)]),
      events: left > 0 ? [...events, TRUNCATED] : events,
      decoder: (options) =>
        new LengthFieldFrameDecoder({
          ...options,
          maxFrameLength,
          lengthFieldOffset: offset,
          lengthFieldLength: width,
          lengthAdjustment,
          initialBytesToStrip: strip,
          failFast,
          byteOrder: little ? 'little' : 'big',
        }),
    };
  });

/** Frames that the options cut at `delimiters`, found byte by byte: the shortest frame, of those the longest delimiter. */
function cutAt(stream: string, delimiters: readonly string[], options: DelimitedTask): Event[] {
  const events: Event[] = [];
  let frame = 0;
  for (let at = 0; at < stream.length; at++) {
    const found = delimiters
      .filter((delimiter) => stream.startsWith(delimiter, at))
      .sort((a, b) => b.length - a.length)[0];
    if (found === undefined) continue;
    events.push(at - frame > MAX ? TOO_LONG : stream.slice(frame, options.strip ? at : at + found.length));
    frame = at + found.length;
    at = frame - 1;
  }
  const left = stream.length - frame;
  if (left > MAX) events.push(TOO_LONG);
  else if (left > 0) events.push(options.emitLast ? stream.slice(frame) : TRUNCATED);
  return events;
}

interface DelimitedTask {
  readonly strip: boolean;
  readonly failFast: boolean;
  readonly emitLast: boolean;
}

const delimitedTask: fc.Arbitrary<DelimitedTask> = fc.record({
  strip: fc.boolean(),
  failFast: fc.boolean(),
  emitLast: fc.boolean(),
});

/** Text of few letters, in which delimiters are often, and half ones; with runs that are too long. */
function text(letters: string): fc.Arbitrary<string> {
  const piece = fc.string({ unit: fc.constantFrom(...letters), maxLength: 12 });
  const run = fc.integer({ min: MAX - 3, max: MAX + 30 }).map((length) => 'x'.repeat(length));
  return fc
    .array(fc.oneof({ weight: 6, arbitrary: piece }, run), { maxLength: 12 })
    .map((pieces) => pieces.join(''));
}

const lines: fc.Arbitrary<Task> = fc.tuple(text('ab\r\n\n'), delimitedTask).map(([stream, task]) => ({
  stream: Buffer.from(stream, 'latin1'),
  events: cutAt(stream, ['\r\n', '\n'], task),
  decoder: (options) => new LineFrameDecoder({ ...options, ...task, maxLength: MAX }),
}));

const delimited: fc.Arbitrary<Task> = fc
  .tuple(
    text('ab;;\n\0'),
    delimitedTask,
    fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', ';', '\n', '\0'), minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([stream, task, delimiters]) => ({
    stream: Buffer.from(stream, 'latin1'),
    events: cutAt(stream, delimiters, task),
    decoder: (options) => new DelimiterFrameDecoder({ ...options, ...task, delimiters, maxLength: MAX }),
  }));

const fixed: fc.Arbitrary<Task> = fc
  .record({ length: fc.integer({ min: 1, max: 300 }), stream: fc.uint8Array({ maxLength: 900 }) })
  .map(({ length, stream: bytes }) => {
    const stream = Buffer.from(bytes);
    const events: Event[] = [];
    let at = 0;
    for (; at + length <= stream.length; at += length)
      events.push(stream.toString('latin1', at, at + length));
    if (at < stream.length) events.push(TRUNCATED);
    return { stream, events, decoder: (options) => new FixedLengthFrameDecoder({ ...options, length }) };
  });

/** How a stream comes: the lengths of its reads, used in turn, and what they come in. */
const reads = fc.record({
  sizes: fc.oneof<fc.Arbitrary<readonly number[]>[]>(
    fc.constant([1]),
    fc.constant([100_000]),
    fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 400 })), {
      minLength: 1,
      maxLength: 9,
    }),
  ),
  kinds: fc.array(fc.constantFrom(...KINDS), { minLength: 1, maxLength: 5 }),
  cumulation: fc.constantFrom('merge' as const, 'composite' as const),
  discardAfterReads: fc.constantFrom(1, 2, 16),
  /** How many frames the handler holds before it releases the oldest. */
  held: fc.constantFrom(0, 0, 1, 1000),
});

/** An error, or those that are suppressed in one. */
function allErrors(error: unknown): readonly { readonly code: string }[] {
  const { error: outer, suppressed } = error as { readonly error?: unknown; readonly suppressed?: unknown };
  if (outer === undefined) return [error as { readonly code: string }];
  return [...allErrors(suppressed), ...allErrors(outer)];
}

describe.each(SOURCES)('with memory that is $name,', ({ make }) => {
  it.each([
    ['frames with a length field', lengthField],
    ['lines', lines],
    ['frames with delimiters', delimited],
    ['frames of a fixed length', fixed],
  ])('%s are the same however the stream is cut', (_, tasks) => {
    const property = fc.property(
      tasks,
      reads,
      (task, { sizes, kinds, cumulation, discardAfterReads, held }) => {
        const { allocator, expectNothingHeld } = make();
        const decoder = task.decoder({ allocator, cumulation, discardAfterReads });
        const { stream } = task;
        const events: Event[] = [];
        const frames: { frame: ByteBuf; text: string }[] = [];
        const letGo = (count: number): void => {
          for (const { frame, text } of frames.splice(0, frames.length - count)) {
            expect(textOf(frame)).toBe(text);
            frame.release();
          }
        };
        const onFrame = (frame: ByteBuf): void => {
          const text = textOf(frame);
          events.push(text);
          frames.push({ frame, text });
          letGo(Math.min(held, frames.length));
        };
        const total = sizes.reduce((sum, size) => sum + size, 0);
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = total === 0 ? 1 : (sizes[i % sizes.length] as number);
          const kind = kinds[i % kinds.length] as (typeof KINDS)[number];
          const { input, after } = inputOf(allocator, kind, stream.subarray(at, at + size));
          at += size;
          feedAll(decoder, input, events, onFrame);
          after();
        }
        // What is certain only at the end comes as it comes there: frames first, and then all errors as one.
        const fed = events.length;
        try {
          decoder.end(onFrame);
        } catch (error) {
          for (const { code } of allErrors(error)) events.push(`! ${code}`);
        }
        expect(events.slice(0, fed)).toEqual(task.events.slice(0, fed));
        expect(events.slice(fed).sort()).toEqual(task.events.slice(fed).sort());
        expect(decoder.closed).toBe(true);
        expect(decoder.bufferedBytes).toBe(0);
        letGo(0);
        expectNothingHeld();
      },
    );
    fc.assert(property, { numRuns: LONG ? 20_000 : 400 });
  });
});

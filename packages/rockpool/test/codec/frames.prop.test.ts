/** However a stream is cut, and whatever carries it, the same frames come out, and nothing is left behind. */
import { PassThrough, Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ByteBuf, wrap } from '../../src/buffer/index.ts';
import { frames, LengthFieldFrameDecoder } from '../../src/codec/index.ts';
import { expectNothingOut, pair, paranoidAllocator } from './loopback.ts';

const RUNS = 60;

const stream = fc.record({
  sizes: fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 30 }),
  cuts: fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 40 }),
  highWaterFrames: fc.integer({ min: 1, max: 8 }),
  stopAfter: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
  retainEvery: fc.integer({ min: 1, max: 5 }),
  left: fc.integer({ min: 0, max: 3 }),
});

function encode(sizes: readonly number[]): Buffer {
  return Buffer.concat(
    sizes.map((size, i) => {
      const frame = Buffer.alloc(size + 2, i);
      frame.writeUInt16BE(size);
      return frame;
    }),
  );
}

function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const parts: Buffer[] = [];
  let at = 0;
  for (const length of cuts) {
    if (at >= bytes.length) break;
    parts.push(bytes.subarray(at, at + length));
    at += length;
  }
  if (at < bytes.length) parts.push(bytes.subarray(at));
  return parts;
}

type Carry = (
  parts: Buffer[],
) => Promise<[source: Readable | AsyncIterable<ByteBuf | Uint8Array>, close: () => unknown]>;

const CARRIERS: Record<string, Carry> = {
  'a PassThrough': async (parts) => {
    const through = new PassThrough();
    for (const part of parts) through.write(part);
    through.end();
    return [through, () => {}];
  },
  'a Readable': async (parts) => [Readable.from(parts, { objectMode: false }), () => {}],
  'an iterable of buffers': async (parts) => {
    async function* blocks(): AsyncGenerator<ByteBuf> {
      for (const part of parts) {
        const block = wrap(part);
        try {
          yield block;
        } finally {
          block.release();
        }
      }
    }
    return [blocks(), () => {}];
  },
  'a socket': async (parts) => {
    const ends = await pair();
    for (const part of parts) ends.client.write(part);
    ends.client.end();
    return [ends.server, ends.close];
  },
};

describe.each(Object.entries(CARRIERS))('%s', (_, carry) => {
  it('gives the frames that went in', async () => {
    await fc.assert(
      fc.asyncProperty(stream, async ({ sizes, cuts, highWaterFrames, stopAfter, retainEvery, left }) => {
        const allocator = paranoidAllocator();
        const bytes = Buffer.concat([encode(sizes), Buffer.alloc(left, 255)]);
        const [source, close] = await carry(cut(bytes, cuts));
        const decoder = new LengthFieldFrameDecoder({
          allocator,
          maxFrameLength: 70_000,
          lengthFieldOffset: 0,
          lengthFieldLength: 2,
          initialBytesToStrip: 2,
        });
        const got: [number, number | undefined][] = [];
        const kept: ByteBuf[] = [];
        let failure: unknown;
        try {
          for await (const frame of frames(source, decoder, { allocator, highWaterFrames })) {
            const all = frame.toBuffer();
            expect(all.every((byte) => byte === got.length)).toBe(true);
            got.push([frame.readableBytes, all[0]]);
            if (got.length % retainEvery === 0) kept.push(frame.retain());
            if (got.length === stopAfter) break;
          }
        } catch (error) {
          failure = error;
        }
        const expected = sizes.map((size, i) => [size, size === 0 ? undefined : i]).slice(0, stopAfter);
        expect(got).toEqual(expected);
        const stopped = stopAfter !== undefined && stopAfter <= sizes.length;
        if (left > 0 && !stopped)
          expect(failure).toMatchObject({ code: 'ERR_ROCKPOOL_FRAME_TRUNCATED', length: left });
        else expect(failure).toBe(undefined);
        for (const frame of kept) frame.release();
        await close();
        await new Promise((resolve) => setImmediate(resolve));
        expectNothingOut(allocator);
      }),
      { numRuns: RUNS },
    );
  });
});

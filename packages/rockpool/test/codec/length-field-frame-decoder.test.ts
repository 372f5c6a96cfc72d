import { describe, expect, it } from 'vitest';
import {
  CorruptedFrameError,
  DecoderClosedError,
  FrameTooLongError,
  LengthFieldFrameDecoder,
  type LengthFieldFrameDecoderOptions,
} from '../../src/index.ts';
import { rockpoolErrorOf } from '../buffer/tools.ts';
import { pool } from './inputs.ts';

/** A decoder over a pool, what it emitted as hex, and the errors it threw. */
function setUp(options: Partial<LengthFieldFrameDecoderOptions>) {
  const { allocator, expectNothingHeld } = pool();
  const decoder = new LengthFieldFrameDecoder({
    allocator,
    maxFrameLength: 64,
    lengthFieldOffset: 0,
    lengthFieldLength: 2,
    ...options,
  });
  const frames: string[] = [];
  const feed = (hex: string): void =>
    decoder.feed(Buffer.from(hex, 'hex'), (frame) => {
      frames.push(frame.hexDump());
      frame.release();
    });
  return { decoder, frames, feed, expectNothingHeld };
}

const HELLO = '68656c6c6f';

describe('the parameters', () => {
  it.each<[string, Partial<LengthFieldFrameDecoderOptions>, string, string]>([
    ['a length of the content', {}, `0005${HELLO}`, `0005${HELLO}`],
    ['the header stripped', { initialBytesToStrip: 2 }, `0005${HELLO}`, HELLO],
    ['a length that counts its field', { lengthAdjustment: -2 }, `0007${HELLO}`, `0007${HELLO}`],
    [
      'a header before the length',
      { lengthFieldOffset: 2, lengthFieldLength: 3 },
      `cafe000005${HELLO}`,
      `cafe000005${HELLO}`,
    ],
    [
      'a header between length and content',
      { lengthFieldLength: 3, lengthAdjustment: 2 },
      `000005cafe${HELLO}`,
      `000005cafe${HELLO}`,
    ],
    [
      'headers on both sides, the first and the length stripped',
      { lengthFieldOffset: 1, lengthAdjustment: 1, initialBytesToStrip: 3 },
      `ca0005fe${HELLO}`,
      `fe${HELLO}`,
    ],
    [
      'the same, the length of the whole frame',
      { lengthFieldOffset: 1, lengthAdjustment: -3, initialBytesToStrip: 3 },
      `ca0009fe${HELLO}`,
      `fe${HELLO}`,
    ],
    [
      'a frame length at offset 4',
      { lengthFieldOffset: 4, lengthFieldLength: 4, lengthAdjustment: -8 },
      `cafebabe0000000d${HELLO}`,
      `cafebabe0000000d${HELLO}`,
    ],
    ['one byte', { lengthFieldLength: 1 }, `05${HELLO}`, `05${HELLO}`],
    ['eight bytes', { lengthFieldLength: 8 }, `0000000000000005${HELLO}`, `0000000000000005${HELLO}`],
    ['two bytes, little-endian', { byteOrder: 'little' }, `0500${HELLO}`, `0500${HELLO}`],
    [
      'three bytes, little-endian',
      { byteOrder: 'little', lengthFieldLength: 3, maxFrameLength: 1 << 20 },
      `050000${HELLO}`,
      `050000${HELLO}`,
    ],
    [
      'four bytes, little-endian',
      { byteOrder: 'little', lengthFieldLength: 4 },
      `05000000${HELLO}`,
      `05000000${HELLO}`,
    ],
    [
      'eight bytes, little-endian',
      { byteOrder: 'little', lengthFieldLength: 8 },
      `0500000000000000${HELLO}`,
      `0500000000000000${HELLO}`,
    ],
  ])('%s', (_, options, stream, frame) => {
    const { decoder, frames, feed, expectNothingHeld } = setUp(options);
    feed(stream);
    feed(stream + stream.slice(0, 4));
    expect(frames).toEqual([frame, frame]);
    expect(decoder.bufferedBytes).toBe(2);
    decoder.close();
    expectNothingHeld();
  });

  it('every byte of a length counts', () => {
    for (const byteOrder of ['big', 'little'] as const) {
      const { decoder, feed } = setUp({ lengthFieldLength: 3, byteOrder, maxFrameLength: 0x40000 });
      feed(byteOrder === 'big' ? '030201' : '010203');
      decoder.feed(Buffer.alloc(0x030201, 7), (frame) => {
        expect(frame.readableBytes).toBe(3 + 0x030201);
        expect(frame.getUInt8(frame.writerIndex - 1)).toBe(7);
        frame.release();
      });
      expect(decoder.bufferedBytes).toBe(0);
    }
  });

  it('empty frames are frames', () => {
    const { frames, feed } = setUp({ initialBytesToStrip: 2 });
    feed('000000000000');
    expect(frames).toEqual(['', '', '']);
  });

  it('a frame of the largest length is one, and one more byte is too many', () => {
    const { frames, feed } = setUp({ maxFrameLength: 7 });
    feed(`0005${HELLO}`);
    expect(frames).toHaveLength(1);
    expect(() => feed('0006')).toThrow(FrameTooLongError);
  });
});

describe('a frame that is too long', () => {
  const long = `0010${'aa'.repeat(16)}`;

  it('is an error at once, discarded across reads, and a good one after it decodes', () => {
    const { decoder, frames, feed, expectNothingHeld } = setUp({ maxFrameLength: 8 });
    feed(`0005${HELLO}`);
    const error = rockpoolErrorOf(() => feed(long.slice(0, 10)));
    expect(error).toBeInstanceOf(FrameTooLongError);
    expect(error).toMatchObject({ length: 18, maximum: 8, offset: 7, code: 'ERR_ROCKPOOL_FRAME_TOO_LONG' });
    expect(error.message).toBe(
      "Cannot decode frame at byte 7 as 'maxFrameLength' is 8: received a frame of 18 bytes",
    );
    expect(decoder.bufferedBytes).toBe(0);
    feed(long.slice(10, 20));
    feed(`${long.slice(20)}0005${HELLO}`);
    expect(frames).toEqual([`0005${HELLO}`, `0005${HELLO}`]);
    decoder.end();
    expectNothingHeld();
  });

  it('without failFast is an error when all of it was discarded', () => {
    const { decoder, frames, feed } = setUp({ maxFrameLength: 8, failFast: false });
    feed(long.slice(0, 10));
    feed(long.slice(10, 20));
    expect(decoder.bufferedBytes).toBe(0);
    const error = rockpoolErrorOf(() => feed(`${long.slice(20)}0005${HELLO}`));
    expect(error).toMatchObject({ length: 18, offset: 0 });
    expect(decoder.bufferedBytes).toBe(7);
    feed('');
    expect(frames).toEqual([`0005${HELLO}`]);
  });

  it('leaves what is behind it in the same read for the next feed', () => {
    for (const failFast of [true, false]) {
      const { decoder, frames, feed, expectNothingHeld } = setUp({ maxFrameLength: 8, failFast });
      expect(() => feed(`0005${HELLO}${long}0005${HELLO}${long}0005${HELLO}`)).toThrow(FrameTooLongError);
      expect(frames).toHaveLength(1);
      expect(() => feed('')).toThrow(FrameTooLongError);
      expect(frames).toHaveLength(2);
      feed('');
      expect(frames).toHaveLength(3);
      expect(decoder.bufferedBytes).toBe(0);
      expectNothingHeld();
    }
  });

  it('that never ends is an error at the end, where it was not told before', () => {
    const slow = setUp({ maxFrameLength: 8, failFast: false });
    slow.feed(long.slice(0, 10));
    expect(rockpoolErrorOf(() => slow.decoder.end())).toMatchObject({ length: 18, offset: 0 });
    expect(slow.decoder.closed).toBe(true);

    const fast = setUp({ maxFrameLength: 8 });
    expect(() => fast.feed(long.slice(0, 10))).toThrow(FrameTooLongError);
    fast.decoder.end();
    expect(fast.decoder.closed).toBe(true);
  });

  it('may have any length that eight bytes can say', () => {
    const { decoder, feed } = setUp({ lengthFieldLength: 8 });
    expect(rockpoolErrorOf(() => feed('7fffffffffffffff'))).toMatchObject({ maximum: 64 });
    feed('00'.repeat(1000));
    expect(decoder.bufferedBytes).toBe(0);
    expect(decoder.closed).toBe(false);
  });
});

describe('a length that cannot be', () => {
  it.each<[string, Partial<LengthFieldFrameDecoderOptions>, string, number, number]>([
    ['negative', { lengthFieldLength: 8 }, 'ffffffffffffffff', 7, 8],
    ['negative, little-endian', { lengthFieldLength: 8, byteOrder: 'little' }, 'feffffffffffffff', 6, 8],
    ['negative after adjustment', { lengthAdjustment: -10 }, '0003', -5, 2],
    ['shorter than its header', { lengthFieldOffset: 3, lengthAdjustment: -5 }, 'cafe000004', 4, 5],
  ])('%s closes the decoder', (_, options, hex, length, minimum) => {
    const { decoder, feed, expectNothingHeld } = setUp(options);
    const error = rockpoolErrorOf(() => feed(`${hex}0005${HELLO}`));
    expect(error).toBeInstanceOf(CorruptedFrameError);
    expect(error).toMatchObject({ length, minimum, offset: 0, code: 'ERR_ROCKPOOL_FRAME_CORRUPTED' });
    expect(decoder.closed).toBe(true);
    expect(decoder.bufferedBytes).toBe(0);
    expectNothingHeld();
    const after = rockpoolErrorOf(() => feed('00'));
    expect(after).toBeInstanceOf(DecoderClosedError);
    expect(after.cause).toBe(error);
    decoder.end();
  });

  it('shorter than what is to be stripped is an error, and the decoder is not stuck', () => {
    const { decoder, frames, feed, expectNothingHeld } = setUp({ initialBytesToStrip: 5 });
    const error = rockpoolErrorOf(() => feed(`0002aa`));
    expect(error).toMatchObject({ length: 4, minimum: 5, offset: 0, code: 'ERR_ROCKPOOL_FRAME_CORRUPTED' });
    feed(`bb0005${HELLO}`);
    expect(frames).toEqual([HELLO.slice(6)]);
    decoder.end();
    expectNothingHeld();
  });
});

describe('memory', () => {
  it('a frame in one read is a slice of the read', () => {
    const { allocator, expectNothingHeld } = pool();
    const decoder = new LengthFieldFrameDecoder({
      allocator,
      maxFrameLength: 64,
      lengthFieldOffset: 0,
      lengthFieldLength: 1,
    });
    const input = allocator.buffer(64).writeBytes(Buffer.from([2, 1, 1, 2, 2, 2, 9]));
    const seen = input.toBuffer(0, 64);
    decoder.feed(input, (frame) => {
      frame.setUInt8(1, 77);
      frame.release();
    });
    expect([seen[1], seen[4]]).toEqual([77, 77]);
    expect(input.refCnt).toBe(0); // the beginning of the next frame lies elsewhere
    expect(decoder.bufferedBytes).toBe(1);
    decoder.close();
    expectNothingHeld();
  });

  it('a long frame that comes in pieces reserves no more than a few times what came', () => {
    const { allocator, expectNothingHeld } = pool({ chunkBytes: 1 << 24 });
    const decoder = new LengthFieldFrameDecoder({
      allocator,
      maxFrameLength: 2 ** 31 - 1,
      lengthFieldOffset: 0,
      lengthFieldLength: 4,
    });
    decoder.feed(Buffer.from([0x7f, 0, 0, 0]), () => {});
    expect(allocator.stats().activeBytes).toBeLessThanOrEqual(65_536);
    decoder.feed(Buffer.alloc(200_000), () => {});
    expect(allocator.stats().activeBytes).toBeLessThanOrEqual(2 * 262_144);
    decoder.close();
    expectNothingHeld();
  });
});

import fc from 'fast-check';
import { ByteBufAllocator, unpooled } from 'rockpool';
import { expect, test } from 'vitest';
import { decodeFrame, encodeFresh, encodePooled, type Message } from '../../src/frames/frame-codec.ts';
import { FRAME_CAPACITY_BYTES, HEADER_BYTES } from '../../src/frames/frame-layout.ts';
import { MAX_BODY_BYTES } from '../../src/frames/message-bodies.ts';

const alloc = (bytes: number) => Buffer.alloc(bytes);
const body = fc
  .string({ unit: 'binary', maxLength: 300 })
  .filter((s) => Buffer.byteLength(s) <= MAX_BODY_BYTES);
const message: fc.Arbitrary<Message> = fc.record({
  id: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  sender: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  timeMs: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  body,
});

test('a frame decodes to the message that was encoded', () => {
  fc.assert(
    fc.property(message, (sent) => {
      expect(decodeFrame(encodeFresh(alloc, sent))).toEqual(sent);
    }),
  );
});

test('all encoders make the same bytes, whatever a buffer held before', () => {
  const allocator = new ByteBufAllocator();
  const dirty = (bytes: number) => Buffer.alloc(bytes, 0xa5);
  fc.assert(
    fc.property(message, (sent) => {
      const expected = encodeFresh(alloc, sent);
      expect(encodeFresh(dirty, sent).equals(expected)).toBe(true);
      for (const from of [allocator, unpooled]) {
        const frame = encodePooled(from, sent);
        expect(frame.toBuffer().equals(expected)).toBe(true);
        frame.fill(0xa5, 0, frame.capacity).release();
      }
    }),
  );
  expect(allocator.stats().activeBuffers).toBe(0);
});

test('the longest body fits, in any script, and one byte more is refused', () => {
  const allocator = new ByteBufAllocator();
  for (const character of ['a', 'é', '漢', '😀']) {
    const size = Buffer.byteLength(character);
    const longest = character.repeat(Math.floor(MAX_BODY_BYTES / size));
    const fits: Message = { id: 1, sender: 2, timeMs: 3, body: longest };
    const frame = encodePooled(allocator, fits);
    expect(decodeFrame(frame.toBuffer())).toEqual(fits);
    frame.release();
    const over: Message = { ...fits, body: `${longest}${character.repeat(1)}a` };
    expect(() => encodePooled(allocator, over)).toThrow(RangeError);
    expect(() => encodeFresh(alloc, over)).toThrow(RangeError);
  }
  expect(allocator.stats().activeBuffers).toBe(0);
});

test('a frame holds three bytes for each of the longest body’s units', () => {
  expect(HEADER_BYTES).toBe(24);
  expect(FRAME_CAPACITY_BYTES).toBe(3024);
});

test('a wrong magic or length is refused', () => {
  const bytes = encodeFresh(alloc, { id: 1, sender: 2, timeMs: 3, body: 'hello' });
  expect(() => decodeFrame(bytes.subarray(0, 26))).toThrow(/length is 29: received 26 bytes/);
  bytes[0] = 0;
  expect(() => decodeFrame(bytes)).toThrow(/magic is 0x504c4d/);
});

import { expect, test } from 'vitest';
import { ByteBufAllocator, LengthFieldFrameDecoder } from '../../src/index.ts';

test('frames cut at any byte, in any kind of input, arrive whole and in order', () => {
  const allocator = new ByteBufAllocator();
  const stream = Buffer.concat(
    ['one', '', 'three', 'x'.repeat(300)].map((text) =>
      Buffer.concat([Buffer.from([0, text.length >> 8, text.length & 0xff]), Buffer.from(text)]),
    ),
  );
  for (const cumulation of ['merge', 'composite'] as const) {
    for (const lent of [true, false]) {
      for (let size = 1; size < stream.length; size++) {
        const decoder = new LengthFieldFrameDecoder({
          allocator,
          cumulation,
          maxFrameLength: 1000,
          lengthFieldOffset: 1,
          lengthFieldLength: 2,
          initialBytesToStrip: 3,
        });
        const texts: string[] = [];
        for (let at = 0; at < stream.length; at += size) {
          const bytes = stream.subarray(at, at + size);
          decoder.feed(lent ? bytes : allocator.buffer(bytes.length).writeBytes(bytes), (frame) => {
            texts.push(frame.toString());
            frame.release();
          });
        }
        decoder.end();
        expect(texts).toEqual(['one', '', 'three', 'x'.repeat(300)]);
        expect(allocator.stats().activeBuffers).toBe(0);
      }
    }
  }
});

/** Copies between buffers by every way that there is: bytes, words, views, and within one memory. */
import { describe, expect, it } from 'vitest';
import { unpooled, wrap } from '../../src/buffer/index.ts';

function numbered(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 7 + 129) & 255));
}

describe('a copy from buffer to buffer', () => {
  it('is exact at every length and alignment, and touches nothing beside', () => {
    for (let length = 0; length <= 200; length++) {
      for (let shift = 0; shift < 4; shift++) {
        const source = wrap(numbered(length + 8));
        const target = unpooled.buffer(length + 8);
        target.fill(0xee);
        target.setBytes(shift, source.slice(4 - shift, length), 0, length);
        const expected = Buffer.alloc(length + 8, 0xee);
        numbered(length + 8).copy(expected, shift, 4 - shift, 4 - shift + length);
        expect(target.toBuffer(0, length + 8).equals(expected), `${length} bytes to ${shift}`).toBe(true);
      }
    }
  });

  it('may overlap where both are windows on the same memory', () => {
    for (const [from, to] of [
      [0, 3],
      [3, 0],
      [0, 4],
      [5, 4],
    ] as const) {
      for (const length of [5, 9, 50, 96, 97, 300]) {
        const bytes = numbered(400);
        const expected = Buffer.from(bytes);
        expected.copyWithin(to, from, from + length);
        // Two arrays over one memory: no comparison of the arrays tells.
        const source = wrap(new Uint8Array(bytes.buffer, bytes.byteOffset + from, length));
        const target = wrap(new Uint8Array(bytes.buffer, bytes.byteOffset + to, length));
        target.setBytes(0, source);
        expect(bytes.equals(expected), `${length} bytes from ${from} to ${to}`).toBe(true);
      }
    }
  });
});

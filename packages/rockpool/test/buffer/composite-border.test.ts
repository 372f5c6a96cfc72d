/** Bytes on both sides of a border between components: access, search, copies and slices across it. */
import { afterAll, describe, expect, it } from 'vitest';
import { type ByteBuf, type CompositeByteBuf, unpooled, wrap } from '../../src/buffer/index.ts';
import { bufOf, countsOf } from './composite-tools.ts';
import { expectAllReturned, pattern, readable, rockpoolErrorOf, tinyAllocator } from './tools.ts';

const allocator = tinyAllocator();

afterAll(() => expectAllReturned(allocator));

const of = (...bytes: number[]): ByteBuf => bufOf(allocator, ...bytes);

/** 24 bytes in components of the lengths that are given, the rest in the last. */
function cut(...lengths: number[]): CompositeByteBuf {
  const bytes = pattern(24);
  const composite = allocator.composite();
  let at = 0;
  for (const length of [...lengths, 24 - lengths.reduce((sum, length) => sum + length, 0)]) {
    composite.addComponent(of(...bytes.subarray(at, at + length)), true);
    at += length;
  }
  return composite;
}

const CUTS: readonly number[][] = [
  [],
  [1],
  [7],
  [8],
  [4, 4, 4],
  [1, 1, 1, 1, 1, 1, 1, 1],
  [3, 0, 0, 2, 9],
  [0, 23],
];

describe.each(CUTS.map((lengths) => ({ lengths })))('24 bytes cut at $lengths', ({ lengths }) => {
  it('are read and written in numbers as in one piece', () => {
    const composite = cut(...lengths);
    const plain = Buffer.from(pattern(24));
    for (let i = 0; i <= 16; i++) {
      expect(composite.getUInt16LE(i)).toBe(plain.readUInt16LE(i));
      expect(composite.getInt24BE(i)).toBe(plain.readIntBE(i, 3));
      expect(composite.getUInt32BE(i)).toBe(plain.readUInt32BE(i));
      expect(composite.getBigInt64LE(i)).toBe(plain.readBigInt64LE(i));
      expect(composite.getDoubleBE(i)).toBe(plain.readDoubleBE(i));
      composite.setUInt32LE(i, 0xfedcba98 - i);
      plain.writeUInt32LE(0xfedcba98 - i, i);
      composite.setBigUInt64BE(i, 0x0102030405060708n + BigInt(i));
      plain.writeBigUInt64BE(0x0102030405060708n + BigInt(i), i);
      expect(readable(composite)).toEqual([...plain]);
    }
    composite.release();
  });

  it('are copied, filled, found and shown as in one piece', () => {
    const composite = cut(...lengths);
    const plain = Buffer.from(pattern(24));
    for (let from = 0; from <= 24; from += 3) {
      for (let to = from; to <= 24; to += 5) {
        const target = allocator.buffer(30);
        composite.getBytes(from, target, undefined, to - from);
        expect(readable(target)).toEqual([...plain.subarray(from, to)]);
        target.release();
        expect(composite.toString('hex', from, to - from)).toBe(plain.toString('hex', from, to));
        expect(composite.indexOf(plain.subarray(from, to))).toBe(plain.indexOf(plain.subarray(from, to)));
        if (to > from) expect(composite.indexOf(plain[to - 1] as number, from, 24)).toBe(to - 1);
        expect([...composite.toBuffer(from, to - from)]).toEqual([...plain.subarray(from, to)]);
        expect(Buffer.concat(composite.toBuffers(from, to - from))).toEqual(plain.subarray(from, to));
      }
    }
    composite.fill(7, 2, 21).setString(5, 'grüße');
    plain.fill(7, 2, 21).write('grüße', 5);
    expect(readable(composite)).toEqual([...plain]);
    expect(composite.equals(plain)).toBe(true);
    composite.release();
  });

  it('are sliced as in one piece, and a slice is written through', () => {
    const composite = cut(...lengths);
    for (let from = 0; from < 24; from += 2) {
      const slice = composite.slice(from, 24 - from);
      expect(readable(slice)).toEqual([...composite.toBuffer(from, 24 - from)]);
      expect(readable(slice.slice(1, 23 - from))).toEqual([...composite.toBuffer(from + 1, 23 - from)]);
      slice.setUInt8(23 - from, from);
      expect(composite.getUInt8(23)).toBe(from);
      const retained = composite.retainedSlice(from, 24 - from);
      expect(readable(retained)).toEqual(readable(slice));
      retained.release();
      expect(composite.refCnt).toBe(1);
    }
    composite.release();
  });
});

describe('a slice across a border', () => {
  it('shares the count, and a release of either ends both', () => {
    const parts = [of(1, 2), of(3, 4)];
    const composite = allocator.composite().addComponents(parts, true);
    const slice = composite.slice(1, 2);
    slice.retain();
    expect([slice.refCnt, composite.refCnt, ...countsOf(parts)]).toEqual([2, 2, 1, 1]);
    expect(slice.unwrap()).toBe(composite);
    composite.release();
    expect(slice.release()).toBe(true);
    expect([slice.refCnt, composite.refCnt, ...countsOf(parts)]).toEqual([0, 0, 0, 0]);
    expect(() => slice.getUInt8(0)).toThrow('released');
  });

  it('keeps its components when the composite gets more, and has a fixed capacity', () => {
    const composite = allocator.composite().addComponents([of(1, 2), of(3, 4)], true);
    const slice = composite.slice(1, 2);
    composite.addComponent(of(9), true, 0).addComponent(of(8), true, 2);
    expect(readable(slice)).toEqual([2, 3]);
    expect(rockpoolErrorOf(() => slice.writeUInt8(1)).code).toBe('ERR_ROCKPOOL_CAPACITY');
    composite.release();
  });

  it('loses the bytes of a component that the composite lets go of, and no others', () => {
    const composite = allocator.composite().addComponents([of(1, 2), of(3, 4), of(5, 6)], true);
    const slice = composite.slice() as CompositeByteBuf;
    composite.removeComponent(1);
    slice.assertValid();
    expect([0, 1, 4, 5].map((at) => slice.getUInt8(at))).toEqual([1, 2, 5, 6]);
    const uses = [
      () => slice.getUInt8(2),
      () => slice.getUInt16BE(1),
      () => slice.setUInt8(3, 0),
      () => slice.setUInt32BE(0, 0),
      () => slice.fill(0),
      () => slice.getBytes(0, new Uint8Array(6)),
      () => slice.copy(),
      () => slice.toBuffer(),
      () => slice.toString(),
      () => slice.indexOf(6),
      () => slice.decompose(),
      () => slice.slice(0, 5),
      () => slice.retainedSlice(0, 5),
    ];
    for (const use of uses)
      expect(rockpoolErrorOf(use).code, String(use)).toBe('ERR_ROCKPOOL_USE_AFTER_RELEASE');
    expect(readable(composite), 'and nothing was written').toEqual([1, 2, 5, 6]);
    composite.release();
  });
});

describe('a retained slice across a border', () => {
  it('survives the composite, and holds only the components it needs', () => {
    const parts = [of(1, 2), of(3, 4), of(5, 6)];
    const composite = allocator.composite().addComponents(parts, true).skipBytes(1);
    const slice = composite.readRetainedSlice(2);
    expect(composite.readerIndex).toBe(3);
    expect(composite.release()).toBe(true);
    expect(countsOf(parts)).toEqual([1, 1, 0]);
    const nested = slice.retainedSlice(0, 2);
    expect(slice.release()).toBe(true);
    expect(readable(nested)).toEqual([2, 3]);
    expect(nested.release()).toBe(true);
    expect(countsOf(parts)).toEqual([0, 0, 0]);
  });

  it('within a component is a slice of that', () => {
    const part = of(1, 2, 3);
    const composite = allocator.composite().addComponents([part, of(4)], true);
    const slice = composite.retainedSlice(1, 2);
    expect(slice.unwrap()).toBe(part);
    composite.release();
    expect([...readable(slice), part.refCnt]).toEqual([2, 3, 1]);
    slice.release();
  });

  it('that finds a component released takes no reference on the others', () => {
    const [kept, gone] = [of(1, 2), of(3, 4)];
    const composite = allocator.composite().addComponents([kept, gone], true);
    const slice = composite.slice();
    composite.removeComponent(1);
    expect(rockpoolErrorOf(() => slice.retainedSlice()).code).toBe('ERR_ROCKPOOL_USE_AFTER_RELEASE');
    expect(kept.refCnt).toBe(1);
    expect(composite.release()).toBe(true);
    expect(kept.refCnt).toBe(0);
  });
});

describe('a write across a border', () => {
  it('writes nothing if one part cannot be written, be it in a nested composite', () => {
    const fixed = of(3, 4).asReadOnly();
    const inner = allocator.composite().addComponents([of(2), fixed], true);
    const composite = allocator.composite().addComponents([of(1), inner], true);
    const uses = [
      () => composite.setUInt32BE(0, 0),
      () => composite.setBytes(0, new Uint8Array(4)),
      () => composite.setBytes(0, wrap(new Uint8Array(4))),
      () => composite.fill(0),
      () => composite.setString(0, 'abcd'),
    ];
    for (const use of uses) {
      expect(rockpoolErrorOf(use).message).toBe('Cannot write to a component as the buffer is read-only');
      expect(readable(composite)).toEqual([1, 2, 3, 4]);
    }
    composite.setUInt16BE(0, 0x0908);
    expect(readable(composite)).toEqual([9, 8, 3, 4]);
    composite.release();
  });

  it('from the memory of a component takes the bytes as they were, be it in a nested composite', () => {
    for (const nest of [false, true]) {
      const memory = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
      const last = wrap(memory).skipBytes(4);
      const tail = nest ? unpooled.composite().addComponent(last, true) : last;
      const composite = unpooled.composite().addComponents([tail, unpooled.buffer(4).writeZero(4)], true);
      composite.setBytes(0, memory.subarray(1), 0, 7); // writes memory[4 …], which is read after it
      expect(readable(composite)).toEqual([2, 3, 4, 5, 6, 7, 8, 0]);
      composite.release();
    }
  });

  it('from one composite to another that shows the same memory takes the bytes as they were', () => {
    const memory = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
    const halves = [wrap(memory.subarray(0, 4)), wrap(memory.subarray(4))];
    const source = unpooled.composite().addComponents(halves, true);
    const target = unpooled.composite().addComponent(wrap(memory), true);
    target.setBytes(2, source, 0, 6);
    expect([...memory]).toEqual([1, 2, 1, 2, 3, 4, 5, 6]);
    source.release();
    target.release();
  });

  it('into the memory of a component takes the bytes as they were, be it in a nested composite', () => {
    for (const nest of [false, true]) {
      const memory = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
      const tail = nest ? unpooled.composite().addComponent(wrap(memory), true) : wrap(memory);
      const composite = unpooled
        .composite()
        .addComponents([unpooled.buffer(2).writeUInt16BE(0x0b0c), tail], true);
      const target = wrap(memory);
      composite.getBytes(0, target, 0, 8);
      expect([...memory]).toEqual([11, 12, 1, 2, 3, 4, 5, 6]);
      target.release();
      composite.release();
    }
  });
});

describe('a component that is changed by its other owner', () => {
  it('throws for the bytes that it has no more', () => {
    const part = of(1, 2, 3, 4);
    const composite = allocator.composite().addComponents([part.retain(), of(5)], true);
    part.capacity = 2;
    expect(composite.getUInt16BE(0)).toBe(0x0102);
    const uses = [
      () => composite.getUInt8(2),
      () => composite.getUInt32BE(0),
      () => composite.getUInt16BE(3),
      () => composite.setUInt8(3, 0),
      () => composite.setUInt16BE(3, 0),
      () => composite.fill(0),
      () => composite.toBuffer(),
      () => composite.copy(),
      () => composite.retainedSlice(),
    ];
    for (const use of uses) expect(rockpoolErrorOf(use).code, String(use)).toBe('ERR_ROCKPOOL_INDEX_RANGE');
    expect(rockpoolErrorOf(() => composite.getUInt8(2)).message).toBe(
      'Cannot read from a component 1 bytes at index 2 as capacity is 2',
    );
    expect([composite.getUInt16BE(0), composite.getUInt8(4)]).toEqual([0x0102, 5]);
    part.release();
    composite.release();
  });

  it('throws likewise where it is a composite that was discarded from', () => {
    const inner = allocator.composite().addComponents([of(1, 2), of(3, 4)], true);
    const outer = allocator.composite().addComponents([inner.retain(), of(5)], true);
    inner.skipBytes(2).discardReadComponents();
    expect([outer.getUInt8(0), outer.getUInt8(1)], 'it shows what is there now').toEqual([3, 4]);
    for (const use of [() => outer.getUInt8(2), () => outer.getUInt32BE(1), () => outer.setUInt8(3, 1)]) {
      expect(rockpoolErrorOf(use).code).toBe('ERR_ROCKPOOL_INDEX_RANGE');
    }
    inner.release();
    outer.release();
  });
});

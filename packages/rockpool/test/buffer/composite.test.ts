/** What a composite is made of: who owns its components, and where they are. */
import { afterAll, describe, expect, it } from 'vitest';
import { type ByteBuf, type CompositeByteBuf, unpooled } from '../../src/buffer/index.ts';
import { bufOf, countsOf, indicesOf, lengthsOf, nineBytes } from './composite-tools.ts';
import { expectAllReturned, readable, rockpoolErrorOf, stateOf, thrownBy, tinyAllocator } from './tools.ts';

const allocator = tinyAllocator();

afterAll(() => expectAllReturned(allocator));

const of = (...bytes: number[]): ByteBuf => bufOf(allocator, ...bytes);
const nine = (): CompositeByteBuf => nineBytes(allocator);

describe('a composite without components', () => {
  it('has no bytes, and can be read, consolidated, discarded from and released', () => {
    const composite = allocator.composite();
    expect([composite.componentCount, composite.maxComponents, ...indicesOf(composite)]).toEqual([
      0, 16, 0, 0, 0,
    ]);
    expect(composite.maxCapacity).toBe(2 ** 31 - 1);
    composite.consolidate().discardReadComponents().discardReadBytes();
    expect([composite.toBuffers(), composite.decompose(), readable(composite)]).toEqual([[], [], []]);
    expect(composite.indexOf(1)).toBe(-1);
    expect(rockpoolErrorOf(() => composite.toComponentIndex(0)).code).toBe('ERR_ROCKPOOL_INDEX_RANGE');
    composite.assertValid();
    expect([composite.release(), composite.refCnt]).toEqual([true, 0]);
  });
});

describe('addComponent', () => {
  it('takes the reference over, and a release of the composite gives it back', () => {
    const [a, b] = [of(1), of(2, 3)];
    const composite = allocator.composite();
    expect(composite.addComponent(a)).toBe(composite);
    composite.addComponent(b.retain());
    expect(countsOf([a, b])).toEqual([1, 2]);
    expect(composite.release()).toBe(true);
    expect(countsOf([a, b])).toEqual([0, 1]);
    b.release();
  });

  it('moves writerIndex only when it is asked to', () => {
    const composite = allocator.composite().addComponent(of(1, 2, 3));
    expect(indicesOf(composite)).toEqual([0, 0, 3]);
    composite.addComponent(of(4, 5), true);
    expect(indicesOf(composite)).toEqual([0, 2, 5]);
    composite.addComponent(of(6), false, 0);
    expect(indicesOf(composite)).toEqual([0, 2, 6]);
    expect(readable(composite)).toEqual([6, 1]);
    composite.release();
  });

  it('adds what is readable then, whatever becomes of the indices', () => {
    const part = of(1, 2, 3, 4, 5).setIndex(1, 4);
    const composite = allocator.composite().addComponent(part, true);
    part.setIndex(0, 0);
    expect(readable(composite)).toEqual([2, 3, 4]);
    part.setUInt8(2, 33);
    expect(readable(composite), 'the same memory').toEqual([2, 33, 4]);
    composite.release();
  });

  it.each([
    [0, [9, 8, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    [1, [1, 2, 3, 9, 8, 4, 5, 6, 7, 8, 9]],
    [2, [1, 2, 3, 4, 5, 9, 8, 6, 7, 8, 9]],
    [3, [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 8]],
  ])('adds at index %i, and what is behind moves on', (index, bytes) => {
    const composite = nine().skipBytes(2).addComponent(of(9, 8), true, index);
    composite.assertValid();
    expect(indicesOf(composite)).toEqual([2, 11, 11]);
    expect(readable(composite.setIndex(0, 11) as CompositeByteBuf)).toEqual(bytes);
    expect(composite.toComponentIndex(composite.toByteIndex(index))).toBe(index);
    composite.release();
  });

  it('takes an empty buffer, which is at nobody’s offset, and releases it', () => {
    const empty = [of(), of(), of()];
    const [first, middle, last] = empty as [ByteBuf, ByteBuf, ByteBuf];
    const composite = nine()
      .addComponent(middle, true, 1)
      .addComponent(first, true, 0)
      .addComponent(last, true);
    composite.assertValid();
    expect(lengthsOf(composite)).toEqual([0, 3, 0, 2, 4, 0]);
    expect([0, 2, 3, 4, 5, 8].map((at) => composite.toComponentIndex(at))).toEqual([1, 1, 3, 3, 4, 4]);
    expect(readable(composite)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([composite.getUInt16BE(2), composite.getUInt32BE(1)]).toEqual([0x0304, 0x02030405]);
    expect(composite.toBuffers().map(({ length }) => length)).toEqual([3, 2, 4]);
    composite.release();
    expect(countsOf(empty)).toEqual([0, 0, 0]);
  });

  it('releases what it is given where it fails, and is as it was', () => {
    const composite = nine();
    const slice = composite.slice(1, 7) as CompositeByteBuf;
    const readOnly = composite.asReadOnly() as CompositeByteBuf;
    const before = [stateOf(composite), lengthsOf(composite)];
    const failures: [code: string, use: (buf: ByteBuf) => unknown][] = [
      ['ERR_ROCKPOOL_ARGUMENT_RANGE', (buf) => composite.addComponent(buf, true, 4)],
      ['ERR_ROCKPOOL_ARGUMENT_RANGE', (buf) => composite.addComponent(buf, true, -1)],
      ['ERR_ROCKPOOL_READ_ONLY', (buf) => slice.addComponent(buf)],
      ['ERR_ROCKPOOL_READ_ONLY', (buf) => readOnly.addComponent(buf)],
    ];
    for (const [code, use] of failures) {
      const buf = of(1);
      expect(rockpoolErrorOf(() => use(buf)).code).toBe(code);
      expect(buf.refCnt).toBe(0);
      expect([stateOf(composite), lengthsOf(composite)]).toEqual(before);
      composite.assertValid();
    }
    composite.release();
    const late = of(1);
    expect(rockpoolErrorOf(() => composite.addComponent(late)).code).toBe('ERR_ROCKPOOL_USE_AFTER_RELEASE');
    expect(late.refCnt).toBe(0);
  });

  it('refuses what holds the composite itself, as neither would ever be released', () => {
    const inner = nine();
    const early = inner.slice(0, 0);
    const outer = allocator.composite().addComponent(inner.slice(), true);
    const holder = allocator.composite();
    const earlier = holder.slice(0, 0);
    holder.addComponent(early.retain());
    const retained = outer.retainedSlice();
    for (const buf of [inner, early, earlier, holder, inner.duplicate(), outer, outer.slice(2, 3)]) {
      expect(rockpoolErrorOf(() => inner.addComponent(buf)).code).toBe('ERR_ROCKPOOL_ARGUMENT_TYPE');
    }
    expect([inner.refCnt, outer.refCnt]).toEqual([2, 1]);
    holder.release();
    inner.addComponent(retained, true); // which holds the three buffers, not the composites
    expect(readable(inner)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(outer.release()).toBe(true);
    expect(inner.refCnt).toBe(0);
  });
});

describe('addComponents', () => {
  it('adds all of an iterable in order', () => {
    function* parts(): Generator<ByteBuf> {
      yield of(1, 2);
      yield of(3);
    }
    const composite = allocator.composite().addComponents(parts());
    expect(indicesOf(composite)).toEqual([0, 0, 3]);
    expect(readable(composite.addComponents([of(4)], true).setIndex(0, 4))).toEqual([1, 2, 3, 4]);
    composite.release();
  });

  it('releases the one that fails and those behind it, and keeps the rest', () => {
    const dead = unpooled.buffer(1);
    dead.release();
    const [first, second, third] = [of(1), of(2), of(3)];
    const composite = allocator.composite();
    const given = [first, dead, second, dead, undefined, third] as ByteBuf[];
    expect(rockpoolErrorOf(() => composite.addComponents(given, true)).code).toBe(
      'ERR_ROCKPOOL_USE_AFTER_RELEASE',
    );
    expect(countsOf([first, second, third])).toEqual([1, 0, 0]);
    expect(readable(composite)).toEqual([1]);
    composite.release();
  });

  it('owns what an iterator gave before it threw', () => {
    const first = of(1);
    function* parts(): Generator<ByteBuf> {
      yield first;
      throw new Error('no more');
    }
    const composite = allocator.composite();
    expect(() => composite.addComponents(parts())).toThrow('no more');
    expect(composite.componentCount).toBe(1);
    composite.release();
    expect(first.refCnt).toBe(0);
  });
});

describe('a component', () => {
  it('is found by index and by offset, at its borders too', () => {
    const composite = nine();
    expect([0, 1, 2].map((i) => composite.toByteIndex(i))).toEqual([0, 3, 5]);
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8].map((at) => composite.toComponentIndex(at))).toEqual([
      0, 0, 0, 1, 1, 2, 2, 2, 2,
    ]);
    expect([8, 0, 4].map((at) => readable(composite.componentAtOffset(at)))).toEqual([
      [6, 7, 8, 9],
      [1, 2, 3],
      [4, 5],
    ]);
    for (const at of [9, -1, 0.5]) {
      for (const use of [() => composite.toComponentIndex(at), () => composite.componentAtOffset(at)]) {
        expect(rockpoolErrorOf(use).code).toBe('ERR_ROCKPOOL_INDEX_RANGE');
      }
    }
    const error = rockpoolErrorOf(() => composite.component(3));
    expect(error.message).toBe('Cannot read component at index 3 as componentCount is 3');
    composite.release();
  });

  it('is a slice of its bytes alone, with its own count', () => {
    const whole = of(1, 2, 3, 4).setIndex(1, 3);
    const composite = allocator.composite().addComponent(whole, true);
    const component = composite.component(0);
    expect(readable(component)).toEqual([2, 3]);
    component.setUInt8(0, 22).retain();
    expect([composite.getUInt8(0), whole.refCnt]).toEqual([22, 2]);
    composite.release();
    expect(readable(component)).toEqual([22, 3]);
    component.release();
    expect(whole.refCnt).toBe(0);
  });

  it('of a read-only composite is read-only, and so is what it decomposes into', () => {
    const composite = nine();
    const readOnly = composite.asReadOnly() as CompositeByteBuf;
    for (const part of [readOnly.component(1), readOnly.componentAtOffset(8), ...readOnly.decompose()]) {
      expect(part.isReadOnly).toBe(true);
      expect(() => part.setUInt8(0, 0)).toThrow(TypeError);
    }
    expect(composite.component(1).isReadOnly).toBe(false);
    composite.release();
  });
});

describe('decompose', () => {
  it.each([
    [
      0,
      9,
      [
        [1, 2, 3],
        [4, 5],
        [6, 7, 8, 9],
      ],
    ],
    [1, 3, [[2, 3], [4]]],
    [3, 2, [[4, 5]]],
    [2, 1, [[3]]],
    [4, 5, [[5], [6, 7, 8, 9]]],
    [5, 0, []],
    [9, 0, []],
  ])('from %i, %i bytes: slices of what is in the range', (start, length, parts) => {
    const composite = nine();
    expect(composite.decompose(start, length).map(readable)).toEqual(parts);
    composite.release();
  });

  it('takes the readable bytes unless it is told', () => {
    const composite = nine().setIndex(2, 6) as CompositeByteBuf;
    expect(composite.decompose().map(readable)).toEqual([[3], [4, 5], [6]]);
    expect(composite.decompose(8, 1).map(readable)).toEqual([[9]]);
    for (const use of [() => composite.decompose(8, 2), () => composite.decompose(-1, 1)]) {
      expect(rockpoolErrorOf(use).code).toBe('ERR_ROCKPOOL_INDEX_RANGE');
    }
    composite.release();
  });
});

describe('a release', () => {
  it('brings every component to 0, through nested composites too', () => {
    const parts = [of(1), of(2), of(3), of(4)];
    const [a, b, c, d] = parts as [ByteBuf, ByteBuf, ByteBuf, ByteBuf];
    const inner = allocator.composite().addComponents([b, c], true);
    const outer = allocator.composite().addComponents([a, inner, d], true);
    expect(readable(outer)).toEqual([1, 2, 3, 4]);
    expect(outer.retain(2).release(2)).toBe(false);
    expect(outer.release()).toBe(true);
    expect([...countsOf(parts), inner.refCnt, outer.refCnt]).toEqual([0, 0, 0, 0, 0, 0]);
    outer.assertValid();
  });

  it('of one too many of a component is told when the composite is released, which releases the rest', () => {
    const parts = [1, 2, 3].map((byte) => unpooled.buffer(1).writeUInt8(byte));
    const composite = unpooled.composite().addComponents(parts, true);
    parts[1]?.release();
    expect(() => composite.assertValid()).toThrow('released');
    expect(rockpoolErrorOf(() => composite.readBytes(3)).code).toBe('ERR_ROCKPOOL_USE_AFTER_RELEASE');
    expect(rockpoolErrorOf(() => composite.consolidate()).code).toBe('ERR_ROCKPOOL_USE_AFTER_RELEASE');
    expect(thrownBy(() => composite.release())).toMatchObject({ code: 'ERR_ROCKPOOL_REF_COUNT' });
    expect([...countsOf(parts), composite.refCnt]).toEqual([0, 0, 0, 0]);
  });
});

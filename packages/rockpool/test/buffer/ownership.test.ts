/** Who owns a buffer's memory, and who releases it: the rules, one test each. */
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type ByteBuf,
  type ByteBufAllocator,
  type ByteBufAllocatorOptions,
  RefCountError,
  ReleasedBufferError,
  unpooled,
  wrap,
} from '../../src/buffer/index.ts';
import { LeakDetector } from '../../src/index.ts';
import { expectAllReturned, pattern, readable, rockpoolErrorOf, stateOf, tinyAllocator } from './tools.ts';

const LEVELS = ['off', 'basic', 'strict', 'paranoid'] as const;
const MAX = 2 ** 31 - 1;

/** An allocator that has everything back when the test is over. */
function returning(options: ByteBufAllocatorOptions = {}): ByteBufAllocator {
  const allocator = tinyAllocator(options);
  onTestFinished(() => expectAllReturned(allocator));
  return allocator;
}

/** Ten bytes that are all readable. */
function ten(allocator = returning()): ByteBuf {
  return allocator.buffer(10).writeBytes(pattern(10));
}

function expectDead(buf: ByteBuf): void {
  expect(buf.refCnt).toBe(0);
  expect(() => buf.getUInt8(0)).toThrow(ReleasedBufferError);
  expect(() => buf.release()).toThrow(RefCountError);
}

/** Takes and fills so much of an allocator that whatever was released is in use again. */
function refill(allocator: ByteBufAllocator, bytes: number): ByteBuf[] {
  const taken = Array.from({ length: 40 }, () => allocator.buffer(bytes).fill(0xee));
  onTestFinished(() => {
    for (const buf of taken) buf.release();
  });
  return taken;
}

describe('whoever asks for a buffer', () => {
  it('owns it, and releases it once', () => {
    const buf = ten();
    expect(buf.refCnt).toBe(1);
    expect(buf.release()).toBe(true);
    expectDead(buf);
  });

  it('retains it for each further owner, and only the last release frees it', () => {
    const buf = ten();
    expect(buf.retain()).toBe(buf);
    expect(buf.refCnt).toBe(2);
    expect(buf.retain(3).refCnt).toBe(5);
    expect([buf.release(), buf.release(2), buf.refCnt]).toEqual([false, false, 2]);
    expect(readable(buf)).toEqual([...pattern(10)]);
    expect([buf.release(), buf.release()]).toEqual([false, true]);
    expectDead(buf);
  });

  it('may release all references at once', () => {
    const buf = ten().retain(4);
    expect(buf.release(5)).toBe(true);
    expectDead(buf);
  });
});

describe('a slice(), duplicate() or asReadOnly()', () => {
  const shared: [string, (buf: ByteBuf) => ByteBuf][] = [
    ['slice', (buf) => buf.slice(2, 4)],
    ['readSlice', (buf) => buf.readSlice(4)],
    ['duplicate', (buf) => buf.duplicate()],
    ['asReadOnly', (buf) => buf.asReadOnly()],
    ['a slice of a slice', (buf) => buf.slice(1, 8).slice(1, 4)],
    ['a read-only duplicate of a slice', (buf) => buf.slice().duplicate().asReadOnly()],
  ];

  it.each(shared)('has its parent’s count: %s', (_, derive) => {
    const buf = ten();
    const part = derive(buf);
    expect([buf.refCnt, part.refCnt]).toEqual([1, 1]);
    part.retain();
    expect([buf.refCnt, part.refCnt]).toEqual([2, 2]);
    expect(part.release()).toBe(false);
    buf.retain(2);
    expect(part.refCnt).toBe(3);
    buf.release(3);
  });

  it.each(shared)('is dead when its parent is: %s', (_, derive) => {
    const buf = ten();
    const part = derive(buf);
    expect(buf.release()).toBe(true);
    expectDead(part);
  });

  it.each(shared)('releases its parent when it is released: %s', (_, derive) => {
    const buf = ten();
    const part = derive(buf);
    expect(part.release()).toBe(true);
    expectDead(buf);
    expectDead(part);
  });

  it.each(shared)('stays dead when the memory has a new owner: %s', (_, derive) => {
    for (const checks of LEVELS) {
      const allocator = returning({ checks });
      const buf = ten(allocator);
      const part = derive(buf);
      buf.release();
      const others = refill(allocator, 10);
      expectDead(part);
      expect(() => part.retain()).toThrow(RefCountError);
      part[Symbol.dispose]();
      expect(others.every((other) => other.refCnt === 1)).toBe(true);
    }
  });
});

describe('a retained slice', () => {
  const retained: [string, (buf: ByteBuf) => ByteBuf][] = [
    ['retainedSlice', (buf) => buf.retainedSlice(0, 10)],
    ['readRetainedSlice', (buf) => buf.readRetainedSlice(10)],
    ['retainedDuplicate', (buf) => buf.retainedDuplicate()],
    ['of a slice', (buf) => buf.slice().retainedSlice()],
    ['of a duplicate', (buf) => buf.duplicate().retainedDuplicate()],
    ['of a read-only buffer', (buf) => buf.asReadOnly().retainedSlice()],
  ];

  it.each(retained)('has a count of its own and one reference on the root: %s', (_, derive) => {
    const buf = ten();
    const part = derive(buf);
    expect([buf.refCnt, part.refCnt]).toEqual([2, 1]);
    part.retain(2);
    expect([buf.refCnt, part.refCnt], 'its own retains are its own').toEqual([2, 3]);
    expect([part.release(), part.release()]).toEqual([false, false]);
    expect([buf.refCnt, part.refCnt]).toEqual([2, 1]);
    expect(part.release(), 'true: its own count came to 0').toBe(true);
    expect([buf.refCnt, part.refCnt]).toEqual([1, 0]);
    expectDead(part);
    expect(readable(buf.setIndex(0, 10)), 'the root lives on').toEqual([...pattern(10)]);
    buf.release();
  });

  it.each(retained)('outlives its root’s release, which frees nothing until it ends: %s', (_, derive) => {
    for (const checks of LEVELS) {
      const allocator = returning({ checks });
      const buf = ten(allocator);
      const part = derive(buf);
      expect(buf.release()).toBe(false);
      refill(allocator, 10);
      expect(readable(part)).toEqual([...pattern(10)]);
      expect(part.refCnt).toBe(1);
      expect(part.release()).toBe(true);
      expectDead(part);
      expectDead(buf);
    }
  });

  it('of a retained slice holds the root, not the slice', () => {
    for (const checks of LEVELS) {
      const allocator = returning({ checks });
      const buf = ten(allocator);
      const outer = buf.retainedSlice(1, 8);
      const inner = outer.retainedSlice(1, 6);
      const innermost = inner.readRetainedSlice(5);
      expect([buf.refCnt, outer.refCnt, inner.refCnt, innermost.refCnt]).toEqual([4, 1, 1, 1]);
      expect(outer.release()).toBe(true);
      expect(inner.release()).toBe(true);
      expectDead(outer);
      expectDead(inner);
      expect(buf.refCnt).toBe(2);
      expect(buf.release()).toBe(false);
      refill(allocator, 10);
      expect(readable(innermost)).toEqual([...pattern(10).subarray(2, 7)]);
      expect(innermost.release()).toBe(true);
      for (const buf of [outer, inner, innermost])
        if (checks !== 'off' && checks !== 'basic') expectDead(buf);
    }
  });

  it('lends its count to what is sliced from it', () => {
    const buf = ten();
    const part = buf.retainedSlice(2, 6);
    const window = part.slice(1, 4);
    expect([buf.refCnt, part.refCnt, window.refCnt]).toEqual([2, 1, 1]);
    expect(window.retain().refCnt).toBe(2);
    expect(part.refCnt).toBe(2);
    expect([window.release(), window.release()]).toEqual([false, true]);
    expectDead(part);
    expectDead(window);
    expect(buf.refCnt).toBe(1);
    buf.release();
  });

  it('takes no life from a slice that shares its dead predecessor’s handle', () => {
    const buf = ten();
    const first = buf.retainedSlice(0, 5);
    const window = first.slice(0, 2);
    first.release();
    const second = buf.retainedSlice(5, 5); // perhaps the same object as `first`
    expectDead(window);
    expect(second.refCnt).toBe(1);
    second.release();
    buf.release();
  });

  it('begins with no marks, indices or views of a slice before it', () => {
    const buf = ten();
    const first = buf.retainedSlice(0, 8).setIndex(3, 5).markReaderIndex().markWriterIndex();
    first.toBuffer(0, 8);
    first.release();
    const second = buf.retainedSlice(2, 8);
    expect([second.readerIndex, second.writerIndex, second.isReadOnly]).toEqual([0, 8, false]);
    expect([...second.toBuffer(0, 8)]).toEqual([...pattern(10).subarray(2)]);
    expect(second.resetReaderIndex().resetWriterIndex().writerIndex).toBe(0);
    second.release();
    const third = buf.asReadOnly().retainedSlice(0, 3);
    expect(third.isReadOnly).toBe(true);
    third.release();
    const fourth = buf.retainedSlice(0, 3);
    expect(fourth.setUInt8(0, 1).isReadOnly).toBe(false);
    fourth.release();
    buf.release();
  });

  it.each(LEVELS)('keeps its reference when its root is released once too often: %s', (checks) => {
    const allocator = returning({ checks });
    const buf = ten(allocator);
    const window = buf.slice(0, 2);
    const part = buf.retainedSlice(0, 10);
    buf.retain();
    const tooMany = rockpoolErrorOf(() => buf.release(3)); // one of the three is the slice's
    expect(tooMany).toBeInstanceOf(RefCountError);
    expect(tooMany.message).toMatch(/refCnt: \d, decrement: 3$/);
    expect(buf.refCnt).toBe(3);
    expect(buf.release(2)).toBe(false);
    for (const action of [() => buf.release(), () => window.release(), () => buf.release(2)]) {
      expect(rockpoolErrorOf(action)).toBeInstanceOf(RefCountError);
      expect([buf.refCnt, part.refCnt]).toEqual([1, 1]);
    }
    const others = refill(allocator, 10);
    expect(readable(part)).toEqual([...pattern(10)]);
    expect(part.release()).toBe(true);
    expectDead(part);
    expectDead(buf);
    expect(others.every((other) => other.refCnt === 1 && other.getUInt8(9) === 0xee)).toBe(true);
  });

  it('keeps its reference when its root is disposed of twice', () => {
    const buf = ten();
    const part = buf.retainedSlice(0, 10);
    buf[Symbol.dispose]();
    buf[Symbol.dispose]();
    buf.slice(0, 1)[Symbol.dispose]();
    expect([buf.refCnt, part.refCnt]).toEqual([1, 1]);
    expect(readable(part)).toEqual([...pattern(10)]);
    part.release();
    expectDead(buf);
  });
});

describe('a copy()', () => {
  it('is a buffer of its own', () => {
    const buf = ten();
    for (const copy of [buf.copy(), buf.slice(0, 4).copy(), buf.readBytes(4)]) {
      expect([buf.refCnt, copy.refCnt]).toEqual([1, 1]);
      expect(copy.release()).toBe(true);
      expect(buf.refCnt).toBe(1);
    }
    const last = buf.copy(0, 10);
    buf.release();
    expect(readable(last)).toEqual([...pattern(10)]);
    last.release();
  });

  it('of a retained slice comes from the same allocator', () => {
    const allocator = returning();
    const buf = ten(allocator);
    const part = buf.retainedSlice(0, 10);
    buf.release();
    const copy = part.copy();
    const read = part.readBytes(3);
    expect([part.allocator, copy.allocator, read.allocator]).toEqual([allocator, allocator, allocator]);
    for (const each of [part, copy, read]) each.release();
  });
});

describe('growth with slices outstanding', () => {
  it.each(LEVELS)('leaves them the old bytes, for as long as they live: %s', (checks) => {
    const allocator = returning({ checks });
    const buf = allocator.buffer(16).writeBytes(pattern(16));
    const shared = buf.slice(0, 16);
    const retained = buf.retainedSlice(0, 16);
    const sizes = [16, 64, 300, 5000, 20_000, 100_000];
    const slices = sizes.map((bytes) => {
      buf.capacity = bytes;
      buf.setUInt8(0, bytes & 255);
      return { bytes, slice: buf.retainedSlice(0, 16), window: buf.slice(0, 16) };
    });
    refill(allocator, 16);
    expect([buf.refCnt, shared.refCnt, retained.refCnt]).toEqual([8, 8, 1]);
    expect(readable(shared).slice(1)).toEqual([...pattern(16).subarray(1)]);
    expect(readable(retained).slice(1)).toEqual([...pattern(16).subarray(1)]);
    for (const { bytes, slice, window } of slices) {
      expect([slice.getUInt8(0), window.getUInt8(0)]).toEqual([bytes & 255, bytes & 255]);
    }
    expect(buf.release()).toBe(false);
    expect(retained.release()).toBe(true);
    for (const { bytes, slice } of slices) {
      expect(slice.getUInt8(0)).toBe(bytes & 255);
      slice.release();
    }
    expectDead(buf);
    expectDead(shared);
    for (const { window } of slices) expectDead(window);
  });

  it('gives all blocks back at the end', () => {
    const allocator = tinyAllocator({ cache: false });
    const buf = allocator.buffer(16);
    for (let bytes = 17; bytes < 200_000; bytes *= 3) {
      buf.slice(0, 1);
      buf.capacity = bytes;
      allocator.assertValid();
    }
    buf.release();
    expectAllReturned(allocator);
    expect(allocator.stats().arena.usedBytes).toBe(0);
  });

  it('ends every track of the leak detector that it began', () => {
    const detector = new LeakDetector({ level: 'paranoid', onLeak: () => {} });
    const allocator = tinyAllocator({ leakDetector: detector });
    const buf = allocator.buffer(16);
    for (let bytes = 17; bytes < 200_000; bytes *= 3) {
      buf.slice(0, 1);
      buf.capacity = bytes;
    }
    buf.retainedSlice(0, 5).release();
    buf.release();
    const { tracked, closed } = detector.stats();
    expect(tracked).toBeGreaterThan(0);
    expect(closed).toBe(tracked);
    expectAllReturned(allocator);
  });
});

describe('a consumer that throws', () => {
  it('loses nothing where it releases in finally', () => {
    const buf = ten();
    const consume = (input: ByteBuf): void => {
      try {
        input.skipBytes(11);
      } finally {
        input.release();
      }
    };
    expect(() => consume(buf)).toThrow(RangeError);
    expectDead(buf);
  });

  it('loses nothing where its buffers are disposed of', () => {
    const allocator = returning();
    const buf = ten(allocator);
    const other = ten(allocator);
    const consume = (): void => {
      try {
        try {
          other.readBytes(buf, 0, 100);
        } finally {
          other[Symbol.dispose]();
        }
      } finally {
        buf[Symbol.dispose]();
      }
    };
    expect(consume).toThrow(RangeError);
    expectDead(buf);
    expectDead(other);
  });

  it('takes no reference along when a slice, a copy or a read fails', () => {
    const allocator = returning();
    const buf = ten(allocator);
    const before = [stateOf(buf), allocator.stats().activeBuffers];
    for (const action of [
      () => buf.retainedSlice(5, 6),
      () => buf.readRetainedSlice(11),
      () => buf.readBytes(11),
      () => buf.copy(0, 11),
    ]) {
      expect(action).toThrow(RangeError);
      expect([stateOf(buf), allocator.stats().activeBuffers]).toEqual(before);
    }
    buf.release();
  });
});

describe('Symbol.dispose', () => {
  it('releases once, and does nothing to what is released', () => {
    const buf = ten();
    buf[Symbol.dispose]();
    expectDead(buf);
    buf[Symbol.dispose]();
    buf[Symbol.dispose]();
    expect(buf.refCnt).toBe(0);
  });

  it('releases one reference of several', () => {
    const buf = ten().retain();
    buf[Symbol.dispose]();
    expect(buf.refCnt).toBe(1);
    buf[Symbol.dispose]();
    expectDead(buf);
  });

  it('of slices and duplicates is their release', () => {
    const buf = ten();
    const part = buf.retainedSlice(1, 2);
    part[Symbol.dispose]();
    part[Symbol.dispose]();
    expect(buf.refCnt).toBe(1);
    buf.slice(1, 2)[Symbol.dispose]();
    expectDead(buf);
  });
});

describe('a release too many', () => {
  it('says the count and what was asked for, and nothing more', () => {
    for (const checks of ['off', 'basic', 'strict'] as const) {
      const buf = ten(returning({ checks }));
      buf.release();
      const error = rockpoolErrorOf(() => buf.release());
      expect(error).toBeInstanceOf(RefCountError);
      expect(error.message).toBe('refCnt: 0, decrement: 1');
      expect(error).toMatchObject({
        code: 'ERR_ROCKPOOL_REF_COUNT',
        refCnt: 0,
        decrement: 1,
        increment: undefined,
      });
    }
  });

  it('says at paranoid where the buffer was released, and ends alike', () => {
    const buf = ten(returning({ checks: 'paranoid' }));
    buf.release();
    const error = rockpoolErrorOf(() => buf.release());
    expect(error.message).toMatch(/refCnt: 0, decrement: 1$/);
    expect(error.message).toContain('ownership.test.ts');
  });

  it('changes nothing while there are references', () => {
    const buf = ten().retain();
    const before = stateOf(buf);
    const error = rockpoolErrorOf(() => buf.release(3));
    expect(error.message).toBe('refCnt: 2, decrement: 3');
    expect(error).toMatchObject({ refCnt: 2, decrement: 3 });
    expect(stateOf(buf)).toEqual(before);
    buf.release(2);
  });

  it('of unpooled, wrapped and derived buffers is refused alike', () => {
    const root = unpooled.buffer(8);
    for (const buf of [
      unpooled.buffer(8),
      wrap(new Uint8Array(8)),
      root.retainedSlice(0, 4),
      root.slice(0, 4),
    ]) {
      expect(buf.release()).toBe(true);
      expect(rockpoolErrorOf(() => buf.release()).message).toBe('refCnt: 0, decrement: 1');
    }
    expect(root.refCnt).toBe(0);
  });
});

describe('a resurrection', () => {
  it('is refused', () => {
    const buf = ten();
    const part = buf.slice(0, 1);
    const retained = buf.retainedSlice(0, 1);
    retained.release();
    buf.release();
    for (const dead of [buf, part, retained]) {
      const error = rockpoolErrorOf(() => dead.retain());
      expect(error).toBeInstanceOf(RefCountError);
      expect(error.message).toBe('refCnt: 0, increment: 1');
      expect(error).toMatchObject({ refCnt: 0, increment: 1, decrement: undefined });
      expect(rockpoolErrorOf(() => dead.retain(7)).message).toBe('refCnt: 0, increment: 7');
      expect(dead.refCnt).toBe(0);
    }
  });
});

describe('more references than 2^31 − 1', () => {
  it('are refused, and the count is what it was', () => {
    const buf = ten();
    expect(rockpoolErrorOf(() => buf.retain(MAX))).toMatchObject({ refCnt: 1, increment: MAX });
    expect(buf.refCnt).toBe(1);
    expect(buf.retain(MAX - 1).refCnt).toBe(MAX);
    const error = rockpoolErrorOf(() => buf.retain());
    expect(error).toBeInstanceOf(RefCountError);
    expect(error.message).toBe(`refCnt: ${MAX}, increment: 1`);
    expect(buf.refCnt).toBe(MAX);
    expect(rockpoolErrorOf(() => buf.slice(0, 1).retain(MAX))).toMatchObject({ refCnt: MAX, increment: MAX });
    expect(buf.release(MAX)).toBe(true);
  });

  it('are refused to retained slices of the root, which then are not made', () => {
    const buf = ten().retain(MAX - 1);
    for (const action of [
      () => buf.retainedSlice(0, 1),
      () => buf.readRetainedSlice(1),
      () => buf.retainedDuplicate(),
      () => buf.slice(0, 4).retainedSlice(0, 1),
    ]) {
      expect(rockpoolErrorOf(action)).toMatchObject({ refCnt: MAX, increment: 1 });
      expect([buf.refCnt, buf.readerIndex]).toEqual([MAX, 0]);
    }
    buf.release(MAX);
  });

  it('are refused to a retained slice, apart from its root', () => {
    const buf = ten();
    const part = buf.retainedSlice(0, 4).retain(MAX - 1);
    expect(() => part.retain()).toThrow(RefCountError);
    expect([buf.refCnt, part.refCnt]).toEqual([2, MAX]);
    part.release(MAX);
    buf.release();
  });
});

describe('a handle that is kept after its release', () => {
  it.each(['strict', 'paranoid'] as const)('stays dead for ever at %s', (checks) => {
    const allocator = returning({ checks, quarantineBytes: 0 });
    const dead = ten(allocator);
    const deadSlice = dead.retainedSlice(0, 5);
    deadSlice.release();
    dead.release();
    const others = refill(allocator, 10);
    expect(others).not.toContain(dead);
    expectDead(dead);
    expectDead(deadSlice);
  });

  it('stays dead for ever where handles are not recycled', () => {
    const allocator = returning({ recycleHandles: false });
    const dead = ten(allocator);
    const deadSlice = dead.retainedSlice(0, 5);
    deadSlice.release();
    dead.release();
    const others = refill(allocator, 10);
    const slices = others.map((other) => other.retainedSlice(0, 2));
    expect(others).not.toContain(dead);
    expect(slices).not.toContain(deadSlice);
    expectDead(dead);
    expectDead(deadSlice);
    for (const slice of slices) slice.release();
  });
});

describe('unpooled and wrapped buffers', () => {
  it('follow the same rules', () => {
    for (const buf of [unpooled.buffer(10).writeBytes(pattern(10)), wrap(pattern(10))]) {
      const slice = buf.slice(0, 4);
      const retained = buf.retainedSlice(2, 4);
      expect([buf.refCnt, slice.refCnt, retained.refCnt]).toEqual([2, 2, 1]);
      expect(buf.release()).toBe(false);
      expect(readable(retained)).toEqual([...pattern(10).subarray(2, 6)]);
      expect(retained.release()).toBe(true);
      for (const dead of [buf, slice, retained]) expectDead(dead);
    }
  });
});

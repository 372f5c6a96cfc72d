/** What `trim()` moves, what it must not move, and that nobody notices. */
import { describe, expect, it } from 'vitest';
import {
  type ByteBuf,
  ByteBufAllocator,
  type ByteBufAllocatorOptions,
  CorruptionError,
} from '../../src/buffer/index.ts';
import { OptionRangeError } from '../../src/internal/options.ts';
import { Random } from '../../src/internal/random.ts';
import { detectorWithLog } from '../leak/detector-with-log.ts';
import { collectThoroughly, collectUntil } from '../leak/garbage.ts';
import { expectAccounts } from './accounts.ts';
import { allBytes, expectAllReturned, expectBytes, pattern, placeOf, tinyAllocator } from './tools.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** A buffer with a pattern of its own, all of it readable. */
function filled(allocator: ByteBufAllocator, bytes: number, seed: number): ByteBuf {
  return allocator.buffer(bytes).writeBytes(pattern(bytes, seed));
}

function expectFilled(buf: ByteBuf, seed: number): void {
  expectBytes(allBytes(buf), pattern(buf.capacity, seed), `buffer ${seed}`);
}

/** Buffers of `bytes` each, of which those remain that `stays` says: full of holes otherwise. */
function holed(
  allocator: ByteBufAllocator,
  { bytes, count, stays }: { bytes: number; count: number; stays: (i: number) => boolean },
): Map<number, ByteBuf> {
  const bufs = Array.from({ length: count }, (_, i) => [i, filled(allocator, bytes, i)] as const);
  for (const [i, buf] of bufs) if (!stays(i)) buf.release();
  return new Map(bufs.filter(([i]) => stays(i)));
}

/** External fragmentation after a trim, with every buffer's bytes and every account checked. */
function trimmed(allocator: ByteBufAllocator, live: ReadonlyMap<number, ByteBuf>): number {
  const before = allocator.stats();
  const gone = allocator.trim();
  allocator.assertValid();
  expectAccounts(allocator);
  const after = allocator.stats();
  expect(before.reservedBytes - after.reservedBytes).toBe(gone);
  expect([after.activeBuffers, after.activeBytes]).toEqual([before.activeBuffers, before.activeBytes]);
  for (const [seed, buf] of live) expectFilled(buf, seed);
  return after.externalFragmentation;
}

function releaseAll(allocator: ByteBufAllocator, live: Iterable<ByteBuf>): void {
  for (const buf of live) buf.release();
  expectAllReturned(allocator);
  allocator.trim();
  expect(allocator.stats().reservedBytes).toBe(0);
}

describe('trim() moves live buffers together', () => {
  it.each([
    ['slots of slabs', 1000, 4000],
    ['runs of pages', 20_000, 800],
    ['large runs', 100_000, 200],
  ])('%s', (_, bytes, count) => {
    const allocator = new ByteBufAllocator({ leakDetection: 'disabled', slabMaxBytes: 16 * KIB });
    const live = holed(allocator, { bytes, count, stays: (i) => i % 5 === 0 });
    expect(allocator.stats().externalFragmentation).toBeGreaterThan(2);
    expect(trimmed(allocator, live)).toBeLessThan(0.08);
    const { movedBuffers, movedBytes } = allocator.stats();
    expect(movedBuffers).toBeGreaterThan(count / 20);
    expect(movedBytes).toBeGreaterThan(movedBuffers * bytes - 1);
    releaseAll(allocator, live.values());
  });

  it.each([8, 16, 32])(
    'to at most a tenth of what is used after a long life of mixed sizes, with %i MiB',
    (mib) => {
      const allocator = new ByteBufAllocator({ leakDetection: 'disabled' });
      const random = new Random(mib);
      const live = new Map<number, ByteBuf>();
      const keys: number[] = [];
      let bytes = 0;
      const walk = (from: number, to: number): number => {
        for (let step = 0; step < 40_000; step++) {
          if (bytes < mib * MIB) {
            const size = Math.round(from * (to / from) ** (random.below(1 << 20) / (1 << 20)));
            const buf = allocator.buffer(size).setIndex(0, size);
            buf.setUInt8(0, step & 255).setUInt8(size - 1, size & 255);
            live.set(step + from * MIB, buf);
            keys.push(step + from * MIB);
            bytes += size;
          } else {
            const at = random.below(keys.length);
            const key = keys[at] as number;
            keys[at] = keys.at(-1) as number;
            keys.pop();
            const buf = live.get(key) as ByteBuf;
            live.delete(key);
            bytes -= buf.capacity;
            buf.release();
          }
        }
        allocator.trim();
        allocator.assertValid();
        for (const [key, buf] of live) {
          if (buf.getUInt8(0) !== (key & 255) || buf.getUInt8(buf.capacity - 1) !== (buf.capacity & 255)) {
            expect.fail(`buffer ${key} has other bytes`);
          }
        }
        return allocator.stats().externalFragmentation;
      };
      expect(walk(64, 64 * KIB)).toBeLessThan(0.1);
      expect(walk(KIB, 256 * KIB)).toBeLessThan(0.1);
      releaseAll(allocator, live.values());
    },
  );

  it('with the indices, the marks and the view of afterwards', () => {
    const allocator = tinyAllocator({ cache: false });
    const live = holed(allocator, { bytes: 3000, count: 60, stays: (i) => i % 4 === 0 });
    for (const buf of live.values()) buf.setIndex(10, 2000).markReaderIndex().skipBytes(5);
    trimmed(allocator, live);
    expect(allocator.stats().movedBuffers).toBeGreaterThan(0);
    for (const [seed, buf] of live) {
      expect([buf.readerIndex, buf.resetReaderIndex().readerIndex, buf.writerIndex]).toEqual([15, 10, 2000]);
      expectBytes(buf.toBuffer(), pattern(3000, seed).subarray(10, 2000), 'the view');
      buf.toBuffer().fill(7);
      expect(buf.getUInt8(10)).toBe(7);
    }
    releaseAll(allocator, live.values());
  });

  it('whose bytes were read as a whole before, and are read anew', () => {
    const allocator = tinyAllocator({ cache: false });
    const live = holed(allocator, { bytes: 3000, count: 60, stays: (i) => i % 4 === 0 });
    for (const [seed, buf] of live) expectFilled(buf, seed);
    trimmed(allocator, live);
    for (const [seed, buf] of live) expectFilled(buf.setBytes(0, pattern(3000, seed + 100)), seed + 100);
    releaseAll(allocator, live.values());
  });

  it('that grew, and can grow again', () => {
    const allocator = tinyAllocator({ cache: false });
    const live = holed(allocator, { bytes: 100, count: 200, stays: (i) => i % 8 === 0 });
    for (const [seed, buf] of live) {
      buf.capacity = 5000;
      buf.setBytes(0, pattern(5000, seed));
    }
    const others = holed(allocator, { bytes: 4096, count: 100, stays: () => false });
    trimmed(allocator, live);
    expect(allocator.stats().movedBuffers).toBeGreaterThan(0);
    for (const [seed, buf] of live) {
      buf.capacity = 9000;
      buf.setBytes(0, pattern(9000, seed));
    }
    trimmed(allocator, live);
    releaseAll(allocator, [...live.values(), ...others.values()]);
  });

  it('that are components, under the eyes of the composite', () => {
    const allocator = tinyAllocator({ cache: false });
    const live = holed(allocator, { bytes: 1500, count: 60, stays: (i) => i % 6 === 0 });
    const composite = allocator.composite().addComponents([...live.values()], true);
    const before = allBytes(composite);
    trimmed(allocator, live);
    expect(allocator.stats().movedBuffers).toBeGreaterThan(0);
    expectBytes(allBytes(composite), before, 'the composite');
    expect(composite.getUInt32BE(1498)).toBe(Buffer.from(before).readUInt32BE(1498));
    composite.release();
    expectAllReturned(allocator);
  });

  it('in the middle of a visit of their bytes', () => {
    const allocator = tinyAllocator({ cache: false });
    const live = holed(allocator, { bytes: 3000, count: 60, stays: (i) => i % 4 === 0 });
    const [seed, buf] = [...live].at(-1) as [number, ByteBuf];
    const seen: number[] = [];
    buf.forEachByte((byte, index) => {
      seen.push(byte);
      if (index === 1500) {
        allocator.trim();
        for (let i = 0; i < 20; i++) allocator.buffer(3000).fill(0xee);
      }
    });
    expectBytes(Uint8Array.from(seen), pattern(3000, seed), 'the visit');
  });

  it("and leaves no bytes behind, with zero: 'on-release'", () => {
    const allocator = tinyAllocator({ cache: false, zero: 'on-release' });
    const live = new Map<number, ByteBuf>();
    for (let i = 0; i < 240; i++) live.set(i, filled(allocator, i % 3 === 0 ? 12_000 : 3000, i));
    for (const [i, buf] of live) {
      if (i % 3 === 0)
        buf.toBuffer(); // keeps its chunk where it is, and most of what was moved out of that free
      else if (i % 4 > 0) live.delete(i) && buf.release();
    }
    trimmed(allocator, live);
    const { movedBuffers, reservedBytes } = allocator.stats();
    expect(movedBuffers).toBeGreaterThan(0);
    const others: ByteBuf[] = [];
    while (allocator.stats().reservedBytes === reservedBytes) others.push(allocator.buffer(4096));
    expect(others.length).toBeGreaterThan(20);
    for (const other of others) expectBytes(allBytes(other), new Uint8Array(4096), 'a new buffer');
    releaseAll(allocator, [...live.values(), ...others]);
  });

  it('within the budget, to the last byte of it', () => {
    const allocator = tinyAllocator({ maxBytes: 17 * 64 * KIB, cache: false });
    const live = holed(allocator, { bytes: 3000, count: 340, stays: (i) => i % 4 === 0 });
    const { maxBytes } = allocator.stats();
    expect(trimmed(allocator, live)).toBeLessThan(0.1);
    expect(allocator.stats().reservedBytes).toBeLessThanOrEqual(maxBytes);
    releaseAll(allocator, live.values());
  });
});

describe('trim() leaves where it is', () => {
  /** Every fourth of 60 is live; `use` is done with each before the trim. */
  function lives(use: (buf: ByteBuf) => unknown, options: ByteBufAllocatorOptions = {}) {
    const allocator = tinyAllocator({ cache: false, ...options });
    const live = holed(allocator, { bytes: 3000, count: 60, stays: (i) => i % 4 === 0 });
    const used = [...live.values()].map(use);
    trimmed(allocator, live);
    return { allocator, live, used, moved: allocator.stats().movedBuffers };
  }

  it('what toBuffer() showed: the view stays the same memory', () => {
    const { live, used, moved, allocator } = lives((buf) => buf.toBuffer(5, 100));
    expect(moved).toBe(0);
    [...live.values()].forEach((buf, i) => {
      (used[i] as Buffer).fill(i);
      expect(buf.getUInt8(104)).toBe(i);
    });
    releaseAll(allocator, live.values());
  });

  it('what toBuffer() of a composite showed', () => {
    const allocator = tinyAllocator({ cache: false });
    const live = holed(allocator, { bytes: 3000, count: 60, stays: (i) => i % 4 === 0 });
    const composite = allocator.composite(100).addComponents([...live.values()], true);
    const view = composite.toBuffer(0, 100);
    trimmed(allocator, live);
    view.fill(3);
    expect(composite.getUInt8(99)).toBe(3);
    composite.release();
    expectAllReturned(allocator);
  });

  it.each<[string, (buf: ByteBuf) => ByteBuf]>([
    ['slice', (buf) => buf.slice(5, 100)],
    ['duplicate', (buf) => buf.duplicate()],
    ['asReadOnly', (buf) => buf.asReadOnly()],
    ['retainedSlice', (buf) => buf.retainedSlice(5, 100)],
    ['a slice of a retainedSlice', (buf) => buf.retainedSlice(5, 1000).slice(5, 10)],
  ])('what has a %s', (_, derive) => {
    const { live, used, moved, allocator } = lives(derive);
    expect(moved).toBe(0);
    [...live.values()].forEach((buf, i) => {
      const part = used[i] as ByteBuf;
      const at = placeOf(part).offset - placeOf(buf).offset;
      expect([part.getUInt8(0), placeOf(part).memory]).toEqual([buf.getUInt8(at), placeOf(buf).memory]);
      while (buf.refCnt > 1) (part.unwrap()?.unwrap() === buf ? part.unwrap() : part)?.release();
    });
    releaseAll(allocator, live.values());
  });

  it('the block that a buffer outgrew while a slice of it was out', () => {
    const allocator = tinyAllocator({ cache: false });
    const live = holed(allocator, { bytes: 1500, count: 100, stays: (i) => i % 9 === 0 });
    const parts = [...live].map(([seed, buf]) => {
      const part = buf.retainedSlice(0, 1500);
      buf.capacity = 4000;
      buf.setBytes(0, pattern(4000, seed));
      return { part, seed };
    });
    trimmed(allocator, live);
    for (const { part, seed } of parts) expectFilled(part, seed);
    for (const { part } of parts) part.release();
    releaseAll(allocator, live.values());
  });

  it('what is kept still by the option, or by the checks', () => {
    expect(lives(() => {}, { compaction: false }).moved).toBe(0);
    expect(lives(() => {}, { checks: 'strict' }).moved).toBe(0);
    expect(lives(() => {}, { recycleHandles: false }).moved).toBe(0);
    for (const options of [{ checks: 'strict' }, { recycleHandles: false }] as const) {
      expect(() => new ByteBufAllocator({ ...options, compaction: true })).toThrow(OptionRangeError);
    }
  });

  it("everything, where only what is unused goes: trim('unused')", () => {
    const allocator = tinyAllocator({ cache: false });
    const live = holed(allocator, { bytes: 3000, count: 60, stays: (i) => i % 4 === 0 });
    allocator.trim('unused');
    expect(allocator.stats().movedBuffers).toBe(0);
    releaseAll(allocator, live.values());
  });

  it('everything, where it would free less than a sixteenth of what is copied', () => {
    const allocator = tinyAllocator({ cache: false });
    const live = holed(allocator, { bytes: 4096, count: 160, stays: (i) => i % 32 !== 0 });
    const { reservedBytes } = allocator.stats();
    trimmed(allocator, live);
    const { movedBytes, reservedBytes: after } = allocator.stats();
    expect((reservedBytes - after) * 16).toBeGreaterThanOrEqual(movedBytes);
    releaseAll(allocator, live.values());
  });

  it('everything in a budget that was refused: nothing moves within an operation', () => {
    const allocator = tinyAllocator({ maxBytes: 4 * 64 * KIB, cache: false });
    const live = holed(allocator, { bytes: 4096, count: 64, stays: (i) => i % 4 === 0 });
    expect(() => allocator.buffer(64 * KIB)).toThrow(/budget|maxBytes/i);
    expect(allocator.stats().movedBuffers).toBe(0);
    allocator.trim();
    allocator.buffer(64 * KIB).release(); // now there is room
    releaseAll(allocator, live.values());
  });
});

describe('a buffer that the leak detector follows', () => {
  it.each<[string, (buf: ByteBuf) => unknown]>([
    ['is found to be lost after a trim', () => {}],
    ['is found to be lost after growth', (buf) => buf.writeZero(9000)],
  ])('%s', async (_, use) => {
    const { detector, leaks } = detectorWithLog();
    const allocator = tinyAllocator({ leakDetector: detector, cache: false });
    const forget = (): void => void use(allocator.buffer(3000));
    const live = holed(allocator, { bytes: 3000, count: 60, stays: (i) => i % 4 === 0 });
    forget();
    trimmed(allocator, live);
    await collectUntil('the leak is reported', () => leaks.length > 0);
    expect(allocator.stats().lostBuffers).toBe(1);
    for (const buf of live.values()) buf.release();
  });

  it('is counted with what it had, alive or lost', async () => {
    const { detector, leaks } = detectorWithLog();
    const allocator = tinyAllocator({ leakDetector: detector });
    const kept = allocator.buffer(1000);
    (() => allocator.buffer(500))();
    expect(allocator.stats().activeBytes).toBe(1500);
    kept.capacity = 900;
    expect(allocator.stats().activeBytes).toBe(1400);
    await collectUntil('the leak is reported', () => leaks.length > 0);
    expect(allocator.stats().activeBytes).toBe(1400);
    kept.release();
    expect(allocator.stats()).toMatchObject({ activeBuffers: 1, activeBytes: 500, lostBuffers: 1 });
  });

  it('lets an allocator and its buffers go together, when nobody has either', async () => {
    let finalized = 0;
    const registry = new FinalizationRegistry(() => {
      finalized++;
    });
    (() => {
      const allocator = tinyAllocator();
      registry.register(allocator, 0);
      const buf = allocator.buffer(3000);
      registry.register(buf, 0);
    })();
    await collectUntil('both are gone', () => finalized === 2);
    await collectThoroughly();
  });
});

it('damage is found as before: what is watched does not move', () => {
  const allocator = tinyAllocator({ checks: 'strict', cache: false });
  const live = holed(allocator, { bytes: 3000, count: 30, stays: (i) => i % 3 === 0 });
  const [, buf] = [...live][3] as [number, ByteBuf];
  const view = buf.toBuffer(0, 10);
  buf.release();
  view[0] = 1;
  expect(() => allocator.trim()).toThrow(CorruptionError);
});

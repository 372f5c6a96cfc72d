/** Blocks out of slabs and runs: reuse, hysteresis, refusals, reports. */
import { describe, expect, it } from 'vitest';
import { Arena } from '../../src/buffer/arena.ts';
import type { Chunk } from '../../src/buffer/chunk.ts';
import { SizeClasses } from '../../src/buffer/size-classes.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

interface Block {
  readonly chunk: Chunk;
  readonly offset: number;
  readonly classIndex: number;
}

/** An arena with what its tests want to know. */
class Bench {
  reserved = 0;
  maxBytes = 2 ** 40;
  readonly arena: Arena;

  constructor({ spareChunks = 0, chunkBytes = 4 * MIB, leastChunkBytes = 64 * KIB } = {}) {
    const sizeClasses = new SizeClasses({
      pageBytes: 8 * KIB,
      chunkBytes,
      alignment: 0,
      slabMaxBytes: 28 * KIB,
    });
    const budget = {
      reserve: (bytes: number): boolean => {
        if (this.reserved + bytes > this.maxBytes) return false;
        this.reserved += bytes;
        return true;
      },
      unreserve: (bytes: number): void => {
        this.reserved -= bytes;
      },
    };
    this.arena = new Arena({ sizeClasses, spareChunks, budget, leastChunkBytes });
  }

  tryTake(bytes: number): Block | undefined {
    const classIndex = this.arena.sizeClasses.classOf(bytes);
    const chunk = this.arena.allocate(classIndex);
    return chunk && { chunk, offset: this.arena.offset, classIndex };
  }

  take(bytes: number): Block {
    const block = this.tryTake(bytes);
    if (block === undefined) throw new Error('refused');
    return block;
  }

  takeMany(count: number, bytes: number): Block[] {
    return Array.from({ length: count }, () => this.take(bytes));
  }

  give({ chunk, offset, classIndex }: Block): void {
    this.arena.free(chunk, offset, classIndex);
  }

  /** `[slotBytes, slabs, freeSlots]` of each class with slabs. */
  get slabs(): number[][] {
    return this.arena.stats().slabs.map(({ slotBytes, slabs, freeSlots }) => [slotBytes, slabs, freeSlots]);
  }

  get chunks(): number {
    return this.arena.stats().chunks.active;
  }
}

describe('an arena', () => {
  it('reserves nothing before the first block', () => {
    const { arena } = new Bench();
    expect([arena.usedBytes, arena.reservedBytes]).toEqual([0, 0]);
    expect(arena.stats().externalFragmentation).toBe(0);
    arena.assertValid();
  });

  it('gives the lowest offset first, of slots and of runs', () => {
    const bench = new Bench({ leastChunkBytes: 4 * MIB });
    expect(bench.takeMany(3, 1024).map(({ offset }) => offset)).toEqual([0, 1024, 2048]);
    expect(bench.takeMany(2, 64 * KIB).map(({ offset }) => offset)).toEqual([8 * KIB, 72 * KIB]);
    const [first, second] = bench.takeMany(2, 1024) as [Block, Block];
    bench.give(second);
    bench.give(first);
    expect(bench.take(1024)).toEqual(first);
    bench.arena.assertValid();
  });

  it('merges freed neighbours, and reuses them as one', () => {
    const bench = new Bench({ leastChunkBytes: 4 * MIB });
    const blocks = bench.takeMany(64, 64 * KIB);
    expect(bench.chunks).toBe(1);
    for (const block of [5, 7, 6, 4].map((i) => blocks[i] as Block)) bench.give(block);
    const merged = bench.take(256 * KIB);
    expect(merged.offset).toBe(4 * 64 * KIB);
    expect(merged.chunk).toBe(blocks[0]?.chunk);
    expect(bench.chunks).toBe(1);
    bench.arena.assertValid();
  });

  it('keeps a block of a whole chunk in q100, and releases the chunk with it', () => {
    const bench = new Bench();
    const block = bench.take(4 * MIB);
    const lists = bench.arena.stats().chunkLists;
    expect(lists.filter(({ chunks }) => chunks.length > 0)).toEqual([
      {
        name: 'q100',
        minUsage: 100,
        maxUsage: 100,
        chunks: [{ usage: 100, chunkBytes: 4 * MIB, freeBytes: 0, runs: 1, slabs: 0 }],
      },
    ]);
    bench.give(block);
    expect([bench.chunks, bench.reserved]).toEqual([0, 0]);
  });

  it('returns what a block of whole pages had at once, though its class is one of slots', () => {
    const bench = new Bench();
    for (const bytes of [8, 16, 24].map((kib) => kib * KIB)) {
      const blocks = bench.takeMany(5, bytes);
      expect(bench.slabs).toEqual([]);
      for (const block of blocks) bench.give(block);
      expect([bench.chunks, bench.reserved]).toEqual([0, 0]);
      bench.arena.assertValid();
    }
    expect(bench.arena.stats().small).toEqual({ allocations: 15, deallocations: 15, active: 0 });
  });

  it('dissolves an emptied slab, but for the last of its class with free slots', () => {
    const bench = new Bench({ leastChunkBytes: 4 * MIB });
    const blocks = bench.takeMany(16, 1024);
    expect(bench.slabs).toEqual([[1024, 2, 0]]);
    for (const block of blocks.slice(0, 8)) bench.give(block);
    expect(bench.slabs).toEqual([[1024, 2, 8]]);
    for (const block of blocks.slice(8)) bench.give(block);
    expect(bench.slabs).toEqual([[1024, 1, 8]]);
    expect(bench.chunks).toBe(1);
    bench.arena.assertValid();
    expect(bench.arena.trim()).toBe(4 * MIB);
    expect([bench.slabs, bench.reserved]).toEqual([[], 0]);
    bench.arena.assertValid();
  });

  it('uses dissolved slabs again, for any class of up to 32 slots', () => {
    const bench = new Bench();
    for (const bytes of [1024, 6 * KIB, 256, 28 * KIB, 48, 1024]) {
      for (const block of bench.takeMany(100, bytes)) bench.give(block);
      bench.arena.assertValid();
    }
    expect(bench.arena.usedBytes).toBe(0);
    expect(bench.slabs.every(([, slabs]) => slabs === 1)).toBe(true);
  });

  it('makes no chunk and releases none while its use hovers about the edge of one', () => {
    const bench = new Bench({ spareChunks: 1 });
    bench.take(4 * MIB);
    for (let i = 0; i < 50; i++) bench.give(bench.take(64 * KIB));
    for (let i = 0; i < 50; i++) bench.give(bench.take(100));
    expect(bench.arena.stats().chunks).toEqual({ allocations: 2, deallocations: 0, active: 2 });
  });

  it('keeps spareChunks empty chunks, and trim() releases these', () => {
    const bench = new Bench({ spareChunks: 2 });
    for (const block of bench.takeMany(5, 4 * MIB)) bench.give(block);
    expect([bench.chunks, bench.arena.reservedBytes, bench.reserved]).toEqual([2, 8 * MIB, 8 * MIB]);
    expect(bench.arena.stats().chunkLists[0]).toMatchObject({
      name: 'qInit',
      chunks: [{ usage: 0 }, { usage: 0 }],
    });
    expect(bench.arena.trim()).toBe(8 * MIB);
    expect(bench.arena.trim()).toBe(0);
    expect([bench.chunks, bench.reserved]).toEqual([0, 0]);
  });

  it('changes nothing when the budget refuses a chunk', () => {
    const bench = new Bench({ leastChunkBytes: 4 * MIB });
    bench.maxBytes = 4 * MIB;
    const block = bench.take(2 * MIB);
    bench.take(1 * MIB);
    bench.takeMany(8, 1024);
    const before = [bench.arena.stats(), bench.arena.dump()];
    expect(bench.tryTake(1 * MIB)).toBeUndefined();
    expect(bench.tryTake(4 * MIB)).toBeUndefined();
    expect([bench.arena.stats(), bench.arena.dump()]).toEqual(before);
    bench.arena.assertValid();
    bench.give(block);
    expect(bench.take(1.5 * MIB).chunk === block.chunk).toBe(true);
  });

  it('refuses a slot for which there is no page left', () => {
    const bench = new Bench();
    bench.maxBytes = 4 * MIB;
    bench.take(4 * MIB);
    expect(bench.tryTake(16)).toBeUndefined();
    expect(bench.arena.stats().small.allocations).toBe(0);
    bench.arena.assertValid();
  });

  it('throws for what is no block that is out, and changes nothing', () => {
    const bench = new Bench({ spareChunks: 1 });
    const slot = bench.take(1024);
    const run = bench.take(64 * KIB);
    const { classIndex } = run;
    const wrong: Block[] = [
      { ...slot, offset: slot.offset + 16 },
      { ...slot, offset: slot.offset + 1024 },
      { ...slot, classIndex: slot.classIndex + 1 },
      { ...slot, classIndex },
      { ...run, offset: run.offset + 16 },
      { ...run, offset: run.offset + 8 * KIB },
      { ...run, offset: run.offset + 64 * KIB },
      { ...run, offset: -8 * KIB },
      { ...run, offset: 4 * MIB },
      { ...run, classIndex: classIndex + 1 },
      { ...run, classIndex: slot.classIndex },
    ];
    const before = bench.arena.stats();
    for (const block of wrong) {
      expect(() => bench.give(block)).toThrow();
      bench.arena.assertValid();
    }
    expect(bench.arena.stats()).toEqual(before);
    bench.give(run);
    bench.give(slot);
    expect(() => bench.give(run)).toThrow('no used run');
    expect(() => bench.give(slot)).toThrow('free already');
    bench.arena.assertValid();
  });

  it('throws for a block of a chunk that was released', () => {
    const bench = new Bench();
    const block = bench.take(64 * KIB);
    bench.give(block);
    expect(() => bench.give(block)).toThrow('no used run');
    expect([bench.chunks, bench.reserved]).toEqual([0, 0]);
  });

  it('gives blocks above half a shared chunk a chunk of their own, without a byte to spare', () => {
    const bench = new Bench();
    const blocks = [40, 64, 80, 256, 4096].map((kib) => bench.take(kib * KIB));
    expect(blocks.map(({ chunk, offset }) => [chunk.usage, offset])).toEqual(Array(5).fill([100, 0]));
    expect(bench.arena.stats()).toMatchObject({ externalFragmentation: 0, chunks: { active: 5 } });
    const [shared, other] = bench.takeMany(2, 32 * KIB) as [Block, Block];
    expect(shared.chunk === other.chunk).toBe(true);
    bench.arena.assertValid();
    for (const block of [...blocks, shared, other]) bench.give(block);
    expect(bench.reserved).toBe(0);
  });

  it('has small slabs for a class with few blocks, and full-sized ones after that', () => {
    const bench = new Bench();
    const blocks = bench.takeMany(6, 1280);
    expect(bench.arena.stats().slabs).toEqual([{ slotBytes: 1280, slabs: 1, slots: 6, freeSlots: 0 }]);
    blocks.push(...bench.takeMany(36 - 6, 1280));
    expect(bench.arena.stats().slabs).toEqual([{ slotBytes: 1280, slabs: 6, slots: 36, freeSlots: 0 }]);
    blocks.push(bench.take(1280));
    expect(bench.arena.stats().slabs).toEqual([{ slotBytes: 1280, slabs: 7, slots: 68, freeSlots: 31 }]);
    bench.arena.assertValid();
    for (const block of blocks) bench.give(block);
    bench.arena.assertValid();
    bench.arena.trim();
    expect(bench.reserved).toBe(0);
  });

  it('counts blocks, chunks and bytes', () => {
    const bench = new Bench({ leastChunkBytes: 4 * MIB });
    const blocks = [...bench.takeMany(10, 1000), ...bench.takeMany(3, 60 * KIB)];
    bench.give(blocks[0] as Block);
    bench.give(blocks[10] as Block);
    const usedBytes = 9 * 1024 + 2 * 64 * KIB;
    expect(bench.arena.usedBytes).toBe(usedBytes);
    expect(bench.arena.stats()).toMatchObject({
      chunkBytes: 4 * MIB,
      sharedChunkBytes: 4 * MIB,
      spareBytes: 0,
      pageBytes: 8 * KIB,
      reservedBytes: 4 * MIB,
      usedBytes,
      freeBytes: 4 * MIB - usedBytes,
      externalFragmentation: (4 * MIB - usedBytes) / usedBytes,
      largestFreeRunBytes: 4 * MIB - 2 * 8 * KIB - 3 * 64 * KIB,
      small: { allocations: 10, deallocations: 1, active: 9 },
      normal: { allocations: 3, deallocations: 1, active: 2 },
      chunks: { allocations: 1, deallocations: 0, active: 1 },
      slabs: [{ slotBytes: 1024, slabs: 2, slots: 16, freeSlots: 7 }],
    });
  });

  it('draws its chunks, at most 100 columns wide', () => {
    const bench = new Bench({ chunkBytes: 512 * KIB, leastChunkBytes: 512 * KIB, spareChunks: 1 });
    const [first] = bench.takeMany(2, 16 * KIB);
    bench.takeMany(5, 1024);
    bench.takeMany(1, 1280);
    bench.take(256 * KIB);
    bench.give(first as Block);
    expect(bench.arena.dump()).toBe(
      [
        'arena: chunks of up to 512 KiB, pages of 8 KiB, 512 KiB reserved, 278.3 KiB used',
        'q025 25–75 %',
        '  chunk 0: 512 KiB, 57 % of pages, 224 KiB free, 2 runs, 2 slabs',
        '    ..[=61[===============================..........................',
        '',
      ].join('\n'),
    );
    bench.takeMany(10, 512 * KIB);
    expect(
      Math.max(
        ...bench.arena
          .dump()
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(100);
  });
});

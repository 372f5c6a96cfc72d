/** Chunks by usage: the exact thresholds, the way through the lists, spares and release. */
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/buffer/chunk.ts';
import { ChunkLists } from '../../src/buffer/chunk-lists.ts';

const PAGE = 4096;

interface Setup {
  readonly lists: ChunkLists;
  /** Bytes granted and not given back. */
  readonly reserved: () => number;
}

/** Lists over chunks of `pages` pages, or of `leastPages` up to that, within a budget of `maxChunks`. */
function setup(pages: number, { spareChunks = 0, maxChunks = 100, leastPages = pages } = {}): Setup {
  let reserved = 0;
  const budget = {
    reserve(bytes: number) {
      if (reserved + bytes > maxChunks * pages * PAGE) return false;
      reserved += bytes;
      return true;
    },
    unreserve(bytes: number) {
      reserved -= bytes;
    },
  };
  const bytes = pages * PAGE;
  const lists = new ChunkLists({
    pageBytes: PAGE,
    chunkBytes: bytes,
    leastChunkBytes: leastPages * PAGE,
    spareChunks,
    budget,
  });
  return { lists, reserved: () => reserved };
}

/** What is in each list that is not empty, as the ids of its chunks, ascending. */
function idsOf(lists: ChunkLists): Record<string, number[]> {
  const ids: Record<string, number[]> = {};
  for (const list of lists.all) {
    for (let chunk = list.first; chunk !== undefined; chunk = chunk.next) {
      ids[list.name] = [...(ids[list.name] ?? []), chunk.id];
    }
    ids[list.name]?.sort((a, b) => a - b);
  }
  return ids;
}

function allocate(lists: ChunkLists, pages: number): { chunk: Chunk; firstPage: number } {
  const chunk = lists.allocate(pages);
  if (chunk === undefined) throw new Error('refused');
  lists.assertValid();
  return { chunk, firstPage: lists.firstPage };
}

describe('chunk lists', () => {
  it('have the bounds of usage that their names say', () => {
    const { lists } = setup(100);
    expect(lists.all.map(({ name, minUsage, maxUsage }) => [name, minUsage, maxUsage])).toEqual([
      ['spare', -1, 1],
      ['qInit', -1, 25],
      ['q000', 1, 50],
      ['q025', 25, 75],
      ['q050', 50, 100],
      ['q075', 75, 100],
      ['q100', 100, 101],
    ]);
  });

  it('move a chunk up exactly when its usage reaches the upper bound, and down below the lower', () => {
    const { lists } = setup(100);
    const seen: string[] = [];
    const runs: { chunk: Chunk; firstPage: number }[] = [];
    for (let usage = 1; usage <= 100; usage++) {
      runs.push(allocate(lists, 1));
      const name = Object.keys(idsOf(lists))[0] as string;
      if (!seen.at(-1)?.startsWith(name)) seen.push(`${name} ${usage}`);
    }
    expect(seen).toEqual(['qInit 1', 'q000 25', 'q025 50', 'q050 75', 'q100 100']);
    seen.length = 0;
    for (const { chunk, firstPage } of runs.slice(1)) {
      lists.free(chunk, firstPage);
      lists.assertValid();
      const name = Object.keys(idsOf(lists))[0] as string;
      if (!seen.at(-1)?.startsWith(name)) seen.push(`${name} ${chunk.usage}`);
    }
    expect(seen).toEqual(['q075 99', 'q050 74', 'q025 49', 'q000 24']);
  });

  it('round usage as the source does: 99 % while any page is free', () => {
    const { lists } = setup(1000);
    const { chunk } = allocate(lists, 1);
    expect(chunk.usage).toBe(1);
    allocate(lists, 998);
    expect(chunk.usage).toBe(99);
    allocate(lists, 1);
    expect(chunk.usage).toBe(100);
    expect(idsOf(lists)).toEqual({ q100: [0] });
  });

  it('keep a full chunk in q100, and release it when its run is freed', () => {
    const { lists, reserved } = setup(512);
    const { chunk, firstPage } = allocate(lists, 512);
    expect(idsOf(lists)).toEqual({ q100: [0] });
    expect(chunk.freeBytes).toBe(0);
    lists.free(chunk, firstPage);
    expect(idsOf(lists)).toEqual({});
    expect([chunk.list, lists.released, reserved()]).toEqual([undefined, 1, 0]);
    lists.assertValid();
  });

  it('keep as many empty chunks as spares are allowed, and use them before they make another', () => {
    const { lists, reserved } = setup(8, { spareChunks: 2 });
    const runs = [allocate(lists, 8), allocate(lists, 8), allocate(lists, 8)];
    for (const { chunk, firstPage } of runs) lists.free(chunk, firstPage);
    lists.assertValid();
    expect(idsOf(lists)).toEqual({ spare: [1, 2] });
    expect([lists.made, lists.released, reserved()]).toEqual([3, 1, 2 * 8 * PAGE]);
    expect([allocate(lists, 8).chunk.id, allocate(lists, 8).chunk.id]).toEqual([2, 1]);
    expect(lists.made).toBe(3);
  });

  it('release the spares at trim()', () => {
    const { lists, reserved } = setup(8, { spareChunks: 2 });
    const { chunk, firstPage } = allocate(lists, 3);
    lists.free(chunk, firstPage);
    lists.trim();
    expect([idsOf(lists), reserved(), lists.reservedBytes]).toEqual([{}, 0, 0]);
    lists.trim();
    lists.assertValid();
  });

  it('do not make and release chunks when usage hovers about the edge of one', () => {
    const { lists } = setup(8, { spareChunks: 1 });
    allocate(lists, 8);
    for (let i = 0; i < 100; i++) {
      const { chunk, firstPage } = allocate(lists, 1);
      lists.free(chunk, firstPage);
    }
    expect([lists.made, lists.released]).toEqual([2, 0]);
  });

  it('take the chunk in which the run fits tightest, in whatever list it is', () => {
    const { lists } = setup(100);
    const rests = [80, 60, 40, 20].map((usage) => {
      allocate(lists, usage);
      return allocate(lists, 100 - usage);
    });
    const fresh = allocate(lists, 10);
    for (const { chunk, firstPage } of rests) lists.free(chunk, firstPage);
    expect(idsOf(lists)).toEqual({ q075: [0], q050: [1], q025: [2], q000: [3], qInit: [fresh.chunk.id] });
    const idOf = (pages: number): number => {
      const { chunk, firstPage } = allocate(lists, pages);
      lists.free(chunk, firstPage);
      lists.assertValid();
      return chunk.id;
    };
    expect([5, 20, 21, 40, 41, 56, 61, 80, 81, 90].map(idOf)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
    expect(lists.made).toBe(5);
  });

  it('find a run of a length between two bins that is exactly as long', () => {
    const { lists } = setup(9);
    const { chunk, firstPage } = allocate(lists, 9);
    lists.free(chunk, firstPage);
    allocate(lists, 1);
    const other = allocate(lists, 9);
    lists.free(other.chunk, other.firstPage);
    expect(lists.made - lists.released).toBe(1);
  });

  it('find the one chunk with room among hundreds, in one step', () => {
    const { lists } = setup(8, { maxChunks: 4000 });
    const runs = Array.from({ length: 3000 }, () => lists.allocate(8) as Chunk);
    lists.assertValid();
    for (const id of [2999, 1500, 1031, 0]) {
      const chunk = runs[id] as Chunk;
      lists.free(chunk, 0);
      expect(lists.allocate(5)).not.toBe(chunk);
      expect(lists.allocate(3)?.usage).toBe(100);
    }
    expect(idsOf(lists)['q100']).toHaveLength(3000);
    lists.assertValid();
  });

  it('make larger chunks as more is reserved, in powers of two up to the largest', () => {
    const { lists } = setup(64, { leastPages: 8, maxChunks: 2000 });
    const sizes = new Map<number, number>();
    for (let total = 0; total < 30_000; ) {
      const { pages } = (lists.allocate(8) as Chunk).runs;
      if (!sizes.has(pages)) sizes.set(pages, lists.reservedBytes / PAGE - pages);
      total = lists.reservedBytes / PAGE;
    }
    expect([...sizes]).toEqual([
      [8, 0],
      [16, 384 * 16],
      [32, 384 * 32],
      [64, 384 * 64],
    ]);
    lists.assertValid();
  });

  it('make a small chunk where the budget refuses a larger one', () => {
    const { lists } = setup(64, { leastPages: 8, maxChunks: 96 + 10 / 64 });
    while (lists.sharedPages < 16) lists.allocate(8);
    while (lists.reservedBytes < 96 * 64 * PAGE) lists.allocate(8);
    const chunk = lists.allocate(1) as Chunk;
    expect([lists.sharedPages, chunk.runs.pages]).toEqual([16, 8]);
    expect(lists.allocate(8)).toBeUndefined();
    lists.assertValid();
  });

  it('give a run a chunk of its own length, full from the start', () => {
    const { lists, reserved } = setup(64, { leastPages: 8, spareChunks: 1 });
    const own = lists.allocateOwn(23) as Chunk;
    expect([lists.firstPage, own.runs.pages, own.usage, reserved()]).toEqual([0, 23, 100, 23 * PAGE]);
    expect(idsOf(lists)).toEqual({ q100: [0] });
    expect(allocate(lists, 1).chunk).not.toBe(own);
    lists.free(own, 0);
    expect(idsOf(lists)).toEqual({ spare: [0], qInit: [1] });
    expect(lists.allocateOwn(22)).not.toBe(own);
    expect(lists.allocateOwn(23)).toBe(own);
    lists.assertValid();
  });

  it('release the oldest spares first, and all lengths together are bounded', () => {
    const { lists, reserved } = setup(64, { leastPages: 8, spareChunks: 1 });
    const chunks = [20, 30, 20, 10].map((pages) => lists.allocateOwn(pages) as Chunk);
    for (const chunk of chunks) lists.free(chunk, 0);
    lists.assertValid();
    expect(idsOf(lists)).toEqual({ spare: [1, 2, 3] });
    expect([lists.spareBytes, reserved()]).toEqual([60 * PAGE, 60 * PAGE]);
  });

  it('keep a quarter of what is reserved as spares where that is more', () => {
    const { lists } = setup(64, { leastPages: 8, spareChunks: 1 });
    const chunks = Array.from({ length: 40 }, () => lists.allocateOwn(64) as Chunk);
    for (const chunk of chunks.slice(0, 20)) lists.free(chunk, 0);
    lists.assertValid();
    expect([idsOf(lists)['q100']?.length, idsOf(lists)['spare']?.length]).toEqual([20, 6]);
  });

  it('release spares where the budget has nothing else, and only if that helps', () => {
    const { lists, reserved } = setup(64, { leastPages: 8, spareChunks: 1, maxChunks: 1 });
    const chunks = [20, 20, 20].map((pages) => lists.allocateOwn(pages) as Chunk);
    lists.free(chunks[0] as Chunk, 0);
    lists.free(chunks[1] as Chunk, 0);
    expect(lists.allocateOwn(45)).toBeUndefined();
    expect([idsOf(lists)['spare'], reserved()]).toEqual([[0, 1], 60 * PAGE]);
    lists.assertValid();
    expect(lists.allocateOwn(21)?.runs.pages).toBe(21);
    expect([idsOf(lists)['spare'], reserved()]).toEqual([[1], 61 * PAGE]);
    lists.assertValid();
  });

  it('change nothing when the budget refuses', () => {
    const { lists, reserved } = setup(8, { maxChunks: 1 });
    allocate(lists, 5);
    const before = idsOf(lists);
    expect(lists.allocate(4)).toBeUndefined();
    expect([idsOf(lists), lists.made, reserved()]).toEqual([before, 1, 8 * PAGE]);
    lists.assertValid();
    expect(allocate(lists, 3).chunk.id).toBe(0);
  });

  it('give the budget back what the runtime then has not', () => {
    let reserved = 0;
    const budget = {
      reserve: (bytes: number) => {
        reserved += bytes;
        return true;
      },
      unreserve: (bytes: number) => {
        reserved -= bytes;
      },
    };
    const bytes = 2 ** 42;
    const lists = new ChunkLists({
      pageBytes: PAGE,
      chunkBytes: bytes,
      leastChunkBytes: bytes,
      spareChunks: 0,
      budget,
    });
    expect(() => lists.allocate(1)).toThrow(RangeError);
    expect([reserved, lists.made]).toEqual([0, 0]);
    lists.assertValid();
  });

  it('throw for what is no run of the chunk', () => {
    const { lists } = setup(8, { spareChunks: 1 });
    const { chunk, firstPage } = allocate(lists, 2);
    expect(() => lists.free(chunk, firstPage + 1)).toThrow('no used run');
    lists.free(chunk, firstPage);
    expect(() => lists.free(chunk, firstPage)).toThrow('no used run');
    lists.assertValid();
  });
});

import { expect, test } from 'vitest';
import { ByteBufAllocator } from '../../src/index.ts';

test('the runs of each chunk tile it, and tell what is in them', () => {
  const allocator = new ByteBufAllocator();
  const held = [100, 100, 3000, 40_000, 100_000, 600_000].map((bytes) => allocator.buffer(bytes));
  const { pageBytes, chunks, omittedChunks } = allocator.map();
  expect(omittedChunks).toBe(0);
  for (const { pages, runs } of chunks) {
    let next = 0;
    for (const run of runs) {
      expect(run.firstPage).toBe(next);
      next += run.pages;
      expect(run.usedSlots).toBeLessThanOrEqual(run.slots);
      expect(run.kind === 'free').toBe(run.blockBytes === 0);
    }
    expect(next).toBe(pages);
  }
  const used = chunks
    .flatMap(({ runs }) => runs)
    .reduce((sum, run) => sum + run.usedSlots * run.blockBytes, 0);
  expect(used).toBe(allocator.stats().arena.usedBytes);
  expect(pageBytes).toBe(8192);
  for (const buf of held) buf.release();
});

test('no more chunks than wanted, the fullest first', () => {
  const allocator = new ByteBufAllocator({ leastChunkBytes: 65_536, chunkBytes: 65_536 });
  const held = Array.from({ length: 20 }, () => allocator.buffer(32_768));
  const { chunks, omittedChunks } = allocator.map(3);
  expect(chunks.map(({ list }) => list)).toEqual(['q100', 'q100', 'q100']);
  expect(omittedChunks).toBe(7);
  for (const buf of held) buf.release();
});

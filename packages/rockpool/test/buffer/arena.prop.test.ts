/** Random lives of blocks against a list of what is out: blocks never overlap, and every equation holds always. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Arena } from '../../src/buffer/arena.ts';
import type { Chunk } from '../../src/buffer/chunk.ts';
import { SizeClasses } from '../../src/buffer/size-classes.ts';
import type { Tenant } from '../../src/buffer/tenant.ts';
import { LONG } from './long.ts';

class Block implements Tenant {
  chunk: Chunk;
  offset: number;
  readonly classIndex: number;
  readonly bytes: number;
  /** What the block is filled with. */
  readonly mark: number;
  readonly _movable: boolean;
  readonly _liveBytes: number;

  constructor(place: Place, classIndex: number, bytes: number, mark: number, movable: boolean) {
    this.chunk = place.chunk;
    this.offset = place.offset;
    this.classIndex = classIndex;
    this.bytes = bytes;
    this.mark = mark;
    this._movable = movable;
    this._liveBytes = bytes - (mark % 7);
  }

  _relocate(chunk: Chunk, offset: number): void {
    if (!this._movable) throw new Error('a block that must stay was moved');
    this.chunk = chunk;
    this.offset = offset;
  }

  _isAt(chunk: Chunk, offset: number): boolean {
    return this.chunk === chunk && this.offset === offset;
  }
}

interface Place {
  readonly chunk: Chunk;
  readonly offset: number;
}

const operations = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        is: fc.constant('allocate' as const),
        log2: fc.integer({ min: 0, max: 18 }),
        of: fc.nat(),
      }),
    },
    { weight: 5, arbitrary: fc.record({ is: fc.constant('free' as const), which: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ is: fc.constant('free many' as const), which: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ is: fc.constant('trim' as const) }) },
    { weight: 1, arbitrary: fc.record({ is: fc.constant('compact' as const), wipe: fc.boolean() }) },
  ),
  { maxLength: 150, size: 'max' },
);

const geometries = fc.record({
  pageBytes: fc.constantFrom(4096, 8192),
  chunkBytes: fc.constantFrom(64 * 1024, 256 * 1024),
  alignment: fc.constantFrom(0, 64, 4096),
  slabMaxBytes: fc.constantFrom(8192, 28672),
  spareChunks: fc.constantFrom(0, 1, 3),
  maxChunks: fc.constantFrom(2, 6, 100),
  leastPart: fc.constantFrom(1, 4),
  /** Every so many blocks one must stay where it is; 1: all. */
  fixedEvery: fc.constantFrom(1, 2, 5, 1000),
});

function fill({ chunk, offset, bytes }: Block, mark: number): void {
  chunk.memory.bytes.fill(mark, offset, offset + bytes);
}

/** Whether every byte still has the block's mark: nobody else was given any of them. */
function isWhole({ chunk, offset, bytes, mark }: Block): boolean {
  const { bytes: memory } = chunk.memory;
  if (memory[offset] !== mark) return false;
  return bytes === 1 || memory.subarray(offset, offset + bytes).every((byte) => byte === mark);
}

function overlaps(blocks: readonly Block[]): boolean {
  const sorted = blocks.toSorted((a, b) => a.chunk.id - b.chunk.id || a.offset - b.offset);
  return sorted.some((block, i) => {
    const next = sorted[i + 1];
    return next?.chunk === block.chunk && block.offset + block.bytes > next.offset;
  });
}

/** What the tenants of each class have. */
function expectLiveBytes(arena: Arena, known: ReadonlySet<Block>): void {
  const bytes = new Float64Array(arena.sizeClasses.count);
  for (const { classIndex, _liveBytes } of known)
    bytes[classIndex] = (bytes[classIndex] as number) + _liveBytes;
  expect(arena.liveBytes()).toEqual(bytes);
}

it('blocks never overlap, whatever is taken, moved and given back', () => {
  let moved = 0;
  fc.assert(
    fc.property(
      geometries,
      operations,
      ({ spareChunks, maxChunks, leastPart, fixedEvery, ...geometry }, steps) => {
        const sizeClasses = new SizeClasses(geometry);
        const maxBytes = maxChunks * geometry.chunkBytes;
        let reserved = 0;
        const budget = {
          reserve(bytes: number) {
            if (reserved + bytes > maxBytes) return false;
            reserved += bytes;

            return true;
          },
          unreserve(bytes: number) {
            reserved -= bytes;
          },
        };
        const leastChunkBytes = Math.max(geometry.chunkBytes / leastPart, 64 * 1024);
        const arena = new Arena({ sizeClasses, spareChunks, budget, leastChunkBytes });
        const live: Block[] = [];
        /** Those that are tenants. */
        const known = new Set<Block>();
        let marks = 0;

        const give = (index: number): void => {
          const [block] = live.splice(index, 1) as [Block];
          expect(isWhole(block)).toBe(true);
          known.delete(block);
          arena.free(block.chunk, block.offset, block.classIndex);
        };
        const take = (request: number): void => {
          const classIndex = sizeClasses.classOf(request);
          const before = arena.stats();
          const chunk = arena.allocate(classIndex);
          if (chunk === undefined) {
            expect(arena.stats()).toEqual(before);
            expect(reserved + Math.max(leastChunkBytes, sizeClasses.bytesOf(classIndex))).toBeGreaterThan(
              maxBytes,
            );
            return;
          }
          const bytes = sizeClasses.bytesOf(classIndex);
          const movable = marks % fixedEvery > 0;
          const place = { chunk, offset: arena.offset };
          const block = new Block(place, classIndex, bytes, 1 + (marks++ % 255), movable);
          // Of those that must stay, half are strangers to the arena.
          if (movable || marks % 2 === 0) {
            arena.settle(chunk, block.offset, block);
            known.add(block);
          }
          expect(block.offset + bytes).toBeLessThanOrEqual(geometry.chunkBytes);
          if (geometry.alignment > 0) expect(block.offset % geometry.alignment).toBe(0);
          fill(block, block.mark);
          live.push(block);
        };

        for (const step of steps) {
          if (step.is === 'allocate') {
            take(Math.min(geometry.chunkBytes, 2 ** step.log2 + (step.of % 2 ** step.log2)));
          } else if (step.is === 'free' && live.length > 0) {
            give(step.which % live.length);
          } else if (step.is === 'free many') {
            for (let left = step.which % (live.length + 1); left > 0; left--) give(step.which % live.length);
          } else if (step.is === 'trim') {
            const before = arena.reservedBytes;
            expect(arena.trim()).toBe(before - arena.reservedBytes);
            expect(arena.stats().chunkLists[0]?.chunks.every(({ usage }) => usage > 0)).toBe(true);
          } else if (step.is === 'compact') {
            const before = arena.reservedBytes;
            const { blocks, bytes } = arena.compact(step.wipe);
            arena.assertValid();
            arena.trim();
            expect(blocks).toBeLessThanOrEqual(4 * live.length);
            expect(bytes > 0).toBe(blocks > 0);
            expect(arena.reservedBytes).toBeLessThanOrEqual(before);
            expect(live.every(isWhole)).toBe(true);
            moved += blocks;
          }
          arena.assertValid();
          expectLiveBytes(arena, known);
          expect(overlaps(live)).toBe(false);
          expect(arena.usedBytes).toBe(live.reduce((sum, { bytes }) => sum + bytes, 0));
          expect(arena.reservedBytes).toBe(reserved);
        }
        while (live.length > 0) give(live.length - 1);
        arena.assertValid();
        arena.trim();
        expect([arena.usedBytes, arena.reservedBytes, reserved]).toEqual([0, 0, 0]);
        arena.assertValid();
      },
    ),
    { numRuns: LONG ? 1000 : 60 },
  );
  expect(moved).toBeGreaterThan(0);
}, 120_000);

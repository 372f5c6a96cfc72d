/**
 * A million random operations on an arena of few bytes, of sizes that shift and numbers that swell and ebb, up to
 * the budget's end. Every buffer is stamped at its borders and checked before its release. `assertValid()`, which
 * walks all chunks, runs after every 64th operation, and after each with `ROCKPOOL_LONG_RUNS=1`.
 */
import { describe, expect, it } from 'vitest';
import { ByteBudgetError, type ByteBuf, type ByteBufAllocatorOptions } from '../../src/buffer/index.ts';
import { Random } from '../../src/internal/random.ts';
import { expectAccounts } from './accounts.ts';
import { LONG } from './long.ts';
import { CHUNK_END, expectAllReturned, SLAB_END, tinyAllocator } from './tools.ts';

/** Operations between two looks at the whole. */
const EVERY = LONG ? 1 : 64;

/** Operations after which other sizes are asked for, and other numbers of buffers live. */
const SEASON = 5000;

/** Sizes of a season: what a program asks for most. */
const SEASONS: readonly ((random: Random) => number)[] = [
  (random) => random.below(200),
  (random) => random.below(SLAB_END),
  (random) => SLAB_END + random.below(3 * SLAB_END),
  (random) => [16, 48, 100, 1000, 1024, 4096, 9000][random.below(7)] as number,
  (random) => random.below(2 ** (1 + random.below(17))),
  (random) => (random.below(40) === 0 ? CHUNK_END + random.below(5000) : random.below(3000)),
];

interface Held {
  readonly buf: ByteBuf;
  readonly stamp: number;
  /** A part of `buf` with a count of its own. */
  readonly part: ByteBuf | undefined;
}

/** Stamps the borders, where a neighbour that overlaps would write. */
function stamped(buf: ByteBuf, stamp: number): ByteBuf {
  const end = buf.capacity;
  if (end > 0)
    buf
      .setUInt8(0, stamp)
      .setUInt8(end - 1, stamp)
      .setUInt8(end >> 1, stamp);
  return buf.setIndex(0, end);
}

function expectStamp({ buf, stamp, part }: Held): void {
  const end = buf.capacity;
  if (end === 0) return;
  const intact =
    buf.getUInt8(0) === stamp && buf.getUInt8(end - 1) === stamp && buf.getUInt8(end >> 1) === stamp;
  const shared =
    part === undefined || (part.getUInt8(0) === stamp && part.getUInt8(part.capacity - 1) === stamp);
  if (!intact || !shared) expect.fail(`a buffer of ${end} bytes was written to by another`);
}

function live(options: ByteBufAllocatorOptions, operations: number, seed: number): void {
  const allocator = tinyAllocator({ maxBytes: 32 * CHUNK_END, ...options });
  const random = new Random(seed);
  const held: Held[] = [];
  let refused = 0;
  let stamp = 0;
  let sizeOf = SEASONS[0] as (random: Random) => number;
  let wanted = 50;

  const release = (index: number): void => {
    const last = held.pop() as Held;
    const out = held[index] ?? last;
    if (out !== last) held[index] = last;
    expectStamp(out);
    const [first, second] = random.below(2) === 0 ? [out.buf, out.part] : [out.part, out.buf];
    first?.release();
    if (first !== undefined && second !== undefined && second.capacity > 0) {
      if (second.getUInt8(0) !== out.stamp) expect.fail('a part did not outlive the release of the other');
    }
    second?.release();
  };

  for (let i = 0; i < operations; i++) {
    if (i % SEASON === 0) {
      sizeOf = SEASONS[random.below(SEASONS.length)] as (random: Random) => number;
      wanted = 5 + random.below(random.below(2) === 0 ? 400 : 40);
    }
    const die = random.below(100);
    if (die < 1 && random.below(10) === 0) {
      allocator.trim();
    } else if (die < 6 && held.length > 0) {
      const index = random.below(held.length);
      const { buf, part, stamp } = held[index] as Held;
      try {
        if (buf.capacity > 0) buf.capacity = Math.max(1, sizeOf(random));
        if (part === undefined) stamped(buf, stamp);
        else held[index] = { buf: stamped(buf, stamp), stamp, part };
      } catch (error) {
        if (!(error instanceof ByteBudgetError)) throw error;
        refused++;
      }
    } else if (held.length < wanted ? die < 70 : die < 20) {
      stamp = (stamp + 1) & 255;
      try {
        const buf = stamped(allocator.buffer(sizeOf(random)), stamp);
        const part = buf.capacity > 0 && random.below(8) === 0 ? buf.retainedSlice() : undefined;
        held.push({ buf, stamp, part });
      } catch (error) {
        if (!(error instanceof ByteBudgetError)) throw error;
        refused++;
        for (let n = held.length >> 2; n > 0; n--) release(random.below(held.length));
      }
    } else if (held.length > 0) {
      release(random.below(held.length));
    }
    if (i % EVERY === 0) allocator.assertValid();
    if (i % 4096 === 0) expectAccounts(allocator);
  }
  while (held.length > 0) release(random.below(held.length));
  expectAllReturned(allocator);
  allocator.trim();
  expectAccounts(allocator);
  expect(allocator.stats().reservedBytes, 'all memory went back').toBe(0);
  expect(refused, 'the budget was reached').toBeGreaterThan(0);
  if (options.checks !== 'strict') expect(allocator.stats().movedBuffers).toBeGreaterThan(operations / 1000);
}

describe('an allocator over a long random life', () => {
  const lives: readonly (readonly [name: string, operations: number, options: ByteBufAllocatorOptions])[] = [
    [
      'cached',
      1_000_000,
      { cache: { small: 20, normal: 5, maxCachedBytes: 4 * CHUNK_END, trimInterval: 1000 } },
    ],
    ['without a cache', 1_000_000, { cache: false }],
    ['without spare chunks', 200_000, { cache: false, spareChunks: 0 }],
    ['strict', 200_000, { checks: 'strict', quarantineBytes: 100_000 }],
    ['zeroing', 200_000, { zero: 'on-release' }],
  ];

  it.each(lives)(
    'stays in order: %s, %i operations',
    { timeout: LONG ? 3_600_000 : 60_000 },
    (_, operations, options) => {
      const seed = LONG ? Date.now() | 0 : 20_261;
      try {
        live(options, operations, seed);
      } catch (error) {
        throw new Error(`with seed ${seed}`, { cause: error });
      }
    },
  );
});

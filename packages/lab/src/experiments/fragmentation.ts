/**
 * A long random life of an allocator, in the middle of which the sizes shift: how much memory lies in holes, how much is
 * lost to rounding up, and what a trim gives back.
 *
 *     steps     ├── 64 B to 64 KiB ──────────────────┼── 1 KiB to 256 KiB ───────────────┤ all released
 *     looks     25 %             before │ after trim      75 %           before │ after trim  │ after trim
 *
 * Each step allocates while less than the target is live, else it releases a random buffer: so by the end of a half
 * every buffer of the half before has had its chance to go. All bytes of a buffer are written, so that the process
 * has their pages.
 *
 * The figures are the allocator's own (`stats()`), and resident bytes of the process after two major collections:
 * - external: bytes of chunks that are in no live block, as a fraction of those that are, after a trim;
 * - internal: bytes of live blocks beyond the capacity asked for, as a fraction of the blocks.
 */
import { setImmediate } from 'node:timers/promises';
import { type ByteBuf, ByteBufAllocator, type ByteBufAllocatorOptions } from 'rockpool';
import type { Case, Comparison, Experiment, LoopWorkload } from '../experiment.ts';
import { seededRandom } from '../frames/seeded-random.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const STEPS = 200_000;
const SEED = 20_231_115;
const TARGETS_MIB = [8, 32, 128] as const;
/** Sizes of the two halves: from and to, log-uniform. */
const HALVES: readonly (readonly [number, number])[] = [
  [64, 64 * KIB],
  [KIB, 256 * KIB],
];

/** The experiment. */
export const fragmentation: Experiment = {
  name: 'fragmentation',
  summary: 'a long life with a shift of sizes: holes, rounding, RSS, and what a trim gives back',
  secondsPerCase: 2,
  notes: [
    `${STEPS.toLocaleString('en')} steps: log-uniform 64 B to 64 KiB, then 1 KiB to 256 KiB; the same seed in every case.`,
    'External: bytes of chunks in no live block ÷ bytes of live blocks. Internal: rounding ÷ bytes of blocks.',
    '64 KiB chunks: leastChunkBytes 64 KiB and 2 MiB cached. Fewer holes, but the C library keeps more.',
    'The timed part goes on with the life of the second half; the figures of the life are under "Of the workload".',
    'RSS after a trim is what the C library gave back: with MALLOC_MMAP_THRESHOLD_=32768 set it gives back more.',
  ],
  comparisons: TARGETS_MIB.map(compareTarget),
};

function compareTarget(targetMib: number): Comparison {
  return {
    id: `live-${targetMib}mib`,
    title: `A random life around ${targetMib} MiB`,
    operation: 'step',
    baseline: 'alloc-unsafe',
    cases: [
      { id: 'alloc-unsafe', title: 'Buffer.allocUnsafe', prepare: () => collected(targetMib * MIB) },
      pooledCase('pooled', 'ByteBuf', targetMib, {}),
      pooledCase('pooled-small', '64 KiB chunks', targetMib, {
        leastChunkBytes: 64 * KIB,
        cache: { maxCachedBytes: 2 * MIB },
      }),
    ],
  };
}

function pooledCase(id: string, title: string, targetMib: number, options: ByteBufAllocatorOptions): Case {
  return { id, title, prepare: () => pooled(targetMib * MIB, options) };
}

/** A live set that is kept around a target. */
class Life<T> {
  readonly #random = seededRandom(SEED);
  readonly #target: number;
  readonly #take: (bytes: number) => T;
  readonly #drop: (item: T) => void;
  readonly #items: T[] = [];
  readonly #sizes: number[] = [];
  #bytes = 0;

  constructor(target: number, take: (bytes: number) => T, drop: (item: T) => void) {
    this.#target = target;
    this.#take = take;
    this.#drop = drop;
  }

  step(half: number): number {
    if (this.#bytes < this.#target) {
      const [from, to] = HALVES[half] as readonly [number, number];
      const bytes = Math.round(from * 2 ** (this.#random() * Math.log2(to / from)));
      this.#items.push(this.#take(bytes));
      this.#sizes.push(bytes);
      this.#bytes += bytes;
      return bytes;
    }
    const at = Math.floor(this.#random() * this.#items.length);
    this.#drop(this.#items[at] as T);
    this.#bytes -= this.#sizes[at] as number;
    this.#items[at] = this.#items[this.#items.length - 1] as T;
    this.#sizes[at] = this.#sizes[this.#sizes.length - 1] as number;
    this.#items.pop();
    this.#sizes.pop();
    return 0;
  }

  end(): void {
    for (const item of this.#items) this.#drop(item);
    this.#items.length = 0;
    this.#sizes.length = 0;
    this.#bytes = 0;
  }
}

async function pooled(target: number, options: ByteBufAllocatorOptions): Promise<LoopWorkload> {
  const allocator = new ByteBufAllocator({ name: 'lab', ...options });
  const facts: Record<string, number> = {};
  const life = new Life<ByteBuf>(
    target,
    (bytes) => allocator.buffer(bytes).fill(1),
    (buf) => void buf.release(),
  );
  await collect();
  facts['RSS at first, MiB'] = rssMib();
  for (const [half, name] of ['half 1', 'half 2'].entries()) {
    for (let i = 0; i < STEPS / 2; i++) life.step(half);
    const before = allocator.stats();
    facts[`${name}, chunks`] = before.arena.chunks.active;
    facts[`${name}, hit rate, %`] = 100 * before.hitRate;
    facts[`${name}, internal, %`] = 100 * before.internalFragmentation;
    facts[`${name}, external before trim, %`] = externalPercent(before);
    facts[`${name}, RSS before trim, MiB`] = rssMib();
    allocator.trim();
    await collect();
    facts[`${name}, external after trim, %`] = externalPercent(allocator.stats());
    facts[`${name}, RSS after trim, MiB`] = rssMib();
  }
  life.end();
  allocator.trim();
  await collect();
  facts['all released, reserved, MiB'] = allocator.stats().reservedBytes / MIB;
  facts['all released, RSS after trim, MiB'] = rssMib();
  return {
    kind: 'loop',
    run: (count) => runLife(life, count),
    facts: () => facts,
    verify() {
      allocator.assertValid();
      const { activeBuffers, reservedBytes } = allocator.stats();
      if (activeBuffers + reservedBytes > 0)
        throw new Error(`Cannot measure as ${activeBuffers} buffers are left`);
    },
  };
}

async function collected(target: number): Promise<LoopWorkload> {
  const life = new Life<Buffer>(
    target,
    (bytes) => Buffer.allocUnsafe(bytes).fill(1),
    () => {},
  );
  const facts: Record<string, number> = {};
  await collect();
  facts['RSS at first, MiB'] = rssMib();
  for (const [half, name] of ['half 1', 'half 2'].entries()) {
    for (let i = 0; i < STEPS / 2; i++) life.step(half);
    facts[`${name}, RSS before trim, MiB`] = rssMib();
    await collect();
    facts[`${name}, RSS after trim, MiB`] = rssMib();
  }
  life.end();
  await collect();
  facts['all released, RSS after trim, MiB'] = rssMib();
  return { kind: 'loop', run: (count) => runLife(life, count), facts: () => facts };
}

function runLife<T>(life: Life<T>, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum = (sum + life.step(1)) | 0;
  return sum;
}

/** Of what users have: what lies in the cache is not used. */
function externalPercent({
  reservedBytes,
  activeBlockBytes,
}: {
  reservedBytes: number;
  activeBlockBytes: number;
}): number {
  return activeBlockBytes === 0 ? 0 : (100 * (reservedBytes - activeBlockBytes)) / activeBlockBytes;
}

function rssMib(): number {
  return process.memoryUsage.rss() / MIB;
}

/** Two major collections, and the time for memory to be given back. The lab runs its cases with --expose-gc. */
async function collect(): Promise<void> {
  for (let i = 0; i < 2; i++) {
    globalThis.gc?.();
    await setImmediate();
  }
}

/**
 * A long random life of an allocator, in the middle of which the sizes shift: how much memory lies in holes, how much is
 * lost to rounding up, and what a trim gives back.
 *
 *     steps     ├── 64 B to 64 KiB ─────────┼── 1 KiB to 256 KiB ───────┼─ ebb ─┤ all released
 *     trim                         half 1 ──┤                  half 2 ──┤       ├── end
 *     held      ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ around the target ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄╲___
 *
 * All bytes of a buffer are written, so that the process has their pages. What the figures mean is said in
 * `lives/memory-diary.ts`; each trim is followed by two major collections, as chunks go with the collector. A trim moves
 * live buffers together, but none whose bytes were shown: so there is a life in which all are.
 */
import { setImmediate } from 'node:timers/promises';
import { type ByteBuf, ByteBufAllocator } from 'rockpool';
import type { Comparison, Experiment, Limit, LoopWorkload } from '../experiment.ts';
import {
  type Account,
  accountDiary,
  type Diary,
  externalPercent,
  historyOf,
  internalPercent,
  type Look,
  residentDiary,
} from '../lives/memory-diary.ts';
import { type Holder, RandomLife, type SizeRange } from '../lives/random-life.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const SEED = 20_231_115;
const TARGETS_MIB = [8, 32, 128] as const;
const SMALL: SizeRange = { from: 64, to: 64 * KIB };
const LARGE: SizeRange = { from: KIB, to: 256 * KIB };

/** How long a life is, and how closely it is watched. */
export interface LifeLength {
  /** Of each half; the ebb has a fifth of it. */
  readonly stepsPerHalf: number;
  readonly stepsPerLook: number;
}

/** Least steps of a half, and steps for each MiB held: with fewer the second sizes do not replace all of the first. */
const LEAST_STEPS = 100_000;
const STEPS_PER_MIB = 2500;
const LOOKS_PER_HALF = 100;

function longLife(targetMib: number): LifeLength {
  const stepsPerHalf = Math.max(LEAST_STEPS, targetMib * STEPS_PER_MIB);
  return { stepsPerHalf, stepsPerLook: stepsPerHalf / LOOKS_PER_HALF };
}

/** Near the start: an eighth of what an idle process has. Code, heap and C library keep 3 to 6 MiB. Chosen. */
const RSS_MIB = 8;

/** What is asked of buffers that may be moved. The same for every live set, however few chunks hold it. */
const LIMITS: readonly Omit<Limit, 'cases'>[] = [
  { fact: 'half 1, trimmed: external, %', atMost: 10 },
  { fact: 'half 1, trimmed: internal, %', atMost: 12 },
  { fact: 'half 2, trimmed: external, %', atMost: 10 },
  { fact: 'half 2, trimmed: internal, %', atMost: 12 },
  { fact: 'end, trimmed: RSS, MiB', atMost: RSS_MIB },
];

/** The experiment. */
export const fragmentation: Experiment = {
  name: 'fragmentation',
  summary: 'a long life with a shift of sizes: holes, rounding, RSS, and what a trim gives back',
  secondsPerCase: 2,
  notes: [
    `Half 1: ${LEAST_STEPS.toLocaleString('en')} steps or more with sizes from 64 B to 64 KiB, log-uniform, ` +
      `${STEPS_PER_MIB.toLocaleString('en')} for each MiB held. Half 2: as many with ` +
      '1 KiB to 256 KiB. Then what is held ebbs away. Each step takes a buffer or drops a random one; one seed for all.',
    'Internal: rounding, (blocks − asked for) ÷ blocks. External: (reserved − blocks) ÷ blocks, of blocks that users ' +
      'have: before a trim the cache is in it, after one only free slots of slabs and free runs of chunks.',
    'RSS: resident bytes above those at the start. Trimmed: after trim() and two major collections. All else is from a ' +
      'second life with the same seed, as asking for it makes garbage.',
    'RSS falls by what the C library gives back: more of it with MALLOC_MMAP_THRESHOLD_=32768 set.',
    'Shown: as ByteBuf, but toBuffer() was called on each, so that a trim can move none; and that is the default ' +
      'without moves. No bound holds for it.',
    'The times are of steps of half 2, with as much held, after the life.',
  ],
  comparisons: TARGETS_MIB.map(compareTarget),
};

function compareTarget(targetMib: number): Comparison {
  return {
    id: `live-${targetMib}mib`,
    title: `A random life around ${targetMib} MiB`,
    operation: 'step',
    baseline: 'alloc-unsafe',
    limits: LIMITS.map((limit) => ({ ...limit, cases: ['pooled'] })),
    cases: [
      {
        id: 'alloc-unsafe',
        title: 'allocUnsafe',
        prepare: () => collected(targetMib * MIB, longLife(targetMib)),
      },
      { id: 'pooled', title: 'ByteBuf', prepare: () => pooled(targetMib * MIB, longLife(targetMib)) },
      {
        id: 'pooled-shown',
        title: 'shown',
        prepare: () => pooled(targetMib * MIB, longLife(targetMib), (buf) => buf.toBuffer(0, 1)),
      },
    ],
  };
}

/**
 * The life with an allocator: first for resident bytes, then for accounts; then ready for steps.
 *
 * @param use what is done with each buffer when it was filled
 */
export async function pooled(
  target: number,
  length: LifeLength,
  use: (buf: ByteBuf) => unknown = () => {},
): Promise<LoopWorkload> {
  const rss = residentDiary();
  const first = new ByteBufAllocator({ name: 'lab' });
  await live(holderOf(first, use), target, length, rss, () => first.trim());
  const allocator = new ByteBufAllocator({ name: 'lab' });
  const account = accountDiary(allocator);
  const life = await live(holderOf(allocator, use), target, length, account, () => allocator.trim());
  const { activeBuffers, reservedBytes } = allocator.stats();
  if (activeBuffers + reservedBytes > 0) {
    throw new Error(`Cannot measure as ${activeBuffers} buffers and ${reservedBytes} bytes are left`);
  }
  return {
    ...stepping(life, target),
    verify: () => allocator.assertValid(),
    facts: () => ({ ...rssFacts(rss), ...accountFacts(account) }),
    history: () => historyOf(rss, account),
  };
}

/** The life with buffers of the runtime. */
export async function collected(target: number, length: LifeLength): Promise<LoopWorkload> {
  const rss = residentDiary();
  const holder: Holder<Buffer> = { take: (bytes) => Buffer.allocUnsafe(bytes).fill(1), drop() {} };
  const life = await live(holder, target, length, rss, () => 0);
  return { ...stepping(life, target), facts: () => rssFacts(rss), history: () => historyOf(rss) };
}

function holderOf(allocator: ByteBufAllocator, use: (buf: ByteBuf) => unknown): Holder<ByteBuf> {
  return {
    take: (bytes) => {
      const buf = allocator.buffer(bytes).fill(1);
      use(buf);
      return buf;
    },
    drop: (buf) => void buf.release(),
  };
}

/** One life, from nothing to nothing. */
async function live<T>(
  holder: Holder<T>,
  target: number,
  { stepsPerHalf, stepsPerLook }: LifeLength,
  diary: Diary<unknown>,
  trim: () => number,
): Promise<RandomLife<T>> {
  const life = new RandomLife(holder, SEED);
  const look = (name?: string) => diary.look(life.steps, life.heldBytes, name);
  const walk = (steps: number, sizes: SizeRange, targetAt: (i: number) => number): void => {
    for (let i = 0; i < steps; i++) {
      life.step(targetAt(i), sizes);
      if (life.steps % stepsPerLook === 0 && i < steps - 1) look();
    }
  };
  const endPart = async (name: string): Promise<void> => {
    look(name);
    trim();
    await collect();
    look(`${name}, trimmed`);
  };
  await collect();
  look('start');
  walk(stepsPerHalf, SMALL, () => target);
  await endPart('half 1');
  walk(stepsPerHalf, LARGE, () => target);
  await endPart('half 2');
  const ebb = stepsPerHalf / 5;
  walk(ebb, LARGE, (i) => target * (1 - i / ebb));
  life.end();
  await endPart('end');
  return life;
}

/** Holds the target again, and goes on with the life of half 2. */
function stepping<T>(life: RandomLife<T>, target: number): LoopWorkload {
  while (life.heldBytes < target) life.step(target, LARGE);
  return {
    kind: 'loop',
    run(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) sum = (sum + life.step(target, LARGE)) | 0;
      return sum;
    },
  };
}

function rssFacts({ looks, moments }: Diary<number>): Record<string, number> {
  const facts = moments.map(({ name, look }) => [`${name}: RSS, MiB`, (looks[look]?.value ?? 0) / MIB]);
  // The start is 0 by definition.
  return Object.fromEntries(facts.slice(1));
}

function accountFacts({ looks, moments }: Diary<Account>): Record<string, number> {
  const facts: Record<string, number> = {};
  for (const { name, look: index } of moments.slice(1)) {
    const look = looks[index] as Look<Account>;
    facts[`${name}: reserved, MiB`] = look.value.reservedBytes / MIB;
    if (look.askedBytes === 0) continue;
    facts[`${name}: chunks`] = look.value.chunks;
    facts[`${name}: internal, %`] = internalPercent(look);
    facts[`${name}: external, %`] = externalPercent(look);
    facts['hit rate of the life, %'] = look.value.hitPercent;
  }
  return facts;
}

/** Two major collections, and turns in which memory is given back. The lab runs its cases with --expose-gc. */
async function collect(): Promise<void> {
  for (let i = 0; i < 2; i++) {
    globalThis.gc?.();
    await setImmediate();
  }
}

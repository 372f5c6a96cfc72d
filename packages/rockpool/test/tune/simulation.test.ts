/**
 * The tuner against every fixed setting of a grid, on recorded traces and inside of the same byte budget: as good as the
 * best of them where the load is steady, better than all where it shifts, and as good as the best by hindsight where
 * it comes and goes by turns, so that one setting has room for both. `ROCKPOOL_SHOW=1` prints the table.
 */
import { expect, test } from 'vitest';
import { ByteBufAllocator, type ByteBufAllocatorOptions, Tuner } from '../../src/index.ts';
import { excerpt, type Replay, readTrace, replay, type Trace } from './trace.ts';

const KIB = 1024;
/** Looks are four a second of a trace, as by default; the tuner's own timer is far away. */
const HUNDREDTHS_A_LOOK = 25;
const INTERVAL_MS = 400_000_000;

/** Where tests may take their time, the whole grid. */
const LONG = process.env['ROCKPOOL_LONG_RUNS'] !== undefined;

/** Combinations of bounds that somebody might have set: 36, among them the best ones of the 144 of long runs. */
function grid(maxCachedBytes: number): ByteBufAllocatorOptions[] {
  const all: ByteBufAllocatorOptions[] = [];
  for (const small of LONG ? [16, 64, 256, 1024] : [16, 64, 256])
    for (const normal of LONG ? [4, 16, 64, 256] : [4, 16, 64])
      for (const maxBufferBytes of LONG ? [32 * KIB, 256 * KIB, 4096 * KIB] : [256 * KIB, 4096 * KIB])
        for (const trimInterval of LONG ? [1024, 8192, 2 ** 29] : [1024, 8192])
          all.push({ cache: { small, normal, maxBufferBytes, trimInterval, maxCachedBytes } });
  return all;
}

function fixed(trace: Trace, options: ByteBufAllocatorOptions): Replay {
  return replay(trace, new ByteBufAllocator(options));
}

function tuned(trace: Trace, budgetBytes: number): Replay {
  const allocator = new ByteBufAllocator({ cache: { maxCachedBytes: Math.min(2048 * KIB, budgetBytes) } });
  const tuner = new Tuner({
    targets: [allocator],
    goals: { budgetBytes },
    intervalMs: INTERVAL_MS,
    coolDownMs: 5 * INTERVAL_MS,
    pressure: false,
  });
  const result = replay(trace, allocator, (at) => {
    if (at % HUNDREDTHS_A_LOOK === 0) tuner.tick();
  });
  tuner.stop();
  allocator.assertValid();
  return result;
}

const quiet = readTrace('orders-quiet');
const burst = readTrace('orders-burst');
const day = readTrace('orders-day');
/** Quiet and bursts by turns, three seconds each. */
const turns: Trace = [0, 1, 2, 0, 1, 2].flatMap((i) => [
  ...excerpt(quiet, 100 + 100 * i, 300),
  ...excerpt(burst, 100 + 100 * i, 300),
]);

interface Row {
  readonly name: string;
  readonly trace: Trace;
  readonly budgetBytes: number;
}

const steady: readonly Row[] = [
  { name: 'quiet, 256 KiB', trace: quiet, budgetBytes: 256 * KIB },
  { name: 'quiet, 4 MiB', trace: quiet, budgetBytes: 4096 * KIB },
  { name: 'burst, 1 MiB', trace: burst, budgetBytes: 1024 * KIB },
  { name: 'burst, 4 MiB', trace: burst, budgetBytes: 4096 * KIB },
  { name: 'burst, 16 MiB', trace: burst, budgetBytes: 16_384 * KIB },
];

const shifting: readonly Row[] = [
  { name: 'day, 2 MiB', trace: day, budgetBytes: 2048 * KIB },
  { name: 'day, 4 MiB', trace: day, budgetBytes: 4096 * KIB },
];

const periodic: readonly Row[] = [
  { name: 'turns, 2 MiB', trace: turns, budgetBytes: 2048 * KIB },
  { name: 'turns, 4 MiB', trace: turns, budgetBytes: 4096 * KIB },
];

function compare({ name, trace, budgetBytes }: Row): { best: Replay; worst: Replay; ours: Replay } {
  const all = grid(budgetBytes).map((options) => ({ options, result: fixed(trace, options) }));
  all.sort((a, b) => a.result.costMs - b.result.costMs);
  const [best, worst] = [all[0], all.at(-1)] as [(typeof all)[0], (typeof all)[0]];
  const ours = tuned(trace, budgetBytes);
  if (process.env['ROCKPOOL_SHOW'] !== undefined) {
    const show = ({ costMs, hits, allocations, mostCachedBytes }: Replay) =>
      `${costMs.toFixed(3)} ms ${((100 * hits) / allocations).toFixed(2)} % ${(mostCachedBytes / KIB) | 0} KiB`;
    const most = all.reduce((a, b) => (b.result.hits > a.result.hits ? b : a));
    console.log(
      `${name}: most hits ${show(most.result)} tuned ${show(ours)} | best ${show(best.result)} ${JSON.stringify(best.options.cache)} | median ${show((all[all.length >> 1] as typeof best).result)} | worst ${show(worst.result)}`,
    );
  }
  return { best: best.result, worst: worst.result, ours };
}

test.each(steady)('steady: $name', (row) => {
  const { best, ours } = compare(row);
  expect(ours.costMs).toBeLessThanOrEqual(best.costMs * 1.05);
  expect(ours.mostCachedBytes).toBeLessThanOrEqual(row.budgetBytes);
});

test.each(periodic)('by turns: $name', (row) => {
  const { best, ours } = compare(row);
  expect(ours.costMs).toBeLessThanOrEqual(best.costMs * 1.05);
  expect(ours.mostCachedBytes).toBeLessThanOrEqual(row.budgetBytes);
});

test.each(shifting)('shifting: $name', (row) => {
  const { best, ours } = compare(row);
  expect(ours.costMs).toBeLessThan(best.costMs);
  expect(ours.mostCachedBytes).toBeLessThanOrEqual(row.budgetBytes);
});

/**
 * What a cache with fixed bounds does when sizes shift, and what a tuner makes of it: a market day of an order gateway over
 * real sockets, whose hit rate is watched. Then what a buffer of the burst costs with the cache as that day has left it.
 */
import { allocatorPresets, type ByteBuf, ByteBufAllocator, type ByteBufAllocatorOptions } from 'rockpool';
import type { Case, Experiment, LoopWorkload } from '../experiment.ts';
import { seededRandom } from '../frames/seeded-random.ts';
import { type DayReport, factsOfDay, historyOfDay, runMarketDay, type Tuning } from '../orders/market-day.ts';
import { MARKET_DAY, type Phase } from '../orders/order-schedule.ts';

const MIB = 1024 * 1024;
/** What the tuner may spend, and what the fixed caches of the source have no bound for. */
const BUDGET_BYTES = 32 * MIB;
const TUNING: Tuning = { budgetBytes: BUDGET_BYTES, intervalMs: 1000 };
/** Buffers that are live while a pair is timed: as many as the burst has. */
const LIVE = 32;

const { source } = allocatorPresets;

/** The experiment. */
export const hitrate: Experiment = {
  name: 'hitrate',
  summary: 'sizes shift while an order gateway runs: the hit rate with fixed bounds, and with the tuner',
  secondsPerCase: 0.6,
  notes: [
    'A day of 20 seconds over TCP: quiet (orders of 120 to 1,400 B), a burst (half of them 40 to 160 KiB), many classes ' +
      '(64 B to 91 KiB), quiet again. Orders stay in the book for 60 ms. Every confirmation is verified.',
    'Hit rate: allocations that the cache served, of all in a quarter of a second, those of reads and decoders among them.',
    'Source: 512 entries up to 512 B, 256 up to 8 KiB, 64 above, and nothing cached above 32 KiB: what the figures of 32 % ' +
      'in a burst and 89 % after tuning were measured with elsewhere.',
    `Tuned: the same at the start, and a Tuner with a budget of ${BUDGET_BYTES / MIB} MiB that looks once a second.`,
    'The time is that of a buffer of the burst’s sizes, 32 live, behind the day.',
  ],
  comparisons: [
    {
      id: 'market-day',
      title: 'A market day',
      operation: 'buffer',
      baseline: 'source',
      pooled: ['tuned'],
      limits: [
        { cases: ['tuned'], fact: 'burst, from 5 s on: misses, %', atMost: 5 },
        { cases: ['tuned'], fact: 'burst: s to 95 % and more', atMost: 5 },
        { cases: ['tuned'], fact: 'cached to budget, %', atMost: 100 },
      ],
      cases: [
        dayCase('source', 'source, fixed', source, undefined),
        dayCase('default', 'default, fixed', {}, undefined),
        dayCase('tuned', 'source, tuned', source, TUNING),
      ],
    },
  ],
};

function dayCase(
  id: string,
  title: string,
  options: ByteBufAllocatorOptions,
  tuning: Tuning | undefined,
): Case {
  return { id, title, prepare: () => prepareDay(options, tuning, MARKET_DAY) };
}

/** A day with an allocator of these options, ready for what comes behind it. */
export async function prepareDay(
  options: ByteBufAllocatorOptions,
  tuning: Tuning | undefined,
  phases: readonly Phase[],
): Promise<LoopWorkload> {
  const allocator = new ByteBufAllocator({ ...options, name: 'orders' });
  const report: DayReport = await runMarketDay(allocator, phases, tuning);
  const sizes = burstSizes(phases);
  const live: (ByteBuf | undefined)[] = new Array<ByteBuf | undefined>(LIVE).fill(undefined);
  let at = 0;
  return {
    kind: 'loop',
    run(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const slot = at & (LIVE - 1);
        live[slot]?.release();
        const buf = allocator.buffer(sizes[at & 1023] as number);
        buf.setUInt8(0, at & 0xff);
        live[slot] = buf;
        sum = (sum + buf.getUInt8(0)) | 0;
        at = (at + 1) | 0;
      }
      return sum;
    },
    verify: () => allocator.assertValid(),
    facts: () => factsOfDay(report, BUDGET_BYTES),
    history: () => historyOfDay(report),
    end: () => {
      for (const buf of live) buf?.release();
    },
  };
}

function burstSizes(phases: readonly Phase[]): number[] {
  const random = seededRandom(7);
  const { bytesOf } = phases.find(({ name }) => name === 'burst') ?? (phases[0] as Phase);
  return Array.from({ length: 1024 }, () => bytesOf(random));
}

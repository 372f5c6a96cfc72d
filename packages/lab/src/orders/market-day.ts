/** One market day of an order gateway, watched: the hit rate of its allocator, look by look. */
import { type ByteBufAllocator, type Decision, Tuner } from 'rockpool';
import type { History } from '../history.ts';
import { feedOrders } from './order-feed.ts';
import { OrderGateway } from './order-gateway.ts';
import type { Phase } from './order-schedule.ts';

/** Milliseconds between two looks. */
const LOOK_MS = 250;

/** What the tuner is given, if there is one. */
export interface Tuning {
  readonly budgetBytes: number;
  readonly intervalMs: number;
}

/** A look at the allocator. */
interface Look {
  readonly atMs: number;
  readonly phase: string;
  readonly orders: number;
  /** Of the allocations since the look before, in %; null where there were none. */
  readonly hitPercent: number | null;
  readonly cachedBytes: number;
  readonly reservedBytes: number;
}

/** A day that is over. */
export interface DayReport {
  readonly orders: number;
  readonly looks: readonly Look[];
  readonly decisions: readonly Decision[];
}

/**
 * Runs a day; its time is that of the schedule.
 *
 * @throws {OrderFeedError} an order was not confirmed, or wrongly
 * @throws Error buffers are left
 */
export async function runMarketDay(
  allocator: ByteBufAllocator,
  phases: readonly Phase[],
  tuning: Tuning | undefined,
): Promise<DayReport> {
  const decisions: Decision[] = [];
  const tuner =
    tuning &&
    new Tuner({
      targets: [allocator],
      goals: { budgetBytes: tuning.budgetBytes },
      intervalMs: tuning.intervalMs,
      onDecision: (decision) => decisions.push(decision),
    });
  const gateway = await OrderGateway.start({ allocator });
  const looks: Look[] = [];
  let before = allocator.stats();
  let next = LOOK_MS;
  let orders = 0;
  try {
    await feedOrders({
      port: gateway.port,
      phases,
      onSlice: ({ phase, atMs, sizes }) => {
        orders += sizes.length;
        if (atMs < next) return;
        next += LOOK_MS;
        const now = allocator.stats();
        const allocations = now.allocations - before.allocations;
        looks.push({
          atMs,
          phase: phase.name,
          orders,
          hitPercent: allocations === 0 ? null : (100 * (now.hits - before.hits)) / allocations,
          cachedBytes: now.cachedBytes,
          reservedBytes: now.reservedBytes,
        });
        before = now;
      },
    });
  } finally {
    tuner?.stop();
    await gateway.close();
  }
  const { activeBuffers } = allocator.stats();
  if (activeBuffers > 0) throw new Error(`Cannot go on as ${activeBuffers} buffers are left`);
  return { orders, looks, decisions };
}

/** The day as charts. */
export function historyOfDay({ looks }: DayReport): History {
  return {
    operations: looks.map(({ orders }) => orders),
    along: 'orders',
    series: [
      { name: 'hit rate', unit: 'percent', values: looks.map(({ hitPercent }) => hitPercent) },
      { name: 'cached', unit: 'bytes', values: looks.map(({ cachedBytes }) => cachedBytes) },
      { name: 'reserved', unit: 'bytes', values: looks.map(({ reservedBytes }) => reservedBytes) },
    ],
    moments: looks.flatMap(({ phase }, look) =>
      phase === looks[look - 1]?.phase ? [] : [{ look, name: phase }],
    ),
  };
}

/** Figures of a day, by label. */
export function factsOfDay({ looks, decisions }: DayReport, budgetBytes: number): Record<string, number> {
  const burst = looks.filter(({ phase }) => phase === 'burst').slice(1);
  const first = burst[0]?.atMs ?? 0;
  const rates = burst.map(({ hitPercent }) => hitPercent ?? 100);
  const recovered = burst.findIndex(
    (_, i) => rates.slice(i).every((rate) => rate >= 90) && mean(rates.slice(i)) >= 95,
  );
  const after = burst.filter(({ atMs }) => atMs >= first + 5000).map(({ hitPercent }) => hitPercent ?? 100);
  const classes = looks
    .filter(({ phase }) => phase === 'many classes')
    .map(({ hitPercent }) => hitPercent ?? 100);
  return {
    'burst: lowest hit rate, %': Math.min(...rates),
    'burst, from 5 s on: misses, %': 100 - mean(after),
    ...(recovered < 0 ? {} : { 'burst: s to 95 % and more': ((burst[recovered]?.atMs ?? 0) - first) / 1000 }),
    'many classes: hit rate, %': mean(classes),
    'most cached, MiB': Math.max(...looks.map(({ cachedBytes }) => cachedBytes)) / 2 ** 20,
    'cached to budget, %': (100 * Math.max(...looks.map(({ cachedBytes }) => cachedBytes))) / budgetBytes,
    decisions: decisions.length,
  };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

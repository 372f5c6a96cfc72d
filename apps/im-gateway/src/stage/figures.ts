/**
 * What `npm run figures` measures. Every comparison is made in rounds, plain and pooled in turn, so that a slow minute of
 * the machine falls on both; a figure is the median of its rounds, with the smallest and the largest beside it.
 */
import { LoadError } from '../errors.ts';
import type { MeasuredRun, RunPlan } from './measured-run.ts';
import { measureRun } from './measured-run.ts';

/** Connections of a room. */
export const CONNECTIONS = 50;

/** Several rounds of one plan. */
export interface Contender {
  readonly title: string;
  readonly plan: RunPlan;
}

/** What is compared. */
export interface Comparison {
  readonly name: string;
  readonly title: string;
  readonly contenders: readonly Contender[];
  /** Frames a second to each of the connections: what sockets alone make of it is measured, too. */
  readonly bareRate?: number;
}

const TIMES = ['--ramp-seconds', '0.5', '--warmup-seconds', '3', '--seconds', '3'];
const FULL_SPEED = ['--profile', 'direct', '--clients', '50', '--rate', '0', ...TIMES];
/** Each message goes to the 49 others: 10,204 make 500,000 deliveries. */
const ROOM = ['--profile', 'room', '--clients', '50', '--room-size', '50', ...TIMES];

/**
 * Plain buffers twice: as the gateway is, and with batches of 2 KiB. A large block for few bytes costs a pool nothing, but
 * plain memory is dear by the kilobyte: whoever writes for it makes smaller ones, at the price of more pieces a write.
 */
export function plainAndPooled(load: readonly string[]): readonly Contender[] {
  const small = { allocator: 'unpooled', load, gateway: ['--batch-bytes', '2048'] } as const;
  return [
    { title: 'unpooled', plan: { allocator: 'unpooled', load } },
    { title: 'small plain', plan: small },
    { title: 'pooled', plan: { allocator: 'pooled', load } },
  ];
}

/** @param copyMaxBytes longest frame that is copied: with 0 every frame goes by reference */
function fanOut(copyMaxBytes: number, title: string): Contender {
  const load = ['--profile', 'room', '--clients', '50', '--rate', '0', '--window', '8', ...TIMES];
  return { title, plan: { allocator: 'pooled', load, gateway: ['--copy-max-bytes', String(copyMaxBytes)] } };
}

/** All comparisons. */
export const COMPARISONS: readonly Comparison[] = [
  {
    name: 'saturation',
    title: 'direct messages as fast as they are acknowledged, 50 clients',
    contenders: plainAndPooled(FULL_SPEED),
  },
  {
    name: 'rooms-500k',
    title: '500,000 deliveries/s, rooms of 50, 50 clients',
    contenders: plainAndPooled([...ROOM, '--rate', '10204']),
    bareRate: 10_000,
  },
  {
    name: 'rooms-1m',
    title: '1,000,000 deliveries/s, rooms of 50, 50 clients',
    contenders: plainAndPooled([...ROOM, '--rate', '20408']),
    bareRate: 20_000,
  },
  {
    name: 'fan-out',
    title: 'rooms of 50 as fast as they are acknowledged: one copy into each batch, or references',
    contenders: [fanOut(0, 'references'), fanOut(2048, 'copies')],
  },
];

/** Measures each contender once a round. @param onRun told of each run */
export async function measureRounds(
  { contenders }: Comparison,
  rounds: number,
  onRun: (title: string, run: MeasuredRun) => void,
): Promise<ReadonlyMap<string, readonly MeasuredRun[]>> {
  const runs = new Map<string, MeasuredRun[]>(contenders.map(({ title }) => [title, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { title, plan } of contenders) {
      const run = await measureRun(plan);
      runs.get(title)?.push(run);
      onRun(title, run);
    }
  }
  return runs;
}

/** What a median is of. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1
      ? (sorted[middle] as number)
      : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
  return { median, min: sorted[0] as number, max: sorted[sorted.length - 1] as number };
}

/** Time in collections a million deliveries, in ms. */
export function gcOf({ gcMs, report }: MeasuredRun): number {
  return (gcMs * 1e6) / (report.deliveriesPerSecond * report.seconds);
}

/**
 * The highest rate whose P99 stays within a limit: doubled until it does not hold, then halved in between. P99 is the
 * median of those of windows of 100 ms, as stalls of a shared machine decide that of a whole run at any rate; a rate has
 * two tries, and holds only where at least 99 % of it was sent.
 *
 * @param first messages a second
 */
export async function highestRate(
  { plan }: Contender,
  first: number,
  limitMs: number,
  onTry: (rate: number, run: MeasuredRun | undefined, held: boolean) => void,
): Promise<{ readonly rate: number; readonly run: MeasuredRun | undefined }> {
  let best: { rate: number; run: MeasuredRun | undefined } = { rate: 0, run: undefined };
  const holds = async (rate: number): Promise<boolean> => {
    for (let attempt = 0; attempt < 2; attempt++) {
      const load = [...plan.load, ...TIMES, '--rate', String(rate)];
      const run = await measureRun({ ...plan, load }).catch((error: unknown) => {
        // Far too much: clients that cannot keep up are disconnected, as they should be.
        if (error instanceof LoadError) return undefined;
        throw error;
      });
      if (run === undefined) {
        onTry(rate, undefined, false);
        continue;
      }
      const { windows, messagesPerSecond } = run.report;
      const held = windows.medianP99Ms <= limitMs && messagesPerSecond >= 0.99 * rate;
      onTry(rate, run, held);
      if (held) {
        best = { rate, run };
        return true;
      }
    }
    return false;
  };
  let low = 0;
  let high = first;
  for (let i = 0; i < 6 && (await holds(high)); i++) {
    low = high;
    high *= 2;
  }
  for (let i = 0; i < 3; i++) {
    const middle = Math.round((low + high) / 2);
    if (await holds(middle)) low = middle;
    else high = middle;
  }
  return best;
}

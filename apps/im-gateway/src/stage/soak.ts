/**
 * The gateway under a steady load for long, while other clients come and go beside it: is its memory flat, and does
 * everything come back?
 *
 * Memory is sampled while the load runs. What the first fifth has is warm-up; of the rest the median of the first third
 * is compared with that of the last third, so that a sample at the height of a collection decides nothing.
 *
 * Compared is the resident memory without V8's young generation. That one steps between 7 and 27 MiB for minutes before
 * it stays at its full size, whatever the program does, and buries what is looked for: a program that keeps something
 * shows it in the old generation, in external memory or in the C library's, each of which counts here.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LoadError } from '../errors.ts';
import type { LoadReport } from '../load/load-report.ts';
import { Child } from './child.ts';
import { GatewayProcess } from './gateway-process.ts';

/** What to do. */
export interface SoakPlan {
  readonly seconds: number;
  /** Messages a second. */
  readonly rate: number;
  readonly clients: number;
  /** Milliseconds between samples. */
  readonly sampleMs: number;
  readonly gateway?: readonly string[];
  readonly onSample?: (sample: SoakSample) => void;
}

/** Memory of the gateway at a time. */
export interface SoakSample {
  readonly seconds: number;
  readonly rssBytes: number;
  /** Of them, V8's young generation. */
  readonly youngBytes: number;
  readonly heapUsedBytes: number;
  readonly reservedBytes: number;
  readonly activeBuffers: number;
  readonly deliveries: number;
}

/** What was found. */
export interface SoakReport {
  readonly load: LoadReport;
  readonly samples: readonly SoakSample[];
  /** Medians of the first and the last third behind the warm-up, of what is resident without the young generation. */
  readonly earlyBytes: number;
  readonly lateBytes: number;
  /** The most that was resident, with all. */
  readonly peakRssBytes: number;
  /** Runs of clients that came and went. */
  readonly visits: number;
  /** Buffers that were not given back at the end, or were collected without a release. */
  readonly leaks: number;
}

/** Clients of one visit, and how long they stay. */
const VISIT = [
  '--clients',
  '4',
  '--room-size',
  '2',
  '--profile',
  'mix',
  '--rate',
  '200',
  '--ramp-seconds',
  '0',
];
const VISIT_TIMES = ['--warmup-seconds', '0', '--seconds', '1'];

/** Soaks. @throws {LoadError} something was lost, or did not end as it should */
export async function soak(plan: SoakPlan): Promise<SoakReport> {
  const gateway = await GatewayProcess.start(plan.gateway ?? []);
  try {
    let report: LoadReport | undefined;
    const target = ['--port', String(gateway.port), '--events'];
    const load = new Child(
      'im-load',
      [
        ...target,
        ...['--profile', 'mix', '--clients', String(plan.clients), '--room-size', String(plan.clients)],
        ...['--rate', String(plan.rate), '--seconds', String(plan.seconds)],
      ],
      (line) => {
        if (line['event'] === 'report') report = line['report'] as LoadReport;
      },
    );
    const samples: SoakSample[] = [];
    const sampling = takeSamples(gateway, load, plan, samples);
    const visiting = receiveVisitors(load, target);
    const code = await load.ended;
    await sampling;
    const visits = await visiting;
    if (code !== 0 || report === undefined)
      throw new LoadError(`The load ended with ${code}: ${load.stderr}`);
    const { memory } = await gateway.stop();
    const steady = samples.slice(Math.ceil(samples.length / 5));
    const third = Math.max(1, Math.floor(steady.length / 3));
    return {
      load: report,
      samples,
      earlyBytes: medianBytes(steady.slice(0, third)),
      lateBytes: medianBytes(steady.slice(-third)),
      peakRssBytes: Math.max(0, ...samples.map(({ rssBytes }) => rssBytes)),
      visits,
      leaks: memory.activeBuffers + memory.leaks,
    };
  } finally {
    gateway.kill();
  }
}

async function takeSamples(
  gateway: GatewayProcess,
  load: Child,
  { sampleMs, onSample }: SoakPlan,
  samples: SoakSample[],
): Promise<void> {
  const startMs = performance.now();
  await sleep(sampleMs);
  while (load.running) {
    const figures = await gateway.figures();
    const sample: SoakSample = {
      seconds: (performance.now() - startMs) / 1000,
      rssBytes: figures.process.rssBytes,
      youngBytes: figures.process.youngBytes,
      heapUsedBytes: figures.process.heapUsedBytes,
      reservedBytes: figures.memory.reservedBytes,
      activeBuffers: figures.memory.activeBuffers,
      deliveries: figures.gateway.deliveries,
    };
    samples.push(sample);
    onSample?.(sample);
    await sleep(sampleMs);
  }
}

/** One visit after the other, as long as the load runs. @returns how many */
async function receiveVisitors(load: Child, target: readonly string[]): Promise<number> {
  let visits = 0;
  while (load.running) {
    const visit = new Child('im-load', [...target, ...VISIT, ...VISIT_TIMES], () => {});
    const code = await visit.ended;
    if (code !== 0) throw new LoadError(`A visit ended with ${code}: ${visit.stderr}`);
    visits++;
  }
  return visits;
}

function medianBytes(samples: readonly SoakSample[]): number {
  const sorted = samples.map(({ rssBytes, youngBytes }) => rssBytes - youngBytes).sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

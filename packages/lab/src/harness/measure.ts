/**
 * Measures one workload, in the case's own process:
 *
 *     verify ─► full collection ─► warm-up ─► throughput ─► latency ─► allocation
 *                                  (finds the   (clock read  (clock read   (GCProfiler on)
 *                                   batch size)  per batch)   per operation)
 *
 * Each phase disturbs in its own way, so each has its own pass; throughput, GC and memory figures come from the
 * one that is least disturbed. Batches last about 5 ms, with a turn of the event loop after each, so that GC
 * entries are delivered and pools that age with the collector do age. The wall time contains those turns.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { LoopWorkload, SampledWorkload, Workload } from '../experiment.ts';
import { measureAllocation } from './allocation-meter.ts';
import { GcWatch } from './gc-watch.ts';
import type { Measurement, PhaseTimes } from './job.ts';
import { LatencyRecorder, measureLatency } from './latency-pass.ts';
import { MemoryWatch } from './memory-watch.ts';

const BATCH_MS = 5;
/** A batch is at most this many operations, so that a count stays a small integer. */
const MAX_BATCH = 1 << 24;
/** Self-timed operations are few: this many at least, however short the phase. */
const MIN_SAMPLES = 5;

/**
 * Measures `workload` once.
 *
 * @throws what `verify` or the work itself throws
 */
export async function measure(workload: Workload, times: PhaseTimes): Promise<Measurement> {
  try {
    return await measureOnce(workload, times);
  } finally {
    workload.end?.();
  }
}

async function measureOnce(workload: Workload, times: PhaseTimes): Promise<Measurement> {
  await workload.verify?.();
  globalThis.gc?.();
  const watch = new GcWatch();
  const figures =
    workload.kind === 'loop'
      ? await measureLoop(workload, times, watch)
      : await measureSamples(workload, times);
  watch.stop();
  return {
    ...figures,
    payloadBytesPerOperation: workload.payloadBytes ?? null,
    facts: workload.facts?.() ?? {},
    history: workload.history?.() ?? null,
  };
}

type PhaseFigures = Omit<Measurement, 'payloadBytesPerOperation' | 'facts' | 'history'>;

async function measureLoop({ run }: LoopWorkload, times: PhaseTimes, watch: GcWatch): Promise<PhaseFigures> {
  const { batch, sink: warmUpSink } = await warmUp(run, times.warmUpMs);
  let sink = warmUpSink;
  let operations = 0;
  const memory = new MemoryWatch();
  await watch.settle();
  const begin = performance.now();
  let now = begin;
  do {
    sink += run(batch);
    operations += batch;
    await turn();
    now = performance.now();
    memory.sample(now);
  } while (now - begin < times.throughputMs);
  const wallMs = now - begin;
  const memoryFigures = memory.end();
  await watch.settle();
  const gc = watch.between(begin, now);

  const latency = await measureLatency(run, times.latencyMs);
  const nsPerOperation = (wallMs * 1e6) / operations;
  const counted = Math.max(1, Math.min(MAX_BATCH, Math.round((times.allocationMs * 1e6) / nsPerOperation)));
  const allocation = await measureAllocation(run, counted);
  return {
    operations,
    wallMs,
    nsPerOperation,
    heapBytesPerOperation: allocation.heapBytes,
    externalBytesPerOperation: allocation.externalBytes,
    gc,
    latency: latency.figures,
    memory: memoryFigures,
    sink: sink + latency.sink + allocation.sink,
  };
}

/** Runs until `forMs` have passed and finds how many operations take about 5 ms. */
async function warmUp(
  run: (count: number) => number,
  forMs: number,
): Promise<{ batch: number; sink: number }> {
  let batch = 1;
  let sink = 0;
  const end = performance.now() + forMs;
  for (;;) {
    const begin = performance.now();
    sink += run(batch);
    const took = performance.now() - begin;
    if (took < BATCH_MS / 2 && batch < MAX_BATCH) batch *= 2;
    else if (took > BATCH_MS * 2 && batch > 1) batch >>= 1;
    else if (performance.now() >= end) return { batch, sink };
    await turn();
  }
}

async function measureSamples({ sample }: SampledWorkload, times: PhaseTimes): Promise<PhaseFigures> {
  const warm = performance.now() + times.warmUpMs;
  let sink = 0;
  do sink += await sample();
  while (performance.now() < warm);
  const memory = new MemoryWatch();
  const recorder = new LatencyRecorder();
  const begin = performance.now();
  let operations = 0;
  let totalNs = 0;
  let now = begin;
  do {
    const ns = await sample();
    recorder.record(ns);
    totalNs += ns;
    operations++;
    await turn();
    now = performance.now();
    memory.sample(now);
  } while (now - begin < times.throughputMs || operations < MIN_SAMPLES);
  const memoryFigures = memory.end();
  return {
    operations,
    wallMs: now - begin,
    nsPerOperation: totalNs / operations,
    heapBytesPerOperation: null,
    externalBytesPerOperation: null,
    gc: null,
    latency: recorder.figures(0),
    memory: memoryFigures,
    sink: sink + totalNs,
  };
}

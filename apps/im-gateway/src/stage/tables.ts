/** Figures for people: tables, and what they come to. */
import { describeMachine } from '@rockpool/lab/workload';
import Table from 'cli-table3';
import type { MeasuredRun } from './measured-run.ts';

const count = (value: number): string => Math.round(value).toLocaleString('en');
const ms = (value: number): string => value.toFixed(value < 10 ? 2 : 1);

/** What figures depend on, in a line. */
export function showMachine(): string {
  const { cpu, cores, node, os } = describeMachine();
  return `Node ${node.slice(1)}, ${cores}-core ${cpu}, ${os}`;
}

/** A row for each run. */
export function showRuns(runs: readonly { readonly phase: string; readonly run: MeasuredRun }[]): string {
  const table = new Table({
    head: [
      'load',
      'buffers',
      'messages/s',
      'deliveries/s',
      'GCs',
      'GC ms',
      'p50 ms',
      'p99 ms',
      'p99.9 ms',
      'RSS MiB',
      'leaks',
    ],
    style: { head: [], border: [] },
    colAligns: [
      'left',
      'left',
      'right',
      'right',
      'right',
      'right',
      'right',
      'right',
      'right',
      'right',
      'right',
    ],
  });
  let last = '';
  for (const { phase, run } of runs) {
    const { report } = run;
    table.push([
      phase === last ? '' : phase,
      run.allocator,
      count(report.messagesPerSecond),
      count(report.deliveriesPerSecond),
      run.gcCount,
      ms(run.gcMs),
      ms(report.latency.p50Ms),
      ms(report.latency.p99Ms),
      ms(report.latency.p999Ms),
      (run.rssBytes / 2 ** 20).toFixed(0),
      run.leaks ?? '–',
    ]);
    last = phase;
  }
  return table.toString();
}

/** Plain against pooled, in a line. @param runs one of each, of the same load */
export function showVerdict(runs: readonly MeasuredRun[]): string {
  const plain = runs.find(({ allocator }) => allocator === 'unpooled');
  const pooled = runs.find(({ allocator }) => allocator === 'pooled');
  if (plain === undefined || pooled === undefined) return '';
  const speed = pooled.report.deliveriesPerSecond / plain.report.deliveriesPerSecond;
  const less = 1 - pooled.gcMs / plain.gcMs;
  const each = 1 - gcOfMessage(pooled) / gcOfMessage(plain);
  return (
    `Pooled buffers: ${speed.toFixed(2)} times the deliveries, ${percent(less)} less time in collections ` +
    `(${percent(each)} less a message), P99 ${ms(pooled.report.latency.p99Ms)} against ${ms(plain.report.latency.p99Ms)} ms.`
  );
}

function gcOfMessage({ gcMs, report }: MeasuredRun): number {
  return gcMs / report.messagesPerSecond / report.seconds;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

/**
 * One measurement: a gateway and the load generator, each in a process of its own, for as long as the load runs.
 * Collections are those of the recorded seconds; memory is as it is at their end; leaks are counted when the
 * gateway has shut down, as only then every buffer must be back.
 */
import { LoadError } from '../errors.ts';
import type { LoadReport } from '../load/load-report.ts';
import { Child } from './child.ts';
import { type GatewayFigures, GatewayProcess } from './gateway-process.ts';

/** What to measure. */
export interface RunPlan {
  readonly allocator: 'pooled' | 'unpooled';
  /** Flags of `im-gateway` and of `im-load`, besides those that follow from the plan. */
  readonly gateway?: readonly string[];
  readonly load: readonly string[];
  readonly nodeFlags?: readonly string[];
  /** Told of deliveries a second, once a second. */
  readonly onSecond?: (deliveriesPerSecond: number) => void;
}

/** What was measured. */
export interface MeasuredRun {
  readonly allocator: 'pooled' | 'unpooled';
  readonly report: LoadReport;
  /** Of the gateway, in the recorded seconds. */
  readonly gcCount: number;
  readonly gcMs: number;
  /** Processor time of the gateway in the recorded seconds, in cores; and the part of it in the kernel. */
  readonly cpuShare: number;
  readonly systemShare: number;
  readonly rssBytes: number;
  /** Buffers that were not given back, or were collected without a release; undefined where nothing is counted. */
  readonly leaks: number | undefined;
}

/** Runs a plan. @throws {LoadError} something was lost, or did not start or end as it should */
export async function measureRun(plan: RunPlan): Promise<MeasuredRun> {
  const flags = ['--allocator', plan.allocator, '--log-level', 'info', ...(plan.gateway ?? [])];
  const gateway = await GatewayProcess.start(flags, plan.nodeFlags);
  try {
    let before: Promise<GatewayFigures> | undefined;
    let after: Promise<GatewayFigures> | undefined;
    let report: LoadReport | undefined;
    const args = ['--events', '--port', String(gateway.port), ...plan.load];
    const load = new Child(
      'im-load',
      args,
      (line) => {
        if (line['event'] === 'measure') before = gateway.figures();
        else if (line['event'] === 'second') plan.onSecond?.(line['deliveriesPerSecond'] as number);
        else if (line['event'] === 'measured') after = gateway.figures();
        else if (line['event'] === 'report') report = line['report'] as LoadReport;
      },
      plan.nodeFlags,
    );
    const code = await load.ended;
    const [start, end] = await Promise.all([before, after]);
    if (code !== 0 || report === undefined || start === undefined || end === undefined) {
      throw new LoadError(`The load generator ended with ${code}: ${load.stderr || 'it said nothing'}`);
    }
    const last = await gateway.stop();
    const wallMs = end.process.uptimeMs - start.process.uptimeMs;
    return {
      allocator: plan.allocator,
      report,
      gcCount: end.process.gc.count - start.process.gc.count,
      gcMs: end.process.gc.totalMs - start.process.gc.totalMs,
      cpuShare: (end.process.cpuMs - start.process.cpuMs) / wallMs,
      systemShare: (end.process.systemMs - start.process.systemMs) / wallMs,
      rssBytes: end.process.rssBytes,
      leaks: plan.allocator === 'pooled' ? last.memory.activeBuffers + last.memory.leaks : undefined,
    };
  } finally {
    gateway.kill();
  }
}

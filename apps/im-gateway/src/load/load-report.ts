/** What a run found. */
import type { GcFigures } from '../gc-counter.ts';
import type { Profile } from './client.ts';
import type { LatencyFigures } from './latencies.ts';
import type { WindowFigures } from './latency-windows.ts';

/** A run of the load generator. */
export interface LoadReport {
  readonly profile: Profile;
  readonly clients: number;
  /** 0 where there are no rooms. */
  readonly roomSize: number;
  /** Messages a second that were to be sent; 0: as many as the windows allowed. */
  readonly rate: number;
  readonly window: number;
  readonly meanFrameBytes: number;
  /** Seconds that were recorded. */
  readonly seconds: number;
  /** In these seconds. */
  readonly messagesPerSecond: number;
  readonly deliveriesPerSecond: number;
  /** From when a message was due to its delivery, of messages that were due in these seconds. */
  readonly latency: LatencyFigures;
  /** The same by windows of 100 ms. */
  readonly windows: WindowFigures;
  /** From when a message was due to its sending, of the same: what the generator itself is late. */
  readonly sendLag: LatencyFigures;
  /** Over the whole run. `expected = received + missing`. */
  readonly sent: number;
  readonly acked: number;
  readonly expected: number;
  readonly received: number;
  readonly missing: number;
  /** Deliveries with another body than was sent, out of their sender's order, or from a stranger. */
  readonly wrongContent: number;
  readonly outOfOrder: number;
  readonly strangers: number;
  /** Acks out of order. */
  readonly ackDisorder: number;
  /** Error frames while messages were sent, and connections that ended. */
  readonly errorFrames: number;
  readonly lostConnections: number;
  /** The first error frame's text. */
  readonly firstError: string | undefined;
  /** Of the generator. `cpuShare` is of one core, in the recorded seconds. */
  readonly generator: { readonly gc: GcFigures; readonly rssBytes: number; readonly cpuShare: number };
}

/** Whether everything arrived as it was sent. */
export function isClean(report: LoadReport): boolean {
  return (
    report.missing === 0 &&
    report.acked === report.sent &&
    report.wrongContent + report.outOfOrder + report.strangers + report.ackDisorder === 0 &&
    report.errorFrames + report.lostConnections === 0
  );
}

/** What was wrong, in a line. */
export function faultsOf(report: LoadReport): string {
  const { missing, wrongContent, outOfOrder, strangers, acked, sent, ackDisorder } = report;
  const { errorFrames, lostConnections, firstError } = report;
  const counts: readonly (readonly [number, string])[] = [
    [missing, 'missing'],
    [wrongContent, 'wrong'],
    [outOfOrder, 'out of order'],
    [strangers, 'from strangers'],
    [sent - acked, 'not acknowledged'],
    [ackDisorder, 'acknowledged out of order'],
    [lostConnections, 'connections lost'],
    [errorFrames, `errors, the first of them ${firstError}`],
  ];
  return counts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`])).join(', ');
}

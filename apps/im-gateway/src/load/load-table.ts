/** A report of the load as lines for people. */
import type { LoadReport } from './load-report.ts';

const count = (value: number): string => Math.round(value).toLocaleString('en');
const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} ms`;

export function showLoad(report: LoadReport): string {
  const { latency, windows, sendLag, generator } = report;
  const rooms = report.roomSize > 0 ? `, rooms of ${report.roomSize}` : '';
  const pace = report.rate > 0 ? `${count(report.rate)} messages/s` : `windows of ${report.window}`;
  const rows: readonly (readonly [string, string])[] = [
    ['load', `${report.profile}, ${count(report.clients)} clients${rooms}, ${pace}`],
    ['frames', `${report.meanFrameBytes.toFixed(0)} bytes on average`],
    ['messages', `${count(report.messagesPerSecond)}/s`],
    ['deliveries', `${count(report.deliveriesPerSecond)}/s`],
    [
      'latency',
      `p50 ${ms(latency.p50Ms)}, p99 ${ms(latency.p99Ms)}, p99.9 ${ms(latency.p999Ms)}, max ${ms(latency.maxMs)}`,
    ],
    ['by 100 ms', `P99 ${ms(windows.medianP99Ms)} in the median, ${ms(windows.p90P99Ms)} in nine of ten`],
    ['sent late by', `p50 ${ms(sendLag.p50Ms)}, p99 ${ms(sendLag.p99Ms)}`],
    [
      'verified',
      `${count(report.received)} of ${count(report.expected)}: ${report.missing} missing, ${report.wrongContent} wrong, ${report.outOfOrder} out of order`,
    ],
    ['acks', `${count(report.acked)} of ${count(report.sent)}`],
    [
      'errors',
      `${report.errorFrames} frames, ${report.lostConnections} connections lost${report.firstError === undefined ? '' : `; first: ${report.firstError}`}`,
    ],
    [
      'generator',
      `${(100 * generator.cpuShare).toFixed(0)} % of a core, ${generator.gc.count} collections in ${ms(generator.gc.totalMs)}, ${(generator.rssBytes / 2 ** 20).toFixed(0)} MiB`,
    ],
  ];
  return rows.map(([name, value]) => `${name.padEnd(14)}${value}`).join('\n');
}

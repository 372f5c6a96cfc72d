/** What runs the gateway and the load together, in its short forms. */
import { describe, expect, it } from 'vitest';
import { isClean } from '../../src/load/load-report.ts';
import { measureBareSockets } from '../../src/stage/bare-sockets.ts';
import { spreadOf } from '../../src/stage/figures.ts';
import { measureRun } from '../../src/stage/measured-run.ts';
import { soak } from '../../src/stage/soak.ts';
import { showRuns, showVerdict } from '../../src/stage/tables.ts';
import { Program } from './program.ts';

const SHORT = [
  '--clients',
  '10',
  '--room-size',
  '5',
  '--rate',
  '500',
  '--ramp-seconds',
  '0',
  '--warmup-seconds',
  '0.5',
];

describe('a measured run', () => {
  it('has the figures of both sides, and no leaks', async () => {
    const runs = [];
    for (const allocator of ['unpooled', 'pooled'] as const) {
      runs.push(await measureRun({ allocator, load: [...SHORT, '--seconds', '1'] }));
    }
    for (const { report, rssBytes, cpuShare } of runs) {
      expect(isClean(report)).toBe(true);
      expect(rssBytes).toBeGreaterThan(2 ** 20);
      expect(cpuShare).toBeGreaterThan(0);
    }
    expect(runs.map(({ leaks }) => leaks)).toEqual([undefined, 0]);
    const table = showRuns(runs.map((run) => ({ phase: 'short', run })));
    expect(table).toMatch(/unpooled.*–[^\n]*\n(.*\n)?.*pooled/);
    expect(showVerdict(runs)).toMatch(/^Pooled buffers: [\d.]+ times the deliveries/);
  });

  it('of a gateway that cannot start says why', async () => {
    const run = measureRun({ allocator: 'pooled', load: SHORT, gateway: ['--bus', 'nats://127.0.0.1:1'] });
    await expect(run).rejects.toThrow('The gateway did not start: Cannot reach the bus');
  });
});

describe('sockets alone', () => {
  it('bring what is sent, at its rate', async () => {
    const { framesPerSecond, latency, windowP99Ms } = await measureBareSockets({
      connections: 5,
      rate: 200,
      seconds: 1,
    });
    expect(latency.count).toBeGreaterThan(500);
    expect(latency.count).toBeLessThanOrEqual(2 * 5 * 200);
    expect(framesPerSecond).toBeGreaterThan(100);
    expect(latency.p50Ms).toBeGreaterThan(0);
    expect(windowP99Ms).toBeGreaterThan(0);
  });
});

describe('a soak', () => {
  it('finds flat memory, and nothing left', async () => {
    const report = await soak({ seconds: 8, rate: 2_000, clients: 10, sampleMs: 300 });
    expect(isClean(report.load)).toBe(true);
    expect(report.leaks).toBe(0);
    expect(report.visits).toBeGreaterThan(1);
    expect(report.samples.length).toBeGreaterThan(10);
    expect(report.lateBytes).toBeLessThan(report.earlyBytes + 16 * 2 ** 20);
    expect(Math.max(...report.samples.map(({ reservedBytes }) => reservedBytes))).toBeLessThan(16 * 2 ** 20);
  }, 60_000);
});

describe('npm start -- --serve', () => {
  it('runs a gateway until a signal ends it', async () => {
    const program = new Program('im-stage', ['start', '--serve', '--port', '0']);
    expect(await program.line('listening')).toMatchObject({ allocator: 'pooled', host: '127.0.0.1' });
    program.signal('SIGINT');
    expect(await program.ended).toBe(0);
  });

  it('is what flags of the gateway go with', async () => {
    const program = new Program('im-stage', ['start', '--port', '0']);
    expect(await program.ended).not.toBe(0);
    expect(program.stderr).toContain("'--port' goes with --serve only");
  });
});

describe('a spread', () => {
  it('has the median of an even and of an odd number', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
  });
});

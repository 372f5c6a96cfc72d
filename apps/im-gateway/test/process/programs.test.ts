/** The commands, as processes: what they print, and how they end. */

import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LoadReport } from '../../src/load/load-report.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { TestClient } from '../test-client.ts';
import { Program, startGateway } from './program.ts';

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe('im-gateway', () => {
  it('listens, logs lines of JSON, tells its figures on SIGUSR2, and ends with 0 on SIGTERM', async () => {
    const { program, port } = await startGateway();
    const anna = await TestClient.login(port, 'anna');
    program.signal('SIGUSR2');
    const stats = await program.line('stats');
    expect(stats).toMatchObject({ gateway: { connections: 1, logins: 1 }, memory: { leaks: 0 } });
    expect((stats['process'] as { rssBytes: number }).rssBytes).toBeGreaterThan(2 ** 20);
    program.signal('SIGTERM');
    expect((await anna.next()).type).toBe(FrameType.bye);
    expect(await program.line('final')).toMatchObject({
      gateway: { connections: 0 },
      memory: { activeBuffers: 0 },
    });
    expect(await program.ended).toBe(0);
    expect(program.stderr).toBe('');
  });

  it('serves its metrics and the live page, each on a port of its own', async () => {
    const { program, port } = await startGateway(['--metrics-port', '0', '--page', '0']);
    await TestClient.login(port, 'anna');
    const { url: metrics } = (await program.line('metrics')) as { url: string };
    const { url: page } = (await program.line('page')) as { url: string };
    expect(await (await fetch(metrics)).text()).toMatch(
      /^rockpool_allocator_active_buffers\{allocator="gateway"\} \d+$/m,
    );
    expect(await (await fetch(page)).text()).toContain('<title>');
    program.signal('SIGTERM');
    expect(await program.ended).toBe(0);
  });

  it('says in one line that the port of its metrics is taken, and ends with 1', async () => {
    const port = await takenPort();
    const program = new Program('im-gateway', ['--port', '0', '--metrics-port', String(port)]);
    expect(await program.ended).toBe(1);
    expect(program.stderr).toContain(`Cannot serve metrics on 127.0.0.1:${port} as the port is in use`);
    expect(program.stderr.trim().split('\n')).toHaveLength(1);
  });

  it('runs on plain buffers as well', async () => {
    const { program, port } = await startGateway(['--allocator', 'unpooled']);
    const anna = await TestClient.login(port, 'anna');
    anna.send({ type: FrameType.direct, target: anna.number, body: 'plain' });
    expect((await anna.next()).body).toBe('plain');
    program.signal('SIGINT');
    expect(await program.ended).toBe(0);
  });

  it('says in one line that its port is taken, and ends with 1', async () => {
    const port = await takenPort();
    const program = new Program('im-gateway', ['--port', String(port)]);
    expect(await program.ended).toBe(1);
    expect(program.stderr).toBe(`Cannot listen on 127.0.0.1:${port} as the port is taken\n`);
  });

  it('says in one line that nobody answers at the bus, and ends with 1', async () => {
    const program = new Program('im-gateway', ['--port', '0', '--bus', 'nats://127.0.0.1:1']);
    expect(await program.ended).toBe(1);
    expect(program.stderr).toMatch(/^Cannot reach the bus at nats:\/\/127\.0\.0\.1:1: [^\n]+\n$/);
  });

  it.each([
    [['--port', '70000'], /--port <n>.*integer from 0 to 65535/],
    [['--max-rooms', 'many'], /--max-rooms <n>.*integer/],
    [['--slow-consumer', 'ignore'], /disconnect, drop/],
    [['--alocator', 'pooled'], /unknown option '--alocator'/],
    [['--bus', 'redis://x'], /'bus' must be 'memory' or a URL that begins with nats/],
  ])('refuses %j with 2', async (args, message) => {
    const program = new Program('im-gateway', args);
    expect(await program.ended).toBe(2);
    expect(program.stderr).toMatch(message);
  });

  it('takes its flags from the environment too, and tells which in its help', async () => {
    const program = new Program('im-gateway', [], { IM_MAX_ROOMS: '-3' });
    expect(await program.ended).toBe(2);
    expect(program.stderr).toMatch(/IM_MAX_ROOMS.*integer from 0 to 65536/);
    const help = new Program('im-gateway', ['--help']);
    expect(await help.ended).toBe(0);
    expect(help.stdout).toMatch(/--max-rooms <n>[^-]*IM_MAX_ROOMS/);
  });
});

describe('im-load', () => {
  it('verifies a gateway of another process and writes its report', async () => {
    const { program, port } = await startGateway();
    const folder = await mkdtemp(join(tmpdir(), 'im-load-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'report.json');
    const args = [
      '--port',
      String(port),
      '--clients',
      '20',
      '--room-size',
      '10',
      '--rate',
      '500',
      '--json',
      file,
    ];
    const times = ['--ramp-seconds', '0.1', '--warmup-seconds', '0.3', '--seconds', '1'];
    const load = new Program('im-load', [...args, ...times]);
    expect(await load.ended).toBe(0);
    expect(load.stderr).toMatch(/verified +([\d,]+) of \1: 0 missing, 0 wrong, 0 out of order/);
    const report = JSON.parse(await readFile(file, 'utf8')) as LoadReport;
    expect([report.missing, report.acked]).toEqual([0, report.sent]);
    program.signal('SIGTERM');
    expect(await program.line('final')).toMatchObject({
      gateway: { deliveries: report.received },
      memory: { activeBuffers: 0, leaks: 0 },
    });
    expect(await program.ended).toBe(0);
  });

  it('says in one line that no gateway is there, and ends with 1', async () => {
    const load = new Program('im-load', ['--port', '1', '--clients', '2', '--room-size', '2']);
    expect(await load.ended).toBe(1);
    expect(load.stderr).toMatch(/^[^\n]*ECONNREFUSED[^\n]*\n$/);
  });
});

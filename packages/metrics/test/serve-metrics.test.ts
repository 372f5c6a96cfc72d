import { request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { ByteBufAllocator, Pool } from 'rockpool';
import { expect, test } from 'vitest';
import { MetricsListenError, type MetricsServer, type Snapshot, serveMetrics } from '../src/index.ts';

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Record<string, unknown>;
}

function ask(
  server: MetricsServer,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${server.url}${path}`, { headers, method }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, text, headers: incoming.headers }),
      );
    });
    outgoing.on('error', reject).end();
  });
}

test('serves metrics, one snapshot, and what there is', async () => {
  await using server = await serveMetrics({ port: 0 });
  const pool = new Pool({ name: 'served', create: () => ({}) });
  pool.get();
  const metrics = await ask(server, '/metrics');
  expect(metrics.status).toBe(200);
  expect(metrics.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(metrics.text).toContain('rockpool_pool_gets_total{pool="served",result="miss"} 1');
  const snapshot = JSON.parse((await ask(server, '/snapshot')).text) as Snapshot;
  expect(snapshot.version).toBe(1);
  expect(snapshot.pools.map(({ name }) => name)).toContain('served');
  expect((await ask(server, '/')).text).toContain('/metrics');
  expect((await ask(server, '/nope')).status).toBe(404);
  expect((await ask(server, '/metrics', {}, 'POST')).status).toBe(405);
});

test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'a b', '[::1', 'localhost:x'])(
  'a Host header of %j is refused',
  async (host) => {
    await using server = await serveMetrics({ port: 0 });
    expect((await ask(server, '/metrics', { host })).status).toBe(403);
  },
);

test.each(['localhost', '127.0.0.1:1', '[::1]:9464', 'LOCALHOST:80', 'metrics.internal'])(
  'a Host header of %j is served',
  async (host) => {
    await using server = await serveMetrics({ port: 0, allowedHosts: ['metrics.internal'] });
    expect((await ask(server, '/metrics', { host })).status).toBe(200);
  },
);

test('with a token nobody is served without it, whatever the host', async () => {
  const token = 'a-long-enough-token';
  await using server = await serveMetrics({ port: 0, token });
  expect((await ask(server, '/metrics')).status).toBe(401);
  expect((await ask(server, '/stream', { authorization: 'Bearer wrong-token-of-it' })).status).toBe(401);
  expect(
    (await ask(server, '/metrics', { authorization: `Bearer ${token}`, host: 'any.example' })).status,
  ).toBe(200);
});

test('outside of loopback a token is wanted', async () => {
  await expect(serveMetrics({ port: 0, host: '0.0.0.0' })).rejects.toThrow(
    "'token' must be given where 'host' is not loopback (it is '0.0.0.0')",
  );
  await using server = await serveMetrics({ port: 0, host: '0.0.0.0', token: 'x'.repeat(16) });
  expect(server.port).toBeGreaterThan(0);
});

test('a port in use is told', async () => {
  await using server = await serveMetrics({ port: 0 });
  const again = serveMetrics({ port: server.port });
  await expect(again).rejects.toThrow(MetricsListenError);
  await expect(again).rejects.toMatchObject({ code: 'ERR_ROCKPOOL_METRICS_LISTEN', port: server.port });
  await expect(again).rejects.toThrow('the port is in use');
});

test('a stream sends snapshots until the listener goes, and only then costs anything', async () => {
  await using server = await serveMetrics({ port: 0, intervalMs: 100 });
  const allocator = new ByteBufAllocator({ name: 'streamed' });
  const buf = allocator.buffer(5000);
  const abort = new AbortController();
  const response = await fetch(`${server.url}/stream`, { signal: abort.signal });
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  let text = '';
  const decoder = new TextDecoder();
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(part, { stream: true });
    if (text.split('event: snapshot').length > 3) break;
  }
  expect(server.listeners).toBeLessThanOrEqual(1);
  abort.abort();
  for (let i = 0; i < 100 && server.listeners > 0; i++) await setTimeout(10);
  expect(server.listeners).toBe(0);
  const [, first] = text.split('data: ');
  const snapshot = JSON.parse((first as string).split('\n')[0] as string) as Snapshot;
  const streamed = snapshot.allocators.find(({ name }) => name === 'streamed');
  expect(streamed?.activeBytes).toBe(5000);
  expect(streamed?.map.chunks[0]?.runs.some(({ kind }) => kind === 'slab')).toBe(true);
  buf.release();
});

test('a pool that is closed while it is watched is gone from the next snapshot', async () => {
  await using server = await serveMetrics({ port: 0 });
  const pool = new Pool({ name: 'short-lived', create: () => ({}) });
  const names = async () =>
    (JSON.parse((await ask(server, '/snapshot')).text) as Snapshot).pools.map(({ name }) => name);
  expect(await names()).toContain('short-lived');
  pool.close();
  expect(await names()).not.toContain('short-lived');
});

test('closing ends streams, and can be done twice', async () => {
  const server = await serveMetrics({ port: 0 });
  const response = await fetch(`${server.url}/stream`);
  const ended = response.text().catch(() => 'cut');
  await server.close();
  await server.close();
  await ended;
});

test.each<[Record<string, unknown>, string]>([
  [{ port: -1 }, "Cannot serve metrics as 'port' must be an integer from 0 to 65535: received -1"],
  [{ port: 70_000 }, 'port'],
  [{ host: '' }, 'host'],
  [{ token: 'short' }, "'token' must be a text of at least 16 characters: received '(hidden)'"],
  [{ intervalMs: 5 }, 'intervalMs'],
  [{ allowedHosts: 'x' }, 'allowedHosts'],
  [{ latencies: 3 }, 'latencies'],
  [{ registry: {} }, 'registry'],
  [{ Port: 1 }, "'Port' must be one of port"],
])('%j is refused', async (options, message) => {
  await expect(serveMetrics(options)).rejects.toThrow(message);
});

/**
 * A small server beside a program:
 *
 *     GET /metrics     for Prometheus
 *     GET /snapshot    all figures as JSON, once
 *     GET /stream      the same as server-sent events, which `rockpool watch` draws
 *     GET /            what there is
 *
 * It listens on loopback unless told otherwise, and then wants a token. It does not keep the process alive.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Collector } from './collector.ts';
import { HttpGuard, isLoopback } from './http-guard.ts';
import { checkOptions, MetricsOptionError } from './options.ts';
import { registerMetrics } from './prometheus.ts';
import { type LatencySnapshot, Snapshots } from './snapshot.ts';
import { SnapshotStream } from './snapshot-stream.ts';
import type { Scrapable } from './thread-metrics.ts';

/** Options of {@link serveMetrics}. Unknown names are refused. */
export interface ServeMetricsOptions {
  /** 0 to 65535; 0: one that is free. Default 9464, as OpenTelemetry's exporter has. */
  readonly port?: number;
  /** Where to listen. Default `127.0.0.1`. */
  readonly host?: string;
  /** What requests must bear; wanted where `host` is not loopback. At least 16 characters. */
  readonly token?: string;
  /** Names under which the server may be asked without a token, beside `localhost`. */
  readonly allowedHosts?: readonly string[];
  /** What `/metrics` answers with. Default: all of Rockpool's metrics of this thread. */
  readonly registry?: Scrapable;
  /** What `/snapshot` and `/stream` look at, and the default registry. */
  readonly collector?: Collector;
  /** Milliseconds between two snapshots of a stream. 100 to 60,000, default 1000. */
  readonly intervalMs?: number;
  /** Latencies of the program itself, for the live page. */
  readonly latencies?: () => readonly LatencySnapshot[];
}

/** A server that runs. */
export interface MetricsServer extends AsyncDisposable {
  readonly port: number;
  /** `http://127.0.0.1:9464`. */
  readonly url: string;
  /** Those who listen to `/stream`. */
  readonly listeners: number;
  /** Ends it and its streams. Idempotent. */
  close(): Promise<void>;
}

/**
 * The server could not listen.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { MetricsListenError, serveMetrics } from '@rockpool/metrics';
 *
 * await using first = await serveMetrics({ port: 0 });
 * await assert.rejects(serveMetrics({ port: first.port }), MetricsListenError);
 * ```
 */
export class MetricsListenError extends Error {
  readonly code = 'ERR_ROCKPOOL_METRICS_LISTEN';
  readonly host: string;
  readonly port: number;

  constructor(host: string, port: number, cause: NodeJS.ErrnoException) {
    const why =
      cause.code === 'EADDRINUSE'
        ? 'the port is in use: choose another, or 0 for any that is free'
        : cause.message;
    super(`Cannot serve metrics on ${host}:${port} as ${why}`, { cause });
    this.name = 'MetricsListenError';
    this.host = host;
    this.port = port;
  }
}

const ACTION = 'serve metrics';
const SHORTEST_TOKEN = 16;

/**
 * Serves metrics.
 *
 * Cost: a scrape of 100 pools and 50 size classes takes about 4 ms of the loop, most of it text (`npm run bench --
 * metrics-scrape`).
 *
 * @throws {MetricsOptionError} `ERR_ROCKPOOL_METRICS_OPTION`
 * @throws {MetricsListenError} `ERR_ROCKPOOL_METRICS_LISTEN` the port is in use, or is not for this user
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { serveMetrics } from '@rockpool/metrics';
 * import { ByteBufAllocator } from 'rockpool';
 *
 * const allocator = new ByteBufAllocator({ name: 'frames' });
 * allocator.buffer(100).release();
 *
 * await using server = await serveMetrics({ port: 0 });
 * const text = await (await fetch(`${server.url}/metrics`)).text();
 * assert.match(text, /^rockpool_allocator_reserved_bytes\{allocator="frames"\} \d+$/m);
 * ```
 */
export async function serveMetrics(options: ServeMetricsOptions = {}): Promise<MetricsServer> {
  const { port, host, token, allowedHosts, intervalMs, latencies } = readOptions(options);
  const collector = options.collector ?? new Collector();
  const registry = options.registry ?? registerMetrics(undefined, collector);
  const guard = new HttpGuard(token, [host, ...allowedHosts]);
  const stream = new SnapshotStream(collector.gcPauses, intervalMs, undefined, latencies);
  const snapshot = (): string => {
    const snapshots = new Snapshots(collector.gcPauses, undefined, latencies);
    const json = JSON.stringify(snapshots.take());
    snapshots.stop();
    return json;
  };
  const server = createServer((request, response) => {
    void answer(request, response, { guard, registry, stream, snapshot });
  });
  await listen(server, host, port);
  server.unref();
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= new Promise((resolve) => {
      stream.close();
      server.close(() => resolve());
      server.closeAllConnections();
      if (options.collector === undefined) collector.stop();
    });
    return closing;
  };
  return {
    port: bound,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    get listeners() {
      return stream.listeners;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Answerer {
  readonly guard: HttpGuard;
  readonly registry: Scrapable;
  readonly stream: SnapshotStream;
  readonly snapshot: () => string;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { guard, registry, stream, snapshot }: Answerer,
): Promise<void> {
  const refusal = guard.check(request);
  if (refusal !== undefined) {
    send(response, refusal.status, 'text/plain; charset=utf-8', `${refusal.text}\n`);
    return;
  }
  const path = (request.url ?? '/').split('?', 1)[0];
  try {
    if (path === '/metrics') send(response, 200, registry.contentType, await registry.metrics());
    else if (path === '/snapshot') send(response, 200, 'application/json', snapshot());
    else if (path === '/stream') stream.add(response);
    else if (path === '/') send(response, 200, 'text/plain; charset=utf-8', ROUTES);
    else send(response, 404, 'text/plain; charset=utf-8', `There is no ${path}.\n${ROUTES}`);
  } catch (error) {
    const text = `The metrics could not be read: ${(error as Error).message}\n`;
    if (response.headersSent) response.destroy();
    else send(response, 500, 'text/plain; charset=utf-8', text);
  }
}

const ROUTES = '/metrics   for Prometheus\n/snapshot  all figures as JSON\n/stream    the same, as events\n';

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new MetricsListenError(host, port, error)));
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      server.on('error', () => {}); // a connection that could not be accepted is not the program's trouble
      resolve();
    });
  });
}

type ReadOptions = Required<Omit<ServeMetricsOptions, 'registry' | 'collector' | 'token'>> & {
  readonly token: string | undefined;
};

function readOptions(options: ServeMetricsOptions): ReadOptions {
  const given = checkOptions(ACTION, options, [
    'port',
    'host',
    'token',
    'allowedHosts',
    'registry',
    'collector',
    'intervalMs',
    'latencies',
  ]);
  const { port = 9464, host = '127.0.0.1', token, allowedHosts = [], intervalMs = 1000 } = given;
  const { latencies = () => [], registry } = given;
  const refuse = (option: string, expected: string, value: unknown): never => {
    throw new MetricsOptionError(ACTION, option, expected, value);
  };
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    refuse('port', 'an integer from 0 to 65535', port);
  }
  if (typeof host !== 'string' || host === '') refuse('host', 'a name or an address', host);
  if (token !== undefined && (typeof token !== 'string' || token.length < SHORTEST_TOKEN)) {
    refuse('token', `a text of at least ${SHORTEST_TOKEN} characters`, '(hidden)');
  }
  if (token === undefined && !isLoopback(host)) {
    refuse('token', `given where 'host' is not loopback (it is '${host}')`, token);
  }
  if (!Array.isArray(allowedHosts) || allowedHosts.some((name) => typeof name !== 'string')) {
    refuse('allowedHosts', 'a list of names', allowedHosts);
  }
  if (!Number.isInteger(intervalMs) || intervalMs < 100 || intervalMs > 60_000) {
    refuse('intervalMs', 'an integer from 100 to 60000', intervalMs);
  }
  if (typeof latencies !== 'function') refuse('latencies', 'a function', latencies);
  if (registry !== undefined && typeof registry?.metrics !== 'function') {
    refuse('registry', 'something with metrics()', registry);
  }
  return { port, host, token, allowedHosts, intervalMs, latencies };
}

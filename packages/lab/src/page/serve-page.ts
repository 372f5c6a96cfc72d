/**
 * Serves the live page, of this process or of another:
 *
 *     GET /          the page
 *     GET /stream    snapshots as server-sent events: this process's own, or handed on
 *
 * On loopback unless told otherwise; a `Host` header with any other name is refused. Keeps no process alive by itself.
 */
import { createServer, type Server } from 'node:http';
import { Collector, HttpGuard, type LatencySnapshot, SnapshotStream } from '@rockpool/metrics';
import { PAGE_HEADERS, readPageFiles } from './page-files.ts';
import { relayStream, type WatchTarget } from './remote-stream.ts';

/** Options of {@link servePage}. */
export interface ServePageOptions {
  /** 0: one that is free. Default 9470. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** The process to watch, asked for at each connection. Default: this one. */
  readonly target?: () => WatchTarget | undefined;
  /** Milliseconds between two snapshots of this process. Default 1000. */
  readonly intervalMs?: number;
  /** Latencies of the program itself. */
  readonly latencies?: () => readonly LatencySnapshot[];
}

/** A page that is served. */
export interface PageServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves the page.
 *
 * @throws Error the port is taken, or the page was not built
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { servePage } from '@rockpool/lab/page';
 *
 * await using page = await servePage({ port: 0 });
 * const response = await fetch(page.url);
 * assert.match(await response.text(), /<title>Rockpool/);
 * ```
 */
export async function servePage(options: ServePageOptions = {}): Promise<PageServer> {
  const { port = 9470, host = '127.0.0.1', target, intervalMs = 1000, latencies } = options;
  const files = readPageFiles();
  const guard = new HttpGuard(undefined, [host]);
  const own = target === undefined ? new OwnStream(intervalMs, latencies) : undefined;
  const server = createServer((request, response) => {
    const refusal = guard.check(request);
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const file = files.get(path);
    if (refusal !== undefined) {
      response
        .writeHead(refusal.status, { 'content-type': 'text/plain; charset=utf-8' })
        .end(`${refusal.text}\n`);
    } else if (path === '/stream') {
      if (own !== undefined) own.stream.add(response);
      else relayStream(target as () => WatchTarget | undefined, response);
    } else if (file !== undefined) {
      response.writeHead(200, { ...PAGE_HEADERS, 'content-type': file.type }).end(file.body);
    } else {
      response
        .writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
        .end('There is no such page.\n');
    }
  });
  const bound = await listen(server, host, port);
  server.unref();
  const close = (): Promise<void> => {
    own?.close();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    return closed;
  };
  return { url: `http://${host}:${bound}/`, port: bound, close, [Symbol.asyncDispose]: close };
}

/** Snapshots of this process. */
class OwnStream {
  readonly stream: SnapshotStream;
  readonly #collector = new Collector();

  constructor(intervalMs: number, latencies: (() => readonly LatencySnapshot[]) | undefined) {
    this.stream = new SnapshotStream(this.#collector.gcPauses, intervalMs, undefined, latencies);
  }

  close(): void {
    this.stream.close();
    this.#collector.stop();
  }
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'the port is in use' : error.message;
      reject(new Error(`Cannot serve the page on ${host}:${port} as ${why}`, { cause: error }));
    });
    server.listen({ host, port }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/**
 * Snapshots to whoever listens, as server-sent events: one timer while somebody does, and none otherwise.
 *
 *     event: snapshot      data: a Snapshot as JSON, at once and then every interval
 *
 * A listener that does not take its bytes misses snapshots; nothing is kept for it.
 */
import type { ServerResponse } from 'node:http';
import { type Census, census } from 'rockpool';
import type { GcPauses } from './gc-pauses.ts';
import { type LatencySnapshot, Snapshots } from './snapshot.ts';

/** Bytes that may wait for a listener. */
const MAX_PENDING_BYTES = 1024 * 1024;

interface Listener {
  readonly response: ServerResponse;
  readonly snapshots: Snapshots;
  readonly timer: NodeJS.Timeout;
}

/**
 * Streams to any number of listeners. Owner: a server.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { once } from 'node:events';
 * import { createServer } from 'node:http';
 * import type { AddressInfo } from 'node:net';
 * import { GcPauses, SnapshotStream } from '@rockpool/metrics';
 *
 * const pauses = new GcPauses();
 * const stream = new SnapshotStream(pauses, 1000);
 * const server = createServer((_, response) => stream.add(response)).listen(0, '127.0.0.1');
 * await once(server, 'listening');
 * const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
 * assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
 * stream.close();
 * pauses.stop();
 * server.close();
 * await response.text();
 * ```
 */
export class SnapshotStream {
  readonly #pauses: GcPauses;
  readonly #intervalMs: number;
  readonly #sources: () => Census;
  readonly #latencies: () => readonly LatencySnapshot[];
  readonly #listeners = new Set<Listener>();

  constructor(
    pauses: GcPauses,
    intervalMs: number,
    sources: () => Census = census,
    latencies: () => readonly LatencySnapshot[] = () => [],
  ) {
    this.#pauses = pauses;
    this.#intervalMs = intervalMs;
    this.#sources = sources;
    this.#latencies = latencies;
  }

  /** Those who listen. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** Answers a request with the stream; the response is this stream's from then on. */
  add(response: ServerResponse): void {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      connection: 'keep-alive',
      'x-content-type-options': 'nosniff',
    });
    response.write('retry: 1000\n\n');
    const snapshots = new Snapshots(this.#pauses, this.#sources, this.#latencies);
    const send = (): void => {
      if (response.writableLength > MAX_PENDING_BYTES) return;
      response.write(`event: snapshot\ndata: ${JSON.stringify(snapshots.take())}\n\n`);
    };
    const listener: Listener = { response, snapshots, timer: setInterval(send, this.#intervalMs).unref() };
    this.#listeners.add(listener);
    response.on('close', () => this.#end(listener));
    send();
  }

  /** Ends all. */
  close(): void {
    for (const listener of this.#listeners) {
      this.#end(listener);
      listener.response.end();
    }
  }

  #end(listener: Listener): void {
    clearInterval(listener.timer);
    listener.snapshots.stop();
    this.#listeners.delete(listener);
  }
}

/**
 * Metrics of worker threads: each answers for itself, and one thread puts the answers together, as prom-client does it for
 * the processes of a cluster.
 *
 *     collectThreads(registry) ── ask ─► BroadcastChannel ─► answerScrapes() of every worker ─ its series as JSON ─┐
 *                                                                                                                  ▼
 *                                             AggregatorRegistry.aggregate: sums, and the largest of what cannot be added
 *
 * A worker that is busy or gone does not answer in time; its series are then missing from that scrape, and how many
 * answered is a metric of its own.
 */
import { randomUUID } from 'node:crypto';
import { BroadcastChannel, threadId } from 'node:worker_threads';
import {
  AggregatorRegistry,
  Gauge,
  type MetricObjectWithValues,
  type MetricValue,
  type Registry,
} from 'prom-client';
import { MetricsOptionError } from './options.ts';
import { registerMetrics } from './prometheus.ts';

type Json = MetricObjectWithValues<MetricValue<string>>[];

type Message =
  | { readonly kind: 'ask'; readonly scrape: string }
  | { readonly kind: 'answer'; readonly scrape: string; readonly thread: number; readonly metrics: Json };

const CHANNEL = 'rockpool:metrics';

/** Something that can be ended. */
export interface Stoppable {
  stop(): void;
}

/**
 * Called in a worker thread: answers the scrapes of {@link collectThreads}. Does not keep the thread alive.
 *
 * @param registry what to answer with; default: all of Rockpool's metrics of this thread
 * @param channel the name of a channel, if there are several groups of threads
 * @example
 * ```ts
 * import { answerScrapes } from '@rockpool/metrics';
 *
 * const answering = answerScrapes(); // in a worker; ends with it, or
 * answering.stop();
 * ```
 */
export function answerScrapes(registry: Registry = registerMetrics(), channel: string = CHANNEL): Stoppable {
  const port = new BroadcastChannel(channel);
  port.onmessage = async ({ data }: { data: unknown }) => {
    const message = data as Message;
    if (message.kind !== 'ask') return;
    const metrics = await registry.getMetricsAsJSON();
    port.postMessage({ kind: 'answer', scrape: message.scrape, thread: threadId, metrics } satisfies Message);
  };
  (port as unknown as { unref(): void }).unref();
  return { stop: () => port.close() };
}

/** Options of {@link collectThreads}. */
export interface CollectThreadsOptions {
  /** Worker threads that answer. With so many answers a scrape ends; otherwise it takes all of `timeoutMs`. */
  readonly workers: number | (() => number);
  /** How long to wait for answers. 1 to 60,000, default 250. */
  readonly timeoutMs?: number;
  /** As in {@link answerScrapes}. */
  readonly channel?: string;
}

/** What can be scraped: a registry, or several threads together. */
export interface Scrapable {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/**
 * This thread's registry and those of all workers that answer, as one.
 *
 * @param registry of this thread
 * @throws {MetricsOptionError} `ERR_ROCKPOOL_METRICS_OPTION`
 * @example
 * ```ts no-run
 * import { answerScrapes, collectThreads, registerMetrics, serveMetrics } from '@rockpool/metrics';
 *
 * // In the main thread:
 * await serveMetrics({ port: 9464, registry: collectThreads(registerMetrics(), { workers: 4 }) });
 * // In each of the four workers:
 * answerScrapes();
 * ```
 */
export function collectThreads(registry: Registry, options: CollectThreadsOptions): Scrapable {
  const { workers, timeoutMs = 250, channel = CHANNEL } = options;
  const action = 'collect metrics of threads';
  if (typeof workers !== 'function' && (!Number.isInteger(workers) || workers < 0)) {
    throw new MetricsOptionError(action, 'workers', 'an integer, 0 or more, or a function', workers);
  }
  if (!(timeoutMs >= 1 && timeoutMs <= 60_000)) {
    throw new MetricsOptionError(action, 'timeoutMs', 'milliseconds from 1 to 60000', timeoutMs);
  }
  return {
    contentType: registry.contentType,
    async metrics() {
      const wanted = typeof workers === 'function' ? workers() : workers;
      const [own, others] = await Promise.all([registry.getMetricsAsJSON(), ask(channel, wanted, timeoutMs)]);
      const aggregate = AggregatorRegistry.aggregate([own, ...others]);
      const answered = new Gauge({
        name: 'rockpool_metrics_threads',
        help: 'Threads whose metrics are in this scrape.',
        registers: [aggregate],
      });
      answered.set(1 + others.length);
      return aggregate.metrics();
    },
  };
}

function ask(channel: string, wanted: number, timeoutMs: number): Promise<Json[]> {
  if (wanted <= 0) return Promise.resolve([]);
  return new Promise((resolve) => {
    const port = new BroadcastChannel(channel);
    const scrape = randomUUID();
    const answers: Json[] = [];
    const end = (): void => {
      clearTimeout(timer);
      port.close();
      resolve(answers);
    };
    const timer = setTimeout(end, timeoutMs);
    port.onmessage = ({ data }: { data: unknown }) => {
      const message = data as Message;
      if (message.kind !== 'answer' || message.scrape !== scrape) return;
      answers.push(message.metrics);
      if (answers.length >= wanted) end();
    };
    port.postMessage({ kind: 'ask', scrape } satisfies Message);
  });
}

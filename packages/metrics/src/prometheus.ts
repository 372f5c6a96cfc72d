/**
 * A collector's series in a registry of prom-client: one object a metric, of the shape that prom-client asks for.
 *
 *     registry.metrics() ─► get() of every metric ─► the first one looks, the others of that turn take its look
 *
 * prom-client's own Counter and Histogram count by themselves; these tell what was counted elsewhere, which its types do
 * not foresee and its registry does not mind.
 */
import { type Metric, Registry } from 'prom-client';
import { Collector } from './collector.ts';
import type { Family, HistogramFamily, Labels } from './family.ts';

interface Value {
  readonly labels: Record<string, string | number>;
  readonly value: number;
  readonly metricName?: string;
}

interface Told {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator: string;
  readonly values: readonly Value[];
}

/** What a registry calls. */
class RegistryMetric {
  name: string;
  readonly #type: string;
  readonly #help: string;
  readonly #aggregator: string;
  readonly #values: () => readonly Value[];

  constructor({ spec }: Family | HistogramFamily, values: () => readonly Value[]) {
    this.name = spec.name;
    this.#type = spec.kind;
    this.#help = `${spec.help}.`;
    this.#aggregator = spec.aggregation ?? 'sum';
    this.#values = values;
  }

  get type(): string {
    return this.#type;
  }

  get(): Promise<Told> {
    return Promise.resolve({
      name: this.name,
      help: this.#help,
      type: this.#type,
      aggregator: this.#aggregator,
      values: this.#values(),
    });
  }

  /** There is nothing to begin anew: what is counted is counted elsewhere. */
  reset(): void {}
}

/**
 * Adds all metrics to a registry: the user's, or one of their own.
 *
 * Cost: nothing until it is scraped. Thread: that of the collector; other threads and processes: {@link collectThreads},
 * and prom-client's AggregatorRegistry.
 *
 * @param registry default: a new one
 * @param collector default: one of all that is alive in this thread
 * @returns the registry
 * @throws Error the registry has such metrics already
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { registerMetrics } from '@rockpool/metrics';
 * import { Pool } from 'rockpool';
 *
 * const pool = new Pool({ name: 'rows', create: () => ({ cells: [] }) });
 * pool.put(pool.get());
 * const text = await registerMetrics().metrics();
 * assert.match(text, /^rockpool_pool_gets_total\{pool="rows",result="miss"\} 1$/m);
 * ```
 */
export function registerMetrics(
  registry: Registry = new Registry(),
  collector: Collector = new Collector(),
): Registry {
  const look = oncePerTurn(collector);
  for (const family of collector.families) {
    const metric = new RegistryMetric(family, () => {
      look();
      return [...family].map(({ labels, value }) => ({ labels, value }));
    });
    registry.registerMetric(metric as unknown as Metric);
  }
  for (const family of collector.histograms) {
    const metric = new RegistryMetric(family, () => {
      look();
      return [...family.series.values()].flatMap((series) => buckets(family, series));
    });
    registry.registerMetric(metric as unknown as Metric);
  }
  return registry;
}

/** All metrics of one scrape are of one look. */
function oncePerTurn(collector: Collector): () => void {
  let fresh = false;
  return () => {
    if (fresh) return;
    fresh = true;
    queueMicrotask(() => {
      fresh = false;
    });
    collector.collect();
  };
}

function buckets(
  { spec, bounds }: HistogramFamily,
  series: {
    readonly labels: Labels;
    readonly counts: readonly number[];
    readonly count: number;
    readonly sum: number;
  },
): Value[] {
  const { labels, counts, count, sum } = series;
  const metricName = `${spec.name}_bucket`;
  return [
    ...bounds.map((le, i) => ({ labels: { ...labels, le }, value: counts[i] ?? 0, metricName })),
    { labels: { ...labels, le: '+Inf' }, value: count, metricName },
    { labels, value: sum, metricName: `${spec.name}_sum` },
    { labels, value: count, metricName: `${spec.name}_count` },
  ];
}

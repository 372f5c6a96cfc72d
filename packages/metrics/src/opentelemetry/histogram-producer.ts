/**
 * The histograms for a reader of OpenTelemetry's SDK: waits, uses and creations of resource pools, pauses of the collector.
 *
 * Source: OpenTelemetry's specification of MetricProducer, which is for metrics that were counted elsewhere.
 */
import type { HrTime } from '@opentelemetry/api';
import type { CollectionResult, HistogramMetricData, MetricProducer } from '@opentelemetry/sdk-metrics';
import { Collector } from '../collector.ts';
import type { HistogramFamily } from '../family.ts';
import { otelName } from './otel-names.ts';

/** `AggregationTemporality.CUMULATIVE` and `DataPointType.HISTOGRAM`: values of the SDK, which is not loaded here. */
const CUMULATIVE = 1;
const HISTOGRAM = 0;

/** What the SDK calls resource: here, none. */
type Resource = CollectionResult['resourceMetrics']['resource'];

/**
 * Hands histograms out. Thread: that of the collector.
 *
 * @example
 * ```ts no-run
 * import { ConsoleMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
 * import { Collector } from '@rockpool/metrics';
 * import { HistogramProducer, observeMetrics } from '@rockpool/metrics/opentelemetry';
 *
 * const collector = new Collector();
 * const reader = new PeriodicExportingMetricReader({
 *   exporter: new ConsoleMetricExporter(),
 *   metricProducers: [new HistogramProducer(collector)],
 * });
 * observeMetrics(new MeterProvider({ readers: [reader] }).getMeter('my-service'), collector);
 * ```
 */
export class HistogramProducer implements MetricProducer {
  readonly #collector: Collector;
  readonly #startTime: HrTime;

  /** @param collector default: one of all that is alive in this thread */
  constructor(collector: Collector = new Collector()) {
    this.#collector = collector;
    this.#startTime = hrTime(Date.now());
  }

  /** What there is now; called by the reader. */
  collect(): Promise<CollectionResult> {
    this.#collector.collect();
    const endTime = hrTime(Date.now());
    const metrics = [...this.#collector.histograms].map((family) =>
      metricOf(family, this.#startTime, endTime),
    );
    return Promise.resolve({
      resourceMetrics: {
        resource: { attributes: {}, merge: (other: unknown) => other } as unknown as Resource,
        scopeMetrics: [{ scope: { name: '@rockpool/metrics' }, metrics }],
      },
      errors: [],
    });
  }
}

function metricOf(family: HistogramFamily, startTime: HrTime, endTime: HrTime): HistogramMetricData {
  const { spec, bounds } = family;
  return {
    descriptor: {
      name: otelName(spec),
      description: spec.help,
      unit: spec.unit,
      valueType: 1,
    },
    aggregationTemporality: CUMULATIVE,
    dataPointType: HISTOGRAM,
    dataPoints: [...family.series.values()].map(({ labels, counts, count, sum }) => ({
      startTime,
      endTime,
      attributes: { ...labels },
      value: {
        buckets: { boundaries: [...bounds], counts: perBucket(counts, count) },
        count,
        sum,
      },
    })),
  } as HistogramMetricData;
}

/** OpenTelemetry's counts are of each bucket, the one above the last bound included. */
function perBucket(cumulative: readonly number[], count: number): number[] {
  const each = cumulative.map((at, i) => at - (cumulative[i - 1] ?? 0));
  return [...each, count - (cumulative.at(-1) ?? 0)];
}

function hrTime(ms: number): HrTime {
  return [Math.floor(ms / 1000), (ms % 1000) * 1_000_000];
}

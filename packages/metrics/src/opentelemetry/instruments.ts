/**
 * All counters and gauges as observable instruments of OpenTelemetry's metrics API, read together in one callback.
 *
 * Histograms cannot be observed by that API, only recorded one value at a time, and these were counted before:
 * `HistogramProducer` hands them to the SDK's readers.
 */
import type { BatchObservableCallback, Meter, Observable } from '@opentelemetry/api';
import { Collector } from '../collector.ts';
import type { Stoppable } from '../thread-metrics.ts';
import { otelName } from './otel-names.ts';

/**
 * Makes the instruments. Nothing of OpenTelemetry is loaded: the meter is the user's.
 *
 * @param collector default: one of all that is alive in this thread
 * @returns ends the observation
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
 * import { observeMetrics } from '@rockpool/metrics/opentelemetry';
 * import { Pool } from 'rockpool';
 *
 * class Reader extends MetricReader {
 *   protected override onForceFlush = async () => {};
 *   protected override onShutdown = async () => {};
 * }
 * const reader = new Reader();
 * const provider = new MeterProvider({ readers: [reader] });
 * const observed = observeMetrics(provider.getMeter('my-service'));
 *
 * const pool = new Pool({ name: 'rows', create: () => ({ cells: [] }) });
 * pool.put(pool.get());
 * const { resourceMetrics } = await reader.collect();
 * const names = resourceMetrics.scopeMetrics[0]?.metrics.map(({ descriptor }) => descriptor.name);
 * assert(names?.includes('rockpool.pool.gets'));
 * observed.stop();
 * ```
 */
export function observeMetrics(meter: Meter, collector: Collector = new Collector()): Stoppable {
  const instruments = [...collector.families].map((family) => {
    const { spec } = family;
    const options = { description: spec.help, unit: spec.unit };
    const name = otelName(spec);
    const instrument: Observable =
      spec.kind === 'counter'
        ? meter.createObservableCounter(name, options)
        : meter.createObservableGauge(name, options);
    return { family, instrument };
  });
  const callback: BatchObservableCallback = (result) => {
    collector.collect();
    for (const { family, instrument } of instruments) {
      for (const { labels, value } of family) result.observe(instrument, value, labels);
    }
  };
  const all = instruments.map(({ instrument }) => instrument);
  meter.addBatchObservableCallback(callback, all);
  return { stop: () => meter.removeBatchObservableCallback(callback, all) };
}

import { DataPointType, MeterProvider, MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { ByteBufAllocator, Pool, ResourcePool } from 'rockpool';
import { expect, test } from 'vitest';
import { CATALOGUE, Collector } from '../src/index.ts';
import { HistogramProducer, observeMetrics } from '../src/opentelemetry/index.ts';
import { otelName } from '../src/opentelemetry/otel-names.ts';

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

const metricsOf = (resource: ResourceMetrics) => resource.scopeMetrics.flatMap(({ metrics }) => metrics);

test('names are OpenTelemetry’s: dots for rooms, units beside the name', () => {
  const names = CATALOGUE.map(otelName);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^rockpool\.[a-z_]+(\.[a-z_]+)?$/);
  expect(names).toEqual(
    expect.arrayContaining([
      'rockpool.pool.gets',
      'rockpool.allocator.reserved',
      'rockpool.allocator.internal_fragmentation_ratio',
      'rockpool.resource.wait',
      'rockpool.shared_map.entries',
      'rockpool.gc.pause',
    ]),
  );
});

test('counters and gauges are observed through the API, histograms are produced for the SDK', async () => {
  const collector = new Collector();
  const reader = new Reader({ metricProducers: [new HistogramProducer(collector)] });
  const provider = new MeterProvider({ readers: [reader] });
  const observed = observeMetrics(provider.getMeter('test'), collector);
  const pool = new Pool({ name: 'rows', create: () => ({}) });
  pool.put(pool.get());
  const allocator = new ByteBufAllocator({ name: 'frames' });
  const buf = allocator.buffer(1000);
  const db = new ResourcePool({ name: 'db', create: async () => ({}), max: 1 });
  await db.use(() => {});

  const { resourceMetrics, errors } = await reader.collect();
  expect(errors).toEqual([]);
  const all = metricsOf(resourceMetrics);
  const find = (name: string) => all.find(({ descriptor }) => descriptor.name === name);
  const point = (name: string, attributes: object) =>
    find(name)?.dataPoints.find((it) => JSON.stringify(it.attributes) === JSON.stringify(attributes));
  expect(point('rockpool.pool.gets', { pool: 'rows', result: 'miss' })?.value).toBe(1);
  expect(point('rockpool.allocator.active', { allocator: 'frames' })?.value).toBe(1000);
  expect(find('rockpool.allocator.active')?.descriptor.unit).toBe('By');
  const create = find('rockpool.resource.create');
  expect(create?.dataPointType).toBe(DataPointType.HISTOGRAM);
  const histogram = point('rockpool.resource.create', { pool: 'db' })?.value as {
    count: number;
    buckets: { boundaries: number[]; counts: number[] };
  };
  expect(histogram.count).toBe(1);
  expect(histogram.buckets.counts).toHaveLength(histogram.buckets.boundaries.length + 1);
  expect(histogram.buckets.counts.reduce((a, b) => a + b, 0)).toBe(1);

  observed.stop();
  buf.release();
  await db.close();
});

import { setTimeout } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { ByteBufAllocator, type Census, LeakDetector, Pool, ResourcePool, SharedPool, Tuner } from 'rockpool';
import { afterAll, expect, test } from 'vitest';
import { CATALOGUE, Collector, MetricsOptionError, registerMetrics } from '../src/index.ts';

const collectors: Collector[] = [];

afterAll(() => {
  for (const collector of collectors) collector.stop();
});

/** Looks at these only. */
function collectorOf(sources: Partial<Census>): Collector {
  const nothing: Census = {
    pools: [],
    allocators: [],
    resourcePools: [],
    sharedPools: [],
    sharedMaps: [],
    leakDetectors: [],
    tuners: [],
  };
  const collector = new Collector({ sources: () => ({ ...nothing, ...sources }) });
  collectors.push(collector);
  return collector;
}

function registryOf(sources: Partial<Census>): Registry {
  return registerMetrics(new Registry(), collectorOf(sources));
}

/** The value of a series, as it stands in the text. */
async function value(registry: Registry, series: string): Promise<number | undefined> {
  const line = (await registry.metrics()).split('\n').find((it) => it.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

test('names, units and labels follow Prometheus’s conventions', () => {
  for (const { name, kind, help, labels } of CATALOGUE) {
    expect(name).toMatch(/^rockpool_[a-z][a-z_]*[a-z]$/);
    expect(name.endsWith('_total')).toBe(kind === 'counter');
    if (kind === 'histogram') expect(name).toMatch(/_seconds$/);
    expect(help).toMatch(/^[A-Z].*[^.]$/);
    for (const label of labels) expect(label).toMatch(/^[a-z][a-z_]*$/);
    expect(labels).not.toContain('le');
  }
  expect(new Set(CATALOGUE.map(({ name }) => name)).size).toBe(CATALOGUE.length);
});

test('an object pool', async () => {
  const pool = new Pool({ name: 'rows', create: () => ({}), maxIdle: 2, aging: 'manual' });
  const registry = registryOf({ pools: [pool] });
  const items = [pool.get(), pool.get(), pool.get()];
  for (const item of items) pool.put(item);
  pool.get();
  expect(await value(registry, 'rockpool_pool_gets_total{pool="rows",result="hit"}')).toBe(1);
  expect(await value(registry, 'rockpool_pool_gets_total{pool="rows",result="miss"}')).toBe(3);
  expect(await value(registry, 'rockpool_pool_dropped_total{pool="rows",reason="full"}')).toBe(1);
  expect(await value(registry, 'rockpool_pool_dropped_total{pool="rows",reason="aged"}')).toBeUndefined();
  expect(await value(registry, 'rockpool_pool_idle_items{pool="rows"}')).toBe(1);
  expect(await value(registry, 'rockpool_pool_outstanding_items{pool="rows"}')).toBe(1);
  expect(await value(registry, 'rockpool_pool_max_idle_items{pool="rows"}')).toBe(2);
});

test('an allocator: every figure of its stats, by size class and list too', async () => {
  const allocator = new ByteBufAllocator({ name: 'frames', maxBytes: 64 * 1024 * 1024 });
  const registry = registryOf({ allocators: [allocator] });
  const held = [allocator.buffer(1000), allocator.buffer(100_000)];
  allocator.buffer(1000).release();
  allocator.buffer(1000).release();
  const stats = allocator.stats();
  const of = (name: string, more = '') => value(registry, `rockpool_${name}{allocator="frames"${more}}`);
  expect(await of('allocator_allocations_total', ',source="cache"')).toBe(1);
  expect(await of('allocator_allocations_total', ',source="arena"')).toBe(3);
  expect(await of('allocator_active_bytes')).toBe(101_000);
  expect(await of('allocator_active_block_bytes')).toBe(stats.activeBlockBytes);
  expect(await of('allocator_reserved_bytes')).toBe(stats.reservedBytes);
  expect(await of('allocator_internal_fragmentation_ratio')).toBeCloseTo(stats.internalFragmentation, 9);
  expect(await of('cache_requests_total', ',block_bytes="1024",result="hit"')).toBe(1);
  expect(await of('cache_waste_bytes', ',block_bytes="1024"')).toBe(24);
  expect(await of('arena_chunks', ',list="q000"')).toBe(
    stats.arena.chunkLists.find(({ name }) => name === 'q000')?.chunks.length,
  );
  expect(await of('arena_slab_slots', ',block_bytes="1024"')).toBe(stats.arena.slabs[0]?.slots);
  for (const buf of held) buf.release();
});

test('a resource pool, with its times as histograms', async () => {
  const pool = new ResourcePool({ name: 'db', create: async () => ({}), max: 1 });
  const registry = registryOf({ resourcePools: [pool] });
  const lease = await pool.acquire();
  const waiting = pool.acquire();
  await setTimeout(20);
  lease.release();
  (await waiting).release();
  await pool.use(() => {});
  const of = (name: string, more = '') => value(registry, `rockpool_resource_${name}{pool="db"${more}}`);
  expect(await of('acquires_total', ',result="hit"')).toBe(pool.stats().hits);
  expect(await of('acquires_total', ',result="waited"')).toBe(pool.stats().waited);
  expect(await of('resources', ',state="idle"')).toBe(1);
  const text = await registry.metrics();
  const buckets = [
    ...text.matchAll(/^rockpool_resource_wait_seconds_bucket\{pool="db",le="(.*)"\} (\d+)$/gm),
  ];
  const counts = buckets.map(([, , count]) => Number(count));
  expect(buckets.at(-1)?.[1]).toBe('+Inf');
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
  expect(await value(registry, 'rockpool_resource_wait_seconds_count{pool="db"}')).toBe(counts.at(-1));
  expect(await value(registry, 'rockpool_resource_wait_seconds_sum{pool="db"}')).toBeGreaterThan(0.015);
  await pool.close();
});

test('shared memory: counts of a worker that leaves stay, and never fall', async () => {
  const pool = SharedPool.create({ bytes: 1024 * 1024 });
  pool.name = 'ring';
  const registry = registryOf({ sharedPools: [pool] });
  const acquired = () => value(registry, 'rockpool_shared_acquired_total{pool="ring"}');
  pool.acquire(100).release();
  expect(await acquired()).toBe(1);
  const other = SharedPool.attach(pool.handle);
  for (let i = 0; i < 5; i++) other.acquire(100).release();
  other.stats(); // publishes
  expect(await acquired()).toBe(6);
  other.detach();
  expect(await acquired()).toBe(6);
  pool.acquire(100).release();
  expect(await acquired()).toBe(7);
  pool.detach();
});

test('leaks, the tuner and collections', async () => {
  const detector = new LeakDetector({ level: 'paranoid' });
  const allocator = new ByteBufAllocator({ cache: { small: 1 } });
  const tuner = new Tuner({ targets: [allocator], intervalMs: 1_000_000 });
  const registry = registryOf({ leakDetectors: [detector], tuners: [tuner] });
  const track = detector.track({}, 'thing', () => {});
  expect(await value(registry, 'rockpool_leaks_tracked')).toBe(1);
  track?.close();
  expect(await value(registry, 'rockpool_leaks_total{outcome="closed"}')).toBe(1);
  const held = Array.from({ length: 50 }, () => allocator.buffer(5000));
  for (const buf of held) buf.release();
  tuner.tick();
  expect(await value(registry, 'rockpool_tuner_decisions_total{reason="misses"}')).toBe(1);
  for (let i = 0; i < 20; i++) {
    globalThis.gc?.();
    await setTimeout(5);
  }
  expect(await value(registry, 'rockpool_gc_pause_seconds_count{kind="major"}')).toBeGreaterThan(0);
  tuner.stop();
});

test('two pools of one name share their series; counters go on when one is closed, gauges fall', async () => {
  const [a, b] = [new Pool({ name: 'x', create: () => ({}) }), new Pool({ name: 'x', create: () => ({}) })];
  const pools = [a, b];
  const registry = registryOf({ pools: pools as readonly Pool<object>[] });
  for (const pool of pools) pool.put(pool.get());
  const gets = 'rockpool_pool_gets_total{pool="x",result="miss"}';
  const idle = 'rockpool_pool_idle_items{pool="x"}';
  expect([await value(registry, gets), await value(registry, idle)]).toEqual([2, 2]);
  pools.pop();
  expect([await value(registry, gets), await value(registry, idle)]).toEqual([2, 1]);
  pools.push(new Pool({ name: 'x', create: () => ({}) }));
  pools[1]?.get();
  expect(await value(registry, gets)).toBe(3);
});

test('label values are bounded and escaped', async () => {
  const pools = Array.from({ length: 120 }, (_, i) => new Pool({ name: `tenant ${i}`, create: () => ({}) }));
  pools.unshift(new Pool({ name: 'a"b\\c\nd<script>', create: () => ({}) }));
  pools.unshift(new Pool({ name: 'x'.repeat(1000), create: () => ({}) }));
  for (const pool of pools) pool.get();
  const registry = registryOf({ pools: pools as readonly Pool<object>[] });
  const text = await registry.metrics();
  const names = new Set(
    [...text.matchAll(/^rockpool_pool_gets_total\{pool="(.*?)",result="miss"\}/gm)].map(([, name]) => name),
  );
  expect(names.size).toBe(101);
  expect(names).toContain('a\\"b\\\\c\\nd<script>');
  expect(Math.max(...[...names].map((name) => (name as string).length))).toBeLessThanOrEqual(121);
  expect(await value(registry, 'rockpool_pool_gets_total{pool="(others)",result="miss"}')).toBe(22);
});

test('something that is closed in the middle of a scrape is left out of it', async () => {
  const pool = SharedPool.create({ bytes: 1024 * 1024 });
  const good = new Pool({ name: 'good', create: () => ({}) });
  const registry = registryOf({ sharedPools: [pool], pools: [good as Pool<object>] });
  pool.detach();
  expect(await value(registry, 'rockpool_pool_idle_items{pool="good"}')).toBe(0);
});

test('a pool that is resized between two scrapes tells its new bounds', async () => {
  const pool = new Pool({ name: 'rows', create: () => ({}), maxIdle: 100 });
  const registry = registryOf({ pools: [pool as Pool<object>] });
  const bound = () => value(registry, 'rockpool_pool_max_idle_items{pool="rows"}');
  expect(await bound()).toBe(100);
  const [, after] = await Promise.all([registry.metrics(), Promise.resolve(pool.resize({ maxIdle: 7 }))]);
  expect(after).toBe(0);
  expect(await bound()).toBe(7);
});

test('joins a registry of the user’s, once', async () => {
  const registry = new Registry();
  registry.setDefaultLabels({ app: 'shop' });
  const pool = new Pool({ name: 'mine', create: () => ({}) });
  registerMetrics(registry, collectorOf({ pools: [pool] }));
  expect(() => registerMetrics(registry, collectorOf({}))).toThrow('already been registered');
  pool.get();
  expect(await registry.metrics()).toContain(
    'rockpool_pool_gets_total{pool="mine",result="miss",app="shop"} 1',
  );
});

test('OpenMetrics, too', async () => {
  const registry = new Registry();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
  const pool = new Pool({ name: 'open', create: () => ({}) });
  registerMetrics(registry, collectorOf({ pools: [pool] }));
  pool.get();
  for (let i = 0; i < 2; i++) {
    const text = await registry.metrics();
    expect(text).toContain('# TYPE rockpool_pool_gets counter');
    expect(text).toContain('rockpool_pool_gets_total{pool="open",result="miss"} 1');
    expect(text.trimEnd().endsWith('# EOF')).toBe(true);
  }
});

test.each<[Record<string, unknown>, string]>([
  [{ maxNames: 0 }, "Cannot create collector as 'maxNames' must be an integer from 1 to 10000: received 0"],
  [{ maxNames: 1.5 }, 'maxNames'],
  [{ sources: 3 }, "'sources' must be a function"],
  [{ names: 3 }, "'names' must be one of sources, maxNames"],
])('%j is refused', (options, message) => {
  expect(() => new Collector(options)).toThrow(MetricsOptionError);
  expect(() => new Collector(options)).toThrow(message);
});

import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { allocatorPresets, ByteBufAllocator } from 'rockpool';
import { expect, test } from 'vitest';
import { prepareDay } from '../../src/experiments/hitrate.ts';
import { OrderFeed } from '../../src/orders/order-feed.ts';
import { OrderGateway } from '../../src/orders/order-gateway.ts';
import { MARKET_DAY, shortened, slices } from '../../src/orders/order-schedule.ts';

const paranoid = () => new ByteBufAllocator({ name: 'orders', checks: 'paranoid' });

test('every order is confirmed once, with the checksum of its terms', async () => {
  const allocator = paranoid();
  const gateway = await OrderGateway.start({ allocator, settleMs: 10 });
  const feed = await OrderFeed.connect(gateway.port);
  for (const bytes of [0, 1, 100, 1000, 65_536, 200_000, 256 * 1024]) feed.send(bytes);
  await feed.settled();
  expect([feed.sent, feed.confirmed]).toEqual([7, 7]);
  expect(gateway.stats()).toMatchObject({ received: 7, settled: 7, refused: 0, open: 0 });
  feed.close();
  await gateway.close();
  expect(allocator.stats()).toMatchObject({ activeBuffers: 0, lostBuffers: 0 });
});

test('every order is confirmed while trims move what waits in the book', async () => {
  const allocator = new ByteBufAllocator({ name: 'orders', cache: { maxCachedBytes: 64 * 1024 } });
  const gateway = await OrderGateway.start({ allocator, settleMs: 25 });
  const feeds = await Promise.all(Array.from({ length: 3 }, () => OrderFeed.connect(gateway.port)));
  for (let i = 0; i < 1500; i++) {
    for (const feed of feeds) feed.send(Math.round(40 * 4000 ** (((i * 7) % 11) / 11)));
    if (i % 10 === 0) await setTimeout(1);
    if (i % 5 === 0) allocator.trim();
  }
  await Promise.all(feeds.map((feed) => feed.settled()));
  expect(feeds.map(({ confirmed }) => confirmed)).toEqual([1500, 1500, 1500]);
  expect(gateway.stats()).toMatchObject({ received: 4500, settled: 4500, refused: 0, open: 0 });
  for (const feed of feeds) feed.close();
  await gateway.close();
  allocator.assertValid();
  const { activeBuffers, lostBuffers, movedBuffers } = allocator.stats();
  expect({ activeBuffers, lostBuffers }).toEqual({ activeBuffers: 0, lostBuffers: 0 });
  expect(movedBuffers).toBeGreaterThan(100);
});

test('what is no order costs its connection and nobody else’s', async () => {
  const allocator = paranoid();
  const gateway = await OrderGateway.start({ allocator, settleMs: 10 });
  const good = await OrderFeed.connect(gateway.port);
  for (const bytes of [
    [0, 0, 0, 1, 9],
    [255, 255, 255, 255],
    [0, 0, 0, 21, ...new Array<number>(21).fill(7)],
  ]) {
    const bad = connect(gateway.port, '127.0.0.1');
    bad.on('error', () => {});
    bad.write(Uint8Array.from(bytes));
    await new Promise((resolve) => bad.once('close', resolve));
  }
  good.send(500);
  await good.settled();
  expect(gateway.stats()).toMatchObject({ refused: 3, settled: 1, connections: 1 });
  good.close();
  await gateway.close();
  expect(allocator.stats().activeBuffers).toBe(0);
});

test('a client that vanishes leaves nothing, nor does a gateway that is closed in the middle', async () => {
  const allocator = paranoid();
  const gateway = await OrderGateway.start({ allocator, settleMs: 50 });
  const gone = await OrderFeed.connect(gateway.port);
  const stays = await OrderFeed.connect(gateway.port);
  for (const feed of [gone, stays]) for (let i = 0; i < 20; i++) feed.send(10_000);
  await setTimeout(30);
  gone.close();
  await gateway.close();
  expect(allocator.stats().activeBuffers).toBe(0);
  stays.close();
});

test('a schedule is the same every time, and has as many orders as it says', () => {
  const count = (seed?: number) => [...slices(MARKET_DAY, 10, seed)].flatMap(({ sizes }) => sizes);
  expect(count()).toEqual(count());
  expect(count(1)).not.toEqual(count(2));
  const expected = MARKET_DAY.reduce(
    (sum, { seconds, ordersPerSecond }) => sum + seconds * ordersPerSecond,
    0,
  );
  expect(Math.abs(count().length - expected)).toBeLessThanOrEqual(MARKET_DAY.length);
});

test('hitrate: a shortened day falls with fixed bounds and recovers with the tuner', async () => {
  const phases = shortened(MARKET_DAY, 5);
  const facts = async (tuned: boolean) => {
    const tuning = tuned ? { budgetBytes: 32 * 1024 * 1024, intervalMs: 100 } : undefined;
    const workload = await prepareDay(allocatorPresets.source, tuning, phases);
    expect(Number.isInteger(workload.run(1000))).toBe(true);
    workload.verify?.();
    expect(workload.history?.().series.map(({ name }) => name)).toEqual(['hit rate', 'cached', 'reserved']);
    const figures = workload.facts?.() ?? {};
    workload.end?.();
    return figures;
  };
  const fixed = await facts(false);
  const tuned = await facts(true);
  expect(fixed['decisions']).toBe(0);
  expect(tuned['decisions']).toBeGreaterThan(3);
  expect(fixed['burst: lowest hit rate, %']).toBeLessThan(60);
  expect(tuned['many classes: hit rate, %']).toBeGreaterThan(fixed['many classes: hit rate, %'] ?? 100);
});

import { expect, test } from 'vitest';
import { createPool } from '../src/compat/generic-pool.ts';
import {
  ByteBufAllocator,
  census,
  LeakDetector,
  Pool,
  ResourcePool,
  SharedMap,
  SharedPool,
  Tuner,
} from '../src/index.ts';

test('finds one of each kind, and none that is closed', async () => {
  const pool = new Pool({ create: () => ({}) });
  const allocator = new ByteBufAllocator();
  const resources = new ResourcePool({ name: 'db', create: async () => ({}), max: 1 });
  const sharedPool = SharedPool.create({ bytes: 1024 * 1024 });
  const sharedMap = SharedMap.create({ capacityBytes: 65_536 });
  const detector = new LeakDetector();
  const tuner = new Tuner({ targets: [allocator] });

  const before = census();
  expect(before.pools).toContain(pool);
  expect(before.allocators).toContain(allocator);
  expect(before.resourcePools.map(({ name }) => name)).toContain('db');
  expect(before.sharedPools).toContain(sharedPool);
  expect(before.sharedMaps).toContain(sharedMap);
  expect(before.leakDetectors).toContain(detector);
  expect(before.tuners).toContain(tuner);

  pool.close();
  allocator.close();
  await resources.close();
  sharedPool.detach();
  sharedMap.detach();
  tuner.stop();
  const after = census();
  expect(after.pools).not.toContain(pool);
  expect(after.allocators).not.toContain(allocator);
  expect(after.resourcePools.map(({ name }) => name)).not.toContain('db');
  expect(after.sharedPools).not.toContain(sharedPool);
  expect(after.sharedMaps).not.toContain(sharedMap);
  expect(after.tuners).not.toContain(tuner);
});

test('sees pools in the place of others too', async () => {
  const pool = createPool({ create: async () => ({}), destroy: async () => {} }, { max: 3 });
  expect(census().resourcePools.some((it) => it.stats().max === 3)).toBe(true);
  await pool.drain();
  await pool.clear();
});

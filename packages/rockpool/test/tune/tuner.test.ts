import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import {
  ByteBufAllocator,
  type Decision,
  describeDecision,
  type NamedLoad,
  Pool,
  Tuner,
  type TunerOptions,
} from '../../src/index.ts';

const MIB = 1024 * 1024;
const tuners: Tuner[] = [];

/** Ticks by hand: the timer is far away. */
function tunerOf(targets: TunerOptions['targets'], options: Partial<TunerOptions> = {}): Tuner {
  const tuner = new Tuner({ targets, intervalMs: 1_000_000, pressure: false, ...options });
  tuners.push(tuner);
  return tuner;
}

afterEach(() => {
  for (const tuner of tuners.splice(0)) tuner.stop();
});

function cycles(allocator: ByteBufAllocator, bytes: number, depth: number, times = 20): number {
  const before = allocator.stats();
  for (let i = 0; i < times; i++) {
    const held = Array.from({ length: depth }, () => allocator.buffer(bytes));
    for (const buf of held) buf.release();
  }
  const { hits, allocations } = allocator.stats();
  return (hits - before.hits) / (allocations - before.allocations);
}

const small = () =>
  new ByteBufAllocator({ name: 'orders', cache: { small: 4, normal: 0, maxCachedBytes: MIB } });

test('raises a class that misses to what it wants, once', () => {
  const allocator = small();
  const tuner = tunerOf([allocator]);
  expect(cycles(allocator, 1024, 100)).toBeLessThan(0.05);
  const decisions = tuner.tick();
  expect(decisions.map(({ knob, blockBytes, to, reason }) => ({ knob, blockBytes, to, reason }))).toEqual([
    { knob: 'entries', blockBytes: 1024, to: 113, reason: 'misses' },
  ]);
  expect(decisions[0]?.figures).toMatchObject({ wanted: 113, granted: 113 });
  expect(cycles(allocator, 1024, 100, 5)).toBeGreaterThan(0.6);
  expect(cycles(allocator, 1024, 100, 5)).toBe(1);
  expect(tuner.tick()).toEqual([]);
});

test('raises the largest cached buffer where larger ones miss', () => {
  const allocator = new ByteBufAllocator({ cache: { maxBufferBytes: 32_768, maxCachedBytes: MIB } });
  const tuner = tunerOf([allocator], { goals: { budgetBytes: 16 * MIB } });
  cycles(allocator, 100_000, 16);
  expect(tuner.tick().map(({ knob }) => knob)).toEqual(['entries', 'maxBufferBytes', 'maxCachedBytes']);
  expect(allocator.stats()).toMatchObject({ maxCachedBufferBytes: 114_688 });
  cycles(allocator, 100_000, 16, 1);
  expect(cycles(allocator, 100_000, 16)).toBe(1);
});

test('keeps all caches inside of the budget, and gives it where a byte saves most', () => {
  const busy = new ByteBufAllocator({ name: 'busy', cache: { maxCachedBytes: 8 * MIB, small: 4 } });
  const lazy = new ByteBufAllocator({ name: 'lazy', cache: { maxCachedBytes: 8 * MIB, normal: 4 } });
  const budgetBytes = 2 * MIB;
  const tuner = tunerOf([busy, lazy], { goals: { budgetBytes } });
  for (let i = 0; i < 15; i++) {
    cycles(busy, 4096, 300);
    cycles(lazy, 65_536, 60, 2);
    tuner.tick();
    for (const allocator of [busy, lazy]) allocator.assertValid();
    if (i > 0) {
      expect(busy.stats().cachedBytes + lazy.stats().cachedBytes).toBeLessThanOrEqual(budgetBytes);
    }
  }
  expect(cycles(busy, 4096, 300)).toBeGreaterThan(0.6);
  expect(cycles(lazy, 65_536, 60, 2)).toBeLessThan(0.5);
});

test('lowers what nobody used for a whole window, and not before', () => {
  const allocator = new ByteBufAllocator({
    cache: { maxCachedBytes: 16 * MIB, normal: 64, trimInterval: 1_000_000 },
  });
  const tuner = tunerOf([allocator], { window: 4, coolDownMs: 0 });
  cycles(allocator, 65_536, 60);
  tuner.tick();
  const quiet = () => cycles(allocator, 200, 10);
  for (let i = 0; i < 3; i++) {
    quiet();
    expect(tuner.tick()).toEqual([]);
  }
  const before = allocator.stats().cachedBytes;
  const decisions: Decision[] = [];
  for (let i = 0; i < 3; i++) {
    quiet();
    decisions.push(...tuner.tick());
  }
  expect(new Set(decisions.map(({ reason }) => reason))).toEqual(new Set(['unused']));
  expect(allocator.stats().cachedBytes).toBeLessThan(before / 4);
  expect(cycles(allocator, 200, 10)).toBe(1);
});

test('does not swing: a load that comes and goes within the window moves nothing after the first time', () => {
  const allocator = small();
  const tuner = tunerOf([allocator], { window: 6 });
  const decisions: number[] = [];
  for (let i = 0; i < 40; i++) {
    if (i % 4 === 0) cycles(allocator, 20_000, 40);
    cycles(allocator, 500, 20);
    decisions.push(tuner.tick().filter(({ reason }) => reason !== 'regret').length);
  }
  expect(decisions.slice(8).every((count) => count === 0)).toBe(true);
  expect(decisions[0]).toBeGreaterThan(0);
});

test('trims less often where what was trimmed is wanted again', () => {
  const allocator = new ByteBufAllocator({ cache: { trimInterval: 1024 } });
  const tuner = tunerOf([allocator], { coolDownMs: 0 });
  for (let i = 0; i < 12; i++) {
    cycles(allocator, 8192, 50, 2);
    cycles(allocator, 100, 30, 100);
    tuner.tick();
  }
  expect(tuner.stats().byReason).toMatchObject({ regret: expect.any(Number) });
  expect(allocator.stats().trimInterval).toBeGreaterThan(2048);
  expect(allocator.stats().trimInterval).toBeLessThanOrEqual(2 ** 20);
});

test('and more often again where nothing is regretted and most of the cache idles', () => {
  const allocator = new ByteBufAllocator({ cache: { trimInterval: 1024, maxCachedBytes: 16 * MIB } });
  const tuner = tunerOf([allocator], {
    coolDownMs: 0,
    window: 4,
    bounds: { maxCachedBytes: [16 * MIB, 16 * MIB] },
  });
  for (let i = 0; i < 8; i++) {
    cycles(allocator, 65_536, 20, 2);
    cycles(allocator, 100, 30, 100);
    tuner.tick();
  }
  const longest = allocator.stats().trimInterval;
  expect(longest).toBeGreaterThan(2048);
  for (let i = 0; i < 40; i++) {
    cycles(allocator, 100, 3, 10);
    tuner.tick();
  }
  expect(allocator.stats().trimInterval).toBeLessThan(longest);
  expect(allocator.stats().trimInterval).toBeGreaterThanOrEqual(1024);
});

test('object pools: more room where they miss and drop, less where nothing is that deep', () => {
  const pool = new Pool({ name: 'rows', create: () => ({}), maxIdle: 16, aging: 'manual' });
  const tuner = tunerOf([pool], { window: 3, coolDownMs: 0 });
  const load = (depth: number) => {
    for (let i = 0; i < 10; i++) {
      const held = Array.from({ length: depth }, () => pool.get());
      for (const item of held) pool.put(item);
    }
  };
  for (let i = 0; i < 6; i++) {
    load(100);
    tuner.tick();
  }
  expect(pool.stats().maxIdle).toBe(128);
  const misses = pool.stats().misses;
  load(100);
  expect(pool.stats().misses).toBe(misses);
  pool.clear();
  pool.prewarm(10);
  for (let i = 0; i < 6; i++) {
    load(5);
    tuner.tick();
  }
  expect(pool.stats().maxIdle).toBe(20);
});

test('object pools: keeps through ageing what is made again', () => {
  const pool = new Pool({ create: () => ({}), aging: 'manual' });
  const tuner = tunerOf([pool], { coolDownMs: 0 });
  for (let i = 0; i < 5; i++) {
    const held = Array.from({ length: 30 }, () => pool.get());
    for (const item of held) pool.put(item);
    pool.age();
    pool.age();
    pool.age();
    tuner.tick();
  }
  expect(pool.stats().minIdle).toBeGreaterThanOrEqual(30);
});

test('a dry run decides and changes nothing', () => {
  const allocator = small();
  const decisions: Decision[] = [];
  const tuner = tunerOf([allocator], { dryRun: true, onDecision: (decision) => decisions.push(decision) });
  cycles(allocator, 1024, 100);
  tuner.tick();
  expect(decisions).toMatchObject([{ knob: 'entries', to: 113, applied: false }]);
  expect(allocator.stats().sizeClasses[0]?.maxEntries).toBe(4);
  expect(tuner.stats()).toMatchObject({ decisions: 1, applied: 0, dryRun: true });
  expect(describeDecision(decisions[0] as Decision)).toMatch(/, not applied$/);
  expect(tuner.undo(decisions[0] as Decision)).toBe(false);
});

test('the user’s bounds hold', () => {
  const allocator = new ByteBufAllocator({ cache: { normal: 0, maxCachedBytes: 65_536 } });
  const tuner = tunerOf([allocator], {
    bounds: { maxCachedBytes: [65_536, 2 * MIB], maxBufferBytes: [0, 65_536] },
  });
  for (let i = 0; i < 5; i++) {
    cycles(allocator, 50_000, 100);
    cycles(allocator, 200_000, 20);
    tuner.tick();
  }
  const { maxCachedBytes, sizeClasses } = allocator.stats();
  expect(maxCachedBytes).toBeLessThanOrEqual(2 * MIB);
  expect(sizeClasses.find(({ blockBytes }) => blockBytes > 65_536)?.maxEntries).toBe(0);
});

test('a decision that is taken back stays so', () => {
  const allocator = small();
  const tuner = tunerOf([allocator]);
  cycles(allocator, 1024, 100);
  const [decision] = tuner.tick();
  expect(tuner.undo(decision as Decision)).toBe(true);
  expect(allocator.stats().sizeClasses[0]?.maxEntries).toBe(4);
  expect(tuner.decisions.at(-1)).toMatchObject({ reason: 'undo', from: 113, to: 4 });
  for (let i = 0; i < 5; i++) {
    cycles(allocator, 1024, 100);
    expect(tuner.tick()).toEqual([]);
  }
});

test('restore() brings back all bounds as they were found', () => {
  const allocator = new ByteBufAllocator({ cache: { maxBufferBytes: 32_768 } });
  const before = allocator.stats();
  const tuner = tunerOf([allocator]);
  for (let i = 0; i < 5; i++) {
    cycles(allocator, 1024, 300);
    cycles(allocator, 100_000, 30);
    tuner.tick();
  }
  tuner.restore();
  const after = allocator.stats();
  for (const bound of ['maxCachedBytes', 'maxCachedBufferBytes', 'trimInterval'] as const) {
    expect(after[bound]).toBe(before[bound]);
  }
  expect(after.sizeClasses.map(({ blockBytes, maxEntries }) => [blockBytes, maxEntries])).toEqual([
    [1024, 256],
    [114_688, 0],
  ]);
});

test('memory that is short: the budget is halved, caches trimmed; relief brings it back slowly', () => {
  const allocator = new ByteBufAllocator({ cache: { maxCachedBytes: 8 * MIB } });
  let used = 0.1;
  const measure = (): NamedLoad[] => [{ limit: 'heap', usedBytes: used * 1000, limitBytes: 1000 }];
  const tuner = tunerOf([allocator], {
    goals: { budgetBytes: 8 * MIB },
    coolDownMs: 2_000_000,
    pressure: { measure, medium: 0.7, high: 0.9 },
  });
  cycles(allocator, 65_536, 60);
  tuner.tick();
  expect(allocator.stats().cachedBytes).toBeGreaterThan(3 * MIB);

  used = 0.8;
  tuner.tick();
  expect(tuner.stats().budgetBytes).toBe(4 * MIB);
  expect(allocator.stats().cachedBytes).toBeGreaterThan(0); // what is in use stays
  used = 0.95;
  const decisions = tuner.tick();
  expect(decisions).toMatchObject([
    { knob: 'budget', from: 4 * MIB, to: 2 * MIB, reason: 'pressure', figures: { heap: 0.95 } },
    { knob: 'trim', reason: 'pressure' },
    { knob: 'entries', from: 64, reason: 'outbid' },
    { knob: 'maxCachedBytes', to: 2 * MIB, reason: 'outbid' },
  ]);
  expect(allocator.stats().cachedBytes).toBe(0);

  used = 0.65; // not at rest yet
  for (let i = 0; i < 5; i++) tuner.tick();
  expect(tuner.stats().budgetBytes).toBe(2 * MIB);
  used = 0.3;
  for (let i = 0; i < 3; i++) tuner.tick();
  expect(tuner.stats().budgetBytes).toBe(4 * MIB);
  for (let i = 0; i < 3; i++) tuner.tick();
  expect(tuner.stats().budgetBytes).toBe(8 * MIB);
  for (let i = 0; i < 9; i++) tuner.tick();
  expect(tuner.stats().budgetBytes).toBe(8 * MIB);
});

test('what a listener or a measurement throws stops nothing', () => {
  const errors: unknown[] = [];
  const allocator = small();
  const tuner = tunerOf([allocator], {
    onDecision: () => {
      throw new Error('listener');
    },
    pressure: {
      measure: () => {
        throw new Error('measurement');
      },
    },
    onError: (error) => errors.push(error),
  });
  cycles(allocator, 1024, 100);
  expect(tuner.tick()).toHaveLength(1);
  expect(errors.map((error) => (error as Error).message)).toEqual(['measurement', 'listener']);
});

test('two targets of one name are told apart', () => {
  const [a, b] = [small(), small()];
  const tuner = tunerOf([a, b, a]);
  cycles(b, 1024, 100);
  const [decision] = tuner.tick();
  expect(decision?.target).toBe('orders (2)');
  expect(tuner.undo(decision as Decision)).toBe(true);
  expect([a, b].map((it) => it.stats().sizeClasses[0]?.maxEntries)).toEqual([undefined, 4]);
  expect(tuner.stats().targets).toBe(2);
});

test('looks by itself, and ends when all it steers is closed', () => {
  vi.useFakeTimers();
  try {
    const allocator = small();
    const tuner = new Tuner({ targets: [allocator], intervalMs: 1000, pressure: false });
    cycles(allocator, 1024, 100);
    vi.advanceTimersByTime(1000);
    expect(tuner.stats()).toMatchObject({ looks: 1, decisions: 1, running: true });
    allocator.close();
    vi.advanceTimersByTime(1000);
    expect(tuner.stats()).toMatchObject({ targets: 0, running: false });
    vi.advanceTimersByTime(5000);
    expect(tuner.stats().looks).toBe(2);
  } finally {
    vi.useRealTimers();
  }
});

test('holds no target alive', async () => {
  const tuner = tunerOf([]);
  const kept = small();
  const other = (() => tunerOf([kept, small()]))();
  expect(other.stats().targets).toBe(2);
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await setImmediate();
  }
  expect(other.stats().targets).toBe(1);
  expect(tuner.tick()).toEqual([]);
});

test('a dry run takes no decision on the budget for done, either', () => {
  const measure = (): NamedLoad[] => [{ limit: 'heap', usedBytes: 9, limitBytes: 10 }];
  const tuner = tunerOf([small()], { dryRun: true, pressure: { measure } });
  expect(tuner.tick().map(({ knob, applied }) => [knob, applied])).toEqual([
    ['budget', false],
    ['trim', false],
  ]);
  expect(tuner.stats().applied).toBe(0);
});

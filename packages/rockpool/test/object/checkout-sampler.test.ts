/** The sampler of checkouts: which it watches, when it lets go, and that it never holds what it suspects. */
import { describe, expect, it } from 'vitest';
import { LeakDetector, type LeakDetectorOptions, Pool } from '../../src/index.ts';
import { CheckoutSampler } from '../../src/object/checkout-sampler.ts';
import { collectThoroughly, collectUntil } from '../leak/garbage.ts';

function below(): void {}

/** An enabled sampler and the number of losses it told of. */
function sampler(options: LeakDetectorOptions = {}, enabled = true) {
  const detector = new LeakDetector({ onLeak: () => {}, ...options });
  const losses = { count: 0 };
  const sampler = new CheckoutSampler<object>('rows', detector, () => void losses.count++, enabled);
  return { sampler, detector, losses };
}

/** Has `count` items sampled and forgets them. */
function loseSamples(to: CheckoutSampler<object>, count: number): void {
  for (let i = 0; i < count; i++) to.sample({}, below);
}

describe('the period of a sampler', () => {
  it('is 512 times the detector’s interval', () => {
    expect(sampler().sampler.period).toBe(65_536);
    expect(sampler({ samplingInterval: 1 }).sampler.period).toBe(512);
    expect(sampler({ level: 'advanced', samplingInterval: 2 }).sampler.period).toBe(1024);
  });

  it('is 1 at the detector’s level paranoid, and 2^29 where nothing is sampled', () => {
    expect(sampler({ level: 'paranoid' }).sampler.period).toBe(1);
    expect(sampler({ level: 'disabled' }).sampler.period).toBe(2 ** 29);
    expect(sampler({ level: 'paranoid' }, false).sampler.period).toBe(2 ** 29);
    expect(sampler({ samplingInterval: 2 ** 30 }).sampler.period).toBe(2 ** 29);
  });

  it('follows the detector’s level', () => {
    const { sampler: it, detector } = sampler();
    detector.level = 'paranoid';
    expect(it.period).toBe(1);
  });
});

describe('a sampled checkout', () => {
  it('needs to see puts until the item comes back', () => {
    const { sampler: it, detector } = sampler();
    const item = {};
    expect(it.active).toBe(false);
    it.sample(item, below);
    expect(it.active).toBe(true);
    it.returned({});
    expect(it.active).toBe(true);
    it.returned(item);
    expect(it.active).toBe(false);
    expect(detector.stats().tracked).toBe(0);
  });

  it('becomes a suspect, which the detector follows, when the next sample begins or an epoch passes', () => {
    const { sampler: it, detector } = sampler();
    const [a, b] = [{}, {}];
    it.sample(a, below);
    it.sample(b, below);
    expect(detector.stats()).toMatchObject({ tracked: 1, active: 1 });
    it.suspect();
    it.suspect();
    expect(detector.stats()).toMatchObject({ tracked: 2, active: 2 });
    it.returned(a);
    it.returned(a);
    expect(detector.stats()).toMatchObject({ closed: 1, active: 1 });
    expect(it.active).toBe(true);
    it.returned(b);
    expect(detector.stats()).toMatchObject({ closed: 2, leaked: 0 });
    expect(it.active).toBe(false);
  });

  it('is not begun where the detector is disabled, or the sampler is', () => {
    const disabled = [sampler({ level: 'disabled' }), sampler({ level: 'paranoid' }, false)];
    for (const { sampler } of disabled) {
      sampler.sample({}, below);
      expect(sampler.active).toBe(false);
    }
  });

  it('is held strongly while it is watched, weakly as a suspect, and told of when it is lost', async () => {
    const { sampler: it, losses } = sampler();
    loseSamples(it, 1);
    await collectThoroughly();
    expect(losses.count).toBe(0);
    it.suspect();
    await collectUntil('the loss is noticed', () => losses.count === 1);
    expect(it.active).toBe(false);
  });

  it('is not followed beyond 16 suspects, and again when some are gone', async () => {
    const { sampler: it, detector, losses } = sampler();
    loseSamples(it, 30);
    it.suspect();
    expect(detector.stats().tracked).toBe(16);
    await collectUntil('all suspects are lost', () => losses.count === 16);
    expect(it.active).toBe(false);
    loseSamples(it, 1);
    it.suspect();
    expect(detector.stats().tracked).toBe(17);
  });
});

describe('a pool that samples', () => {
  it('counts gets right over many periods, from the slot, the stack and misses', () => {
    const leakDetector = new LeakDetector({ samplingInterval: 1 });
    const pool = new Pool({ create: () => ({}), leakDetector, aging: 'manual' });
    for (let i = 1; i <= 2000; i++) {
      const [a, b] = [pool.get(), pool.get()];
      const c = pool.tryGet();
      pool.put(a);
      pool.put(b);
      if (c !== undefined) pool.put(c);
      expect(pool.stats().gets).toBe(2 * i);
    }
    expect(pool.stats()).toMatchObject({ hits: 3998, misses: 2, puts: 4000, outstanding: 0 });
  });

  it('keeps nothing of an item that came back, and resets it as any other', () => {
    const leakDetector = new LeakDetector({ level: 'paranoid' });
    let resets = 0;
    const pool = new Pool({ create: () => ({}), reset: () => void resets++, leakDetector, aging: 'manual' });
    for (let i = 0; i < 5; i++) {
      const items = [pool.get(), pool.get(), pool.get()];
      for (const item of items) expect(pool.put(item)).toBe(true);
    }
    expect(resets).toBe(15);
    expect(leakDetector.stats()).toMatchObject({ active: 0, leaked: 0 });
  });
});

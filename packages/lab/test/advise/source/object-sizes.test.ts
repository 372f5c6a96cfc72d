import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  objectSizes,
  objectsPerSample,
  type RawSize,
  SAMPLING_INTERVALS,
} from '../../../src/advise/source/object-sizes.ts';

/** Numbers from 0 to 1, always the same ones. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** What V8 would tell of objects, a third of them under each interval. */
function sampled(mix: ReadonlyMap<number, number>, random: () => number): RawSize[] {
  const raw: RawSize[] = [];
  for (const [bytes, count] of mix) {
    for (const interval of SAMPLING_INTERVALS) {
      const expected = (count / 3) * -Math.expm1(-bytes / interval);
      let normal = -6;
      for (let i = 0; i < 12; i++) normal += random();
      const samples = Math.max(0, Math.round(expected + normal * Math.sqrt(expected)));
      if (samples > 0) raw.push([interval, bytes * objectsPerSample(bytes, interval), samples]);
    }
  }
  return raw;
}

function totalBytes(raw: readonly RawSize[]): number {
  return raw.reduce((sum, [, weighted, samples]) => sum + weighted * samples, 0);
}

describe('objectSizes', () => {
  it('has nothing to say of nothing', () => {
    expect(objectSizes([])).toEqual([]);
    expect(objectSizes([[33287, 33288, 0]])).toEqual([]);
  });

  it('tells one size exactly, from three intervals', () => {
    const raw = SAMPLING_INTERVALS.map(
      (interval): RawSize => [interval, 56 * objectsPerSample(56, interval), 40],
    );
    const count = SAMPLING_INTERVALS.reduce((sum, interval) => sum + 40 * objectsPerSample(56, interval), 0);
    expect(objectSizes(raw)).toEqual([{ bytes: 56, count, samples: 120 }]);
  });

  it('adds up samples that come one by one', () => {
    const one: RawSize = [33287, 64 * objectsPerSample(64, 33287), 1];
    expect(objectSizes([one, one, one])).toEqual(objectSizes([[one[0], one[1], 3]]));
  });

  it('prefers a plausible size where the intervals leave several', () => {
    const raw = (bytes: number): RawSize[] =>
      SAMPLING_INTERVALS.map((interval) => [interval, bytes * objectsPerSample(bytes, interval), 9]);
    expect(raw(1296)).toEqual(raw(432));
    expect(objectSizes(raw(1296))).toMatchObject([{ bytes: 432, samples: 27 }]);
    const [one] = raw(32);
    expect(one && objectSizes([one])).toMatchObject([{ bytes: 32, samples: 9 }]);
  });

  it('keeps the bytes of a sample that fits no size', () => {
    expect(objectSizes([[33287, 12345, 2]])).toEqual([{ bytes: 12345, count: 2, samples: 2 }]);
  });

  it('finds the sizes of mixtures, and keeps all bytes', () => {
    const random = seeded(7);
    let wrong = 0;
    for (let round = 0; round < 100; round++) {
      const mix = new Map<number, number>();
      for (let kinds = 0; kinds < 1 + (round % 6); kinds++) {
        mix.set(24 + 8 * Math.floor(random() ** 2 * 29), 2_000_000 + Math.floor(random() * 2_000_000));
      }
      const raw = sampled(mix, random);
      const found = objectSizes(raw);
      const bytes = found.reduce((sum, size) => sum + size.bytes * size.count, 0);
      expect(bytes / totalBytes(raw)).toBeCloseTo(1, 5);
      for (const [size, count] of mix) {
        const match = found.find((other) => other.bytes === size);
        if (!match || Math.abs(match.count / count - 1) > 0.15) wrong++;
      }
      expect(found.filter((size) => !mix.has(size.bytes) && size.samples > 5)).toEqual([]);
    }
    expect(wrong).toBe(0);
  });

  it('tells twelve sizes at one site apart', () => {
    const sizes = [24, 32, 40, 56, 64, 72, 80, 96, 128, 168, 256, 512];
    const found = objectSizes(sampled(new Map(sizes.map((bytes) => [bytes, 1_000_000])), seeded(3)));
    expect(found.map((size) => size.bytes).sort((a, b) => a - b)).toEqual(sizes);
  });
});

describe('SAMPLING_INTERVALS', () => {
  it('leave 21 pairs of sizes up to 4 KiB that cannot be told apart', () => {
    const seen = new Map<string, number>();
    let pairs = 0;
    let smallest = Number.POSITIVE_INFINITY;
    for (let bytes = 16; bytes <= 4096; bytes += 8) {
      const key = SAMPLING_INTERVALS.map((interval) => bytes * objectsPerSample(bytes, interval)).join();
      const before = seen.get(key) ?? 0;
      if (before > 0) smallest = Math.min(smallest, bytes);
      pairs += before;
      seen.set(key, before + 1);
    }
    expect(pairs).toBe(21);
    expect(smallest).toBe(648);
  });

  it('find the objects that a program really makes', () => {
    const script = fileURLToPath(new URL('./fixtures/sizes.mjs', import.meta.url));
    const text = execFileSync(process.execPath, [script, ...SAMPLING_INTERVALS.map(String)], {
      encoding: 'utf8',
    });
    const { found } = JSON.parse(text) as { found: Record<string, RawSize[]> };
    const share = (name: string, bytes: number, made: number): number => {
      const raw = found[name] ?? [];
      return (objectSizes(raw).find((size) => size.bytes === bytes)?.count ?? 0) / made;
    };
    expect(share('instances', 56, 3_000_000)).toSatisfy(within(0.1));
    expect(share('literals', 64, 3_000_000)).toSatisfy(within(0.1));
    expect(share('maps', 168, 3_000_000)).toSatisfy(within(0.1));
    expect(share('arrays', 848, 300_000)).toSatisfy(within(0.1));
  });
});

function within(tolerance: number): (share: number) => boolean {
  return (share) => Math.abs(share - 1) <= tolerance;
}

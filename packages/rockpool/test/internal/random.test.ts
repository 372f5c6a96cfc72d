/** The seeded generator: the published sequence, bounds, and an even spread. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/internal/random.ts';

/** How often each of `bound` numbers comes in `draws` draws. */
function histogram(bound: number, draws: number): number[] {
  const random = new Random(42);
  const counts = Array<number>(bound).fill(0);
  for (let i = 0; i < draws; i++) {
    const number = random.below(bound);
    counts[number] = (counts[number] ?? 0) + 1;
  }
  return counts;
}

describe('a random generator', () => {
  it('is xorshift32 with the shifts 13, 17 and 5', () => {
    const random = new Random(1);
    expect([random.bits(), random.bits(), random.bits()].map((bits) => bits >>> 0)).toEqual([
      270369, 67634689, 2647435461,
    ]);
  });

  it('gives the same sequence for the same seed, and another for another', () => {
    const draw = (seed: number) => {
      const random = new Random(seed);
      return Array.from({ length: 20 }, () => random.bits());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(2 ** 32 + 7)).toEqual(draw(7)); // 32 bits count
  });

  it.each([0, 2 ** 32, Number.NaN, -0])('never sticks at 0, not even with the seed %o', (seed) => {
    const random = new Random(seed);
    const drawn = new Set(Array.from({ length: 1000 }, () => random.bits()));
    expect(drawn.has(0)).toBe(false);
    expect(drawn.size).toBe(1000);
  });

  it.each([1, 2, 7, 1000, 2 ** 31])('stays below %i', (bound) => {
    const random = new Random(3);
    for (let i = 0; i < 1000; i++) {
      const number = random.below(bound);
      expect(Number.isInteger(number) && number >= 0 && number < bound).toBe(true);
    }
  });

  it('spreads evenly', () => {
    for (const count of histogram(10, 10_000)) {
      expect(count).toBeGreaterThan(800);
      expect(count).toBeLessThan(1200);
    }
  });

  it('gives fractions from 0 up to, not including, 1', () => {
    const random = new Random(5);
    const fractions = Array.from({ length: 10_000 }, () => random.fraction());
    expect(Math.min(...fractions)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...fractions)).toBeLessThan(1);
    expect(Math.max(...fractions)).toBeGreaterThan(0.99);
    expect(fractions.reduce((a, b) => a + b) / 10_000).toBeCloseTo(0.5, 1);
  });
});

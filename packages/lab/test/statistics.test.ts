import fc from 'fast-check';
import { expect, test } from 'vitest';
import { median, ratios, spread } from '../src/statistics.ts';

test('median() takes the middle value', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([7])).toBe(7);
});

test('median() of nothing throws', () => {
  expect(() => median([])).toThrow(RangeError);
});

test('spread() holds min ≤ median ≤ max, whatever the order of the rounds', () => {
  const value = fc.double({ min: 0, max: 1e12, noNaN: true });
  fc.assert(
    fc.property(fc.array(value, { minLength: 1 }), (values) => {
      const { min, median: middle, max } = spread(values);
      expect(min).toBeLessThanOrEqual(middle);
      expect(middle).toBeLessThanOrEqual(max);
      expect(values).toContain(min);
      expect(values).toContain(max);
      expect(spread([...values].reverse())).toEqual({ min, median: middle, max });
    }),
  );
});

test('ratios() compares each round with itself', () => {
  expect(ratios([10, 30], [5, 10])).toEqual([2, 3]);
  expect(ratios([0], [0])).toEqual([1]);
  expect(() => ratios([1], [1, 2])).toThrow('Cannot compare 1 rounds with 2');
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Powers } from '#recorder/powers';

/** The only entry that is counted. */
function entryOf(value: number, shift: number): number {
  const powers = new Powers(shift);
  powers.add(value);
  expect(powers.counts.filter((count) => count !== 0)).toEqual([1]);
  return powers.counts.length - 1;
}

test('a power of two begins an entry, and what lies just below belongs to the one before', () => {
  expect([0.5, 1, 1.99, 2, 3.99, 4].map((value) => entryOf(value, 0))).toEqual([0, 1, 1, 2, 2, 3]);
  expect([2 ** -7, 0.0079, 0.5, 1].map((value) => entryOf(value, 7))).toEqual([1, 1, 7, 8]);
});

test('a value lies between the bounds of its entry', () => {
  const shifts = fc.integer({ min: 0, max: 10 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), shifts, (thousandths, shift) => {
      const value = thousandths / 1000;
      const entry = entryOf(value, shift);
      expect(value).toBeLessThan(2 ** (entry - shift));
      if (entry > 0) expect(value).toBeGreaterThanOrEqual(2 ** (entry - 1 - shift));
    }),
  );
});

test('nothing, and less than nothing, count in the first entries', () => {
  expect(entryOf(0, 0)).toBe(0);
  expect(entryOf(-5, 7)).toBe(0);
  expect(entryOf(1e-9, 7)).toBe(0);
});

test('the histogram has no more than 41 entries, however large a value is', () => {
  expect(entryOf(Number.MAX_VALUE, 7)).toBe(40);
  expect(entryOf(Number.POSITIVE_INFINITY, 0)).toBe(40);
});

test('values add up, and entries in between are 0', () => {
  const powers = new Powers(0);
  for (const value of [5, 0, 4, 7.9]) powers.add(value);
  expect(powers.counts).toEqual([1, 0, 0, 3]);
});

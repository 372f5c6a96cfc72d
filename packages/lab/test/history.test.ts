import { expect, test } from 'vitest';
import { type History, medianHistory } from '../src/history.ts';

function history(...values: (number | null)[]): History {
  return {
    operations: [0, 10, 10],
    series: [{ name: 'reserved', unit: 'bytes', values }],
    moments: [{ look: 2, name: 'end' }],
  };
}

test('medianHistory() takes the median of the rounds at each look', () => {
  const median = medianHistory([history(1, 5, null), history(3, 1, null), history(2, 9, 4)]);
  expect(median).toEqual(history(2, 5, 4));
});

test('medianHistory() keeps a gap where no round has a value', () => {
  expect(medianHistory([history(null, 1, 1), history(null, 3, 3)])).toEqual(history(null, 2, 2));
});

test('medianHistory() refuses rounds that looked at different operations', () => {
  const other = { ...history(1, 2, 3), operations: [0, 10, 20] };
  expect(() => medianHistory([history(1, 2, 3), other])).toThrow(RangeError);
  expect(() => medianHistory([])).toThrow(RangeError);
});

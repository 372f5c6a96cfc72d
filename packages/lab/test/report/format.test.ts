import { expect, test } from 'vitest';
import {
  formatBytes,
  formatChange,
  formatCount,
  formatNumber,
  formatRatioSpread,
  formatTime,
  formatTimeSpread,
} from '../../src/report/format.ts';

test('numbers have three significant digits and no exponent', () => {
  expect([0, 0.01234, 1.234, 12.34, 123.4, 12345].map(formatNumber)).toEqual([
    '0',
    '0.0123',
    '1.23',
    '12.3',
    '123',
    '12345',
  ]);
});

test('units suit the size', () => {
  expect([67, 1500, 2.5e6, 3e9].map(formatTime)).toEqual(['67.0 ns', '1.50 µs', '2.50 ms', '3.00 s']);
  expect([0.01, 16, 1024, 3 * 2 ** 20].map(formatBytes)).toEqual(['0 B', '16.0 B', '1.00 KiB', '3.00 MiB']);
  expect(formatCount(1_470_000)).toBe('1.47 M');
});

test('a range is written in the unit of the median, and left out after one round', () => {
  expect(formatTimeSpread({ median: 1500, min: 900, max: 2000 })).toBe('1.50 µs (0.900–2.00)');
  expect(formatTimeSpread({ median: 1500, min: 1500, max: 1500 })).toBe('1.50 µs');
  expect(formatRatioSpread({ median: 2, min: 1, max: 3 })).toBe('2.00× (1.00–3.00)');
});

test('a change has a sign', () => {
  expect(formatChange(0.03)).toBe('−97.0 %');
  expect(formatChange(1.5)).toBe('+50.0 %');
});

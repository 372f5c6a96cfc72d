// @ts-check
import { expect, test } from 'vitest';
import { show, sum } from '../check/tally.mjs';
import { count } from '../check/vitest.mjs';

const report = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1, testResults: [] };
const broken = { status: 'failed', assertionResults: [] };

test('counts are summed and shown on one line', () => {
  expect(show(sum([]))).toBe('0 passed, 0 failed');
  const counts = [
    { passed: 2, failed: 1, skipped: 0 },
    { passed: 40, failed: 0, skipped: 0 },
  ];
  expect(show(sum(counts))).toBe('42 passed, 1 failed');
  expect(show(sum([...counts, { passed: 0, failed: 0, skipped: 3 }]))).toBe('42 passed, 1 failed, 3 skipped');
});

test('tests are counted as the report says', () => {
  expect(count(report, true)).toEqual({ passed: 3, failed: 0, skipped: 2 });
  expect(count({ ...report, numFailedTests: 2 }, false)).toEqual({ passed: 3, failed: 2, skipped: 2 });
});

test('a file that could not be loaded counts as failed', () => {
  expect(count({ ...report, testResults: [broken, broken] }, false).failed).toBe(2);
});

test('a run that failed never counts as passed', () => {
  expect(count(report, false).failed).toBe(1);
  expect(count(undefined, false)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

import { expect, test } from 'vitest';
import { judgeLifetime } from '../../src/advise/lifetime.ts';
import { NO_AGES } from './made-up-recording.ts';

const MEMORY = 2 ** 26;

function judge(ages: Partial<typeof NO_AGES>, bytes = 1000) {
  return judgeLifetime({ ...NO_AGES, ...ages }, bytes, MEMORY);
}

test.each([
  ['short', { diedAtFirst: 4 }],
  ['short', { diedAtFirst: 8, diedAtSecond: 1, aliveAfterOne: 1 }],
  ['mixed', { diedAtFirst: 7, diedAtSecond: 3 }],
  ['mixed', { diedAtFirst: 6, aliveAfterMore: 4 }],
  ['mixed', { diedAtSecond: 5 }],
  ['long', { diedAtFirst: 5, diedLater: 5 }],
  ['long', { diedAtFirst: 2, aliveAfterOne: 2 }],
  ['long', { aliveAfterMore: 20 }],
  // Few, but none of them went.
  ['long', { aliveAfterOne: 1 }],
  ['unknown', {}],
  ['unknown', { diedAtFirst: 3 }],
  ['unknown', { aliveUntouched: 24 }],
  ['unknown', { diedAtFirst: 1, aliveAfterOne: 1 }],
] as const)('%s: %j', (kind, ages) => {
  expect(judge(ages).kind).toBe(kind);
});

test('a site that allocates far more than there was memory cannot keep it, where nothing else is known', () => {
  expect(judge({}, 4 * MEMORY).kind).toBe('unknown');
  expect(judge({}, 4 * MEMORY + 1).kind).toBe('short');
  expect(judge({ aliveUntouched: 24 }, 5 * MEMORY).kind).toBe('short');
  // What was seen counts more.
  expect(judge({ aliveAfterMore: 20 }, 5 * MEMORY).kind).toBe('long');
});

test('the median age is the upper end of the middle entry', () => {
  expect(judge({ agesMs: [0, 0, 3, 4, 1] }).medianMs).toBe(8);
  expect(judge({ agesMs: [5, 0, 0, 5] }).medianMs).toBe(1);
  expect(judge({ agesMs: [0, 0, 0, 0, 0, 1] }).medianMs).toBe(32);
  expect(judge({ agesMs: [] }).medianMs).toBeNull();
});

test('those that no collection has seen are in no share', () => {
  const { aliveShare, followed } = judge({
    followed: 18,
    diedAtFirst: 4,
    diedLater: 2,
    aliveAfterOne: 1,
    aliveAfterMore: 1,
    aliveUntouched: 10,
  });
  expect(aliveShare).toBe(0.25);
  expect(followed).toBe(18);
  expect(judge({ followed: 5, aliveUntouched: 5 }).aliveShare).toBe(0);
});

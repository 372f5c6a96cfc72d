import { describe, expect, it } from 'vitest';
import { LONG } from '../buffer/long.ts';
import { isLinearizable, type Recorded } from './linearizable.ts';
import { type HistoryEntry, recordHistory } from './stress/history.mjs';

const KEYS = 4;
const ROUNDS = LONG ? 300 : 4;

/** The value of one key; 0: there is none. */
type Register = (state: number, result: number | undefined, value: number) => number | undefined;

const is = (expected: number, result: number | undefined): boolean =>
  result === undefined || result === expected;

/** What each operation does to its key. Of one that never returned nothing is known of the result. */
const REGISTER: Record<HistoryEntry['kind'], Register> = {
  get: (state, result) => (is(state, result) ? state : undefined),
  has: (state, result) => (is(Number(state !== 0), result) ? state : undefined),
  set: (_, __, value) => value,
  setIfAbsent: (state, result, value) => {
    if (!is(Number(state === 0), result)) return undefined;
    return state === 0 ? value : state;
  },
  delete: (state, result) => (is(Number(state !== 0), result) ? 0 : undefined),
  update: (state, result, value) => (is(state, result) ? value : undefined),
  clear: () => 0,
};

/** A map is linearizable if each of its keys is. */
function ofKey(history: readonly HistoryEntry[], key: number): Recorded<number>[] {
  return history
    .filter((entry) => entry.key === key || entry.kind === 'clear')
    .map(({ called, returned, kind, value, result }) => ({
      called,
      returned,
      apply: (state) =>
        REGISTER[kind](state, returned === Number.POSITIVE_INFINITY ? undefined : result, value),
    }));
}

describe('what several threads did to a shared map', () => {
  it.each(Array.from({ length: ROUNDS }, (_, round) => round))(
    'can be put in one order, though one of them died: round %i',
    { timeout: 120_000 },
    async (round) => {
      const { failures, history } = await recordHistory({
        workers: 4,
        operations: 4000,
        keys: KEYS,
        deaths: 1,
        seed: 1000 + round,
      });
      expect(failures).toEqual([]);
      expect(history.length).toBeGreaterThan(3 * 4000);
      let beside = 0;
      const times = history.filter(({ returned }) => returned !== Number.POSITIVE_INFINITY);
      for (const { called, returned } of times) if (returned - called > 1) beside++;
      expect(beside, 'operations beside others').toBeGreaterThan(0);
      for (let key = 0; key < KEYS; key++) expect(isLinearizable(ofKey(history, key), 0)).toBe(true);
    },
  );
});

/** What the operations of a map do to one key, for {@link isLinearizable}. */
import type { Recorded } from './linearizable.ts';
import type { HistoryEntry } from './stress/history.mjs';

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

/** What was done to one key: a map is linearizable if each of its keys is. */
export function ofKey(history: readonly HistoryEntry[], key: number): Recorded<number>[] {
  return history
    .filter((entry) => entry.key === key || entry.kind === 'clear')
    .map(({ called, returned, kind, value, result }) => ({
      called,
      returned,
      apply: (state) =>
        REGISTER[kind](state, returned === Number.POSITIVE_INFINITY ? undefined : result, value),
    }));
}

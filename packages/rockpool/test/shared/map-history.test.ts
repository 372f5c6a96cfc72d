import { describe, expect, it } from 'vitest';
import { LONG } from '../buffer/long.ts';
import { isLinearizable } from './linearizable.ts';
import { ofKey } from './map-register.ts';
import { recordHistory } from './stress/history.mjs';

const KEYS = 4;
const ROUNDS = LONG ? 300 : 4;

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

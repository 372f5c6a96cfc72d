import { expect, test } from 'vitest';
import { verdictGroups } from '../../src/report/verdicts.ts';
import { experimentReport } from '../measurements.ts';

test('comparisons with the same verdict stand together, per pair', () => {
  expect(verdictGroups(experimentReport([{ ns: 100 }], [{ ns: 50 }], 'Pool', 2))).toEqual([
    { pair: 'Pool vs Fresh', verdict: 'pool it', places: ['One thing: 2.00×', 'One thing: 2.00×'] },
  ]);
});

test('"pool it" comes first and "leave it" last, whatever the order of the comparisons', () => {
  const slow = experimentReport([{ ns: 50 }], [{ ns: 100 }]);
  const same = experimentReport([{ ns: 50 }], [{ ns: 50 }]);
  const fast = experimentReport([{ ns: 100 }], [{ ns: 50 }]);
  const all = { ...slow, comparisons: [slow, same, fast].flatMap(({ comparisons }) => comparisons) };
  expect(verdictGroups(all).map(({ verdict }) => verdict)).toEqual(['pool it', 'no difference', 'leave it']);
});

test('a single comparison speaks for itself', () => {
  expect(verdictGroups(experimentReport([{ ns: 100 }], [{ ns: 50 }]))).toEqual([]);
});

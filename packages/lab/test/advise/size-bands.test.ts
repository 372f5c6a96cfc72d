import fc from 'fast-check';
import { expect, test } from 'vitest';
import { representativeSizes, sizeBands } from '../../src/advise/size-bands.ts';

/** As many as a calibration takes. */
const MOST = 64;

const sizes = fc
  .uniqueArray(fc.tuple(fc.nat(2 ** 30), fc.double({ min: 0.01, max: 1e9, noNaN: true })), {
    minLength: 1,
    maxLength: 60,
    selector: ([bytes]) => bytes,
  })
  .map((pairs) => pairs.sort(([a], [b]) => a - b));

test('shares add up to 1, and bands ascend without a gap in what they hold', () => {
  fc.assert(
    fc.property(sizes, (pairs) => {
      const bands = sizeBands(pairs);
      expect(bands.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
      let last = -1;
      for (const { fromBytes, toBytes, share } of bands) {
        expect(fromBytes).toBeGreaterThan(last);
        expect(toBytes).toBeGreaterThanOrEqual(fromBytes);
        expect(share).toBeGreaterThan(0);
        last = toBytes;
      }
      for (const [bytes] of pairs) {
        expect(bands.filter(({ fromBytes, toBytes }) => fromBytes <= bytes && bytes <= toBytes)).toHaveLength(
          1,
        );
      }
    }),
  );
});

test('up to five sizes are told one by one', () => {
  const pairs = [0, 1, 100, 101, 5000].map((bytes) => [bytes, 2] as const);
  expect(sizeBands(pairs)).toEqual(
    pairs.map(([bytes]) => ({ fromBytes: bytes, toBytes: bytes, share: 0.2 })),
  );
});

test('more are told by powers of two, by the sizes that there are', () => {
  const pairs = [0, 1, 65, 100, 128, 129, 300].map((bytes) => [bytes, bytes === 100 ? 4 : 1] as const);
  expect(sizeBands(pairs)).toEqual([
    { fromBytes: 0, toBytes: 0, share: 0.1 },
    { fromBytes: 1, toBytes: 1, share: 0.1 },
    { fromBytes: 65, toBytes: 128, share: 0.6 },
    { fromBytes: 129, toBytes: 129, share: 0.1 },
    { fromBytes: 300, toBytes: 300, share: 0.1 },
  ]);
});

test('of nothing there are no bands and no sizes', () => {
  expect(sizeBands([])).toEqual([]);
  expect(sizeBands([[8, 0]])).toEqual([]);
  expect(representativeSizes([], MOST)).toEqual([]);
  expect(representativeSizes([[8, 0]], MOST)).toEqual([]);
});

test('sizes stand for the site in the proportion of their counts', () => {
  fc.assert(
    fc.property(sizes, (pairs) => {
      const list = representativeSizes(pairs, MOST);
      const total = pairs.reduce((sum, [, count]) => sum + count, 0);
      if (list.length === 1) {
        const share = (pairs.find(([bytes]) => bytes === list[0])?.[1] ?? 0) / total;
        expect(share).toBeGreaterThanOrEqual(1 - 1 / MOST - 1e-9);
        return;
      }
      expect(list).toHaveLength(MOST);
      for (const [bytes, count] of pairs) {
        const seen = list.filter((size) => size === bytes).length;
        expect(Math.abs(seen - (count / total) * MOST)).toBeLessThanOrEqual(1 + 1e-6);
      }
    }),
  );
});

test('they are mixed: the large ones do not come all at once', () => {
  const list = representativeSizes(
    [
      [16, 1],
      [4096, 1],
    ],
    MOST,
  );
  let changes = 0;
  for (let i = 1; i < list.length; i++) if (list[i] !== list[i - 1]) changes++;
  expect(list.filter((bytes) => bytes === 16)).toHaveLength(MOST / 2);
  expect(changes).toBeGreaterThan(20);
});

test('one size, or nearly only one, is one', () => {
  expect(representativeSizes([[512, 3]], MOST)).toEqual([512]);
  expect(
    representativeSizes(
      [
        [512, 1000],
        [1024, 1],
      ],
      MOST,
    ),
  ).toEqual([512]);
});

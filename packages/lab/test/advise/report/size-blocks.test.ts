import { expect, test } from 'vitest';
import { sizesText } from '../../../src/advise/report/size-blocks.ts';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

test('one size is named, none is unknown', () => {
  expect(sizesText([{ fromBytes: 8192, toBytes: 8192, share: 1 }], 80)).toBe('all 8 KiB');
  expect(sizesText([{ fromBytes: 33, toBytes: 64, share: 1 }], 80)).toBe('all 33 B–64 B');
  expect(sizesText([], 80)).toBe('unknown');
});

test('the fullest band is the highest block; a gap has none', () => {
  const sizes = [
    { fromBytes: 1, toBytes: 16, share: 0.25 },
    { fromBytes: 17, toBytes: 32, share: 0.5 },
    { fromBytes: 1025, toBytes: 2048, share: 0.25 },
    { fromBytes: 2049, toBytes: 4096, share: 0 },
  ];
  expect(plain(sizesText(sizes, 80))).toBe('1 B ▄█·▄· 4 KiB, 50.0 % of 17 B–32 B');
});

test('many bands are merged until they fit', () => {
  const sizes = Array.from({ length: 60 }, (_, i) => ({ fromBytes: i + 1, toBytes: i + 1, share: 1 / 60 }));
  expect(plain(sizesText(sizes, 80))).toMatch(/^1 B █{20} 60 B,/);
  expect(plain(sizesText(sizes, 30))).toMatch(/^1 B █{10} 60 B,/);
});

import { describe, expect, it } from 'vitest';
import { isLinearizable, type Recorded } from './linearizable.ts';

const NEVER = Number.POSITIVE_INFINITY;
const write = (called: number, returned: number, value: number): Recorded<number> => ({
  called,
  returned,
  apply: () => value,
});
const read = (called: number, returned: number, value: number): Recorded<number> => ({
  called,
  returned,
  apply: (state) => (state === value ? state : undefined),
});

describe('a history', () => {
  it.each<[string, Recorded<number>[], boolean]>([
    ['of nothing', [], true],
    ['one after the other', [write(1, 2, 7), read(3, 4, 7)], true],
    ['a value that was never written', [write(1, 2, 7), read(3, 4, 8)], false],
    ['a value that was written over', [write(1, 2, 7), write(3, 4, 8), read(5, 6, 7)], false],
    ['a read beside a write sees the old one', [write(1, 2, 7), write(3, 6, 8), read(4, 5, 7)], true],
    ['a read beside a write sees the new one', [write(1, 2, 7), write(3, 6, 8), read(4, 5, 8)], true],
    ['the new value, and then the old one', [write(1, 10, 8), read(2, 3, 8), read(4, 5, 0)], false],
    ['two writes in either order', [write(1, 4, 7), write(2, 3, 8), read(5, 6, 7), read(7, 8, 7)], true],
    [
      'two writes in both orders',
      [write(1, 4, 7), write(2, 3, 8), read(5, 8, 7), read(6, 7, 8), read(9, 10, 7)],
      false,
    ],
    ['a write that never returned is seen', [write(1, NEVER, 7), read(2, 3, 7)], true],
    ['a write that never returned is not seen', [write(1, NEVER, 7), read(2, 3, 0)], true],
    ['… and is seen later', [write(1, NEVER, 7), read(2, 3, 0), read(4, 5, 7)], true],
    ['… and is undone', [write(1, NEVER, 7), read(2, 3, 7), read(4, 5, 0)], false],
  ])('%s', (_, history, expected) => {
    expect(isLinearizable(history, 0)).toBe(expected);
  });

  it('may be long, and of many threads', () => {
    const history: Recorded<number>[] = [];
    for (let n = 0; n < 300; n++) {
      const at = 10 * n;
      history.push(write(at, at + 25, n), write(at + 1, at + 27, -n), read(at + 2, at + 28, n));
    }
    expect(isLinearizable(history, 0)).toBe(true);
    const bad = [...history, read(10 * 300 + 30, 10 * 300 + 31, 17)];
    expect(isLinearizable(bad, 0)).toBe(false);
  });
});

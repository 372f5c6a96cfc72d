/** The row of components by itself: offsets, look-up, and what leaves it. */
import { describe, expect, it } from 'vitest';
import { ComponentList, releaseAll } from '../../src/buffer/component-list.ts';
import { type ByteBuf, unpooled } from '../../src/buffer/index.ts';
import { thrownBy } from './tools.ts';

/** A list of components of these lengths, each of a buffer of its own from index 1. */
function listOf(...lengths: number[]): ComponentList {
  const list = new ComponentList();
  for (const length of lengths) list.append(unpooled.buffer(length + 1), 1, length);
  list.assertValid();
  return list;
}

const lengths = (list: ComponentList): number[] => list.items.map(({ length }) => length);
const offsets = (list: ComponentList): number[] => list.items.map(({ offset }) => offset);

describe('a list of components', () => {
  it('has the offsets that follow from the lengths', () => {
    const list = listOf(3, 0, 7, 2);
    expect([list.count, list.bytes, ...offsets(list)]).toEqual([4, 12, 0, 3, 3, 10]);
    expect(list.at(2)).toMatchObject({ start: 1, length: 7, offset: 3 });
  });

  it('finds each byte in the component that has it, in any order', () => {
    const list = listOf(0, 3, 0, 0, 7, 2, 0);
    const owners = [1, 1, 1, 4, 4, 4, 4, 4, 4, 4, 5, 5];
    for (const step of [1, 5, 7, 11]) {
      for (let i = 0, at = 0; i < 12; i++, at = (at + step) % 12) {
        expect(list.find(at)).toBe(owners[at]);
        expect(list.whole(at, 1)).toBe(list.at(owners[at] as number));
      }
    }
  });

  it('tells a range in one component from one that spans several', () => {
    const list = listOf(3, 7, 2);
    for (let from = 0; from < 12; from++) {
      for (let to = from + 1; to <= 12; to++) {
        const inside = list.items.find(({ offset, length }) => offset <= from && to <= offset + length);
        expect(list.whole(from, to - from), `${from} to ${to}`).toBe(inside);
      }
      expect(list.whole(from, 0)).toBeUndefined();
    }
  });

  it('visits the parts of a range in order, without a gap, and never an empty one', () => {
    const list = listOf(0, 3, 0, 7, 0, 2);
    for (let from = 0; from < 12; from++) {
      for (let to = from; to <= 12; to++) {
        const seen: number[] = [];
        let sum = 0;
        list.eachPart(from, to - from, (buf, start, count, done) => {
          expect(done).toBe(sum);
          expect(count).toBeGreaterThan(0);
          const { offset } = list.items.find((component) => component.buf === buf) as { offset: number };
          for (let i = 0; i < count; i++) seen.push(offset + start - 1 + i);
          sum += count;
        });
        expect(seen).toEqual(Array.from({ length: to - from }, (_, i) => from + i));
      }
    }
  });

  it('moves what is behind an insertion and a removal', () => {
    const list = listOf(3, 7, 2);
    list.whole(11, 1);
    list.insert(1, unpooled.buffer(9), 2, 5);
    list.assertValid();
    expect([...offsets(list), list.bytes]).toEqual([0, 3, 8, 15, 17]);
    expect([list.find(7), list.find(8), list.find(16)]).toEqual([1, 2, 3]);
    list.insert(4, unpooled.buffer(1), 0, 1);
    list.insert(0, unpooled.buffer(1), 0, 1);
    list.assertValid();
    expect(offsets(list)).toEqual([0, 1, 4, 9, 16, 18]);
    expect(list.remove(2)).toMatchObject({ start: 2, length: 5 });
    list.assertValid();
    expect([...offsets(list), list.bytes]).toEqual([0, 1, 4, 11, 13, 14]);
    list.remove(4);
    list.remove(0);
    list.assertValid();
    expect([...offsets(list), list.bytes]).toEqual([0, 3, 10, 12]);
  });

  it.each([
    [0, [], [3, 7, 2]],
    [2, [], [3, 7, 2]],
    [3, [3], [7, 2]],
    [9, [3], [7, 2]],
    [10, [3, 7], [2]],
    [12, [3, 7, 2], []],
  ])('gives up what ends at %i or before', (offset, removed, rest) => {
    const list = listOf(3, 7, 2);
    list.whole(1, 1);
    expect(list.removeBefore(offset).map(({ length }) => length)).toEqual(removed);
    list.assertValid();
    expect(lengths(list)).toEqual(rest);
  });

  it.each([
    [11, [], [3, 7, 1]],
    [10, [2], [3, 7]],
    [4, [2], [3, 1]],
    [3, [7, 2], [3]],
    [1, [7, 2], [1]],
    [0, [3, 7, 2], []],
  ])('gives up what begins at %i or behind, and cuts the last', (bytes, removed, rest) => {
    const list = listOf(3, 7, 2);
    list.whole(11, 1);
    expect(list.truncate(bytes).map(({ length }) => length)).toEqual(removed);
    list.assertValid();
    expect([list.bytes, ...lengths(list)]).toEqual([bytes, ...rest]);
  });

  it('is cut at the front', () => {
    const list = listOf(3, 7);
    list.cutFront(2);
    list.assertValid();
    expect(list.items).toMatchObject([
      { start: 3, length: 1, offset: 0 },
      { start: 1, length: 7, offset: 1 },
    ]);
    new ComponentList().cutFront(0);
  });

  it('forgets what was found last with what it gives up', () => {
    const removals: ((list: ComponentList) => unknown)[] = [
      (list) => list.remove(2),
      (list) => list.truncate(10),
      (list) => list.replaceAll(unpooled.buffer(12), 12),
      (list) => {
        list.removeBefore(12);
        list.append(unpooled.buffer(12), 0, 12);
      },
      (list) => {
        list.removeAll();
        list.append(unpooled.buffer(12), 0, 12);
      },
    ];
    for (const remove of removals) {
      const list = listOf(3, 7, 2);
      const found = list.whole(11, 1);
      remove(list);
      list.assertValid();
      expect(list.items.includes(found as never)).toBe(false);
      expect(list.items).toContain(list.whole(list.bytes - 1, 1));
    }
  });

  it('is replaced as a whole', () => {
    const list = listOf(3, 7);
    const buf = unpooled.buffer(12);
    expect(list.replaceAll(buf, 10).map(({ length }) => length)).toEqual([3, 7]);
    list.assertValid();
    expect(list.items).toEqual([{ buf, start: 0, length: 10, offset: 0 }]);
    expect([list.removeAll().length, list.count, list.bytes]).toEqual([1, 0, 0]);
  });

  it('finds out by itself when it is damaged', () => {
    const damages: [string, (list: ComponentList) => unknown][] = [
      ['expected at 3', (list) => Object.assign(list.at(1), { offset: 4 })],
      ['component 0', (list) => Object.assign(list.at(0), { length: -1 })],
      ['component 2', (list) => Object.assign(list.at(2), { start: -1 })],
      ['12 bytes in components, 13 in all', (list) => Object.assign(list, { _bytes: 13 })],
      ['is no component', (list) => Object.assign(list, { _last: { ...list.at(0) } })],
    ];
    for (const [message, damage] of damages) {
      const list = listOf(3, 7, 2);
      damage(list);
      expect(() => list.assertValid()).toThrow(message);
    }
  });
});

describe('a release of all', () => {
  it('goes on after one that throws, and throws what came first', () => {
    const list = listOf(1, 2, 3, 4);
    const bufs = list.items.map(({ buf }) => buf);
    bufs[2]?.release();
    const first = new Error('the first');
    const [, damaged] = bufs as [ByteBuf, ByteBuf];
    damaged.release = () => {
      throw first;
    };
    expect(thrownBy(() => releaseAll(list.removeAll()))).toBe(first);
    expect(bufs.map(({ refCnt }) => refCnt)).toEqual([0, 1, 0, 0]);
    releaseAll([]);
  });
});

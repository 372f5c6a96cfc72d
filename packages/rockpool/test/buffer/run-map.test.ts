/** Runs of pages: where they are cut from, and that freed neighbours become one. */
import { describe, expect, it } from 'vitest';
import { RunMap } from '../../src/buffer/run-map.ts';

/** `[firstPage, pages, used]` of every run. */
function runsOf(map: RunMap): [number, number, boolean][] {
  const runs: [number, number, boolean][] = [];
  map.forEach((firstPage, pages, used) => {
    runs.push([firstPage, pages, used]);
  });
  return runs;
}

/** A map with these runs allocated one after the other, then those at `freed` given back. */
function mapOf(pages: number, lengths: number[], freed: number[] = []): RunMap {
  const map = new RunMap(pages);
  const firsts = lengths.map((length) => map.allocate(length));
  for (const index of freed) map.free(firsts[index] as number);
  map.assertValid();
  return map;
}

describe('a run map', () => {
  it('is one free run at first', () => {
    const map = new RunMap(512);
    expect([map.freePages, map.largestFreeRun]).toEqual([512, 512]);
    expect(runsOf(map)).toEqual([[0, 512, false]]);
    map.assertValid();
  });

  it('gives the lowest pages first, and leaves the tail', () => {
    const map = new RunMap(512);
    expect([map.allocate(4), map.allocate(1), map.allocate(7)]).toEqual([0, 4, 5]);
    expect(map.freePages).toBe(500);
    expect(runsOf(map).at(-1)).toEqual([12, 500, false]);
  });

  it('takes the lowest of equal runs, in whatever order they were freed', () => {
    for (const order of [
      [1, 3, 5],
      [5, 3, 1],
      [3, 5, 1],
    ]) {
      const map = mapOf(64, [2, 4, 2, 4, 2, 4, 2], order);
      expect([map.allocate(4), map.allocate(4), map.allocate(4)]).toEqual([2, 8, 14]);
    }
  });

  it('takes a shorter run that fits before a lower one that is longer', () => {
    const map = mapOf(64, [8, 1, 3, 1], [0, 2]);
    expect(map.allocate(3)).toBe(9);
    expect(map.allocate(3)).toBe(0);
  });

  it('merges a freed run with what is free before it, after it, and on both sides', () => {
    expect(runsOf(mapOf(16, [2, 2, 2, 2], [0, 1])).slice(0, 2)).toEqual([
      [0, 4, false],
      [4, 2, true],
    ]);
    expect(runsOf(mapOf(16, [2, 2, 2, 2], [1, 0])).slice(0, 2)).toEqual([
      [0, 4, false],
      [4, 2, true],
    ]);
    expect(runsOf(mapOf(16, [2, 2, 2, 2], [0, 2, 1]))).toEqual([
      [0, 6, false],
      [6, 2, true],
      [8, 8, false],
    ]);
    expect(runsOf(mapOf(16, [2, 2, 2, 2], [3, 0, 2, 1]))).toEqual([[0, 16, false]]);
  });

  it('reuses what was merged as one run', () => {
    const map = mapOf(12, [4, 4, 4], [1, 0]);
    expect(map.allocate(8)).toBe(0);
    expect(map.freePages).toBe(0);
  });

  it('refuses what no run holds, though as many pages are free, and changes nothing', () => {
    const map = mapOf(8, [2, 2, 2, 2], [0, 2]);
    const before = runsOf(map);
    expect(map.freePages).toBe(4);
    expect([map.allocate(3), map.allocate(4), map.allocate(9)]).toEqual([-1, -1, -1]);
    expect(runsOf(map)).toEqual(before);
    map.assertValid();
  });

  it('finds a run of a length between two bins that is exactly as long', () => {
    const map = mapOf(9, []);
    expect(map.fit(9)).not.toBe(-1);
    expect(map.allocate(9)).toBe(0);
    expect(map.allocate(1)).toBe(-1);
  });

  it('tells by fit() which bin a run would come from, and -1 where none is', () => {
    const map = mapOf(64, [8, 1, 3, 52], [0, 2]);
    expect(map.fit(3)).toBeLessThan(map.fit(5));
    expect(map.fit(5)).toBe(map.fit(8));
    expect(map.fit(9)).toBe(-1);
  });

  it('throws where no used run begins, and changes nothing', () => {
    const map = mapOf(16, [2, 2], [0]);
    for (const page of [0, 1, 3, 4, 15, 16, -1, 0.5]) {
      expect(() => map.free(page)).toThrow('no used run begins');
      expect(() => map.pagesAt(page)).toThrow('no used run begins');
    }
    expect(map.pagesAt(2)).toBe(2);
    expect(map.freePages).toBe(14);
    map.assertValid();
  });

  it.each([1, 2, 31, 32, 33, 512, 2048, 5000])('fills and empties %i pages', (pages) => {
    const map = new RunMap(pages);
    for (let page = 0; page < pages; page++) expect(map.allocate(1)).toBe(page);
    expect([map.freePages, map.allocate(1), map.largestFreeRun]).toEqual([0, -1, 0]);
    map.assertValid();
    for (let page = 0; page < pages; page += 2) map.free(page);
    map.assertValid();
    for (let page = 1; page < pages; page += 2) map.free(page);
    expect(runsOf(map)).toEqual([[0, pages, false]]);
    map.assertValid();
  });
});

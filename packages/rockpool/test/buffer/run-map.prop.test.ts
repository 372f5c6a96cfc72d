/** Random runs against a row of pages, with the invariants checked after each step. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RunMap } from '../../src/buffer/run-map.ts';

/** A page is the number of the run that it is in, or 0. */
class Model {
  readonly row: number[];

  constructor(pages: number) {
    this.row = new Array<number>(pages).fill(0);
  }

  freeRuns(): { first: number; pages: number }[] {
    const runs: { first: number; pages: number }[] = [];
    for (let page = 0; page < this.row.length; page++) {
      if (this.row[page] !== 0) continue;
      const last = runs.at(-1);
      if (last !== undefined && last.first + last.pages === page) last.pages++;
      else runs.push({ first: page, pages: 1 });
    }
    return runs;
  }

  /** Where first best fit puts a run, from the definition. */
  place(pages: number): number {
    const fitting = this.freeRuns().filter((run) => run.pages >= pages);
    const bins = fitting.map((run) => floorLength(run.pages)).filter((length) => length >= pages);
    const least = Math.min(...bins);
    const inBin = bins.length === 0 ? fitting : fitting.filter((run) => floorLength(run.pages) === least);
    return inBin[0]?.first ?? -1;
  }

  set(first: number, pages: number, id: number): void {
    this.row.fill(id, first, first + pages);
  }
}

/** The largest of 1, 2, 3, 4, 5, 6, 7, 8, 10, 12 … that is at most `pages`. */
function floorLength(pages: number): number {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(pages)) - 2);
  return Math.floor(pages / step) * step;
}

const operations = fc.array(
  fc.oneof(
    fc.record({ is: fc.constant('allocate' as const), size: fc.nat() }),
    fc.record({ is: fc.constant('free' as const), which: fc.nat() }),
  ),
  { maxLength: 120, size: 'max' },
);

it('a run map is a row of pages with first best fit', () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 7, 32, 65, 128, 512, 1100), operations, (pages, steps) => {
      const map = new RunMap(pages);
      const model = new Model(pages);
      const live: { first: number; pages: number }[] = [];
      let id = 0;
      for (const step of steps) {
        if (step.is === 'allocate') {
          const length = 1 + (step.size % Math.max(1, Math.min(pages + 1, 1 << (step.size % 9))));
          const expected = model.place(length);
          expect(map.fit(length) === -1).toBe(expected === -1);
          expect(map.allocate(length)).toBe(expected);
          if (expected !== -1) {
            model.set(expected, length, ++id);
            live.push({ first: expected, pages: length });
          }
        } else if (live.length > 0) {
          const [run] = live.splice(step.which % live.length, 1) as [{ first: number; pages: number }];
          expect(map.pagesAt(run.first)).toBe(run.pages);
          map.free(run.first);
          model.set(run.first, run.pages, 0);
        }
        map.assertValid();
        const free = model.freeRuns();
        expect(map.freePages).toBe(free.reduce((sum, run) => sum + run.pages, 0));
        expect(map.largestFreeRun).toBe(Math.max(0, ...free.map((run) => run.pages)));
      }
    }),
    { numRuns: 60 },
  );
});

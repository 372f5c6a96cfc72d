import fc from 'fast-check';
import { describe, it } from 'vitest';
import { Random } from '../../src/internal/random.ts';
import { LONG } from '../buffer/long.ts';
import { SharedModel } from './shared-model.ts';

const runs = LONG ? 2000 : 20;

describe('workers that acquire, send, share, receive, post, trim and die', () => {
  it('hold what a plain model says, and leave nothing behind', { timeout: 3_600_000 }, () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2, max: 5 }), (seed, workers) => {
        const model = new SharedModel(new Random(seed), workers);
        for (let step = 0; step < 200; step++) model.step();
        model.end();
      }),
      { numRuns: runs },
    );
  });
});

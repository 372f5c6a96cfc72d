/**
 * Random users of composites, and of what is added to them and cut out of them: every byte, index, count and border
 * is as the model in `composite-model.ts` says, after each operation, and at the end all memory is back.
 */
import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { ByteBufAllocatorOptions } from '../../src/buffer/index.ts';
import { operation } from './composite-operations.ts';
import { CompositeRun } from './composite-run.ts';
import { LONG } from './long.ts';

const LEVELS: readonly (readonly [name: string, options: ByteBufAllocatorOptions])[] = [
  ['off', { checks: 'off' }],
  ['basic', {}],
  ['strict', { checks: 'strict', quarantineBytes: 4000 }],
];

describe.each(LEVELS)('composites at %s', (_, options) => {
  it('follow the model through any sequence of operations', { timeout: LONG ? 3_600_000 : 60_000 }, () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 100, size: 'max' }), (operations) => {
        const run = new CompositeRun(options);
        for (const operation of operations) {
          run.do(operation);
          run.check();
        }
        run.end();
      }),
      { numRuns: LONG ? 5000 : 500 },
    );
  });
});

/**
 * Random users of an allocator of few bytes, at each checking level and zero policy: what every live buffer
 * contains, where its indices stand and what it counts is as the model in `byte-buf-model.ts` says; no two of
 * them overlap; what is dead stays dead; and the allocator's accounts agree, after each operation.
 */
import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { ByteBufAllocatorOptions } from '../../src/buffer/index.ts';
import { operation } from './byte-buf-operations.ts';
import { Run } from './byte-buf-run.ts';
import { LONG } from './long.ts';

const POLICIES: readonly (readonly [name: string, options: ByteBufAllocatorOptions])[] = [
  ['off', { checks: 'off' }],
  ['basic', { checks: 'basic' }],
  ['basic, without a cache', { cache: false }],
  [
    'basic, with a cache of few bytes',
    { cache: { small: 3, normal: 1, maxCachedBytes: 20_000, trimInterval: 10 } },
  ],
  ['basic, with fresh handles', { recycleHandles: false }],
  ['strict', { checks: 'strict', quarantineBytes: 30_000 }],
  ['paranoid', { checks: 'paranoid', quarantineBytes: 0 }],
  ['zeroed on release', { zero: 'on-release' }],
  ['zeroed on acquire', { zero: 'on-acquire' }],
  ['strict, zeroed on release', { checks: 'strict', zero: 'on-release', quarantineBytes: 1000 }],
  ['strict, zeroed on acquire', { checks: 'strict', zero: 'on-acquire', quarantineBytes: 1000 }],
];

describe.each(POLICIES)('an allocator, %s,', (_, options) => {
  it('follows the model through any sequence of operations', { timeout: LONG ? 3_600_000 : 30_000 }, () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 80, size: 'max' }), (operations) => {
        const run = new Run(options);
        for (const operation of operations) {
          run.do(operation);
          run.check();
        }
        run.end();
      }),
      { numRuns: LONG ? 2000 : 30 },
    );
  });
});

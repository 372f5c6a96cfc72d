/** Every table of sizes that options can ask for, against a search through the sizes. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SizeClasses } from '../../src/buffer/size-classes.ts';

const options = fc
  .record({ pageLog2: fc.integer({ min: 12, max: 16 }), pagesLog2: fc.integer({ min: 0, max: 12 }) })
  .chain(({ pageLog2, pagesLog2 }) =>
    fc.record({
      pageBytes: fc.constant(2 ** pageLog2),
      chunkBytes: fc.constant(2 ** (pageLog2 + pagesLog2)),
      alignment: fc.oneof(
        fc.constant(0),
        fc.integer({ min: 0, max: pageLog2 }).map((log2) => 2 ** log2),
      ),
      slabMaxBytes: fc.integer({ min: 16, max: Math.min(2 ** 16, 2 ** (pageLog2 + pagesLog2)) }),
    }),
  );

it('the class of any request is the first that holds it', () => {
  fc.assert(
    fc.property(options, fc.array(fc.nat({ max: 2 ** 29 }), { maxLength: 40 }), (given, requests) => {
      const sizeClasses = new SizeClasses(given);
      sizeClasses.assertValid();
      const sizes = Array.from({ length: sizeClasses.count }, (_, c) => sizeClasses.bytesOf(c));
      for (const any of [0, 1, given.chunkBytes, given.chunkBytes + 1, ...sizes, ...requests]) {
        const near = sizes.includes(any) ? [any, any + 1, any - 1] : [any, any % (given.chunkBytes + 1)];
        for (const bytes of near) {
          const first = sizes.findIndex((size) => size >= bytes);
          expect(sizeClasses.classOf(bytes)).toBe(first === -1 ? sizes.length : first);
          const aligned =
            given.alignment === 0 ? bytes : Math.ceil(bytes / given.alignment) * given.alignment;
          expect(sizeClasses.normalize(bytes)).toBe(first === -1 ? aligned : sizes[first]);
        }
      }
    }),
  );
});

it('a block is never more than a quarter larger than what was asked for, from 64 bytes to slabMaxBytes', () => {
  fc.assert(
    fc.property(options, fc.nat(), (given, any) => {
      const sizeClasses = new SizeClasses({ ...given, alignment: 0 });
      const bytes = 65 + (any % Math.max(1, given.slabMaxBytes - 64));
      fc.pre(sizeClasses.classOf(bytes) < sizeClasses.slabCount);
      expect(sizeClasses.normalize(bytes)).toBeLessThan(bytes * 1.25);
    }),
  );
});

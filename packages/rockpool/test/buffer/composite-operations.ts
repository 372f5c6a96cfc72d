/** What a random user of composites may do: the operations of `composite.prop.test.ts`. */
import fc from 'fast-check';

const which = fc.nat();
/** Bytes of a buffer: few, and often none. */
const size = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 9 }) },
  { weight: 1, arbitrary: fc.integer({ min: 10, max: 70 }) },
);

const STRUCTURE = [
  'remove',
  'consolidate',
  'discardReadComponents',
  'discardReadBytes',
  'discardSomeReadBytes',
  'capacity',
] as const;
const DERIVATIONS = [
  'slice',
  'retainedSlice',
  'readRetainedSlice',
  'duplicate',
  'asReadOnly',
  'component',
  'decompose',
  'copy',
] as const;
const CHANGES = ['setBytes', 'setUInt32BE', 'setUInt8', 'fill', 'writeBytes', 'writeUInt16LE'] as const;
const MOVES = ['setIndex', 'skip', 'readAll', 'mark', 'reset'] as const;

export const operation = fc.oneof(
  {
    weight: 7,
    arbitrary: fc.record({
      is: fc.constant('allocate' as const),
      bytes: size,
      read: fc.nat(3),
      seed: fc.nat(255),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      is: fc.constant('compose' as const),
      maxComponents: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 16,
    arbitrary: fc.record({
      is: fc.constant('add' as const),
      which,
      what: fc.nat(),
      advance: fc.boolean(),
      at: fc.option(fc.nat(), { freq: 2, nil: undefined }),
      keep: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      is: fc.constant('add several' as const),
      which,
      sizes: fc.array(size, { maxLength: 5 }),
      badAt: fc.option(fc.nat(4), { freq: 2, nil: undefined }),
      seed: fc.nat(255),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      is: fc.constant('restructure' as const),
      which,
      how: fc.constantFrom(...STRUCTURE),
      a: fc.nat(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      is: fc.constant('derive' as const),
      which,
      how: fc.constantFrom(...DERIVATIONS),
      a: fc.nat(),
      b: fc.nat(),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      is: fc.constant('change' as const),
      which,
      how: fc.constantFrom(...CHANGES),
      at: fc.nat(),
      length: fc.nat(20),
      seed: fc.nat(255),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      is: fc.constant('transfer' as const),
      which,
      from: fc.nat(),
      start: fc.option(fc.nat(), { freq: 2, nil: undefined }),
      length: fc.nat(),
      at: fc.option(fc.nat(), { freq: 2, nil: undefined }),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      is: fc.constant('move' as const),
      which,
      how: fc.constantFrom(...MOVES),
      a: fc.nat(),
      b: fc.nat(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('retain' as const), which }) },
  { weight: 4, arbitrary: fc.record({ is: fc.constant('release' as const), which }) },
);

export type Operation = typeof operation extends fc.Arbitrary<infer O> ? O : never;

/** The operations of one kind. */
export type Of<I extends Operation['is']> = Extract<Operation, { is: I }>;

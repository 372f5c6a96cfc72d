/** What a random user of buffers may do: the operations of `byte-buf.prop.test.ts`. */
import fc from 'fast-check';
import { CHUNK_END, SLAB_END } from './tools.ts';

const size = fc.oneof(
  { weight: 8, arbitrary: fc.nat(130) },
  { weight: 4, arbitrary: fc.nat(SLAB_END + 10) },
  { weight: 2, arbitrary: fc.nat(40_000) },
  { weight: 1, arbitrary: fc.integer({ min: CHUNK_END - 20, max: CHUNK_END + 2000 }) },
);

const DERIVATIONS = [
  'slice',
  'readSlice',
  'duplicate',
  'asReadOnly',
  'retainedSlice',
  'readRetainedSlice',
  'retainedDuplicate',
] as const;
const CHANGES = [
  'writeBytes',
  'writeUInt32BE',
  'writeString',
  'writeZero',
  'setBytes',
  'setUInt16LE',
  'fill',
] as const;
const MOVES = [
  'skip',
  'setIndex',
  'clear',
  'mark',
  'reset',
  'discard',
  'discardSome',
  'read',
  'readUInt16BE',
] as const;

export const operation = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ is: fc.constant('allocate' as const), bytes: size, room: fc.nat(5000) }),
  },
  {
    weight: 9,
    arbitrary: fc.record({ is: fc.constant('release' as const), which: fc.nat(), all: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant('retain' as const),
      which: fc.nat(),
      by: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      is: fc.constant('derive' as const),
      which: fc.nat(),
      how: fc.constantFrom(...DERIVATIONS),
      at: fc.nat(),
      length: fc.nat(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ is: fc.constant('copy' as const), which: fc.nat(), read: fc.boolean() }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      is: fc.constant('change' as const),
      which: fc.nat(),
      how: fc.constantFrom(...CHANGES),
      at: fc.nat(),
      length: fc.nat(300),
      seed: fc.nat(255),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      is: fc.constant('move' as const),
      which: fc.nat(),
      how: fc.constantFrom(...MOVES),
      a: fc.nat(),
      b: fc.nat(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant('transfer' as const),
      which: fc.nat(),
      from: fc.nat(),
      length: fc.nat(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ is: fc.constant('resize' as const), which: fc.nat(), bytes: size }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('ensure' as const), which: fc.nat(), bytes: size }) },
  {
    weight: 1,
    arbitrary: fc.record({ is: fc.constant('write to a view' as const), which: fc.nat(), at: fc.nat() }),
  },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('misuse the dead' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('trim' as const) }) },
);

export type Operation = typeof operation extends fc.Arbitrary<infer O> ? O : never;

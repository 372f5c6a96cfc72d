/** Random typed accesses against Node's Buffer: the same bytes, and a refusal exactly where Node refuses. */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { IndexRangeError, ValueRangeError } from '../../src/buffer/index.ts';
import { get, KINDS, type Kind, read, set, type Value, write } from './kinds.ts';
import { LONG } from './long.ts';
import { allBytes, expectAllReturned, thrownBy } from './tools.ts';
import { ALLOCATORS, WAYS } from './ways.ts';

afterAll(() => {
  for (const allocator of ALLOCATORS) expectAllReturned(allocator);
});

/** Values in the range of a type, around it and anywhere. NaN, which Node takes for 0, is left out. */
function valuesOf({ is, bytes }: Kind): fc.Arbitrary<Value> {
  if (is === 'bigint') {
    return fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n), fc.bigInt(-(2n ** 66n), 2n ** 66n));
  }
  const near = fc.double({ min: -1.1, max: 1.1, noNaN: true }).map((part) => part * 2 ** (bytes * 8));
  if (is === 'float') return fc.oneof(fc.double({ noNaN: true }), fc.float({ noNaN: true }));
  return fc.oneof(near, near.map(Math.trunc), fc.integer(), fc.nat(300), fc.double({ noNaN: true }));
}

const step = fc.constantFrom(...KINDS).chain((kind) =>
  fc.record({
    kind: fc.constant(kind),
    how: fc.constantFrom('get' as const, 'set' as const, 'read' as const, 'write' as const),
    at: fc.oneof(fc.integer({ min: -2, max: 20 }), fc.double({ min: 0, max: 20, noNaN: true })),
    value: valuesOf(kind),
  }),
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
type Result = Value | 'done' | 'no such place' | 'no such value';

/** What comes of a call: a number, or which kind of error it threw. */
function outcome(action: () => unknown): Result {
  try {
    const result = action();
    return typeof result === 'number' || typeof result === 'bigint' ? result : 'done';
  } catch (error) {
    if (error instanceof IndexRangeError) return 'no such place';
    if (error instanceof ValueRangeError) return 'no such value';
    throw error;
  }
}

/** What Node makes of the same. Its writes check the value first, its message names which was wrong. */
function nodeOutcome(node: Buffer, { kind, how, value }: Step, at: number): Result {
  try {
    if (how === 'get' || how === 'read') return kind.nodeRead(node, at);
    kind.nodeWrite(node, value, at);
    return 'done';
  } catch (error) {
    const text = String(error);
    if (/"value"/.test(text)) return 'no such value';
    if (/"offset"|outside buffer bounds/.test(text)) return 'no such place';
    throw error;
  }
}

describe.each(WAYS)('a buffer, $name,', ({ make }) => {
  it('answers typed accesses as a Buffer does', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.array(step, { maxLength: 40, size: 'max' }), (capacity, steps) => {
        const buf = make(capacity);
        const node = Buffer.alloc(capacity);
        buf.setZero(0, capacity);
        for (const step of steps) {
          const { kind, how, at, value } = step;
          if (how === 'read' || how === 'write') {
            const index = Math.max(0, Math.min(Math.trunc(at), capacity));
            const fits = index + kind.bytes <= capacity;
            buf.setIndex(index, how === 'write' ? index : capacity);
            if (how === 'write' && !fits) continue; // grows, or is a matter of capacity
            const ours = outcome(() => (how === 'read' ? read(buf, kind) : write(buf, kind, value)));
            expect(ours).toEqual(nodeOutcome(node, step, index));
          } else {
            const ours = outcome(() => (how === 'get' ? get(buf, kind, at) : set(buf, kind, at, value)));
            const nodes = nodeOutcome(node, step, at);
            const bothWrong = nodes === 'no such value' && ours === 'no such place';
            if (!bothWrong) expect(ours, `${how}${kind.name}`).toEqual(nodes);
          }
          expect([...allBytes(buf)]).toEqual([...node]);
        }
        buf.release();
      }),
      { numRuns: LONG ? 2000 : 60 },
    );
  });
});

describe('an index that is no integer', () => {
  it('is refused wherever it is', () => {
    const way = WAYS[0] as (typeof WAYS)[number];
    const buf = way.make(16);
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), fc.double(), (kind, at) => {
        const inside = Number.isInteger(at) && at >= 0 && at <= 16 - kind.bytes;
        if (!inside) expect(thrownBy(() => get(buf, kind, at))).toBeInstanceOf(IndexRangeError);
      }),
    );
    buf.release();
  });
});

/**
 * The rules of docs/guide/ownership.md, by their sentences: those that ownership.test.ts does not have. Its tests
 * are named in `ELSEWHERE`, so that a rule which is added or reworded is noticed here.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  AllocatorClosedError,
  type ByteBuf,
  type ByteBufAllocator,
  type ByteBufAllocatorOptions,
  CorruptionError,
  RefCountError,
  ReleasedBufferError,
  unpooled,
  wrap,
} from '../../src/buffer/index.ts';
import { scope } from '../../src/index.ts';
import { expectAllReturned, pattern, readable, rockpoolErrorOf, stateOf, tinyAllocator } from './tools.ts';

const LEVELS = ['off', 'basic', 'strict', 'paranoid'] as const;

/** Rules that ownership.test.ts tests, and where. */
const ELSEWHERE: Record<string, string> = {
  'Whoever asks for a buffer owns it, and releases it once.': 'owns it, and releases it once',
  'A slice(), duplicate() or asReadOnly() shares the count of what it comes from.':
    'has its parent’s count: %s',
  'A retained slice has a count of its own, and holds its root until that comes to 0.':
    'has a count of its own and one reference on the root: %s',
  'A retained slice of a retained slice holds the root, not the slice it comes from.':
    'of a retained slice holds the root, not the slice',
  'The references of retained slices are theirs: no release of the root takes one.':
    'keeps its reference when its root is released once too often: %s',
  'A copy is a buffer of its own.': 'is a buffer of its own',
  'Symbol.dispose releases one reference, and does nothing to what is released.':
    'releases once, and does nothing to what is released',
  'Growth moves a buffer and leaves its slices where they were.':
    'leaves them the old bytes, for as long as they live: %s',
  'A release too many is refused, and changes nothing.': 'changes nothing while there are references',
  'What is released cannot be brought back.': 'is refused',
};

const RULES: Record<string, () => void> = {
  'Whoever hands a buffer over gives the reference away: the receiver releases it.': () => {
    const received: ByteBuf[] = [];
    const buf = ten();
    received.push(buf); // no retain, no release
    expect(received[0]?.refCnt).toBe(1);
    expect(received[0]?.release()).toBe(true);
    expectDead(buf);
  },

  'Whoever lends a buffer keeps the reference: the borrower does not release it, and retains it to keep it.':
    () => {
      for (const retained of [false, true]) {
        const buf = ten();
        const kept = retained ? buf.retain() : undefined;
        expect(buf.release()).toBe(!retained);
        if (kept !== undefined) {
          expect(readable(kept)).toEqual([...pattern(10)]);
          expect(kept.release()).toBe(true);
        }
        expectDead(buf);
      }
    },

  'addComponent() takes the reference over, also when it fails.': () => {
    const allocator = returning();
    const composite = allocator.composite();
    const added = ten(allocator);
    composite.addComponent(added, true);
    expect(added.refCnt).toBe(1);

    const elsewhere = ten(allocator);
    expect(() => composite.addComponent(elsewhere, true, 7)).toThrow(RangeError);
    expectDead(elsewhere);
    const toReadOnly = ten(allocator);
    expect(() => (composite.asReadOnly() as typeof composite).addComponent(toReadOnly)).toThrow(TypeError);
    expectDead(toReadOnly);
    const kept = ten(allocator).retain();
    expect(() => composite.addComponent(kept, true, 7)).toThrow(RangeError);
    expect(kept.release()).toBe(true);

    const dead = unpooled.buffer(10); // a handle that is never used again
    dead.release();
    const [first, behind] = [ten(allocator), ten(allocator)];
    expect(() => composite.addComponents([first, dead, behind])).toThrow(ReleasedBufferError);
    expect([first.refCnt, behind.refCnt]).toEqual([1, 0]);
    expect(() => composite.addComponent(composite)).toThrow(TypeError);

    expect([composite.refCnt, composite.componentCount]).toEqual([1, 2]);
    composite.assertValid();
    expect(composite.release()).toBe(true);
    for (const buf of [composite, added, first]) expectDead(buf);

    const late = ten(allocator);
    expect(() => composite.addComponent(late)).toThrow(ReleasedBufferError);
    expectDead(late);
  },

  'A composite releases its components with itself; its retained slices hold the components that they need.':
    () => {
      const allocator = returning();
      const parts = [ten(allocator), ten(allocator), ten(allocator)] as const;
      const composite = allocator.composite().addComponents(parts, true);
      const window = composite.component(1);
      const shared = composite.slice(5, 10);
      const within = composite.retainedSlice(12, 4);
      const across = composite.retainedSlice(8, 4);
      expect([window.refCnt, shared.refCnt, within.refCnt, across.refCnt]).toEqual([3, 1, 1, 1]);
      expect(composite.release()).toBe(true);
      expectDead(composite);
      expectDead(shared);
      expect(parts.map((part) => part.refCnt)).toEqual([1, 2, 0]);
      const bytes = [...pattern(10), ...pattern(10)];
      expect([readable(within), readable(across)]).toEqual([bytes.slice(12, 16), bytes.slice(8, 12)]);
      expect([across.release(), within.release()]).toEqual([true, true]);
      for (const buf of [...parts, window, within, across]) expectDead(buf);
    },

  'What must be released is released in `finally`, or by a scope.': () => {
    const allocator = returning();
    const before = ten(allocator);
    const state = stateOf(before);
    const taken: ByteBuf[] = [];
    expect(() =>
      scope((defer) => {
        for (let i = 0; i < 3; i++) taken.push(defer.use(ten(allocator)));
        before.setBytes(5, taken[0] as ByteBuf);
      }),
    ).toThrow(RangeError);
    for (const buf of taken) expectDead(buf);
    expect(stateOf(before)).toEqual(state);
    before.release();
  },

  'What a scope disposes of is not handed over: give the receiver a reference of its own.': () => {
    const run = (checks: (typeof LEVELS)[number], retains: boolean): number => {
      const allocator = tinyAllocator({ checks });
      let others: ByteBuf | undefined;
      scope((defer) => {
        const buf = defer.use(allocator.buffer(10));
        if (retains) buf.retain();
        buf.release(); // the receiver's
        others = allocator.buffer(10);
      });
      return (others as unknown as ByteBuf).refCnt;
    };
    for (const checks of LEVELS) expect(run(checks, true), checks).toBe(1);
    expect(
      LEVELS.map((checks) => run(checks, false)),
      'robbed at off and basic',
    ).toEqual([0, 0, 1, 1]);
  },

  'A view from toBuffer() may be used until the buffer is released or moves.': () => {
    const allocator = returning({ checks: 'strict' });
    const buf = ten(allocator);
    const view = buf.toBuffer();
    buf.setUInt8(0, 200);
    expect(view[0]).toBe(200);
    view[1] = 100;
    expect(buf.getUInt8(1)).toBe(100);
    buf.capacity = 5000;
    buf.setUInt8(0, 1);
    expect(view[0], 'the view stays behind').not.toBe(1);
    const moved = buf.toBuffer();
    expect(moved[0]).toBe(1);
    buf.release();
    expect([...moved], 'poison').toEqual(new Array(10).fill(0xdb));
    moved[0] = 1;
    expect(() => allocator.trim()).toThrow(CorruptionError);
  },

  'Wrapped bytes stay their owner’s: the release of the buffer frees nothing.': () => {
    const bytes = pattern(10);
    const buf = wrap(bytes);
    buf.setUInt8(0, 200);
    const slice = buf.retainedSlice(5, 5);
    expect(buf.release()).toBe(false);
    expect(slice.release()).toBe(true);
    expectDead(buf);
    expect([...bytes]).toEqual([200, ...pattern(10).subarray(1)]);
  },

  'Closing an allocator takes nothing from those who have its buffers.': () => {
    for (const checks of LEVELS) {
      const allocator = returning({ checks });
      const buf = ten(allocator);
      const part = buf.retainedSlice(2, 4);
      const huge = allocator.buffer(200_000);
      allocator.close();
      expect(() => allocator.buffer(10)).toThrow(AllocatorClosedError);
      expect(readable(buf)).toEqual([...pattern(10)]);
      buf.release();
      expect(readable(part)).toEqual([...pattern(10).subarray(2, 6)]);
      part.release();
      huge.release();
      if (checks === 'off' || checks === 'basic') expect(allocator.stats().reservedBytes).toBe(0);
    }
  },
};

describe('the rules of ownership', () => {
  it.each(Object.entries(RULES))('%s', (_, test) => test());

  it('are those of the guide, each with a test', () => {
    const guide = readFileSync(new URL('../../../../docs/guide/ownership.md', import.meta.url), 'utf8');
    const rules = [...guide.matchAll(/^### (\d+)\. (.*)$/gm)];
    expect(rules.map(([, number]) => Number(number))).toEqual(rules.map((_, i) => i + 1));
    const sentences = rules.map(([, , sentence]) => sentence?.replaceAll("'", '’'));
    expect(sentences.toSorted()).toEqual([...Object.keys(RULES), ...Object.keys(ELSEWHERE)].toSorted());
    const other = readFileSync(new URL('ownership.test.ts', import.meta.url), 'utf8');
    for (const name of Object.values(ELSEWHERE)) expect(other).toContain(`'${name}'`);
  });
});

describe('a handle that is kept after its release', () => {
  const keep = (options: ByteBufAllocatorOptions): { alices: ByteBuf; bobs: ByteBuf } => {
    const allocator = tinyAllocator(options);
    const alices = allocator.buffer(64);
    alices.release();
    const bobs = allocator.buffer(64);
    bobs.writeString('secret');
    return { alices, bobs };
  };

  it.each(['off', 'basic'] as const)('is somebody else’s buffer once that has its handle: %s', (checks) => {
    const { alices, bobs } = keep({ checks });
    expect(alices).toBe(bobs);
    expect(alices.toString()).toBe('secret');
    expect(alices.release()).toBe(true);
    expect(() => bobs.release()).toThrow(RefCountError);
  });

  it.each<ByteBufAllocatorOptions>([
    { checks: 'strict' },
    { checks: 'paranoid' },
    { checks: 'basic', recycleHandles: false },
    { checks: 'off', recycleHandles: false },
  ])('is refused with %o', (options) => {
    const { alices, bobs } = keep(options);
    expect(() => alices.toString()).toThrow(ReleasedBufferError);
    expect(rockpoolErrorOf(() => alices.release()).message).toMatch(/refCnt: 0, decrement: 1$/);
    expect(bobs.release()).toBe(true);
  });

  it('of a retained slice is another allocator’s slice, where handles are used again', () => {
    const [mine, yours] = [ten(), ten(tinyAllocator())];
    const kept = mine.retainedSlice(0, 4);
    kept.release();
    const theirs = yours.retainedSlice(4, 4);
    expect(kept).toBe(theirs);
    theirs.release();
    mine.release();
    yours.release();
  });

  it('is refused where nothing is pooled', () => {
    const kept = unpooled.buffer(64);
    kept.release();
    unpooled.buffer(64);
    expectDead(kept);
  });
});

/** An allocator that has everything back when the test is over. */
function returning(options: ByteBufAllocatorOptions = {}): ByteBufAllocator {
  const allocator = tinyAllocator(options);
  onTestFinished(() => expectAllReturned(allocator));
  return allocator;
}

/** Ten bytes that are all readable. */
function ten(allocator: ByteBufAllocator = returning()): ByteBuf {
  return allocator.buffer(10).writeBytes(pattern(10));
}

function expectDead(buf: ByteBuf): void {
  expect(buf.refCnt).toBe(0);
  expect(() => buf.getUInt8(0)).toThrow(ReleasedBufferError);
  expect(() => buf.release()).toThrow(RefCountError);
}

/**
 * Every member of every sort of buffer, called after the release: each throws that the buffer is released, and
 * touches nothing. The members are found, not listed, so that one that is added is tested from its first day.
 */
import { afterAll, describe, expect, it } from 'vitest';
import {
  type ByteBuf,
  type CompositeByteBuf,
  RefCountError,
  ReleasedBufferError,
  unpooled,
  wrap,
} from '../../src/buffer/index.ts';
import { ANSWER_ALWAYS, membersOf, staleNames, unknownMembers, useMember } from './members.ts';
import {
  CHUNK_END,
  expectAllReturned,
  pattern,
  SLAB_END,
  stateOf,
  thrownBy,
  tinyAllocator,
} from './tools.ts';

const allocator = tinyAllocator();
const others = {
  off: tinyAllocator({ checks: 'off' }),
  uncached: tinyAllocator({ cache: false }),
  fresh: tinyAllocator({ recycleHandles: false }),
  strict: tinyAllocator({ checks: 'strict' }),
  paranoid: tinyAllocator({ checks: 'paranoid' }),
  zeroing: tinyAllocator({ zero: 'on-release' }),
};

afterAll(() => {
  for (const each of [allocator, ...Object.values(others)]) expectAllReturned(each);
});

/** A buffer with 32 bytes to read and as many read already. */
function half(buf: ByteBuf): ByteBuf {
  return buf.writeBytes(pattern(64)).skipBytes(32);
}

function composite(): CompositeByteBuf {
  const whole = allocator.composite();
  for (let i = 0; i < 4; i++) whole.addComponent(allocator.buffer(16).writeBytes(pattern(16, i)), true);
  return whole;
}

/** A slice whose root was released, so that it alone holds the memory. */
function lastSlice(root: ByteBuf, slice: (root: ByteBuf) => ByteBuf): ByteBuf {
  const last = slice(root);
  root.release();
  return last;
}

const small = (): ByteBuf => half(allocator.buffer(64));

/** One of each sort, alive. Its release frees all that is behind it. */
const SORTS: readonly (readonly [name: string, make: () => ByteBuf])[] = [
  ['pooled, small', small],
  ['pooled, normal', () => half(allocator.buffer(SLAB_END + 1))],
  ['huge', () => half(allocator.buffer(CHUNK_END + 1))],
  ['unpooled', () => half(unpooled.buffer(64))],
  ['wrapped', () => wrap(pattern(64)).skipBytes(32)],
  ['at checks off', () => half(others.off.buffer(64))],
  ['at checks strict', () => half(others.strict.buffer(64))],
  ['at checks paranoid', () => half(others.paranoid.buffer(64))],
  ['zeroed on release', () => half(others.zeroing.buffer(64))],
  ['without a cache', () => half(others.uncached.buffer(64))],
  ['without recycled handles', () => half(others.fresh.buffer(64))],
  ['without bytes', () => allocator.buffer(0)],
  ['grown', () => half(allocator.buffer(1))],
  ['a slice', () => small().slice()],
  ['a slice of a slice', () => small().slice(0, 50).slice(1, 40)],
  ['a duplicate', () => small().duplicate()],
  ['read-only', () => small().asReadOnly()],
  ['a slice of a read-only', () => small().asReadOnly().slice()],
  [
    'a slice from before growth',
    () => {
      const buf = small();
      const slice = buf.slice();
      buf.capacity = 500;
      return slice;
    },
  ],
  ['a retained slice', () => lastSlice(small(), (root) => root.retainedSlice())],
  ['a retained duplicate', () => lastSlice(small(), (root) => root.retainedDuplicate())],
  ['a slice of a retained slice', () => lastSlice(small(), (root) => root.retainedSlice()).slice(1, 20)],
  [
    'a nested retained slice',
    () =>
      lastSlice(
        lastSlice(small(), (root) => root.retainedSlice()),
        (root) => root.retainedSlice(),
      ),
  ],
  ['a retained slice of a read-only', () => lastSlice(small(), (root) => root.asReadOnly().retainedSlice())],
  ['a retained slice, unpooled', () => lastSlice(half(unpooled.buffer(64)), (root) => root.retainedSlice())],
  ['a composite', composite],
  ['a composite without components', () => allocator.composite()],
  ['a slice of a composite', () => composite().slice(3, 40)],
  ['a slice of a composite, in one component', () => composite().slice(3, 4)],
  ['a read-only composite', () => composite().asReadOnly()],
  ['a retained slice of a composite', () => lastSlice(composite(), (root) => root.retainedSlice(3, 40))],
];

const everySort = (): ByteBuf[] => SORTS.map(([, make]) => make());

describe('the tables of arguments', () => {
  it('know every member of every sort of buffer', () => {
    for (const buf of everySort()) {
      expect(unknownMembers(buf)).toEqual([]);
      buf.release();
    }
  });

  it('know none that is not there', () => {
    const sorts = everySort();
    expect(staleNames(sorts)).toEqual([]);
    for (const buf of sorts) buf.release();
  });

  it('have arguments that a live buffer takes', () => {
    const marked = (buf: ByteBuf) => buf.markReaderIndex().markWriterIndex();
    const one = () => half(unpooled.buffer(64));
    for (const make of [
      one,
      () => unpooled.composite().addComponent(one().setIndex(0, 64), true).skipBytes(32),
    ]) {
      for (const member of membersOf(make())) {
        const buf = marked(make());
        expect(() => useMember(buf, member), `${member.name}, ${member.is}`).not.toThrow();
      }
    }
  });
});

describe.each(SORTS)('of a released buffer, %s,', (_, make) => {
  it('every member throws that it is released', () => {
    const buf = make();
    expect(buf.refCnt).toBe(1);
    expect(buf.release()).toBe(true);
    expectEveryMemberDead(buf);
  });

  it('every member throws when somebody else has the memory by then, who sees nothing of it', () => {
    const buf = make();
    const { capacity } = buf;
    const maker = buf.allocator;
    buf.release();
    const owners = Array.from({ length: 20 }, () => maker.buffer(capacity).fill(0xee));
    if (owners.includes(buf)) {
      for (const owner of owners) owner.release();
      return; // handles are used again at this level: it is alive
    }
    const before = owners.map(stateOf);
    expectEveryMemberDead(buf);
    expect(owners.map(stateOf)).toEqual(before);
    for (const owner of owners) owner.release();
  });

  it('it is refused as a source and as a target', () => {
    const dead = make();
    dead.release();
    const buf = unpooled.buffer(64).writeBytes(pattern(32));
    const before = stateOf(buf);
    for (const action of [
      () => buf.getBytes(0, dead),
      () => buf.getBytes(0, dead, 0, 0),
      () => buf.readBytes(dead),
      () => buf.readBytes(dead, 0, 1),
      () => buf.setBytes(0, dead),
      () => buf.setBytes(0, dead, 0, 0),
      () => buf.writeBytes(dead),
      () => buf.writeBytes(dead, 0, 1),
      () => buf.equals(dead),
      () => buf.compare(dead),
    ]) {
      expect(thrownBy(action), action.toString()).toBeInstanceOf(ReleasedBufferError);
      expect(stateOf(buf)).toEqual(before);
    }
  });
});

function expectEveryMemberDead(buf: ByteBuf): void {
  const failures: string[] = [];
  for (const member of membersOf(buf)) {
    const mayAnswer = ANSWER_ALWAYS.has(member.name);
    const expected =
      member.name === 'retain' || member.name === 'release' ? RefCountError : ReleasedBufferError;
    try {
      useMember(buf, member);
      if (!mayAnswer) failures.push(`${member.name} (${member.is}) does not throw`);
    } catch (error) {
      if (!(error instanceof expected)) failures.push(`${member.name} (${member.is}) throws ${error}`);
    }
  }
  expect(failures).toEqual([]);
  expect(buf.refCnt).toBe(0);
}

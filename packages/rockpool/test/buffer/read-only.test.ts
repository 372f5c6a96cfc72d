/** Every member of live read-only buffers: what would change bytes or memory is refused, the rest goes on. */
import { describe, expect, it } from 'vitest';
import { type ByteBuf, CapacityError, ReadOnlyBufferError, unpooled, wrap } from '../../src/buffer/index.ts';
import { DISPOSE, membersOf, mutates, useMember } from './members.ts';
import { allBytes, pattern, stateOf, tinyAllocator } from './tools.ts';
import { WAYS } from './ways.ts';

const allocator = tinyAllocator();

const SORTS: readonly (readonly [name: string, make: (buf: ByteBuf) => ByteBuf])[] = [
  ['asReadOnly()', (buf) => buf.asReadOnly()],
  ['a slice of it', (buf) => buf.asReadOnly().slice(0, 60)],
  ['a duplicate of it', (buf) => buf.asReadOnly().duplicate()],
  ['a retained slice of it', (buf) => buf.asReadOnly().retainedSlice(0, 60)],
  ['a retained duplicate of it', (buf) => buf.asReadOnly().retainedDuplicate()],
  ['asReadOnly() of a slice', (buf) => buf.slice(0, 60).asReadOnly()],
];

describe.each(WAYS)('of a buffer, $name,', (way) => {
  describe.each(SORTS)('%s', (_, derive) => {
    /** Read-only, with 8 bytes read, 8 to read and more to write, if one could. */
    const make = () =>
      derive(way.make(64).writeBytes(pattern(64)))
        .setIndex(8, 16)
        .markReaderIndex()
        .markWriterIndex();

    it('refuses every change, and nothing changes', () => {
      const members = membersOf(make()).filter(mutates);
      expect(members.length).toBeGreaterThanOrEqual(55);
      const buf = make();
      const before = stateOf(buf);
      const failures: string[] = [];
      for (const member of members) {
        try {
          useMember(buf, member);
          failures.push(`${member.name} does not throw`);
        } catch (error) {
          // A slice's capacity is fixed: that may be said first.
          const fixed = member.name === 'capacity' && error instanceof CapacityError;
          if (!(error instanceof ReadOnlyBufferError) && !fixed)
            failures.push(`${member.name} throws ${error}`);
        }
        expect(stateOf(buf), member.name).toEqual(before);
      }
      expect(failures).toEqual([]);
    });

    it('answers everything else, and no byte changes', () => {
      const failures: string[] = [];
      for (const member of membersOf(make()).filter((member) => !mutates(member))) {
        if (['release', DISPOSE].includes(member.name)) continue;
        const buf = make();
        const before = [...allBytes(buf)];
        try {
          useMember(buf, member);
        } catch (error) {
          failures.push(`${member.name} (${member.is}) throws ${error}`);
        }
        expect([...allBytes(buf)], member.name).toEqual(before);
      }
      expect(failures).toEqual([]);
    });
  });
});

describe('a read-only buffer', () => {
  it('says so', () => {
    const buf = unpooled.buffer(4).asReadOnly();
    expect([buf.isReadOnly, buf.isWritable(), buf.isWritable(0)]).toEqual([true, false, false]);
    expect(() => buf.writeUInt8(1)).toThrow(expect.objectContaining({ code: 'ERR_ROCKPOOL_READ_ONLY' }));
  });

  it('shows the changes that others make', () => {
    const buf = allocator.buffer(4).writeZero(4);
    const readOnly = buf.asReadOnly();
    buf.setUInt8(1, 5);
    expect(readOnly.getUInt8(1)).toBe(5);
    buf.release();
  });

  it('of a composite has retained slices that are read-only, be they in one component', () => {
    const composite = unpooled.composite().addComponent(unpooled.buffer(8).writeZero(8), true);
    const slice = composite.asReadOnly().retainedSlice(2, 4);
    expect(slice.isReadOnly).toBe(true);
    expect(() => slice.setUInt8(0, 1)).toThrow(ReadOnlyBufferError);
    slice.release();
    composite.release();
  });

  it('is no target of a copy, which changes nothing', () => {
    const target = wrap(new Uint8Array(8)).asReadOnly().setIndex(0, 2);
    const source = unpooled.buffer(8).writeBytes(pattern(8));
    const before = [stateOf(source), stateOf(target)];
    for (const action of [
      () => source.getBytes(0, target),
      () => source.getBytes(0, target, 1, 1),
      () => source.readBytes(target),
      () => source.readBytes(target, 1, 1),
    ]) {
      expect(action).toThrow(ReadOnlyBufferError);
      expect([stateOf(source), stateOf(target)]).toEqual(before);
    }
  });

  it('is refused a change of 0 bytes too', () => {
    const buf = unpooled.buffer(4).asReadOnly();
    for (const action of [
      () => buf.writeString(''),
      () => buf.setString(0, ''),
      () => buf.writeZero(0),
      () => buf.setZero(0, 0),
      () => buf.writeBytes(new Uint8Array(0)),
      () => buf.setBytes(0, new Uint8Array(0)),
      () => buf.fill(0, 1, 1),
      () => buf.ensureWritable(0),
    ]) {
      expect(action).toThrow(ReadOnlyBufferError);
    }
  });
});

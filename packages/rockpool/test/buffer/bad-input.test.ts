/**
 * Every argument that is refused: by which class, with which code and fields, and with nothing changed, neither
 * in the buffer nor in its allocator's figures.
 */
import { afterAll, describe, expect, it } from 'vitest';
import {
  AllocatorClosedError,
  ArgumentRangeError,
  ByteBudgetError,
  type ByteBuf,
  ByteBufAllocator,
  CapacityError,
  CorruptionError,
  IndexRangeError,
  unpooled,
  ValueRangeError,
  wrap,
} from '../../src/buffer/index.ts';
import { ArgumentTypeError, isRockpoolError } from '../../src/internal/errors.ts';
import { OptionRangeError, OptionTypeError, UnknownOptionError } from '../../src/internal/options.ts';
import { KINDS, set, write } from './kinds.ts';
import {
  CHUNK_END,
  expectAllReturned,
  pattern,
  rockpoolErrorOf,
  stateOf,
  thrownBy,
  tinyAllocator,
} from './tools.ts';

const allocator = tinyAllocator();

afterAll(() => expectAllReturned(allocator));

/** Ten bytes, 2 of them read, 8 written; at most 20. */
const make = (): ByteBuf => allocator.buffer(10, 20).writeBytes(pattern(10)).setIndex(2, 8);

/**
 * Fails unless `action`, called with what its types forbid, throws a TypeError or a RangeError, if only the
 * engine's, and leaves a buffer and its allocator alone.
 */
function expectThrow(action: (buf: ByteBuf) => unknown, what: unknown): void {
  const buf = make();
  const before = [stateOf(buf), allocator.stats()];
  const error = thrownBy(() => action(buf));
  expect(error instanceof TypeError || error instanceof RangeError, `${String(what)}: ${error}`).toBe(true);
  expect([stateOf(buf), allocator.stats()], String(error)).toEqual(before);
  buf.release();
}

/** Fails unless `action` throws such an error and leaves a buffer and its allocator alone. */
function expectRefusal(action: (buf: ByteBuf) => unknown, fields: object): void {
  const buf = make();
  const before = [stateOf(buf), allocator.stats()];
  const error = rockpoolErrorOf(() => action(buf));
  expect(error, String(error)).toMatchObject(fields);
  expect([stateOf(buf), allocator.stats()], String(error)).toEqual(before);
  allocator.assertValid();
  buf.release();
}

/** No integers from 0 to 2^31 − 1. */
const NO_COUNTS = [-1, -0.5, 0.5, 1.5, 2 ** 31, 2 ** 32, 2 ** 53, 1e300, Number.NaN, Infinity, -Infinity];
/** No numbers at all: the types forbid them, JavaScript does not. */
const NO_NUMBERS = ['1', '', 'x', null, true, [], [3], {}, 1n, Symbol.iterator, () => 1];

const INDEX = { code: 'ERR_ROCKPOOL_INDEX_RANGE', name: 'IndexRangeError' };
const ARGUMENT = { code: 'ERR_ROCKPOOL_ARGUMENT_RANGE', name: 'ArgumentRangeError' };
const CAPACITY = { code: 'ERR_ROCKPOOL_CAPACITY', name: 'CapacityError' };
const TYPE = { code: 'ERR_ROCKPOOL_ARGUMENT_TYPE', name: 'ArgumentTypeError' };

describe('an index', () => {
  const uses: [string, (buf: ByteBuf, index: number) => unknown][] = [
    ['getUInt8', (buf, index) => buf.getUInt8(index)],
    ['setUInt8', (buf, index) => buf.setUInt8(index, 1)],
    ['getDoubleLE', (buf, index) => buf.getDoubleLE(index)],
    ['setBigInt64BE', (buf, index) => buf.setBigInt64BE(index, 1n)],
    ['getBytes', (buf, index) => buf.getBytes(index, new Uint8Array(1))],
    ['setBytes', (buf, index) => buf.setBytes(index, new Uint8Array(1))],
    ['setBytes of nothing', (buf, index) => buf.setBytes(index, new Uint8Array(0))],
    ['setZero', (buf, index) => buf.setZero(index, 1)],
    ['getString', (buf, index) => buf.getString(index, 1)],
    ['setString', (buf, index) => buf.setString(index, 'a')],
    ['setString of nothing', (buf, index) => buf.setString(index, '')],
    ['slice', (buf, index) => buf.slice(index, 1)],
    ['retainedSlice', (buf, index) => buf.retainedSlice(index, 1)],
    ['copy', (buf, index) => buf.copy(index, 1)],
    ['toBuffer', (buf, index) => buf.toBuffer(index, 1)],
    ['toBuffers', (buf, index) => buf.toBuffers(index, 1)],
    ['toString', (buf, index) => buf.toString('utf8', index, 1)],
    ['hexDump', (buf, index) => buf.hexDump(index, 1)],
    ['prettyHexDump', (buf, index) => buf.prettyHexDump(index, 1)],
    ['fill, start', (buf, index) => buf.fill(1, index)],
    ['fill, end', (buf, index) => buf.fill(1, 0, index)],
    ['indexOf, start', (buf, index) => buf.indexOf(1, index)],
    ['indexOf, end', (buf, index) => buf.indexOf(1, 0, index)],
    ['forEachByte, start', (buf, index) => buf.forEachByte(() => {}, index)],
    ['forEachByteDesc, end', (buf, index) => buf.forEachByteDesc(() => {}, 0, index)],
    ['readerIndex', (buf, index) => Object.assign(buf, { readerIndex: index })],
    ['writerIndex', (buf, index) => Object.assign(buf, { writerIndex: index })],
    ['setIndex, reader', (buf, index) => buf.setIndex(index, 8)],
    ['setIndex, writer', (buf, index) => buf.setIndex(0, index)],
    ['getBytes, targetStart', (buf, index) => buf.getBytes(0, new Uint8Array(4), index)],
    ['setBytes, sourceStart', (buf, index) => buf.setBytes(0, new Uint8Array(4), index)],
    ['readBytes, targetStart', (buf, index) => buf.readBytes(new Uint8Array(4), index)],
    ['writeBytes, sourceStart', (buf, index) => buf.writeBytes(new Uint8Array(4), index)],
    ['getBytes, targetStart in a buffer', (buf, index) => buf.getBytes(0, unpooled.buffer(4), index)],
    ['writeBytes, sourceStart in a buffer', (buf, index) => buf.writeBytes(unpooled.buffer(4), index)],
  ];

  it.each(uses)('is refused unless it is inside: %s', (_, use) => {
    for (const index of [...NO_COUNTS, 11, 1000]) {
      expectRefusal((buf) => use(buf, index), { ...INDEX, index });
    }
  });

  it.each(uses)('is refused unless it is a number: %s', (name, use) => {
    // Where an index may be left out, null may be taken for that.
    const optional = /start|end$/i.test(name);
    for (const index of NO_NUMBERS.filter((index) => !(optional && index === null))) {
      expectThrow((buf) => use(buf, index as never), index);
    }
  });
});

describe('a length or a count', () => {
  const uses: [string, (buf: ByteBuf, count: number) => unknown][] = [
    ['getBytes', (buf, count) => buf.getBytes(0, new Uint8Array(20), 0, count)],
    ['setBytes', (buf, count) => buf.setBytes(0, new Uint8Array(20), 0, count)],
    ['readBytes into an array', (buf, count) => buf.readBytes(new Uint8Array(20), 0, count)],
    ['readBytes', (buf, count) => buf.readBytes(count)],
    ['writeBytes', (buf, count) => buf.writeBytes(new Uint8Array(20), 0, count)],
    ['setZero', (buf, count) => buf.setZero(0, count)],
    ['writeZero', (buf, count) => buf.writeZero(count)],
    ['getString', (buf, count) => buf.getString(0, count)],
    ['readString', (buf, count) => buf.readString(count)],
    ['slice', (buf, count) => buf.slice(0, count)],
    ['readSlice', (buf, count) => buf.readSlice(count)],
    ['retainedSlice', (buf, count) => buf.retainedSlice(0, count)],
    ['readRetainedSlice', (buf, count) => buf.readRetainedSlice(count)],
    ['copy', (buf, count) => buf.copy(0, count)],
    ['skipBytes', (buf, count) => buf.skipBytes(count)],
    ['ensureWritable', (buf, count) => buf.ensureWritable(count)],
    ['toBuffer', (buf, count) => buf.toBuffer(0, count)],
    ['toBuffers', (buf, count) => buf.toBuffers(0, count)],
    ['toString', (buf, count) => buf.toString('utf8', 0, count)],
    ['hexDump', (buf, count) => buf.hexDump(0, count)],
    ['capacity', (buf, count) => Object.assign(buf, { capacity: count })],
  ];

  it.each(uses)('is refused unless it is an integer from 0 to 2^31 − 1: %s', (_, use) => {
    for (const value of NO_COUNTS) {
      expectRefusal((buf) => use(buf, value), {
        ...ARGUMENT,
        value,
        argument: expect.stringMatching(/^[a-zA-Z]+$/),
      });
    }
  });

  it.each(uses)('is refused unless it is a number: %s', (_, use) => {
    for (const count of NO_NUMBERS) expectThrow((buf) => use(buf, count as never), count);
  });

  it.each(uses)('is refused beyond what there is: %s', (name, use) => {
    const code = /^(write|ensure|capacity)/.test(name) ? CAPACITY.code : INDEX.code;
    const count = name === 'writeBytes' ? 20 : 21;
    expectRefusal((buf) => use(buf, count), { code });
  });
});

describe('a number of references', () => {
  it.each([-1, -0.5, 0, 0.5, 1.5, Number.NaN, Infinity, -Infinity])('is refused: %d', (value) => {
    for (const derive of [(buf: ByteBuf) => buf, (buf: ByteBuf) => buf.slice(0, 1)]) {
      expectRefusal((buf) => derive(buf).retain(value), { ...ARGUMENT, argument: 'increment', value });
      expectRefusal((buf) => derive(buf).release(value), { ...ARGUMENT, argument: 'decrement', value });
    }
    const composite = allocator.composite().addComponent(make(), true);
    expect(rockpoolErrorOf(() => composite.retain(value))).toMatchObject({ ...ARGUMENT, value });
    expect(rockpoolErrorOf(() => composite.release(value))).toMatchObject({ ...ARGUMENT, value });
    expect(composite.refCnt).toBe(1);
    composite.release();
  });

  it.each([2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 53, 1e300])(
    'is refused, as an argument or as a count: %d',
    (value) => {
      const code = expect.stringMatching(/^ERR_ROCKPOOL_(ARGUMENT_RANGE|REF_COUNT)$/);
      expectRefusal((buf) => buf.retain(value), { code });
      expectRefusal((buf) => buf.release(value), { code });
    },
  );

  it('is refused unless it is a number', () => {
    for (const value of NO_NUMBERS) {
      expectThrow((buf) => buf.retain(value as never), value);
      expectThrow((buf) => buf.release(value as never), value);
    }
  });
});

describe('a value', () => {
  it.each(KINDS.filter(({ is }) => is !== 'float'))('is refused outside of the range of $name', (kind) => {
    const step = kind.is === 'bigint' ? 1n : 1;
    const { min, max } = kind;
    for (const value of [(max as number) + (step as number), (min as number) - (step as number)]) {
      const fields = { code: 'ERR_ROCKPOOL_VALUE_RANGE', name: 'ValueRangeError', value, min, max };
      expectRefusal((buf) => set(buf, kind, 0, value), fields);
      expectRefusal((buf) => write(buf, kind, value), fields);
      expectRefusal((buf) => write(buf, kind, value), { message: expect.stringContaining(kind.name) });
    }
  });

  it.each(KINDS)('is refused unless it is of the type of $name', (kind) => {
    const wrong =
      kind.is === 'bigint' ? [...NO_NUMBERS.filter((value) => typeof value !== 'bigint'), 1] : NO_NUMBERS;
    for (const value of [...wrong, undefined]) {
      expectThrow((buf) => set(buf, kind, 0, value), value);
      expectThrow((buf) => write(buf, kind, value), value);
    }
  });

  it('to fill with, or to search for, is a byte', () => {
    for (const value of [...NO_COUNTS, 256]) {
      expectRefusal((buf) => buf.fill(value), { ...ARGUMENT, argument: 'value', value });
      expectRefusal((buf) => buf.indexOf(value), { ...ARGUMENT, argument: 'value', value });
      expectRefusal((buf) => buf.bytesBefore(value), { ...ARGUMENT, argument: 'value', value });
    }
    for (const value of NO_NUMBERS) expectThrow((buf) => buf.fill(value as never), value);
    for (const value of [null, true, {}, [1], 1n, undefined, new Uint16Array(1), new ArrayBuffer(1)]) {
      expectRefusal((buf) => buf.indexOf(value as never), { ...TYPE, argument: 'value' });
    }
  });
});

describe('a text', () => {
  const uses: [string, (buf: ByteBuf, text: string) => unknown][] = [
    ['writeString', (buf, text) => buf.writeString(text)],
    ['setString', (buf, text) => buf.setString(0, text)],
  ];

  it.each(uses)('is refused unless it is a string: %s', (_, use) => {
    for (const text of [
      undefined,
      null,
      5,
      [],
      ['a'],
      {},
      { length: 1 },
      true,
      new String('a'),
      Buffer.from('a'),
    ]) {
      expectRefusal((buf) => use(buf, text as never), { ...TYPE, argument: 'text' });
    }
  });

  it('is refused in an encoding that there is not', () => {
    for (const encoding of ['', 'utf-7', 'UTF8 ', 'constructor', null, 8, {}]) {
      for (const use of [
        (buf: ByteBuf) => buf.writeString('a', encoding as never),
        (buf: ByteBuf) => buf.setString(0, 'a', encoding as never),
        (buf: ByteBuf) => buf.readString(1, encoding as never),
        (buf: ByteBuf) => buf.getString(0, 1, encoding as never),
        (buf: ByteBuf) => buf.toString(encoding as never),
      ]) {
        expectRefusal(use, { argument: 'encoding', code: expect.stringMatching(/ARGUMENT_(TYPE|RANGE)$/) });
      }
    }
  });
});

describe('a source, a target, a visitor', () => {
  it('is refused unless it is a ByteBuf or a Uint8Array', () => {
    for (const value of [
      undefined,
      null,
      'text',
      {},
      [1, 2],
      new ArrayBuffer(4),
      new Uint16Array(4),
      new DataView(new ArrayBuffer(1)),
    ]) {
      const source = value as never;
      expectRefusal((buf) => buf.setBytes(0, source), { ...TYPE, argument: 'source' });
      expectRefusal((buf) => buf.writeBytes(source), { ...TYPE, argument: 'source' });
      expectRefusal((buf) => buf.getBytes(0, source), { ...TYPE, argument: 'target' });
      expectRefusal((buf) => buf.readBytes(source), { ...TYPE, argument: 'target' });
      expectRefusal((buf) => buf.equals(source), TYPE);
      expectRefusal((buf) => buf.compare(source), TYPE);
      expect(thrownBy(() => wrap(source))).toBeInstanceOf(ArgumentTypeError);
    }
  });

  it('is refused unless it is a function', () => {
    for (const value of [undefined, null, 'text', {}, 1]) {
      expectRefusal((buf) => buf.forEachByte(value as never), TYPE);
      expectRefusal((buf) => buf.forEachByteDesc(value as never), TYPE);
    }
  });
});

describe('a size of a new buffer', () => {
  it.each(NO_COUNTS)('is refused: %d', (value) => {
    for (const source of [allocator, unpooled]) {
      const before = allocator.stats();
      const errors = [
        rockpoolErrorOf(() => source.buffer(value)),
        rockpoolErrorOf(() => source.buffer(0, value)),
      ];
      expect(errors[0]).toMatchObject({ ...ARGUMENT, argument: 'initialBytes', value });
      expect(errors[1]).toMatchObject({ ...ARGUMENT, argument: 'maxBytes', value });
      expect(allocator.stats()).toEqual(before);
    }
  });

  it('is refused unless it is a number', () => {
    for (const source of [allocator, unpooled]) {
      for (const value of NO_NUMBERS) {
        expect(
          thrownBy(() => source.buffer(value as never)),
          String(value),
        ).toBeInstanceOf(Error);
        expect(
          thrownBy(() => source.buffer(0, value as never)),
          String(value),
        ).toBeInstanceOf(Error);
      }
    }
  });

  it('is refused above its own maximum', () => {
    for (const source of [allocator, unpooled]) {
      expect(rockpoolErrorOf(() => source.buffer(11, 10))).toBeInstanceOf(ArgumentRangeError);
    }
  });

  it('is refused likewise while the cache has buffers of that size', () => {
    allocator.buffer(10).release();
    for (const [initial, max] of [
      [10, 9],
      [10, 10.5],
      [10, Number.NaN],
      [9.5, 20],
      [-6, 20],
      [10, 2 ** 31],
      [2 ** 32 + 10, 2 ** 32 + 10],
    ] as [number, number][]) {
      const before = allocator.stats();
      expect(
        thrownBy(() => allocator.buffer(initial, max)),
        `${initial}, ${max}`,
      ).toBeInstanceOf(ArgumentRangeError);
      expect(allocator.stats()).toEqual(before);
    }
  });
});

describe('growth', () => {
  it('is refused past maxCapacity, before anything was written', () => {
    const capacity = { ...CAPACITY, maxCapacity: 20 };
    expectRefusal((buf) => buf.ensureWritable(13), { ...capacity, requestedBytes: 21 });
    expectRefusal((buf) => buf.writeZero(13), { ...capacity, requestedBytes: 21 });
    expectRefusal((buf) => buf.writeBytes(new Uint8Array(13)), { ...capacity, requestedBytes: 21 });
    expectRefusal((buf) => buf.writeString('thirteen char'), { ...capacity, requestedBytes: 21 });
    expectRefusal((buf) => Object.assign(buf, { capacity: 21 }), { ...capacity, requestedBytes: 21 });
    expectRefusal((buf) => buf.ensureWritable(2 ** 31 - 1), { ...capacity, requestedBytes: 2 ** 31 + 7 });
    expectRefusal((buf) => buf.writeBytes(unpooled.buffer(13).writeZero(13)), capacity);
  });
});

describe('a component', () => {
  const MIB = 1024 * 1024;

  it('that makes a composite larger than 2^31 − 1 is refused, and released', () => {
    const part = wrap(new Uint8Array(64 * MIB));
    const composite = unpooled.composite(64);
    for (let i = 0; i < 31; i++) composite.addComponent(part.retainedDuplicate(), true);
    const before = [composite.readerIndex, composite.writerIndex, composite.capacity, part.refCnt];
    const last = part.retainedDuplicate();
    expect(rockpoolErrorOf(() => composite.addComponent(last, true))).toMatchObject({
      ...CAPACITY,
      requestedBytes: 32 * 64 * MIB,
      maxCapacity: 2 ** 31 - 1,
    });
    expect(last.refCnt).toBe(0);
    expect([composite.readerIndex, composite.writerIndex, composite.capacity, part.refCnt]).toEqual(before);
    composite.release();
    expect(part.release()).toBe(true);
  });

  it('at an index that there is not is refused, and released', () => {
    const composite = allocator.composite().addComponent(make(), true);
    for (const index of [...NO_COUNTS, 2]) {
      const buf = make();
      expect(rockpoolErrorOf(() => composite.addComponent(buf, true, index))).toMatchObject({
        code: expect.stringMatching(/_(ARGUMENT|INDEX)_RANGE$/),
      });
      expect([buf.refCnt, composite.componentCount, composite.capacity]).toEqual([0, 1, 6]);
      for (const use of [
        () => composite.component(index),
        () => composite.removeComponent(index),
        () => composite.toByteIndex(index),
      ]) {
        expect(rockpoolErrorOf(use).code).toMatch(/_(ARGUMENT|INDEX)_RANGE$/);
      }
    }
    composite.release();
  });

  it('that is none, or released, is refused', () => {
    const composite = allocator.composite().addComponent(make(), true);
    const dead = make();
    dead.release();
    for (const value of [undefined, null, {}, new Uint8Array(1), composite]) {
      expect(rockpoolErrorOf(() => composite.addComponent(value as never))).toMatchObject(TYPE);
    }
    expect(rockpoolErrorOf(() => composite.addComponent(dead)).code).toBe('ERR_ROCKPOOL_USE_AFTER_RELEASE');
    expect([composite.componentCount, composite.refCnt, composite.capacity]).toEqual([1, 1, 6]);
    composite.release();
  });
});

describe('an allocator', () => {
  it('refuses options that it does not know, or of the wrong type or range', () => {
    const wrong: [object, new (...args: never[]) => Error][] = [
      [{ chunkbytes: 1 }, UnknownOptionError],
      [{ cache: { huge: 1 } }, UnknownOptionError],
      [{ chunkBytes: '65536' }, OptionTypeError],
      [{ chunkBytes: 65537 }, OptionRangeError],
      [{ chunkBytes: 0 }, OptionRangeError],
      [{ pageBytes: 5000 }, OptionRangeError],
      [{ alignment: 24 }, OptionRangeError],
      [{ alignment: -16 }, OptionRangeError],
      [{ slabMaxBytes: -1 }, OptionRangeError],
      [{ spareChunks: 1.5 }, OptionRangeError],
      [{ maxBytes: -1 }, OptionRangeError],
      [{ maxBytes: Number.NaN }, OptionRangeError],
      [{ zero: 'always' }, OptionRangeError],
      [{ zero: true }, OptionTypeError],
      [{ checks: 'none' }, OptionRangeError],
      [{ recycleHandles: 1 }, OptionTypeError],
      [{ recycleHandles: true, checks: 'strict' }, OptionRangeError],
      [{ recycleHandles: true, checks: 'paranoid' }, OptionRangeError],
      [{ quarantineBytes: -1 }, OptionRangeError],
      [{ cache: 'yes' }, OptionTypeError],
      [{ cache: { small: -1 } }, OptionRangeError],
      [{ name: 5 }, OptionTypeError],
      [{ leakDetection: 'some' }, OptionRangeError],
      [{ leakDetector: {} }, OptionTypeError],
    ];
    for (const [options, error] of wrong) {
      expect(() => new ByteBufAllocator(options as never), JSON.stringify(options)).toThrow(error);
    }
    for (const options of [null, 5, 'x']) {
      expect(() => new ByteBufAllocator(options as never)).toThrow(OptionTypeError);
    }
  });

  it('refuses a number of components', () => {
    for (const value of [...NO_COUNTS, 0]) {
      expect(
        rockpoolErrorOf(() => allocator.composite(value)),
        `${value}`,
      ).toBeInstanceOf(ArgumentRangeError);
      expect(
        rockpoolErrorOf(() => unpooled.composite(value)),
        `${value}`,
      ).toBeInstanceOf(ArgumentRangeError);
    }
  });

  it.each([100, 5000, 40_000, CHUNK_END, CHUNK_END + 1, 10 * CHUNK_END])(
    'that has reached its maxBytes refuses %i bytes more, and says what it has',
    (bytes) => {
      const full = tinyAllocator({ maxBytes: CHUNK_END, name: 'full' });
      const all = full.buffer(CHUNK_END).fill(7);
      const { trims: _, trimmedBytes: __, ...before } = full.stats();
      const error = rockpoolErrorOf(() => full.buffer(bytes));
      expect(error).toBeInstanceOf(ByteBudgetError);
      expect(error).toMatchObject({
        code: 'ERR_ROCKPOOL_BYTE_BUDGET',
        reservedBytes: CHUNK_END,
        maxBytes: CHUNK_END,
      });
      expect(error['requestedBytes']).toBeGreaterThanOrEqual(Math.min(bytes, CHUNK_END));
      const { trims: _1, trimmedBytes: _2, ...after } = full.stats();
      expect(after).toEqual(before);
      expect(all.getUInt8(CHUNK_END - 1)).toBe(7);
      all.release();
      if (bytes <= CHUNK_END) full.buffer(bytes).release();
      expectAllReturned(full);
    },
  );

  it('that is closed hands out nothing more, but takes back what is out', () => {
    const closed = tinyAllocator({ name: 'shut' });
    const out = [100, 9000, CHUNK_END + 1].map((bytes) => closed.buffer(bytes).writeBytes(pattern(100)));
    closed.close();
    closed.close();
    closed[Symbol.dispose]();
    for (const action of [() => closed.buffer(), () => closed.buffer(100), () => closed.composite()]) {
      const error = rockpoolErrorOf(action);
      expect(error).toBeInstanceOf(AllocatorClosedError);
      expect(error).toMatchObject({ code: 'ERR_ROCKPOOL_ALLOCATOR_CLOSED' });
      expect(error.message).toContain("'shut'");
    }
    for (const buf of out) {
      expect([...buf.toBuffer()]).toEqual([...pattern(100)]);
      expect(rockpoolErrorOf(() => buf.copy())).toBeInstanceOf(AllocatorClosedError);
      const before = stateOf(buf);
      expect(rockpoolErrorOf(() => Object.assign(buf, { capacity: 3 * CHUNK_END }))).toBeInstanceOf(
        AllocatorClosedError,
      );
      expect(stateOf(buf)).toEqual(before);
      buf.retainedSlice(0, 5).release();
      buf.release();
      closed.assertValid();
    }
    expectAllReturned(closed);
    expect(closed.stats().reservedBytes, 'nothing is kept').toBe(0);
  });
});

describe('memory that was written to by nobody', () => {
  it.each(['strict', 'paranoid'] as const)(
    'behind the end of a buffer is found at its release, at %s',
    (checks) => {
      const strict = tinyAllocator({ checks });
      for (const bytes of [5, 100, 5000, 20_000]) {
        const buf = strict.buffer(bytes);
        const view = buf.toBuffer(0, bytes);
        new Uint8Array(view.buffer)[view.byteOffset + bytes] = 1;
        const error = rockpoolErrorOf(() => buf.release());
        expect(error).toBeInstanceOf(CorruptionError);
        expect(error).toMatchObject({ code: 'ERR_ROCKPOOL_CORRUPTION', offset: bytes, capacity: bytes });
        strict.assertValid();
        expect(buf.refCnt).toBe(0);
      }
      strict.trim();
      expectAllReturned(strict);
    },
  );

  it.each(['strict', 'paranoid'] as const)(
    'after its release is found when it leaves quarantine, at %s',
    (checks) => {
      const strict = tinyAllocator({ checks });
      const buf = strict.buffer(100);
      const view = buf.toBuffer(0, 100);
      buf.release();
      view[40] = 1;
      const error = rockpoolErrorOf(() => strict.trim());
      expect(error).toBeInstanceOf(CorruptionError);
      expect(error).toMatchObject({ code: 'ERR_ROCKPOOL_CORRUPTION', offset: 40, capacity: 100 });
      strict.assertValid();
      strict.trim();
      expectAllReturned(strict);
    },
  );

  it.each(['strict', 'paranoid'] as const)('is not suspected where nobody wrote, at %s', (checks) => {
    for (const zero of ['never', 'on-release', 'on-acquire'] as const) {
      const strict = tinyAllocator({ checks, zero, quarantineBytes: 20_000 });
      for (let round = 0; round < 300; round++) {
        const bytes = (round * 97) % 9000;
        const buf = strict.buffer(bytes).fill(round & 255);
        buf.capacity = (round * 53) % 9000;
        buf.fill(1);
        if (round % 3 === 0) buf.writeZero(3000);
        buf.release();
      }
      strict.trim();
      expectAllReturned(strict);
    }
  });
});

describe('damage that is found', () => {
  /** Writes behind the end of `buf`. */
  function damage(buf: ByteBuf): void {
    const view = buf.toBuffer(0, buf.capacity);
    new Uint8Array(view.buffer)[view.byteOffset + buf.capacity] = 1;
  }

  it('when a buffer is to grow leaves it as it was', () => {
    for (const bytes of [9, 1000]) {
      const strict = tinyAllocator({ checks: 'strict' });
      const buf = strict.buffer(5).writeBytes(pattern(4)).skipBytes(1);
      const before = stateOf(buf);
      damage(buf);
      expect(rockpoolErrorOf(() => Object.assign(buf, { capacity: bytes }))).toBeInstanceOf(CorruptionError);
      expect(stateOf(buf)).toEqual(before);
      expect(rockpoolErrorOf(() => buf.release())).toBeInstanceOf(CorruptionError);
      expectAllReturned(strict);
    }
  });

  it('at a release keeps no memory back, be there several blocks', () => {
    const strict = tinyAllocator({ checks: 'strict' });
    const buf = strict.buffer(5).writeBytes(pattern(5));
    const before = buf.retainedSlice();
    damage(buf);
    const grow = () => Object.assign(buf, { capacity: 1000 });
    try {
      grow();
    } catch (error) {
      expect(error).toBeInstanceOf(CorruptionError);
    }
    before.release();
    expect(rockpoolErrorOf(() => buf.release())).toBeInstanceOf(CorruptionError);
    expect([buf.refCnt, before.refCnt]).toEqual([0, 0]);
    expectAllReturned(strict);
  });

  it('in a component of a composite keeps the others’ memory back no more than its own', () => {
    const strict = tinyAllocator({ checks: 'strict' });
    const parts = Array.from({ length: 3 }, () => strict.buffer(5).writeBytes(pattern(5)));
    damage(parts[1] as ByteBuf);
    const composite = strict.composite().addComponents(parts, true);
    expect(rockpoolErrorOf(() => composite.release())).toBeInstanceOf(CorruptionError);
    expect(parts.map(({ refCnt }) => refCnt)).toEqual([0, 0, 0]);
    expectAllReturned(strict);
  });
});

describe('every error of a buffer', () => {
  it('is of the library, and of the built-in class that fits', () => {
    const errors = [
      new IndexRangeError('read', 1, 2, 3, 'capacity'),
      new CapacityError('write', 5, 4),
      new ValueRangeError('UInt8', 256, 0, 255),
      new ArgumentRangeError('read', 'bytes', 'an integer', -1),
      new ByteBudgetError('a', 1, 2, 3),
    ];
    for (const error of errors) {
      expect(error).toBeInstanceOf(RangeError);
      expect(isRockpoolError(error)).toBe(true);
      expect(error.name).toBe(error.constructor.name);
      expect(error.message).toMatch(/^Cannot /);
    }
  });
});

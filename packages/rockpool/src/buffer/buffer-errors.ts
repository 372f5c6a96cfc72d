/**
 * What byte buffers and their allocators throw. Each error leaves the buffer as it was before the call.
 */
import { brand, show } from '../internal/errors.ts';

/**
 * An index, or a range of bytes, outside of the buffer.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ByteBufAllocator, IndexRangeError } from 'rockpool';
 *
 * const buf = ByteBufAllocator.default.buffer(4);
 * assert.throws(() => buf.getUInt32BE(1), (error: unknown) => {
 *   assert(error instanceof IndexRangeError);
 *   assert.deepEqual([error.index, error.length, error.limit], [1, 4, 4]);
 *   return true;
 * });
 * buf.release();
 * ```
 */
export class IndexRangeError extends RangeError {
  readonly code = 'ERR_ROCKPOOL_INDEX_RANGE' as const;
  /** The first byte asked for. */
  readonly index: number;
  /** The number of bytes asked for. */
  readonly length: number;
  /** The end of what there is, in bytes from index 0. */
  readonly limit: number;

  /**
   * @param action what was asked for: "read 4 bytes"
   * @param limitName what ends at `limit`: "capacity"
   */
  constructor(action: string, index: number, length: number, limit: number, limitName: string) {
    super(`Cannot ${action} at index ${show(index)} as ${limitName} is ${limit}`);
    this.name = 'IndexRangeError';
    this.index = index;
    this.length = length;
    this.limit = limit;
    brand(this);
  }
}

/**
 * More bytes than the buffer may ever have, or a change of a capacity that is fixed.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ByteBufAllocator, CapacityError } from 'rockpool';
 *
 * const buf = ByteBufAllocator.default.buffer(4, 8);
 * buf.writeUInt32BE(1).writeUInt32BE(2); // grows to 8
 * assert.throws(() => buf.writeUInt8(3), CapacityError);
 * buf.release();
 * ```
 */
export class CapacityError extends RangeError {
  readonly code = 'ERR_ROCKPOOL_CAPACITY' as const;
  /** The capacity that would be needed, in bytes. */
  readonly requestedBytes: number;
  /** What the buffer may have at most, in bytes. */
  readonly maxCapacity: number;

  /** @param fixed why the capacity cannot change at all; default: it can, up to `maxCapacity` */
  constructor(action: string, requestedBytes: number, maxCapacity: number, fixed?: string) {
    const limit = fixed === undefined ? 'and maxCapacity is' : `and the capacity ${fixed} at`;
    super(`Cannot ${action} as it needs a capacity of ${requestedBytes} ${limit} ${maxCapacity}`);
    this.name = 'CapacityError';
    this.requestedBytes = requestedBytes;
    this.maxCapacity = maxCapacity;
    brand(this);
  }
}

/**
 * A number that does not fit the type it is written as. Fractions are cut off, as Node's Buffer does; NaN does
 * not fit an integer.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ByteBufAllocator, ValueRangeError } from 'rockpool';
 *
 * const buf = ByteBufAllocator.default.buffer(4);
 * assert.throws(() => buf.writeUInt8(256), ValueRangeError);
 * assert.equal(buf.writerIndex, 0);
 * buf.release();
 * ```
 */
export class ValueRangeError extends RangeError {
  readonly code = 'ERR_ROCKPOOL_VALUE_RANGE' as const;
  readonly value: unknown;
  readonly min: number | bigint;
  readonly max: number | bigint;

  constructor(type: string, value: unknown, min: number | bigint, max: number | bigint) {
    super(
      `Cannot write ${type} as the value must be from ${show(min)} to ${show(max)}: received ${show(value)}`,
    );
    this.name = 'ValueRangeError';
    this.value = value;
    this.min = min;
    this.max = max;
    brand(this);
  }
}

/**
 * A size, a count or another argument outside of its range.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ArgumentRangeError, ByteBufAllocator } from 'rockpool';
 *
 * assert.throws(() => ByteBufAllocator.default.buffer(-1), ArgumentRangeError);
 * ```
 */
export class ArgumentRangeError extends RangeError {
  readonly code = 'ERR_ROCKPOOL_ARGUMENT_RANGE' as const;
  /** The argument's name. */
  readonly argument: string;
  /** What was received. */
  readonly value: unknown;

  constructor(action: string, argument: string, expected: string, value: unknown) {
    super(`Cannot ${action} as '${argument}' must be ${expected}: received ${show(value)}`);
    this.name = 'ArgumentRangeError';
    this.argument = argument;
    this.value = value;
    brand(this);
  }
}

/**
 * A reference count would leave its range: a release without a reference, a retain of what is released, or more
 * than 2^31 − 1 references.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ByteBufAllocator, RefCountError } from 'rockpool';
 *
 * const buf = ByteBufAllocator.default.buffer(4);
 * buf.release();
 * assert.throws(() => buf.release(), (error: unknown) => {
 *   assert(error instanceof RefCountError);
 *   assert.match(error.message, /refCnt: 0, decrement: 1$/);
 *   return true;
 * });
 * ```
 */
export class RefCountError extends Error {
  readonly code = 'ERR_ROCKPOOL_REF_COUNT' as const;
  /** The count before the call; the call did not change it. */
  readonly refCnt: number;
  /** What should have been added. */
  readonly increment: number | undefined;
  /** What should have been taken off. */
  readonly decrement: number | undefined;

  /** @param where text about the release, at `paranoid`; else empty */
  constructor(refCnt: number, step: 'increment' | 'decrement', by: number, where = '') {
    super(`${where}refCnt: ${refCnt}, ${step}: ${by}`);
    this.name = 'RefCountError';
    this.refCnt = refCnt;
    this.increment = step === 'increment' ? by : undefined;
    this.decrement = step === 'decrement' ? by : undefined;
    brand(this);
  }
}

/**
 * A buffer was used after its last reference was released.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ByteBufAllocator, ReleasedBufferError } from 'rockpool';
 *
 * const buf = ByteBufAllocator.default.buffer(4);
 * const slice = buf.slice(0, 2);
 * buf.release();
 * assert.throws(() => buf.writeUInt8(1), ReleasedBufferError);
 * assert.throws(() => slice.getUInt8(0), ReleasedBufferError); // it shares the count of `buf`
 * ```
 */
export class ReleasedBufferError extends Error {
  readonly code = 'ERR_ROCKPOOL_USE_AFTER_RELEASE' as const;
  readonly refCnt = 0 as const;

  /** @param where the stack of the release, at `paranoid` */
  constructor(action: string, where = '') {
    super(`Cannot ${action} as the buffer is released: refCnt: 0${where}`);
    this.name = 'ReleasedBufferError';
    brand(this);
  }
}

/**
 * A read-only buffer was to be changed.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ReadOnlyBufferError, wrap } from 'rockpool';
 *
 * const buf = wrap(new Uint8Array(4)).asReadOnly();
 * assert.throws(() => buf.setUInt8(0, 1), ReadOnlyBufferError);
 * ```
 */
export class ReadOnlyBufferError extends TypeError {
  readonly code = 'ERR_ROCKPOOL_READ_ONLY' as const;

  constructor(action: string) {
    super(`Cannot ${action} as the buffer is read-only`);
    this.name = 'ReadOnlyBufferError';
    brand(this);
  }
}

/**
 * An allocator has reached its `maxBytes`. What it holds idle was trimmed before this was thrown.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ByteBufAllocator, ByteBudgetError } from 'rockpool';
 *
 * const allocator = new ByteBufAllocator({ chunkBytes: 65536, maxBytes: 65536 });
 * const all = allocator.buffer(65536);
 * assert.throws(() => allocator.buffer(16), ByteBudgetError);
 * all.release();
 * allocator.buffer(16).release();
 * ```
 */
export class ByteBudgetError extends RangeError {
  readonly code = 'ERR_ROCKPOOL_BYTE_BUDGET' as const;
  /** Bytes that were asked for. */
  readonly requestedBytes: number;
  /** Bytes that the allocator holds from the runtime. */
  readonly reservedBytes: number;
  /** Bytes that it may hold. */
  readonly maxBytes: number;

  constructor(allocator: string, requestedBytes: number, reservedBytes: number, maxBytes: number) {
    super(
      `Cannot allocate ${requestedBytes} bytes from allocator '${allocator}' as 'maxBytes' is ${maxBytes}` +
        ` and ${reservedBytes} are reserved`,
    );
    this.name = 'ByteBudgetError';
    this.requestedBytes = requestedBytes;
    this.reservedBytes = reservedBytes;
    this.maxBytes = maxBytes;
    brand(this);
  }
}

/**
 * Bytes that belong to nobody were written to: behind a buffer's end, or after its release. Found by the checks
 * of `strict` and `paranoid` when the memory is given back or leaves quarantine.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ByteBufAllocator, CorruptionError } from 'rockpool';
 *
 * const allocator = new ByteBufAllocator({ checks: 'strict' });
 * const buf = allocator.buffer(4);
 * const view = buf.toBuffer(0, 4);
 * buf.release();
 * view[0] = 1; // the view was kept too long
 * assert.throws(() => allocator.trim(), CorruptionError); // trim empties the quarantine
 * ```
 */
export class CorruptionError extends Error {
  readonly code = 'ERR_ROCKPOOL_CORRUPTION' as const;
  /** The first damaged byte, from the beginning of the buffer. */
  readonly offset: number;
  /** The buffer's capacity when it was released. */
  readonly capacity: number;

  /** @param where the stack of the release, at `paranoid` */
  constructor(allocator: string, when: string, offset: number, capacity: number, where = '') {
    super(
      `Byte ${offset} of a buffer of ${capacity} of allocator '${allocator}' was written ${when}${where}`,
    );
    this.name = 'CorruptionError';
    this.offset = offset;
    this.capacity = capacity;
    brand(this);
  }
}

/**
 * An allocator was asked for a buffer after its `close()`.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { AllocatorClosedError, ByteBufAllocator } from 'rockpool';
 *
 * const allocator = new ByteBufAllocator();
 * allocator.close();
 * assert.throws(() => allocator.buffer(16), AllocatorClosedError);
 * ```
 */
export class AllocatorClosedError extends Error {
  readonly code = 'ERR_ROCKPOOL_ALLOCATOR_CLOSED' as const;

  constructor(allocator: string) {
    super(`Cannot allocate from allocator '${allocator}' as it is closed`);
    this.name = 'AllocatorClosedError';
    brand(this);
  }
}

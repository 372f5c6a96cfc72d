/**
 * Typed access to a buffer's bytes, under the names that Node's Buffer has: get and set at an index, read and
 * write at the buffer's own. Written by `scripts/generate-typed-access.mjs`, which says why it is written out.
 *
 * Each fast path is a comparison for the range, which fails for dead and read-only buffers too, one for the
 * life of the owner, and, for writes, one for the value. All else is the business of the `_…Other` methods.
 */
import { IndexRangeError } from './buffer-errors.ts';
import { ByteBufState } from './byte-buf-state.ts';
import {
  BIG_INT64_BE,
  BIG_INT64_LE,
  BIG_UINT64_BE,
  BIG_UINT64_LE,
  DOUBLE_BE,
  DOUBLE_LE,
  FLOAT_BE,
  FLOAT_LE,
  INT8,
  INT16_BE,
  INT16_LE,
  INT24_BE,
  INT24_LE,
  INT32_BE,
  INT32_LE,
  type Kind,
  UINT8,
  UINT16_BE,
  UINT16_LE,
  UINT24_BE,
  UINT24_LE,
  UINT32_BE,
  UINT32_LE,
} from './typed-kinds.ts';

/** Typed access; {@link ByteBuf} is the class to use. */
export abstract class TypedAccess extends ByteBufState {
  /**
   * Reads an unsigned byte, at `index`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  getUInt8(index: number): number {
    if (index >>> 0 !== index || index > this._capacity - 1 || this._owner._life !== this._life) {
      return this._getOther(UINT8, index);
    }
    return this._view.getUint8(this._base + index);
  }

  /**
   * Writes an unsigned byte, at `index`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} `value` does not fit
   */
  setUInt8(index: number, value: number): this {
    if (
      index >>> 0 !== index ||
      index > this._writable - 1 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= 0 && value <= 0xff)
    ) {
      this._setOther(UINT8, index, value);
    } else {
      this._view.setUint8(this._base + index, value);
    }
    return this;
  }

  /**
   * Reads an unsigned byte, at `readerIndex`, which moves on by 1.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  readUInt8(): number {
    const index = this._reader;
    if (index > this._writer - 1 || this._owner._life !== this._life) return this._readOther(UINT8);
    this._reader = index + 1;
    return this._view.getUint8(this._base + index);
  }

  /**
   * Writes an unsigned byte, at `writerIndex`, which moves on by 1; grows if needed.
   *
   * @throws {ValueRangeError} `value` does not fit
   * @throws {CapacityError} past `maxCapacity`
   */
  writeUInt8(value: number): this {
    const index = this._writer;
    if (
      index > this._writable - 1 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= 0 && value <= 0xff)
    ) {
      this._writeOther(UINT8, value);
    } else {
      this._view.setUint8(this._base + index, value);
      this._writer = index + 1;
    }
    return this;
  }

  /**
   * Reads a signed byte, at `index`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  getInt8(index: number): number {
    if (index >>> 0 !== index || index > this._capacity - 1 || this._owner._life !== this._life) {
      return this._getOther(INT8, index);
    }
    return this._view.getInt8(this._base + index);
  }

  /**
   * Writes a signed byte, at `index`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} `value` does not fit
   */
  setInt8(index: number, value: number): this {
    if (
      index >>> 0 !== index ||
      index > this._writable - 1 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= -0x80 && value <= 0x7f)
    ) {
      this._setOther(INT8, index, value);
    } else {
      this._view.setInt8(this._base + index, value);
    }
    return this;
  }

  /**
   * Reads a signed byte, at `readerIndex`, which moves on by 1.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  readInt8(): number {
    const index = this._reader;
    if (index > this._writer - 1 || this._owner._life !== this._life) return this._readOther(INT8);
    this._reader = index + 1;
    return this._view.getInt8(this._base + index);
  }

  /**
   * Writes a signed byte, at `writerIndex`, which moves on by 1; grows if needed.
   *
   * @throws {ValueRangeError} `value` does not fit
   * @throws {CapacityError} past `maxCapacity`
   */
  writeInt8(value: number): this {
    const index = this._writer;
    if (
      index > this._writable - 1 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= -0x80 && value <= 0x7f)
    ) {
      this._writeOther(INT8, value);
    } else {
      this._view.setInt8(this._base + index, value);
      this._writer = index + 1;
    }
    return this;
  }

  /**
   * Reads an unsigned 16-bit integer, big-endian, at `index`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  getUInt16BE(index: number): number {
    if (index >>> 0 !== index || index > this._capacity - 2 || this._owner._life !== this._life) {
      return this._getOther(UINT16_BE, index);
    }
    return this._view.getUint16(this._base + index);
  }

  /**
   * Writes an unsigned 16-bit integer, big-endian, at `index`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} `value` does not fit
   */
  setUInt16BE(index: number, value: number): this {
    if (
      index >>> 0 !== index ||
      index > this._writable - 2 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= 0 && value <= 0xffff)
    ) {
      this._setOther(UINT16_BE, index, value);
    } else {
      this._view.setUint16(this._base + index, value);
    }
    return this;
  }

  /**
   * Reads an unsigned 16-bit integer, big-endian, at `readerIndex`, which moves on by 2.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  readUInt16BE(): number {
    const index = this._reader;
    if (index > this._writer - 2 || this._owner._life !== this._life) return this._readOther(UINT16_BE);
    this._reader = index + 2;
    return this._view.getUint16(this._base + index);
  }

  /**
   * Writes an unsigned 16-bit integer, big-endian, at `writerIndex`, which moves on by 2; grows if needed.
   *
   * @throws {ValueRangeError} `value` does not fit
   * @throws {CapacityError} past `maxCapacity`
   */
  writeUInt16BE(value: number): this {
    const index = this._writer;
    if (
      index > this._writable - 2 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= 0 && value <= 0xffff)
    ) {
      this._writeOther(UINT16_BE, value);
    } else {
      this._view.setUint16(this._base + index, value);
      this._writer = index + 2;
    }
    return this;
  }

  /**
   * Reads an unsigned 16-bit integer, little-endian, at `index`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  getUInt16LE(index: number): number {
    if (index >>> 0 !== index || index > this._capacity - 2 || this._owner._life !== this._life) {
      return this._getOther(UINT16_LE, index);
    }
    return this._view.getUint16(this._base + index, true);
  }

  /**
   * Writes an unsigned 16-bit integer, little-endian, at `index`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} `value` does not fit
   */
  setUInt16LE(index: number, value: number): this {
    if (
      index >>> 0 !== index ||
      index > this._writable - 2 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= 0 && value <= 0xffff)
    ) {
      this._setOther(UINT16_LE, index, value);
    } else {
      this._view.setUint16(this._base + index, value, true);
    }
    return this;
  }

  /**
   * Reads an unsigned 16-bit integer, little-endian, at `readerIndex`, which moves on by 2.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  readUInt16LE(): number {
    const index = this._reader;
    if (index > this._writer - 2 || this._owner._life !== this._life) return this._readOther(UINT16_LE);
    this._reader = index + 2;
    return this._view.getUint16(this._base + index, true);
  }

  /**
   * Writes an unsigned 16-bit integer, little-endian, at `writerIndex`, which moves on by 2; grows if needed.
   *
   * @throws {ValueRangeError} `value` does not fit
   * @throws {CapacityError} past `maxCapacity`
   */
  writeUInt16LE(value: number): this {
    const index = this._writer;
    if (
      index > this._writable - 2 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= 0 && value <= 0xffff)
    ) {
      this._writeOther(UINT16_LE, value);
    } else {
      this._view.setUint16(this._base + index, value, true);
      this._writer = index + 2;
    }
    return this;
  }

  /**
   * Reads a signed 16-bit integer, big-endian, at `index`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  getInt16BE(index: number): number {
    if (index >>> 0 !== index || index > this._capacity - 2 || this._owner._life !== this._life) {
      return this._getOther(INT16_BE, index);
    }
    return this._view.getInt16(this._base + index);
  }

  /**
   * Writes a signed 16-bit integer, big-endian, at `index`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} `value` does not fit
   */
  setInt16BE(index: number, value: number): this {
    if (
      index >>> 0 !== index ||
      index > this._writable - 2 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= -0x8000 && value <= 0x7fff)
    ) {
      this._setOther(INT16_BE, index, value);
    } else {
      this._view.setInt16(this._base + index, value);
    }
    return this;
  }

  /**
   * Reads a signed 16-bit integer, big-endian, at `readerIndex`, which moves on by 2.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  readInt16BE(): number {
    const index = this._reader;
    if (index > this._writer - 2 || this._owner._life !== this._life) return this._readOther(INT16_BE);
    this._reader = index + 2;
    return this._view.getInt16(this._base + index);
  }

  /**
   * Writes a signed 16-bit integer, big-endian, at `writerIndex`, which moves on by 2; grows if needed.
   *
   * @throws {ValueRangeError} `value` does not fit
   * @throws {CapacityError} past `maxCapacity`
   */
  writeInt16BE(value: number): this {
    const index = this._writer;
    if (
      index > this._writable - 2 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= -0x8000 && value <= 0x7fff)
    ) {
      this._writeOther(INT16_BE, value);
    } else {
      this._view.setInt16(this._base + index, value);
      this._writer = index + 2;
    }
    return this;
  }

  /**
   * Reads a signed 16-bit integer, little-endian, at `index`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  getInt16LE(index: number): number {
    if (index >>> 0 !== index || index > this._capacity - 2 || this._owner._life !== this._life) {
      return this._getOther(INT16_LE, index);
    }
    return this._view.getInt16(this._base + index, true);
  }

  /**
   * Writes a signed 16-bit integer, little-endian, at `index`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} `value` does not fit
   */
  setInt16LE(index: number, value: number): this {
    if (
      index >>> 0 !== index ||
      index > this._writable - 2 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= -0x8000 && value <= 0x7fff)
    ) {
      this._setOther(INT16_LE, index, value);
    } else {
      this._view.setInt16(this._base + index, value, true);
    }
    return this;
  }

  /**
   * Reads a signed 16-bit integer, little-endian, at `readerIndex`, which moves on by 2.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  readInt16LE(): number {
    const index = this._reader;
    if (index > this._writer - 2 || this._owner._life !== this._life) return this._readOther(INT16_LE);
    this._reader = index + 2;
    return this._view.getInt16(this._base + index, true);
  }

  /**
   * Writes a signed 16-bit integer, little-endian, at `writerIndex`, which moves on by 2; grows if needed.
   *
   * @throws {ValueRangeError} `value` does not fit
   * @throws {CapacityError} past `maxCapacity`
   */
  writeInt16LE(value: number): this {
    const index = this._writer;
    if (
      index > this._writable - 2 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= -0x8000 && value <= 0x7fff)
    ) {
      this._writeOther(INT16_LE, value);
    } else {
      this._view.setInt16(this._base + index, value, true);
      this._writer = index + 2;
    }
    return this;
  }

  /**
   * Reads an unsigned 24-bit integer, big-endian, at `index`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  getUInt24BE(index: number): number {
    if (index >>> 0 !== index || index > this._capacity - 3 || this._owner._life !== this._life) {
      return this._getOther(UINT24_BE, index);
    }
    return (this._view.getUint16(this._base + index) << 8) | this._view.getUint8(this._base + index + 2);
  }

  /**
   * Writes an unsigned 24-bit integer, big-endian, at `index`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} `value` does not fit
   */
  setUInt24BE(index: number, value: number): this {
    if (
      index >>> 0 !== index ||
      index > this._writable - 3 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= 0 && value <= 0xffffff)
    ) {
      this._setOther(UINT24_BE, index, value);
    } else {
      this._view.setUint16(this._base + index, value >> 8);
      this._view.setUint8(this._base + index + 2, value);
    }
    return this;
  }

  /**
   * Reads an unsigned 24-bit integer, big-endian, at `readerIndex`, which moves on by 3.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  readUInt24BE(): number {
    const index = this._reader;
    if (index > this._writer - 3 || this._owner._life !== this._life) return this._readOther(UINT24_BE);
    this._reader = index + 3;
    return (this._view.getUint16(this._base + index) << 8) | this._view.getUint8(this._base + index + 2);
  }

  /**
   * Writes an unsigned 24-bit integer, big-endian, at `writerIndex`, which moves on by 3; grows if needed.
   *
   * @throws {ValueRangeError} `value` does not fit
   * @throws {CapacityError} past `maxCapacity`
   */
  writeUInt24BE(value: number): this {
    const index = this._writer;
    if (
      index > this._writable - 3 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= 0 && value <= 0xffffff)
    ) {
      this._writeOther(UINT24_BE, value);
    } else {
      this._view.setUint16(this._base + index, value >> 8);
      this._view.setUint8(this._base + index + 2, value);
      this._writer = index + 3;
    }
    return this;
  }

  /**
   * Reads an unsigned 24-bit integer, little-endian, at `index`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  getUInt24LE(index: number): number {
    if (index >>> 0 !== index || index > this._capacity - 3 || this._owner._life !== this._life) {
      return this._getOther(UINT24_LE, index);
    }
    return (
      (this._view.getUint16(this._base + index + 1, true) << 8) | this._view.getUint8(this._base + index)
    );
  }

  /**
   * Writes an unsigned 24-bit integer, little-endian, at `index`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} `value` does not fit
   */
  setUInt24LE(index: number, value: number): this {
    if (
      index >>> 0 !== index ||
      index > this._writable - 3 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= 0 && value <= 0xffffff)
    ) {
      this._setOther(UINT24_LE, index, value);
    } else {
      this._view.setUint16(this._base + index + 1, value >> 8, true);
      this._view.setUint8(this._base + index, value);
    }
    return this;
  }

  /**
   * Reads an unsigned 24-bit integer, little-endian, at `readerIndex`, which moves on by 3.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  readUInt24LE(): number {
    const index = this._reader;
    if (index > this._writer - 3 || this._owner._life !== this._life) return this._readOther(UINT24_LE);
    this._reader = index + 3;
    return (
      (this._view.getUint16(this._base + index + 1, true) << 8) | this._view.getUint8(this._base + index)
    );
  }

  /**
   * Writes an unsigned 24-bit integer, little-endian, at `writerIndex`, which moves on by 3; grows if needed.
   *
   * @throws {ValueRangeError} `value` does not fit
   * @throws {CapacityError} past `maxCapacity`
   */
  writeUInt24LE(value: number): this {
    const index = this._writer;
    if (
      index > this._writable - 3 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= 0 && value <= 0xffffff)
    ) {
      this._writeOther(UINT24_LE, value);
    } else {
      this._view.setUint16(this._base + index + 1, value >> 8, true);
      this._view.setUint8(this._base + index, value);
      this._writer = index + 3;
    }
    return this;
  }

  /**
   * Reads a signed 24-bit integer, big-endian, at `index`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  getInt24BE(index: number): number {
    if (index >>> 0 !== index || index > this._capacity - 3 || this._owner._life !== this._life) {
      return this._getOther(INT24_BE, index);
    }
    return (this._view.getInt16(this._base + index) << 8) | this._view.getUint8(this._base + index + 2);
  }

  /**
   * Writes a signed 24-bit integer, big-endian, at `index`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} `value` does not fit
   */
  setInt24BE(index: number, value: number): this {
    if (
      index >>> 0 !== index ||
      index > this._writable - 3 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= -0x800000 && value <= 0x7fffff)
    ) {
      this._setOther(INT24_BE, index, value);
    } else {
      this._view.setUint16(this._base + index, value >> 8);
      this._view.setUint8(this._base + index + 2, value);
    }
    return this;
  }

  /**
   * Reads a signed 24-bit integer, big-endian, at `readerIndex`, which moves on by 3.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  readInt24BE(): number {
    const index = this._reader;
    if (index > this._writer - 3 || this._owner._life !== this._life) return this._readOther(INT24_BE);
    this._reader = index + 3;
    return (this._view.getInt16(this._base + index) << 8) | this._view.getUint8(this._base + index + 2);
  }

  /**
   * Writes a signed 24-bit integer, big-endian, at `writerIndex`, which moves on by 3; grows if needed.
   *
   * @throws {ValueRangeError} `value` does not fit
   * @throws {CapacityError} past `maxCapacity`
   */
  writeInt24BE(value: number): this {
    const index = this._writer;
    if (
      index > this._writable - 3 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= -0x800000 && value <= 0x7fffff)
    ) {
      this._writeOther(INT24_BE, value);
    } else {
      this._view.setUint16(this._base + index, value >> 8);
      this._view.setUint8(this._base + index + 2, value);
      this._writer = index + 3;
    }
    return this;
  }

  /**
   * Reads a signed 24-bit integer, little-endian, at `index`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  getInt24LE(index: number): number {
    if (index >>> 0 !== index || index > this._capacity - 3 || this._owner._life !== this._life) {
      return this._getOther(INT24_LE, index);
    }
    return (this._view.getInt16(this._base + index + 1, true) << 8) | this._view.getUint8(this._base + index);
  }

  /**
   * Writes a signed 24-bit integer, little-endian, at `index`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} `value` does not fit
   */
  setInt24LE(index: number, value: number): this {
    if (
      index >>> 0 !== index ||
      index > this._writable - 3 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= -0x800000 && value <= 0x7fffff)
    ) {
      this._setOther(INT24_LE, index, value);
    } else {
      this._view.setUint16(this._base + index + 1, value >> 8, true);
      this._view.setUint8(this._base + index, value);
    }
    return this;
  }

  /**
   * Reads a signed 24-bit integer, little-endian, at `readerIndex`, which moves on by 3.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  readInt24LE(): number {
    const index = this._reader;
    if (index > this._writer - 3 || this._owner._life !== this._life) return this._readOther(INT24_LE);
    this._reader = index + 3;
    return (this._view.getInt16(this._base + index + 1, true) << 8) | this._view.getUint8(this._base + index);
  }

  /**
   * Writes a signed 24-bit integer, little-endian, at `writerIndex`, which moves on by 3; grows if needed.
   *
   * @throws {ValueRangeError} `value` does not fit
   * @throws {CapacityError} past `maxCapacity`
   */
  writeInt24LE(value: number): this {
    const index = this._writer;
    if (
      index > this._writable - 3 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= -0x800000 && value <= 0x7fffff)
    ) {
      this._writeOther(INT24_LE, value);
    } else {
      this._view.setUint16(this._base + index + 1, value >> 8, true);
      this._view.setUint8(this._base + index, value);
      this._writer = index + 3;
    }
    return this;
  }

  /**
   * Reads an unsigned 32-bit integer, big-endian, at `index`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  getUInt32BE(index: number): number {
    if (index >>> 0 !== index || index > this._capacity - 4 || this._owner._life !== this._life) {
      return this._getOther(UINT32_BE, index);
    }
    return this._view.getUint32(this._base + index);
  }

  /**
   * Writes an unsigned 32-bit integer, big-endian, at `index`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} `value` does not fit
   */
  setUInt32BE(index: number, value: number): this {
    if (
      index >>> 0 !== index ||
      index > this._writable - 4 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= 0 && value <= 0xffffffff)
    ) {
      this._setOther(UINT32_BE, index, value);
    } else {
      this._view.setUint32(this._base + index, value);
    }
    return this;
  }

  /**
   * Reads an unsigned 32-bit integer, big-endian, at `readerIndex`, which moves on by 4.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  readUInt32BE(): number {
    const index = this._reader;
    if (index > this._writer - 4 || this._owner._life !== this._life) return this._readOther(UINT32_BE);
    this._reader = index + 4;
    return this._view.getUint32(this._base + index);
  }

  /**
   * Writes an unsigned 32-bit integer, big-endian, at `writerIndex`, which moves on by 4; grows if needed.
   *
   * @throws {ValueRangeError} `value` does not fit
   * @throws {CapacityError} past `maxCapacity`
   */
  writeUInt32BE(value: number): this {
    const index = this._writer;
    if (
      index > this._writable - 4 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= 0 && value <= 0xffffffff)
    ) {
      this._writeOther(UINT32_BE, value);
    } else {
      this._view.setUint32(this._base + index, value);
      this._writer = index + 4;
    }
    return this;
  }

  /**
   * Reads an unsigned 32-bit integer, little-endian, at `index`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  getUInt32LE(index: number): number {
    if (index >>> 0 !== index || index > this._capacity - 4 || this._owner._life !== this._life) {
      return this._getOther(UINT32_LE, index);
    }
    return this._view.getUint32(this._base + index, true);
  }

  /**
   * Writes an unsigned 32-bit integer, little-endian, at `index`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} `value` does not fit
   */
  setUInt32LE(index: number, value: number): this {
    if (
      index >>> 0 !== index ||
      index > this._writable - 4 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= 0 && value <= 0xffffffff)
    ) {
      this._setOther(UINT32_LE, index, value);
    } else {
      this._view.setUint32(this._base + index, value, true);
    }
    return this;
  }

  /**
   * Reads an unsigned 32-bit integer, little-endian, at `readerIndex`, which moves on by 4.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  readUInt32LE(): number {
    const index = this._reader;
    if (index > this._writer - 4 || this._owner._life !== this._life) return this._readOther(UINT32_LE);
    this._reader = index + 4;
    return this._view.getUint32(this._base + index, true);
  }

  /**
   * Writes an unsigned 32-bit integer, little-endian, at `writerIndex`, which moves on by 4; grows if needed.
   *
   * @throws {ValueRangeError} `value` does not fit
   * @throws {CapacityError} past `maxCapacity`
   */
  writeUInt32LE(value: number): this {
    const index = this._writer;
    if (
      index > this._writable - 4 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= 0 && value <= 0xffffffff)
    ) {
      this._writeOther(UINT32_LE, value);
    } else {
      this._view.setUint32(this._base + index, value, true);
      this._writer = index + 4;
    }
    return this;
  }

  /**
   * Reads a signed 32-bit integer, big-endian, at `index`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  getInt32BE(index: number): number {
    if (index >>> 0 !== index || index > this._capacity - 4 || this._owner._life !== this._life) {
      return this._getOther(INT32_BE, index);
    }
    return this._view.getInt32(this._base + index);
  }

  /**
   * Writes a signed 32-bit integer, big-endian, at `index`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} `value` does not fit
   */
  setInt32BE(index: number, value: number): this {
    if (
      index >>> 0 !== index ||
      index > this._writable - 4 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= -0x80000000 && value <= 0x7fffffff)
    ) {
      this._setOther(INT32_BE, index, value);
    } else {
      this._view.setInt32(this._base + index, value);
    }
    return this;
  }

  /**
   * Reads a signed 32-bit integer, big-endian, at `readerIndex`, which moves on by 4.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  readInt32BE(): number {
    const index = this._reader;
    if (index > this._writer - 4 || this._owner._life !== this._life) return this._readOther(INT32_BE);
    this._reader = index + 4;
    return this._view.getInt32(this._base + index);
  }

  /**
   * Writes a signed 32-bit integer, big-endian, at `writerIndex`, which moves on by 4; grows if needed.
   *
   * @throws {ValueRangeError} `value` does not fit
   * @throws {CapacityError} past `maxCapacity`
   */
  writeInt32BE(value: number): this {
    const index = this._writer;
    if (
      index > this._writable - 4 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= -0x80000000 && value <= 0x7fffffff)
    ) {
      this._writeOther(INT32_BE, value);
    } else {
      this._view.setInt32(this._base + index, value);
      this._writer = index + 4;
    }
    return this;
  }

  /**
   * Reads a signed 32-bit integer, little-endian, at `index`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  getInt32LE(index: number): number {
    if (index >>> 0 !== index || index > this._capacity - 4 || this._owner._life !== this._life) {
      return this._getOther(INT32_LE, index);
    }
    return this._view.getInt32(this._base + index, true);
  }

  /**
   * Writes a signed 32-bit integer, little-endian, at `index`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} `value` does not fit
   */
  setInt32LE(index: number, value: number): this {
    if (
      index >>> 0 !== index ||
      index > this._writable - 4 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= -0x80000000 && value <= 0x7fffffff)
    ) {
      this._setOther(INT32_LE, index, value);
    } else {
      this._view.setInt32(this._base + index, value, true);
    }
    return this;
  }

  /**
   * Reads a signed 32-bit integer, little-endian, at `readerIndex`, which moves on by 4.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  readInt32LE(): number {
    const index = this._reader;
    if (index > this._writer - 4 || this._owner._life !== this._life) return this._readOther(INT32_LE);
    this._reader = index + 4;
    return this._view.getInt32(this._base + index, true);
  }

  /**
   * Writes a signed 32-bit integer, little-endian, at `writerIndex`, which moves on by 4; grows if needed.
   *
   * @throws {ValueRangeError} `value` does not fit
   * @throws {CapacityError} past `maxCapacity`
   */
  writeInt32LE(value: number): this {
    const index = this._writer;
    if (
      index > this._writable - 4 ||
      this._owner._life !== this._life ||
      !(typeof value === 'number' && value >= -0x80000000 && value <= 0x7fffffff)
    ) {
      this._writeOther(INT32_LE, value);
    } else {
      this._view.setInt32(this._base + index, value, true);
      this._writer = index + 4;
    }
    return this;
  }

  /**
   * Reads an unsigned 64-bit integer, big-endian, at `index`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  getBigUInt64BE(index: number): bigint {
    if (index >>> 0 !== index || index > this._capacity - 8 || this._owner._life !== this._life) {
      return this._getBigOther(BIG_UINT64_BE, index);
    }
    return this._view.getBigUint64(this._base + index);
  }

  /**
   * Writes an unsigned 64-bit integer, big-endian, at `index`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} `value` does not fit
   */
  setBigUInt64BE(index: number, value: bigint): this {
    if (
      index >>> 0 !== index ||
      index > this._writable - 8 ||
      this._owner._life !== this._life ||
      !(typeof value === 'bigint' && BigInt.asUintN(64, value) === value)
    ) {
      this._setBigOther(BIG_UINT64_BE, index, value);
    } else {
      this._view.setBigUint64(this._base + index, value);
    }
    return this;
  }

  /**
   * Reads an unsigned 64-bit integer, big-endian, at `readerIndex`, which moves on by 8.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  readBigUInt64BE(): bigint {
    const index = this._reader;
    if (index > this._writer - 8 || this._owner._life !== this._life)
      return this._readBigOther(BIG_UINT64_BE);
    this._reader = index + 8;
    return this._view.getBigUint64(this._base + index);
  }

  /**
   * Writes an unsigned 64-bit integer, big-endian, at `writerIndex`, which moves on by 8; grows if needed.
   *
   * @throws {ValueRangeError} `value` does not fit
   * @throws {CapacityError} past `maxCapacity`
   */
  writeBigUInt64BE(value: bigint): this {
    const index = this._writer;
    if (
      index > this._writable - 8 ||
      this._owner._life !== this._life ||
      !(typeof value === 'bigint' && BigInt.asUintN(64, value) === value)
    ) {
      this._writeBigOther(BIG_UINT64_BE, value);
    } else {
      this._view.setBigUint64(this._base + index, value);
      this._writer = index + 8;
    }
    return this;
  }

  /**
   * Reads an unsigned 64-bit integer, little-endian, at `index`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  getBigUInt64LE(index: number): bigint {
    if (index >>> 0 !== index || index > this._capacity - 8 || this._owner._life !== this._life) {
      return this._getBigOther(BIG_UINT64_LE, index);
    }
    return this._view.getBigUint64(this._base + index, true);
  }

  /**
   * Writes an unsigned 64-bit integer, little-endian, at `index`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} `value` does not fit
   */
  setBigUInt64LE(index: number, value: bigint): this {
    if (
      index >>> 0 !== index ||
      index > this._writable - 8 ||
      this._owner._life !== this._life ||
      !(typeof value === 'bigint' && BigInt.asUintN(64, value) === value)
    ) {
      this._setBigOther(BIG_UINT64_LE, index, value);
    } else {
      this._view.setBigUint64(this._base + index, value, true);
    }
    return this;
  }

  /**
   * Reads an unsigned 64-bit integer, little-endian, at `readerIndex`, which moves on by 8.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  readBigUInt64LE(): bigint {
    const index = this._reader;
    if (index > this._writer - 8 || this._owner._life !== this._life)
      return this._readBigOther(BIG_UINT64_LE);
    this._reader = index + 8;
    return this._view.getBigUint64(this._base + index, true);
  }

  /**
   * Writes an unsigned 64-bit integer, little-endian, at `writerIndex`, which moves on by 8; grows if needed.
   *
   * @throws {ValueRangeError} `value` does not fit
   * @throws {CapacityError} past `maxCapacity`
   */
  writeBigUInt64LE(value: bigint): this {
    const index = this._writer;
    if (
      index > this._writable - 8 ||
      this._owner._life !== this._life ||
      !(typeof value === 'bigint' && BigInt.asUintN(64, value) === value)
    ) {
      this._writeBigOther(BIG_UINT64_LE, value);
    } else {
      this._view.setBigUint64(this._base + index, value, true);
      this._writer = index + 8;
    }
    return this;
  }

  /**
   * Reads a signed 64-bit integer, big-endian, at `index`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  getBigInt64BE(index: number): bigint {
    if (index >>> 0 !== index || index > this._capacity - 8 || this._owner._life !== this._life) {
      return this._getBigOther(BIG_INT64_BE, index);
    }
    return this._view.getBigInt64(this._base + index);
  }

  /**
   * Writes a signed 64-bit integer, big-endian, at `index`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} `value` does not fit
   */
  setBigInt64BE(index: number, value: bigint): this {
    if (
      index >>> 0 !== index ||
      index > this._writable - 8 ||
      this._owner._life !== this._life ||
      !(typeof value === 'bigint' && BigInt.asIntN(64, value) === value)
    ) {
      this._setBigOther(BIG_INT64_BE, index, value);
    } else {
      this._view.setBigInt64(this._base + index, value);
    }
    return this;
  }

  /**
   * Reads a signed 64-bit integer, big-endian, at `readerIndex`, which moves on by 8.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  readBigInt64BE(): bigint {
    const index = this._reader;
    if (index > this._writer - 8 || this._owner._life !== this._life) return this._readBigOther(BIG_INT64_BE);
    this._reader = index + 8;
    return this._view.getBigInt64(this._base + index);
  }

  /**
   * Writes a signed 64-bit integer, big-endian, at `writerIndex`, which moves on by 8; grows if needed.
   *
   * @throws {ValueRangeError} `value` does not fit
   * @throws {CapacityError} past `maxCapacity`
   */
  writeBigInt64BE(value: bigint): this {
    const index = this._writer;
    if (
      index > this._writable - 8 ||
      this._owner._life !== this._life ||
      !(typeof value === 'bigint' && BigInt.asIntN(64, value) === value)
    ) {
      this._writeBigOther(BIG_INT64_BE, value);
    } else {
      this._view.setBigInt64(this._base + index, value);
      this._writer = index + 8;
    }
    return this;
  }

  /**
   * Reads a signed 64-bit integer, little-endian, at `index`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  getBigInt64LE(index: number): bigint {
    if (index >>> 0 !== index || index > this._capacity - 8 || this._owner._life !== this._life) {
      return this._getBigOther(BIG_INT64_LE, index);
    }
    return this._view.getBigInt64(this._base + index, true);
  }

  /**
   * Writes a signed 64-bit integer, little-endian, at `index`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} `value` does not fit
   */
  setBigInt64LE(index: number, value: bigint): this {
    if (
      index >>> 0 !== index ||
      index > this._writable - 8 ||
      this._owner._life !== this._life ||
      !(typeof value === 'bigint' && BigInt.asIntN(64, value) === value)
    ) {
      this._setBigOther(BIG_INT64_LE, index, value);
    } else {
      this._view.setBigInt64(this._base + index, value, true);
    }
    return this;
  }

  /**
   * Reads a signed 64-bit integer, little-endian, at `readerIndex`, which moves on by 8.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  readBigInt64LE(): bigint {
    const index = this._reader;
    if (index > this._writer - 8 || this._owner._life !== this._life) return this._readBigOther(BIG_INT64_LE);
    this._reader = index + 8;
    return this._view.getBigInt64(this._base + index, true);
  }

  /**
   * Writes a signed 64-bit integer, little-endian, at `writerIndex`, which moves on by 8; grows if needed.
   *
   * @throws {ValueRangeError} `value` does not fit
   * @throws {CapacityError} past `maxCapacity`
   */
  writeBigInt64LE(value: bigint): this {
    const index = this._writer;
    if (
      index > this._writable - 8 ||
      this._owner._life !== this._life ||
      !(typeof value === 'bigint' && BigInt.asIntN(64, value) === value)
    ) {
      this._writeBigOther(BIG_INT64_LE, value);
    } else {
      this._view.setBigInt64(this._base + index, value, true);
      this._writer = index + 8;
    }
    return this;
  }

  /**
   * Reads a 32-bit float, big-endian, at `index`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  getFloatBE(index: number): number {
    if (index >>> 0 !== index || index > this._capacity - 4 || this._owner._life !== this._life) {
      return this._getOther(FLOAT_BE, index);
    }
    return this._view.getFloat32(this._base + index);
  }

  /**
   * Writes a 32-bit float, big-endian, at `index`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} `value` does not fit
   */
  setFloatBE(index: number, value: number): this {
    if (
      index >>> 0 !== index ||
      index > this._writable - 4 ||
      this._owner._life !== this._life ||
      typeof value !== 'number'
    ) {
      this._setOther(FLOAT_BE, index, value);
    } else {
      this._view.setFloat32(this._base + index, value);
    }
    return this;
  }

  /**
   * Reads a 32-bit float, big-endian, at `readerIndex`, which moves on by 4.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  readFloatBE(): number {
    const index = this._reader;
    if (index > this._writer - 4 || this._owner._life !== this._life) return this._readOther(FLOAT_BE);
    this._reader = index + 4;
    return this._view.getFloat32(this._base + index);
  }

  /**
   * Writes a 32-bit float, big-endian, at `writerIndex`, which moves on by 4; grows if needed.
   *
   * @throws {ValueRangeError} `value` does not fit
   * @throws {CapacityError} past `maxCapacity`
   */
  writeFloatBE(value: number): this {
    const index = this._writer;
    if (index > this._writable - 4 || this._owner._life !== this._life || typeof value !== 'number') {
      this._writeOther(FLOAT_BE, value);
    } else {
      this._view.setFloat32(this._base + index, value);
      this._writer = index + 4;
    }
    return this;
  }

  /**
   * Reads a 32-bit float, little-endian, at `index`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  getFloatLE(index: number): number {
    if (index >>> 0 !== index || index > this._capacity - 4 || this._owner._life !== this._life) {
      return this._getOther(FLOAT_LE, index);
    }
    return this._view.getFloat32(this._base + index, true);
  }

  /**
   * Writes a 32-bit float, little-endian, at `index`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} `value` does not fit
   */
  setFloatLE(index: number, value: number): this {
    if (
      index >>> 0 !== index ||
      index > this._writable - 4 ||
      this._owner._life !== this._life ||
      typeof value !== 'number'
    ) {
      this._setOther(FLOAT_LE, index, value);
    } else {
      this._view.setFloat32(this._base + index, value, true);
    }
    return this;
  }

  /**
   * Reads a 32-bit float, little-endian, at `readerIndex`, which moves on by 4.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  readFloatLE(): number {
    const index = this._reader;
    if (index > this._writer - 4 || this._owner._life !== this._life) return this._readOther(FLOAT_LE);
    this._reader = index + 4;
    return this._view.getFloat32(this._base + index, true);
  }

  /**
   * Writes a 32-bit float, little-endian, at `writerIndex`, which moves on by 4; grows if needed.
   *
   * @throws {ValueRangeError} `value` does not fit
   * @throws {CapacityError} past `maxCapacity`
   */
  writeFloatLE(value: number): this {
    const index = this._writer;
    if (index > this._writable - 4 || this._owner._life !== this._life || typeof value !== 'number') {
      this._writeOther(FLOAT_LE, value);
    } else {
      this._view.setFloat32(this._base + index, value, true);
      this._writer = index + 4;
    }
    return this;
  }

  /**
   * Reads a 64-bit float, big-endian, at `index`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  getDoubleBE(index: number): number {
    if (index >>> 0 !== index || index > this._capacity - 8 || this._owner._life !== this._life) {
      return this._getOther(DOUBLE_BE, index);
    }
    return this._view.getFloat64(this._base + index);
  }

  /**
   * Writes a 64-bit float, big-endian, at `index`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} `value` does not fit
   */
  setDoubleBE(index: number, value: number): this {
    if (
      index >>> 0 !== index ||
      index > this._writable - 8 ||
      this._owner._life !== this._life ||
      typeof value !== 'number'
    ) {
      this._setOther(DOUBLE_BE, index, value);
    } else {
      this._view.setFloat64(this._base + index, value);
    }
    return this;
  }

  /**
   * Reads a 64-bit float, big-endian, at `readerIndex`, which moves on by 8.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  readDoubleBE(): number {
    const index = this._reader;
    if (index > this._writer - 8 || this._owner._life !== this._life) return this._readOther(DOUBLE_BE);
    this._reader = index + 8;
    return this._view.getFloat64(this._base + index);
  }

  /**
   * Writes a 64-bit float, big-endian, at `writerIndex`, which moves on by 8; grows if needed.
   *
   * @throws {ValueRangeError} `value` does not fit
   * @throws {CapacityError} past `maxCapacity`
   */
  writeDoubleBE(value: number): this {
    const index = this._writer;
    if (index > this._writable - 8 || this._owner._life !== this._life || typeof value !== 'number') {
      this._writeOther(DOUBLE_BE, value);
    } else {
      this._view.setFloat64(this._base + index, value);
      this._writer = index + 8;
    }
    return this;
  }

  /**
   * Reads a 64-bit float, little-endian, at `index`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  getDoubleLE(index: number): number {
    if (index >>> 0 !== index || index > this._capacity - 8 || this._owner._life !== this._life) {
      return this._getOther(DOUBLE_LE, index);
    }
    return this._view.getFloat64(this._base + index, true);
  }

  /**
   * Writes a 64-bit float, little-endian, at `index`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} `value` does not fit
   */
  setDoubleLE(index: number, value: number): this {
    if (
      index >>> 0 !== index ||
      index > this._writable - 8 ||
      this._owner._life !== this._life ||
      typeof value !== 'number'
    ) {
      this._setOther(DOUBLE_LE, index, value);
    } else {
      this._view.setFloat64(this._base + index, value, true);
    }
    return this;
  }

  /**
   * Reads a 64-bit float, little-endian, at `readerIndex`, which moves on by 8.
   *
   * @throws {IndexRangeError} past `writerIndex`
   */
  readDoubleLE(): number {
    const index = this._reader;
    if (index > this._writer - 8 || this._owner._life !== this._life) return this._readOther(DOUBLE_LE);
    this._reader = index + 8;
    return this._view.getFloat64(this._base + index, true);
  }

  /**
   * Writes a 64-bit float, little-endian, at `writerIndex`, which moves on by 8; grows if needed.
   *
   * @throws {ValueRangeError} `value` does not fit
   * @throws {CapacityError} past `maxCapacity`
   */
  writeDoubleLE(value: number): this {
    const index = this._writer;
    if (index > this._writable - 8 || this._owner._life !== this._life || typeof value !== 'number') {
      this._writeOther(DOUBLE_LE, value);
    } else {
      this._view.setFloat64(this._base + index, value, true);
      this._writer = index + 8;
    }
    return this;
  }

  /** @internal */
  _getOther(kind: Kind<number>, index: number): number {
    this._expectAccess('read', kind, index);
    return kind.get(this._view, this._base + index);
  }

  /** @internal */
  _getBigOther(kind: Kind<bigint>, index: number): bigint {
    this._expectAccess('read', kind, index);
    return kind.get(this._view, this._base + index);
  }

  /** @internal */
  _setOther(kind: Kind<number>, index: number, value: number): void {
    this._expectWritable('write');
    kind.check(value);
    this._expectAccess('write', kind, index);
    kind.set(this._view, this._base + index, value);
  }

  /** @internal */
  _setBigOther(kind: Kind<bigint>, index: number, value: bigint): void {
    this._expectWritable('write');
    kind.check(value);
    this._expectAccess('write', kind, index);
    kind.set(this._view, this._base + index, value);
  }

  /** @internal */
  _readOther(kind: Kind<number>): number {
    const index = this._takeReadable('read', kind.bytes);
    const value = this._getOther(kind, index);
    this._reader = index + kind.bytes;
    return value;
  }

  /** @internal */
  _readBigOther(kind: Kind<bigint>): bigint {
    const index = this._takeReadable('read', kind.bytes);
    const value = this._getBigOther(kind, index);
    this._reader = index + kind.bytes;
    return value;
  }

  /** @internal */
  _writeOther(kind: Kind<number>, value: number): void {
    this._expectWritable('write');
    kind.check(value);
    const index = this._makeWritable('write', kind.bytes);
    this._setOther(kind, index, value);
    this._writer = index + kind.bytes;
  }

  /** @internal */
  _writeBigOther(kind: Kind<bigint>, value: bigint): void {
    this._expectWritable('write');
    kind.check(value);
    const index = this._makeWritable('write', kind.bytes);
    this._setBigOther(kind, index, value);
    this._writer = index + kind.bytes;
  }

  /** @internal */
  _expectAccess(verb: string, { bytes }: { readonly bytes: number }, index: number): void {
    this._expectAlive(verb);
    if (index >>> 0 !== index || index > this._capacity - bytes) {
      throw new IndexRangeError(`${verb} ${bytes} bytes`, index, bytes, this._capacity, 'capacity');
    }
  }
}

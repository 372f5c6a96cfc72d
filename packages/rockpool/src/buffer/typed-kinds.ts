/**
 * The number types of a buffer: their widths, their ranges, and how to read and write them through a DataView.
 *
 * The hot paths in `typed-access.ts` have all of this written out; the kinds serve what is off them: a write
 * that grows, an access that spans components, and the errors.
 */
import { ValueRangeError } from './buffer-errors.ts';

/** One number type in one byte order. */
export interface Kind<V extends number | bigint = number | bigint> {
  /** As it stands in the methods' names: "UInt16BE". */
  readonly name: string;
  /** Width. */
  readonly bytes: number;
  readonly get: (view: DataView, at: number) => V;
  readonly set: (view: DataView, at: number, value: V) => void;
  /** @throws {ValueRangeError} */
  readonly check: (value: V) => void;
}

function within<V extends number | bigint>(name: string, min: V, max: V): (value: V) => void {
  return (value) => {
    if (typeof value !== typeof min || !(value >= min && value <= max)) {
      throw new ValueRangeError(name, value, min, max);
    }
  };
}

function anyNumber(name: string): (value: number) => void {
  return (value) => {
    if (typeof value !== 'number') {
      throw new ValueRangeError(name, value, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    }
  };
}

const U64 = 2n ** 64n - 1n;
const I64 = 2n ** 63n - 1n;

export const UINT8: Kind<number> = {
  name: 'UInt8',
  bytes: 1,
  get: (view, at) => view.getUint8(at),
  set: (view, at, value) => view.setUint8(at, value),
  check: within<number>('UInt8', 0, 0xff),
};

export const INT8: Kind<number> = {
  name: 'Int8',
  bytes: 1,
  get: (view, at) => view.getInt8(at),
  set: (view, at, value) => view.setInt8(at, value),
  check: within<number>('Int8', -0x80, 0x7f),
};

function kinds16(little: boolean, end: string): [Kind<number>, Kind<number>] {
  return [
    {
      name: `UInt16${end}`,
      bytes: 2,
      get: (view, at) => view.getUint16(at, little),
      set: (view, at, value) => view.setUint16(at, value, little),
      check: within<number>(`UInt16${end}`, 0, 0xffff),
    },
    {
      name: `Int16${end}`,
      bytes: 2,
      get: (view, at) => view.getInt16(at, little),
      set: (view, at, value) => view.setInt16(at, value, little),
      check: within<number>(`Int16${end}`, -0x8000, 0x7fff),
    },
  ];
}

/** 24 bits: two bytes on the side of the sign, one on the other. */
function kinds24(little: boolean, end: string): [Kind<number>, Kind<number>] {
  const high = little ? 1 : 0;
  const low = little ? 0 : 2;
  const set = (view: DataView, at: number, value: number): void => {
    view.setUint16(at + high, value >> 8, little);
    view.setUint8(at + low, value);
  };
  return [
    {
      name: `UInt24${end}`,
      bytes: 3,
      get: (view, at) => (view.getUint16(at + high, little) << 8) | view.getUint8(at + low),
      set,
      check: within<number>(`UInt24${end}`, 0, 0xffffff),
    },
    {
      name: `Int24${end}`,
      bytes: 3,
      get: (view, at) => (view.getInt16(at + high, little) << 8) | view.getUint8(at + low),
      set,
      check: within<number>(`Int24${end}`, -0x800000, 0x7fffff),
    },
  ];
}

function kinds32(little: boolean, end: string): [Kind<number>, Kind<number>] {
  return [
    {
      name: `UInt32${end}`,
      bytes: 4,
      get: (view, at) => view.getUint32(at, little),
      set: (view, at, value) => view.setUint32(at, value, little),
      check: within<number>(`UInt32${end}`, 0, 0xffffffff),
    },
    {
      name: `Int32${end}`,
      bytes: 4,
      get: (view, at) => view.getInt32(at, little),
      set: (view, at, value) => view.setInt32(at, value, little),
      check: within<number>(`Int32${end}`, -0x80000000, 0x7fffffff),
    },
  ];
}

function kinds64(little: boolean, end: string): [Kind<bigint>, Kind<bigint>] {
  return [
    {
      name: `BigUInt64${end}`,
      bytes: 8,
      get: (view, at) => view.getBigUint64(at, little),
      set: (view, at, value) => view.setBigUint64(at, value, little),
      check: within(`BigUInt64${end}`, 0n, U64),
    },
    {
      name: `BigInt64${end}`,
      bytes: 8,
      get: (view, at) => view.getBigInt64(at, little),
      set: (view, at, value) => view.setBigInt64(at, value, little),
      check: within(`BigInt64${end}`, -I64 - 1n, I64),
    },
  ];
}

function kindsReal(little: boolean, end: string): [Kind<number>, Kind<number>] {
  return [
    {
      name: `Float${end}`,
      bytes: 4,
      get: (view, at) => view.getFloat32(at, little),
      set: (view, at, value) => view.setFloat32(at, value, little),
      check: anyNumber(`Float${end}`),
    },
    {
      name: `Double${end}`,
      bytes: 8,
      get: (view, at) => view.getFloat64(at, little),
      set: (view, at, value) => view.setFloat64(at, value, little),
      check: anyNumber(`Double${end}`),
    },
  ];
}

const [uint16be, int16be] = kinds16(false, 'BE');
const [uint16le, int16le] = kinds16(true, 'LE');
const [uint24be, int24be] = kinds24(false, 'BE');
const [uint24le, int24le] = kinds24(true, 'LE');
const [uint32be, int32be] = kinds32(false, 'BE');
const [uint32le, int32le] = kinds32(true, 'LE');
const [biguint64be, bigint64be] = kinds64(false, 'BE');
const [biguint64le, bigint64le] = kinds64(true, 'LE');
const [floatbe, doublebe] = kindsReal(false, 'BE');
const [floatle, doublele] = kindsReal(true, 'LE');

export const UINT16_BE: Kind<number> = uint16be;
export const UINT16_LE: Kind<number> = uint16le;
export const INT16_BE: Kind<number> = int16be;
export const INT16_LE: Kind<number> = int16le;
export const UINT24_BE: Kind<number> = uint24be;
export const UINT24_LE: Kind<number> = uint24le;
export const INT24_BE: Kind<number> = int24be;
export const INT24_LE: Kind<number> = int24le;
export const UINT32_BE: Kind<number> = uint32be;
export const UINT32_LE: Kind<number> = uint32le;
export const INT32_BE: Kind<number> = int32be;
export const INT32_LE: Kind<number> = int32le;
export const BIG_UINT64_BE: Kind<bigint> = biguint64be;
export const BIG_UINT64_LE: Kind<bigint> = biguint64le;
export const BIG_INT64_BE: Kind<bigint> = bigint64be;
export const BIG_INT64_LE: Kind<bigint> = bigint64le;
export const FLOAT_BE: Kind<number> = floatbe;
export const FLOAT_LE: Kind<number> = floatle;
export const DOUBLE_BE: Kind<number> = doublebe;
export const DOUBLE_LE: Kind<number> = doublele;

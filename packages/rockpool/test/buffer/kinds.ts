/** The 22 numeric types that a buffer reads and writes, each with what Node's Buffer calls it. */
import type { ByteBuf } from '../../src/buffer/index.ts';
import { call } from './tools.ts';

export type Value = number | bigint;

/** One type in one byte order. */
export interface Kind {
  /** The end of the methods' names: `UInt16BE`. */
  readonly name: string;
  readonly bytes: number;
  readonly is: 'integer' | 'bigint' | 'float';
  /** The range of integers; of floats there is none. */
  readonly min: Value;
  readonly max: Value;
  readonly nodeRead: (buffer: Buffer, offset: number) => Value;
  readonly nodeWrite: (buffer: Buffer, value: Value, offset: number) => void;
}

function kind(name: string, bytes: number, is: Kind['is'], node = { name, length: [] as number[] }): Kind {
  const signed = name.startsWith('Int') || name.startsWith('BigInt');
  const bits = BigInt(bytes * 8);
  const [low, high] = signed ? [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n] : [0n, 2n ** bits - 1n];
  const range =
    is === 'bigint' ? [low, high] : is === 'integer' ? [Number(low), Number(high)] : [-Infinity, Infinity];
  return {
    name,
    bytes,
    is,
    min: range[0] as Value,
    max: range[1] as Value,
    nodeRead: (buffer, offset) => call(buffer, `read${node.name}`, [offset, ...node.length]) as Value,
    nodeWrite: (buffer, value, offset) => {
      call(buffer, `write${node.name}`, [value, offset, ...node.length]);
    },
  };
}

export const KINDS: readonly Kind[] = [
  kind('UInt8', 1, 'integer'),
  kind('Int8', 1, 'integer'),
  ...['BE', 'LE'].flatMap((order) => [
    kind(`UInt16${order}`, 2, 'integer'),
    kind(`Int16${order}`, 2, 'integer'),
    kind(`UInt24${order}`, 3, 'integer', { name: `UInt${order}`, length: [3] }),
    kind(`Int24${order}`, 3, 'integer', { name: `Int${order}`, length: [3] }),
    kind(`UInt32${order}`, 4, 'integer'),
    kind(`Int32${order}`, 4, 'integer'),
    kind(`BigUInt64${order}`, 8, 'bigint'),
    kind(`BigInt64${order}`, 8, 'bigint'),
    kind(`Float${order}`, 4, 'float'),
    kind(`Double${order}`, 8, 'float'),
  ]),
];

/** Values at and around every border of a type, in its range and out of it. NaN is not among them. */
export function edgeValues({ is, min, max }: Kind): Value[] {
  if (is === 'bigint') {
    return [
      0n,
      1n,
      -1n,
      0x0102030405060708n,
      2n ** 32n,
      2n ** 53n + 1n,
      ...around(min as bigint),
      ...around(max as bigint),
    ];
  }
  const numbers = [
    0,
    -0,
    1,
    -1,
    0.5,
    -0.5,
    0.99,
    1.9,
    -1.9,
    127,
    128,
    255,
    256,
    2 ** 24,
    2 ** 31,
    2 ** 32,
    2 ** 53,
  ];
  const wild = [1e300, -1e300, 5e-324, 1.5, Math.PI, 3.4028234663852886e38, 1.2e-38, Infinity, -Infinity];
  if (is === 'float') return [...numbers, ...wild];
  const borders = [min as number, max as number].flatMap((n) => [n - 1, n - 0.5, n, n + 0.5, n + 1]);
  return [...numbers, ...wild, ...borders, 0x010203, 0x01020304 & (max as number)];
}

function around(border: bigint): bigint[] {
  return [border - 1n, border, border + 1n];
}

export const get = (buf: ByteBuf, { name }: Kind, index: number): Value =>
  call(buf, `get${name}`, [index]) as Value;
export const set = (buf: ByteBuf, { name }: Kind, index: number, value: unknown): unknown =>
  call(buf, `set${name}`, [index, value]);
export const read = (buf: ByteBuf, { name }: Kind): Value => call(buf, `read${name}`, []) as Value;
export const write = (buf: ByteBuf, { name }: Kind, value: unknown): unknown =>
  call(buf, `write${name}`, [value]);

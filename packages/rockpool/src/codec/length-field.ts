/**
 * Numbers of 1, 2, 3, 4 or 8 bytes, as length fields have them: unsigned, but for those of 8 bytes, which are
 * signed and may be negative.
 */
import type { ByteBuf } from '../buffer/byte-buf.ts';
import { OptionRangeError, type OptionSite, OptionTypeError } from '../internal/options.ts';

/** Bytes of a length field. */
export type LengthFieldBytes = 1 | 2 | 3 | 4 | 8;

/** Which byte of a number comes first. */
export type ByteOrder = 'big' | 'little';

const WIDTHS: readonly number[] = [1, 2, 3, 4, 8];

/** The value of a field at `index`, which is inside. From 2^53 on it is rounded. */
export function getLength(buf: ByteBuf, index: number, width: LengthFieldBytes, little: boolean): number {
  switch (width) {
    case 1:
      return buf.getUInt8(index);
    case 2:
      return little ? buf.getUInt16LE(index) : buf.getUInt16BE(index);
    case 3:
      return little ? buf.getUInt24LE(index) : buf.getUInt24BE(index);
    case 4:
      return little ? buf.getUInt32LE(index) : buf.getUInt32BE(index);
    default:
      return Number(little ? buf.getBigInt64LE(index) : buf.getBigInt64BE(index));
  }
}

/** Writes a field at `index`, which is inside; `value` fits. */
export function setLength(
  buf: ByteBuf,
  index: number,
  width: LengthFieldBytes,
  little: boolean,
  value: number,
): void {
  switch (width) {
    case 1:
      buf.setUInt8(index, value);
      break;
    case 2:
      if (little) buf.setUInt16LE(index, value);
      else buf.setUInt16BE(index, value);
      break;
    case 3:
      if (little) buf.setUInt24LE(index, value);
      else buf.setUInt24BE(index, value);
      break;
    case 4:
      if (little) buf.setUInt32LE(index, value);
      else buf.setUInt32BE(index, value);
      break;
    default:
      if (little) buf.setBigInt64LE(index, BigInt(value));
      else buf.setBigInt64BE(index, BigInt(value));
  }
}

/** Checks the width of a field. */
export function expectWidth(site: OptionSite, value: LengthFieldBytes): LengthFieldBytes {
  const expected = 'one of 1, 2, 3, 4, 8';
  if (typeof value !== 'number') throw new OptionTypeError(site, 'lengthFieldLength', expected, value);
  if (!WIDTHS.includes(value)) throw new OptionRangeError(site, 'lengthFieldLength', expected, value);
  return value;
}

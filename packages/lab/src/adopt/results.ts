/** Looking at results: what a receiver would at least look at, and all of it to compare. */
import type { ByteBuf } from 'rockpool';

/** The length and the last byte. */
export function bufferSum(message: Buffer): number {
  return message.length + (message[message.length - 1] as number);
}

/** The same of a buffer as it goes to a socket, which is then released. */
export function byteBufSum(message: ByteBuf): number {
  const sum = bufferSum(message.toBuffer());
  message.release();
  return sum;
}

/** @throws {Error} they differ */
export function expectSame(actual: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(actual, expected) === 0) return;
  throw new Error(`The bytes differ: ${actual.length} of them, ${expected.length} expected`);
}

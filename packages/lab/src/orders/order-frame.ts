/**
 * An order as it goes over TCP, and its confirmation. Numbers are big-endian; the length is that of what follows it.
 *
 *     0        4      5        9            13         17       25
 *     ┌────────┬──────┬────────┬────────────┬──────────┬────────┬─ ─ ─ ─ ─
 *     │ length │ type │ number │ instrument │ quantity │ price  │ terms …        order: 1
 *     └────────┴──────┴────────┴────────────┴──────────┴────────┴─ ─ ─ ─ ─
 *     ┌────────┬──────┬────────┬──────────┐
 *     │ 9      │ type │ number │ checksum │                                      confirmation: 2
 *     └────────┴──────┴────────┴──────────┘
 *
 * The checksum is of the terms as the gateway kept them, so that a buffer that was somebody else's meanwhile is seen.
 */
import type { Allocator, ByteBuf } from 'rockpool';

/** Bytes of the length field. */
export const LENGTH_BYTES = 4;
/** Bytes of an order without its length and its terms. */
export const ORDER_HEAD_BYTES = 21;
/** Bytes of a confirmation, its length included. */
export const CONFIRMATION_BYTES: number = LENGTH_BYTES + 9;
/** Longest terms. */
export const MAX_TERMS_BYTES: number = 256 * 1024;

export const ORDER: number = 1;
export const CONFIRMATION: number = 2;

/** An order without its terms. */
export interface OrderHead {
  readonly number: number;
  readonly instrument: number;
  readonly quantity: number;
  readonly price: number;
}

/** Encodes an order into a buffer of its size; the caller's to release. */
export function encodeOrder(allocator: Allocator, order: OrderHead, terms: Uint8Array): ByteBuf {
  const buf = allocator.buffer(LENGTH_BYTES + ORDER_HEAD_BYTES + terms.length);
  buf
    .writeUInt32BE(ORDER_HEAD_BYTES + terms.length)
    .writeUInt8(ORDER)
    .writeUInt32BE(order.number);
  buf.writeUInt32BE(order.instrument).writeUInt32BE(order.quantity).writeDoubleBE(order.price);
  return buf.writeBytes(terms);
}

/** Terms that can be told apart: `bytes` of them, made of a number. */
export function termsOf(number: number, bytes: number): Uint8Array {
  return new Uint8Array(bytes).fill((number * 31 + bytes) & 0xff);
}

/** A sum over some of the bytes: enough to notice that they are another's. */
export function checksum(bytes: Uint8Array): number {
  let sum = bytes.length;
  const step = Math.max(1, bytes.length >> 5);
  for (let i = 0; i < bytes.length; i += step) sum = (Math.imul(sum, 31) + (bytes[i] as number)) | 0;
  return sum;
}

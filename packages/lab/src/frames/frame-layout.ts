/**
 * A frame: a header of 24 bytes, then the body in UTF-8. Numbers are big-endian.
 *
 *      0        4        8        12       16                24
 *     ┌────────┬────────┬────────┬────────┬─────────────────┬─ ─ ─ ─ ─ ─
 *     │ magic  │ length │   id   │ sender │ time, ms (u64)  │ body …
 *     └────────┴────────┴────────┴────────┴─────────────────┴─ ─ ─ ─ ─ ─
 *
 * `length` is of the whole frame, header included: `HEADER_BYTES ≤ length ≤ HEADER_BYTES + MAX_BODY_BYTES`.
 */
import { MAX_BODY_BYTES } from './message-bodies.ts';

/** 'RPLM' */
export const MAGIC = 0x52504c4d;
export const MAGIC_OFFSET = 0;
export const LENGTH_OFFSET = 4;
export const ID_OFFSET = 8;
export const SENDER_OFFSET = 12;
export const TIME_OFFSET = 16;
export const HEADER_BYTES = 24;

/**
 * Bytes that hold any legal frame without measuring its body first: a string of n UTF-16 units has at most 3 n
 * bytes of UTF-8, and a body of 1,000 bytes has at most 1,000 units. // 3,024
 */
export const FRAME_CAPACITY_BYTES: number = HEADER_BYTES + 3 * MAX_BODY_BYTES;

/**
 * A frame: a header of 32 bytes, then the body in UTF-8. Numbers are big-endian and unsigned.
 *
 *      0       4        8  9  10    12     16       20       24             32
 *     ┌───────┬────────┬──┬──┬─────┬──────┬────────┬────────┬──────────────┬─ ─ ─ ─
 *     │ magic │ length │v │t │flags│  id  │ sender │ target │ time, µs     │ body …
 *     └───────┴────────┴──┴──┴─────┴──────┴────────┴────────┴──────────────┴─ ─ ─ ─
 *
 * `length` is of the whole frame, header included: `HEADER_BYTES ≤ length ≤ maxFrameBytes` of the gateway. `v` is the
 * version and `t` the type (`frame-type.ts`). `id` is the sender's choice: answers carry it back. `target` is a
 * user's or a room's number, or, in an error, its code. `time` is microseconds since 1970, as the sender says;
 * the gateway hands it on as it is, so that whoever receives a message can tell how long it took.
 */

/** 'RPIM' */
export const MAGIC = 0x5250494d;
export const VERSION = 1;

export const MAGIC_OFFSET = 0;
export const LENGTH_OFFSET = 4;
export const LENGTH_BYTES = 4;
export const VERSION_OFFSET = 8;
export const TYPE_OFFSET = 9;
export const FLAGS_OFFSET = 10;
export const ID_OFFSET = 12;
export const SENDER_OFFSET = 16;
export const TARGET_OFFSET = 20;
export const TIME_OFFSET = 24;
export const HEADER_BYTES = 32;

/** Flag of a message: its sender wants an `ack` once it is routed. The only flag that there is. */
export const WANTS_ACK = 1;

/** Longest name of a user or a room, bytes of UTF-8. */
export const MAX_NAME_BYTES = 64;

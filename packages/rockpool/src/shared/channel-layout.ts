/**
 * A channel in the control memory, in words of 32 bits from its base; lines of 64 bytes.
 *
 *     line 0          STATE CAPACITY RECEIVER ON_DEATH SENDERS      the first and the last two are rarely written
 *     line 1          RECEIVER_BELL                                 1 while the receiver sleeps
 *     line 2          SENDER_BELL                                   1 while a sender waits for room
 *     a ring each place for a worker:
 *       line 0        HEAD                                          the receiver's
 *       line 1        TAIL                                          the sender's
 *       then          slots of 4 words, a power of two of them
 *
 *     slot            what │ length │ tag │ kind 2, wid 22
 *        move         handle of the block
 *        share        handle of the block
 *        inline       0                                             the bytes follow in the next slots
 *        pad          0                                             nothing, up to the end of the ring
 *
 * A ring has one writer, the worker in that place, and one reader, the channel's receiver. Positions wrap at 2^32.
 */
import { LINE } from './worker-registry-layout.ts';

/** 0 not made yet, 1 open, 2 closed: what is in it is still received, 3 ended. Only grows. */
export const STATE = 0;
/** Slots of a ring. */
export const CAPACITY = 1;
/** The wid of the one who receives; 0: nobody. Taken by CAS; given back by its holder, or whoever reclaims it. */
export const RECEIVER = 2;
/** 0: what is in it waits for the next receiver. 1: the channel ends. */
export const ON_DEATH = 3;
/** 1 + the highest place that ever sent. Only grows. */
export const SENDERS = 4;
export const RECEIVER_BELL: number = LINE;
export const SENDER_BELL: number = 2 * LINE;
const RINGS: number = 3 * LINE;

export const HEAD = 0;
export const TAIL: number = LINE;
const SLOTS: number = 2 * LINE;
/** Words of a slot. */
const SLOT = 4;
export const SLOT_BYTES = 16;

export const OPEN = 1;
export const CLOSED = 2;
export const ENDED = 3;

export const MOVE: number = 0 << 22;
export const SHARE: number = 1 << 22;
export const INLINE: number = 2 << 22;
export const PAD: number = 3 << 22;
export const MESSAGE_KIND: number = 3 << 22;

/** Words of a channel. */
export function channelWords(capacity: number, maxWorkers: number): number {
  return RINGS + maxWorkers * ringWords(capacity);
}

/** The base of a worker's ring. */
export function ringBase(channel: number, capacity: number, slot: number): number {
  return channel + RINGS + slot * ringWords(capacity);
}

/** The first word of the slot at a position. */
export function slotAt(ring: number, capacity: number, position: number): number {
  return ring + SLOTS + (position & (capacity - 1)) * SLOT;
}

function ringWords(capacity: number): number {
  return SLOTS + capacity * SLOT;
}

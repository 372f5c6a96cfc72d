/**
 * What nobody will receive goes back: the messages of a channel that has ended.
 *
 * The caller holds the channel's receiver word: it is the one reader of the rings.
 */
import { compareExchange, load, peek, store } from '../internal/atomics.ts';
import {
  CAPACITY,
  HEAD,
  INLINE,
  MESSAGE_KIND,
  MOVE,
  PAD,
  ringBase,
  SLOT_BYTES,
  slotAt,
  TAIL,
} from './channel-layout.ts';
import { DETACHED, FIELD, GENERATION, nextFree } from './ownership-word.ts';
import type { RegionLayout } from './region-layout.ts';

/** A message as its slot has it. */
export interface SlotMessage {
  readonly what: number;
  readonly kind: number;
  readonly from: number;
  /** Slots that it takes. */
  readonly slots: number;
}

/** Reads the slot at a position. The caller knows that it is published. */
export function readSlot(words: Int32Array, ring: number, capacity: number, position: number): SlotMessage {
  const at = slotAt(ring, capacity, position);
  const word = peek(words, at + 3, 'slot-look');
  const kind = word & MESSAGE_KIND;
  const length = peek(words, at + 1, 'slot-look');
  let slots = 1;
  if (kind === INLINE) slots = 1 + Math.ceil(length / SLOT_BYTES);
  else if (kind === PAD) slots = length;
  return { what: peek(words, at, 'slot-look'), kind, from: word & FIELD, slots };
}

/** DETACHED → FREE for each block that was moved into the channel; shares go when their senders see the head. */
export function drainChannel(words: Int32Array, layout: RegionLayout, channel: number): number {
  const capacity = peek(words, channel + CAPACITY, 'drain-capacity');
  let drained = 0;
  for (let slot = 0; slot < layout.geometry.maxWorkers; slot++) {
    const ring = ringBase(channel, capacity, slot);
    let head = load(words, ring + HEAD, 'drain-head');
    const tail = load(words, ring + TAIL, 'drain-tail');
    if (head === tail) continue;
    while (((tail - head) | 0) > 0) {
      const message = readSlot(words, ring, capacity, head);
      if (message.kind === MOVE && freeDetached(words, layout, message.what, message.from)) drained++;
      head = (head + message.slots) | 0;
    }
    store(words, ring + HEAD, tail, 'drain-done');
  }
  return drained;
}

/** DETACHED(from) → FREE. @returns whether it was, in this generation */
function freeDetached(words: Int32Array, layout: RegionLayout, handle: number, from: number): boolean {
  const expected = (handle & GENERATION) | DETACHED | from;
  const at = layout.words + (handle & 0x00ffffff);
  return compareExchange(words, at, expected, nextFree(expected), 'drain-free') === expected;
}

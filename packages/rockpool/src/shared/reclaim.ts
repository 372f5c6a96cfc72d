/**
 * What comes back when a worker is dead. To be called under the registry's word of the reclaimer, and only behind the
 * `exit` event of the worker: a port that closes does so while the thread pool may still write into a block.
 *
 *     1  the moves that it published are collected: they stay deliverable
 *     2  one pass over the words: OWNED by it → FREE; DETACHED by it, and not collected → FREE; SHARED − its bit
 *     3  the channels that it received from wait for another, or end and are drained
 *
 * Every step is an exchange of a word that is the dead worker's, so that doing it twice changes nothing, and a message
 * that is received meanwhile is received.
 */
import { compareExchange, load, peek, store } from '../internal/atomics.ts';
import { drainChannel, readSlot } from './channel-drain.ts';
import {
  CAPACITY,
  CLOSED,
  ENDED,
  HEAD,
  MOVE,
  ON_DEATH,
  OPEN,
  RECEIVER,
  RECEIVER_BELL,
  ringBase,
  SENDER_BELL,
  STATE,
  TAIL,
} from './channel-layout.ts';
import { channelBases } from './channel-table.ts';
import { wakeAll } from './doorbell.ts';
import { DETACHED, FIELD, GENERATION, KIND, MASK_SLOTS, nextFree, SHARED } from './ownership-word.ts';
import type { RegionLayout } from './region-layout.ts';
import type { Slab } from './slab.ts';
import type { SlabTable } from './slab-table.ts';
import type { WorkerRegistry } from './worker-registry.ts';

/** What a reclaim found. */
export interface Reclaimed {
  /** Blocks that are free now. */
  freed: number;
  /** Messages of the dead that will still be received. */
  inFlight: number;
  /** Shared blocks that it held and others still hold. */
  shared: number;
  /** Messages to it that were dropped, as their channel ends with it. */
  drained: number;
}

/** Reclaims for the incarnation `wid` in `slot`. */
export function reclaimWorker(
  words: Int32Array,
  layout: RegionLayout,
  slabs: SlabTable,
  registry: WorkerRegistry,
  slot: number,
  wid: number,
): Reclaimed {
  const found: Reclaimed = { freed: 0, inFlight: 0, shared: 0, drained: 0 };
  const channels = channelBases(words, layout);
  const published = new Set<number>();
  for (const channel of channels) collectPublished(words, channel, slot, wid, published);
  slabs.look();
  for (const slab of slabs.slabs) reclaimSlab(words, slab, slot, wid, published, found);
  for (const channel of channels) {
    if (load(words, channel + RECEIVER, 'reclaim-receiver') === wid) {
      found.drained += leaveChannel(words, layout, channel, wid, registry.wid, false);
    }
  }
  return found;
}

/**
 * The receiver `from` of a channel is no more: the channel waits for the next one, open or closed, or ends.
 *
 * @param to who does it: holds the receiver word meanwhile
 * @param ends whether it ends even if it need not end with its receiver
 * @returns messages that were dropped
 */
export function leaveChannel(
  words: Int32Array,
  layout: RegionLayout,
  channel: number,
  from: number,
  to: number,
  ends: boolean,
): number {
  if (compareExchange(words, channel + RECEIVER, from, to, 'receiver-succeed') !== from) return 0;
  let drained = 0;
  // Whoever ended it may have died before it was drained.
  const ended = load(words, channel + STATE, 'receiver-ended') === ENDED;
  if (ended || ends || load(words, channel + ON_DEATH, 'receiver-ends') !== 0) {
    closeChannel(words, channel);
    store(words, channel + STATE, ENDED, 'receiver-end');
    drained = drainChannel(words, layout, channel);
    wakeAll(words, channel + SENDER_BELL);
  }
  store(words, channel + RECEIVER, 0, 'receiver-leave');
  return drained;
}

/** Open → closed. */
export function closeChannel(words: Int32Array, channel: number): void {
  compareExchange(words, channel + STATE, OPEN, CLOSED, 'channel-close');
  wakeAll(words, channel + SENDER_BELL);
  wakeAll(words, channel + RECEIVER_BELL);
}

function collectPublished(
  words: Int32Array,
  channel: number,
  slot: number,
  wid: number,
  published: Set<number>,
): void {
  if (load(words, channel + STATE, 'collect-state') === ENDED) return;
  const capacity = peek(words, channel + CAPACITY, 'collect-capacity');
  const ring = ringBase(channel, capacity, slot);
  const tail = load(words, ring + TAIL, 'collect-tail');
  let head = load(words, ring + HEAD, 'collect-head');
  while (((tail - head) | 0) > 0) {
    const message = readSlot(words, ring, capacity, head);
    if (message.kind === MOVE && message.from === wid) published.add(message.what);
    head = (head + message.slots) | 0;
  }
}

function reclaimSlab(
  words: Int32Array,
  slab: Slab,
  slot: number,
  wid: number,
  published: ReadonlySet<number>,
  found: Reclaimed,
): void {
  const bit = slot < MASK_SLOTS ? 1 << slot : 0;
  for (let position = 0; position < slab.count; position++) {
    const at = slab.firstWord + position;
    for (;;) {
      const word = peek(words, at, 'reclaim-read');
      const kind = word & KIND;
      if (kind === SHARED ? (word & bit) === 0 : (word & FIELD) !== wid) break;
      if (kind === DETACHED && published.has((word & GENERATION) | (slab.firstIndex + position))) {
        found.inFlight++;
        break;
      }
      const mask = kind === SHARED ? word & FIELD & ~bit : 0;
      const next = mask === 0 ? nextFree(word) : (word & ~FIELD) | mask;
      if (compareExchange(words, at, word, next, 'reclaim') === word) {
        if (mask === 0) found.freed++;
        else found.shared++;
        break;
      }
    }
  }
}

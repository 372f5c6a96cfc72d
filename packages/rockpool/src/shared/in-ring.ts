/**
 * The receiver's end of a ring: claims what the slots name, and only then moves the head, CONSUME(tail).
 *
 * So whoever dies between the two has the block in its own name, where it is reclaimed, and the next receiver, which
 * reads the slot again, fails to claim it.
 */
import { load, peek, store, storeRelease } from '../internal/atomics.ts';
import {
  HEAD,
  INLINE,
  MESSAGE_KIND,
  MOVE,
  PAD,
  ringBase,
  SHARE,
  SLOT_BYTES,
  slotAt,
  TAIL,
} from './channel-layout.ts';
import { FIELD } from './ownership-word.ts';
import type { SharedBlock } from './shared-block.ts';
import type { WorkerView } from './worker-view.ts';

/** Where blocks come from for bytes that travelled in a ring. */
export interface BlockSource {
  /** A block without references. @throws {SharedExhaustedError} */
  _take(bytes: number): SharedBlock;
}

/** The ring from one worker into this receiver's channel. */
export class InRing {
  readonly view: WorkerView;
  /** The sender's place. */
  readonly slot: number;
  private readonly ring: number;
  private readonly capacity: number;
  private head: number;
  /** What is known of the tail: it may be further. */
  private tail: number;

  constructor(view: WorkerView, channel: number, capacity: number, slot: number) {
    this.view = view;
    this.slot = slot;
    this.capacity = capacity;
    this.ring = ringBase(channel, capacity, slot);
    this.head = load(view.words, this.ring + HEAD, 'in-head');
    this.tail = this.head;
  }

  /** Whether something is there; a plain look. */
  isReady(): boolean {
    return this.head !== this.tail || peek(this.view.words, this.ring + TAIL, 'in-look') !== this.head;
  }

  /** As {@link isReady}, for sure. */
  isReadyNow(): boolean {
    this.tail = load(this.view.words, this.ring + TAIL, 'in-tail-now');
    return this.head !== this.tail;
  }

  /** Whether the ring is at least half full, as far as is known: its sender may wait. */
  get isBusy(): boolean {
    return ((this.tail - this.head) | 0) + 1 >= this.capacity >> 1;
  }

  /**
   * Receives one message.
   *
   * @param blocks for a message that is in the ring itself; may throw, then the message stays
   * @returns undefined: there is none
   */
  receive(blocks: BlockSource): SharedBlock | undefined {
    const { view } = this;
    const { words } = view;
    for (;;) {
      if (this.head === this.tail) {
        this.tail = load(words, this.ring + TAIL, 'in-tail');
        if (this.head === this.tail) return undefined;
      }
      // The slots between head and tail are the receiver's.
      const at = slotAt(this.ring, this.capacity, this.head);
      const what = peek(words, at, 'slot-read');
      const length = peek(words, at + 1, 'slot-read');
      const tag = peek(words, at + 2, 'slot-read');
      const kind = peek(words, at + 3, 'slot-read');
      let block: SharedBlock | undefined;
      let slots = 1;
      switch (kind & MESSAGE_KIND) {
        case MOVE:
          block = view.attach(what, kind & FIELD);
          break;
        case SHARE:
          block = view.join(what, 1 << this.slot, this.slot, kind & FIELD);
          break;
        case INLINE: {
          block = blocks._take(length);
          this.copyInline(at + 4, length, block);
          slots += Math.ceil(length / SLOT_BYTES);
          break;
        }
        case PAD:
          slots = length;
      }
      this.head = (this.head + slots) | 0;
      // Before a bell is looked at, an atomic write: then the sender sees the head, or the receiver that it sleeps.
      if (this.isBusy) store(words, this.ring + HEAD, this.head, 'head');
      else storeRelease(words, this.ring + HEAD, this.head, 'head');
      if (block !== undefined) {
        block._length = length;
        block.tag = tag;
        view.counters.received++;
        block._refs++;
        return block;
      }
      if ((kind & MESSAGE_KIND) !== PAD) view.counters.undeliverable++;
    }
  }

  /** Word by word, as both places begin at one: a view to copy from costs more. */
  private copyInline(from: number, length: number, block: SharedBlock): void {
    const { words, controlBytes } = this.view;
    const { words: target, bytes } = block._slab;
    const whole = length >> 2;
    const to = block._offset >> 2;
    for (let i = 0; i < whole; i++) target[to + i] = words[from + i] as number;
    for (let i = whole * 4; i < length; i++) bytes[block._offset + i] = controlBytes[from * 4 + i] as number;
  }
}

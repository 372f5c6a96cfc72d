/**
 * The sender's end of a ring: writes slots and moves the tail.
 *
 * A message goes out in this order: the block's word (DETACHED, or SHARED with the sender's bit), the slot, PUBLISH(tail).
 * Who sees the tail sees the others. After the tail the state is looked at once more: if the channel is closed by now, the
 * block is taken back, unless the receiver had it first. So a move that went out was in the ring before the close, and the
 * receiver, which looks at the tails behind it, gets it. Of a share, or of bytes, that cannot be said: sent while the
 * channel is closed by somebody else, they may be dropped.
 *
 * The sender's bit covers the flight of a share. So the reference that was sent stays in the sender's count until the
 * head has passed the slot, or the channel has ended; {@link OutRing.reap} looks. (It cannot be the receiver's bit: the
 * receiver may have it set already, clear it with its last reference, and only then get the message. Bits do not count.)
 */
import { load, loadAcquire, peek, poke, store } from '../internal/atomics.ts';
import {
  ENDED,
  HEAD,
  INLINE,
  MOVE,
  OPEN,
  PAD,
  ringBase,
  SHARE,
  SLOT_BYTES,
  STATE,
  slotAt,
  TAIL,
} from './channel-layout.ts';
import { copyBytes } from './copy-bytes.ts';
import type { SharedBlock } from './shared-block.ts';
import type { WorkerView } from './worker-view.ts';

/** What became of a message. */
export type Sent = 'sent' | 'full' | 'closed';

/** The ring from this worker into one channel. */
export class OutRing {
  readonly view: WorkerView;
  readonly channel: number;
  readonly capacity: number;
  private readonly ring: number;
  /** The next position; the word TAIL but for the time between a slot and its publication. */
  private tail: number;
  /** Set while something is being sent. Found set at the beginning, the last time was interrupted. */
  private sending = false;
  /** What is known of the head: it may be further. */
  private head: number;
  /** Positions of shares in flight, the oldest first, and their blocks. */
  private readonly flights: { readonly position: number; readonly block: SharedBlock }[] = [];

  constructor(view: WorkerView, channel: number, capacity: number) {
    this.view = view;
    this.channel = channel;
    this.capacity = capacity;
    this.ring = ringBase(channel, capacity, view.slot);
    this.tail = load(view.words, this.ring + TAIL, 'out-tail');
    this.head = load(view.words, this.ring + HEAD, 'out-head');
  }

  /** Whether `slots` more fit. */
  hasRoom(slots: number): boolean {
    if (this.capacity - ((this.tail - this.head) | 0) >= slots) return true;
    this.reap();
    return this.capacity - ((this.tail - this.head) | 0) >= slots;
  }

  /**
   * Sends a block: one reference of the caller's goes with it. A block with that one reference alone moves, another is
   * shared.
   *
   * @returns 'sent': it is in the ring. Else nothing changed
   */
  sendBlock(block: SharedBlock): Sent {
    const { view } = this;
    if (!this.looksOpen()) return 'closed';
    if (this.sending) this.resume();
    if (!this.hasRoom(1)) return 'full';
    const { length, tag } = block;
    this.sending = true;
    if (!block._shared && block._refs === 1) {
      const handle = view.detach(block);
      this.write(handle, length, tag, MOVE | view.wid);
      this.publish();
      this.sending = false;
      if (!this.isOpen() && this.recall(block, handle, length, tag)) return 'closed';
      return 'sent';
    }
    view.shareWord(block);
    // The flight has a reference of its own until the end: who is interrupted before that still has the caller's.
    block._refs++;
    this.flights.push({ position: this.tail, block });
    this.write(view.handleOf(block), length, tag, SHARE | view.wid);
    this.publish();
    this.sending = false;
    block._refs--;
    return 'sent';
  }

  /** Sends a copy of few bytes, in the ring itself. */
  sendInline(bytes: Uint8Array, tag: number): Sent {
    const { view, capacity } = this;
    if (!this.looksOpen()) return 'closed';
    if (this.sending) this.resume();
    const slots = 1 + Math.ceil(bytes.length / SLOT_BYTES);
    const toEnd = capacity - (this.tail & (capacity - 1));
    const pads = toEnd < slots ? toEnd : 0;
    if (!this.hasRoom(slots + pads)) return 'full';
    this.sending = true;
    if (pads > 0) {
      this.write(0, pads, 0, PAD | view.wid);
      this.tail = (this.tail + pads - 1) | 0;
    }
    const at = slotAt(this.ring, capacity, this.tail);
    this.write(0, bytes.length, tag, INLINE | view.wid);
    // The slots between tail and head are the sender's.
    copyBytes(bytes, view.controlBytes, (at + 4) * 4);
    this.tail = (this.tail + slots - 1) | 0;
    this.publish();
    this.sending = false;
    return 'sent';
  }

  /** Releases the references of shares that were received, or never will be. */
  reap(): void {
    const { flights, view } = this;
    this.head = load(view.words, this.ring + HEAD, 'out-reap');
    const ended = flights.length > 0 && this.hasEnded();
    while (flights.length > 0) {
      const flight = flights[0] as { position: number; block: SharedBlock };
      if (!ended && ((this.head - flight.position) | 0) <= 0) return;
      flights.shift();
      flight.block.release();
    }
  }

  /** Shares whose references are still out. */
  get inFlight(): number {
    return this.flights.length;
  }

  /** The blocks of shares in flight. */
  flightBlocks(): SharedBlock[] {
    return this.flights.map(({ block }) => block);
  }

  /** A plain look: who sends while somebody else closes may be before or behind it. */
  private looksOpen(): boolean {
    return peek(this.view.words, this.channel + STATE, 'send-look') === OPEN;
  }

  private isOpen(): boolean {
    return loadAcquire(this.view.words, this.channel + STATE, 'send-open') === OPEN;
  }

  private hasEnded(): boolean {
    return load(this.view.words, this.channel + STATE, 'send-ended') === ENDED;
  }

  /** Slots that were written and not published are written over: whoever was interrupted was told so. */
  private resume(): void {
    this.tail = load(this.view.words, this.ring + TAIL, 'out-resume');
    this.sending = false;
  }

  private write(what: number, length: number, tag: number, kind: number): void {
    const { words } = this.view;
    const at = slotAt(this.ring, this.capacity, this.tail);
    poke(words, at, what, 'slot-what');
    poke(words, at + 1, length, 'slot-length');
    poke(words, at + 2, tag, 'slot-tag');
    poke(words, at + 3, kind, 'slot-kind');
    this.tail = (this.tail + 1) | 0;
  }

  private publish(): void {
    store(this.view.words, this.ring + TAIL, this.tail, 'tail');
    this.view.counters.sent++;
  }

  /** Takes a moved block back. @returns false: somebody had it before */
  private recall(block: SharedBlock, handle: number, length: number, tag: number): boolean {
    if (this.view.attach(handle, this.view.wid) === undefined) return false;
    block._length = length;
    block.tag = tag;
    block._refs = 1;
    return true;
  }
}

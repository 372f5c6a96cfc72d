/**
 * The receiver's side of a channel: the role, which one worker has at a time, and the rings, which it goes round.
 */
import { compareExchange, load, peek } from '../internal/atomics.ts';
import { ChannelReceiverError } from './channel-errors.ts';
import { CLOSED, ENDED, RECEIVER, SENDER_BELL, SENDERS, STATE } from './channel-layout.ts';
import { ring, wakeAll } from './doorbell.ts';
import { type BlockSource, InRing } from './in-ring.ts';
import { leaveChannel } from './reclaim.ts';
import type { SharedBlock } from './shared-block.ts';
import type { WorkerView } from './worker-view.ts';

/** Messages that a sender's ring is received from before the next one's turn, if there is a next one. */
const TURN = 16;

/** One worker's inbox of one channel. */
export class Inbox {
  readonly view: WorkerView;
  readonly channel: number;
  readonly capacity: number;
  /** Whether this worker has the role. */
  isReceiver = false;
  private readonly rings: InRing[] = [];
  /** The ring whose turn it is, and how many came from it in a row. */
  private at = 0;
  private turn = 0;

  constructor(view: WorkerView, channel: number, capacity: number) {
    this.view = view;
    this.channel = channel;
    this.capacity = capacity;
  }

  /**
   * Receives one message.
   *
   * @param blocks for a message that is in the ring itself
   * @throws {ChannelReceiverError}
   */
  receive(blocks: BlockSource): SharedBlock | undefined {
    if (!this.isReceiver && !this.takeRole()) return undefined;
    const block = this.pull(blocks);
    if (block !== undefined) return block;
    // Closed, and then a look at all tails: whoever sent before the close is seen.
    if (this.state !== CLOSED || this.hasMessages()) return undefined;
    this.leaveRole();
    return undefined;
  }

  /** Whether something is there, by a look at every tail. */
  hasMessages(): boolean {
    this.meetSenders();
    for (const inRing of this.rings) if (inRing.isReadyNow()) return true;
    return false;
  }

  /** @returns false: the channel has ended */
  takeRole(): boolean {
    const { words, wid } = this.view;
    if (this.state === ENDED) return false;
    const holder = compareExchange(words, this.channel + RECEIVER, 0, wid, 'receiver-take');
    if (holder !== 0 && holder !== wid) throw new ChannelReceiverError(holder);
    // Another receiver may have moved the heads since.
    this.rings.length = 0;
    this.at = 0;
    this.turn = 0;
    this.isReceiver = true;
    return true;
  }

  /** Ends the channel, and gives back what is in it. The caller has the role. */
  leaveRole(): void {
    const { words, layout, wid } = this.view;
    this.isReceiver = false;
    leaveChannel(words, layout, this.channel, wid, wid, true);
    wakeAll(words, this.channel + SENDER_BELL);
  }

  private get state(): number {
    return load(this.view.words, this.channel + STATE, 'inbox-state');
  }

  /** The next message of the sender whose turn it is, or of one behind it. */
  private pull(blocks: BlockSource): SharedBlock | undefined {
    const { words } = this.view;
    if (this.rings.length < peek(words, this.channel + SENDERS, 'senders-peek')) this.meetSenders();
    const { rings } = this;
    const count = rings.length;
    if (this.turn >= TURN) {
      this.turn = 0;
      this.at = this.at + 1 === count ? 0 : this.at + 1;
    }
    for (let looked = 0; looked < count; looked++) {
      const inRing = rings[this.at] as InRing;
      if (inRing.isReady()) {
        const block = inRing.receive(blocks);
        if (inRing.isBusy) ring(words, this.channel + SENDER_BELL);
        if (block !== undefined) {
          this.turn++;
          return block;
        }
      }
      this.turn = 0;
      this.at = this.at + 1 === count ? 0 : this.at + 1;
    }
    return undefined;
  }

  private meetSenders(): void {
    const senders = load(this.view.words, this.channel + SENDERS, 'senders-get');
    while (this.rings.length < senders) {
      this.rings.push(new InRing(this.view, this.channel, this.capacity, this.rings.length));
    }
  }
}

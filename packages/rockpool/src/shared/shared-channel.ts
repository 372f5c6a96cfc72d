/// <reference lib="esnext.disposable" preserve="true" />
/**
 * `SharedChannel`: blocks and small payloads from many workers to one, in order, bounded.
 *
 * One ring for each sender (`out-ring.ts`, `in-ring.ts`); the receiver goes round them. Waiting is by two bells, for the
 * receiver and for senders without room (`doorbell.ts`). One to many is one channel for each receiver; a block that goes
 * to all is retained once for each.
 */

import { RefCountError } from '../buffer/index.ts';
import { compareExchange, load, peek } from '../internal/atomics.ts';
import { ArgumentTypeError } from '../internal/errors.ts';
import { expectInteger, expectOneOf, readOptions } from '../internal/options.ts';
import { ceilPowerOfTwo } from '../internal/power-of-two.ts';
import { ChannelClosedError, ChannelTimeoutError } from './channel-errors.ts';
import {
  CAPACITY,
  CLOSED,
  ENDED,
  OPEN,
  RECEIVER,
  RECEIVER_BELL,
  SENDER_BELL,
  SENDERS,
  STATE,
} from './channel-layout.ts';
import { channelBase, makeChannel } from './channel-table.ts';
import { ring, sleep, sleepAsync } from './doorbell.ts';
import { Inbox } from './inbox.ts';
import { OutRing, type Sent } from './out-ring.ts';
import { closeChannel } from './reclaim.ts';
import { SharedBlock } from './shared-block.ts';
import { ShareLimitError, StaleHandleError } from './shared-errors.ts';
import type { SharedPool } from './shared-pool.ts';
import type { WorkerView } from './worker-view.ts';

/** Options of {@link SharedChannel.create}. */
export interface SharedChannelOptions {
  /** Slots of each sender's ring: a block takes one, n bytes in the ring 1 + ⌈n / 16⌉. A power of two from 2 to 65536; default 256. */
  readonly capacity?: number;
  /** What a dead receiver's messages do: wait for the next receiver (default), or go back, with the channel closed. */
  readonly onReceiverDeath?: 'keep' | 'close';
}

/** Names a channel of a pool, for other threads; may be posted. */
export interface SharedChannelHandle {
  readonly channel: number;
}

/**
 * Payloads up to so many bytes travel in the ring; larger ones are copied into a block. With 64 bytes the ring takes 0.05 of
 * the time of `postMessage`, a block 0.07 (Node 20.20, 2-core AMD EPYC, `npm run bench -- shared-channel`).
 */
const INLINE_BYTES = 256;
/** Looks before a thread goes to sleep, on both sides: if only one looked first, the two would sleep in turn. */
const SPINS = 40;
/**
 * Turns of an empty loop between two looks: each look takes the line of the tail away from the sender, which then sends
 * slower than it could.
 */
const PAUSE = 600;

const CREATE = { action: 'create channel' };

/**
 * Sends blocks to one receiver.
 *
 * Ownership: `send` takes over one reference of the block. If that is the only one there is, the block moves; else it is
 * shared, and the reference ends when the receiver has it. Who receives a block releases it.
 *
 * Order: that of each sender. Each message is received once. A message of a sender that died is received if it had left;
 * a share goes with its sender's hold on the block. Messages for a receiver that died wait for the next one, or go back,
 * as `onReceiverDeath` says.
 *
 * Thread: attached where it is used; the receiver is the first who receives, until it leaves or dies. Cost: 115 to 250 ns a
 * small message while both sides are at work, `postMessage` 1,900 and more (`npm run bench -- shared-channel`).
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { SharedChannel, SharedPool } from 'rockpool';
 *
 * const pool = SharedPool.create({ bytes: 1 << 20 });
 * const channel = SharedChannel.create(pool, { capacity: 64 });
 * // In another thread: SharedChannel.attach(SharedPool.attach(workerData.pool), workerData.channel)
 * const block = pool.acquire(5);
 * block.bytes.set(Buffer.from('hello'));
 * channel.send(block); // it is the channel's now
 * channel.send(Buffer.from('hi')); // copied
 * channel.close();
 * const texts = [];
 * for (let next = channel.receive(); next !== undefined; next = channel.receive()) {
 *   texts.push(Buffer.from(next.bytes).toString());
 *   next.release();
 * }
 * assert.deepEqual(texts, ['hello', 'hi']);
 * ```
 */
export class SharedChannel implements Disposable {
  /** Names it for other threads. */
  readonly handle: SharedChannelHandle;
  /** Slots of each sender's ring. */
  readonly capacity: number;
  private readonly pool: SharedPool;
  private readonly view: WorkerView;
  private readonly base: number;
  private readonly out: OutRing;
  private readonly inbox: Inbox;
  private isSender = false;

  private constructor(pool: SharedPool, number: number, base: number) {
    const view = pool._view;
    this.handle = { channel: number };
    this.pool = pool;
    this.view = view;
    this.base = base;
    this.capacity = peek(view.words, base + CAPACITY, 'channel-capacity');
    // Several objects of one thread are one sender and one receiver.
    this.out =
      view.outRings.find(({ channel }) => channel === base) ?? new OutRing(view, base, this.capacity);
    this.inbox = view.inboxes.find(({ channel }) => channel === base) ?? new Inbox(view, base, this.capacity);
    if (!view.outRings.includes(this.out)) view.outRings.push(this.out);
    if (!view.inboxes.includes(this.inbox)) view.inboxes.push(this.inbox);
  }

  /**
   * Makes a channel in the memory of a pool, for all who attach to it.
   *
   * @throws {OptionTypeError} {@link OptionRangeError} {@link UnknownOptionError}
   * @throws {ChannelMemoryError} the pool has no room for it
   */
  static create(pool: SharedPool, options: SharedChannelOptions = {}): SharedChannel {
    readOptions(CREATE, options, ['capacity', 'onReceiverDeath']);
    const capacity = expectInteger(CREATE, 'capacity', options.capacity, 2, 65_536, 256);
    const onDeath = expectOneOf(
      CREATE,
      'onReceiverDeath',
      options.onReceiverDeath,
      ['keep', 'close'],
      'keep',
    );
    const view = expectPool(pool)._expectView('create channel');
    const slots = ceilPowerOfTwo(capacity);
    const number = makeChannel(view.words, view.layout, slots, onDeath === 'close');
    return new SharedChannel(pool, number, channelBase(view.words, view.layout, number));
  }

  /**
   * Attaches to a channel of the same pool.
   *
   * @throws {StaleHandleError} the pool has no such channel
   * @throws {ChannelClosedError} it is closed, and all that was in it received
   */
  static attach(pool: SharedPool, handle: SharedChannelHandle): SharedChannel {
    const view = expectPool(pool)._expectView('attach to channel');
    const number = handle?.channel;
    const { maxChannels } = view.layout.geometry;
    const known = number >>> 0 === number && number < maxChannels;
    const base = known ? channelBase(view.words, view.layout, number) : 0;
    if (base === 0) throw new StaleHandleError(number, undefined);
    if (load(view.words, base + STATE, 'attach-state') === ENDED) throw new ChannelClosedError('attach');
    return new SharedChannel(pool, number, base);
  }

  /** Whether `close()` was called by anybody, or the receiver died with `onReceiverDeath: 'close'`. */
  get closed(): boolean {
    return this.state >= CLOSED;
  }

  /** Whether it is closed, and all that was in it received or dropped. */
  get ended(): boolean {
    return this.state === ENDED;
  }

  /** The worker id of the receiver; 0: there is none. */
  get receiver(): number {
    return load(this.view.words, this.base + RECEIVER, 'receiver-get');
  }

  /**
   * Sends, if there is room.
   *
   * @param message a block, of which one reference goes over; or bytes, which are copied
   * @param tag a number for the receiver, 32 bits; default: the block's
   * @returns false: this worker's ring is full; nothing changed
   * @throws {ChannelClosedError} @throws {RefCountError} the block is released
   * @throws {ShareLimitError} the block has to be shared, and this worker or the receiver has no bit
   * @throws {SharedExhaustedError} bytes that do not fit into the ring, and no block for them
   */
  trySend(message: SharedBlock | Uint8Array, tag?: number): boolean {
    const sent = this.push(message, tag);
    if (sent === 'closed') throw new ChannelClosedError('send');
    return sent === 'sent';
  }

  /**
   * Sends, and blocks the thread while there is no room.
   *
   * @param timeoutMs how long at most; default: for ever
   * @throws {ChannelTimeoutError} nothing changed; else as {@link trySend}
   */
  send(message: SharedBlock | Uint8Array, timeoutMs: number = Number.POSITIVE_INFINITY): void {
    for (let spin = 0; spin < SPINS; spin++) {
      if (this.trySend(message)) return;
      pause();
    }
    const { words } = this.view;
    const until = performance.now() + timeoutMs;
    for (;;) {
      const left = until - performance.now();
      if (!(left > 0)) throw new ChannelTimeoutError(this.capacity, timeoutMs);
      sleep(words, this.base + SENDER_BELL, () => this.canSend(message), left);
      if (this.trySend(message)) return;
    }
  }

  /**
   * Sends when there is room.
   *
   * @throws {ChannelTimeoutError} @throws the signal's reason; nothing changed. Else as {@link trySend}
   */
  async sendAsync(
    message: SharedBlock | Uint8Array,
    { signal, timeoutMs = Number.POSITIVE_INFINITY }: { signal?: AbortSignal; timeoutMs?: number } = {},
  ): Promise<void> {
    const until = performance.now() + timeoutMs;
    signal?.throwIfAborted();
    while (!this.trySend(message)) {
      const left = until - performance.now();
      if (!(left > 0)) throw new ChannelTimeoutError(this.capacity, timeoutMs);
      await sleepAsync(this.view.words, this.base + SENDER_BELL, () => this.canSend(message), left);
      signal?.throwIfAborted();
    }
  }

  /**
   * Receives what is there.
   *
   * @returns a block with one reference, which is the caller's; undefined: there is none now, or, if `ended`, ever
   * @throws {ChannelReceiverError} another worker receives
   * @throws {SharedExhaustedError} the next message is bytes in the ring, and there is no block for them: it stays
   */
  tryReceive(): SharedBlock | undefined {
    if (!this.inbox.isReceiver) this.pool._expectView('receive');
    return this.inbox.receive(this.pool);
  }

  /**
   * Receives, and blocks the thread until there is something.
   *
   * @param timeoutMs how long at most; default: until the channel ends
   * @returns undefined: it has ended, or the time is over
   */
  receive(timeoutMs: number = Number.POSITIVE_INFINITY): SharedBlock | undefined {
    for (let spin = 0; spin < SPINS; spin++) {
      const block = this.tryReceive();
      if (block !== undefined) return block;
      if (this.ended) return undefined;
      pause();
    }
    const until = performance.now() + timeoutMs;
    for (;;) {
      const block = this.tryReceive();
      if (block !== undefined || this.ended) return block;
      const left = until - performance.now();
      if (!(left > 0)) return undefined;
      sleep(this.view.words, this.base + RECEIVER_BELL, () => this.canReceive(), left);
    }
  }

  /**
   * Receives when there is something. Does not keep the process alive.
   *
   * @returns undefined: it has ended
   * @throws the signal's reason; no message is lost
   */
  async receiveAsync({ signal }: { signal?: AbortSignal } = {}): Promise<SharedBlock | undefined> {
    signal?.throwIfAborted();
    for (;;) {
      const block = this.tryReceive();
      if (block !== undefined || this.ended) return block;
      await sleepAsync(
        this.view.words,
        this.base + RECEIVER_BELL,
        () => this.canReceive(),
        Number.POSITIVE_INFINITY,
      );
      signal?.throwIfAborted();
    }
  }

  /** Blocks until the channel ends; each is the loop's to release. */
  async *[Symbol.asyncIterator](): AsyncGenerator<SharedBlock, void, undefined> {
    for (;;) {
      const block = await this.receiveAsync();
      if (block === undefined) return;
      yield block;
    }
  }

  /**
   * Takes nothing more, from anybody; what is in it is still received, also by who comes later. Idempotent, from any
   * thread.
   */
  close(): void {
    closeChannel(this.view.words, this.base);
  }

  /**
   * Closes it, and gives back what is in it: where nobody will receive.
   *
   * @throws {ChannelReceiverError} another worker receives; then it is closed only
   */
  abandon(): void {
    this.close();
    if (this.inbox.isReceiver || this.inbox.takeRole()) this.inbox.leaveRole();
  }

  /** As {@link close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  private get state(): number {
    return load(this.view.words, this.base + STATE, 'state-get');
  }

  private push(message: SharedBlock | Uint8Array, tag: number | undefined): Sent {
    if (!this.isSender) this.becomeSender();
    if (message instanceof SharedBlock) {
      if (message._refs === 0) throw new RefCountError(0, 'decrement', 1);
      if (message._view !== this.view) throw new StaleHandleError(message.index, undefined);
      if (message._shared || message._refs > 1) this.expectReceiverBit(message);
      if (tag !== undefined) message.tag = tag;
      return this.rung(this.out.sendBlock(message));
    }
    if (!(message instanceof Uint8Array)) {
      throw new ArgumentTypeError('send', 'message', 'a SharedBlock or a Uint8Array', message);
    }
    if (message.length <= INLINE_BYTES && message.length <= 4 * this.capacity) {
      return this.rung(this.out.sendInline(message, tag ?? 0));
    }
    const block = this.pool.acquire(message.length);
    block.bytes.set(message);
    block.tag = tag ?? 0;
    const sent = this.rung(this.out.sendBlock(block));
    if (sent !== 'sent') block.release();
    return sent;
  }

  private rung(sent: Sent): Sent {
    if (sent === 'sent') ring(this.view.words, this.base + RECEIVER_BELL);
    return sent;
  }

  private canSend(message: SharedBlock | Uint8Array): boolean {
    const slots =
      message instanceof SharedBlock || message.length > INLINE_BYTES ? 1 : 2 + 2 * (message.length >> 4);
    return this.state !== OPEN || this.out.hasRoom(Math.min(slots, this.capacity));
  }

  private canReceive(): boolean {
    return this.state !== OPEN || this.inbox.hasMessages();
  }

  private becomeSender(): void {
    const { words, slot } = this.view;
    for (;;) {
      const senders = load(words, this.base + SENDERS, 'senders-look');
      if (senders > slot) break;
      if (compareExchange(words, this.base + SENDERS, senders, slot + 1, 'senders-grow') === senders) break;
    }
    this.isSender = true;
  }

  private expectReceiverBit(block: SharedBlock): void {
    block._expectBit('share');
    const { registry, shareSlots } = this.view;
    if (registry.maxWorkers <= shareSlots) return;
    const slot = registry.slotOf(this.receiver);
    if (slot >= shareSlots) throw new ShareLimitError('share with the receiver', slot, shareSlots);
  }
}

/** Does nothing for a while. @returns what nobody needs, so that it is done */
function pause(): number {
  let turns = 0;
  while (turns < PAUSE) turns++;
  return turns;
}

function expectPool(pool: SharedPool): SharedPool {
  if (typeof pool !== 'object' || pool === null || !('_view' in pool)) {
    throw new ArgumentTypeError('use channel', 'pool', 'a SharedPool', pool);
  }
  return pool;
}

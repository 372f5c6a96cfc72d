/**
 * One connection: what goes out to it, and how it ends. What comes in is `requests.ts`'s.
 *
 *     open ── login ──► open, with a user ── refuse, bye, slow, idle ──► closing ──► closed
 *
 * Frames are gathered by the writer, in blocks of the allocator, and go out when the gatherer says so. `closing`: the
 * last frame is on its way, what still comes in is thrown away, and the heartbeat destroys the socket if the other
 * side does not close. Cleaning up is done once, when the socket says `close`; until then a session stays in its
 * rooms, so that nothing moves under a loop over the members.
 *
 * The bound of what waits: deliveries stop at `maxPendingBytes`. Answers may take `CONTROL_BYTES` more, so that
 * a slow reader under the policy `drop` still gets its acks; one who does not even take those is cut off.
 */
import type { Socket } from 'node:net';
import { BufferedSocketWriter, type ByteBuf, type FlushTiming } from 'rockpool';
import { closes, ErrorCode } from '../protocol/error-code.ts';
import { HEADER_BYTES } from '../protocol/frame-layout.ts';
import { FrameType } from '../protocol/frame-type.ts';
import { type FrameHead, writeAck, writeFrame } from '../protocol/frame-writing.ts';
import type { Counters } from './counters.ts';
import type { LocalUser } from './directory.ts';
import type { GatewaySettings } from './gateway-options.ts';
import type { Room } from './rooms.ts';

/** Bytes of answers that may wait beyond the limit of deliveries. */
const CONTROL_BYTES = 64 * 1024;

/** A connection. */
export class Session {
  /** Set by `requests.ts` at the login. */
  user: LocalUser | undefined = undefined;
  /** The user's number; 0 before the login. */
  number = 0;
  readonly rooms: Set<Room> = new Set();
  /** Whether frames are taken from it and sent to it. */
  open = true;
  /** Something was heard since the last sweep. Set by whoever reads, cleared by the heartbeat. */
  heard = true;
  /** On the gateway's clock, as of a sweep: the heartbeat's. */
  heardMs: number;
  /** Since when it is closing, on the same clock; the heartbeat's. */
  closingMs: number | undefined = undefined;
  /** A probe was sent that nothing was heard since; the heartbeat's. */
  probed = false;
  readonly socket: Socket;
  readonly #writer: BufferedSocketWriter;
  readonly #settings: GatewaySettings;
  readonly #counters: Counters;
  /** Deliveries that were dropped and not told of yet. */
  #dropped = 0;

  constructor(socket: Socket, settings: GatewaySettings, counters: Counters, schedule: FlushTiming) {
    this.socket = socket;
    this.#settings = settings;
    this.#counters = counters;
    this.heardMs = settings.now();
    this.#writer = new BufferedSocketWriter(socket, {
      allocator: settings.allocator,
      flush: schedule,
      batchBytes: settings.batchBytes,
      copyMaxBytes: Math.min(settings.copyMaxBytes, settings.batchBytes),
      flushBytes: settings.maxPendingBytes + CONTROL_BYTES,
      highWaterBytes: settings.maxPendingBytes,
      maxPendingBytes: settings.maxPendingBytes + 2 * CONTROL_BYTES,
    });
  }

  /** Bytes that wait for the client. */
  get pendingBytes(): number {
    return this.#writer.pendingBytes;
  }

  /** Who it is, for logs. */
  get label(): string {
    return this.user?.name ?? `${this.socket.remoteAddress}:${this.socket.remotePort}`;
  }

  /**
   * Sends a message to this client alone. Takes the frame over.
   *
   * @returns whether it will be sent
   */
  deliver(frame: ByteBuf): boolean {
    if (!this.#accepts(frame.readableBytes)) {
      frame.release();
      return false;
    }
    this.#writer.write(frame);
    return true;
  }

  /**
   * Sends a message that goes to others too: the same bytes, copied into each one's batch. Borrows the frame.
   *
   * @returns whether it will be sent
   */
  deliverShared(frame: ByteBuf): boolean {
    if (!this.#accepts(frame.readableBytes)) return false;
    this.#writer.writeBorrowed(frame);
    return true;
  }

  /** Answers: encodes straight into the batch. */
  answer(head: FrameHead, body = ''): void {
    const mostBytes = HEADER_BYTES + 3 * body.length;
    if (!this.#hasRoom(mostBytes)) return;
    writeFrame(this.#writer.reserve(mostBytes), head, body);
    this.#writer.commit();
  }

  /** The message `id` of this client went to so many receivers. */
  ack(id: number, receivers: number): void {
    if (!this.#hasRoom(HEADER_BYTES)) return;
    writeAck(this.#writer.reserve(HEADER_BYTES), id, this.number, receivers);
    this.#writer.commit();
  }

  /** Tells the client that the request `id` failed; closes behind it where the code says so. */
  fail(code: ErrorCode, id: number, text: string): void {
    if (!this.open) return;
    this.#counters.refused(code);
    if (this.#dropped > 0 && code !== ErrorCode.dropped) this.tellDropped();
    this.answer({ type: FrameType.error, id, target: code }, text);
    if (closes(code)) this.finish();
  }

  /** Sends a last frame, and closes once it is sent. */
  bye(text: string): void {
    this.answer({ type: FrameType.bye, id: 0 }, text);
    this.finish();
  }

  /** Closes once all is sent. */
  finish(): void {
    if (!this.open) return;
    this.open = false;
    // The heartbeat sees to it that this ends; how is of no interest, as the socket's `close` follows in any case.
    this.#writer.end().catch(() => {});
  }

  /** Ends the connection at once; what waits is thrown away. */
  destroy(): void {
    this.open = false;
    this.#writer.destroy();
  }

  /** Tells a client under the policy `drop` what it missed, once there is room. */
  tellDropped(): void {
    const count = this.#dropped;
    if (count === 0 || this.pendingBytes > this.#settings.maxPendingBytes / 2) return;
    this.#dropped = 0;
    this.fail(ErrorCode.dropped, 0, `${count} messages were dropped as too much was waiting to be read`);
  }

  /** Whether an answer can be sent; who does not take even those is cut off. */
  #hasRoom(bytes: number): boolean {
    if (!this.open || this.#writer.closed) return false;
    if (this.#writer.pendingBytes + bytes <= this.#settings.maxPendingBytes + CONTROL_BYTES) return true;
    this.#cutOff();
    return false;
  }

  #accepts(bytes: number): boolean {
    if (!this.open || this.#writer.closed) return false;
    if (this.#writer.pendingBytes + bytes <= this.#settings.maxPendingBytes) return true;
    if (this.#settings.slowConsumer === 'drop') {
      this.#counters.dropped++;
      this.#dropped++;
    } else {
      this.#cutOff();
    }
    return false;
  }

  /** Too much waits: there is no use in an error frame behind it. */
  #cutOff(): void {
    this.#counters.refused(ErrorCode.slowConsumer);
    this.#settings.logger.warn(
      { client: this.label, pendingBytes: this.pendingBytes },
      'slow consumer disconnected',
    );
    this.destroy();
  }
}

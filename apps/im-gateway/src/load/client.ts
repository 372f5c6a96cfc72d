/**
 * A client of the load: its link, and where it is in its stream of messages.
 *
 * `due` messages of it are scheduled up to now, `sent` are sent, `acked` acknowledged:
 * `acked ≤ sent`, `sent − acked ≤ window`, and in an open loop `sent ≤ due`. What is due and cannot be sent costs no memory: it is a number.
 */
import {
  ID_OFFSET,
  SENDER_OFFSET,
  TARGET_OFFSET,
  TIME_OFFSET,
  TYPE_OFFSET,
} from '../protocol/frame-layout.ts';
import { FrameType } from '../protocol/frame-type.ts';
import { Corpus } from './corpus.ts';
import { ROOM_BIT } from './ledger.ts';
import type { Link } from './link.ts';

/** What the clients do. */
export type Profile = 'direct' | 'room' | 'mix';

/** In a `mix` one message of so many goes to the room. */
export const MIX_EVERY = 10;

/** Sends the messages of one client. */
export class Client {
  readonly link: Link;
  due = 0;
  sent = 0;
  acked = 0;
  /** Messages to partners and to the room so far; `direct + rooms = sent`. */
  direct = 0;
  rooms = 0;
  /** Acks that came in another order than the messages were sent. */
  disorder = 0;
  #ackedDirect = 0;
  #ackedRooms = 0;
  readonly #corpus: Corpus;
  readonly #profile: Profile;
  readonly #onSend: (dueUs: number, nowUs: number) => void;
  /** The numbers of the clients behind it. */
  #partners: readonly number[] = [];

  /** @param onSend told of each message: when it was due, and when it is sent */
  constructor(link: Link, corpus: Corpus, profile: Profile, onSend: (dueUs: number, nowUs: number) => void) {
    this.#onSend = onSend;
    this.link = link;
    this.#corpus = corpus;
    this.#profile = profile;
  }

  /** The numbers of those that get its direct messages. */
  meet(partners: readonly number[]): void {
    this.#partners = partners;
  }

  /** Whether it can send. */
  get alive(): boolean {
    return !this.link.writer.closed;
  }

  /**
   * Sends the next message.
   *
   * @param timeUs when it was due
   * @param nowUs when it is sent
   */
  send(timeUs: number, nowUs: number): void {
    const { link } = this;
    this.#onSend(timeUs, nowUs);
    const toRoom =
      this.#profile === 'room' || (this.#profile === 'mix' && this.sent % MIX_EVERY === MIX_EVERY - 1);
    const count = toRoom ? this.rooms++ : this.direct++;
    const id = toRoom ? count | ROOM_BIT : count;
    const frame = this.#corpus.frames[Corpus.indexOf(link.index, id)] as Uint8Array;
    const out = link.writer.reserve(frame.length);
    const at = out.writerIndex;
    out.writeBytes(frame);
    out.setUInt8(at + TYPE_OFFSET, toRoom ? FrameType.room : FrameType.direct);
    out.setUInt32BE(at + ID_OFFSET, id);
    out.setUInt32BE(at + SENDER_OFFSET, link.number);
    const target = toRoom ? link.room : (this.#partners[count % this.#partners.length] as number);
    out.setUInt32BE(at + TARGET_OFFSET, target);
    out.setUInt32BE(at + TIME_OFFSET, Math.floor(timeUs / 2 ** 32));
    out.setUInt32BE(at + TIME_OFFSET + 4, timeUs % 2 ** 32);
    link.writer.commit();
    this.sent++;
  }

  /** The gateway has routed message `id`. */
  ack(id: number): void {
    const expected = id >= ROOM_BIT ? this.#ackedRooms++ | ROOM_BIT : this.#ackedDirect++;
    if (id !== expected) this.disorder++;
    this.acked++;
  }
}

/**
 * What must arrive: every message, once, in its sender's order, with the body that it was sent with.
 *
 * Senders count their messages from 0, direct ones and those to the room apart. So what a receiver gets next from each
 * sender is known, and one number a pair is enough to notice loss, repetition and disorder:
 *
 *     direct   sender s sends message i to its partner i mod P, the client s + 1 + (i mod P): each gets every P-th
 *     room     every other member gets every message
 *
 * `received + missing = expected` at the end; anything else than the expected number counts as out of order.
 */
import { Corpus } from './corpus.ts';

/** The id of a message to a room has this bit, so that the two counts of a sender do not meet. */
export const ROOM_BIT = 0x4000_0000;

/** What was wrong. */
export interface Faults {
  /** Another body than was sent. */
  content: number;
  /** Another number than the next one of that sender. */
  order: number;
  /** From nobody who sends. */
  stranger: number;
}

/** Follows all streams of messages between `clients`. */
export class Ledger {
  readonly partners: number;
  readonly roomSize: number;
  readonly faults: Faults = { content: 0, order: 0, stranger: 0 };
  /** Deliveries that were right, or at least there. */
  received = 0;
  readonly #corpus: Corpus;
  readonly #clients: number;
  /** The next direct message of each sender to each partner: its number divided by the partners. */
  readonly #nextDirect: Int32Array;
  /** The next message to the room, by receiver and the sender's place in the room. */
  readonly #nextRoom: Int32Array;
  /** The client of a user's number, which the gateway gives; −1: none. */
  #clientOf: Int32Array = new Int32Array(1024).fill(-1);

  constructor(corpus: Corpus, clients: number, partners: number, roomSize: number) {
    this.#corpus = corpus;
    this.#clients = clients;
    this.partners = partners;
    this.roomSize = roomSize;
    this.#nextDirect = new Int32Array(clients * partners);
    this.#nextRoom = new Int32Array(clients * roomSize);
  }

  /** The gateway calls `client` by this number. */
  enter(client: number, number: number): void {
    if (number >= this.#clientOf.length) {
      const longer = new Int32Array(2 ** Math.ceil(Math.log2(number + 1))).fill(-1);
      longer.set(this.#clientOf);
      this.#clientOf = longer;
    }
    this.#clientOf[number] = client;
  }

  /** A direct message came. */
  direct(receiver: number, sender: number, id: number, view: DataView, at: number, length: number): void {
    const from = this.#clientOf[sender] ?? -1;
    if (from < 0) {
      this.faults.stranger++;
      return;
    }
    const partner = (receiver - from - 1 + this.#clients) % this.#clients;
    const pair = from * this.partners + partner;
    const round = this.#nextDirect[pair] as number;
    this.#nextDirect[pair] = round + 1;
    if (id !== round * this.partners + partner) this.faults.order++;
    this.#compare(from, id, view, at, length);
  }

  /** A message to the room came. */
  room(receiver: number, sender: number, id: number, view: DataView, at: number, length: number): void {
    const from = this.#clientOf[sender] ?? -1;
    if (from < 0) {
      this.faults.stranger++;
      return;
    }
    const pair = receiver * this.roomSize + (from % this.roomSize);
    const next = this.#nextRoom[pair] as number;
    this.#nextRoom[pair] = next + 1;
    if (id !== (next | ROOM_BIT)) this.faults.order++;
    this.#compare(from, id, view, at, length);
  }

  #compare(from: number, id: number, view: DataView, at: number, length: number): void {
    this.received++;
    if (!this.#corpus.matches(Corpus.indexOf(from, id), view, at, length)) this.faults.content++;
  }
}

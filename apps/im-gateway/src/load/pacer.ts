/**
 * When messages are sent.
 *
 * Open loop: message k is due at a time that the schedule fixes in advance, whatever the gateway does, and client
 * k mod n sends it. The time in the frame is when it was due, not when it was sent, so that a stall shows in the
 * latency of every message that it held up, not in that of one only (the error known as coordinated omission). A window
 * bounds what a client has sent and not been told of; behind it messages wait, and are late.
 *
 * Closed loop: each client keeps its window full. That is for the most a gateway can do, and says little of latency.
 *
 * It is driven by `setImmediate` and not by timers, which are too coarse for 1,000 messages a millisecond: the
 * generator keeps its core busy, and reads what comes as soon as it comes. Ticks are `tickUs` apart at least, and far
 * enough that system calls take no more than a share of the time: messages of a tick to one connection share one, and
 * without that those for 100 connections would leave no time to read.
 */
import type { Client } from './client.ts';
import { nowUs } from './now.ts';
import { Schedule } from './schedule.ts';

/** Of the time that flushing may take. */
const FLUSH_SHARE = 0.3;

/** How to pace. */
export interface Pace {
  /** Messages a second, of all clients together; 0: closed loop. */
  readonly rate: number;
  readonly rampUs: number;
  /** Messages of one client that may be on their way. */
  readonly window: number;
  /** Microseconds between ticks, at least. */
  readonly tickUs: number;
}

/** Drives clients from `start` to `stop`. */
export class Pacer {
  readonly #clients: readonly Client[];
  readonly #pace: Pace;
  readonly #schedule: Schedule | undefined;
  readonly #onTick: () => void;
  #startUs = 0;
  #scheduled = 0;
  /** The client that sends the next message of the schedule. */
  #next = 0;
  #nextTickUs = 0;
  #running = false;
  readonly #turn = (): void => this.#run();

  /** @param onTick after each tick: what was written is to be flushed */
  constructor(clients: readonly Client[], pace: Pace, onTick: () => void) {
    this.#clients = clients;
    this.#pace = pace;
    this.#schedule = pace.rate === 0 ? undefined : new Schedule(pace.rate, pace.rampUs);
    this.#onTick = onTick;
  }

  /** @returns when it started, on the clock of the load */
  start(): number {
    this.#running = true;
    this.#startUs = nowUs();
    this.#run();
    return this.#startUs;
  }

  stop(): void {
    this.#running = false;
  }

  /** Messages that are due and not sent: what the windows hold up. */
  get waiting(): number {
    return this.#clients.reduce((sum, { due, sent }) => sum + Math.max(0, due - sent), 0);
  }

  /**
   * Sends what is due, if a tick is. Called between reads too: a turn of the event loop that has much to read would
   * hold up what is to be sent.
   */
  poll(now: number): void {
    if (now < this.#nextTickUs || !this.#running) return;
    if (this.#schedule === undefined) this.#fill(now);
    else this.#sendDue(this.#schedule, now);
    const writtenUs = nowUs();
    this.#onTick();
    this.#nextTickUs = now + Math.max(this.#pace.tickUs, (nowUs() - writtenUs) / FLUSH_SHARE);
  }

  #run(): void {
    if (!this.#running) return;
    this.poll(nowUs());
    setImmediate(this.#turn);
  }

  #sendDue(schedule: Schedule, now: number): void {
    const clients = this.#clients;
    const due = schedule.dueAt(now - this.#startUs);
    for (; this.#scheduled < due; this.#scheduled++) {
      const client = clients[this.#next] as Client;
      this.#next = this.#next + 1 === clients.length ? 0 : this.#next + 1;
      client.due++;
      this.#pump(client, schedule, now);
    }
    // What a window held up before, and an ack let go since.
    for (let i = 0; i < clients.length; i++) {
      const client = clients[i] as Client;
      if (client.sent < client.due) this.#pump(client, schedule, now);
    }
  }

  #pump(client: Client, schedule: Schedule, now: number): void {
    if (!client.alive) return;
    const { length } = this.#clients;
    while (client.sent < client.due && client.sent - client.acked < this.#pace.window) {
      const k = client.sent * length + client.link.index;
      client.send(Math.floor(this.#startUs + schedule.timeOf(k)), now);
    }
  }

  #fill(now: number): void {
    const { window } = this.#pace;
    for (const client of this.#clients) {
      if (!client.alive) continue;
      while (client.sent - client.acked < window) client.send(now, now);
    }
  }
}

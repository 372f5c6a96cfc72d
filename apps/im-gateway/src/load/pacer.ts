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
 * It is driven by `setImmediate` and not by timers, which are too coarse for 1,000 messages a millisecond. An open loop
 * naps where a turn had nothing to read and nothing is due: a program that never sleeps is what the scheduler takes its
 * core from, for milliseconds, and its turns are garbage. At 500,000 deliveries a second naps brought the P99 from 9 to
 * 5 ms, and the generator's collections from 50 to 13. Ticks are `tickUs` apart at least, and far enough that system calls take no
 * more than a share of the time: messages of a tick to one connection share one, and without that those for 100
 * connections would leave no time to read.
 */
import { FlushPace } from '../flush-pace.ts';
import type { Client } from './client.ts';
import { nowUs } from './now.ts';
import { Schedule } from './schedule.ts';

/** Of the time that flushing may take. */
const FLUSH_SHARE = 0.3;
/** Ticks are no farther apart, whatever flushing costs. */
const MAX_TICK_MS = 10;
/** In microseconds: the longest that what comes in waits for the end of a nap, and the least that is worth one. */
const NAP_US = 200;
const SHORTEST_NAP_US = 60;
/** Nobody ever changes it: to wait for it is to sleep, in fractions of a millisecond. */
const PILLOW: Int32Array = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

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
  readonly #flushPace: FlushPace = new FlushPace(FLUSH_SHARE, MAX_TICK_MS);
  #startUs = 0;
  #scheduled = 0;
  /** The client that sends the next message of the schedule. */
  #next = 0;
  #nextTickUs = 0;
  #running = false;
  /** Whether something was read since the last turn. */
  #read = false;
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

  /** A read begins: what is due is sent first, as a turn of the event loop that has much to read would hold it up. */
  reading(now: number): void {
    this.#read = true;
    this.#poll(now);
  }

  #run(): void {
    if (!this.#running) return;
    this.#poll(nowUs());
    if (this.#schedule !== undefined && !this.#read) this.#nap(this.#nextTickUs - nowUs());
    this.#read = false;
    setImmediate(this.#turn);
  }

  #nap(untilDueUs: number): void {
    if (untilDueUs < SHORTEST_NAP_US) return;
    Atomics.wait(PILLOW, 0, 0, Math.min(untilDueUs, NAP_US) / 1000);
  }

  /** Sends what is due, if a tick is. */
  #poll(now: number): void {
    if (now < this.#nextTickUs || !this.#running) return;
    if (this.#schedule === undefined) this.#fill(now);
    else this.#sendDue(this.#schedule, now);
    const writtenUs = nowUs();
    this.#onTick();
    const apartMs = this.#flushPace.intervalMs((nowUs() - writtenUs) / 1000);
    this.#nextTickUs = now + Math.max(this.#pace.tickUs, apartMs * 1000);
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

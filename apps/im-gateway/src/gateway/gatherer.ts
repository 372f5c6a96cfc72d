/**
 * When the connections of a gateway are flushed: the more of them have something to send, the rarer.
 *
 * A system call for each frame would be what the gateway spends its time on, and a fixed interval is too long where
 * little is to do and too short where much is. So a flush says when the next one may begin: when flushing will have
 * taken no more than a share of the time. A gateway at rest flushes at the end of the turn of the event loop in
 * which a frame came in, and one with 1,000 busy connections every few milliseconds, each time with more in a write.
 *
 *     flush took 0.6 ms ─► at a share of 0.4 the next one begins 1.5 ms after the beginning of this one
 *
 * It is the schedule of the writers of all connections, which enter when they get their first byte.
 */
import type { Flushable, FlushTiming } from 'rockpool';
import { FlushPace } from '../flush-pace.ts';

/** Timers are whole milliseconds, and late by up to one. Below this, in ms, the end of the turn serves better. */
const LEAST_TIMER_MS = 0.6;

/** Flushes writers together. */
export class Gatherer implements FlushTiming {
  readonly #pace: FlushPace;
  #due: Flushable[] = [];
  #spare: Flushable[] = [];
  /** On the clock of `performance.now()`. */
  #notBeforeMs = 0;
  #flushes = 0;
  #flushed = 0;
  #intervalMs = 0;
  readonly #fire = (): void => this.flush();

  /**
   * @param maxMs the longest that bytes wait for company; 0: flush at the end of each turn
   * @param share of the time that flushes may take, above 0 and up to 1
   */
  constructor(maxMs: number, share: number) {
    this.#pace = new FlushPace(share, maxMs);
  }

  /** Enters a writer that has something to send. */
  add(writer: Flushable): void {
    if (this.#due.push(writer) > 1) return;
    const waitMs = this.#notBeforeMs - performance.now();
    if (waitMs < LEAST_TIMER_MS) setImmediate(this.#fire);
    else setTimeout(this.#fire, waitMs);
  }

  /** Flushes all that are due now. */
  flush(): void {
    const due = this.#due;
    if (due.length === 0) return;
    const startMs = performance.now();
    this.#due = this.#spare;
    this.#spare = due;
    for (let i = 0; i < due.length; i++) (due[i] as Flushable).flushDue();
    this.#flushes++;
    this.#flushed += due.length;
    due.length = 0;
    this.#intervalMs = this.#pace.intervalMs(performance.now() - startMs);
    this.#notBeforeMs = startMs + this.#intervalMs;
  }

  /** Flushes so far, the connections that they had, and the interval after the last one in ms. */
  stats(): { readonly flushes: number; readonly connections: number; readonly intervalMs: number } {
    return { flushes: this.#flushes, connections: this.#flushed, intervalMs: this.#intervalMs };
  }
}

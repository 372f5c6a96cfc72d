/// <reference types="node" preserve="true" />
/**
 * When gathered bytes go out: one timer for all writers of a policy, however many there are.
 *
 * A writer that has something to send enters a list; the first one in it arms the timer, and the timer flushes all of
 * them. So a server with 5,000 connections has one timer at work and not 5,000, and a burst of frames to one
 * connection enters it once.
 *
 *     'tick'       after the code that runs now, before any other event
 *     'immediate'  after all events that the loop has collected: what came in together goes out together
 *     n            n milliseconds after the first byte
 *
 * An immediate is not unref'd: the loop would sleep over it until something else happens. It holds the process for
 * one turn. A timer is: what keeps the process alive is the connection.
 */

/** Something with bytes to send: a writer, as its schedule sees it. */
export interface Flushable {
  /** Sends them. Does not throw. */
  flushDue(): void;
}

/** A schedule of one's own: decides when those that entered are flushed. */
export interface FlushTiming {
  /** `writer` has something to send; it enters again only after its `flushDue` was called. Must not throw. */
  add(writer: Flushable): void;
}

/**
 * When a writer sends what it gathered without being told to: `'tick'`, after the code that runs now; `'immediate'`,
 * after all events that the loop has collected; so many ms after the first byte; `'manual'`, never; or as a schedule
 * of one's own says.
 */
export type FlushPolicy = 'manual' | 'tick' | 'immediate' | number | FlushTiming;

/** The longest interval, in ms. */
export const MAX_INTERVAL_MS: number = 60_000;

/** The writers of one policy that have something to send. */
class FlushSchedule implements FlushTiming {
  readonly #arm: (fire: () => void) => void;
  #due: Flushable[] = [];
  #spare: Flushable[] = [];
  readonly #fire = (): void => {
    const due = this.#due;
    this.#due = this.#spare;
    this.#spare = due;
    for (let i = 0; i < due.length; i++) (due[i] as Flushable).flushDue();
    due.length = 0;
  };

  constructor(arm: (fire: () => void) => void) {
    this.#arm = arm;
  }

  /** Enters `writer`, which must not be in the list. */
  add(writer: Flushable): void {
    if (this.#due.push(writer) === 1) this.#arm(this.#fire);
  }
}

const ticks: FlushSchedule = new FlushSchedule((fire) => process.nextTick(fire));
const immediates: FlushSchedule = new FlushSchedule((fire) => setImmediate(fire));
const intervals: Map<number, FlushSchedule> = new Map();

/** The schedule of a policy; none for `'manual'`. */
export function scheduleOf(policy: FlushPolicy): FlushTiming | undefined {
  if (policy === 'manual') return undefined;
  if (typeof policy === 'object') return policy;
  if (policy === 'tick') return ticks;
  if (policy === 'immediate') return immediates;
  let schedule = intervals.get(policy);
  if (schedule === undefined) {
    schedule = new FlushSchedule((fire) => setTimeout(fire, policy).unref());
    intervals.set(policy, schedule);
  }
  return schedule;
}

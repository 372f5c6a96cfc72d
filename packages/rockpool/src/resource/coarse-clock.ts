/**
 * A clock that is read on every acquire and every release, where `performance.now()` costs as much as all the rest
 * together (45–90 ns on a 2-core AMD EPYC, Node 20.20 and 26.10).
 *
 * In one turn of the event loop it is read 64 times; after that every 16th reading is one and the others get the last,
 * until the next turn. So a program that waits for real connections has the exact time always, and one that acquires a
 * thousand times a turn has one that is as old as 15 readings, and no older than the turn. Node's own timers reckon from
 * the beginning of the turn, too.
 */
import { runLater } from '../internal/later.ts';

const EXACT_READINGS = 64;
const THEN_EVERY = 16;

/** The time in milliseconds, as `performance.now()` has it, or a little earlier. */
export class CoarseClock {
  /** The last reading. */
  now: number = performance.now();
  #exactLeft = EXACT_READINGS;
  #inexact = 0;
  readonly #refill = () => {
    this.#exactLeft = EXACT_READINGS;
  };

  /**
   * Moves `now` on, if it is time to.
   *
   * @returns whether `now` is exact
   */
  tick(): boolean {
    if (this.#exactLeft === 0) {
      if (++this.#inexact < THEN_EVERY) return false;
      this.#inexact = 0;
    } else if (--this.#exactLeft === 0) runLater(this.#refill);
    this.now = performance.now();
    return true;
  }

  /** The exact time, for what is rare or dear anyway. */
  read(): number {
    this.now = performance.now();
    return this.now;
  }
}

/**
 * Many time limits over one timer. What has the same limit ends in the order in which it began, so each limit is a
 * lane: a linked list whose first element is due first. Beginning and ending are a few stores; the one timer, which
 * keeps no process alive, is armed for the earliest of the lanes' first and left armed when that one ends before.
 *
 *     lanes:  30 s ─► a ─► b ─► c        timer: the earliest of a, d
 *              5 s ─► d ─► e
 *
 * Source: the lists of Node's own timers, with removal in the middle and without a closure for each.
 */

/** Emptied lanes are dropped when the timer fires, and before there are more than twice as many as were in use. */
const MANY_LANES = 64;

/** Node fires up to a millisecond before the time that `performance.now()` tells. */
const EARLY_MS = 1;

/** What must be over by some moment. Is in one lane at most. */
export abstract class Deadline {
  /** When it ends. @internal */
  _due = 0;
  /** @internal */
  _lane: Lane | undefined = undefined;
  /** @internal */
  _before: Deadline | undefined = undefined;
  /** @internal */
  _behind: Deadline | undefined = undefined;

  /** The time is over. Called once, when this has left its lane. */
  abstract expire(now: number): void;
}

interface Lane {
  readonly ms: number;
  first: Deadline | undefined;
  last: Deadline | undefined;
}

/** All time limits of one owner. */
export class Deadlines {
  readonly #lanes = new Map<number, Lane>();
  /** The lane of the last `add`; mostly it is the next one's too. */
  #recent: Lane = { ms: Number.NaN, first: undefined, last: undefined };
  #purgeAt = MANY_LANES;
  #timer: { unref?(): void } | undefined = undefined;
  /** When the timer fires; infinite without one. */
  #timerDue = Number.POSITIVE_INFINITY;

  /** Begins a limit of `ms` from `now` on; none if it is infinite. */
  add(deadline: Deadline, ms: number, now: number): void {
    deadline._due = now + ms;
    this.enter(deadline, ms);
  }

  /** As `add`, for a limit whose end is known. One that comes out of its order ends with the one before it. */
  enter(deadline: Deadline, ms: number): void {
    if (ms === Number.POSITIVE_INFINITY) return;
    const lane = this.#recent.ms === ms ? this.#recent : this.#laneOf(ms);
    const last = lane.last;
    deadline._lane = lane;
    deadline._before = last;
    if (last === undefined) lane.first = deadline;
    else last._behind = deadline;
    lane.last = deadline;
    if (deadline._due < this.#timerDue) this.#arm(deadline._due);
  }

  /** Ends a limit before its time; nothing if it has none. */
  remove(deadline: Deadline): void {
    const lane = deadline._lane;
    if (lane === undefined) return;
    const { _before: before, _behind: behind } = deadline;
    if (before === undefined) lane.first = behind;
    else before._behind = behind;
    if (behind === undefined) lane.last = before;
    else behind._before = before;
    deadline._lane = undefined;
    deadline._before = undefined;
    deadline._behind = undefined;
  }

  /** Drops the timer; limits in force are forgotten. */
  stop(): void {
    clearTimeout(this.#timer as never);
    this.#timer = undefined;
    this.#timerDue = Number.POSITIVE_INFINITY;
    this.#lanes.clear();
    this.#recent = { ms: Number.NaN, first: undefined, last: undefined };
  }

  #laneOf(ms: number): Lane {
    let lane = this.#lanes.get(ms);
    if (lane === undefined) {
      if (this.#lanes.size >= this.#purgeAt) {
        this.#purge();
        this.#purgeAt = Math.max(MANY_LANES, 2 * this.#lanes.size);
      }
      lane = { ms, first: undefined, last: undefined };
      this.#lanes.set(ms, lane);
    }
    this.#recent = lane;
    return lane;
  }

  #purge(): void {
    for (const [ms, lane] of this.#lanes) if (lane.first === undefined) this.#lanes.delete(ms);
    this.#recent = { ms: Number.NaN, first: undefined, last: undefined };
  }

  #arm(due: number): void {
    clearTimeout(this.#timer as never);
    this.#timerDue = due;
    const timer = setTimeout(() => this.#fire(), Math.max(1, Math.ceil(due - performance.now()))) as {
      unref?(): void;
    };
    timer.unref?.();
    this.#timer = timer;
  }

  #fire(): void {
    const now = performance.now();
    this.#timer = undefined;
    // What expires may begin new limits: none of them arms a timer, the loop below sees them.
    this.#timerDue = Number.NEGATIVE_INFINITY;
    for (const lane of this.#lanes.values()) {
      for (let first = lane.first; first !== undefined && first._due <= now + EARLY_MS; first = lane.first) {
        this.remove(first);
        first.expire(now);
      }
    }
    this.#timerDue = Number.POSITIVE_INFINITY;
    this.#purge();
    let earliest = Number.POSITIVE_INFINITY;
    for (const { first } of this.#lanes.values()) {
      if (first !== undefined && first._due < earliest) earliest = first._due;
    }
    if (earliest !== Number.POSITIVE_INFINITY) this.#arm(earliest);
  }
}

/**
 * Whether a recorded history can be put in one order: each operation at one time between its call and its return, and each
 * result what it must be there. The search of Wing and Gong, with Lowe's memory of states that led nowhere.
 *
 * An operation that never returned, as its thread died, took place at any time behind its call, or not at all.
 */

/** One operation of a history. */
export interface Recorded<State> {
  /** Times of one clock: no two are the same. */
  readonly called: number;
  /** `Infinity`: never. */
  readonly returned: number;
  /** What the state is behind it; undefined: the result cannot be, in this state. */
  readonly apply: (state: State) => State | undefined;
}

interface Event<State> {
  readonly operation: number;
  readonly recorded: Recorded<State>;
  readonly isCall: boolean;
  previous: Event<State> | undefined;
  next: Event<State> | undefined;
  /** Of a call: its return. */
  answer: Event<State> | undefined;
}

/** @param initial the state before all of them; states are compared by their text */
export function isLinearizable<State>(history: readonly Recorded<State>[], initial: State): boolean {
  const head = eventsOf(history);
  const done = new Done();
  const known = new Set<string>();
  const taken: { event: Event<State>; before: State }[] = [];
  let returns = history.filter(({ returned }) => returned !== Number.POSITIVE_INFINITY).length;
  let state = initial;
  let event = head.next;
  while (returns > 0) {
    if (event?.isCall === true) {
      const after = event.recorded.apply(state);
      if (after !== undefined && done.add(event.operation, String(after), known)) {
        taken.push({ event, before: state });
        if (event.answer !== undefined) returns--;
        state = after;
        lift(event);
        event = head.next;
      } else event = event.next;
      continue;
    }
    // A return of what has not taken place, or the end: something that did was too early.
    const last = taken.pop();
    if (last === undefined) return false;
    if (last.event.answer !== undefined) returns++;
    state = last.before;
    done.remove(last.event.operation);
    unlift(last.event);
    event = last.event.next;
  }
  return true;
}

/** The operations that took place: all before one, and a few behind it. */
class Done {
  private first = 0;
  private readonly ahead = new Set<number>();

  /** @returns false: with these, and this state, it was tried before; then nothing changed */
  add(operation: number, state: string, known: Set<string>): boolean {
    this.ahead.add(operation);
    while (this.ahead.delete(this.first)) this.first++;
    const key = `${this.first} ${[...this.ahead].sort((a, b) => a - b).join()} ${state}`;
    if (!known.has(key)) {
      known.add(key);
      return true;
    }
    this.remove(operation);
    return false;
  }

  remove(operation: number): void {
    while (this.first > operation) this.ahead.add(--this.first);
    this.ahead.delete(operation);
  }
}

function eventsOf<State>(history: readonly Recorded<State>[]): Event<State> {
  const timed: { at: number; event: Event<State> }[] = [];
  const inOrder = [...history].sort((a, b) => a.called - b.called);
  inOrder.forEach((recorded, operation) => {
    const link = { operation, recorded, previous: undefined, next: undefined, answer: undefined };
    const call: Event<State> = { ...link, isCall: true };
    timed.push({ at: recorded.called, event: call });
    if (recorded.returned === Number.POSITIVE_INFINITY) return;
    call.answer = { ...link, isCall: false };
    timed.push({ at: recorded.returned, event: call.answer });
  });
  timed.sort((a, b) => a.at - b.at);
  const head: Event<State> = {
    operation: -1,
    recorded: { called: 0, returned: 0, apply: () => undefined },
    isCall: false,
    previous: undefined,
    next: undefined,
    answer: undefined,
  };
  let last = head;
  for (const { event } of timed) {
    last.next = event;
    event.previous = last;
    last = event;
  }
  return head;
}

/** Takes a call out of the list, and its return. */
function lift<State>(call: Event<State>): void {
  for (const event of [call, call.answer]) {
    if (event === undefined) continue;
    if (event.previous !== undefined) event.previous.next = event.next;
    if (event.next !== undefined) event.next.previous = event.previous;
  }
}

/** Puts them back where they were. */
function unlift<State>(call: Event<State>): void {
  for (const event of [call.answer, call]) {
    if (event === undefined) continue;
    if (event.previous !== undefined) event.previous.next = event;
    if (event.next !== undefined) event.next.previous = event;
  }
}

/**
 * Those who wait for a resource: the highest priority first, and within one the longest wait first. Entering, leaving
 * from the middle and finding the first take constant time, but for a priority that nobody else waits at: that one is put
 * into a sorted array.
 */
import type { Waiter } from './waiter.ts';

interface Line<T> {
  readonly priority: number;
  first: Waiter<T> | undefined;
  last: Waiter<T> | undefined;
}

/** A queue of {@link Waiter}s. */
export class WaitQueue<T> {
  size = 0;
  /** Of the default priority, which most are at: stays when it is empty. */
  readonly #usual: Line<T> = { priority: 0, first: undefined, last: undefined };
  /** That line and those that are not empty, the highest priority first. */
  readonly #lines: Line<T>[] = [this.#usual];

  /** Whose turn it is; undefined when nobody waits. */
  get first(): Waiter<T> | undefined {
    return this.#firstLine().first;
  }

  /** Calls `visit` with those that came in since the last time and wait still, in the order in which they came. */
  visitUnseen(visit: (waiter: Waiter<T>) => void): void {
    // A visit may end a wait, and with it a line.
    for (const line of [...this.#lines]) {
      let first: Waiter<T> | undefined;
      for (let waiter = line.last; waiter !== undefined && !waiter.seen; waiter = waiter.ahead)
        first = waiter;
      while (first !== undefined) {
        const { following } = first;
        first.seen = true;
        visit(first);
        first = following;
      }
    }
  }

  push(waiter: Waiter<T>): void {
    const line = waiter.priority === 0 ? this.#usual : this.#lineOf(waiter.priority);
    const last = line.last;
    waiter.ahead = last;
    if (last === undefined) line.first = waiter;
    else last.following = waiter;
    line.last = waiter;
    waiter.waiting = true;
    this.size++;
  }

  /** As `remove` of the first. */
  shift(): Waiter<T> | undefined {
    const line = this.#lines.length === 1 ? this.#usual : this.#firstLine();
    const first = line.first;
    if (first === undefined) return undefined;
    const { following } = first;
    line.first = following;
    if (following !== undefined) following.ahead = undefined;
    else {
      line.last = undefined;
      this.#dropEmpty(line);
    }
    first.following = undefined;
    first.waiting = false;
    this.size--;
    return first;
  }

  remove(waiter: Waiter<T>): void {
    const { ahead, following } = waiter;
    const line = this.#lineOf(waiter.priority);
    if (ahead === undefined) line.first = following;
    else ahead.following = following;
    if (following === undefined) line.last = ahead;
    else following.ahead = ahead;
    waiter.ahead = undefined;
    waiter.following = undefined;
    waiter.waiting = false;
    this.size--;
    if (line.first === undefined) this.#dropEmpty(line);
  }

  #dropEmpty(line: Line<T>): void {
    if (line !== this.#usual) this.#lines.splice(this.#lines.indexOf(line), 1);
  }

  /** The first line that is not empty; the usual one if all are. */
  #firstLine(): Line<T> {
    const lines = this.#lines;
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i] as Line<T>;
      if (line.first !== undefined) return line;
    }
    return this.#usual;
  }

  /** Of a priority; put among the lines if it is not there, as somebody is about to enter it. */
  #lineOf(priority: number): Line<T> {
    const lines = this.#lines;
    let at = 0;
    for (let line = lines[at]; line !== undefined && line.priority >= priority; line = lines[++at]) {
      if (line.priority === priority) return line;
    }
    const line: Line<T> = { priority, first: undefined, last: undefined };
    lines.splice(at, 0, line);
    return line;
  }
}

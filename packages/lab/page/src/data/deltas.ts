/** By how much counters grew since the snapshot before. */

/** Remembers counters by key. Owner: the model. */
export class Deltas {
  #before = new Map<string, number>();
  #now = new Map<string, number>();

  /** Begins a snapshot; counters that the last one did not have are forgotten. */
  begin(): void {
    this.#before = this.#now;
    this.#now = new Map();
  }

  /** Of a new process nothing is known. */
  clear(): void {
    this.#now = new Map();
  }

  /** The growth; undefined of a counter that is new, or that began anew (another thing has its name now). */
  of(key: string, value: number): number | undefined {
    this.#now.set(key, value);
    const before = this.#before.get(key);
    return before === undefined || value < before ? undefined : value - before;
  }
}

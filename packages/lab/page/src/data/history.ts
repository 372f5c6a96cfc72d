/**
 * Figures over time: one list of moments, and a column for each line that is drawn.
 *
 *     times     t0   t1   gap  t2      seconds since 1970, ascending
 *     columns   v0   v1   null v2      ∀ column: column.length = times.length
 *
 * A row of nulls is where a line breaks: the connection was lost, or another process answers.
 */

/** Seconds that are kept. */
export const KEPT_S = 600;

/** Values of a line; null where there is none. */
export type Column = readonly (number | null)[];

/** Columns by key. Owner and only writer: the model. */
export class History {
  #times: number[] = [];
  readonly #columns = new Map<string, (number | null)[]>();

  /** The moments; a copy, so that what is drawn stays as it is. */
  get times(): readonly number[] {
    return this.#times.slice();
  }

  /** Seconds of the first and the last moment. */
  get extent(): readonly [first: number, last: number] | undefined {
    const [first, last] = [this.#times[0], this.#times.at(-1)];
    return first === undefined || last === undefined ? undefined : [first, last];
  }

  /** Keys that begin so, in the order in which they came up. */
  keys(prefix: string): readonly string[] {
    return [...this.#columns.keys()].filter((key) => key.startsWith(prefix));
  }

  /** A copy of a column; of one that is not there, nulls. */
  column(key: string): Column {
    return this.#columns.get(key)?.slice() ?? this.#times.map(() => null);
  }

  /** Adds a moment. What is not among `values` has none. */
  add(timeS: number, values: ReadonlyMap<string, number | null>): void {
    const last = this.#times.at(-1);
    if (last !== undefined && timeS <= last) {
      // The same moment twice; or the clock was put back, and the old times mean nothing now.
      if (last - timeS < 1) return;
      this.#times = [];
      this.#columns.clear();
    }
    for (const key of values.keys()) {
      if (!this.#columns.has(key)) this.#columns.set(key, new Array(this.#times.length).fill(null));
    }
    this.#times.push(timeS);
    for (const [key, column] of this.#columns) column.push(values.get(key) ?? null);
    this.#forget(timeS - KEPT_S);
  }

  /** Breaks all lines behind the last moment. */
  gap(): void {
    const last = this.#times.at(-1);
    if (last === undefined) return;
    this.#times.push(last + 0.001);
    for (const column of this.#columns.values()) column.push(null);
  }

  #forget(beforeS: number): void {
    const old = this.#times.findIndex((timeS) => timeS >= beforeS);
    if (old <= 0) return;
    this.#times.splice(0, old);
    for (const [key, column] of this.#columns) {
      column.splice(0, old);
      if (column.every((value) => value === null)) this.#columns.delete(key);
    }
  }
}

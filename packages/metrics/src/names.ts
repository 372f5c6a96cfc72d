/**
 * Label values, bounded: names come from programs, and a program that names a pool after each of its users must not make
 * a series a user. Past the bound all others share one name.
 */

/** The name of all that came after the bound. */
const OTHERS = '(others)';
/** Longer names are cut. */
const LONGEST = 120;

/** Names of one kind of things. */
export class Names {
  readonly #max: number;
  readonly #known = new Set<string>();

  constructor(max: number) {
    this.#max = max;
  }

  /** What to call it in labels. */
  of(name: string): string {
    const short = name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name;
    if (this.#known.has(short)) return short;
    if (this.#known.size >= this.#max) return OTHERS;
    this.#known.add(short);
    return short;
  }
}

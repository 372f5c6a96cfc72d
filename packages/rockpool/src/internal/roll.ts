/**
 * Who is alive: weak references to all things of a kind, so that metrics find them without being told.
 *
 * Cost: a weak reference and an entry of a set when a thing is made. References to what was collected go when the roll
 * has doubled since they last went, so that it holds at most twice as many as are alive, and some.
 */

/** Entries below which nobody looks for dead ones. */
const SMALL = 64;

/** Things of one kind, held weakly, in the order in which they were made. */
export class Roll<T extends object> implements Iterable<T> {
  readonly #references = new Set<WeakRef<T>>();
  #pruneAt = SMALL;

  /**
   * Enters a thing.
   *
   * @returns takes it off again; idempotent
   */
  enter(thing: T): () => void {
    const reference = new WeakRef(thing);
    if (this.#references.size >= this.#pruneAt) this.#prune();
    this.#references.add(reference);
    return () => {
      this.#references.delete(reference);
    };
  }

  /** Those that are alive. */
  *[Symbol.iterator](): Iterator<T> {
    for (const reference of this.#references) {
      const thing = reference.deref();
      if (thing === undefined) this.#references.delete(reference);
      else yield thing;
    }
  }

  /** Entries, dead ones that nobody has noticed among them. */
  get size(): number {
    return this.#references.size;
  }

  #prune(): void {
    for (const reference of this.#references) {
      if (reference.deref() === undefined) this.#references.delete(reference);
    }
    this.#pruneAt = Math.max(SMALL, 2 * this.#references.size);
  }
}

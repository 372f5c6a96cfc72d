/** Messages in flight: each is held while so many others follow, as behind the write of a socket, and then dropped. */

/** How many messages are in flight where a load does not say otherwise: what a busy connection has queued. */
export const IN_FLIGHT = 64;

/** A ring of what is in flight. */
export class InFlight<T> {
  readonly #ring: (T | undefined)[];
  readonly #drop: (message: T) => number;
  #next = 0;

  /** @param drop looks at a message and lets go of it; its sum */
  constructor(drop: (message: T) => number, length: number = IN_FLIGHT) {
    this.#ring = new Array<T | undefined>(length).fill(undefined);
    this.#drop = drop;
  }

  /** Takes a message in. @returns the sum of the one that made room, 0 if there was none */
  push(message: T): number {
    const ring = this.#ring;
    const at = this.#next;
    const former = ring[at];
    ring[at] = message;
    this.#next = at + 1 === ring.length ? 0 : at + 1;
    return former === undefined ? 0 : this.#drop(former);
  }

  /** Lets go of all. */
  clear(): void {
    for (const message of this.#ring) if (message !== undefined) this.#drop(message);
    this.#ring.fill(undefined);
  }
}

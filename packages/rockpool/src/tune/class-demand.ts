/**
 * What one size class of an allocator wanted lately, over a window of looks.
 *
 *     wanted = the most entries that would have been of use at a look of the window
 *            = max over looks of  max(depth that was used,  highest live − lowest live, where both were seen)
 *
 * The highest number of live buffers is seen at misses, the lowest when a buffer leaves the cache: both are rare paths,
 * so that hits pay nothing for being watched. A burst may rise in one look and fall in another, so that the two are
 * taken over `SPAN` looks.
 */

/** Allocations of a look below which nothing is learnt from it. */
const LEAST_ALLOCATIONS = 16;
/** Weight of the newest look in what is learnt. */
const LEARNING = 0.2;
/** Looks over which a swing may stretch. */
const SPAN = 3;

/** What was counted of a class between two looks. */
export interface ClassLook {
  readonly hits: number;
  readonly misses: number;
  /** Buffers that came back and found no room. */
  readonly turnedAway: number;
  readonly trimmed: number;
  /** Entries that served, as deep as the cache was used; the rest lay idle. */
  readonly depth: number;
  /** Most live buffers at a miss; 0 where there was none. */
  readonly peak: number;
  /** Fewest live buffers when one left the cache; undefined where none did. */
  readonly trough: number | undefined;
}

/** A window of looks at one size class. Owner: a tuner. */
export class ClassDemand {
  readonly blockBytes: number;
  readonly #length: number;
  readonly #looks: ClassLook[] = [];
  #intensity = 1;
  /** Look at which a bound was last changed; not before the first. */
  changedAt: number = Number.NEGATIVE_INFINITY;

  /** @param length looks that are remembered, 1 or more */
  constructor(blockBytes: number, length: number) {
    this.blockBytes = blockBytes;
    this.#length = length;
  }

  /** @param entries how many it had */
  add(look: ClassLook, entries: number): void {
    this.#looks.push(look);
    const allocations = look.hits + look.misses;
    // Only misses that more entries would have avoided tell how often the walk meets its end.
    const avoidable = Math.min(look.misses, look.turnedAway + look.trimmed);
    if (avoidable > 0 && allocations >= LEAST_ALLOCATIONS) {
      const seen = Math.min(1, (avoidable * (entries + 1)) / allocations);
      this.#intensity += (seen - this.#intensity) * LEARNING;
    }
    if (this.#looks.length > this.#length) this.#looks.shift();
  }

  /** How often it meets the end of its cache, of how often a random walk would; 0 to 1. */
  get intensity(): number {
    return this.#intensity;
  }

  /** Looks remembered. */
  get seen(): number {
    return this.#looks.length;
  }

  /** The last look. */
  get last(): ClassLook | undefined {
    return this.#looks.at(-1);
  }

  /** Entries that would have been of use. */
  get wanted(): number {
    let wanted = 0;
    this.#looks.forEach((look, i) => {
      wanted = Math.max(wanted, look.depth, this.#swingAt(i));
    });
    return wanted;
  }

  /** Whether the last so many looks saw no allocation. */
  idleLooks(count: number): boolean {
    return this.#looks.slice(-count).every(({ hits, misses }) => hits + misses === 0);
  }

  /** Allocations a look, over the window. */
  get allocations(): number {
    return this.#sum(({ hits, misses }) => hits + misses) / Math.max(1, this.seen);
  }

  /** Misses a look, over the window. */
  get misses(): number {
    return this.#sum(({ misses }) => misses) / Math.max(1, this.seen);
  }

  /** Entries a look that were trimmed and missed soon after, at most; over the last so many looks. */
  regretOver(count: number): number {
    const looks = this.#looks.slice(-Math.max(1, count));
    const sum = (of: (look: ClassLook) => number): number => looks.reduce((all, look) => all + of(look), 0);
    return (
      Math.min(
        sum((look) => look.trimmed),
        sum((look) => look.misses),
      ) / Math.max(1, looks.length)
    );
  }

  #swingAt(at: number): number {
    let peak = 0;
    let trough = Number.POSITIVE_INFINITY;
    for (let i = Math.max(0, at - SPAN + 1); i <= at; i++) {
      const look = this.#looks[i] as ClassLook;
      peak = Math.max(peak, look.peak);
      if (look.trough !== undefined) trough = Math.min(trough, look.trough);
    }
    return Math.max(0, peak - trough);
  }

  #sum(of: (look: ClassLook) => number): number {
    return this.#looks.reduce((sum, look) => sum + of(look), 0);
  }
}

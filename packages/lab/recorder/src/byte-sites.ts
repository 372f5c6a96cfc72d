/**
 * Sites that allocate bytes, by sampling: after an exponentially distributed number of bytes the next allocation is
 * taken, with its stack. An allocation of s bytes is taken with the probability p = 1 − e^(−s/interval), so that it
 * stands for 1/p of them: counts and bytes are unbiased whatever the sizes are.
 *
 * The interval follows what it costs: taken stacks may use `SHARE_MOST` of the time, and the interval is halved where
 * they use far less. In exact mode every allocation is taken.
 */
import { Ages, type Lifetimes } from './lifetimes.ts';
import { type FrameTable, takeStack } from './program-stack.ts';
import type { ByteSiteRecord } from './recording.ts';

/** Share of the time that taking stacks may cost. 1.5 % leaves room for wrappers and the heap profiler below 10. */
const SHARE_MOST = 0.015;
const SHARE_LEAST = 0.004;
const FIRST_INTERVAL = 64 * 1024;
const SMALLEST_INTERVAL = 8 * 1024;
const LARGEST_INTERVAL = 64 * 1024 * 1024;
/** Taken stacks between two looks at their cost. */
const REVIEW = 32;
/**
 * What a Buffer costs beside its bytes: handle, ArrayBuffer and backing store, in bytes. Small ones would otherwise
 * never be taken. `lab buffers`: 184 B of heap for each.
 */
export const HANDLE_BYTES = 184;
/** Different sizes of a site that are counted exactly; further ones are rounded up to a power of two. */
const EXACT_SIZES = 48;
/** Sites that are told apart; what comes later counts as one. */
const MOST_SITES = 4096;
const OTHERS = 'other sites';

/** One site. */
class ByteSite {
  samples = 0;
  count = 0;
  bytes = 0;
  readonly sizes: Map<number, number> = new Map();
  readonly ages: Ages = new Ages();
  readonly what: string;
  readonly stack: readonly number[];

  constructor(what: string, stack: readonly number[]) {
    this.what = what;
    this.stack = stack;
  }

  add(bytes: number, weight: number): void {
    this.samples++;
    this.count += weight;
    this.bytes += weight * bytes;
    const size =
      this.sizes.size < EXACT_SIZES || this.sizes.has(bytes) ? bytes : 2 ** Math.ceil(Math.log2(bytes));
    this.sizes.set(size, (this.sizes.get(size) ?? 0) + weight);
  }

  record(lifetimes: Lifetimes): ByteSiteRecord {
    const { what, stack, samples, count, bytes } = this;
    const sizes = [...this.sizes].sort(([a], [b]) => a - b);
    return { what, stack, samples, count, bytes, sizes, lifetime: lifetimes.record(this.ages) };
  }
}

/** What the wrappers count into. Plain fields: they are touched by every allocation. */
export class ByteSampler {
  /** Bytes until the next sample. */
  left = 0;
  /** Calls that came through wrappers. */
  calls = 0;
  samples = 0;
  sampleMs = 0;
  readonly #sites = new Map<string, ByteSite>();
  readonly #table: FrameTable;
  readonly #lifetimes: Lifetimes;
  readonly #random: () => number;
  readonly #exact: boolean;
  #interval: number;
  #reviewedAt = performance.now();
  #reviewedMs = 0;
  #untilReview = REVIEW;

  constructor(table: FrameTable, lifetimes: Lifetimes, exact: boolean, random: () => number = Math.random) {
    this.#table = table;
    this.#lifetimes = lifetimes;
    this.#exact = exact;
    this.#interval = FIRST_INTERVAL;
    this.#random = random;
    this.#draw();
  }

  /** Stops taking stacks; wrappers go on counting down, and never reach it. */
  stop(): void {
    this.left = Number.POSITIVE_INFINITY;
  }

  /**
   * Takes an allocation. Called by a wrapper when `left` is used up.
   *
   * @param made what was allocated
   * @param bytes its size
   * @param callee the wrapper
   */
  take(what: string, made: object, bytes: number, callee: (...args: never) => unknown): void {
    try {
      this.#take(what, made, bytes, callee);
    } catch {
      this.stop(); // the program is inside of an allocation, which has to go on
    }
  }

  #take(what: string, made: object, bytes: number, callee: (...args: never) => unknown): void {
    const started = performance.now();
    const weight = this.#exact ? 1 : 1 / (1 - Math.exp(-(bytes + HANDLE_BYTES) / this.#interval));
    const stack = takeStack(callee, this.#table);
    const site = this.#site(what, stack);
    site.add(bytes, weight);
    this.#lifetimes.follow(made, bytes, site.ages);
    this.samples++;
    this.sampleMs += performance.now() - started;
    if (--this.#untilReview === 0) this.#review();
    // With the interval that the next weight will be taken by.
    this.#draw();
  }

  record(): ByteSiteRecord[] {
    return Array.from(this.#sites.values(), (site) => site.record(this.#lifetimes));
  }

  #site(what: string, stack: readonly number[]): ByteSite {
    const key = `${what} ${stack.join()}`;
    let site = this.#sites.get(key);
    if (site === undefined) {
      if (this.#sites.size >= MOST_SITES && stack.length > 0) return this.#site(OTHERS, []);
      site = new ByteSite(what, stack);
      this.#sites.set(key, site);
    }
    return site;
  }

  #draw(): void {
    this.left = this.#exact ? 0 : -Math.log(1 - this.#random()) * this.#interval;
  }

  #review(): void {
    this.#untilReview = REVIEW;
    const now = performance.now();
    const share = (this.sampleMs - this.#reviewedMs) / (now - this.#reviewedAt);
    this.#reviewedAt = now;
    this.#reviewedMs = this.sampleMs;
    if (share > SHARE_MOST) this.#interval = Math.min(LARGEST_INTERVAL, this.#interval * 2);
    else if (share < SHARE_LEAST) this.#interval = Math.max(SMALLEST_INTERVAL, this.#interval / 2);
  }
}

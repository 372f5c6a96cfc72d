/**
 * How long buffers live: a few of each site are followed by a FinalizationRegistry until they are collected.
 *
 * V8 clears such references in full collections only, and tells of it when the event loop turns. So an age is an upper
 * bound, and the unit that matters is how many collections a buffer is known to have survived:
 *
 *     born ──── full collection ──── turn ─► told: died, or not told: survived
 *
 * A collection counts for a buffer if it began after the buffer was born, and a turn came after it. A sentinel, made
 * anew at each turn that tells of something, has turns told of in which nothing else died.
 *
 * A followed buffer is kept until then, also by collections of the young, and V8 collects in full when such memory does
 * not go: 4 MiB of followed buffers made 32 full collections of 2, and a fifth more processor time (msgpackr, 64 KiB
 * each, Node 20.20); 1 MiB made none. So few bytes are followed at a time, and one of each site as long as all are below
 * that.
 */
import { Powers } from './powers.ts';
import type { LifetimeRecord } from './recording.ts';

const PER_SITE = 24;
const FEW_BYTES = 256 * 1024;
const MOST_BYTES = 1024 * 1024;
/** Turns that are remembered. */
const TURNS_KEPT = 64;

/** Ages of one site. */
export class Ages {
  followed = 0;
  readonly ageMs: Powers = new Powers(0);
  readonly died: [first: number, second: number, later: number] = [0, 0, 0];
  /** Those that are followed now. */
  readonly alive: Set<Follow> = new Set();
}

interface Follow {
  readonly ages: Ages;
  readonly bornMs: number;
  readonly bytes: number;
}

/** Follows buffers of one thread. */
export class Lifetimes {
  readonly #majors: () => readonly number[];
  /** When the event loop turned and told of something. */
  readonly #turns: number[] = [];
  #inTurn = false;
  #bytes = 0;
  // The program may replace what is global.
  readonly #soon = queueMicrotask;
  readonly #registry = new FinalizationRegistry<Follow | null>((follow) => {
    if (follow !== null) this.#died(follow);
    this.#turned();
  });

  /** @param majors when full collections began, in ms since the start of the process, the oldest first */
  constructor(majors: () => readonly number[]) {
    this.#majors = majors;
    this.#registry.register({}, null);
  }

  /** Follows a buffer, unless enough are. */
  follow(buffer: object, bytes: number, ages: Ages): void {
    if (ages.alive.size >= PER_SITE) return;
    if (this.#bytes + bytes > (ages.alive.size === 0 ? MOST_BYTES : FEW_BYTES)) return;
    const follow = { ages, bornMs: performance.now(), bytes };
    ages.followed++;
    ages.alive.add(follow);
    this.#bytes += bytes;
    this.#registry.register(buffer, follow);
  }

  record(ages: Ages): LifetimeRecord {
    const alive: [number, number, number] = [0, 0, 0];
    for (const { bornMs } of ages.alive) alive[Math.min(2, this.#survived(bornMs)) as 0 | 1 | 2]++;
    return {
      followed: ages.followed,
      diedAtFirst: ages.died[0],
      diedAtSecond: ages.died[1],
      diedLater: ages.died[2],
      aliveUntouched: alive[0],
      aliveAfterOne: alive[1],
      aliveAfterMore: alive[2],
      agesMs: ages.ageMs.counts,
    };
  }

  #died(follow: Follow): void {
    const { ages, bornMs, bytes } = follow;
    this.#bytes -= bytes;
    ages.alive.delete(follow);
    ages.ageMs.add(performance.now() - bornMs);
    ages.died[Math.min(2, this.#survived(bornMs)) as 0 | 1 | 2]++;
  }

  /** The first that a turn tells begins it; the others come before any microtask. */
  #turned(): void {
    if (this.#inTurn) return;
    this.#inTurn = true;
    this.#soon.call(globalThis, () => {
      this.#inTurn = false;
      this.#turns.push(performance.now());
      if (this.#turns.length > TURNS_KEPT) this.#turns.shift();
      this.#registry.register({}, null);
    });
  }

  /** Turns that told of a full collection since then, and not of its death. */
  #survived(bornMs: number): number {
    const majors = this.#majors();
    let from = bornMs;
    let count = 0;
    for (const turn of this.#turns) {
      if (turn <= bornMs) continue;
      if (majors.some((began) => began > from && began < turn)) count++;
      from = turn;
    }
    return count;
  }
}

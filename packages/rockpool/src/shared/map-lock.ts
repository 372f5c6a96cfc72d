/**
 * The locks of a map's segments: a word with the wid of its holder.
 *
 * It survives its holder. One that died is found by whoever reclaims it; one that was interrupted, in a thread that lives
 * on, finds its own number there. Either way the segment is in order but for its counts (`map-segment.ts`), which are made
 * good before the lock goes on. Who waits looks again by itself now and then, as a wake-up may be lost with its sender.
 */
import { AcquireTimeoutError } from '../internal/acquire-timeout-error.ts';
import { compareExchange, load, notify, store, wait } from '../internal/atomics.ts';
import { LOCK, type MapLayout, WAITING } from './map-layout.ts';
import type { MapSegments } from './map-segment.ts';

/** Tries before a thread sleeps: a change takes 0.2 to 1 µs. */
const SPINS = 100;
/** The longest sleep without a look, in ms. */
const SLICE_MS = 5;
/** A lock that is held for longer belongs to a worker that died and was not reclaimed, in ms. */
const TIMEOUT_MS = 10_000;

/** Takes and gives back the locks, for one worker. A segment is named by its first word. */
export class MapLocks {
  readonly words: Int32Array;
  readonly layout: MapLayout;
  readonly segments: MapSegments;
  readonly wid: number;

  constructor(words: Int32Array, layout: MapLayout, segments: MapSegments, wid: number) {
    this.words = words;
    this.layout = layout;
    this.segments = segments;
    this.wid = wid;
  }

  /** @throws {AcquireTimeoutError} the holder does not give it back; nothing changed */
  take(segment: number): void {
    const { words, wid } = this;
    const lock = segment + LOCK;
    let holder = compareExchange(words, lock, 0, wid, 'lock-take');
    if (holder === 0) return;
    for (let spin = 0; spin < SPINS && holder !== wid; spin++) {
      holder = compareExchange(words, lock, 0, wid, 'lock-spin');
      if (holder === 0) return;
    }
    if (holder !== wid) holder = this.waitFor(segment, lock);
    // Ours from before: whoever had it was interrupted.
    if (holder === wid) this.segments.recount(segment);
  }

  give(segment: number): void {
    const { words } = this;
    store(words, segment + LOCK, 0, 'lock-give');
    if (load(words, segment + WAITING, 'lock-waiting') === 0) return;
    store(words, segment + WAITING, 0, 'lock-wake');
    notify(words, segment + LOCK, 'lock-notify');
  }

  /** Frees what a dead worker held. */
  reclaim(dead: number): void {
    for (const segment of this.layout.allSegments()) {
      const lock = segment + LOCK;
      if (load(this.words, lock, 'lock-look') !== dead) continue;
      // In the reclaimer's name meanwhile: if it dies, its own reclaimer finds the lock.
      if (compareExchange(this.words, lock, dead, this.wid, 'lock-inherit') !== dead) continue;
      this.segments.recount(segment);
      this.give(segment);
    }
  }

  private waitFor(segment: number, lock: number): number {
    const { words, wid } = this;
    const waiting = segment + WAITING;
    const until = performance.now() + TIMEOUT_MS;
    for (;;) {
      store(words, waiting, 1, 'lock-wait-mark');
      const holder = compareExchange(words, lock, 0, wid, 'lock-retry');
      if (holder === 0 || holder === wid) return holder;
      if (performance.now() > until) {
        throw new AcquireTimeoutError(
          `the lock of segment ${this.layout.numberOf(segment)}, which worker ${holder} holds,`,
          TIMEOUT_MS,
        );
      }
      wait(words, lock, holder, SLICE_MS, 'lock-wait');
    }
  }
}

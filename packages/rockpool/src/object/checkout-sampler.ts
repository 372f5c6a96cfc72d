/**
 * Leak detection at the level `basic`: watches one checkout in 65,536 by default, or fewer, and costs the others nothing
 * while no sample is out; while one is, puts take the pool's slow path. When one is due the pool finds out.
 *
 * An item out of a free list carries no mark that tells a sampled one from the rest, and a WeakMap look-up in
 * every put would cost several times the put. So a sample passes through stages:
 *
 *     watched   one item, held strongly, recognised in `put` by identity; nearly all come back here
 *        │ the next sample begins, or an epoch passes, and it is still out
 *        ▼
 *     suspect   held weakly, followed by the leak detector; a put looks suspects up while there are any
 *        │ collected
 *        ▼
 *     lost      reported, and the pool's count of outstanding items is corrected
 */
import type { LeakDetector } from '../leak/leak-detector.ts';
import type { LeakTrack } from '../leak/leak-track.ts';
import type { Callable } from './guard.ts';

/**
 * Object pools sample so many times less often than the detector says: one get in 65,536 by default. A stack
 * costs 5–12 µs to capture and a hit 4 ns, so that the samples add 0.2 ns to a hit (one get in 4,096 added
 * 12 ns with formatted stacks, one in 16,384 added 1 ns; Node 20.20, `npm run bench pool-pair`).
 */
const RARER = 512;
/** More suspects than this are not followed: the leak is known by then. */
const MAX_SUSPECTS = 16;
/** The period of a pool that does not sample: counters are folded into it all the same. */
const NEVER = 1 << 29;

/** The sample of one pool. */
export class CheckoutSampler<T extends object> {
  readonly #detector: LeakDetector;
  readonly #name: string;
  readonly #onLost: () => void;
  readonly #tracks = new WeakMap<T, LeakTrack>();
  #suspects = 0;
  #watched: T | undefined = undefined;
  #watchedTrack: LeakTrack | undefined = undefined;

  readonly #enabled: boolean;

  /**
   * @param onLost called when a sampled item was collected while it was out
   * @param enabled false for pools that do not sample: then nothing is ever watched
   */
  constructor(pool: string, detector: LeakDetector, onLost: () => void, enabled: boolean) {
    this.#enabled = enabled;
    this.#detector = detector;
    this.#name = `Item of pool '${pool}'`;
    this.#onLost = onLost;
  }

  /** Gets between two samples, as the detector's level stands now. */
  get period(): number {
    const { level, samplingInterval } = this.#detector;
    if (!this.#enabled || level === 'disabled') return NEVER;
    return level === 'paranoid' ? 1 : Math.min(NEVER, samplingInterval * RARER);
  }

  /** Whether puts must be shown to `returned`. */
  get active(): boolean {
    return this.#watched !== undefined || this.#suspects > 0;
  }

  /** Begins to watch an item that goes out now. */
  sample(item: T, below: Callable): void {
    if (!this.#enabled || this.#detector.level === 'disabled') return;
    this.suspect();
    this.#watched = item;
    this.#watchedTrack = this.#detector.begin(this.#name, below);
  }

  /** A put or discard of `item`. */
  returned(item: T): void {
    if (item === this.#watched) {
      this.#watched = undefined;
      this.#watchedTrack = undefined;
    } else if (this.#suspects > 0) {
      const track = this.#tracks.get(item);
      if (track === undefined) return;
      this.#tracks.delete(item);
      this.#suspects--;
      track.close();
    }
  }

  /** Lets go of the watched item, if it is still out, and has the detector follow it. */
  suspect(): void {
    const item = this.#watched;
    const track = this.#watchedTrack;
    if (item === undefined || track === undefined) return;
    this.#watched = undefined;
    this.#watchedTrack = undefined;
    if (this.#suspects >= MAX_SUSPECTS) return;
    this.#suspects++;
    this.#tracks.set(item, track);
    this.#detector.follow(item, track, () => {
      this.#suspects--;
      this.#onLost();
    });
  }
}

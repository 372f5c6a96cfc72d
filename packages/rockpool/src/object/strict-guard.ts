/**
 * The guard of the level `strict`: knows the state of every item, so it catches every double and foreign put,
 * and tracks every checkout, so that every loss is noticed. One checkout in the detector's sampling interval
 * has its stack recorded.
 */
import type { LeakDetector } from '../leak/leak-detector.ts';
import type { LeakTrack } from '../leak/leak-track.ts';
import type { Callable, Guard } from './guard.ts';
import { DoublePutError, ForeignPutError } from './pool-errors.ts';

/** What the guard knows of one item; held by the item's identity, weakly. */
class ItemState {
  /** idle → out at checkOut, out → idle at checkIn, any → gone at release. */
  where: 'idle' | 'out' | 'gone' = 'idle';
  track: LeakTrack | undefined = undefined;
}

/** Exact checks by identity. Owner: one pool. */
export class StrictGuard<T extends object> implements Guard<T> {
  protected readonly pool: string;
  protected readonly detector: LeakDetector;
  readonly #onLost: () => void;
  readonly #states = new WeakMap<T, ItemState>();
  /** Checkouts until the next stack is recorded. */
  #untilStack = 1;

  /**
   * @param pool the pool's name
   * @param detector is told of every checkout, unless its level is `disabled`
   * @param onLost called when a checked-out item was collected
   */
  constructor(pool: string, detector: LeakDetector, onLost: () => void) {
    this.pool = pool;
    this.detector = detector;
    this.#onLost = onLost;
  }

  admit(item: T): void {
    this.#states.set(item, new ItemState());
  }

  checkOut(item: T, below: Callable): T {
    const state = this.#states.get(item) as ItemState;
    state.where = 'out';
    if (this.detector.level !== 'disabled') {
      state.track = this.detector.follow(item, this.#track(below), this.#onLost);
    }
    return item;
  }

  checkIn(handed: T, _below: Callable): T {
    const state = this.#states.get(handed);
    if (state === undefined) throw new ForeignPutError(this.pool, 'the pool did not hand out this item');
    if (state.where !== 'out') throw new DoublePutError(this.pool, this.firstPut(handed));
    state.where = 'idle';
    state.track?.close();
    state.track = undefined;
    return handed;
  }

  inspect(_item: T, _wasReset: boolean): Error | undefined {
    return undefined;
  }

  recheck(_item: T): Error | undefined {
    return undefined;
  }

  release(item: T): void {
    const state = this.#states.get(item);
    if (state !== undefined) state.where = 'gone';
  }

  pick(_count: number): number {
    return -1;
  }

  /** Where an item that is not out was put; known at `paranoid` only. */
  protected firstPut(_item: T): string {
    return '';
  }

  /** Whether this checkout's stack is recorded. */
  protected recordsStack(): boolean {
    if (this.detector.level === 'paranoid') return true;
    if (--this.#untilStack > 0) return false;
    this.#untilStack = this.detector.samplingInterval;
    return true;
  }

  #track(below: Callable): LeakTrack {
    const name = `Item of pool '${this.pool}'`;
    return this.recordsStack() ? this.detector.begin(name, below) : this.detector.beginBlind(name);
  }
}

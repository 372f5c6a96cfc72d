/**
 * What watches every checkout of a pool at the levels `strict` and `paranoid`.
 *
 * A pool with a guard takes its general path for every get and put; a pool without one has no trace of it on
 * its fast path. The life of an item, as the guard sees it:
 *
 *     admit ─► idle ─ checkOut ─► out ─ checkIn ─► idle … ─ release ─► gone
 */
export interface Guard<T extends object> {
  /** A new item belongs to the pool; it is idle until it is checked out. */
  admit(item: T): void;
  /**
   * An item goes out to a user.
   *
   * @param below the pool's function that the user called
   * @returns what the user gets: the item, or a stand-in for it
   */
  checkOut(item: T, below: Callable): T;
  /**
   * A user brings something back.
   *
   * @param handed what the user handed in: the item or its stand-in
   * @returns the item itself
   * @throws {ForeignPutError} if it is not the pool's
   * @throws {DoublePutError} if it is not out
   */
  checkIn(handed: T, below: Callable): T;
  /**
   * After the reset: what is wrong with the item, if anything. `wasReset` tells whether there is a reset.
   * May throw what `create` or a getter of the item throws.
   */
  inspect(item: T, wasReset: boolean): Error | undefined;
  /** Before an idle item goes out again: what happened to it while it was idle, if anything. */
  recheck(item: T): Error | undefined;
  /** The pool lets go of the item. */
  release(item: T): void;
  /** Which of `count` idle items is to be handed out, 0 the oldest, or −1 for the youngest. */
  pick(count: number): number;
}

export type Callable = (...args: never[]) => unknown;

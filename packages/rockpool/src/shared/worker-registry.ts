/**
 * Which workers use a region of shared memory, and what happens when one of them dies.
 *
 * A worker takes a slot and an incarnation, its wid, which no worker had before. Its slot is freed by whoever reclaims
 * what it had, and only behind that, so that nobody else gets its number, or its bit in a mask, while words with them
 * are left.
 *
 * One worker reclaims at a time, for all who died: it holds the word `RECLAIMER`. Who finds it taken leaves a note,
 * the slot's `DEAD`, and the holder works through the notes until there are none. So nobody waits, and a reclaimer that
 * is slow never meets a new worker in the slot. A holder that dies is found by its own reclaimer, which takes over;
 * one that was interrupted, in a thread that lives on, finds its own number there.
 *
 * Invariant: `THREAD` of a slot is 0, or a thread that lives, or one that died and was not reclaimed yet.
 */
import { add, compareExchange, load, peek, store } from '../internal/atomics.ts';
import { FIELD } from './ownership-word.ts';
import { TooManyWorkersError } from './shared-errors.ts';
import { DEAD, LINE, NEXT_WID, RECLAIMER, THREAD, WID } from './worker-registry-layout.ts';

/** Reclaims what the worker `wid` in `slot` had. Must be idempotent: it is done again if its thread dies in it. */
export type ReclaimSlot = (slot: number, wid: number) => void;

/**
 * One thread's view of the registry; in it, the thread's own place. No `#` here and in all that has the state of a
 * simulated worker: the explorer copies these objects.
 */
export class WorkerRegistry {
  readonly words: Int32Array;
  readonly base: number;
  readonly maxWorkers: number;
  /** Own slot; −1 before {@link register} and behind {@link leave}. */
  slot = -1;
  /** Own incarnation. */
  wid = 0;

  constructor(words: Int32Array, base: number, maxWorkers: number) {
    this.words = words;
    this.base = base;
    this.maxWorkers = maxWorkers;
  }

  /** The first word of a slot's line. */
  line(slot: number): number {
    return this.base + LINE * (1 + slot);
  }

  /**
   * Takes a slot.
   *
   * @param thread the number of this thread, 0 to 2^31 − 2; unique as long as the memory lives
   * @throws {TooManyWorkersError} all are taken
   */
  register(thread: number): void {
    const { words } = this;
    for (let slot = 0; slot < this.maxWorkers; slot++) {
      const line = this.line(slot);
      if (load(words, line + THREAD, 'register-look') !== 0) continue;
      if (compareExchange(words, line + THREAD, 0, thread + 1, 'register-claim') !== 0) continue;
      const wid = 1 + add(words, this.base + NEXT_WID, 1, 'register-wid');
      if (wid > FIELD) {
        store(words, line + THREAD, 0, 'register-full');
        break;
      }
      store(words, line + WID, wid, 'register-publish');
      this.slot = slot;
      this.wid = wid;
      return;
    }
    throw new TooManyWorkersError(this.maxWorkers);
  }

  /** Whether the worker in `slot` lives: took it, and was not reclaimed. */
  isTaken(slot: number): boolean {
    return load(this.words, this.line(slot) + THREAD, 'slot-taken') !== 0;
  }

  /** The incarnation in a slot; 0 if it is free. */
  widOf(slot: number): number {
    if (!this.isTaken(slot)) return 0;
    return load(this.words, this.line(slot) + WID, 'slot-wid');
  }

  /** The slot of an incarnation; −1 if it is gone. */
  slotOf(wid: number): number {
    for (let slot = 0; slot < this.maxWorkers; slot++) if (this.widOf(slot) === wid) return slot;
    return -1;
  }

  /** The thread in a slot; −1 if it is free. */
  threadOf(slot: number): number {
    return load(this.words, this.line(slot) + THREAD, 'slot-thread') - 1;
  }

  /**
   * Declares the worker in `slot` dead. Only when its thread has ended: it must not make another step.
   *
   * @param thread which one: nothing happens if it is not in the slot
   */
  declareDead(slot: number, thread: number): void {
    const { words } = this;
    const line = this.line(slot);
    for (;;) {
      // An exchange, as the slot may have another worker by now, and a note of its death.
      const note = load(words, line + DEAD, 'dead-note');
      if (note === thread + 1 || load(words, line + THREAD, 'dead-look') !== thread + 1) return;
      if (compareExchange(words, line + DEAD, note, thread + 1, 'dead-mark') === note) return;
    }
  }

  /**
   * Reclaims for all who were declared dead, unless another worker is at it, which then does.
   *
   * @returns whether nobody who was declared dead before the call is left
   */
  reclaimDead(reclaim: ReclaimSlot): boolean {
    const { words, base } = this;
    while (this.someDead()) {
      const holder = compareExchange(words, base + RECLAIMER, 0, this.wid, 'reclaimer-take');
      if (holder !== 0 && holder !== this.wid && !this.takeOver(holder)) return false;
      for (let slot = 0; slot < this.maxWorkers; slot++) {
        if (!this.isDead(slot)) continue;
        reclaim(slot, load(words, this.line(slot) + WID, 'reclaim-wid'));
        store(words, this.line(slot) + THREAD, 0, 'reclaim-free-slot');
      }
      // Whoever was marked meanwhile by somebody who found the word taken is found by the next look.
      store(words, base + RECLAIMER, 0, 'reclaimer-leave');
    }
    return true;
  }

  /** Gives the own slot back. The caller has nothing left that carries its wid or its bit. */
  leave(): void {
    if (this.slot < 0) return;
    store(this.words, this.line(this.slot) + THREAD, 0, 'leave');
    this.slot = -1;
  }

  private someDead(): boolean {
    for (let slot = 0; slot < this.maxWorkers; slot++) if (this.isDead(slot)) return true;
    return false;
  }

  /** Whether the worker in a place was declared dead, and not reclaimed yet. */
  isDead(slot: number): boolean {
    const line = this.line(slot);
    const dead = peek(this.words, line + DEAD, 'dead-peek');
    return dead !== 0 && load(this.words, line + THREAD, 'dead-check') === dead;
  }

  /** A reclaimer that died itself cannot go on: whoever knows of its death does. */
  private takeOver(holder: number): boolean {
    for (let slot = 0; slot < this.maxWorkers; slot++) {
      if (this.isDead(slot) && load(this.words, this.line(slot) + WID, 'reclaimer-dead') === holder) {
        return (
          compareExchange(this.words, this.base + RECLAIMER, holder, this.wid, 'reclaimer-succeed') === holder
        );
      }
    }
    return false;
  }
}

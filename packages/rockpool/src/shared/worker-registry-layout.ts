/**
 * Where a registry keeps its workers, in words of 32 bits from its base; a line is 64 bytes, so that no two
 * workers write to one.
 *
 *     line 0         NEXT_WID   RECLAIMER                         for all
 *     line 1 + slot  THREAD   WID   DEAD                          one a worker
 */

/** Words of a cache line. */
export const LINE = 16;

/** The incarnation to give out next; only grows. */
export const NEXT_WID = 0;
/** The wid of whoever is reclaiming; 0: nobody. Taken by CAS, given back by its holder's store. */
export const RECLAIMER = 1;

/** The thread in the slot, as its number + 1; 0: the slot is free. Taken by CAS, freed by a store as the last step. */
export const THREAD = 0;
/** The incarnation; the owner's store right behind the claim. Stale while `THREAD` is 0, and until then. */
export const WID = 1;
/** The value of `THREAD` that was declared dead. Means nothing when the two differ: threads are never numbered alike. */
export const DEAD = 2;

/** Words of a registry. */
export function registryWords(maxWorkers: number): number {
  return LINE * (1 + maxWorkers);
}

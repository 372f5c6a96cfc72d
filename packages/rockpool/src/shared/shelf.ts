/**
 * A shelf: hints at blocks that a worker gave back, for itself and for others who have none.
 *
 *     words   HEAD │ TAIL │ index index index …   capacity a power of two, positions wrap at 2^32
 *
 * The owner puts: it writes hints behind the tail, then moves the tail by a store, PUBLISH(tail). Anybody takes: reads
 * hints from the head on, then moves the head by one exchange for the whole batch, CONSUME(head). Who wins the exchange
 * has hints, not blocks: each is confirmed by a claim of its word. Lost hints are found by a scan of the words, and
 * stale ones fail at the claim; so deleting all hints breaks nothing.
 */
import { compareExchange, load, peek, poke, store } from '../internal/atomics.ts';
import { SHELF_HEAD, SHELF_HINTS, SHELF_TAIL } from './region-layout.ts';

// As constants of this file: V8 folds those, and reads and checks one that is imported at each use.
const HEAD = SHELF_HEAD;
const TAIL = SHELF_TAIL;
const HINTS = SHELF_HINTS;

/** How often a batch is tried to be taken from a shelf that others take from at the same time. */
const TRIES = 3;

/** Free positions of a shelf, as its owner sees it: a head that is old makes it too few. */
export function shelfRoom(words: Int32Array, shelf: number, capacity: number, tail: number): number {
  return capacity - ((tail - load(words, shelf + HEAD, 'shelf-room')) | 0);
}

/** Writes a hint at position `at`; nobody sees it before {@link publishHints}. The caller owns the shelf. */
export function putHint(words: Int32Array, shelf: number, capacity: number, at: number, index: number): void {
  poke(words, shelf + HINTS + (at & (capacity - 1)), index, 'shelf-hint');
}

/** PUBLISH(tail): lets everybody take the hints before `tail`. */
export function publishHints(words: Int32Array, shelf: number, tail: number): void {
  store(words, shelf + TAIL, tail, 'shelf-publish');
}

/**
 * CONSUME(head): takes hints.
 *
 * @param want at most so many
 * @param half whether to leave half of them: of another worker's shelf
 * @param into the hints; at least `want` words of the caller's own
 * @returns how many
 */
export function takeHints(
  words: Int32Array,
  shelf: number,
  capacity: number,
  want: number,
  half: boolean,
  into: Int32Array,
): number {
  // Plain looks first: most shelves that are looked at are empty.
  const seen = peek(words, shelf + TAIL, 'shelf-look') - peek(words, shelf + HEAD, 'shelf-look');
  if ((seen | 0) <= 0) return 0;
  for (let tries = 0; tries < TRIES; tries++) {
    const head = load(words, shelf + HEAD, 'shelf-head');
    let count = (load(words, shelf + TAIL, 'shelf-tail') - head) | 0;
    if (count <= 0) return 0;
    if (half) count = (count + 1) >> 1;
    if (count > want) count = want;
    // Owned by nobody until the exchange says so: what was overwritten meanwhile is not taken.
    for (let i = 0; i < count; i++) {
      into[i] = peek(words, shelf + HINTS + ((head + i) & (capacity - 1)), 'shelf-read');
    }
    if (compareExchange(words, shelf + HEAD, head, (head + count) | 0, 'shelf-take') === head) {
      return count;
    }
  }
  return 0;
}

/**
 * The words that a crew of threads and its watcher share.
 *
 *     READY  threads that run │ STOP  1: end │ WRONG  things that were not as they must be
 *     counts  a line each: operations of a thread, mod 2^32
 */
export const READY = 0;
export const STOP = 1;
export const WRONG = 2;

const COUNTS = 16;
const LINE = 16;

/** Fresh words for so many threads. */
export function makeControl(threads: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * (COUNTS + LINE * threads)));
}

/** The word with the count of a thread. */
export function countOf(thread: number): number {
  return COUNTS + LINE * thread;
}

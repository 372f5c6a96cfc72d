/** Errors as data, so that a test compares a whole chain at once. */
import { SuppressedError } from '../../src/index.ts';

/** What was thrown: itself, or for a SuppressedError its two halves. */
export type Chain = unknown | { readonly error: Chain; readonly suppressed: Chain };

/** Takes a SuppressedError apart, all the way down. */
export function chainOf(thrown: unknown): Chain {
  if (!(thrown instanceof SuppressedError)) return thrown;
  return { error: chainOf(thrown.error), suppressed: chainOf(thrown.suppressed) };
}

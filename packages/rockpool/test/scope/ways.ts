/** What the tests of scopes share. */
import type { Defer } from '../../src/index.ts';

/**
 * Ways through `defer`: a name, and what is deferred first to get there. A scope with a single call of one
 * argument takes a short cut, so most tests run with and without another call below.
 */
export const WAYS: [string, (defer: Defer) => void][] = [
  ['as the only call', () => {}],
  ['above a call without arguments', (defer) => defer(() => {})],
  ['above a call with one argument', (defer) => defer((_: number) => {}, 1)],
];

/** What `fn` throws; fails if it throws nothing. */
export function thrownBy(fn: () => unknown): unknown {
  try {
    fn();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

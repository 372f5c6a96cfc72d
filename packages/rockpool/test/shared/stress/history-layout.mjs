// @ts-check
/** Words of the clock and the logs that the workers of `history.mjs` share with it. */
export const CLOCK = 0;
export const START = 1;

/** Of a log: operations that were begun. */
export const COUNT = 0;
/** Of a log: the first operation. */
export const LOG = 16;
/** Of an operation: CALLED RETURNED kind key value result. */
export const OPERATION_WORDS = 6;
export const CALLED = 0;
export const RETURNED = 1;

export const KINDS = /** @type {const} */ (['get', 'has', 'set', 'setIfAbsent', 'delete', 'update', 'clear']);

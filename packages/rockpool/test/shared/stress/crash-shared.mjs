// @ts-check
/** Words that the crash test and its workers share. */
export const STOP = 0;
export const ERRORS = 1;
export const OPERATIONS = 2;
export const SENT = 3;
export const RECEIVED = 4;
/** Deaths at a site. */
export const ACCESSES = 5;
/** Never changes: who waits on it waits for its end. */
export const BLOCKS = 6;

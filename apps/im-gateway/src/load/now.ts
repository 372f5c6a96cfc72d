/** The clock of the load: microseconds since 1970, with the resolution of `performance.now()`, never going back. */

const ORIGIN_US = performance.timeOrigin * 1000;

/** Microseconds since 1970; a safe integer. */
export function nowUs(): number {
  return Math.floor(ORIGIN_US + performance.now() * 1000);
}

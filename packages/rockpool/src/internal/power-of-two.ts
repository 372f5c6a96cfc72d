/**
 * The least power of two that is at least `value`, which is at most 2^30.
 *
 * By a shift, as V8 keeps the result of `**` as a double whatever it is, and with it all fields that are computed from it:
 * indices that cost a conversion at each use.
 */
export function ceilPowerOfTwo(value: number): number {
  return value <= 1 ? 1 : 1 << (32 - Math.clz32(Math.ceil(value) - 1));
}

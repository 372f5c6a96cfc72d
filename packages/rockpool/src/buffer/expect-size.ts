/** The check of sizes that allocators are asked for. */
import { ArgumentRangeError } from './buffer-errors.ts';
import { MAX_CAPACITY } from './byte-buf-state.ts';

/** @throws {ArgumentRangeError} unless `value` is an integer from `min` to 2^31 − 1 */
export function expectSize(argument: string, value: number, min: number): void {
  if (!Number.isInteger(value) || value < min || value > MAX_CAPACITY) {
    throw new ArgumentRangeError('allocate', argument, `an integer from ${min} to ${MAX_CAPACITY}`, value);
  }
}

/**
 * The way out for what goes wrong where nobody can catch it: the process's warning channel in Node, Bun and
 * Deno, the console elsewhere.
 */
import { thrownText } from './errors.ts';

/** Emits `message` as a warning of the given type; never throws. */
export function warn(message: string, type: string, code: string): void {
  const emit = globalThis.process?.emitWarning;
  if (typeof emit === 'function') emit.call(globalThis.process, message, { type, code });
  else globalThis.console?.warn(`${type} [${code}]: ${message}`);
}

/**
 * Hands `error` to the user's `onError`, or warns. A throwing `onError` becomes a warning of its own: the
 * operation that met the error goes on in any case.
 */
export function report(onError: ((error: unknown) => void) | undefined, error: unknown, code: string): void {
  if (onError !== undefined) {
    try {
      onError(error);
      return;
    } catch (second) {
      warn(`onError threw: ${describe(second)}`, 'RockpoolWarning', code);
    }
  }
  warn(describe(error), 'RockpoolWarning', code);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : thrownText(error);
}

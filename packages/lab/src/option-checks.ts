/** Checks of options that several commands have. */
import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { OptionValueError, OutputPathError } from './errors.ts';

/**
 * A number within bounds.
 *
 * @param text as typed; undefined where it was not
 * @throws {OptionValueError} `ERR_ROCKPOOL_LAB_OPTION`
 */
export function readNumber(
  option: string,
  text: string | undefined,
  min: number,
  max: number,
  whole: boolean,
): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value >= min && value <= max) || (whole && !Number.isInteger(value))) {
    throw new OptionValueError(option, `${whole ? 'an integer' : 'a number'} from ${min} to ${max}`, text);
  }
  return value;
}

/**
 * Opens the file for writing, without changing one that exists and without leaving one that did not.
 *
 * @throws {OutputPathError} `ERR_ROCKPOOL_LAB_OUTPUT`
 */
export function tryPath(option: string, path: string | undefined): void {
  if (path === undefined) return;
  const existed = existsSync(path);
  try {
    closeSync(openSync(path, 'a'));
    if (!existed) rmSync(path);
  } catch (error) {
    throw new OutputPathError(option, path, error as NodeJS.ErrnoException);
  }
}

/** What may be typed after `rockpool advise`, and its checks. */
import { UsageError } from '../errors.ts';
import { readNumber, tryPath } from '../option-checks.ts';

/** As commander reads it. */
export interface RawAdviseOptions {
  readonly for?: string;
  readonly keep?: boolean;
  readonly exact?: boolean;
  readonly json?: string;
  readonly html?: string;
  readonly from?: string;
}

/** Checked. */
export interface AdviseOptions {
  /** Null: until the program ends. */
  readonly seconds: number | null;
  /** Leave the program running when the time is over. */
  readonly keep: boolean;
  readonly exact: boolean;
  readonly jsonPath: string | undefined;
  readonly htmlPath: string | undefined;
}

const MIN_SECONDS = 0.1;
const MAX_SECONDS = 7 * 24 * 3600;

/**
 * Checks what was typed.
 *
 * @throws {OptionValueError} `ERR_ROCKPOOL_LAB_OPTION`
 * @throws {OutputPathError} `ERR_ROCKPOOL_LAB_OUTPUT`
 * @throws {UsageError} `ERR_ROCKPOOL_LAB_OPTION` options that exclude each other
 */
export function readAdviseOptions(raw: RawAdviseOptions): AdviseOptions {
  const seconds = readNumber('--for', raw.for, MIN_SECONDS, MAX_SECONDS, false) ?? null;
  if (raw.keep === true && seconds === null) {
    throw new UsageError('ERR_ROCKPOOL_LAB_OPTION', "Cannot run the lab as '--keep' needs '--for'");
  }
  tryPath('--json', raw.json);
  tryPath('--html', raw.html);
  return {
    seconds,
    keep: raw.keep === true,
    exact: raw.exact === true,
    jsonPath: raw.json,
    htmlPath: raw.html,
  };
}

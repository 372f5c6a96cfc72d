/**
 * What may be typed after `rockpool lab`, and its checks. A bad value names the option, the value and the range;
 * a report's path is tried before anything is measured, so that no run is lost to a misspelt folder.
 */
import { readNumber, tryPath } from './option-checks.ts';

/** As commander reads it: everything is text. */
export interface RawLabOptions {
  readonly list?: boolean;
  readonly quick?: boolean;
  readonly rounds?: string;
  readonly seconds?: string;
  readonly json?: string;
  readonly html?: string;
  readonly page?: true | string;
}

/** Checked. */
export interface LabOptions {
  readonly quick: boolean;
  readonly rounds: number;
  /** Per case, over all rounds; left out, each experiment's own. */
  readonly secondsPerCase: number | undefined;
  readonly jsonPath: string | undefined;
  readonly htmlPath: string | undefined;
  /** Of the live page, if there is to be one. */
  readonly pagePort: number | undefined;
}

const DEFAULT_ROUNDS = 5;
const QUICK_ROUNDS = 3;
const MAX_ROUNDS = 100;
const MIN_SECONDS = 0.01;
const MAX_SECONDS = 3600;
const DEFAULT_PAGE_PORT = 9470;

/**
 * Checks what was typed.
 *
 * @throws {OptionValueError} `ERR_ROCKPOOL_LAB_OPTION`
 * @throws {OutputPathError} `ERR_ROCKPOOL_LAB_OUTPUT`
 */
export function readLabOptions(raw: RawLabOptions): LabOptions {
  const quick = raw.quick === true;
  const rounds = readNumber('--rounds', raw.rounds, 1, MAX_ROUNDS, true);
  const secondsPerCase = readNumber('--seconds', raw.seconds, MIN_SECONDS, MAX_SECONDS, false);
  tryPath('--json', raw.json);
  tryPath('--html', raw.html);
  return {
    quick,
    rounds: rounds ?? (quick ? QUICK_ROUNDS : DEFAULT_ROUNDS),
    secondsPerCase,
    jsonPath: raw.json,
    htmlPath: raw.html,
    pagePort: readPagePort(raw.page),
  };
}

/** @throws {OptionValueError} `ERR_ROCKPOOL_LAB_OPTION` */
function readPagePort(page: true | string | undefined): number | undefined {
  return page === true ? DEFAULT_PAGE_PORT : readNumber('--page', page, 0, 65_535, true);
}

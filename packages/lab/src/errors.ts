/**
 * Errors of the command line. A `UsageError` is the user's to fix: it is printed without a stack, and the process
 * ends with exit code 2.
 */

/** What was typed cannot be done. */
export class UsageError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = new.target.name;
    this.code = code;
  }
}

/** An experiment that does not exist. */
export class UnknownExperimentError extends UsageError {
  readonly experiment: string;
  readonly known: readonly string[];

  constructor(experiment: string, known: readonly string[]) {
    super(
      'ERR_ROCKPOOL_LAB_EXPERIMENT',
      `Cannot run '${experiment}' as there is no such experiment: known are ${known.join(', ')}`,
    );
    this.experiment = experiment;
    this.known = known;
  }
}

/** An option's value outside its range. */
export class OptionValueError extends UsageError {
  readonly option: string;
  readonly value: string;

  constructor(option: string, expected: string, value: string) {
    super(
      'ERR_ROCKPOOL_LAB_OPTION',
      `Cannot run the lab as '${option}' must be ${expected}: received '${value}'`,
    );
    this.option = option;
    this.value = value;
  }
}

/** A report could not be written where it was asked for; found before anything is measured. */
export class OutputPathError extends UsageError {
  readonly option: string;
  readonly path: string;

  constructor(option: string, path: string, cause: NodeJS.ErrnoException) {
    super(
      'ERR_ROCKPOOL_LAB_OUTPUT',
      `Cannot run the lab as '${option}' must name a file that can be written: '${path}' gives ${cause.code ?? cause.message}`,
    );
    this.cause = cause;
    this.option = option;
    this.path = path;
  }
}

/** The process of a case failed: it threw, died or took too long. */
export class CaseFailedError extends Error {
  readonly code = 'ERR_ROCKPOOL_LAB_CASE' as const;
  /** `experiment/comparison/case`. */
  readonly path: string;

  constructor(path: string, reason: string) {
    super(`Cannot measure ${path}: ${reason}`);
    this.name = 'CaseFailedError';
    this.path = path;
  }
}

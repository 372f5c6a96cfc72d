/** Errors of `rockpool advise`. */
import { UsageError } from '../errors.ts';

/** The program could not be started. */
export class ProgramStartError extends UsageError {
  /** As a shell would: 127 where there is no such program, 126 where it may not be run. */
  readonly exitCode: number;

  constructor(file: string, cause: NodeJS.ErrnoException) {
    super(
      'ERR_ROCKPOOL_ADVISE_START',
      `Cannot run '${file}': ${cause.code === 'ENOENT' ? 'there is no such program' : cause.message}`,
    );
    this.cause = cause;
    this.exitCode = cause.code === 'ENOENT' ? 127 : 126;
  }
}

/** There is nothing to report on. */
export class NoRecordingsError extends UsageError {
  constructor(directory: string) {
    super(
      'ERR_ROCKPOOL_ADVISE_RECORDINGS',
      `Cannot advise as there are no recordings in '${directory}': the program is no Node program, ended before it began, was not allowed to write there, or cleared NODE_OPTIONS`,
    );
  }
}

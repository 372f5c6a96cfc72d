/** The end that is none. */
import { brand } from '../internal/errors.ts';

/**
 * A source of frames was destroyed before its end, without an error.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { PassThrough } from 'node:stream';
 * import { FixedLengthFrameDecoder, frames, SourceClosedError } from 'rockpool';
 *
 * const source = new PassThrough();
 * const next = frames(source, new FixedLengthFrameDecoder({ length: 4 })).next();
 * source.destroy();
 * await assert.rejects(next, SourceClosedError);
 * ```
 */
export class SourceClosedError extends Error {
  readonly code = 'ERR_ROCKPOOL_SOURCE_CLOSED' as const;

  constructor() {
    super('Cannot read frames as the source was closed before its end');
    this.name = 'SourceClosedError';
    brand(this);
  }
}

/** What an iteration over frames fails with by itself; the rest are errors of its source and its decoder. */
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

/**
 * The next frame was asked for while the last one was still being waited for. Each call ends the turn of the frame
 * before, so that they cannot overlap; a `for await` never does.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { PassThrough } from 'node:stream';
 * import { ConcurrentNextError, FixedLengthFrameDecoder, frames } from 'rockpool';
 *
 * const iterator = frames(new PassThrough(), new FixedLengthFrameDecoder({ length: 4 }));
 * const first = iterator.next();
 * await assert.rejects(iterator.next(), ConcurrentNextError);
 * await iterator.return?.();
 * await first;
 * ```
 */
export class ConcurrentNextError extends Error {
  readonly code = 'ERR_ROCKPOOL_CONCURRENT_NEXT' as const;

  constructor() {
    super('Cannot read the next frame as the last call of next() was not answered yet');
    this.name = 'ConcurrentNextError';
    brand(this);
  }
}

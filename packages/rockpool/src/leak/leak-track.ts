/**
 * The life of one tracked resource: where it was taken, where it was touched, whether it came back.
 *
 * Records thin out as Netty's do: past the target, a new record replaces the newest one with probability
 * 1 − 2^−(n − target), so that n grows with the logarithm of the number of touches and the last access is
 * always there.
 */
import { CapturedStack, captureStack } from '../internal/stack.ts';

/** One access to a tracked resource. */
export interface AccessRecord {
  /** What the user passed to `touch`, as text. */
  readonly hint: string | undefined;
  /** The call stack, lines beginning with "    at ". */
  readonly stack: string;
}

/** A resource that was lost. */
export interface LeakReport {
  /** What was lost: "Pool 'rows'". */
  readonly resource: string;
  /** Where it was taken; undefined if that was not recorded. */
  readonly created: AccessRecord | undefined;
  /** Accesses, the newest first. */
  readonly accesses: readonly AccessRecord[];
  /** Accesses that are not among `accesses`, because they thin out. */
  readonly omitted: number;
  /** All of it as text, beginning with "LEAK: ". */
  readonly message: string;
}

/** What a track needs of its detector. */
export interface TrackHost {
  /** The track's resource was given back. */
  closed(track: LeakTrack): void;
  /** A random number from 0 up to, not including, 1. */
  fraction(): number;
}

/** Past the target, the probability to keep one more record halves with each, down to 2^-30. */
const MAX_BACKOFF = 30;

/**
 * What is known of one tracked resource. Made by a {@link LeakDetector}; never holds the resource.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { LeakDetector } from 'rockpool';
 *
 * const detector = new LeakDetector({ level: 'paranoid' });
 * function take() {
 *   const resource = {};
 *   const track = detector.track(resource, 'my resource', take);
 *   return { resource, track };
 * }
 * const { track } = take();
 * track?.touch('handed to the parser');
 * assert.equal(track?.close(), true); // given back
 * assert.equal(track?.close(), false); // once is enough
 * ```
 */
export class LeakTrack {
  readonly #host: TrackHost;
  readonly #resource: string;
  readonly #created: CapturedStack | undefined;
  readonly #accesses: AccessRecord[] = [];
  readonly #targetRecords: number;
  #omitted = 0;
  #open = true;

  /** Called by the detector when the resource was collected; owner: the detector. */
  onLost: (() => void) | undefined = undefined;

  /** Use {@link LeakDetector.track}. */
  constructor(
    host: TrackHost,
    resource: string,
    targetRecords: number,
    below: ((...args: never[]) => unknown) | undefined,
  ) {
    this.#host = host;
    this.#resource = resource;
    this.#targetRecords = targetRecords;
    this.#created = below === undefined ? undefined : new CapturedStack(below);
  }

  /**
   * Records an access, with the levels `advanced` and `paranoid`.
   *
   * @param hint what the resource is used for; stands in the report
   * @param below the function that the user called; default `touch` itself
   */
  touch(hint?: unknown, below: (...args: never[]) => unknown = this.touch): void {
    if (!this.#open || this.#targetRecords === 0) return;
    const record: AccessRecord = {
      hint: hint === undefined ? undefined : String(hint),
      stack: captureStack(below),
    };
    const extra = this.#accesses.length - this.#targetRecords;
    if (extra >= 0 && this.#host.fraction() >= 2 ** -Math.min(extra, MAX_BACKOFF)) {
      this.#accesses[this.#accesses.length - 1] = record;
      this.#omitted++;
    } else {
      this.#accesses.push(record);
    }
  }

  /** Formats the stack of the taking; called before the resource is waited for (see `stack.ts`). */
  settle(): void {
    this.#created?.text;
  }

  /**
   * The resource was given back: no report will follow.
   *
   * @returns false if it was given back before
   */
  close(): boolean {
    if (!this.#open) return false;
    this.#open = false;
    this.#host.closed(this);
    return true;
  }

  /** The report, as if the resource were lost now. */
  report(): LeakReport {
    const accesses = this.#accesses.toReversed();
    const lines = [`LEAK: ${this.#resource} was not given back before it was collected.`];
    if (accesses.length > 0) {
      lines.push('Recent access records:');
      accesses.forEach((record, i) => {
        lines.push(`#${i + 1}:${record.hint === undefined ? '' : ` ${record.hint}`}`, record.stack);
      });
    }
    const created = this.#created === undefined ? undefined : { hint: undefined, stack: this.#created.text };
    if (created !== undefined) lines.push('Taken at:', created.stack);
    else lines.push("Where it was taken was not recorded: raise the detector's level or the pool's checks.");
    if (this.#omitted > 0) lines.push(`${this.#omitted} accesses were left out.`);
    return {
      resource: this.#resource,
      created,
      accesses,
      omitted: this.#omitted,
      message: lines.join('\n'),
    };
  }
}

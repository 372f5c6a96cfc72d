/** What a tuner decided, and on which figures. */

/** What a decision changes. */
export type Knob =
  /** Buffers kept of one size class. */
  | 'entries'
  /** Bytes kept in an allocator's cache. */
  | 'maxCachedBytes'
  /** The largest buffer that is kept. */
  | 'maxBufferBytes'
  /** Allocations between two trims of what nobody used. */
  | 'trimInterval'
  /** Most items kept idle in an object pool. */
  | 'maxIdle'
  /** Items that ageing leaves alone. */
  | 'minIdle'
  /** Idle memory given back at once; `from` and `to` are its bytes, or its items. */
  | 'trim'
  /** Bytes for the caches of all targets together. */
  | 'budget';

/** Why. */
export type Reason =
  /** It misses, and a larger bound would have hit. */
  | 'misses'
  /** What was kept lay unused. */
  | 'unused'
  /** Others miss more for each byte. */
  | 'outbid'
  /** What was trimmed was wanted again. */
  | 'regret'
  /** Memory is short. */
  | 'pressure'
  /** Memory is no longer short. */
  | 'relief'
  /** The user took it back. */
  | 'undo';

/** One change of one bound. */
export interface Decision {
  /** Ascending from 1. */
  readonly id: number;
  /** When, in milliseconds since 1970. */
  readonly atMs: number;
  /** Name of the allocator or pool; `'all'` for the budget. */
  readonly target: string;
  readonly knob: Knob;
  /** The size class, where the knob is `entries`, or `trim` of one class; bytes of a block. */
  readonly blockBytes: number | undefined;
  readonly from: number;
  readonly to: number;
  readonly reason: Reason;
  /** What led to it, by name. Rates are fractions, bytes and counts are of the time since the tuner looked before. */
  readonly figures: Readonly<Record<string, number>>;
  /** Whether it was done; not in a dry run. */
  readonly applied: boolean;
}

/** A decision that is not numbered yet. */
export type Proposal = Omit<Decision, 'id' | 'atMs' | 'applied'>;

/**
 * A decision in words: `'frames': entries of 65536 B from 0 to 12 (misses: hitRate 0.32, …)`.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { ByteBufAllocator, describeDecision, Tuner } from 'rockpool';
 *
 * const allocator = new ByteBufAllocator({ name: 'frames', cache: { maxBufferBytes: 1024 } });
 * const tuner = new Tuner({ targets: [allocator], intervalMs: 60_000 });
 * for (let i = 0; i < 1000; i++) allocator.buffer(4096).release();
 * const [first] = tuner.tick();
 * assert.match(describeDecision(first!), /^'frames': entries of 4096 B from 0 to \d+ \(misses: /);
 * tuner.stop();
 * ```
 */
export function describeDecision(decision: Decision): string {
  const { target, knob, blockBytes, from, to, reason, figures, applied } = decision;
  const what = blockBytes === undefined ? knob : `${knob} of ${blockBytes} B`;
  const list = Object.entries(figures).map(([name, value]) => `${name} ${round(value)}`);
  const why = `${reason}: ${list.join(', ')}`;
  return `'${target}': ${what} from ${from} to ${to} (${why})${applied ? '' : ', not applied'}`;
}

function round(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(3));
}

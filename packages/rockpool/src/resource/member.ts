/** What a pool knows of one resource. */
import type { LeakTrack } from '../leak/leak-track.ts';

/**
 * Where a resource is in its life:
 *
 *     idle ◄──► checking ◄──► leased        checking: being validated or reset, in nobody's hands
 *       └──────────┴────────────┴──► destroying ──► gone
 */
export type MemberState = 'idle' | 'checking' | 'leased' | 'destroying' | 'gone';

/** One resource of a pool. Times are in milliseconds of `performance.now()`. Writer: the pool. */
export class Member<T> {
  readonly resource: T;
  state: MemberState = 'checking';
  readonly createdAt: number;
  /** Not handed out from then on; −∞ once it is to go as soon as it comes back. */
  expiresAt: number;
  /** When it was last known to work: made, validated, or given back by somebody who had no complaint. Long ago: in doubt. */
  aliveAt: number;
  idleSince = 0;
  leasedAt = 0;
  /** Whether `leasedAt` is exact, so that the time of use is worth recording. */
  timed = false;
  uses = 0;
  /** Where it was acquired, and whether that lease is watched; undefined where it was not sampled. */
  track: LeakTrack | undefined = undefined;
  /** Whether it was reported as held for too long. */
  overdue = false;
  /** Neighbours in the idle list; owner: that list. */
  older: Member<T> | undefined = undefined;
  younger: Member<T> | undefined = undefined;

  constructor(resource: T, now: number, expiresAt: number) {
    this.resource = resource;
    this.createdAt = now;
    this.expiresAt = expiresAt;
    this.aliveAt = now;
  }
}

/**
 * One acquire that could not be served at once. A thousand may wait in a busy pool, and all of them outlive a scavenge:
 * so it has as few fields as it can do with, and of numbers only such as V8 needs no box for.
 */
import type { LeakTrack } from '../leak/leak-track.ts';
import { Deadline } from './deadlines.ts';
import type { ResourceLease } from './resource-lease.ts';

/** What becomes of a waiter that does not get a resource. Owner of all waiters: the pool. */
export interface WaiterOwner<T> {
  /** It waited for as long as it wanted to. */
  timedOut(waiter: Waiter<T>): void;
}

/** The two ends of a promise for a lease, its place in the queue and its time limit. */
export class Waiter<T> extends Deadline {
  readonly owner: WaiterOwner<T>;
  readonly priority: number;
  readonly timeoutMs: number;
  /** When it began; -1 where that is not known exactly, and its wait and its use not worth recording. */
  readonly since: number;
  readonly signal: AbortSignal | undefined;
  /** Where the acquire was called, if that was sampled. */
  readonly track: LeakTrack | undefined;
  /** Whether it is in the queue. Writer: the queue. */
  waiting = false;
  /** Whether it has outlived its turn, and has what it needs for that. Writer: the queue. */
  seen = false;
  /** Neighbours in its line. Writer: the queue. */
  ahead: Waiter<T> | undefined = undefined;
  following: Waiter<T> | undefined = undefined;
  resolve: (lease: ResourceLease<T>) => void = unset;
  reject: (error: unknown) => void = unset;

  /** @param due when its time is over: a whole number of milliseconds, for which V8 needs no box; infinite for never */
  constructor(
    owner: WaiterOwner<T>,
    priority: number,
    timeoutMs: number,
    due: number,
    since: number,
    signal: AbortSignal | undefined,
    track: LeakTrack | undefined,
  ) {
    super();
    this.owner = owner;
    this.priority = priority;
    this.timeoutMs = timeoutMs;
    this._due = due;
    this.since = since;
    this.signal = signal;
    this.track = track;
  }

  override expire(): void {
    this.owner.timedOut(this);
  }
}

/** Stands where the promise's functions will be, so that all waiters have one shape. */
function unset(): void {}

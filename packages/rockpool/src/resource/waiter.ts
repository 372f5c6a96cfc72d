/** One acquire that could not be served at once. */
import type { LeakTrack } from '../leak/leak-track.ts';
import { Deadline } from './deadlines.ts';
import type { ResourceLease } from './resource-lease.ts';

/** What becomes of a waiter that does not get a resource. Owner of all waiters: the pool. */
export interface WaiterOwner<T> {
  /** It waited for as long as it wanted to. */
  timedOut(waiter: Waiter<T>): void;
}

/** A promise for a lease, its place in the queue and its time limit. */
export class Waiter<T> extends Deadline {
  readonly owner: WaiterOwner<T>;
  readonly priority: number;
  readonly timeoutMs: number;
  readonly since: number;
  /** Whether `since` is exact, so that its wait and its use are worth recording. */
  readonly timed: boolean;
  readonly signal: AbortSignal | undefined;
  /** Where the acquire was called, if that was sampled. */
  readonly track: LeakTrack | undefined;
  /** Whether it is in the queue. Writer: the queue. */
  waiting = false;
  /** Whether a listener of its signal knows it. Writer: the abort watch. */
  heard = false;
  /** Neighbours in its line. Writer: the queue. */
  ahead: Waiter<T> | undefined = undefined;
  following: Waiter<T> | undefined = undefined;
  readonly promise: Promise<ResourceLease<T>>;
  resolve: (lease: ResourceLease<T>) => void = unset;
  reject: (error: unknown) => void = unset;

  constructor(
    owner: WaiterOwner<T>,
    priority: number,
    timeoutMs: number,
    since: number,
    timed: boolean,
    signal: AbortSignal | undefined,
    track: LeakTrack | undefined,
  ) {
    super();
    this.owner = owner;
    this.priority = priority;
    this.timeoutMs = timeoutMs;
    this.since = since;
    this.timed = timed;
    this.signal = signal;
    this.track = track;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  override expire(): void {
    this.owner.timedOut(this);
  }
}

/** Stands where the promise's functions will be, so that all waiters have one shape. */
function unset(): void {}

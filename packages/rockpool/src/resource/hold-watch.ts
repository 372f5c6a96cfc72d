/**
 * Who has resources, since when and from where: the records behind reports of leaks and shortages.
 *
 * A record costs 20–40 µs (a stack, its text, a registration with the garbage collector), a hundred times an acquire.
 * So they are rationed: 32 at once and 100 a second (the generic cell rate algorithm, ITU-T I.371). A program that
 * acquires now and then, which is where connections get lost, has a record of each; a busy one of a sample, at a cost
 * of a few tenths of a per cent.
 */
import { warn } from '../internal/warn.ts';
import type { LeakDetector } from '../leak/leak-detector.ts';
import type { LeakTrack } from '../leak/leak-track.ts';
import type { Member } from './member.ts';
import type { Holder } from './resource-errors.ts';
import type { Listeners } from './resource-events.ts';
import type { ResourcePoolSettings } from './resource-pool-options.ts';

const BURST = 32;
const INTERVAL_MS = 10;

/** The records of one pool. */
export class HoldWatch<T> {
  readonly #label: string;
  readonly #name: string;
  readonly #thresholdMs: number;
  readonly #detector: LeakDetector;
  readonly #listeners: Listeners<T>;
  readonly #onLost: () => void;
  readonly #rationed: boolean;
  /** When the ration would be full again, less the full ration. */
  #emptyUntil: number = Number.NEGATIVE_INFINITY;
  /** An acquire is recorded from then on. Writer: this. */
  nextAt: number;

  constructor(settings: ResourcePoolSettings<T>, label: string, listeners: Listeners<T>, onLost: () => void) {
    const { name, leakThresholdMs, leakDetector, stacks } = settings;
    this.#label = label;
    this.#name = name;
    this.#thresholdMs = leakThresholdMs;
    this.#detector = leakDetector;
    this.#listeners = listeners;
    this.#onLost = onLost;
    this.#rationed = stacks === 'sampled';
    this.nextAt = stacks === 'none' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }

  /** Records the caller of `below`; to be called if `now` is at or past `nextAt`. */
  record(now: number, below: (...args: never[]) => unknown): LeakTrack {
    if (this.#rationed) {
      this.#emptyUntil = Math.max(this.#emptyUntil, now) + INTERVAL_MS;
      this.nextAt = this.#emptyUntil - BURST * INTERVAL_MS;
    }
    return this.#detector.begin(this.#label, below);
  }

  /** Watches whether `lease` is collected without having been given back. */
  follow(lease: object, track: LeakTrack): void {
    if (this.#detector.level !== 'disabled') this.#detector.follow(lease, track, this.#onLost);
  }

  /** A resource came back that was recorded, or reported. */
  end(member: Member<T>, now: number): void {
    if (member.overdue) {
      member.overdue = false;
      this.#tell('returned', member, now, 'came back after all, after');
    }
    member.track?.close();
    member.track = undefined;
  }

  /**
   * Reports what is held for longer than the threshold, each once.
   *
   * @returns how many were
   */
  reportOverdue(members: Iterable<Member<T>>, now: number): number {
    let found = 0;
    for (const member of members) {
      if (member.state !== 'leased' || member.overdue || now - member.leasedAt < this.#thresholdMs) continue;
      member.overdue = true;
      found++;
      this.#tell('leak', member, now, 'is held for');
    }
    return found;
  }

  #tell(event: 'leak' | 'returned', member: Member<T>, now: number, what: string): void {
    const holder = holderOf(member, now);
    if (this.#listeners.has('leak') || this.#listeners.has('returned')) {
      this.#listeners.tell(event, holder, member.resource);
      return;
    }
    const where = holder.stack === '' ? '' : `, acquired at:\n${holder.stack}`;
    warn(
      `A resource of pool '${this.#name}' ${what} ${Math.round(holder.heldMs)} ms${where}`,
      'RockpoolLeakWarning',
      'ROCKPOOL_HELD',
    );
  }
}

/** Who has a resource now, the longest first. */
export function holdersOf<T>(members: Iterable<Member<T>>, now: number): Holder[] {
  const holders: Holder[] = [];
  for (const member of members) if (member.state === 'leased') holders.push(holderOf(member, now));
  return holders.sort((a, b) => b.heldMs - a.heldMs);
}

function holderOf<T>({ leasedAt, track }: Member<T>, now: number): Holder {
  return { heldMs: Math.max(0, now - leasedAt), stack: track?.report().created?.stack ?? '' };
}

/**
 * Everything that is known: the last snapshot, lines over time, pauses and decisions.
 *
 * Snapshots come in, parts of the page read. Counters of another process (another pid, or less uptime) are not set
 * against those of the one before.
 */
import type { GcPause, Snapshot } from '@rockpool/metrics';
import { Deltas } from './deltas.ts';
import { levels, type Rates, rates, type Values } from './figures.ts';
import { History, KEPT_S } from './history.ts';

/** One of the tuner's decisions. */
export type Decision = Snapshot['decisions'][number];

/** Decisions that are kept, the newest. */
const MOST_DECISIONS = 500;
/** Seconds that the charts show at least. */
const LEAST_RANGE_S = 30;

/** Owner: the page. */
export class Model {
  readonly history: History = new History();
  #snapshot: Snapshot | undefined;
  #rates: Rates = { hitRate: undefined, hitRateEver: undefined, allocationsPerS: undefined };
  readonly #deltas = new Deltas();
  #pauses: GcPause[] = [];
  #pausesUntilMs = 0;
  readonly #decisions = new Map<string, Decision>();
  #broken = false;
  #intervalMs = 1000;

  get snapshot(): Snapshot | undefined {
    return this.#snapshot;
  }

  get rates(): Rates {
    return this.#rates;
  }

  /** Milliseconds between the last two snapshots. */
  get intervalMs(): number {
    return this.#intervalMs;
  }

  /** Pauses of the last minutes, the oldest first. */
  get pauses(): readonly GcPause[] {
    return this.#pauses;
  }

  /** The oldest first. */
  get decisions(): readonly Decision[] {
    return [...this.#decisions.values()].sort((a, b) => a.atMs - b.atMs);
  }

  /** What the time axes show, in seconds. */
  get range(): readonly [first: number, last: number] {
    const [first, last] = this.history.extent ?? [0, LEAST_RANGE_S];
    return [last - Math.min(KEPT_S, Math.max(LEAST_RANGE_S, last - first)), last];
  }

  /** Nothing is known of the time until the next snapshot. */
  breakLines(): void {
    this.#broken = true;
  }

  /** Takes what is new. */
  add(snapshot: Snapshot): void {
    const before = this.#snapshot;
    const restarted = before !== undefined && !sameProcess(before, snapshot);
    if (restarted) this.#deltas.clear();
    if (restarted || this.#broken) this.history.gap();
    this.#broken = false;
    const ms = before === undefined || restarted ? 0 : snapshot.atMs - before.atMs;
    if (ms > 0) this.#intervalMs = ms;
    const values: Values = new Map();
    this.#deltas.begin();
    this.#rates = rates(snapshot, this.#deltas, Math.max(0, ms) / 1000, values);
    levels(snapshot, values);
    this.history.add(snapshot.atMs / 1000, values);
    this.#addPauses(snapshot);
    this.#addDecisions(snapshot);
    this.#snapshot = snapshot;
  }

  /** The part of the last second, or of the last interval where that is longer, that went into pauses. */
  gcShare(): number {
    const atMs = this.#snapshot?.atMs ?? 0;
    const windowMs = Math.max(1000, this.#intervalMs);
    const inside = this.#pauses.filter((pause) => pause.atMs > atMs - windowMs);
    return Math.min(1, inside.reduce((sum, { durationMs }) => sum + durationMs, 0) / windowMs);
  }

  /** A new connection tells again what is remembered there; only what is later counts. */
  #addPauses({ gcPauses, atMs }: Snapshot): void {
    const fresh = gcPauses.filter((pause) => pause.atMs > this.#pausesUntilMs);
    this.#pausesUntilMs = fresh.at(-1)?.atMs ?? this.#pausesUntilMs;
    this.#pauses = [...this.#pauses, ...fresh].filter((pause) => pause.atMs > atMs - KEPT_S * 1000);
  }

  #addDecisions({ decisions }: Snapshot): void {
    for (const decision of decisions) {
      const { id, atMs, target, knob, blockBytes } = decision;
      this.#decisions.set([id, atMs, target, knob, blockBytes].join('\n'), decision);
    }
    for (const key of this.#decisions.keys()) {
      if (this.#decisions.size <= MOST_DECISIONS) break;
      this.#decisions.delete(key);
    }
  }
}

function sameProcess({ process: a }: Snapshot, { process: b }: Snapshot): boolean {
  return a.pid === b.pid && b.uptimeS >= a.uptimeS;
}

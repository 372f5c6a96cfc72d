/**
 * An object pool under a tuner. It misses and drops for want of room within one look: its bound was too low, and is
 * doubled. What ageing dropped was made again within the window: so many are kept through ageing. And the other way round
 * when a whole window had no use for them.
 */
import type { PoolStats } from '../object/pool-options.ts';
import type { Proposal, Reason } from './decision.ts';
import type { Target } from './target.ts';
import type { TunablePool, TunerSettings } from './tuner-options.ts';

interface Look {
  readonly gets: number;
  readonly misses: number;
  readonly full: number;
  readonly aged: number;
  readonly idle: number;
}

/** One object pool. */
export class PoolTarget implements Target {
  readonly name: string;
  readonly #pool: WeakRef<TunablePool>;
  readonly #window: number;
  readonly #looks: Look[] = [];
  #stats: PoolStats;
  #count = 0;
  #changedAt = Number.NEGATIVE_INFINITY;

  constructor(pool: TunablePool, name: string, window: number) {
    this.#stats = pool.stats();
    this.name = name;
    this.#pool = new WeakRef(pool);
    this.#window = window;
  }

  get alive(): boolean {
    return this.#pool.deref() !== undefined && !this.#stats.closed;
  }

  look(): void {
    const pool = this.#pool.deref();
    if (pool === undefined) return;
    const before = this.#stats;
    const now = pool.stats();
    this.#stats = now;
    this.#count++;
    this.#looks.push({
      gets: now.gets - before.gets,
      misses: now.misses - before.misses,
      full: now.dropped.full - before.dropped.full,
      aged: now.dropped.aged - before.dropped.aged,
      idle: now.idle,
    });
    if (this.#looks.length > this.#window) this.#looks.shift();
  }

  propose(settings: TunerSettings): readonly Proposal[] {
    if (this.#count - this.#changedAt <= settings.coolDownLooks) return [];
    const proposal = this.#maxIdle(settings) ?? this.#minIdle(settings);
    return proposal === undefined ? [] : [proposal];
  }

  apply({ knob, to }: Proposal): void {
    const pool = this.#pool.deref();
    if (pool === undefined) return;
    if (knob === 'maxIdle') pool.resize({ maxIdle: to });
    else if (knob === 'minIdle') pool.resize({ minIdle: to });
    else throw new Error(`A pool has no ${knob}`);
    this.#changedAt = this.#count;
    this.#stats = { ...pool.stats() };
  }

  trim(): number {
    const pool = this.#pool.deref();
    if (pool === undefined) return 0;
    const bytes = pool.stats().idleBytes;
    const items = pool.trim();
    return bytes === 0 ? items : bytes - pool.stats().idleBytes;
  }

  #maxIdle({ bounds }: TunerSettings): Proposal | undefined {
    const { maxIdle, outstanding, idle } = this.#stats;
    const last = this.#looks.at(-1) as Look;
    const [least, most] = bounds.maxIdle;
    const avoidable = Math.min(last.misses, last.full);
    if (avoidable > 0 && maxIdle < most) {
      const to = Math.min(most, Math.max(2, maxIdle * 2));
      return this.#proposal('maxIdle', maxIdle, to, 'misses', {
        ...this.#rates(),
        avoidable,
        outstanding,
        idle,
      });
    }
    const deepest = Math.max(...this.#looks.map((look) => look.idle));
    const calm = this.#looks.length >= this.#window && this.#looks.every(({ misses }) => misses === 0);
    const to = Math.max(least, 2, 2 * deepest);
    if (!calm || to * 2 > maxIdle) return undefined;
    return this.#proposal('maxIdle', maxIdle, to, 'unused', { ...this.#rates(), deepest });
  }

  #minIdle({ bounds }: TunerSettings): Proposal | undefined {
    const { minIdle, maxIdle } = this.#stats;
    const [least, most] = bounds.minIdle;
    const sum = (of: (look: Look) => number): number => this.#looks.reduce((all, look) => all + of(look), 0);
    const regretted = Math.min(
      sum(({ aged }) => aged),
      sum(({ misses }) => misses),
    );
    const figures = { ...this.#rates(), regretted };
    if (regretted > 0 && minIdle < Math.min(most, maxIdle)) {
      return this.#proposal(
        'minIdle',
        minIdle,
        Math.min(most, maxIdle, minIdle + regretted),
        'regret',
        figures,
      );
    }
    const unused = this.#looks.length >= this.#window && this.#looks.every(({ gets }) => gets === 0);
    if (!unused || minIdle <= least) return undefined;
    return this.#proposal('minIdle', minIdle, Math.max(least, minIdle >> 1), 'unused', figures);
  }

  #rates(): Record<string, number> {
    const { gets, misses } = this.#looks.at(-1) as Look;
    return { hitRate: gets === 0 ? 1 : 1 - misses / gets };
  }

  #proposal(
    knob: 'maxIdle' | 'minIdle',
    from: number,
    to: number,
    reason: Reason,
    figures: Record<string, number>,
  ): Proposal {
    return { target: this.name, knob, blockBytes: undefined, from, to, reason, figures };
  }
}

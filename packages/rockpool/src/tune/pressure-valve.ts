/**
 * The budget under pressure: halved at each look at which memory is short, doubled again when it has been at rest for a
 * while, a tenth of the limit below `medium`, so that it does not hover about the edge.
 */
import type { NamedLoad } from './memory-loads.ts';
import type { TunerPressure } from './tuner-options.ts';

/** Fraction of a limit below `medium` at which memory is at rest. */
const RELIEF = 0.1;
/** The budget is never halved below this part of what it was; then trims are all that is left. */
const LEAST_PART = 1 / 64;

/** What a look at memory says. */
export interface PressureLook {
  readonly extent: 'none' | 'unused' | 'all';
  /** Bytes for caches now. */
  readonly budgetBytes: number;
  readonly figures: Readonly<Record<string, number>>;
}

/** Owner: a tuner. */
export class PressureValve {
  readonly #options: Required<TunerPressure>;
  readonly #full: number;
  readonly #coolDownLooks: number;
  #budgetBytes: number;
  #calm = 0;

  constructor(options: Required<TunerPressure>, budgetBytes: number, coolDownLooks: number) {
    this.#options = options;
    this.#full = budgetBytes;
    this.#budgetBytes = budgetBytes;
    this.#coolDownLooks = coolDownLooks;
  }

  /** Measures, and says what to do. */
  look(): PressureLook {
    const { measure, medium, high } = this.#options;
    const loads = measure();
    const fullest = Math.max(0, ...loads.map(fraction));
    if (fullest >= medium) {
      this.#calm = 0;
      this.#budgetBytes = Math.max(Math.floor(this.#full * LEAST_PART), this.#budgetBytes >> 1);
    } else if (fullest >= medium - RELIEF) {
      this.#calm = 0;
    } else if (++this.#calm > this.#coolDownLooks && this.#budgetBytes < this.#full) {
      this.#calm = 0;
      this.#budgetBytes = Math.min(this.#full, this.#budgetBytes * 2);
    }
    return {
      extent: fullest >= high ? 'all' : fullest >= medium ? 'unused' : 'none',
      budgetBytes: this.#budgetBytes,
      figures: Object.fromEntries(loads.map((load) => [load.limit, fraction(load)])),
    };
  }
}

function fraction({ usedBytes, limitBytes }: NamedLoad): number {
  return limitBytes > 0 ? usedBytes / limitBytes : 0;
}

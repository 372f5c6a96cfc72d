/** The families of one collector, by name. */
import { CATALOGUE } from './catalogue.ts';
import { CounterCell, GaugeCell, HistogramCell } from './cells.ts';
import { Family, HistogramFamily } from './family.ts';
import { GC_BOUNDS_MS } from './gc-pauses.ts';

/** Upper bounds of waits, uses and creations in milliseconds: from an idle resource to a stuck one. */
export const TIME_BOUNDS_MS: readonly number[] = [
  0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000,
];

/** All families. Owner: a collector. */
export class Tables {
  readonly families: ReadonlyMap<string, Family>;
  readonly histograms: ReadonlyMap<string, HistogramFamily>;

  constructor() {
    const plain = CATALOGUE.filter(({ kind }) => kind !== 'histogram');
    this.families = new Map(plain.map((spec) => [spec.name, new Family(spec)]));
    this.histograms = new Map(
      CATALOGUE.filter(({ kind }) => kind === 'histogram').map((spec) => {
        const bounds = spec.name === 'rockpool_gc_pause_seconds' ? GC_BOUNDS_MS : TIME_BOUNDS_MS;
        return [
          spec.name,
          new HistogramFamily(
            spec,
            bounds.map((ms) => ms / 1000),
          ),
        ];
      }),
    );
  }

  /** Begins a look. */
  begin(): void {
    for (const family of this.families.values()) family.begin();
  }

  /** @param name without `rockpool_` and `_total` */
  counter(name: string, ...values: string[]): CounterCell {
    return new CounterCell(this.#family(`rockpool_${name}_total`), values);
  }

  /** @param name without `rockpool_` */
  gauge(name: string, ...values: string[]): GaugeCell {
    return new GaugeCell(this.#family(`rockpool_${name}`), values);
  }

  /** @param name without `rockpool_` and `_seconds` */
  histogram(name: string, ...values: string[]): HistogramCell {
    const family = this.histograms.get(`rockpool_${name}_seconds`);
    if (family === undefined) throw new Error(`There is no histogram ${name}`);
    return new HistogramCell(family, values);
  }

  #family(name: string): Family {
    const family = this.families.get(name);
    if (family === undefined) throw new Error(`There is no metric ${name}`);
    return family;
  }
}

/** Cells that are made when their label first occurs: reasons, size classes. */
export class LazyCells<C> {
  readonly #cells = new Map<string, C>();
  readonly #make: (label: string) => C;

  constructor(make: (label: string) => C) {
    this.#make = make;
  }

  of(label: string): C {
    const found = this.#cells.get(label);
    if (found !== undefined) return found;
    const cell = this.#make(label);
    this.#cells.set(label, cell);
    return cell;
  }
}

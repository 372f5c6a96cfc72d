/**
 * Where the counters of one pool, allocator, … go. Made once a thing, so that a look is `stats()` and a few stores.
 *
 * A counter adds what came since the last look to its series. So a series never falls when one of two pools of a name is
 * closed, and begins nowhere anew: what Prometheus wants of a counter.
 */
import type { Family, HistogramFamily, HistogramSeries, Series } from './family.ts';

/** A counter of one thing. */
export class CounterCell {
  readonly #series: Series;
  #last = 0;

  constructor(family: Family, values: readonly string[]) {
    this.#series = family.of(values);
    this.#series.told = true;
  }

  /** Counts what came. */
  add(count: number): void {
    this.#series.value += count;
  }

  /** @param total the thing's own count, ever */
  set(total: number): void {
    // A count that fell has wrapped, or its thing began anew: then all of it is new.
    this.#series.value += total >= this.#last ? total - this.#last : total;
    this.#last = total;
  }
}

/** A gauge of one thing. */
export class GaugeCell {
  readonly #series: Series;
  readonly #max: boolean;

  constructor(family: Family, values: readonly string[]) {
    this.#series = family.of(values);
    this.#max = family.spec.aggregation === 'max';
  }

  set(value: number): void {
    const series = this.#series;
    series.value = this.#max ? Math.max(series.value, value) : series.value + value;
    series.told = true;
  }
}

/** A histogram of one thing, in milliseconds there and in seconds here. */
export class HistogramCell {
  readonly #series: HistogramSeries;
  #last: readonly number[] = [];
  #count = 0;
  #sumMs = 0;

  constructor(family: HistogramFamily, values: readonly string[]) {
    this.#series = family.of(values);
  }

  set({ counts, count, sumMs }: { counts: readonly number[]; count: number; sumMs: number }): void {
    const { counts: totals } = this.#series;
    counts.forEach((total, i) => {
      totals[i] = (totals[i] ?? 0) + total - (this.#last[i] ?? 0);
    });
    this.#series.count += count - this.#count;
    this.#series.sum += (sumMs - this.#sumMs) / 1000;
    this.#last = counts;
    this.#count = count;
    this.#sumMs = sumMs;
  }
}

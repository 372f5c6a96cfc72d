/**
 * What a metric is, in the terms of both worlds, and the series that hang on it.
 *
 *     Family  rockpool_pool_gets_total   counter   labels pool, result
 *        └─ Series {pool: 'rows', result: 'hit'}  1234
 *
 * Names follow Prometheus: base units in the name, `_total` on what only grows. The name for OpenTelemetry is made of it:
 * `rockpool.pool.gets`, with the unit beside it.
 */

/** How a family's values behave. */
export type FamilyKind = 'counter' | 'gauge' | 'histogram';

/**
 * How values of like labels are put together: of two pools with one name, of worker threads, of cluster processes. `max`
 * is for what cannot be added (a ratio, a bound), and for memory that many threads look at.
 */
export type Aggregation = 'sum' | 'max';

/** Unit of a value, as OpenTelemetry writes it. */
export type Unit = 'By' | 's' | '1' | string;

/** What is declared of a metric. */
export interface FamilySpec {
  readonly name: string;
  readonly kind: FamilyKind;
  readonly help: string;
  readonly unit: Unit;
  readonly labels: readonly string[];
  /** Default `sum`. */
  readonly aggregation?: Aggregation;
}

/** Labels of one series. */
export type Labels = Readonly<Record<string, string>>;

/** One value. */
export interface Series {
  readonly labels: Labels;
  value: number;
  /** Of gauges: whether anything told it at the last look. */
  told: boolean;
}

/** One histogram: its counts are cumulative. */
export interface HistogramSeries {
  readonly labels: Labels;
  /** Of each bound of the family, how many were no longer. */
  readonly counts: number[];
  count: number;
  sum: number;
}

/**
 * A metric and its series. Owner: a collector.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { Family } from '@rockpool/metrics';
 *
 * const family = new Family({ name: 'queue_items', kind: 'gauge', help: 'Items', unit: '1', labels: ['queue'] });
 * Object.assign(family.of(['mail']), { value: 3, told: true });
 * assert.deepEqual([...family].map(({ labels, value }) => [labels['queue'], value]), [['mail', 3]]);
 * ```
 */
export class Family {
  readonly spec: FamilySpec;
  readonly series: Map<string, Series> = new Map();

  constructor(spec: FamilySpec) {
    this.spec = spec;
  }

  /** The series with these label values, made if need be. */
  of(values: readonly string[]): Series {
    const key = values.join('\n');
    const found = this.series.get(key);
    if (found !== undefined) return found;
    const series = { labels: labelsOf(this.spec, values), value: 0, told: false };
    this.series.set(key, series);
    return series;
  }

  /** Series that have a value now. */
  *[Symbol.iterator](): Iterator<Series> {
    for (const series of this.series.values()) if (series.told) yield series;
  }

  /** Begins a look: gauges are told anew, counters stay. */
  begin(): void {
    if (this.spec.kind === 'counter') return;
    for (const series of this.series.values()) {
      series.value = 0;
      series.told = false;
    }
  }
}

/**
 * A metric whose series are histograms.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { HistogramFamily } from '@rockpool/metrics';
 *
 * const spec = { name: 'wait_seconds', kind: 'histogram', help: 'Waits', unit: 's', labels: ['pool'] } as const;
 * const family = new HistogramFamily(spec, [0.1, 1]);
 * assert.deepEqual(family.of(['db']).counts, [0, 0]);
 * ```
 */
export class HistogramFamily {
  readonly spec: FamilySpec;
  /** Upper bounds in seconds, ascending. */
  readonly bounds: readonly number[];
  readonly series: Map<string, HistogramSeries> = new Map();

  constructor(spec: FamilySpec, bounds: readonly number[]) {
    this.spec = spec;
    this.bounds = bounds;
  }

  /** The histogram with these label values, made if need be. */
  of(values: readonly string[]): HistogramSeries {
    const key = values.join('\n');
    const found = this.series.get(key);
    if (found !== undefined) return found;
    const series = {
      labels: labelsOf(this.spec, values),
      counts: this.bounds.map(() => 0),
      count: 0,
      sum: 0,
    };
    this.series.set(key, series);
    return series;
  }
}

function labelsOf({ labels }: FamilySpec, values: readonly string[]): Labels {
  return Object.fromEntries(labels.map((label, i) => [label, values[i] ?? '']));
}

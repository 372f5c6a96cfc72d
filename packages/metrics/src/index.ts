/** Rockpool's metrics: Prometheus, snapshots, and a server for both. */
export { CATALOGUE } from './catalogue.ts';
export { Collector, type CollectorOptions } from './collector.ts';
export {
  type Aggregation,
  Family,
  type FamilyKind,
  type FamilySpec,
  HistogramFamily,
  type HistogramSeries,
  type Labels,
  type Series,
} from './family.ts';
export { type GcKind, type GcPause, GcPauses, GcTotals } from './gc-pauses.ts';
export { HttpGuard, type Refusal } from './http-guard.ts';
export { MetricsOptionError } from './options.ts';
export { registerMetrics } from './prometheus.ts';
export {
  MetricsListenError,
  type MetricsServer,
  type ServeMetricsOptions,
  serveMetrics,
} from './serve-metrics.ts';
export {
  type LatencySnapshot,
  type LeakSnapshot,
  type ProcessSnapshot,
  type Snapshot,
  Snapshots,
} from './snapshot.ts';
export { SnapshotStream } from './snapshot-stream.ts';
export {
  answerScrapes,
  type CollectThreadsOptions,
  collectThreads,
  type Scrapable,
  type Stoppable,
} from './thread-metrics.ts';

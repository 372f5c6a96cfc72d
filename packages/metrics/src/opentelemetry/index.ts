/** OpenTelemetry: `@rockpool/metrics/opentelemetry`. */

export { HistogramProducer } from './histogram-producer.ts';
export { observeMetrics } from './instruments.ts';

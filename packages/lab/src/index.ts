/** The lab as a library: run experiments from a script, read its reports. */
export type { Case, Comparison, Experiment, LoopWorkload, SampledWorkload, Workload } from './experiment.ts';
export { EXPERIMENTS, selectExperiments } from './registry.ts';
export { renderHtml } from './report/html.ts';
export type {
  CaseReport,
  ComparisonReport,
  ExperimentReport,
  LabReport,
  RatioReport,
} from './report/report.ts';
export { REPORT_VERSION } from './report/report.ts';
export { type LabRun, runLab } from './run-lab.ts';

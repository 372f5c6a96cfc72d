/** Tuning while the program runs: `rockpool/tune`. */
export { type Decision, describeDecision, type Knob, type Reason } from './decision.ts';
export { memoryLoads, type NamedLoad } from './memory-loads.ts';
export { Tuner, type TunerStats } from './tuner.ts';
export type {
  Bound,
  TunablePool,
  TunerBounds,
  TunerGoals,
  TunerOptions,
  TunerPressure,
  TunerTarget,
} from './tuner-options.ts';

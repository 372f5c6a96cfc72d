/** What was found. */
export interface MapCrashReport {
  readonly died: number;
  readonly failures: readonly string[];
  readonly torn: number;
  /** Updates that were begun; those that returned. */
  readonly begun: number;
  readonly done: number;
  /** Of all counters. */
  readonly sum: number;
  readonly size: number;
}

/** Runs it. */
export function mapCrash(plan: {
  readonly deaths: number;
  readonly workers: number;
  readonly seed: number;
}): Promise<MapCrashReport>;

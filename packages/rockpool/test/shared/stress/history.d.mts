/** What to record. */
export interface HistoryPlan {
  readonly workers: number;
  /** Of each worker. */
  readonly operations: number;
  readonly keys: number;
  /** Workers that are terminated in the middle. */
  readonly deaths: number;
  readonly seed: number;
}

/** One operation, as its thread wrote it down. */
export interface HistoryEntry {
  readonly called: number;
  /** `Infinity`: the thread died. */
  readonly returned: number;
  readonly kind: 'get' | 'has' | 'set' | 'setIfAbsent' | 'delete' | 'update' | 'clear';
  readonly key: number;
  /** What was to be set; each only once. */
  readonly value: number;
  /** A value, or 0 for none; or 1 for yes. */
  readonly result: number;
}

/** Runs it. */
export function recordHistory(plan: HistoryPlan): Promise<{
  readonly failures: readonly string[];
  readonly history: readonly HistoryEntry[];
  /** The clock. */
  readonly end: number;
}>;

/** What to do. */
export interface CrashPlan {
  readonly deaths: number;
  readonly workers: number;
  readonly seed: number;
  /** Whether they die at accesses of shared memory, each site in turn; else at random. */
  readonly sites: boolean;
  readonly onProgress?: (line: string) => void;
}

/** What was found. */
export interface CrashReport {
  readonly died: number;
  readonly failures: readonly string[];
  readonly errors: number;
  readonly operations: number;
  readonly sent: number;
  readonly received: number;
  readonly atSites: number;
  readonly met: readonly string[];
  readonly missed: readonly string[];
  readonly reclaimed: {
    readonly freed: number;
    readonly inFlight: number;
    readonly shared: number;
    readonly drained: number;
  };
  readonly reclaimMs: number;
  readonly audit: { readonly clean: boolean; readonly blocks: number; readonly free: number };
}

/** Every site that the library's sources name. */
export function findSites(): Promise<string[]>;

/** Runs it. */
export function crash(plan: CrashPlan): Promise<CrashReport>;
